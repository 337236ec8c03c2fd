"""Standing of a person: awards, mandates, hours, ranks, assessments of capability.

``KINDS`` is the table of them: pages, forms and histories read it, so a further kind is a line. The functions below say
what counts in a year; lists, the summary and the metrics ask them, so that a number and its list agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from people.models import Award, Capability, HourRecord, Mandate, Person, RankRecord
from people.models.standing import OfPerson

DAY_HOURS = Decimal(24)


@dataclass(frozen=True)
class Kind:
    """:param relation: name on the person. :param fields: of the form. :param shown: names of the table's cells."""

    model: type[OfPerson]
    relation: str
    title: StrOrPromise
    fields: tuple[str, ...]
    shown: tuple[str, ...]
    joined: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """In addresses."""
        return str(self.model._meta.model_name)


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            Award, "awards", gettext_lazy("表彰奖励"), ("name", "level", "grantor", "awarded_on", "document_no"),
            ("awarded_on", "level", "grantor", "document_no"),
        ),
        Kind(
            Mandate, "mandates", gettext_lazy("代表、理事、监事"),
            ("kind", "organization", "term", "starts_on", "ends_on"), ("term", "starts_on", "ends_on"),
            ("organization",),
        ),
        Kind(
            HourRecord, "hours", gettext_lazy("服务和培训时长"), ("kind", "on", "hours", "what", "organization"),
            ("on", "kind", "hours", "organization"), ("organization",),
        ),
        Kind(
            RankRecord, "ranks", gettext_lazy("衔级"), ("rank", "given_on", "basis"), ("given_on", "basis"), ("rank",)
        ),
        Kind(
            Capability, "capabilities", gettext_lazy("能力测评"),
            ("subject", "result", "assessor", "assessed_on", "valid_until"),
            ("assessed_on", "result", "assessor", "valid_until"),
        ),
    )
}  # fmt: skip


@transaction.atomic
def take_back(record: Any, *, reason: str) -> None:
    """The record was wrong: it stays, with a day and a reason, and counts nowhere.

    :raises ValidationError: somebody has taken it back meanwhile.
    """
    locked = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    if locked.ended_at is not None:
        raise ValidationError(_("这条记录已经作废了。"))
    locked.ended_at, locked.end_reason, locked.version = timezone.now(), reason, locked.version + 1
    locked.save(update_fields=["ended_at", "end_reason", "version"])


def kept_elsewhere(record: Any) -> str:
    """Why the record is not changed by hand: what of the layers above wrote it (``STANDING_KEPT_ELSEWHERE``); else
    empty."""
    return next((said for path in settings.STANDING_KEPT_ELSEWHERE if (said := import_string(path)(record))), "")


def check_hours(person: Person, on: date, hours: Decimal, *, but: int | None = None) -> None:
    """A day has 24 hours, whoever wrote them down. Locks the person, so that two at once cannot both pass.

    :param but: the record that is being changed.
    :raises ValidationError: with the hours already there (key ``hours``).
    """
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    others = HourRecord.objects.standing().filter(person=person, on=on).exclude(pk=but)
    there = others.aggregate(there=Sum("hours"))["there"] or Decimal(0)
    if there + hours > DAY_HOURS:
        words = {"day": on.isoformat(), "there": f"{there:f}", "left": f"{DAY_HOURS - there:f}"}
        said = _("%(day)s 这天已登记 %(there)s 小时，一天不能超过 24 小时，最多还能登记 %(left)s 小时。") % words
        raise ValidationError({"hours": said}, code="day_full")


def check_once(record: Any) -> None:
    """Nothing is written down twice, by a second click or by two people, nor an office held twice at once. Locks the
    person, so that two at once cannot both pass.

    :raises ValidationError: what there is already.
    """
    Person.objects.select_for_update(of=("self",)).get(pk=record.person_id)
    others = type(record).objects.standing().filter(person=record.person_id).exclude(pk=record.pk)
    if isinstance(record, Mandate):
        rows = others.filter(kind=record.kind, organization=record.organization_id)
        rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=record.starts_on))
        if held := rows.filter(Q() if record.ends_on is None else Q(starts_on__lte=record.ends_on)).first():
            words = {"since": held.starts_on.isoformat()}
            said = _("同一职务已经登记过，从 %(since)s 起，和这一次有重叠；换届的请先填那一次的止。") % words
            raise ValidationError({"starts_on": said}, code="twice")
    elif others.filter(
        **{name: getattr(record, name) for name in KINDS[type(record)._meta.model_name].fields}
    ).exists():
        raise ValidationError(_("一样的已经登记过了；确实是两次的，请在内容里写明区别。"), code="twice")


def hours_by_year(records: Iterable[HourRecord]) -> list[dict[str, Any]]:
    """Newest year first: ``year`` and a sum per kind of hours."""
    years: dict[int, dict[str, Any]] = {}
    for record in records:
        row = years.setdefault(record.on.year, {"year": record.on.year, "service": Decimal(0), "training": Decimal(0)})
        row[record.kind] += record.hours
    return sorted(years.values(), key=lambda row: row["year"], reverse=True)


# -- what counts in a year, or in it until a day ------------------------------------------------------------
def last_day(year: int | None) -> date:
    """The day of the year as of which standing is told: its last, or today."""
    today = timezone.localdate()
    return today if year is None else min(today, date(year, 12, 31))


def _within(field: str, year: int | None, until: date | None) -> Q:
    """A range, not ``__year``, which no index serves."""
    return Q(**{f"{field}__gte": date(year, 1, 1), f"{field}__lte": until or date(year, 12, 31)}) if year else Q()


def awarded(year: int | None = None, prefix: str = "", until: date | None = None) -> Q:
    """Awards that stand, given in the year; ``prefix`` leads to the award."""
    return Q(**{f"{prefix}ended_at": None}) & _within(f"{prefix}awarded_on", year, until)


def in_office(year: int | None = None, prefix: str = "", until: date | None = None) -> Q:
    """Mandates in force on the last day of the year, of the present year today."""
    day = until or last_day(year)
    lasting = Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": day})
    return lasting & Q(**{f"{prefix}ended_at": None, f"{prefix}starts_on__lte": day})


def worked(year: int | None = None, prefix: str = "", until: date | None = None) -> Q:
    """Hours that stand, of days in the year."""
    return Q(**{f"{prefix}ended_at": None}) & _within(f"{prefix}on", year, until)


def awards(year: int | None = None, level: str = "", until: date | None = None) -> QuerySet[Award]:
    rows = Award.objects.filter(awarded(year, until=until))
    return rows.filter(level=level) if level else rows


def mandates(year: int | None = None, kind: str = "", until: date | None = None) -> QuerySet[Mandate]:
    rows = Mandate.objects.filter(in_office(year, until=until))
    return rows.filter(kind=kind) if kind else rows


def hours(year: int | None = None, kind: str = "", until: date | None = None) -> QuerySet[HourRecord]:
    # what stays with a record that was merged is there a second time (HourRecordQuerySet.movable_to)
    merged = Person.objects.exclude(merged_into=None).order_by().values("pk")
    rows = HourRecord.objects.filter(worked(year, until=until)).exclude(person__in=merged)
    return rows.filter(kind=kind) if kind else rows


def red_cross_member(year: int | None = None, prefix: str = "", until: date | None = None) -> Q:
    """Has a membership number of the Red Cross, dated by then where it is dated; ``prefix`` leads to the person."""
    return _numbered("rc_member", prefix, until or last_day(year))


def registered_volunteer(year: int | None = None, prefix: str = "", until: date | None = None) -> Q:
    return _numbered("volunteer", prefix, until or last_day(year))


def _numbered(name: str, prefix: str, day: date) -> Q:
    dated = Q(**{f"{prefix}{name}_on": None}) | Q(**{f"{prefix}{name}_on__lte": day})
    return ~Q(**{f"{prefix}{name}_no": ""}) & dated


def one_per_person(rows: QuerySet, *, key: str = "pk", within: Q | None = None) -> Q:
    """Of rows that are memberships: the condition that leaves one of each person, the main team's where it is there.

    A main membership needs no look at the others, and nearly all are: counting thousands stays quick.

    :param rows: the same rows: further ones of the person are looked for among them.
    :param key: what names the membership (an as-at list has events of it).
    :param within: a condition on the further ones: one row of each person per branch.
    """
    others = rows.order_by().filter(Q(is_main=True) | Q(**{f"{key}__gt": OuterRef(key)}), person=OuterRef("person"))
    return Q(is_main=True) | ~Q(Exists(others.filter(within) if within is not None else others))
