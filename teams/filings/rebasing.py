"""A filing that lay for a while, brought up to date with what happened to its team meanwhile.

Facts that need no filing are kept up to date directly, and an office may be moved in the tree. What the author did not
touch must not come back as a change that undoes this.
"""

from collections.abc import Mapping
from typing import Any

from organizations.models import Organization
from teams.facts import ROW, on_file, posts_in, same
from teams.models import Filing
from teams.on_file.drift import facts_now

Facts = Mapping[str, Any]


def bring_up_to_date(filing: Filing) -> None:
    """Before a hand-in: compare with what is on file now; what was only copied from the file follows it."""
    team = filing.team
    if team is None:
        return
    now, before = on_file(team), filing.before
    proposed = facts_now(team)
    office = Organization.objects.filter(path=team.organization.parent_path).first()
    if office is not None:
        filing.office = office
    if before:
        untouched = [
            name
            for name in now
            if name in filing.payload
            and same(filing.payload[name], before.get(name))
            and not same(before.get(name), now[name])
        ]
        filing.payload = {**filing.payload, **{name: proposed[name] for name in untouched}}
        filing.payload["posts"] = _without_those_who_left(filing.payload, before, now)
    filing.before = now


def _without_those_who_left(payload: Facts, before: Facts, now: Facts) -> list[Any]:
    """Rows of the management as they were typed, but for those that only repeat who has left the post meanwhile."""
    left = {_post(row) for row in posts_in(before)} - {_post(row) for row in posts_in(now)}
    return [row for row in payload.get("posts") or [] if _post(row) not in left]


def _post(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row.get(ROW), row.get("role"), row.get("name")


def carried_along(filing: Filing, row: Facts) -> bool:
    """Whether somebody held the post since that day when the filing was handed in: then it does not appoint him."""
    term = (row["role"], row["name"], str(row["starts_on"]))
    return any((one.get("role"), one.get("name"), one.get("starts_on")) == term for one in posts_in(filing.before))
