"""在册, 持证, 可出动: the three numbers of a team, and what each member lacks (design §7).

``NEEDS`` is the table: everything a member needs before he or she may be sent out, each with the rule it comes from.
Lists, filters, numbers, the member's own page and the rostering of missions read it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import NegatedExpression
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from people.choices import MemberKind, Presence
from people.models import Certificate, Cover, Membership
from people.states import MembershipState
from people.validators import ADULT, years_before


def _certified(day: date) -> Exists:
    theirs = Certificate.objects.counting(day).filter(person=OuterRef("person"), kind__is_first_aid=True)
    return Exists(theirs)


def _insured(day: date) -> Exists:
    return Exists(Cover.objects.on(day).personal().filter(person=OuterRef("person")))


Condition = Q | Exists | NegatedExpression


@dataclass(frozen=True)
class Need:
    """One line of the table.

    :param lacks: day → condition over memberships that is true of those who lack it.
    :param label: what is said of them.
    :param source: the rule (clause, document) it comes from; empty where it is the plain sense of the register.
    """

    key: str
    label: StrOrPromise
    lacks: Callable[[date], Condition]
    source: StrOrPromise = ""

    @property
    def name(self) -> str:
        """Of the annotation that holds it."""
        return f"lacks_{self.key}"


NEEDS = (
    Need("full", _("还是预备队员"), lambda day: ~Q(state=MembershipState.FULL)),
    Need("member", _("身份是志愿者，不参加出动"), lambda day: Q(kind=MemberKind.VOLUNTEER)),
    Need(
        "present",
        _("请假或暂停"),
        lambda day: ~Q(presence=Presence.ACTIVE) & (Q(away_until=None) | Q(away_until__gt=day)),
    ),
    Need("identity", _("没有登记证件号码"), lambda day: Q(person__id_index=None)),
    Need(
        "adult",
        _("未满 18 周岁，或者没有登记出生日期"),
        lambda day: Q(person__birth=None) | Q(person__birth__gt=years_before(day, ADULT)),
        _("突发事件应对法（2024）第三十九条"),
    ),
    Need(
        "certified",
        _("没有在有效期内、已核验的应急救护证书"),
        lambda day: ~_certified(day),
        _("中红字〔2023〕42号（十五）"),
    ),
    Need("insured", _("不在人身意外保险的保障期内"), lambda day: ~_insured(day), _("志愿服务条例第十七条")),
)
BY_KEY = {need.key: need for need in NEEDS}


def lacking(key: str, day: date | None = None) -> Condition:
    """The condition for those who lack ``key`` on the day."""
    return BY_KEY[key].lacks(day or timezone.localdate())


def with_needs(rows: QuerySet[Membership], day: date | None = None) -> QuerySet[Membership]:
    """Each row with ``lacks_<key>`` for every need, so that ``needs_of`` asks nothing more."""
    on = day or timezone.localdate()
    return rows.annotate(**{need.name: _flag(need.lacks(on)) for need in NEEDS})


def needs_of(membership: Membership) -> list[Need]:
    """What a membership read by ``with_needs`` lacks; empty: may be sent out."""
    return [need for need in NEEDS if getattr(membership, need.name)]


def certified(rows: QuerySet[Membership], day: date | None = None) -> QuerySet[Membership]:
    """持证: with a verified first-aid certificate in force."""
    return rows.filter(_certified(day or timezone.localdate()))


def deployable(rows: QuerySet[Membership], day: date | None = None) -> QuerySet[Membership]:
    """可出动: current, and lacking nothing."""
    on = day or timezone.localdate()
    return rows.current().filter(*(~Q(need.lacks(on)) for need in NEEDS))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Numbers:
    """Heads, not memberships."""

    registered: int
    certified: int
    deployable: int


def numbers(rows: QuerySet[Membership], day: date | None = None) -> Numbers:
    """The three numbers of memberships ``rows`` (of a team, of everything below an office), in one query."""
    on = day or timezone.localdate()
    ready = Q()
    for need in NEEDS:
        ready &= ~Q(need.lacks(on))
    heads = rows.current().aggregate(  # type: ignore[attr-defined]
        registered=Count("person", distinct=True),
        certified=Count("person", distinct=True, filter=Q(_certified(on))),
        deployable=Count("person", distinct=True, filter=ready),
    )
    return Numbers(**heads)


def _flag(condition: Condition) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
