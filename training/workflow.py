"""演练和培训记录: how a record goes from whoever held it to the office above, and into the files.

- 筹备中 draft: planned, or being written up. Whoever keeps trainings at the host (captain, 信息员, clerk of the
  managing office or of its proxy) fills it in, puts people on the list and calls the roll; anything may be missing.
- 待确认 submitted: handed in and numbered (YL- or PX-<区划代码>-<年>-<4 位>, drawn at the first hand-in and kept).
  Facts, list and roll are read-only; head counts and minutes are frozen with it. It lies with the office above the host
  (a team's managing office; an office's own superior; the region's with colleagues of the region). Where the only one
  who could confirm there handed it in, it lies with the office above.
- 退回修改 returned: the office said what to change, by field where possible.
- 已确认 confirmed: it counts. Hours are credited to everybody who was there, in that same transaction.
- 已归档 archived: nothing changes any more. A confirmed record that turns out wrong goes back to its author; the hours
  are taken back until it is confirmed again.
- 已取消 cancelled: it was not held. It stays in lists, with the reason; who was to come is told. Not while certificates
  given for it stand.

Nobody confirms what he handed in himself. Time limits remind; they never decide.

Problems found in an activity: 整改中 → 待验收 when the place that has to put it right reports, 已销号 when somebody
else accepts; refused with a reason, opened again with a reason and a new day.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.decisions import Decision, no, yes
from core.language import as_stored, in_chinese
from core.notices import notify
from core.numbers import numbered
from core.workflow import Move, Workflow
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import acting_for, can, reach
from organizations.roles import Level, Right
from people.models import Person
from people.states import STANDING
from training.choices import ActivityKind, Listing
from training.models import Activity, Problem
from training.participants import places
from training.records import hours, papers
from training.records.checks import check
from training.states import ACTIVITY_STEPS, PROBLEM_STEPS, ActivityState

_TOP = (Level.REGION, Level.NATIONAL)
_PREFIX = {ActivityKind.DRILL: "YL", ActivityKind.TRAINING: "PX"}


# -- who ----------------------------------------------------------------------------------------------
def keeps(activity: Activity, user: User) -> Decision:
    """The author's side: whoever keeps trainings at the host today."""
    return can(user, Right.EDIT_TRAINING, activity.host)


def keeps_some(activity: Activity, user: User) -> Decision:
    """The same, or whoever keeps trainings at a team that takes part: for people of that team."""
    decision = keeps(activity, user)
    if not decision:
        joined = Organization.objects.filter(pk__in=activity.teams.order_by().values("organization"))
        if joined.filter(reach(user, Right.EDIT_TRAINING, at="")).exists():
            return yes("")
    return decision


def confirms(activity: Activity, user: User) -> Decision:
    if activity.submitted_by_id == user.pk:
        return no(gettext_lazy("自己报送的记录要由别人确认。"))
    return can(user, Right.CONFIRM_TRAINING, activity.office or confirming_office(activity.host))


def archives(activity: Activity, user: User) -> Decision:
    return can(user, Right.CONFIRM_TRAINING, activity.office or confirming_office(activity.host))


def confirming_office(host: Organization, *, without: Collection[int | None] = ()) -> Organization:
    """The office above the host; the region confirms its own among colleagues.

    :param without: keys of who hands in. Where nobody else at that office could confirm (its one clerk hands in for a
        team), the record goes on to the office above that: it must not lie where nobody may decide.
    """
    office = host if host.level in _TOP else _above(host)
    while without and office.level not in _TOP and not _others(office, without):
        office = _above(office)
    return office


def _above(place: Organization) -> Organization:
    return Organization.objects.get(path=place.parent_path)


def _others(office: Organization, without: Collection[int | None]) -> bool:
    """Whether somebody may confirm there besides these; where nobody holds the duty yet, it waits for whoever will."""
    everybody = nearest_holders(Right.CONFIRM_TRAINING, office)
    return not everybody or any(person.pk not in without for person in everybody)


def deciders(activity: Activity) -> list[User]:
    office = activity.office or confirming_office(activity.host)
    return nearest_holders(Right.CONFIRM_TRAINING, office, without=activity.submitted_by_id)


def author_side(activity: Activity) -> list[User]:
    """Who handed it in, or, where that one is no longer in office, whoever is nearest."""
    by = activity.submitted_by
    if by is not None and by.is_active and can(by, Right.EDIT_TRAINING, activity.host):
        return [by]
    return nearest_holders(Right.EDIT_TRAINING, activity.host)


# -- what follows ---------------------------------------------------------------------------------------
def _hand_in(activity: Activity, by: User) -> dict[str, list[str]]:
    """What was found and does not stop it is kept with the move: whoever confirms reads it there."""
    with in_chinese():
        found = check(activity)
    stops = [finding.message for finding in found if finding.blocking]
    if stops:
        raise ValidationError(stops, code="incomplete")
    assert activity.starts_at is not None, "checked above"
    now = timezone.now()
    if not activity.number:
        code = activity.host.division_id or activity.host.code
        activity.number = numbered(_PREFIX[ActivityKind(activity.kind)], code, timezone.localdate(now).year)
    activity.office = confirming_office(activity.host, without=[by.pk])
    activity.submitted_by, activity.submitted_at = by, now
    freeze(activity)
    tell(deciders(activity), activity, "activity_submitted", gettext_lazy("%(host)s报来%(kind)s记录：%(title)s"))
    return {"findings": [finding.record or finding.message for finding in found]}


def freeze(activity: Activity) -> None:
    """Set the columns that reports add up."""
    rows = hours.attended(activity)
    activity.listed = activity.participations.listed().count()
    activity.present = rows.values("participation").distinct().count()
    activity.minutes = rows.aggregate(all=Sum("counted"))["all"] or 0


def _return(activity: Activity, by: User, fields: dict[str, str] | None = None) -> dict[str, int]:
    """The version that is sent back is kept with the move: what differs from it later has been put right."""
    with in_chinese():
        body = _("需要修改 %(count)d 处。") % {"count": len(fields)} if fields else ""
    tell(author_side(activity), activity, "activity_returned", gettext_lazy("%(number)s 被退回修改：%(title)s"), body)
    return {"version": activity.version}


def _confirm(activity: Activity, by: User) -> None:
    activity.confirmed_by, activity.confirmed_at = by, timezone.now()
    hours.credit(activity)
    papers.order_record(activity, by=by)
    tell(author_side(activity), activity, "activity_confirmed", gettext_lazy("%(number)s 已确认：%(title)s"))


def _reopen(activity: Activity, by: User, fields: dict[str, str] | None = None) -> dict[str, int]:
    activity.confirmed_by, activity.confirmed_at = None, None
    hours.take_back(activity)
    papers.end_record(activity, by=by)
    tell(author_side(activity), activity, "activity_returned", gettext_lazy("%(number)s 退回更正：%(title)s"))
    return {"version": activity.version}


def _cancel(activity: Activity, by: User, reason: str = "") -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("请写明取消的原因。")})
    given = activity.participations.filter(certificate__state__in=STANDING).count()
    if given:
        raise ValidationError(_("已经按这次培训发了 %(n)d 本证书。没有办的，先停用这些证书，再取消。") % {"n": given})
    activity.state_reason = reason.strip()[:200]
    _tell_who_comes(activity, by, "activity_cancelled", gettext_lazy("已取消：%(title)s"), activity.state_reason)


def _revive(activity: Activity, by: User) -> None:
    activity.state_reason = ""
    _tell_who_comes(activity, by, "activity_revived", gettext_lazy("恢复筹备，照常参加：%(title)s"))


def _tell_who_comes(activity: Activity, by: User, kind: str, title: Any, body: str = "") -> None:
    """Whoever is on the list or has asked, and the keepers of the other teams; once it has begun they know."""
    if not places.lies_ahead(activity):
        return
    people = Person.objects.filter(pk__in=activity.participations.exclude(listing=Listing.REMOVED).values("person"))
    with in_chinese():
        places.tell(list(people), kind, str(title) % {"title": activity}, body)
    for joined in activity.teams.exclude(organization=activity.host_id).select_related("organization"):
        tell(nearest_holders(Right.EDIT_TRAINING, joined.organization, without=by.pk), activity, kind, title, body)


def tell(people: list[User], activity: Activity, kind: str, title: Any, body: str = "") -> None:
    with in_chinese():
        words = {
            "host": activity.host.short_name, "kind": activity.get_kind_display(), "title": activity,
            "number": activity.number,
        }  # fmt: skip
        said = str(title) % words
    notify(people, kind=kind, title=said, body=body, url=activity.get_absolute_url())


def _acting_for(activity: Activity, user: User | None) -> str:
    decided = activity.state in (ActivityState.CONFIRMED, ActivityState.RETURNED, ActivityState.ARCHIVED)
    if decided and activity.office is not None:
        return acting_for(user, Right.CONFIRM_TRAINING, activity.office)
    return acting_for(user, Right.EDIT_TRAINING, activity.host)


S = ACTIVITY_STEPS
WORKFLOW = Workflow(
    (
        Move("submit", gettext_lazy("报送记录"), S["submit"], keeps, tone="main", apply=_hand_in),
        Move("resubmit", gettext_lazy("重新报送"), S["resubmit"], keeps, tone="main", apply=_hand_in),
        Move("withdraw", gettext_lazy("撤回"), S["withdraw"], keeps),
        Move("confirm", pgettext_lazy("activity", "确认记录"), S["confirm"], confirms, tone="main", apply=_confirm),
        Move(
            "return_for_changes", gettext_lazy("退回修改"), S["return_for_changes"], confirms,
            needs_comment=True, apply=_return,
        ),
        Move("archive", gettext_lazy("归档"), S["archive"], archives, tone="main",
             warning=gettext_lazy("归档以后不能再改，也不能退回更正。")),
        Move("reopen", gettext_lazy("退回更正"), S["reopen"], archives, needs_comment=True, apply=_reopen),
        Move("cancel", gettext_lazy("取消活动"), S["cancel"], keeps, tone="danger", apply=_cancel),
        Move("revive", gettext_lazy("恢复筹备"), S["revive"], keeps, apply=_revive),
    ),
    acting_for=_acting_for,
)  # fmt: skip


# -- problems -------------------------------------------------------------------------------------------
def puts_right(problem: Problem, user: User) -> Decision:
    return can(user, Right.EDIT_TRAINING, problem.organization)


def accepts(problem: Problem, user: User) -> Decision:
    """Somebody else than who reported it, at the host or at the office that confirms its records; where nobody else is
    there, at the office above that."""
    if problem.fixed_by_id == user.pk:
        return no(gettext_lazy("自己报告整改的问题要由别人验收。"))
    if problem.owner_person is not None and problem.owner_person.user_id == user.pk:
        return no(gettext_lazy("由您负责整改的问题要由别人验收。"))
    host = problem.activity.host
    at_host = can(user, Right.EDIT_TRAINING, host)
    return (
        at_host if at_host else can(user, Right.CONFIRM_TRAINING, confirming_office(host, without=_interested(problem)))
    )


def acceptors(problem: Problem) -> list[User]:
    """Who is asked to accept: of those who may, the nearest."""
    without = _interested(problem)
    at_host = nearest_holders(Right.EDIT_TRAINING, problem.activity.host)
    return [user for user in at_host if user.pk not in without] or [
        user for user in nearest_holders(Right.CONFIRM_TRAINING, _accepting_office(problem)) if user.pk not in without
    ]


def _accepting_office(problem: Problem) -> Organization:
    return confirming_office(problem.activity.host, without=_interested(problem))


def _interested(problem: Problem) -> set[int]:
    """Who reported it, and who is named to put it right."""
    named = problem.owner_account
    return {pk for pk in (problem.fixed_by_id, named.pk if named else None) if pk is not None}


def _report(problem: Problem, by: User, fix: str = "") -> None:
    if not fix.strip():
        raise ValidationError({"fix": _("请写明整改情况。")})
    problem.fix, problem.fixed_by, problem.fixed_at = fix.strip()[:500], by, timezone.now()
    _tell_of(problem, acceptors(problem), "problem_fixed", gettext_lazy("问题已整改，请验收：%(what)s"))


def _accept(problem: Problem, by: User) -> None:
    problem.closed_by, problem.closed_at = by, timezone.now()


def _refuse(problem: Problem, by: User) -> None:
    reported = problem.fixed_by
    problem.fixed_by, problem.fixed_at = None, None
    still = reported is not None and reported.is_active and bool(puts_right(problem, reported))
    told = [reported] if still and reported is not None else _keepers(problem, by)
    _tell_anew(problem, told, by, "problem_refused", gettext_lazy("问题整改没有通过验收：%(what)s"))


def _open_again(problem: Problem, by: User, due_on: date | None = None) -> dict[str, Any]:
    """With a new day until which it is put right; the one before is kept with the move."""
    if due_on is None:
        raise ValidationError({"due_on": _("请写明新的整改期限。")})
    before, problem.due_on = problem.due_on, due_on
    problem.fixed_by = problem.fixed_at = problem.closed_by = problem.closed_at = None
    with in_chinese():
        body = _("%(activity)s，%(day)s 前整改。") % {"activity": problem.activity, "day": due_on}
    _tell_anew(problem, _keepers(problem, by), by, "problem_reopened", gettext_lazy("问题要重新整改：%(what)s"), body)
    return {"was_due": str(before) if before else ""}


def _keepers(problem: Problem, by: User) -> list[User]:
    return nearest_holders(Right.EDIT_TRAINING, problem.organization, without=by.pk)


def _tell_anew(problem: Problem, people: list[User], by: User, kind: str, title: Any, body: str = "") -> None:
    """It is to be put right once more: who is named is told too, as when it was given, on the own page."""
    _tell_of(problem, people, kind, title, body)
    named = problem.owner_account
    if named is None or named == by or named in people or not _is_there(problem):
        return
    _tell_of(problem, [named], kind, title, body, url=reverse("training:my_activities"))


def _is_there(problem: Problem) -> bool:
    return not Problem.objects.with_owner().get(pk=problem.pk).owner_left  # type: ignore[attr-defined]


def _tell_of(problem: Problem, people: list[User], kind: str, title: Any, body: str = "", url: str = "") -> None:
    said = as_stored(title, what=problem.what[:60])
    notify(people, kind=kind, title=said, body=body, url=url or problem.get_absolute_url())


P = PROBLEM_STEPS
PROBLEM = Workflow(
    (
        Move("report", gettext_lazy("报告已整改"), P["report"], puts_right, tone="main", apply=_report),
        Move("accept", gettext_lazy("验收销号"), P["accept"], accepts, tone="main", apply=_accept),
        Move("refuse", gettext_lazy("没有通过"), P["refuse"], accepts, needs_comment=True, apply=_refuse),
        Move("reopen", gettext_lazy("重新整改"), P["reopen"], accepts, needs_comment=True, apply=_open_again),
    ),
    acting_for=lambda problem, user: acting_for(user, Right.EDIT_TRAINING, problem.organization),
)
