from datetime import date

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision
from core.history import tracked
from core.links import link_to
from core.search import search_index, search_key
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_visible, validate_year
from people.choices import PERSONAL_COVER, InsuranceKind
from people.models.person import Person, of_visible


class PolicyQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PolicyQuerySet":
        """Policies taken out at places where the user may see members."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_MEMBER, at="organization"))

    def running(self, day: date | None = None) -> "PolicyQuerySet":
        on = day or timezone.localdate()
        return self.filter(starts_on__lte=on, ends_on__gte=on)

    def ending(self, before: date) -> "PolicyQuerySet":
        """Running today and over before the day."""
        return self.running().filter(ends_on__lt=before)

    def with_covered(self, day: date | None = None) -> "PolicyQuerySet":
        """Each with ``covered``: how many people it insures on the day."""
        theirs = Cover.objects.on(day or timezone.localdate()).filter(policy=models.OuterRef("pk"))
        heads = theirs.order_by().values("policy").annotate(number=models.Count("pk")).values("number")
        return self.annotate(covered=Coalesce(models.Subquery(heads), 0))

    def matching(self, term: str) -> "PolicyQuerySet":
        from core.search import matching  # the method has its name

        return self.filter(matching(term))


@tracked(exclude=("search_key",))
class Policy(models.Model):
    """保险单. Taken out at a team or an office; who is insured by it are its ``covers``."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="policies", verbose_name=_("登记单位"))
    kind = models.CharField(_("险种"), max_length=10, choices=InsuranceKind, default=InsuranceKind.ACCIDENT)
    insurer = models.CharField(_("保险公司"), max_length=100, validators=[validate_visible])
    number = models.CharField(_("保单号"), max_length=60, validators=[validate_visible])
    holder = models.CharField(_("投保单位"), max_length=100, blank=True, validators=[validate_visible])
    death_amount = models.DecimalField(
        _("意外身故保额（万元）"), max_digits=8, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    medical_amount = models.DecimalField(
        _("意外医疗保额（万元）"), max_digits=8, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    starts_on = models.DateField(_("起"), validators=[validate_year])
    ends_on = models.DateField(_("止"), validators=[validate_year])
    note = models.CharField(_("说明"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("number", "insurer", "holder")

    objects = PolicyQuerySet.as_manager()
    attachment_kinds = {"policy": _("保险单"), "list": _("被保险人名单")}

    class Meta:
        verbose_name = _("保险单")
        default_permissions = ()
        ordering = ["-ends_on", "pk"]
        indexes = [
            search_index("policy_search"),
            models.Index(fields=["organization", "-ends_on"], name="policy_of"),
            models.Index(fields=["-ends_on", "id"], name="policy_order"),  # of all that an office sees
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "insurer", "number"],
                name="policy_once",
                violation_error_message=_("这张保险单已经登记了。"),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="policy_dates",
                violation_error_message=_("止的日期不能早于起的日期。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.insurer} {self.number}"

    def get_absolute_url(self) -> str:
        return link_to("people:policy_detail", self.pk)

    def can_edit(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        return can(user, Right.EDIT_MEMBER, self.organization)

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)


class CoverQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "CoverQuerySet":
        return self.filter(of_visible(user))

    def on(self, day: date) -> "CoverQuerySet":
        """Covers that reach over the day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def personal(self) -> "CoverQuerySet":
        """Those that insure the person against accident (志愿服务条例第17条)."""
        return self.filter(policy__kind__in=PERSONAL_COVER)


@tracked()
class Cover(models.Model):
    """That a person is insured by a policy, from when to when: both ends within the policy's."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="covers", verbose_name=_("保险单"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="covers", verbose_name=_("人员"), db_index=False)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    end_reason = models.CharField(_("提前终止的原因"), max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("被保险人")
        default_permissions = ()
        ordering = ["policy_id", "person_id"]
        # all that makes somebody insured, so that counts need not look at the rows
        indexes = [models.Index(fields=["person", "ends_on"], include=["starts_on", "policy"], name="cover_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "person"],
                name="cover_once",
                violation_error_message=_("这个人已经在这张保险单里了。"),
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cover_dates"),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} {self.policy}"
