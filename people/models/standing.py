from decimal import Decimal
from typing import Any, ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no
from core.history import tracked
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_visible
from people.choices import AwardLevel, HourKind, MandateKind
from people.models.person import SCAN, Person
from people.validators import validate_not_future


class OfPersonQuerySet(models.QuerySet):
    """Records that hang on a person: who may see the person, may see them."""

    def visible_to(self, user: User) -> "OfPersonQuerySet":
        return self.filter(person__in=Person.objects.visible_to(user))

    def standing(self) -> "OfPersonQuerySet":
        """Not taken back."""
        return self.filter(ended_at=None)


class OfPerson(models.Model):
    """A dated record about a person: never deleted, taken back with a reason when it was wrong."""

    ended_at = models.DateTimeField(_("作废时间"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("作废原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    person: models.ForeignKey[Person]
    objects = OfPersonQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def get_absolute_url(self) -> str:
        return reverse("people:standing_detail", args=[self._meta.model_name, self.pk])

    def can_edit(self, user: User) -> Decision:
        if self.ended_at is not None:
            return no(_("这条记录已经作废。"))
        return self.person.may(user, Right.EDIT_MEMBER)

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)


@tracked()
class Award(OfPerson):
    """表彰奖励, with its papers."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="awards", verbose_name=_("人员"))
    name = models.CharField(_("名称"), max_length=100, validators=[validate_visible])
    level = models.CharField(_("级别"), max_length=10, choices=AwardLevel)
    grantor = models.CharField(_("授予单位"), max_length=100, validators=[validate_visible])
    awarded_on = models.DateField(_("授予日期"), validators=[validate_not_future])
    document_no = models.CharField(_("文号"), max_length=60, blank=True)

    attachment_kinds = {SCAN: _("证书或文件")}

    class Meta(OfPerson.Meta):
        verbose_name = _("表彰奖励")
        ordering = ["-awarded_on", "-pk"]
        indexes = [models.Index(fields=["person", "-awarded_on"], name="award_of")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Mandate(OfPerson):
    """代表、理事、监事或候选人: an office in a body of the Red Cross, from when to when."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates", verbose_name=_("人员"))
    kind = models.CharField(_("职务"), max_length=10, choices=MandateKind)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("所在红十字会"))
    term = models.CharField(_("届次"), max_length=40, blank=True, validators=[validate_visible])
    starts_on = models.DateField(_("起"), validators=[validate_not_future])
    ends_on = models.DateField(_("止"), null=True, blank=True)

    class Meta(OfPerson.Meta):
        verbose_name = _("代表、理事、监事")
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["person", "-starts_on"], name="mandate_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="mandate_dates",
                violation_error_message=_("止的日期不能早于起的日期。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization.short_name}{self.get_kind_display()}"


class HourRecordQuerySet(OfPersonQuerySet):
    def movable_to(self, kept: Person) -> "HourRecordQuerySet":
        """Of a record that is merged into ``kept``: not what ``kept`` has been given for the same thing on the same
        day. One human being was there once."""
        same = {name: OuterRef(name) for name in ("organization", "kind", "on", "what")}
        theirs = HourRecord.objects.standing().filter(person=kept, **same)
        return self.exclude(Exists(theirs), ended_at=None)


@tracked()
class HourRecord(OfPerson):
    """Hours of service or training on one day, recorded by whoever organised it (志愿服务条例第19条)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="hours", verbose_name=_("人员"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("组织单位"))
    kind = models.CharField(_("类别"), max_length=10, choices=HourKind)
    on = models.DateField(_("日期"), validators=[validate_not_future])
    hours = models.DecimalField(
        _("小时"), max_digits=4, decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(24)],
    )  # fmt: skip
    what = models.CharField(_("事项"), max_length=100, validators=[validate_visible])

    objects: ClassVar[Any] = HourRecordQuerySet.as_manager()

    class Meta(OfPerson.Meta):
        verbose_name = _("时长")
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["person", "-on"], name="hours_of"),
            models.Index(fields=["organization", "on"], name="hours_at"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.hours}"


@tracked()
class Rank(models.Model):
    """衔级: a table the region keeps. No official table was found; what is shipped is marked 示例."""

    key = models.SlugField(_("代号"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=100)
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("衔级")
        default_permissions = ()
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


@tracked()
class RankRecord(OfPerson):
    """That a person was given a rank on a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="ranks", verbose_name=_("人员"))
    rank = models.ForeignKey(Rank, models.PROTECT, related_name="+", verbose_name=_("衔级"))
    given_on = models.DateField(_("授予日期"), validators=[validate_not_future])
    basis = models.CharField(_("依据"), max_length=100, blank=True, validators=[validate_visible])

    class Meta(OfPerson.Meta):
        verbose_name = _("授衔")
        ordering = ["-given_on", "-pk"]
        indexes = [models.Index(fields=["person", "-given_on"], name="rankrecord_of")]

    def __str__(self) -> str:
        return f"{self.rank} {self.given_on}"


@tracked()
class Capability(OfPerson):
    """队员能力测评: what was assessed, when, with which result."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="capabilities", verbose_name=_("人员"))
    subject = models.CharField(_("测评科目"), max_length=60, validators=[validate_visible])
    result = models.CharField(_("结果"), max_length=40, validators=[validate_visible])
    assessor = models.CharField(_("测评人或机构"), max_length=60, blank=True, validators=[validate_visible])
    assessed_on = models.DateField(_("测评日期"), validators=[validate_not_future])
    valid_until = models.DateField(_("有效至"), null=True, blank=True)

    class Meta(OfPerson.Meta):
        verbose_name = _("能力测评")
        ordering = ["-assessed_on", "-pk"]
        indexes = [models.Index(fields=["person", "-assessed_on"], name="capability_of")]

    def __str__(self) -> str:
        return f"{self.subject} {self.result}"
