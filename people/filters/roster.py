"""Filters of rosters, for one team and for all below an office; for page, export and saved views."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.keys import keys
from organizations.filters import Scope, pick
from organizations.models import Organization
from organizations.permissions import reach
from organizations.roles import Right
from people.choices import MemberKind, Presence
from people.filters.party import PartyFilter
from people.heads import one_each
from people.models import Certificate, Cover, Membership, Person
from people.privacy.consenting import without_consent
from people.readiness import BY_KEY, NEEDS, certified, deployable, lacking
from people.states import CertificateState, MembershipState

MOST_PICKED = 500
ALL = "all"
EARLIEST = date(1900, 1, 1)  # before it nobody belonged, and ages cannot be reckoned
INSURANCE_ENDING = 30
_OF_TODAY = ("ready", "lacks", "certificate", "insurance", "party", "consent")


class Picked:
    """Rows somebody ticked; says how many in words."""

    def __init__(self, keys: list[int]) -> None:
        self.keys = keys

    def __str__(self) -> str:
        return _("%(count)d 人") % {"count": len(self.keys)}


class PickedField(forms.Field):
    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> Picked | None:
        given = [str(item) for item in value or []]
        found = keys(given)
        if len(found) != len(given) or len(given) > MOST_PICKED:
            raise ValidationError(_("选中的人不对。"))
        return Picked(found) if found else None


class PickedFilter(django_filters.Filter):
    """``membership=1&membership=2``: only these, as the page sends what was ticked."""

    field_class = PickedField

    def filter(self, qs: QuerySet, value: Picked | None) -> QuerySet:
        return qs.filter(pk__in=value.keys) if value else qs


class RosterFilter(PartyFilter):
    """Without ``state`` the current members; as at a day those who belonged then."""

    ready = pick(
        gettext_lazy("出动"), "by_ready",
        ("deployable", gettext_lazy("可出动")), ("not", gettext_lazy("不能出动")), ("certified", gettext_lazy("持证")),
    )  # fmt: skip
    lacks = pick(gettext_lazy("缺什么"), "by_lacks", *((need.key, need.label) for need in NEEDS))
    certificate = pick(
        gettext_lazy("证书"), "by_certificate",
        ("in_30", gettext_lazy("30 天内到期")), ("in_60", gettext_lazy("60 天内到期")),
        ("in_90", gettext_lazy("90 天内到期")), ("expired", gettext_lazy("有过期的")),
        ("reported", gettext_lazy("有待核验的")), ("none", gettext_lazy("没有应急救护证书")),
    )  # fmt: skip
    insurance = pick(
        gettext_lazy("保险"), "by_insurance", ("insured", gettext_lazy("已投保")), ("none", gettext_lazy("没有投保")),
        ("ending", gettext_lazy("30 天内到期")),
    )  # fmt: skip
    group = django_filters.CharFilter(label=gettext_lazy("分组"), method="by_group", max_length=40)
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("队籍状态"), method="by_state", empty_label=gettext_lazy("在册"),
        choices=[*MembershipState.choices, ("all", gettext_lazy("全部，含已退出"))],
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(label=gettext_lazy("身份"), choices=MemberKind, empty_label=gettext_lazy("全部"))
    presence = pick(gettext_lazy("在队情况"), "by_presence", *Presence.choices)
    party = pick(gettext_lazy("政治面貌"), "by_party", ("true", gettext_lazy("中共党员（含预备党员）")))
    consent = pick(gettext_lazy("同意书"), "by_consent", ("withdrawn", gettext_lazy("撤回了个人信息处理的同意")))
    membership = PickedFilter(label=gettext_lazy("选中的"))

    class Meta:
        model = Membership
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> QuerySet:
        if (day := self.day) is not None:
            queryset = queryset.on(day)
        elif not self.form.cleaned_data.get("state"):
            queryset = queryset.current()
        elif any(self.form.cleaned_data.get(name) for name in _OF_TODAY):
            queryset = queryset.current()  # who has left is not asked about what he or she has today
        return super().filter_queryset(queryset)

    def notes(self) -> list[str]:
        notes = super().notes()
        if self.day and self.data.get("state"):
            notes.append(_("回看某一天时列出那天在册的人，“队籍状态”没有采用。"))
        return notes

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(person__in=Person.objects.matching(value).order_by().values("pk"))

    def by_state(self, queryset: Any, name: str, value: str) -> QuerySet:
        rows = queryset if value == "all" or self.day else queryset.filter(state=value)
        return rows.of_somebody()

    def by_ready(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == "certified":
            return certified(queryset, self.day)
        ready = deployable(queryset, self.day)
        return ready if value == "deployable" else queryset.exclude(pk__in=ready.order_by().values("pk"))

    def by_lacks(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Looked up row by row: a list is read, and counted, no further than its first thousands."""
        return queryset.filter(BY_KEY[value].flag(self.day or timezone.localdate()))

    def by_certificate(self, queryset: Any, name: str, value: str) -> QuerySet:
        theirs = Certificate.objects.stood(self.day).filter(person=OuterRef("person"))
        if value == "none":
            return queryset.filter(~Exists(theirs.filter(kind__is_first_aid=True)))
        if value == "reported":
            return queryset.filter(Exists(theirs.filter(state=CertificateState.REPORTED)))
        theirs = theirs.not_followed(self.day)
        if value == "expired":
            return queryset.filter(Exists(theirs.filter(expires_on__lt=self.today)))
        last = self.today + timedelta(days=int(value.removeprefix("in_")))
        return queryset.filter(Exists(theirs.filter(expires_on__range=(self.today, last))))

    def by_insurance(self, queryset: Any, name: str, value: str) -> QuerySet:
        without = Q(lacking("insured", self.day))
        if value in ("none", "insured"):
            return self.by_lacks(queryset, name, "insured") if value == "none" else queryset.filter(~without)
        soon = self.today + timedelta(days=INSURANCE_ENDING)
        lasting = Cover.objects.on(soon).personal().filter(person=OuterRef("person"))
        return queryset.filter(~without, ~Exists(lasting))

    def by_group(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(group=value)

    def by_presence(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Somebody whose leave has run out is back."""
        away = ~Q(presence=Presence.ACTIVE) & (Q(away_until=None) | Q(away_until__gt=self.today))
        return queryset.filter(~away if value == Presence.ACTIVE else away & Q(presence=value))

    def by_consent(self, queryset: Any, name: str, value: str) -> QuerySet:
        return without_consent(queryset)

    @property
    def day(self) -> date | None:
        """The past day asked for. Today is as it is now."""
        return max(self.at, EARLIEST) if self.at and self.at < timezone.localdate() else None


def picked(request: Any, rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Of ``rows`` those the page sent as ticked; with ``pick=all`` everybody its list showed, on every page of it."""
    if request.method != "POST" and request.GET.get("pick") == ALL:
        return RosterFilter(request.GET, queryset=rows, request=request).qs
    given = request.POST if request.method == "POST" else request.GET
    return rows.filter(pk__in=keys(given.getlist("membership"))[: MOST_PICKED + 1])


class MemberFilter(RosterFilter):
    """The same for everything below an office."""

    under = Scope("organization__path")
    kept = pick(gettext_lazy("名册"), "by_kept", ("true", gettext_lazy("我管理的名册")))
    own = pick(gettext_lazy("管理层级"), "by_own", ("true", gettext_lazy("只看本级管理的队伍")))
    heads = pick(gettext_lazy("一人多队"), "by_heads", ("once", gettext_lazy("每人只列一次")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.filters if name not in ("q", "under")]:
            self.filters.move_to_end(name)  # where, before what

    def filter_queryset(self, queryset: Any) -> QuerySet:
        found = super().filter_queryset(queryset)
        return one_each(found) if self.form.cleaned_data.get("heads") else found

    def by_kept(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(reach(self.request.user, Right.EDIT_MEMBER, at="organization"))

    def by_own(self, queryset: Any, name: str, value: str) -> QuerySet:
        under = self.form.cleaned_data.get("under")
        depth = len(under.path) // Organization.steplen + 1 if under else 0
        return queryset.filter(organization__depth=depth) if under else queryset

    def by_heads(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Last of all, in ``filter_queryset``: which rows there are must be known before one of each is kept."""
        return queryset
