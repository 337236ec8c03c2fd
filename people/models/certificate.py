from collections.abc import Iterable
from datetime import date

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no
from core.history import tracked
from core.history.as_at import field_on
from core.links import link_to
from core.masking import mask_text
from organizations.models import User
from organizations.roles import Right
from organizations.validators import validate_visible, validate_year
from people.models.person import SCAN, Person, of_visible
from people.states import CERTIFICATE_TRANSITIONS, CURRENT, STANDING, CertificateState
from people.validators import validate_not_future


class CertificateKindQuerySet(models.QuerySet):
    def in_use(self) -> "CertificateKindQuerySet":
        return self.filter(ended_on=None)


@tracked()
class CertificateKind(models.Model):
    """证书种类: a table the region keeps. ``months`` fills in 有效至; empty: without an end."""

    key = models.SlugField(_("代号"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40, unique=True)
    also = models.CharField(_("别名"), max_length=200, blank=True, help_text=_("名册里的其他写法，用“、”隔开。"))
    months = models.PositiveSmallIntegerField(
        _("默认有效月数"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    is_first_aid = models.BooleanField(_("应急救护证书"), default=False, help_text=_("计入持证。"))
    source = models.CharField(_("有效期依据"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=100)
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CertificateKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("证书种类")
        default_permissions = ()
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


def in_force(day: date, prefix: str = "") -> Q:
    """Certificates that had begun and not run out on the day; ``prefix`` leads to the certificate."""
    lasting = Q(**{f"{prefix}expires_on": None}) | Q(**{f"{prefix}expires_on__gte": day})
    return lasting & Q(**{f"{prefix}issued_on__lte": day})


def _then(states: Iterable[CertificateState], day: date) -> Q:
    """Certificates that are to count for a past day as being in one of the states.

    What the office says of a certificate is read as of now, for it says of what the certificate itself tells, and that
    was so before anybody looked: a year before the portal began reads by the dates of the papers, not as if nobody had
    held any. What it says no more, it had said up to the day of the change: one that was revoked, replaced or refused
    afterwards stays in the numbers told for the days before. The history is asked only of these.
    """
    named = [str(state.value) for state in states]
    ended = Q(state=CertificateState.ENDED)
    if CertificateState.REPORTED not in states:
        ended &= Q(verified_at__isnull=False)  # ending leaves it, a refusal takes it away
    not_yet = In(field_on(Certificate, "state", day, since=True), [str(state.value) for state in STANDING])
    return Q(state__in=named) | Q(In(field_on(Certificate, "state", day), named)) | (ended & Q(not_yet))


def of_members_below(path: str) -> models.Exists:
    """Certificates of people who are members now at or below a place of the tree; also of their past (as at a day)."""
    from people.models.membership import Membership  # that module reads the person only, this one both

    there = Membership.objects.current().filter(organization__path__startswith=path)
    return models.Exists(there.filter(person=models.OuterRef("person")))


class CertificateQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "CertificateQuerySet":
        return self.filter(of_visible(user))

    def standing(self) -> "CertificateQuerySet":
        """Reported or verified: neither refused nor ended."""
        return self.filter(state__in=STANDING)

    def counting(self, day: date | None = None) -> "CertificateQuerySet":
        """Verified and in force on the day: what makes somebody 持证."""
        return self.filter(in_force(day or timezone.localdate()), state=CertificateState.VERIFIED)

    def counting_then(self, day: date) -> "CertificateQuerySet":
        """The same for a past day, whenever it was verified: ``_then`` says why."""
        return self.filter(in_force(day)).filter(_then((CertificateState.VERIFIED,), day))

    def stood(self, day: date | None = None) -> "CertificateQuerySet":
        """``standing`` now, or for a past day (``_then``)."""
        return self.standing() if day is None else self.filter(_then(STANDING, day))

    def to_verify(self, user: User) -> "CertificateQuerySet":
        """Reported, of people at whose team the user verifies."""
        from organizations.permissions import reach  # the permission module reads the organization's model
        from people.models.membership import Membership  # that module reads the person only, this one both

        there = Membership.objects.filter(
            reach(user, Right.VERIFY_MEMBER, at="organization"), person=models.OuterRef("person"), state__in=CURRENT
        )
        return self.filter(models.Exists(there), state=CertificateState.REPORTED)

    def complete(self) -> "CertificateQuerySet":
        """With number, issuer and the dates their kind takes: what can be verified from a list."""
        dated = Q(expires_on__isnull=False) | Q(kind__months=None)
        return self.filter(dated).exclude(number="").exclude(issuer="")

    def numbered(self, kind: str, numbers: Iterable[str]) -> "CertificateQuerySet":
        """Those that hold one of these numbers of a kind, so that nobody else can."""
        return self.standing().filter(kind=kind, number__in=[number for number in numbers if number])

    def with_number(self, number: str) -> "CertificateQuerySet":
        """Of whatever kind. Kinds are few; named, they let the index over kind and number find it."""
        return self.standing().filter(kind__in=CertificateKind.objects.values("pk"), number=number)

    def not_followed(self, day: date | None = None) -> "CertificateQuerySet":
        """Without another of the kind that lasts longer: whoever has renewed is not told to renew.

        :param day: a past one, on which it was there already; None: now.
        """
        later = Q(expires_on=None) | Q(expires_on__gt=models.OuterRef("expires_on"))
        same = Certificate.objects.stood(day).filter(later, person=models.OuterRef("person"))
        if day is not None:
            same = same.filter(issued_on__lte=day)
        return self.exclude(models.Exists(same.filter(kind=models.OuterRef("kind"))))


@tracked()
class Certificate(models.Model):
    """A person's certificate. What the office enters is verified with it; what others enter waits for the office."""

    State = CertificateState

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="certificates", verbose_name=_("人员"), db_index=False
    )
    kind = models.ForeignKey(CertificateKind, models.PROTECT, related_name="+", verbose_name=_("证书种类"))
    state = models.CharField(_("核验"), max_length=10, choices=CertificateState, default=CertificateState.REPORTED)
    number = models.CharField(_("证书编号"), max_length=60, blank=True, validators=[validate_visible])
    level = models.CharField(_("级别"), max_length=30, blank=True, validators=[validate_visible])
    issuer = models.CharField(_("发证机构"), max_length=100, blank=True, validators=[validate_visible])
    issued_on = models.DateField(_("发证日期"), validators=[validate_not_future])
    expires_on = models.DateField(
        _("有效至"), null=True, blank=True, validators=[validate_year], help_text=_("长期有效的不填。")
    )
    source = models.CharField(_("来源"), max_length=100, blank=True)  # the training it was granted at
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核验人")
    )
    verified_at = models.DateTimeField(_("核验时间"), null=True, blank=True)
    reason = models.CharField(_("未通过或停用的原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CertificateQuerySet.as_manager()
    attachment_kinds = {SCAN: _("证书照片或扫描件")}

    class Meta:
        verbose_name = _("证书")
        default_permissions = ()
        ordering = ["kind__position", "-issued_on", "pk"]
        indexes = [
            # all that makes somebody 持证, so that counts need not look at the rows
            models.Index(
                fields=["person", "kind", "expires_on"], include=["issued_on", "state"], name="certificate_of"
            ),
            models.Index(fields=["person"], name="certificate_reported", condition=Q(state="reported")),
            models.Index(
                fields=["expires_on"], name="certificate_ends", condition=Q(state__in=["reported", "verified"])
            ),
            models.Index(fields=["created_at", "id"], name="certificate_waiting", condition=Q(state="reported")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=~Q(number="") & Q(state__in=["reported", "verified"]),
                name="certificate_once",
                violation_error_message=_("这个编号的证书已经登记了。"),
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("issued_on")),
                name="certificate_dates",
                violation_error_message=_("有效至不能早于发证日期。"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=CERTIFICATE_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.shown_number}".strip()

    def get_absolute_url(self) -> str:
        return link_to("people:certificate_detail", self.pk)

    @property
    def shown_number(self) -> str:
        """As pages show it: some documents bear the holder's ID number as their own."""
        return mask_text(self.number)

    def is_in_force(self, day: date) -> bool:
        return self.issued_on <= day and (self.expires_on is None or self.expires_on >= day)

    def can_edit(self, user: User) -> Decision:
        """As ``can_end``; but nobody writes new facts into his or her own after it was verified."""
        own = self.person.user_id is not None and self.person.user_id == user.pk
        if own and self.state == CertificateState.VERIFIED:
            return no(_("自己的证书要由别人核验。"))
        return self.can_end(user)

    def can_end(self, user: User) -> Decision:
        """What the office has verified changes only by whoever verifies."""
        verified = self.state == CertificateState.VERIFIED
        return self.person.may(user, Right.VERIFY_MEMBER if verified else Right.EDIT_MEMBER)

    def can_attach(self, user: User) -> Decision:
        if self.state not in STANDING:
            return no(_("这本证书已经停用。"))
        own = self.person.user_id is not None and self.person.user_id == user.pk
        return Decision(True, _("本人的证书。")) if own else self.person.may(user, Right.EDIT_MEMBER)
