"""The three numbers of a team as its pages and papers show them: each with the list it opens and what people lack."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from organizations.models import User
from organizations.permissions import can
from organizations.roles import Right
from people.heads import Roster, roster_of
from people.readiness import BY_KEY
from teams.models import Team
from teams.on_file.past import Snapshot


@dataclass(frozen=True)
class Figure:
    """:param reasons: label, number and list of those who miss it."""

    label: str
    number: int
    url: str
    reasons: list[dict[str, Any]] = field(default_factory=list)


def figures(team: Team, roster: Roster, day: date | None = None) -> list[Figure]:
    def link(**filters: str) -> str:
        asked = {**filters, **({"at": day.isoformat()} if day else {})}
        url = reverse("teams:team_members", args=[team.pk])
        return f"{url}?{urlencode(asked)}" if asked else f"{url}?view="

    def reason(key: str, number: int) -> dict[str, Any]:
        label: StrOrPromise = BY_KEY[key].label
        return {"label": label, "number": number, "url": link(lacks=key)}

    without = roster.registered - roster.certified
    return [
        Figure(_("在册"), roster.registered, link()),
        Figure(_("持证"), roster.certified, link(ready="certified"), [reason("certified", without)] if without else []),
        Figure(
            _("可出动"), roster.deployable, link(ready="deployable"),
            [reason(need.key, number) for need, number in roster.missing],
        ),
    ]  # fmt: skip


def figures_of(shot: Snapshot, user: User) -> list[Figure]:
    """Those of the team on the day of the snapshot; none for somebody who may not see its members."""
    if not can(user, Right.VIEW_MEMBER, shot.team.organization):
        return []
    return figures(shot.team, roster_of(shot.team.organization_id, shot.day), shot.day)
