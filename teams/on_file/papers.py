"""Papers about a team, printed from what is on file now: 队伍一页纸 and 队伍登记表. Copies, not certificates."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.documents import render_fitting, render_pdf
from core.language import in_chinese
from core.words import moment
from organizations.models import User
from teams.models import Filing
from teams.on_file.numbers import figures_of
from teams.on_file.past import Snapshot
from teams.on_file.portrait import cards, person
from teams.on_file.roster_annex import roster_lines
from teams.states import FilingState

# From roomy to tight, and what lists are cut to when not even the tightest fits.
_DENSITIES = ("roomy", "close", "dense")
_MOST_POSTS, _MOST_PLACES = 10, 12


def one_page(shot: Snapshot, *, by: User) -> bytes:
    """队伍一页纸: always one page, the type as large as what there is to say allows."""
    with in_chinese():
        facts = _facts(shot, by) | {"title": _("%(team)s一页纸") % {"team": shot.team.name}}
        return render_fitting("pdf/team_sheet.html", _tries(facts))


def register(shot: Snapshot, *, by: User, with_roster: bool = False) -> bytes:
    """队伍登记表. The office's own form was not found, so the paper calls itself a sample."""
    with in_chinese():
        annex = roster_lines(shot.team.organization, by) if with_roster else []
        return render_pdf("pdf/team_register.html", _facts(shot, by) | {"annex": annex})


def _tries(facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for density in _DENSITIES:
        yield facts | {"density": density}
    yield facts | {
        "density": _DENSITIES[-1], "others": _cut(facts["others"], _MOST_POSTS),
        "coverage": _cut(facts["coverage"], _MOST_PLACES),
    }  # fmt: skip


def _cut(names: list[str], most: int) -> list[str]:
    if len(names) <= most:
        return names
    return [*names[: most - 1], _("等 %(count)d 项") % {"count": len(names)}]


def _facts(shot: Snapshot, by: User) -> dict[str, Any]:
    """What both papers say. Whole telephone numbers for whoever keeps the team's facts."""
    team = shot.team
    full = bool(team.can_edit(by))
    posts = [post for post in shot.posts if not post.is_filed_role]
    return {
        "title": _("%(team)s登记表") % {"team": team.name},
        "team": team,
        "office": shot.office,
        "status": team.get_status_display(),
        "value": {row.name: row.value for card in cards(shot, full=full) for row in card.rows},
        "captains": [person(post, full=full) for post in shot.management if post.role == "captain"],
        "deputies": [person(post, full=full) for post in shot.management if post.role == "deputy"],
        "others": [f"{post.get_role_display()} {person(post, full=full)}" for post in posts],
        "coverage": [str(row) for row in shot.coverage],
        "emblem": {
            "count": sum(item.quantity for item in shot.emblem), "left": sum(item.left for item in shot.emblem)
        },
        "filing": _last_filing(shot),
        "figures": figures_of(shot, by),
        "lines": [import_string(path)(team) for path in settings.TEAM_LINES],
        "printed_at": moment(timezone.now()),
        "printed_by": by,
        "printed_on": timezone.localdate(),
    }  # fmt: skip


def _last_filing(shot: Snapshot) -> Filing | None:
    filed = Filing.objects.filter(team=shot.team.pk, state=FilingState.FILED)
    last: Filing | None = filed.order_by("-decided_at").first()
    return last
