"""The year's assessment for the seed: a review for every team on file in every state, with what the records said and
the points of both sides; gradings of three teams in ten with a claim per indicator, grades, a run of reports.

Set by set over one temporary table ``seed_review``, after teams and people. Standards are those that are shipped.
"""

from assessments.models import (
    Campaign,
    Grading,
    GradingClaim,
    PanelMember,
    ReportDocument,
    ReportRun,
    Review,
    ReviewScore,
    Snapshot,
    TeamGrade,
)
from bench.inserting import events, insert, reset_sequence

FIRST = 10_000  # above anything that is there already
_STATES = "'{draft,draft,submitted,returned,submitted,scored,scored,decided,publicity,final,final,exempt}'::text[]"
_GRADINGS = "'{draft,submitted,returned,panel,on_site,on_site,deliberation,publicity,granted,granted,declined}'::text[]"
_VALUES = (
    "jsonb_build_object('members_registered', (12 + r.k % 20)::text, 'members_insured', (10 + r.k % 18)::text,"
    " 'first_aid_coverage', (60 + r.k % 40)::text, 'drills_held', (r.k % 6)::text, 'trainings_held', (r.k % 5)::text,"
    " 'teams_on_file', '1', 'problems_overdue', (r.k % 3)::text, 'teams_unconfirmed', '0')"
)
_ANNUAL = "(SELECT id FROM assessments_standard WHERE code = 'annual-team' ORDER BY number LIMIT 1)"
_REGION_USER = "(SELECT id FROM organizations_user WHERE username = 'region')"
_HANDED_IN = "r.state NOT IN ('draft', 'exempt')"
_SCORED = "r.state IN ('scored', 'decided', 'publicity', 'final')"
_DECIDED = "r.state IN ('decided', 'publicity', 'final')"
_CLOSED = "g.state IN ('granted', 'declined')"
_LIES = "g.state <> 'draft'"

_ASSESSORS = (
    "(SELECT id, row_number() OVER (ORDER BY id) AS n FROM organizations_user"
    " WHERE username IN ('assessor', 'baotou', 'chifeng'))"
)


def _reviews() -> str:
    """A line per team on file; ``k`` counts them in the order of the tree."""
    return f"""
    CREATE TEMP TABLE seed_review ON COMMIT DROP AS
    SELECT t.*, {FIRST} + t.k AS id, ({_STATES})[1 + t.k % 12] AS state FROM (
        SELECT o.id AS place, o.division_id, tm.id AS team, l.id AS league, u.person,
            row_number() OVER (ORDER BY o.path) - 1 AS k
        FROM teams_team tm JOIN organizations_organization o ON o.id = tm.organization_id
        JOIN organizations_organization l ON l.level = 'league_city' AND l.path = left(o.path, length(l.path))
        JOIN (SELECT organization_id, min(id) AS person FROM organizations_user GROUP BY 1) u
            ON u.organization_id = o.id
        WHERE tm.status = 'filed'
    ) t ORDER BY t.k
    """  # noqa: S608 - constants of this file


def _year() -> list[str]:
    campaign = insert(
        Campaign, "", id=f"{FIRST}", year="extract(year FROM now())::int", state="'open'", standard_id=_ANNUAL,
        data_until="current_date", report_by="current_date + 10", score_by="current_date + 30",
        decide_by="current_date + 50", public_from="current_date", public_until="current_date + 6",
        opened_at="now()", created_by_id=_REGION_USER, created_at="now() - interval '20 days'",
    )  # fmt: skip
    bar = f"(SELECT id FROM assessments_conclusion WHERE standard_id = {_ANNUAL} AND key = 'qualified')"  # noqa: S608
    reviews = insert(
        Review, "FROM seed_review r ORDER BY r.k", id="r.id", campaign_id=f"{FIRST}", team_id="r.team",
        organization_id="r.place", office_id="r.league", state="r.state", reporter="'演示'",
        report=f"CASE WHEN {_HANDED_IN} THEN jsonb_build_object('basics', '演示', 'team', '演示', 'training', '演示',"
        " 'problems', '演示', 'plans', '演示') ELSE '{}'::jsonb END",
        self_total=f"CASE WHEN {_HANDED_IN} THEN 80 END", league_total=f"CASE WHEN {_SCORED} THEN 78 END",
        total=f"CASE WHEN {_DECIDED} THEN 78 END", result_id=f"CASE WHEN {_DECIDED} THEN {bar} END",
        state_reason="CASE WHEN r.state = 'exempt' THEN '演示' ELSE '' END", revision="1",
        submitted_by_id=f"CASE WHEN {_HANDED_IN} THEN r.person END",
        submitted_at=f"CASE WHEN {_HANDED_IN} THEN now() - (r.k % 9000) * interval '1 minute' END",
        scored_at=f"CASE WHEN {_SCORED} THEN now() - (r.k % 4000) * interval '1 minute' END",
        decided_at=f"CASE WHEN {_DECIDED} THEN now() END",
        public_from="CASE WHEN r.state IN ('publicity', 'final') THEN current_date END",
        public_until="CASE WHEN r.state IN ('publicity', 'final') THEN current_date + 6 END",
    )  # fmt: skip
    snapshots = insert(
        Snapshot, f"FROM seed_review r WHERE {_HANDED_IN} ORDER BY r.k", review_id="r.id", as_at="current_date",
        values=_VALUES,
    )  # fmt: skip
    scores = insert(
        ReviewScore, "FROM seed_review r CROSS JOIN assessments_indicator i CROSS JOIN (VALUES ('team'), ('league'))"
        f" AS s (side) WHERE i.standard_id = {_ANNUAL} AND i.method = 'judged' AND {_HANDED_IN}"
        f" AND (s.side = 'team' OR {_SCORED}) ORDER BY r.k", review_id="r.id", indicator_id="i.id",
        scored_by="s.side", points="i.points - 1",
    )  # fmt: skip
    return [campaign, reviews, snapshots, scores]


def _gradings() -> list[str]:
    """Three teams in ten, each under the standard of one category."""
    table = f"""
    CREATE TEMP TABLE seed_grading ON COMMIT DROP AS
    SELECT r.*, s.id AS standard, s.category_id, ({_GRADINGS})[1 + r.k % 11] AS at, {FIRST} + r.k AS grading
    FROM seed_review r CROSS JOIN (SELECT count(*) AS n FROM assessments_standard
        WHERE purpose = 'grading' AND scheme = 'red_cross') c
    JOIN (SELECT id, category_id, row_number() OVER (ORDER BY id) - 1 AS k FROM assessments_standard
        WHERE purpose = 'grading' AND scheme = 'red_cross') s ON s.k = r.k % c.n
    WHERE r.k % 10 < 3
    """  # noqa: S608
    columns = "SELECT grading AS id, team, league, division_id, person, k, standard, category_id, at AS state"
    source = f"FROM ({columns} FROM seed_grading) g"
    rows = insert(
        Grading, f"{source} ORDER BY g.k", id="g.id", team_id="g.team", standard_id="g.standard", applied_grade="'3'",
        state="g.state", office_id=f"CASE WHEN {_LIES} THEN g.league END", contact="'演示'",
        number=f"CASE WHEN {_LIES} THEN 'CP-' || g.division_id || '-2026-' || lpad(g.k::text, 7, '0') END",
        submitted_by_id=f"CASE WHEN {_LIES} THEN g.person END",
        submitted_at=f"CASE WHEN {_LIES} THEN now() - (g.k % 600) * interval '1 hour' END",
        site_on="CASE WHEN g.state IN ('on_site', 'deliberation', 'publicity', 'granted') THEN current_date END",
        total="CASE WHEN g.state IN ('publicity', 'granted') THEN 82 END",
        result="CASE WHEN g.state IN ('publicity', 'granted') THEN '3' ELSE '' END",
        public_from="CASE WHEN g.state = 'publicity' THEN current_date END",
        public_until="CASE WHEN g.state = 'publicity' THEN current_date + 6 END",
        closed_at=f"CASE WHEN {_CLOSED} THEN now() END", created_by_id="g.person",
        created_at="now() - (g.k % 9000) * interval '1 hour'",
    )  # fmt: skip
    claims = insert(
        GradingClaim, f"{source} JOIN assessments_indicator i ON i.standard_id = g.standard AND i.method <> 'heading'"
        " ORDER BY g.k, i.position", grading_id="g.id", indicator_id="i.id",
        value="CASE WHEN i.method <> 'judged' THEN 12 + g.k % 20 END",
        points="CASE WHEN i.method = 'judged' THEN i.points / 2 END",
    )  # fmt: skip
    seats = insert(
        PanelMember, f"{source} CROSS JOIN {_ASSESSORS} u WHERE g.state = 'on_site' AND g.k < 300",
        grading_id="g.id", user_id="u.id", duty="CASE WHEN u.n = 1 THEN 'lead' ELSE 'member' END",
        appointed_by_id=_REGION_USER, declared_at="now()",
    )  # fmt: skip
    grades = insert(
        TeamGrade, f"{source} WHERE g.state = 'granted' ORDER BY g.k", team_id="g.team", scheme="'red_cross'",
        category_id="g.category_id", grade="'3'", grading_id="g.id", issuer="'演示单位'", certificate_no="'CP-' || g.k",
        granted_on="current_date - (g.k % 900)::int", valid_until="current_date + 195 + (g.k % 900)::int",
        created_by_id=_REGION_USER,
    )  # fmt: skip
    return [table, rows, claims, seats, grades]


def _run() -> list[str]:
    """One that has ended, with a report per team."""
    run = insert(
        ReportRun, "", id=f"{FIRST}", campaign_id=f"{FIRST}", number="1", state="'running'", dated="current_date",
        total="(SELECT count(*) FROM seed_review)", started_by_id=_REGION_USER, ended_at="now()",
    )  # fmt: skip
    documents = insert(
        ReportDocument, "FROM seed_review r ORDER BY r.k", run_id=f"{FIRST}", kind="'team'", organization_id="r.place",
        league_id="r.league", position="r.k", state="'ready'", number="'KH-' || r.division_id || '-' || r.k",
        code="upper(left(md5(r.k::text), 16))",
        file="'reports/seed-' || r.k || '.pdf'", sha256="md5(r.k::text) || md5(r.k::text)", pages="8", size="180000",
        ready_at="now()",
    )  # fmt: skip
    return [run, documents]


def statements() -> list[str]:
    """In order; within one transaction without triggers."""
    tracked = ((Campaign, "created_at"), (Review, "coalesce(submitted_at, now())"), (Grading, "created_at"))
    return [
        _reviews(),
        "ANALYZE seed_review",
        *_year(),
        *_gradings(),
        *_run(),
        *(events(model, moment) for model, moment in tracked),
        events(TeamGrade, "created_at"),
        *(reset_sequence(model) for model in (Campaign, Review, Grading, ReportRun)),
    ]
