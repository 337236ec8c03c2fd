"""A filing that lay for a while, brought up to date with what happened to its team meanwhile.

Facts that need no filing are kept up to date directly, and an office may be moved in the tree. What the author did not
touch must not come back as a change that undoes this.
"""

from organizations.models import Organization
from teams.drift import facts_now
from teams.facts import facts_of, posts_in, same
from teams.models import Filing


def bring_up_to_date(filing: Filing) -> None:
    """Before a hand-in: compare with what is on file now; what was only copied from the file follows it."""
    team = filing.team
    if team is None:
        return
    now, before = facts_of(team), filing.before
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
    filing.before = now


def carried_along(filing: Filing, key: tuple[str, str]) -> bool:
    """Whether (role, name) already held the post when the filing was handed in: the filing does not appoint them."""
    return any((row.get("role"), row.get("name")) == key for row in posts_in(filing.before))
