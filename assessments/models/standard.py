from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.choices import Method, Publisher, Purpose, Scheme, Specialty, Subject
from assessments.states import STANDARD_OVER, STANDARD_TO_COME, STANDARD_TRANSITIONS, StandardState
from core.decisions import Decision, no
from core.history import tracked
from core.links import link_to
from core.search import matching, search_index, search_key
from organizations.models import User
from organizations.region import may_manage_assessments
from organizations.roles import Level, Right
from organizations.validators import validate_visible, validate_year
from teams.models import Category
from teams.validators import validate_document_number


class StandardQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "StandardQuerySet":
        """What is or was in force, to everybody who sees assessments or scores for a panel; drafts to the region."""
        from organizations.permissions import access  # the permission module reads the organization's model

        if Right.VIEW_ASSESSMENT not in access(user) and not user.panels.exists():
            return self.none()
        return self if may_manage_assessments(user) else self.exclude(state=StandardState.DRAFT)

    def published(self) -> "StandardQuerySet":
        return self.filter(state=StandardState.PUBLISHED)

    def in_force(self, day: Any) -> "StandardQuerySet":
        """Published, and valid on the day."""
        return self.from_now_on(day).filter(valid_from__lte=day)

    def from_now_on(self, day: Any) -> "StandardQuerySet":
        """Published, and valid on the day or later."""
        return self.published().filter(Q(valid_until=None) | Q(valid_until__gte=day))

    def matching(self, term: str) -> "StandardQuerySet":
        return self.filter(matching(term))


def _one_changed(*names: str) -> Any:
    changed = (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in names)
    return reduce(or_, changed)


@tracked(exclude=("search_key",))
class Standard(models.Model):
    """测评标准 in one version. Once published it stays: a new version is drawn up beside it.

    The official tables were not found: what is shipped is marked 示例, and what the publisher issues
    is imported as a new version.

    :ivar code: what the versions have in common. :ivar civil_only: applies only to teams registered with civil affairs
        (应急〔2024〕83号 第2条); for others it is 不适用, which is not the same as not met.
    """

    State = StandardState

    code = models.SlugField(_("代号"), max_length=40)
    number = models.PositiveSmallIntegerField(_("版本"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=StandardState, default=StandardState.DRAFT)
    name = models.CharField(_("名称"), max_length=100, validators=[validate_visible])
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose)
    scheme = models.CharField(_("体系"), max_length=10, choices=Scheme, default=Scheme.RED_CROSS)
    publisher = models.CharField(_("发布主体"), max_length=10, choices=Publisher)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("适用类别")
    )
    specialty = models.CharField(_("应急管理部门专业"), max_length=10, choices=Specialty, blank=True)
    document_number = models.CharField(_("文号"), max_length=40, blank=True, validators=[validate_document_number])
    valid_from = models.DateField(_("生效日期"), null=True, blank=True, validators=[validate_year])
    valid_until = models.DateField(_("失效日期"), null=True, blank=True, validators=[validate_year])
    validity_months = models.PositiveSmallIntegerField(
        _("结论有效期（月）"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    civil_only = models.BooleanField(_("只适用于民政登记的队伍"), default=False)
    is_sample = models.BooleanField(_("示例"), default=False)
    note = models.TextField(_("说明"), blank=True, max_length=2000)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("发布人")
    )
    withdrawn_reason = models.CharField(_("停用原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("name", "document_number", "code")

    objects = StandardQuerySet.as_manager()
    attachment_kinds = {"document": _("标准文件")}

    class Meta:
        verbose_name = _("测评标准")
        default_permissions = ()
        ordering = ["purpose", "code", "-number"]
        indexes = [search_index("standard_search")]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "number"], name="standard_once", violation_error_message=_("这个代号已有这一版。")
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(state=StandardState.DRAFT),
                name="standard_one_draft",
                violation_error_message=_("这项标准已有一版在起草，请先发布它。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gte=F("valid_from")),
                name="standard_dates",
                violation_error_message=_("失效日期不能早于生效日期。"),
            ),
            models.CheckConstraint(
                condition=Q(state=StandardState.DRAFT) | Q(published_at__isnull=False, valid_from__isnull=False),
                name="standard_published_whole",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=STANDARD_TRANSITIONS),
            pgtrigger.Protect(
                name="published_stays",
                operation=pgtrigger.Update,
                # by what changes, not by what is written: a move saves the whole row
                condition=~pgtrigger.Q(old__state=StandardState.DRAFT.value)
                & _one_changed(
                    "code", "number", "name", "purpose", "scheme", "publisher", "category", "specialty",
                    "document_number", "valid_from", "validity_months", "civil_only", "is_sample", "published_at",
                ),
            ),
            pgtrigger.Protect(
                name="published_not_deleted",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state=StandardState.DRAFT.value),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        words = {"name": self.name, "number": self.number}
        shown = gettext("%(name)s（第 %(number)s 版）") % words
        return gettext("%(standard)s（示例）") % {"standard": shown} if self.is_sample else shown

    def get_absolute_url(self) -> str:
        return link_to("assessments:standard_detail", self.pk)

    @property
    def stands(self) -> str:
        """What it is today: its state, told apart by the days of a published version."""
        today = timezone.localdate()
        if self.state != StandardState.PUBLISHED:
            return self.state
        if self.valid_until is not None and self.valid_until < today:
            return STANDARD_OVER
        return STANDARD_TO_COME if self.valid_from is not None and self.valid_from > today else self.state

    @property
    def is_current(self) -> bool:
        """Still goes: neither a draft, nor withdrawn, nor over."""
        return self.stands in (StandardState.PUBLISHED, STANDARD_TO_COME)

    def standing(self) -> str:
        """What it is today, in words."""
        words = {STANDARD_OVER: gettext("已失效"), STANDARD_TO_COME: gettext("已发布，还没有生效")}
        return words.get(self.stands) or self.get_state_display()

    def can_edit(self, user: User) -> Decision:
        decision = may_manage_assessments(user)
        if decision and self.state != StandardState.DRAFT:
            return no(_("这一版已经发布，不能再改。要改请另起一版。"))
        return decision

    def can_attach(self, user: User) -> Decision:
        return may_manage_assessments(user)


# Lines of a published standard neither come, go nor change.
_STAYS_WITH_STANDARD = """
    IF TG_OP <> 'DELETE' THEN of_standard := of_standard || NEW.standard_id; END IF;
    IF TG_OP <> 'INSERT' THEN of_standard := of_standard || OLD.standard_id; END IF;
    IF EXISTS (
        SELECT 1 FROM assessments_standard WHERE id = ANY(of_standard) AND state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'the standard has been published: its lines stay as they are';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def _stays_with_standard() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="published_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("of_standard", "BIGINT[]")],
        func=_STAYS_WITH_STANDARD,
    )


def _points(label: Any, **more: Any) -> models.DecimalField:
    return models.DecimalField(
        label, max_digits=6, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(1000)], **more
    )


@tracked()
class Conclusion(models.Model):
    """结论档次 a standard can end in, best first: 1 级 to 3 级 of a grading, 优秀 to 不合格 of a year.

    The first whose bars are all reached is the result; one without bars takes whoever reached no other. Bars are points
    out of the standard's full score, also where something did not apply (``assessments.scoring``).

    :ivar key: what ``Indicator.requirements`` names; for gradings a value of ``choices.Grade``.
    :ivar organiser: which level of office holds a grading for it; who tests which grade was not found (§12.2).
    """

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="conclusions", verbose_name=_("标准"))
    key = models.SlugField(_("代号"), max_length=20)
    name = models.CharField(_("名称"), max_length=20, validators=[validate_visible])
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    min_total = _points(_("总分不低于"), null=True, blank=True)
    min_public = _points(_("公共科目不低于"), null=True, blank=True)
    min_professional = _points(_("专业科目不低于"), null=True, blank=True)
    organiser = models.CharField(
        _("组织测评的机构"), max_length=15, blank=True,
        choices=[(one.value, one.label) for one in (Level.REGION, Level.LEAGUE)],
    )  # fmt: skip

    class Meta:
        verbose_name = _("结论档次")
        default_permissions = ()
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "key"], name="conclusion_once", violation_error_message=_("这个代号已经有了。")
            )
        ]
        triggers = [_stays_with_standard()]

    def __str__(self) -> str:
        return self.name


@tracked()
class Indicator(models.Model):
    """指标: a line of a standard's tree. How it gives points: ``assessments.scoring``.

    :ivar metric: name in ``core.metrics`` the value is read from; empty: answered by hand.
    :ivar steps: ``[{"from": "80", "points": "6"}, …]``: the points for a value from there on (STEPS).
    :ivar per_unit: points taken for each one counted (DEDUCTION). :ivar requirements: conclusion key → least value
        (or most, where less is better) for it: the bar of THRESHOLD, and of a veto that has one.
    :ivar texts: conclusion key → the requirement in words.
    """

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="indicators", verbose_name=_("标准"))
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("上级指标")
    )
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    code = models.CharField(_("编号"), max_length=20, validators=[validate_visible])
    name = models.CharField(_("指标"), max_length=200, validators=[validate_visible])
    subject = models.CharField(_("科目"), max_length=15, choices=Subject, default=Subject.PUBLIC)
    method = models.CharField(_("评分方式"), max_length=10, choices=Method, default=Method.JUDGED)
    points = _points(_("分值"), default=Decimal(0))
    steps = models.JSONField(_("分档"), default=list, blank=True)
    per_unit = _points(_("每项扣分"), null=True, blank=True)
    metric = models.CharField(_("自动取数"), max_length=60, blank=True)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    requirements = models.JSONField(_("各档要求（数值）"), default=dict, blank=True)
    texts = models.JSONField(_("各档要求（文字）"), default=dict, blank=True)
    more_is_better = models.BooleanField(_("数值越大越好"), default=True)
    is_veto = models.BooleanField(_("一票否决"), default=False)
    may_not_apply = models.BooleanField(_("可以不适用"), default=False)
    evidence = models.CharField(_("证明材料"), max_length=300, blank=True)
    guidance = models.TextField(_("评分说明"), blank=True, max_length=1000)
    source = models.CharField(_("依据"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("指标")
        default_permissions = ()
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "code"],
                name="indicator_once",
                violation_error_message=_("本标准里已经有这个编号。"),
                deferrable=models.Deferrable.DEFERRED,
            )
        ]
        triggers = [_stays_with_standard()]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return f"{reverse('assessments:standard_detail', args=[self.standard_id])}#i{self.pk}"
