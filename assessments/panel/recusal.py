"""回避: who must not sit on the panel of a grading, each ground a function with its sentence.

The rules ask that assessors have nothing to do with the team; how far back was not found,
so ``YEARS`` is an example of ours. Asked when somebody is appointed, when the panel begins and with each batch of
marks.

    found = grounds_of(grading, [user])[user.pk]
    found.blocks, found.warnings
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Grading, PanelMember
from core.together import together
from organizations.models import Appointment, Organization, User
from organizations.roles import Level, RoleKey
from people.models import Membership, Person
from people.validators import years_before
from teams.models import Team, TeamPost

YEARS = 3  # 示例: for how long an office or team somebody worked at is too near


@dataclass(frozen=True)
class Ties:
    """What the records know of one user and one team.

    :ivar employers: work units his record names or named. :ivar units: keys of the organizations his account belongs or
        belonged to. :ivar same_phone, same_name: members of the team with his telephone, with his name.
    """

    user: User
    grading: Grading
    office: Organization | None
    has_record: bool = False
    memberships: Sequence[Membership] = ()
    posts: Sequence[TeamPost] = ()
    appointments: Sequence[Appointment] = ()
    employers: frozenset[str] = frozenset()
    units: frozenset[int] = frozenset()
    same_phone: bool = False
    same_name: bool = False
    same_league: bool = False
    left: PanelMember | None = None  # his place on a panel for this team that he left last

    @property
    def team(self) -> Team:
        return self.grading.team


@dataclass(frozen=True)
class Grounds:
    """Sentences: ``blocks`` keep somebody off the panel, ``warnings`` are for the office to weigh."""

    blocks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def grounds_of(grading: Grading, users: Iterable[User]) -> dict[int, Grounds]:
    """User → grounds. Two queries for all; ``grading.team.organization`` and each ``organization`` are loaded."""
    return {ties.user.pk: _judged(ties) for ties in ties_of(grading, list(users))}


def _judged(ties: Ties) -> Grounds:
    return Grounds(
        tuple(said for ground in BLOCKS if (said := ground(ties))),
        tuple(said for ground in WARNINGS if (said := ground(ties))),
    )


# -- grounds that keep somebody off ---------------------------------------------------------------------------
def is_or_was_member(ties: Ties) -> str:
    if not ties.memberships:
        return ""
    row = max(ties.memberships, key=lambda one: (one.is_current, one.joined_on))
    if row.is_current:
        return _("是这支队伍的队员（%(since)s 入队）。") % {"since": row.joined_on}
    return _("曾是这支队伍的队员（%(since)s 至 %(until)s）。") % {"since": row.joined_on, "until": row.left_on}


def holds_or_held_post(ties: Ties) -> str:
    if not ties.posts:
        return ""
    row = max(ties.posts, key=lambda one: (one.ends_on is None, one.starts_on))
    words = {"role": row.get_role_display()}
    if row.ends_on is None or row.ends_on > timezone.localdate():
        return _("现任这支队伍的%(role)s。") % words
    return _("曾任这支队伍的%(role)s。") % words


def works_or_worked_at_team(ties: Ties) -> str:
    return _duty(ties, ties.team.organization_id, _("在这支队伍任职："), _("曾在这支队伍任职："))


def works_or_worked_at_office(ties: Ties) -> str:
    """At the office that manages the team. Being called as an assessor there is no employment."""
    if ties.office is None:
        return ""
    said = _duty(ties, ties.office.pk, _("在队伍的管理单位任职："), _("曾在队伍的管理单位任职："))
    if not said and ties.office.pk in ties.units:
        return _("账号的所在单位是（或曾是）队伍的管理单位。")
    return said


def account_of_team(ties: Ties) -> str:
    return _("账号的所在单位是（或曾是）这支队伍。") if ties.team.organization_id in ties.units else ""


def works_or_worked_for_host(ties: Ties) -> str:
    """The social organization the team came from, the team itself, or its office, by the name of the work unit."""
    names = {same_unit(name) for name in _names(ties) if name}
    found = next((unit for unit in sorted(ties.employers) if same_unit(unit) in names), "")
    return _("工作单位（现在或以前）是“%(unit)s”，与队伍或其组建单位相同。") % {"unit": found} if found else ""


def handed_in_application(ties: Ties) -> str:
    if ties.user.pk == ties.grading.submitted_by_id:
        return _("这次测评申请由他报送。")
    return _("这次测评申请由他填报。") if ties.user.pk == ties.grading.created_by_id else ""


def shares_telephone(ties: Ties) -> str:
    """Without a record linked to the account, the number tells that it is the same person."""
    return _("队伍花名册里有队员与他的手机号相同，应当是同一人。") if ties.same_phone else ""


# -- grounds to be weighed ------------------------------------------------------------------------------------
def comes_from_same_league(ties: Ties) -> str:
    return _("与队伍在同一盟市。") if ties.same_league else ""


def has_namesake(ties: Ties) -> str:
    if not ties.same_name or ties.memberships or ties.posts:
        return ""
    return _("队伍里有与他同名的人，请核对是不是同一人。")


def left_a_panel(ties: Ties) -> str:
    """Whoever asked to be recused is not asked again unawares."""
    if ties.left is None:
        return ""
    words = {"day": ties.left.left_on, "why": ties.left.left_reason}
    return _("%(day)s 退出过这支队伍测评的专家组：%(why)s") % words


def works_for_supervisor(ties: Ties) -> str:
    unit = ties.team.supervising_unit
    names = {same_unit(one) for one in ties.employers}
    return _("工作单位与队伍的业务主管单位相同。") if unit and same_unit(unit) in names else ""


def has_no_record(ties: Ties) -> str:
    return "" if ties.has_record else _("账号没有对应的人员档案，队籍和工作单位无法自动核对，请人工核实。")


BLOCKS: tuple[Callable[[Ties], str], ...] = (
    is_or_was_member,
    holds_or_held_post,
    works_or_worked_at_team,
    works_or_worked_at_office,
    account_of_team,
    works_or_worked_for_host,
    handed_in_application,
    shares_telephone,
)
WARNINGS: tuple[Callable[[Ties], str], ...] = (
    left_a_panel,
    comes_from_same_league,
    has_namesake,
    works_for_supervisor,
    has_no_record,
)


# -- reading --------------------------------------------------------------------------------------------------
def ties_of(grading: Grading, users: list[User]) -> list[Ties]:
    """In the order given. Two queries."""
    team, keys = grading.team, [user.pk for user in users]
    office = _office_of(team)
    near = [team.organization_id, *([office.pk] if office else [])]
    own = Q(person__user__in=keys) | Q(person__merged_into__user__in=keys)
    names = [user.name for user in users]
    phones = [user.phone for user in users if user.phone]
    here = Membership.objects.filter(organization=team.organization_id)
    found = together(
        records=Person.objects.filter(user__in=keys).values("pk", "user", "employer"),
        employers=_events(Person).filter(user__in=keys).exclude(employer="").values("user", "employer").distinct(),
        memberships=here.filter(own).annotate(whose=F("person__user"), kept=F("person__merged_into__user")),
        posts=TeamPost.objects.filter(own, team=team).annotate(
            whose=F("person__user"), kept=F("person__merged_into__user")
        ),
        appointments=Appointment.objects.filter(user__in=keys, organization__in=near).exclude(role=RoleKey.ASSESSOR),
        units=_events(User)
        .filter(pgh_obj__in=keys, organization__in=near)
        .values("pgh_obj", "organization")
        .distinct(),
        phones=here.filter(person__mobile__in=phones).values("person__mobile", "person__user"),
        named=here.filter(person__name__in=names).values_list("person__name", flat=True),
        left=PanelMember.objects.filter(user__in=keys, grading__team=team).exclude(left_on=None),
        leagues=Organization.objects.filter(level=Level.LEAGUE).values_list("path", flat=True),
        posted=TeamPost.objects.filter(team=team, name__in=names).values_list("name", flat=True),
    )
    return _sorted_out(grading, office, users, found)


def _sorted_out(
    grading: Grading, office: Organization | None, users: list[User], found: dict[str, list[Any]]
) -> list[Ties]:
    employers: dict[int, set[str]] = defaultdict(set)
    for row in [*found["records"], *found["employers"]]:
        if row["employer"]:
            employers[row["user"]].add(row["employer"])
    units: dict[int, set[int]] = defaultdict(set)
    for row in found["units"]:
        units[row["pgh_obj"]].add(row["organization"])
    records = {row["user"] for row in found["records"]}
    phones = {row["person__mobile"] for row in found["phones"]}
    names = {*found["named"], *found["posted"]}
    path = grading.team.organization.path
    league = next((one for one in found["leagues"] if path.startswith(one)), None)
    return [
        Ties(
            user, grading, office,
            has_record=user.pk in records,
            memberships=_of(user, found["memberships"]),
            posts=_of(user, found["posts"]),
            appointments=[row for row in found["appointments"] if row.user_id == user.pk],
            employers=frozenset(employers[user.pk]),
            units=frozenset({user.organization_id, *units[user.pk]}),
            same_phone=bool(user.phone) and user.phone in phones,
            same_name=user.name in names,
            left=max((row for row in found["left"] if row.user_id == user.pk), key=_left_last, default=None),
            same_league=league is not None and user.organization.path.startswith(league),
        )
        for user in users
    ]  # fmt: skip


def _left_last(row: PanelMember) -> tuple[Any, int]:
    return (row.left_on, row.pk)


def _of(user: User, rows: list[Any]) -> list[Any]:
    return [row for row in rows if user.pk in (row.whose, row.kept)]


def _events(model: Any) -> Any:
    """What the rows of a tracked model were before."""
    return model._meta.get_field("tracked_events").related_model.objects.order_by()


def _office_of(team: Team) -> Organization | None:
    return Organization.objects.filter(path=team.organization.parent_path).first()


def _duty(ties: Ties, place: int, now: str, before: str) -> str:
    """The latest duty there, within the years that count."""
    rows = [row for row in ties.appointments if row.organization_id == place]
    live = next((row for row in rows if row.is_in_force()), None)
    if live is not None:
        return _("%(said)s%(role)s。") % {"said": now, "role": live.get_role_display()}
    since = years_before(timezone.localdate(), YEARS)
    ended = [row for row in rows if row.ends_at is not None and timezone.localdate(row.ends_at) >= since]
    if not ended:
        return ""
    return _("%(said)s%(role)s。") % {"said": before, "role": ended[-1].get_role_display()}


def _names(ties: Ties) -> tuple[str, ...]:
    office = (ties.office.name, ties.office.short_name) if ties.office else ()
    place = ties.team.organization
    return (ties.team.host_org_name, place.name, place.short_name, *office)


def same_unit(name: str) -> str:
    """The name of a work unit as it is compared: without spaces and brackets, in small letters."""
    return "".join(char for char in name.lower() if char.isalnum())
