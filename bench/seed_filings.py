"""Teams and filings for the seed: a team per leaf with ten filings, most of them closed, about half with an open one.

Set by set over two temporary tables: ``seed_team`` (a line per team with the offices above it) and ``seed_filing``
(a line per filing with its kind, state and dates). Identifiers are computed, so that rows can name each other.
"""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from bench.inserting import events, insert, reset_sequence
from teams.models import EmblemItem, Filing, FilingRound, FilingStep, Team, TeamPost

PER_TEAM = 10
FIRST = 10_000  # above anything that is there already
_PEOPLE = "'{王建国,包玉山,白仁图雅,敖特根巴雅尔·孟和,斯琴高娃,那日苏,李志强,赵丽华}'::text[]"
_CATEGORIES = "'{relief,medical,water,public_health,psych,sar,aquatic,mountain}'::text[]"

_TEAMS = f"""
CREATE TEMP TABLE seed_team ON COMMIT DROP AS
SELECT t.*, {FIRST} + k AS id, ({_CATEGORIES})[1 + k % 8] AS category,
    ({_PEOPLE})[1 + k % 8] || '甲' AS captain, ({_PEOPLE})[1 + (k / 3) % 8] || '乙' AS second,
    ({_PEOPLE})[1 + (k / 5) % 8] || '丙' AS third
FROM (
    SELECT (row_number() OVER (ORDER BY o.path) - 1)::int AS k, o.id AS place, o.name, o.short_name, o.division_id, p.id AS office,
        p.level AS level, l.id AS league, r.id AS region, m.person, d.decider
    FROM organizations_organization o
    JOIN organizations_organization p ON p.path = left(o.path, -4)
    JOIN organizations_organization l ON l.path = left(o.path, 12)
    JOIN organizations_organization r ON r.path = left(o.path, 8)
    JOIN (SELECT organization_id, min(id) AS person FROM organizations_user GROUP BY 1) m ON m.organization_id = o.id
    CROSS JOIN (SELECT id AS decider FROM organizations_user WHERE username = 'region') d
    WHERE o.level = 'team' AND NOT EXISTS (SELECT 1 FROM teams_team t WHERE t.organization_id = o.id)
) t
"""  # noqa: S608
_POST = (
    "jsonb_build_object('role', '{role}', 'name', {name}, 'phone', '', 'origin', 'elected', 'starts_on', '2022-05-01')"
)
_FACTS = f"""jsonb_build_object('name', t.name, 'short_name', t.short_name, 'office', t.office::text, 'level', t.level,
    'formation', 'direct', 'registration', 'document', 'founded_on', '2022-05-01', 'filing_doc_no', '演示发〔2022〕12号',
    'filing_doc_on', '2022-06-01', 'main_category', t.category, 'base_address', '演示路 1 号', 'duty_phone', '0476-1234567',
    'posts', jsonb_build_array({_POST.format(role="captain", name="t.captain")},
        {_POST.format(role="deputy", name="t.second")}, {_POST.format(role="deputy", name="t.third")}))"""
# j = 0 is the registration, 1–3 annual confirmations, 4–8 changes, 9 the open one
_FILINGS = f"""
CREATE TEMP TABLE seed_filing ON COMMIT DROP AS
SELECT f.*, CASE WHEN state IN ('submitted', 'approved') THEN 1 END AS lies,
    CASE WHEN level = 'league_city' THEN 2 ELSE 3 END AS steps,
    CASE WHEN state = 'submitted' AND level <> 'league_city' AND k % 3 = 0 THEN 2
        WHEN level = 'league_city' THEN 2 ELSE 3 END AS at_step
FROM (
    SELECT {FIRST} + t.k * {PER_TEAM} + j AS id, j, t.k, t.level, t.id AS team, t.place, t.office, t.league, t.region, t.person,
        t.decider, t.name, t.division_id,
        CASE WHEN j = 0 THEN 'register' WHEN j <= 3 THEN 'annual' WHEN j < 9 THEN 'change'
            WHEN t.k % 10 = 2 THEN 'exit' WHEN t.k % 10 < 2 THEN 'change' ELSE 'annual' END AS kind,
        CASE WHEN j < 8 THEN 'filed'
            WHEN j = 8 THEN (ARRAY['filed', 'filed', 'rejected', 'filed', 'withdrawn'])[1 + t.k % 5]
            WHEN t.k % 10 = 0 THEN 'draft' WHEN t.k % 10 = 1 THEN 'returned' WHEN t.k % 10 = 2 THEN 'approved'
            ELSE 'submitted' END AS state,
        extract(year FROM now())::int - CASE WHEN j = 9 THEN 0 ELSE 4 - j END AS year,
        now() - CASE WHEN j = 9 THEN (t.k % 25) * interval '1 day' ELSE (10 - j) * interval '110 days' END
            - (t.k % 1440) * interval '1 minute' AS moment
    FROM seed_team t CROSS JOIN generate_series(0, {PER_TEAM - 1}) AS j
) f
"""  # noqa: S608
# The open ones carry the whole content, the closed ones a short one: the size of a table is that of its open rows.
_CONTENT = f"""CASE WHEN f.j < 9 THEN jsonb_build_object('name', t.name, 'level', t.level)
    WHEN f.kind = 'annual' THEN {_FACTS} || jsonb_build_object('year', f.year::text)
    WHEN f.kind = 'exit' THEN jsonb_build_object('exit_kind', 'voluntary', 'exit_on', current_date::text, 'reason', '演示')
    ELSE {_FACTS} || jsonb_build_object('reason', '演示', 'planned_size', '31') END"""
_BEFORE = f"CASE WHEN f.j = 9 THEN {_FACTS} ELSE '{{}}'::jsonb END"
_JOINED = "FROM seed_filing f JOIN seed_team t ON t.k = f.k"
_STEP = "f.id * 3 + n - 1"


def _open(expression: str) -> str:
    return f"CASE WHEN f.lies = 1 THEN {expression} END"


def _steps() -> str:
    done = "f.state IN ('filed', 'rejected') OR n < f.at_step"
    state = f"""CASE WHEN {done} THEN 'done' WHEN f.lies = 1 AND n = f.at_step THEN 'current'
        WHEN f.state = 'withdrawn' THEN 'ended' ELSE 'pending' END"""
    return insert(
        FilingStep,
        "FROM seed_filing f CROSS JOIN generate_series(1, 3) AS n WHERE n <= f.steps AND f.state <> 'draft'",
        id=_STEP, filing_id="f.id", position="n", days="CASE WHEN n = f.steps THEN 15 ELSE 10 END",
        office_id="CASE WHEN n = 1 THEN f.office WHEN n = f.steps THEN f.region ELSE f.league END",
        duty="CASE WHEN n = 1 THEN 'register' WHEN n = f.steps THEN 'file' ELSE 'review' END",
        is_final="n = f.steps", state=state,
        started_at=f"CASE WHEN {done} OR n = f.at_step THEN f.moment END",
        due_on="CASE WHEN f.lies = 1 AND n = f.at_step THEN (f.moment + interval '15 days')::date END",
        decided_at=f"CASE WHEN {done} THEN f.moment + (1 + f.k % 9) * interval '1 day' END",
        decided_by_id=f"CASE WHEN {done} THEN CASE WHEN n = f.steps THEN f.decider ELSE f.person END END",
    )  # fmt: skip


def _filings() -> str:
    at = "CASE WHEN f.at_step = f.steps THEN f.region ELSE f.league END"
    number = f"'BA-' || f.division_id || '-' || f.year || '-' || lpad((f.id - {FIRST})::text, 7, '0')"
    return insert(
        Filing, _JOINED, id="f.id", kind="f.kind", state="f.state",
        number=f"CASE WHEN f.state <> 'draft' THEN {number} END",
        organization_id="f.place", office_id="f.office", team_id="f.team", title="f.name", level="f.level",
        year="CASE WHEN f.kind = 'annual' THEN f.year END", payload=_CONTENT, before=_BEFORE,
        round_no="CASE WHEN f.state = 'draft' THEN 0 ELSE 1 END", current_step_id=_open("f.id * 3 + f.at_step - 1"),
        current_office_id=_open(at), due_on=_open("(f.moment + interval '15 days')::date"),
        needs_reply="f.kind IN ('register', 'exit')", changed="CASE WHEN f.kind = 'change' THEN 1 ELSE 0 END",
        created_by_id="f.person", created_at="f.moment", submitted_by_id="f.person",
        submitted_at="CASE WHEN f.state <> 'draft' THEN f.moment END",
        decided_at="CASE WHEN f.state IN ('filed', 'rejected', 'withdrawn') THEN f.moment + (1 + f.k % 9) * interval '1 day' END",
        reply_no="CASE WHEN f.j = 0 THEN '内红赈发〔2022〕' || (1 + f.k % 900) || '号' ELSE '' END",
        reply_on="CASE WHEN f.j = 0 THEN f.moment::date END",
    )  # fmt: skip


def _teams() -> list[str]:
    facts = insert(
        Team, "FROM seed_team t", id="t.id", organization_id="t.place", status="'filed'",
        filing_no=f"'NMHS-' || t.division_id || '-2022-' || lpad((t.id - {FIRST})::text, 7, '0')", filed_on="'2022-06-10'",
        level="t.level", formation="'direct'", founded_on="'2022-05-01'", registration="'document'",
        filing_doc_no="'演示发〔2022〕12号'", filing_doc_on="'2022-06-01'", main_category_id="t.category",
        base_address="'演示路 1 号'", duty_phone="'0476-1234567'", filed_facts=_FACTS,
        confirmed_year="extract(year FROM now())::int - 1",
    )  # fmt: skip
    people = "(VALUES ('captain', t.captain), ('deputy', t.second), ('deputy', t.third)) AS p(role, name)"
    posts = insert(
        TeamPost, f"FROM seed_team t CROSS JOIN LATERAL {people}", team_id="t.id", role="p.role", name="p.name",
        origin="'elected'", starts_on="'2022-05-01'",
    )  # fmt: skip
    things = "(VALUES ('flag', '队旗', 2), ('uniform', '救援服', 30)) AS e(kind, what, number)"
    emblem = insert(
        EmblemItem, f"FROM seed_team t CROSS JOIN {things}", team_id="t.id", kind="e.kind", description="e.what",
        quantity="e.number", issued_on="'2022-07-01'",
    )  # fmt: skip
    return [facts, posts, emblem]


def _rounds() -> str:
    return insert(
        FilingRound, f"{_JOINED} WHERE f.state <> 'draft'", filing_id="f.id", number="1", payload=_CONTENT, before=_BEFORE,
        papers="'[]'::jsonb", findings="'[]'::jsonb", submitted_by_id="f.person", submitted_at="f.moment",
    )  # fmt: skip


def _story() -> str:
    kind = ContentType.objects.get_for_model(Filing).pk
    last = """(VALUES ('submit', 0), (CASE f.state WHEN 'filed' THEN 'confirm' WHEN 'rejected' THEN 'reject'
        WHEN 'withdrawn' THEN 'withdraw' WHEN 'returned' THEN 'return_for_changes' WHEN 'approved' THEN 'approve' END, 1)) AS e(action, later)"""
    return insert(
        apps.get_model("core", "WorkflowEvent"),
        f"FROM seed_filing f CROSS JOIN LATERAL {last} WHERE f.state <> 'draft' AND e.action IS NOT NULL",
        content_type_id=str(kind), object_id="f.id::text", action="e.action",
        from_state="CASE WHEN e.later = 0 THEN 'draft' ELSE 'submitted' END",
        to_state="CASE WHEN e.later = 0 THEN 'submitted' ELSE f.state END",
        by_id="CASE WHEN e.later = 0 THEN f.person ELSE f.decider END",
        at="f.moment + e.later * (1 + f.k % 9) * interval '1 day'",
        comment="CASE WHEN f.state IN ('rejected', 'returned') AND e.later = 1 THEN '请核对' ELSE '' END",
    )  # fmt: skip


def statements() -> list[str]:
    """In order; within one transaction without triggers, after offices and accounts."""
    tracked = ((Team, "created_at"), (TeamPost, "'2022-05-01'"), (EmblemItem, "'2022-07-01'"), (Filing, "created_at"),
               (FilingStep, "coalesce(started_at, now())"))  # fmt: skip
    return [
        _TEAMS,
        "ANALYZE seed_team",
        _FILINGS,
        "ANALYZE seed_filing",
        *_teams(),
        _filings(),
        _steps(),
        _rounds(),
        _story(),
        *(events(model, moment) for model, moment in tracked),
        *(reset_sequence(model) for model in (Team, Filing, FilingStep)),
    ]
