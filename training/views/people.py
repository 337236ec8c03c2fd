"""名单 of an activity: who is to come, team by team; putting people of the rosters on it."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.keys import key, keys
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.models import Organization
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.moves import refused
from people.models import Membership, Person
from training.choices import Listing, PartRole, Presence
from training.models import Activity, ActivityTeam, Attendance, Participation
from training.participants.attended import stays_away
from training.participants.covers import needs_cover, with_papers
from training.participants.listing import Listed, Uninsured, may_list, may_list_of, pool, put_on
from training.states import WITH_AUTHOR, ActivityState
from training.views.activity_common import activity_page
from training.workflow import keeps

MOST = 600  # people shown at once; beyond that team by team
MOST_TICKED = 500


@require_safe
@login_required
def activity_people(request: SignedIn, pk: int) -> HttpResponse:
    """``?team=``: of one team. ``?removed=1``: who was taken off. ``?bare=1``: who is neither insured nor explained."""
    page = activity_page(request, pk, "training:activity_people")
    activity = page.activity
    rows = list(_rows(activity))
    teams = _teams(request, activity, rows)
    team = key(request.GET.get("team", ""))
    shows_removed = request.GET.get("removed") == "1"
    wanted = [one for one in Listing if (one == Listing.REMOVED) is shows_removed]
    chosen = [row for row in rows if row.listing in wanted and team in (None, row.organization_id)]
    only_bare = request.GET.get("bare") == "1" and needs_cover(activity)
    if only_bare:
        chosen = [row for row in chosen if _is_bare(row)]
    chosen.sort(key=_order)
    numbers = Counter(row.listing for row in rows)
    context = page.context(
        teams=teams,
        team=team,
        rows=_lines(request, activity, chosen[:MOST]),
        more=len(chosen) > MOST,
        most=MOST,
        listed=numbers[Listing.LISTED],
        asked=numbers[Listing.ASKED],
        waiting=numbers[Listing.WAITING],
        removed=numbers[Listing.REMOVED],
        shows_removed=shows_removed,
        only_bare=only_bare,
        bare=_bare(activity, rows),
        handed_in=activity.state not in WITH_AUTHOR,
        covers=needs_cover(activity),
        may_add=bool(may_list(activity, request.user)),
        decides=bool(page.kept),
    )
    return render(request, "training/activity_people.html", context)


def _rows(activity: Activity) -> QuerySet[Participation]:
    there = Attendance.objects.filter(participation=OuterRef("pk"), presence=Presence.PRESENT)
    rows = activity.participations.select_related("person__merged_into", "organization")
    rows = with_papers(rows, activity).annotate(there=Exists(there.order_by()), away=stays_away())
    return rows.order_by("organization__path", "pk")


def _order(row: Participation) -> tuple[int, Any]:
    """Who waits for an answer comes first, then who waits for a place, by who came first."""
    if row.listing == Listing.WAITING:
        return 1, row.added_at
    return (0 if row.listing == Listing.ASKED else 2), 0


def _teams(request: SignedIn, activity: Activity, rows: list[Participation]) -> list[dict[str, Any]]:
    """Joined teams with how many of each are on the list, and a last line for those of no joined team."""
    heads: dict[int, Counter] = {}
    for row in rows:
        heads.setdefault(row.organization_id, Counter())[row.listing] += 1
        if row.listing == Listing.LISTED and row.there:  # type: ignore[attr-defined]
            heads[row.organization_id]["there"] += 1
    joined = list(activity.teams.select_related("organization").order_by("organization__path"))
    found = [_team(request, activity, one.organization, heads.get(one.organization_id), one) for one in joined]
    known = {one.organization_id for one in joined}
    others = {row.organization_id: row.organization for row in rows if row.organization_id not in known}
    return found + [_team(request, activity, one, heads.get(pk), None) for pk, one in others.items()]


def _team(
    request: SignedIn, activity: Activity, team: Organization, heads: Counter | None, joined: ActivityTeam | None
) -> dict[str, Any]:
    heads = heads or Counter()
    return {
        "place": team,
        "joined": joined,
        "listed": heads[Listing.LISTED],
        "asked": heads[Listing.ASKED],
        "there": heads["there"],
        "may_add": bool(may_list_of(activity, team, request.user)),
    }


def _lines(request: SignedIn, activity: Activity, rows: list[Participation]) -> list[dict[str, Any]]:
    """What is known of papers is shown to whoever may see the roster; the name leads there too."""
    sees = {row.organization_id: bool(can(request.user, Right.VIEW_MEMBER, row.organization)) for row in rows}
    people = Person.objects.visible_to(request.user).filter(pk__in=[row.person_id for row in rows])
    seen = set(people.values_list("pk", flat=True))
    host = bool(keeps(activity, request.user))
    return [
        {
            "row": row,
            "url": row.person.get_absolute_url() if row.person_id in seen else "",
            "sees": host or sees[row.organization_id],
            "may": bool(may_list_of(activity, row.organization, request.user)),
        }
        for row in rows
    ]


def _bare(activity: Activity, rows: list[Participation]) -> int:
    """How many on the list come, or may come, and are neither insured nor explained: as the hand-in asks."""
    if not needs_cover(activity) or activity.state == ActivityState.CANCELLED:
        return 0
    return sum(_is_bare(row) for row in rows)


def _is_bare(row: Any) -> bool:
    return row.listing == Listing.LISTED and not (row.insured or row.risk_reason or row.away)


# -- putting people on it -------------------------------------------------------------------------------------
@form_page
@login_required
def people_add(request: SignedIn, pk: int) -> HttpResponse:
    """``?team=``: its people to tick (``&group=`` narrows); without it whole teams. POST: ``membership``, ``team``
    (repeated), ``role``; ``risk_reason`` where somebody is not insured, or ``insured_only``."""
    page = activity_page(request, pk, "training:activity_people")
    activity = page.activity
    decision = may_list(activity, request.user)
    if not decision and not activity.is_open and may_keep(activity, request):
        messages.error(request, str(decision.reason))
        return redirect("training:activity_people", activity.pk)
    decision.require()
    rows = pool(activity, request.user)
    if request.method == "POST":
        return _put(request, activity, rows)
    return _choose(request, activity, rows)


def may_keep(activity: Activity, request: SignedIn) -> bool:
    """Whether it is the state that stands in the way, not the right."""
    if keeps(activity, request.user):
        return True
    return any(
        can(request.user, Right.EDIT_TRAINING, one.organization)
        for one in activity.teams.select_related("organization")
    )


def _put(request: SignedIn, activity: Activity, rows: QuerySet[Membership]) -> HttpResponse:
    given = request.POST
    chosen = rows.filter(pk__in=keys(given.getlist("membership")))
    chosen = chosen | rows.filter(left_on=None, organization__in=keys(given.getlist("team")))
    role = given.get("role", "")
    role = role if role in PartRole.values else PartRole.TAKES_PART
    if not chosen.exists():
        messages.error(request, _("请勾选要列入名单的人或队伍。"))
        return redirect(request.get_full_path())
    try:
        done = put_on(
            activity, chosen, by=request.user, role=role, risk_reason=given.get("risk_reason", ""),
            insured_only="insured_only" in given,
        )  # fmt: skip
    except Uninsured as uninsured:
        return ask_risk(request, activity, uninsured, action=request.get_full_path())
    except MoveNotAllowed as refusal:
        return refused(request, activity, refusal)
    tell(request, done)
    return redirect("training:activity_people", activity.pk)


def tell(request: SignedIn, done: Listed) -> None:
    messages.success(request, _("已列入名单 %(n)d 人。") % {"n": len(done.added)})
    if done.there:
        messages.info(request, _("%(n)d 人原来就在名单里，没有变。") % {"n": len(done.there)})
    if done.at_risk:
        messages.warning(request, _("其中 %(n)d 人没有保险，理由已记录。") % {"n": len(done.at_risk)})


def ask_risk(request: SignedIn, activity: Activity, uninsured: Uninsured, *, action: str) -> HttpResponse:
    """确认风险: who is not insured; the reason goes where the first form went, with what it held."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "risk_reason")
        for value in values
    ]
    context = {
        "title": _("确认风险"), "activity": activity, "people": uninsured.people, "others": uninsured.others,
        "kept": kept, "action": action, "wrong": "risk_reason" in request.POST,
    }  # fmt: skip
    return render(request, "training/people_risk.html", context, status=200)


def _choose(request: SignedIn, activity: Activity, rows: QuerySet[Membership]) -> HttpResponse:
    on = activity.participations.filter(listing=Listing.LISTED, person=OuterRef("person"))
    rows = rows.annotate(on=Exists(on.order_by()))
    asked = key(request.GET.get("team", ""))
    team = Organization.objects.filter(pk=asked, pk__in=rows.order_by().values("organization")).first()
    group = request.GET.get("group", "")[:40]
    context: dict[str, Any] = {
        "title": _("列入名单"), "activity": activity, "team": team, "group": group, "roles": PartRole.choices,
        "covers": needs_cover(activity),
    }  # fmt: skip
    if team is None:
        return render(
            request, "training/people_add_teams.html", context | {"teams": _counts(rows.filter(left_on=None))}
        )
    members = rows.filter(organization=team, on=False)
    groups = members.exclude(group="").order_by("group").values("group").annotate(n=Count("pk"))
    shown = members.filter(group=group) if group else members
    found = list(with_papers(shown, activity).select_related("person").order_by("number", "pk")[: MOST_TICKED + 1])
    context |= {
        "members": found[:MOST_TICKED], "more": len(found) > MOST_TICKED, "most": MOST_TICKED, "groups": list(groups),
    }  # fmt: skip
    return render(request, "training/people_add.html", context)


def _counts(rows: Any) -> list[dict[str, Any]]:
    """Teams with how many are on the list and how many are not."""
    found = rows.order_by("organization__path").values("organization", "organization__name", "on")
    teams: dict[int, dict[str, Any]] = {}
    for row in found.annotate(n=Count("pk")):
        line = teams.setdefault(
            row["organization"], {"pk": row["organization"], "name": row["organization__name"], "on": 0, "off": 0}
        )
        line["on" if row["on"] else "off"] += row["n"]
    return list(teams.values())
