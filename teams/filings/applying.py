"""What a filing brings about once it is filed, in the transaction of that move."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.integrity import plainly
from core.language import in_chinese
from core.numbers import next_number, numbered
from organizations.models import Organization, User
from organizations.reference import add_child
from organizations.roles import Level
from organizations.tree import close_team, hold, place_team, reopen_team
from people.models import Membership
from teams.choices import FilingKind
from teams.facts import FACTS, OF_ORGANIZATION, facts_of, is_empty
from teams.filings.proposal import Proposal
from teams.filings.rebasing import carried_along
from teams.members import members_of, retitle
from teams.models import EmblemItem, ExitItem, Filing, Team, TeamPost
from teams.spelling import name_on_file
from teams.states import TeamStatus
from teams.validators import exit_to_come

_COLUMNS = tuple(name for name in FACTS if name not in OF_ORGANIZATION)


def put_on_file(filing: Filing, by: User) -> Team:
    """Bring the team to what the filing says; returns it. Raises ``ValidationError`` when something is in the way."""
    proposal = Proposal.of(filing)
    if filing.team is not None and _new_office(filing.team.organization, proposal) is not None:
        hold(filing.team.organization)  # before the team is locked, as other decisions about it do later
    with in_chinese():
        team = _APPLY[filing.kind](filing, proposal, by)
    team.filed_facts = facts_of(team)
    team.maintained_at = timezone.now()
    team.version += 1
    team.save()
    filing.team = team
    filing.organization_id = team.organization_id
    return team


def _register(filing: Filing, proposal: Proposal, by: User) -> Team:
    team = _locked(filing)
    if team is None:
        team = Team(organization=new_leaf(filing, proposal))
    elif team.status != TeamStatus.PREPARING:
        raise ValidationError(_("这支队伍已经备案过了。"))
    else:
        _place(team, proposal, OF_ORGANIZATION, by)
    if not team.filing_no:
        code = filing.office.division_id or filing.office.code
        team.filing_no = numbered("NMHS", code, timezone.localdate().year)
    team.status, team.filed_on = TeamStatus.FILED, filing.reply_on or timezone.localdate()
    _write(team, proposal, list(_COLUMNS))
    _posts(team, filing, proposal)
    return team


def _change(filing: Filing, proposal: Proposal, by: User) -> Team:
    team = _need(filing)
    _place(team, proposal, proposal.changed, by)
    # only what was to change: facts that need no filing may have been brought up to date meanwhile
    _write(team, proposal, [name for name in proposal.changed if name in _COLUMNS])
    if any(name.startswith("posts.") for name in proposal.changed):
        _posts(team, filing, proposal)
    return team


def _annual(filing: Filing, proposal: Proposal, by: User) -> Team:
    team = _change(filing, proposal, by)
    team.confirmed_year = filing.year
    return team


def _exit(filing: Filing, proposal: Proposal, by: User) -> Team:
    team = _need(filing)
    require_accounted_for(filing, team)
    day = proposal.values["exit_on"]
    if said := exit_to_come(day):
        raise ValidationError(said, code="exit")
    team.status = TeamStatus.EXITED
    team.exit_on = day
    team.exit_kind = proposal.values["exit_kind"]
    team.status_reason = proposal.values["reason"][:200]
    close_team(team.organization)
    return team


def _restore(filing: Filing, proposal: Proposal, by: User) -> Team:
    team = _need(filing)
    left_on = team.exit_on if team.status == TeamStatus.EXITED else None
    reopen_team(team.organization)
    team.status, team.exit_on, team.exit_kind, team.status_reason = TeamStatus.FILED, None, "", ""
    _place(team, proposal, proposal.changed, by)
    _write(team, proposal, [name for name in proposal.changed if name in _COLUMNS])
    if any(name.startswith("posts.") for name in proposal.changed):
        if left_on is not None:
            _end_with_exit(team, proposal, left_on)
        _posts(team, filing, proposal)
    return team


_APPLY: dict[str, Any] = {
    FilingKind.REGISTER: _register,
    FilingKind.CHANGE: _change,
    FilingKind.ANNUAL: _annual,
    FilingKind.EXIT: _exit,
    FilingKind.RESTORE: _restore,
}


def _locked(filing: Filing) -> Team | None:
    if filing.team_id is None:
        return None
    Team.objects.select_for_update().values("pk").get(pk=filing.team_id)
    locked: Team = Team.objects.select_related("organization").get(pk=filing.team_id)
    return locked


def _need(filing: Filing) -> Team:
    team = _locked(filing)
    assert team is not None, "only a registration has no team"
    return team


def new_leaf(filing: Filing, proposal: Proposal) -> Organization:
    """The team's leaf under its office; its code counts up per division: T1504040012."""
    code = filing.office.division_id or filing.office.code
    name = _name(proposal)
    with plainly(Organization):
        return add_child(
            filing.office, code=f"T{code}{next_number(f'team-{code}'):04d}", name=name,
            short_name=proposal.values.get("short_name") or _short(name), level=Level.TEAM,
            division_id=filing.office.division_id,
        )  # fmt: skip


def _name(proposal: Proposal) -> str:
    return name_on_file(str(proposal.values["name"]))


def _short(name: str) -> str:
    return name[:40]


def _place(team: Team, proposal: Proposal, names: Collection[str], by: User) -> None:
    """Those of name, short name and managing office that are to change; they are the organization's."""
    place = team.organization
    office = _new_office(place, proposal) if "office" in names else None
    if office is not None:
        place = place_team(place, under=office, by=by)
    place = Organization.objects.select_for_update().get(pk=place.pk)
    name = _name(proposal) if "name" in names else place.name
    short = place.short_name if place.short_name != _short(place.name) else _short(name)  # where nobody chose one
    if "short_name" in names:
        short = proposal.values.get("short_name") or short
    if (place.name, place.short_name) != (name, short):
        place.name, place.short_name = name, short
        place.version += 1
        with plainly(Organization):
            place.save(update_fields=["name", "short_name", "version"])
    team.organization = place


def _new_office(place: Organization, proposal: Proposal) -> Organization | None:
    office: Organization | None = proposal.values.get("office")
    return office if office is not None and office.path != place.parent_path else None


def _write(team: Team, proposal: Proposal, names: list[str]) -> None:
    for name in names:
        value = proposal.values.get(name)
        column: Any = Team._meta.get_field(name)
        if is_empty(value):
            value = None if column.null else ([] if isinstance(value, list) else "")
        setattr(team, name, value)
    if team.pk is None:
        team.save()


def _posts(team: Team, filing: Filing, proposal: Proposal) -> None:
    """End the management that is no longer there and enter who is new; who stays keeps the row. Somebody the filing
    only carried along, and who has been recorded as having left meanwhile, does not come back by it."""
    now = {(row["role"], row["name"]): _of_member(team, row) for row in proposal.posts}
    there = {(post.role, post.name): post for post in team.posts.current().management()}
    today = timezone.localdate()
    replaced = [post for key, post in there.items() if key not in now]
    for key, post in there.items():
        if key not in now:
            post.ends_on = max(post.starts_on, min(today, _successor(now, key[0]) or today))
            post.end_reason = post.end_reason or _("按备案变更")
            post.version += 1
            post.save()
    for key, row in now.items():
        kept = there.get(key)
        if kept is None and not carried_along(filing, row):
            TeamPost.objects.create(team=team, filing=filing, **row)
        elif kept is not None and any(getattr(kept, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(kept, name, value)
            kept.filing, kept.version = filing, kept.version + 1
            kept.save()
    retitle(team, replaced)


def _end_with_exit(team: Team, proposal: Proposal, left_on: date) -> None:
    """While the team was gone nobody led it: whoever does not go on as before ended then, and may begin anew."""
    going_on = {(row["role"], row["name"]) for row in proposal.posts if row["starts_on"] <= left_on}
    for post in team.posts.current().management():
        if (post.role, post.name) not in going_on:
            post.ends_on, post.end_reason = max(post.starts_on, left_on), _("队伍退出")
            post.version += 1
            post.save()


def _of_member(team: Team, row: dict[str, Any]) -> dict[str, Any]:
    """The row with the person it means, if he or she is or was a member of the team; else by name alone."""
    known = row["person_id"] and Membership.objects.of_team(team.organization).filter(person=row["person_id"]).exists()
    return row if known else {name: value for name, value in row.items() if name != "person_id"}


def _successor(now: dict[Any, dict[str, Any]], role: str) -> Any:
    """Day on which the (one) new holder of the post began."""
    days = [row["starts_on"] for (other, _name), row in now.items() if other == role]
    return min(days) if len(days) == 1 else None


def require_accounted_for(filing: Filing, team: Team) -> None:
    """Nothing completes until emblem, equipment and members are accounted for. Raises ``ValidationError``."""
    remaining = members_of(team.organization).count()
    if remaining:
        words = {"count": remaining}
        raise ValidationError(
            _("花名册上还有 %(count)d 名队员没有安置，先办理退队或转队，才能办结。") % words, code="exit"
        )
    open_items = [str(item) for item in ExitItem.objects.filter(filing=filing, done_on=None)]
    if open_items:
        raise ValidationError(
            _("退出清单还没有完成：%(items)s。完成后才能办结。") % {"items": _("、").join(open_items)}, code="exit"
        )
    left = EmblemItem.objects.filter(team=team).outstanding().annotate(left_over=F("quantity") - F("returned"))
    if left.exists():
        raise ValidationError(
            _("标志使用登记里还有 %(count)d 项没有收回：%(items)s。")
            % {"count": left.count(), "items": _("、").join(item.description for item in left[:5])},
            code="exit",
        )
