"""Fills an empty, migrated database by set-based statements: minutes at ×100, where single saves would take hours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from bench import seed_assessments, seed_filings, seed_people, seed_training
from bench.inserting import events
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.roles import ROLES

_BASE36 = "'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'"
_SURNAMES = "王,李,张,刘,陈,杨,赵,包,白,乌,孟,那,斯,阿,敖,莫"
_GIVEN = "建国,志强,敏,玉山,仁图雅,琴高娃,拉坦·苏都,特根巴雅尔·孟和,日勒格·那顺乌力吉,喆,丽华,海燕"
_KINDS = "赈济,医疗,供水,水上救生,山野搜救,心理,救护转运,大本营"


@dataclass(frozen=True)
class Size:
    """How many rows a scale has; ×1 is the expected size of the region."""

    scale: int

    @property
    def teams(self) -> int:
        return 300 * self.scale

    @property
    def members(self) -> int:
        return 20_000 * self.scale

    @property
    def requests(self) -> int:
        return 3_000 * self.scale

    @property
    def log_lines(self) -> int:
        return 30_000 * self.scale


def _digit(divisor: int) -> str:
    return f"substr({_BASE36}, (n / {divisor} % 36)::int + 1, 1)"


def _pick(values: str, number: str) -> str:
    return f"(string_to_array('{values}', ','))[1 + ({number}) % {len(values.split(','))}]"


def _teams(size: Size) -> str:
    step = " || ".join(_digit(36**power) for power in (3, 2, 1, 0))
    return f"""
    WITH office AS (
        SELECT id, path, depth, numchild, short_name, division_id, row_number() OVER (ORDER BY path) - 1 AS k, count(*) OVER () AS total
        FROM organizations_organization WHERE level IN ('league_city', 'banner_county')
    ), numbered AS (
        SELECT office.*, i, office.numchild + i / total + 1 AS n
        FROM generate_series(0, {size.teams - 1}) AS i JOIN office ON office.k = i % office.total
    ), made AS (
        INSERT INTO organizations_organization (path, depth, numchild, code, name, short_name, level, division_id, uscc, doc_prefix,
            address, phone, head, contact, mobile, has_staff, valid_from, version)
        SELECT path || {step}, depth + 1, 0, 'T' || lpad(i::text, 9, '0'),
            short_name || '红十字' || {_pick(_KINDS, "i")} || '救援队' || i, short_name || {_pick(_KINDS, "i")} || '队' || i,
            'team', division_id, '', '', '', '', '', '', '', true, '2024-01-01', 1
        FROM numbered RETURNING left(path, -4) AS parent
    )
    UPDATE organizations_organization o SET numchild = numchild + c.count
    FROM (SELECT parent, count(*) FROM made GROUP BY parent) c WHERE o.path = c.parent
    """  # noqa: S608 - constants of this file


def _members(size: Size) -> str:
    return f"""
    WITH team AS (
        SELECT id, row_number() OVER (ORDER BY path) - 1 AS k FROM organizations_organization WHERE level = 'team'
    )
    INSERT INTO organizations_user (password, is_superuser, username, name, organization_id, phone, email, is_active, is_demo,
        must_change_password, password_changed_at, created_at, deactivated_reason, version)
    SELECT '!', false, 'm' || lpad(i::text, 8, '0'), {_pick(_SURNAMES, "i")} || {_pick(_GIVEN, "i / 7")}, team.id,
        '1380' || lpad((i % 10000000)::text, 7, '0'), '', true, false, false, now(), now() - (i % 900) * interval '1 day', '', 1
    FROM generate_series(1, {size.members}) AS i JOIN team ON team.k = i % {size.teams}
    """  # noqa: S608


_APPOINTMENTS = """
    INSERT INTO organizations_appointment (user_id, organization_id, role, starts_at, basis, end_reason)
    SELECT id, organization_id, CASE WHEN id % 60 = 0 THEN 'captain' ELSE 'member' END, created_at, '', ''
    FROM organizations_user WHERE username LIKE 'm0%'
"""


def _grants() -> str:
    pairs = ", ".join(f"('{role}', '{right}')" for role, duty in ROLES.items() for right in sorted(duty.rights))
    return f"""
    INSERT INTO organizations_organizationgrant (user_id, permission_id, content_object_id, appointment_id)
    SELECT a.user_id, p.id, a.organization_id, a.id
    FROM organizations_appointment a
    JOIN (VALUES {pairs}) AS r(role, codename) ON r.role = a.role
    JOIN auth_permission p ON p.codename = r.codename
    WHERE NOT EXISTS (SELECT 1 FROM organizations_organizationgrant g WHERE g.appointment_id = a.id)
    """  # noqa: S608


def _requests(size: Size) -> str:
    return f"""
    WITH office AS (SELECT id, division_id, row_number() OVER (ORDER BY path) - 1 AS k
        FROM organizations_organization WHERE level = 'team'),
    applicant AS (SELECT id FROM organizations_user WHERE username = 'chifeng')
    INSERT INTO organizations_accountrequest (number, state, organization_id, role, name, username, phone, email, basis, note,
        applicant_id, created_at, submitted_at, decided_at, version)
    SELECT 'ZH-' || division_id || '-2026-' || lpad(i::text, 7, '0'),
        (ARRAY['submitted', 'returned', 'rejected', 'submitted'])[1 + i % 4], office.id, 'member',
        {_pick(_SURNAMES, "i")} || {_pick(_GIVEN, "i / 5")}, 'r' || i, '', '', '', '', applicant.id,
        now() - i * interval '1 minute', now() - i * interval '1 minute',
        CASE WHEN i % 4 = 2 THEN now() - i * interval '30 seconds' END, 1
    FROM generate_series(1, {size.requests}) AS i JOIN office ON office.k = i % {size.teams} CROSS JOIN applicant
    """  # noqa: S608


def _log(size: Size) -> str:
    return f"""
    INSERT INTO core_accesslog (kind, user_id, user_name, office, subject, detail, url, address, at)
    SELECT (ARRAY['signed_in', 'downloaded', 'exported'])[1 + i % 3], u.id, u.name, o.path, '', '{{}}', '/', '127.0.0.1',
        now() - (i * interval '{max(1, 15_000_000 // size.log_lines)} second')
    FROM generate_series(1, {size.log_lines}) AS i
    JOIN organizations_user u ON u.id = (SELECT min(id) FROM organizations_user) + i % {size.members}
    JOIN organizations_organization o ON o.id = u.organization_id
    """  # noqa: S608


_SEEDED = r"""(t.relname ~ '^(organizations|teams|people|training|assessments)_' OR t.relname IN ('core_accesslog', 'core_workflowevent'))"""


@contextmanager
def _without_indexes(cursor: CursorWrapper) -> Iterator[None]:
    """Drop all indexes but those of primary keys, and build them again over the full tables, which is far quicker."""
    cursor.execute(f"""
        SELECT c.conname, t.relname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        WHERE c.contype IN ('u', 'x') AND {_SEEDED} AND t.relnamespace = 'public'::regnamespace
        """)  # noqa: S608 - a constant of this file
    constraints = cursor.fetchall()
    for name, table, _ in constraints:
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    cursor.execute(f"""
        SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
        WHERE NOT x.indisprimary AND {_SEEDED} AND t.relnamespace = 'public'::regnamespace
        """)  # noqa: S608 - as above
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for name, table, definition in constraints:
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')


def seed(scale: int) -> None:
    """Fill the connected database, which holds reference data and the demo cast and nothing else."""
    size = Size(scale)
    statements = [
        _teams(size),
        _members(size),
        _APPOINTMENTS,
        _grants(),
        _requests(size),
        _log(size),
        events(Organization, "valid_from"),
        events(User, "created_at"),
        events(Appointment, "starts_at"),
        events(AccountRequest, "created_at"),
        *seed_filings.statements(),
        *seed_people.statements(size.members),
        *seed_training.statements(size.teams),
        *seed_assessments.statements(),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the events are written set by set instead
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL work_mem = '256MB'")  # millions of lines are joined and put in order
        with _without_indexes(cursor):
            for statement in statements:
                cursor.execute(statement)
