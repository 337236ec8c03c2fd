"""What is looked at before a record is handed in. Blocking findings stop it; the others are told to both sides.

A draft saves with any of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.together import together
from training.activities.slots import MOST
from training.choices import ActivityKind, Listing, Presence
from training.models import Activity, Attendance, Base, Participation, PlanItem
from training.participants.attended import left_before, present, stays_away, unearned
from training.participants.covers import needs_cover, with_papers
from training.roll.contradictions import at_odds
from training.roll.presence import both, clashing
from training.roll.waiting import waiting


@dataclass(frozen=True)
class Finding:
    """:param field: of the form it belongs to, or ``people``, ``roll``, ``results`` for those pages; empty: there is
    nothing to be put right. :param blocking: stops the hand-in. :param record: what is kept of it for good, where the
    message names people. :param query: shows on that page just what it is about."""

    field: str
    message: str
    blocking: bool = True
    record: str = ""
    query: str = ""


Found = Mapping[str, list[Any]]
Check = Callable[[Activity, Found], Iterator[Finding]]
_NEEDED = {
    ActivityKind.DRILL: ("title", "starts_at", "ends_at", "place", "form", "scope", "hazard", "subjects", "summary"),
    ActivityKind.TRAINING: ("title", "starts_at", "ends_at", "place", "training_kind", "summary"),
}
_MOST_NAMES = 10
_LONGEST = {ActivityKind.DRILL: timedelta(days=15), ActivityKind.TRAINING: timedelta(days=MOST)}


def complete(activity: Activity, found: Found) -> Iterator[Finding]:
    """The facts that a record cannot do without."""
    for name in _NEEDED[ActivityKind(activity.kind)]:
        if name == "place" and (activity.base_id or activity.division_id):
            continue
        if not getattr(activity, name):
            label = activity._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            yield Finding(name, _("“%(field)s”还没有填。") % {"field": label})


def over(activity: Activity, found: Found) -> Iterator[Finding]:
    if activity.ends_at is None or activity.starts_at is None:
        return
    if activity.ends_at > timezone.now():
        yield Finding("", _("活动还没有结束，结束后才能报送记录。"))  # nothing that could be filled in
    if activity.ends_at - activity.starts_at > _LONGEST[ActivityKind(activity.kind)]:
        days = _LONGEST[ActivityKind(activity.kind)].days
        yield Finding("ends_at", _("开始到结束超过 %(days)d 天，请核对日期。") % {"days": days})


def attended(activity: Activity, found: Found) -> Iterator[Finding]:
    counts = {row["listing"]: row["n"] for row in found["people"]}
    if not counts.get(Listing.LISTED):
        if not activity.outside_people:
            yield Finding("people", _("名单里还没有人。请从参加队伍的名册里选人，或填写其他参加人数。"))
        return
    if not found["present"]:
        yield Finding("roll", _("名单里没有一个人点到。请点名，或按纸质签到表补录。"))
    asked, came = counts.get(Listing.ASKED), found["asked_came"][0]["n"] if found["asked_came"] else 0
    if asked:
        said = _("还有 %(count)d 人报名或现场签到、没有定是否在名单。") % {"count": asked}
        if came:
            said += _("其中 %(n)d 人点到了，不放进名单就不计人数和时长。") % {"n": came}
        yield Finding("people", said, blocking=False)


def every_slot(activity: Activity, found: Found) -> Iterator[Finding]:
    """A day of several for which nobody called the roll: it gives nobody an hour."""
    if found["present"]:
        slots = [str(slot) for slot in found["uncalled"]]
        said = _("有 %(n)d 场没有点名：%(names)s。漏点的请补录，没有举行的在“场次”里去掉。")
        yield from _some("roll", slots, said, _("有 %(n)d 场没有点名。"))


def in_force(activity: Activity, found: Found) -> Iterator[Finding]:
    """A team that has left holds nothing any more; what it held before can still be written down."""
    ended = activity.host.valid_to
    if ended and activity.starts_at and timezone.localdate(activity.starts_at) > ended:
        yield Finding(
            "starts_at", _("主办单位已于 %(day)s 退出或撤销，以后的活动不能以它的名义报送。") % {"day": ended}
        )


def of_its_year(activity: Activity, found: Found) -> Iterator[Finding]:
    """Put off into the next year, it would go on filling the plan of the last."""
    year = timezone.localtime(activity.starts_at).year if activity.starts_at else None
    for plan in found["plan"]:
        if year is not None and plan["plan__year"] < year:
            words = {"plan": plan["plan__year"], "year": year}
            said = _("对应的是 %(plan)d 年的计划，活动在 %(year)d 年，请核对对应年度计划。")
            yield Finding("plan_item", said % words, blocking=False)


def still_there(activity: Activity, found: Found) -> Iterator[Finding]:
    """Whoever has left the team since being put on the list is due all the same."""
    said = _("有 %(n)d 人在活动以前已经离开所代表的队伍：%(names)s。没有来的请移出名单，应到人数才准。")
    kept = _("有 %(n)d 人在活动以前已经离开所代表的队伍。")
    yield from _some("people", [row["person__name"] for row in found["left"]], said, kept)


def at_two_places(activity: Activity, found: Found) -> Iterator[Finding]:
    """Nobody is at two drills at once. The other one is not named: it may be none of the
    reader's business."""
    twice = {clash.own.participation_id: clash.own.participation.person.name for clash in clashing(found)}
    if twice:
        said = _("有 %(n)d 人同时在另一场活动点到：%(names)s。没有来的撤销点到；先后都到了的，更正时长并写明理由。")
        yield Finding("roll", said % {"n": len(twice), "names": _name(list(twice.values()))})


def called_twice(activity: Activity, found: Found) -> Iterator[Finding]:
    """Two phones without network that said otherwise."""
    said = _("有 %(n)d 人两台手机点的不一样：%(names)s。现在按后点的算，请核对，不对的重新点。")
    kept = _("有 %(n)d 人两台手机点的不一样，按后点的算。")
    yield from _some("roll", [row["name"] for row in found["odds"]], said, kept)


def put_right(activity: Activity, found: Found) -> Iterator[Finding]:
    """Minutes that were put right stand as they are when the slot becomes shorter afterwards, and are credited so."""
    said = _("有 %(n)d 人更正的时长比本场还长：%(names)s。场次的时间改过的，请重新更正。")
    kept = _("有 %(n)d 人更正的时长比本场还长。")
    yield from _some("roll", [row["participation__person__name"] for row in found["longer"]], said, kept)


def settled(activity: Activity, found: Found) -> Iterator[Finding]:
    count = found["waiting"][0]["n"] if found["waiting"] else 0
    if count:
        yield Finding(
            "roll", _("有 %(count)d 条点名没有算数、等待处理（在“点名”里）。") % {"count": count}, blocking=False
        )


def insured(activity: Activity, found: Found) -> Iterator[Finding]:
    """志愿服务条例第17条: whoever is sent into a drill is insured, or somebody has written why not."""
    without = [row["person__name"] for row in found["bare"] if not row["risk_reason"]]
    if without:
        words = {"n": len(without), "names": _name(without)}
        said = _("有 %(n)d 人活动期间不在人身意外保险的保障期内，也没有写明理由：%(names)s（志愿服务条例第十七条）。")
        yield Finding("people", said % words, query="bare=1")
    explained = [row["person__name"] for row in found["bare"] if row["risk_reason"]]
    said = _("有 %(n)d 人没有保险、写明理由参加：%(names)s（志愿服务条例第十七条）。")
    yield from _some("people", explained, said, _("有 %(n)d 人没有保险、写明理由参加（志愿服务条例第十七条）。"))


def _some(field: str, people: list[str], said: str, kept: str) -> Iterator[Finding]:
    """Told where there is anybody, and stops nothing. Both take ``n``, ``said`` also ``names``; the record has none."""
    if people:
        words = {"n": len(people), "names": _name(people)}
        yield Finding(field, said % words, blocking=False, record=kept % words)


def _name(people: list[str]) -> str:
    shown = _("、").join(people[:_MOST_NAMES])
    return shown if len(people) <= _MOST_NAMES else _("%(names)s等") % {"names": shown}


def taught(activity: Activity, found: Found) -> Iterator[Finding]:
    """Who taught, and what came of it, is told where it is missing; a training is taken without."""
    if activity.is_drill:
        return
    if not found["teachings"]:
        yield Finding("results", _("没有登记授课的人。"), blocking=False)
    open_ones = found["open"][0]["n"] if found["open"] else 0
    if open_ones:
        yield Finding(
            "results", _("还有 %(n)d 人没有登记结果（合格、不合格或不考核）。") % {"n": open_ones}, blocking=False
        )


def earned(activity: Activity, found: Found) -> Iterator[Finding]:
    """A certificate that was given for it and stands, though its holder did not pass. Whoever may end it is not always
    the one who hands in."""
    said = _("有 %(n)d 人按这次培训发了证书，现在不在合格的人里：%(names)s。证书还有效，请停用证书或者核对成绩。")
    kept = _("有 %(n)d 人按这次培训发了证书，现在不在合格的人里，证书还有效。")
    yield from _some("results", [row["person__name"] for row in found.get("unearned", ())], said, kept)


def at_a_base(activity: Activity, found: Found) -> Iterator[Finding]:
    """A place nobody may use any more on those days. It may be right all the same: agreements are renewed late."""
    if not activity.starts_at or not activity.ends_at:
        return
    first, last = timezone.localdate(activity.starts_at), timezone.localdate(activity.ends_at)
    for base in found["base"]:
        words = {"name": base.name, "from": base.agreed_from, "until": base.agreed_until, "ended": base.ended_on}
        if base.agreed_until and base.agreed_until < last:
            yield Finding("base", _("“%(name)s”的协议到 %(until)s 为止，活动时已经到期。") % words, blocking=False)
        if base.agreed_from and base.agreed_from > first:
            yield Finding("base", _("“%(name)s”的协议从 %(from)s 起，活动时还没有开始。") % words, blocking=False)
        if base.ended_on and base.ended_on < last:
            yield Finding("base", _("“%(name)s”已于 %(ended)s 停用，请核对训练基地。") % words, blocking=False)


def qualified(activity: Activity, found: Found) -> Iterator[Finding]:
    """Whoever teaches with a paper that is over on the day."""
    day = timezone.localdate(activity.starts_at) if activity.starts_at else timezone.localdate()
    ended = {one["name"]: one["until"] for one in found.get("teachings", ()) if one["until"] and one["until"] < day}
    for name, until in list(ended.items())[:_MOST_NAMES]:
        said = _("%(name)s的师资资质到 %(day)s 为止，授课时已经过期。")
        yield Finding("results", said % {"name": name, "day": until}, blocking=False)


CHECKS: tuple[Check, ...] = (
    complete, over, in_force, of_its_year, attended, every_slot, still_there, at_two_places, called_twice, put_right,
    settled, insured, taught, earned, at_a_base, qualified,
)  # fmt: skip


def check(activity: Activity) -> list[Finding]:
    """Everything that is found, blocking first. One query."""
    read = together(**_wanted(activity))
    found = [finding for one in CHECKS for finding in one(activity, read)]
    return sorted(found, key=lambda finding: not finding.blocking)


def _wanted(activity: Activity) -> dict[str, QuerySet[Any]]:
    """What the checks look at beside the record itself."""
    people = activity.participations.order_by()
    marked = Attendance.objects.filter(slot=OuterRef("pk")).exclude(presence=Presence.UNKNOWN)
    wanted: dict[str, QuerySet[Any]] = {
        "people": people.values("listing").annotate(n=Count("pk")),
        "present": people.filter(listing=Listing.LISTED, attendances__presence=Presence.PRESENT).values("pk")[:1],
        "waiting": waiting(activity.pk).order_by().values("slot__activity").annotate(n=Count("pk")),
        **both(activity),
        "odds": at_odds(activity.pk),
        "uncalled": activity.slots.filter(~Exists(marked.order_by())),
        "asked_came": people.filter(listing=Listing.ASKED, attendances__presence=Presence.PRESENT)
        .values("activity")
        .annotate(n=Count("pk", distinct=True)),
        "plan": PlanItem.objects.filter(pk__in=[activity.plan_item_id or 0]).order_by().values("plan__year"),
        "left": left_before(activity).values("person__name"),
        "longer": _longer_than_the_slot(activity).values("participation__person__name"),
        "base": Base.objects.filter(pk=activity.base_id) if activity.base_id else Base.objects.none(),
        "bare": _uncovered(activity) if needs_cover(activity) else Participation.objects.none(),
    }
    if not activity.is_drill:
        open_ones = present(activity).filter(outcome="").order_by()
        wanted["teachings"] = activity.teachings.order_by("pk").values("name", until=F("instructor__qualified_until"))
        wanted["open"] = open_ones.values("activity").annotate(n=Count("pk", distinct=True))
        wanted["unearned"] = unearned(activity).values("person__name")
    return wanted


def _longer_than_the_slot(activity: Activity) -> QuerySet[Any]:
    rows = Attendance.objects.filter(
        slot__activity=activity, participation__listing=Listing.LISTED, presence=Presence.PRESENT
    )
    lasts = ExpressionWrapper(F("slot__ends_at") - F("slot__starts_at"), output_field=DurationField())
    minute = ExpressionWrapper(F("minutes_set") * timedelta(minutes=1), output_field=DurationField())
    return rows.alias(lasts=lasts, set=minute).filter(set__gt=F("lasts")).order_by("pk")


def _uncovered(activity: Activity) -> QuerySet[Any]:
    """Names of those on the list who came, or may still come, and have no insurance on its days."""
    rows = activity.participations.listed().exclude(stays_away())
    return with_papers(rows, activity).filter(insured=False).values("person__name", "risk_reason")


def blocking(activity: Activity) -> list[str]:
    return [finding.message for finding in check(activity) if finding.blocking]
