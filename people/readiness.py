"""在册, 持证, 可出动: the three numbers of a team, and what each member lacks.

``NEEDS`` is the table: everything a member needs before he or she may be sent out, each with the rule it comes from.
Lists, filters, numbers, the member's own page and the rostering of missions read it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import NegatedExpression
from django.db.models.lookups import Exact, GreaterThan, IsNull
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.history.as_at import field_on
from core.lookups import among, has_none
from core.metrics import number_of
from people.choices import MemberKind, Presence
from people.models import Certificate, CertificateKind, Cover, Membership, Person
from people.states import MembershipState
from people.validators import ADULT, years_before


def _gone(day: date) -> bool:
    return day < timezone.localdate()


def column_on(name: str, day: date) -> Any:
    """A column of memberships as it stood at the end of the day: what changes without a date of its own."""
    return field_on(Membership, name, day, since=True) if _gone(day) else F(name)


def _is(name: str, value: str, day: date) -> Q:
    return Q(Exact(column_on(name, day), Value(value))) if _gone(day) else Q(**{name: value})


def _away(day: date) -> Q:
    """On leave or suspended, and not back by the day."""
    if not _gone(day):
        return ~Q(presence=Presence.ACTIVE) & (Q(away_until=None) | Q(away_until__gt=day))
    until = column_on("away_until", day)
    return ~_is("presence", Presence.ACTIVE, day) & (Q(IsNull(until, True)) | Q(GreaterThan(until, day)))


def _certificates(day: date) -> QuerySet[Certificate]:
    """Of the person of the outer membership: verified first-aid certificates in force on the day."""
    certificates = Certificate.objects.counting_then(day) if _gone(day) else Certificate.objects.counting(day)
    first_aid = among(CertificateKind.objects.filter(is_first_aid=True).order_by().values("pk"), "kind")
    theirs: QuerySet[Certificate] = certificates.filter(first_aid, person=OuterRef("person"))
    return theirs.order_by()


def _covers(day: date) -> QuerySet[Cover]:
    theirs: QuerySet[Cover] = Cover.objects.on(day).personal().filter(person=OuterRef("person"))
    return theirs.order_by()


Condition = Q | Exists | NegatedExpression


def _without(papers: Callable[[date], QuerySet]) -> Callable[[date], Condition]:
    return lambda day: ~Exists(papers(day))


@dataclass(frozen=True)
class Need:
    """One line of the table.

    :param lacks: day → condition over memberships that is true of those who lack it.
    :param label: what is said of them.
    :param source: the rule (clause, document) it comes from; empty where it is the plain sense of the register.
    :param papers: where lacking it is having none of these: day → the papers of the outer membership's person.
    """

    key: str
    label: StrOrPromise
    lacks: Callable[[date], Condition]
    source: StrOrPromise = ""
    papers: Callable[[date], QuerySet] | None = None

    @property
    def name(self) -> str:
        """Of the annotation that holds it."""
        return f"lacks_{self.key}"

    def met(self, day: date) -> Condition:
        """The opposite of ``lacks``, said in a way that the database answers for many rows at once by a join."""
        return Exists(self.papers(day)) if self.papers else ~Q(self.lacks(day))

    def flag(self, day: date) -> Any:
        """``lacks`` as a value of each row, looked up row by row: a page holds a few, whatever the list holds."""
        if self.papers:
            return has_none(self.papers(day))
        return Case(When(self.lacks(day), then=Value(True)), default=Value(False), output_field=BooleanField())


NEEDS = (
    Need("full", _("还是预备队员"), lambda day: ~_is("state", MembershipState.FULL, day)),
    Need("member", _("身份是志愿者，不参加出动"), lambda day: _is("kind", MemberKind.VOLUNTEER, day)),
    Need("present", _("请假或暂停"), _away),
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
        _without(_certificates),
        _("中红字〔2023〕42号（十五）"),
        _certificates,
    ),
    Need("insured", _("不在人身意外保险的保障期内"), _without(_covers), _("志愿服务条例第十七条"), _covers),
)
BY_KEY = {need.key: need for need in NEEDS}


def lacking(key: str, day: date | None = None) -> Condition:
    """The condition for those who lack ``key`` on the day."""
    return BY_KEY[key].lacks(day or timezone.localdate())


def with_needs(rows: QuerySet[Membership], day: date | None = None) -> QuerySet[Membership]:
    """Each row with ``lacks_<key>`` for every need, so that ``needs_of`` asks nothing more."""
    today = timezone.localdate()
    return rows.annotate(**_flags(day or today, today))


@lru_cache(maxsize=8)
def _flags(day: date, _today: date) -> dict[str, Any]:
    """Made once a day: the lists of members ask it with every page."""
    return {need.name: need.flag(day) for need in NEEDS}


def needs_of(membership: Membership) -> list[Need]:
    """What a membership read by ``with_needs`` lacks; empty: may be sent out."""
    return [need for need in NEEDS if getattr(membership, need.name)]


def certified(rows: QuerySet[Membership], day: date | None = None) -> QuerySet[Membership]:
    """持证: with a verified first-aid certificate in force."""
    return rows.filter(BY_KEY["certified"].met(day or timezone.localdate()))


def deployable(rows: QuerySet[Membership], day: date | None = None) -> QuerySet[Membership]:
    """可出动: on the roster that day, and lacking nothing."""
    on = day or timezone.localdate()
    return rows.there(on).filter(*(need.met(on) for need in NEEDS))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Numbers:
    """Heads, not memberships."""

    registered: int
    certified: int
    deployable: int


def heads(rows: QuerySet[Membership]) -> QuerySet[Person]:
    """The people of memberships ``rows``, each once: what numbers count and lists behind numbers show."""
    people: QuerySet[Person] = Person.objects.filter(pk__in=rows.order_by().values("person"))
    return people


def numbers(rows: QuerySet[Membership], day: date | None = None) -> Numbers:
    """The three numbers of memberships ``rows`` (of a team, of everything below an office), in one query.

    It counts what there is. A page that shows them of a whole league or region has them counted by ``core.metrics``,
    which has slow ones made in the background.
    """
    current = rows.there(day)  # type: ignore[attr-defined]
    counts = [number_of(heads(part)) for part in (current, certified(current, day), deployable(current, day))]
    # the counts are read beside one row of a table that is never empty
    return Numbers(*ContentType.objects.order_by().values_list(*counts)[:1].get())
