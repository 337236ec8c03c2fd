"""Drills and trainings for the seed: a hundred a team over six years, the last two months of them still to come.

Set by set over one temporary table ``seed_activity``. Identifiers are computed, so that rows can name each other. Two
people stand on the list of every activity, ten on those of the last weeks, of which the older ones have a whole roll.
"""

from bench.inserting import events, insert, reset_sequence
from training.models import (
    Activity,
    ActivityTeam,
    Attendance,
    Base,
    Mark,
    Participation,
    Plan,
    PlanItem,
    Problem,
    Slot,
)

PER_TEAM = 100
FIRST = 10_000  # above anything that is there already
DAYS, AHEAD = 2200, 60  # over which they lie, and how many of these are still to come
NEWEST = 60  # days back for which the lists are as long as real ones
STRIDE = 7919  # a prime: each team comes once a round, however many there are
_PART = 12  # room for the people of one activity

_WORDS = "'{水上救援,雪灾应急,山野搜救,救护员,赈济营地,通讯保障,心理救援,物资调运}'::text[]"
_FORMS = "'{tabletop,functional,field,full}'::text[]"
_SCOPES = "'{team,team,level,vertical,joint,north,across}'::text[]"
_KINDS = "'{theory,skill,refresher,first_aid}'::text[]"
_HAZARDS = "'{flood,snow,water,lost,earthquake}'::text[]"


def _activities(teams: int) -> str:
    """A line per activity: the newest first in time by ``days``, one in a hundred of an office.

    Round by round each team has one. Whose turn it is jumps about the region: in the order of the tree a league would
    have all of its activities within two days of every three weeks, as none has.
    """
    return f"""
    CREATE TEMP TABLE seed_activity ON COMMIT DROP AS
    WITH team AS (
        SELECT o.id, o.division_id, p.id AS office, m.person, row_number() OVER (ORDER BY o.path) - 1 AS k
        FROM organizations_organization o JOIN organizations_organization p ON p.path = left(o.path, -4)
        JOIN (SELECT organization_id, min(id) AS person FROM organizations_user GROUP BY 1) m
            ON m.organization_id = o.id
        WHERE o.level = 'team'
    ), size AS (SELECT count(*) AS teams FROM team)
    SELECT a.*, {FIRST} + a.i AS id, a.days > 12 AS over,
        CASE WHEN a.days <= -1 THEN 'draft' WHEN a.i % 50 = 3 THEN 'cancelled' WHEN a.days <= 12 THEN 'draft'
            WHEN a.days < 40 AND a.i % 5 = 0 THEN 'submitted' WHEN a.days < 40 AND a.i % 60 = 1 THEN 'returned'
            WHEN a.days > 500 THEN 'archived' ELSE 'confirmed' END AS state
    FROM (
        SELECT i, t.id AS host, t.k, t.division_id, t.office, t.person, i % 5 < 3 AS drill,
            ({DAYS - AHEAD} - i::bigint * {DAYS} / ({teams} * {PER_TEAM}))::int AS days,
            date_trunc('day', now()) + interval '1 hour'
                - ({DAYS - AHEAD} - i::bigint * {DAYS} / ({teams} * {PER_TEAM}))::int * interval '1 day'
                + (i % 9) * interval '1 hour' AS starts
        FROM generate_series(1, {teams * PER_TEAM}) AS i CROSS JOIN size JOIN team t
            ON t.k = (i::bigint * {STRIDE} + i / size.teams) % size.teams
    ) a ORDER BY i
    """  # noqa: S608 - constants of this file


def _rows() -> str:
    handed_in = "a.state NOT IN ('draft', 'cancelled')"
    recorded = "a.state IN ('confirmed', 'archived')"
    code = "CASE WHEN a.drill THEN 'YL-' ELSE 'PX-' END"
    return insert(
        Activity, "FROM seed_activity a CROSS JOIN (SELECT id FROM organizations_user WHERE username = 'region') d"
        " ORDER BY a.i",
        id="a.id", kind="CASE WHEN a.drill THEN 'drill' ELSE 'training' END", state="a.state",
        number=f"CASE WHEN {handed_in} THEN {code} || a.division_id || '-' || to_char(a.starts, 'YYYY') || '-'"
        " || lpad(a.i::text, 8, '0') END",
        title=f"({_WORDS})[1 + a.i % 8] || CASE WHEN a.drill THEN '演练' ELSE '培训' END || a.i",
        host_id="a.host", office_id=f"CASE WHEN {handed_in} THEN a.office END",
        starts_at="a.starts", ends_at="a.starts + interval '3 hours'", place="'演示场地'",
        subjects="'{equipment}'", counts_hours="true", summary=f"CASE WHEN {handed_in} THEN '按方案完成' ELSE '' END",
        form=f"CASE WHEN a.drill THEN ({_FORMS})[1 + a.i % 4] ELSE '' END",
        scope=f"CASE WHEN a.drill THEN ({_SCOPES})[1 + a.i % 7] ELSE '' END",
        hazard=f"CASE WHEN a.drill THEN ({_HAZARDS})[1 + a.i % 5] ELSE '' END",
        training_kind=f"CASE WHEN a.drill THEN '' ELSE ({_KINDS})[1 + a.i % 4] END",
        submitted_by_id=f"CASE WHEN {handed_in} THEN a.person END",
        submitted_at=f"CASE WHEN {handed_in} THEN a.starts + interval '2 days' END",
        confirmed_by_id=f"CASE WHEN {recorded} THEN d.id END",
        confirmed_at=f"CASE WHEN {recorded} THEN a.starts + interval '5 days' END",
        present=f"CASE WHEN {handed_in} THEN 12 + a.i % 20 ELSE 0 END",
        listed=f"CASE WHEN {handed_in} THEN 15 + a.i % 20 ELSE 0 END",
        minutes=f"CASE WHEN {handed_in} THEN (12 + a.i % 20) * 180 ELSE 0 END",
        created_by_id="a.person", created_at="a.starts - interval '10 days'",
    )  # fmt: skip


def _around() -> list[str]:
    slots = insert(
        Slot, "FROM seed_activity a ORDER BY a.i", id="a.id", activity_id="a.id", starts_at="a.starts",
        ends_at="a.starts + interval '3 hours'",
    )  # fmt: skip
    own = insert(
        ActivityTeam, "FROM seed_activity a ORDER BY a.i", activity_id="a.id", organization_id="a.host",
        added_at="a.starts",
    )  # fmt: skip
    # one in twenty has a second team, from anywhere
    joined = insert(
        ActivityTeam, "FROM seed_activity a JOIN seed_activity b ON b.id = a.id + 7 AND b.host <> a.host"
        " WHERE a.i % 20 = 0", activity_id="a.id", organization_id="b.host", added_at="a.starts",
    )  # fmt: skip
    problems = insert(
        Problem, "FROM seed_activity a WHERE a.over AND a.i % 10 = 0 ORDER BY a.i", activity_id="a.id",
        state="CASE WHEN a.days > 90 THEN 'closed' WHEN a.i % 30 = 0 THEN 'fixed' ELSE 'open' END",
        what="'通讯时断时续' || a.i", measure="'补充和培训'", organization_id="a.host", owner="'演示'",
        due_on="(a.starts + interval '45 days')::date", created_by_id="a.person", created_at="a.starts",
        closed_at="CASE WHEN a.days > 90 THEN a.starts + interval '40 days' END",
    )  # fmt: skip
    return [slots, own, joined, problems]


def _rolls() -> list[str]:
    """Members of the host team in the order of their keys, as many as the activity takes."""
    people = f"""
    CREATE TEMP TABLE seed_part ON COMMIT DROP AS
    WITH member AS (
        SELECT organization_id AS team, person_id, row_number() OVER (PARTITION BY organization_id ORDER BY id) AS n
        FROM people_membership WHERE state <> 'ended' AND is_main
    )
    SELECT a.id AS activity, a.host, a.starts, a.person, a.over, a.state, m.person_id, m.n,
        a.id * {_PART} + m.n AS id
    FROM seed_activity a JOIN member m ON m.team = a.host
        AND m.n <= CASE WHEN a.days BETWEEN -{AHEAD} AND {NEWEST} THEN 10 ELSE 2 END
    """  # noqa: S608 - constants of this file
    parts = insert(
        Participation, "FROM seed_part p ORDER BY p.id", id="p.id", activity_id="p.activity", person_id="p.person_id",
        organization_id="p.host", role="'part'", listing="'listed'", added_at="p.starts", added_by_id="p.person",
    )  # fmt: skip
    marks = insert(
        # keys in order: millions of them by chance would each be put into another page of the index
        Mark, "FROM seed_part p WHERE p.over AND p.state <> 'cancelled' ORDER BY p.id",
        id="lpad(to_hex(p.id), 32, '0')::uuid",
        slot_id="p.activity", person_id="p.person_id", kind="'arrived'", method="'tap'", at="p.starts",
        received_at="p.starts", by_id="p.person",
    )  # fmt: skip
    attendances = insert(
        Attendance, "FROM seed_part p WHERE p.over AND p.state <> 'cancelled' ORDER BY p.id", slot_id="p.activity",
        participation_id="p.id", presence="'present'", arrived_at="p.starts", method="'tap'", minutes="180",
    )  # fmt: skip
    return [people, "ANALYZE seed_part", parts, marks, attendances]


def _kept() -> list[str]:
    """A plan a team and year with three lines; a base for every tenth team."""
    teams = "FROM (SELECT DISTINCT host, k, division_id FROM seed_activity) t"
    plans = insert(
        Plan, f"{teams} CROSS JOIN generate_series(0, 2) AS y ORDER BY t.k, y", id=f"{FIRST} + t.k * 3 + y",
        organization_id="t.host", year="extract(year FROM now())::int - y", created_at="now() - y * interval '1 year'",
    )  # fmt: skip
    items = insert(
        PlanItem, f"FROM training_plan p CROSS JOIN generate_series(1, 3) AS n WHERE p.id >= {FIRST}", plan_id="p.id",
        position="n", kind="CASE WHEN n = 1 THEN 'drill' ELSE 'training' END", name="'计划项目' || n", times="4",
        first_month="1", last_month="12",
    )  # fmt: skip
    bases = insert(
        Base, f"{teams} WHERE t.k % 10 = 0 ORDER BY t.k", organization_id="t.host", kind="'shared'",
        name="'演示训练基地' || t.k", division_id="t.division_id", address="'演示路 1 号'", capacity="60",
    )  # fmt: skip
    return [plans, items, bases]


def statements(teams: int) -> list[str]:
    """In order; within one transaction without triggers, after teams and people."""
    tracked = ((Activity, "created_at"), (Plan, "created_at"), (Problem, "created_at"))
    return [
        _activities(teams),
        "ANALYZE seed_activity",
        _rows(),
        *_around(),
        *_rolls(),
        *_kept(),
        *(events(model, moment) for model, moment in tracked),
        *(reset_sequence(model) for model in (Activity, Slot, Participation, Plan)),
    ]
