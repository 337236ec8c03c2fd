"""People for the seed: 20,000 a scale, spread over the teams, with their papers; see ``statements``.

Set by set over one temporary table ``seed_person`` (a line per person with the team). Identifiers are computed, so that
rows can name each other. One person (``FOUND``) is found by a whole number; all documents decrypt to that number.
"""

import json

from django.contrib.contenttypes.models import ContentType

from bench.inserting import events, insert, reset_sequence
from core import encryption
from core.models import WorkflowEvent
from people import identity
from people.choices import IdType
from people.models import Application, Award, Certificate, Cover, HourRecord, Invitation, Membership, Person, Policy

FIRST = 10_000  # above anything that is there already
FOUND = "150404" + "19900307" + "001"  # + check digit: the one whole number that finds somebody
_PAYLOAD = {"name": "演示", "mobile": "13800000000", "address": "演示路 1 号"}
_SURNAMES = "'{王,李,张,刘,陈,杨,赵,包,白,乌,孟,那,斯,阿,敖,莫}'::text[]"
_GIVEN = "'{建国,志强,敏,玉山,仁图雅,琴高娃,拉坦·苏都,特根巴雅尔·孟和,日勒格·那顺乌力吉,喆,丽华,海燕}'::text[]"
_FURTHER = "'{cpr_aed,rescuer,rope,water,uav,radio,driving,nurse}'::text[]"
_HASH = "encode(sha256(convert_to({}, 'UTF8')), 'hex')"


def found_number() -> str:
    return FOUND + identity.check_digit(FOUND)


def _people(members: int) -> str:
    """A line per person. Of 40: 1 is ended, 3 on probation, 2 a second time elsewhere, 1 without a document."""
    return f"""
    CREATE TEMP TABLE seed_person ON COMMIT DROP AS
    WITH team AS (
        SELECT id, division_id, row_number() OVER (ORDER BY path) - 1 AS k
        FROM organizations_organization WHERE level = 'team'
    ), size AS (
        SELECT count(*) AS teams FROM team
    )
    SELECT i, {FIRST} + i AS id, t.id AS team, t.k, t.division_id, s.id AS second, i % 40 <> 1 AS documented,
        CASE WHEN i % 40 = 2 THEN 'ended' WHEN i % 40 IN (3, 4, 5) THEN 'probation' ELSE 'full' END AS state,
        current_date - 7000 - (i::bigint * 7919 % 15000)::int AS birth, current_date - 40 - i % 2500 AS joined,
        now() - (40 + i % 2500) * interval '1 day' AS moment
    FROM generate_series(1, {members}) AS i CROSS JOIN size
    JOIN team t ON t.k = i % size.teams
    LEFT JOIN team s ON i % 20 = 7 AND s.k = (i + size.teams / 2) % size.teams AND s.id <> t.id
    """  # noqa: S608 - constants of this file


def _persons() -> str:
    number = "p.division_id || to_char(p.birth, 'YYYYMMDD') || lpad((p.i % 1000)::text, 3, '0') || p.i"
    return insert(
        Person, "FROM seed_person p ORDER BY p.i", id="p.id",
        name=f"({_SURNAMES})[1 + p.i % 16] || ({_GIVEN})[1 + (p.i / 7) % 12]",
        id_type="CASE WHEN documented THEN 'citizen' ELSE '' END",
        id_cipher=f"CASE WHEN documented THEN '{encryption.encrypt(found_number())}' ELSE '' END",
        id_index=f"CASE WHEN documented THEN {_HASH.format(number)} END",
        id_masked="CASE WHEN documented THEN p.division_id || '**********' || (10 + p.i % 90) ELSE '' END",
        gender="CASE WHEN p.i % 3 = 0 THEN '2' ELSE '1' END", birth="p.birth",
        ethnicity="(ARRAY['汉族', '汉族', '蒙古族', '满族', '达斡尔族'])[1 + p.i % 5]",
        political="CASE WHEN p.i % 4 = 0 THEN '01' ELSE '13' END",
        mobile="'138' || lpad(p.i::text, 8, '0')", division_id="p.division_id", employer="'演示单位'",
        volunteer_no="CASE WHEN p.i % 2 = 0 THEN 'ZY' || lpad(p.i::text, 10, '0') ELSE '' END",
        created_at="p.moment",
    )  # fmt: skip


def _whole_number() -> str:
    index = identity.index(IdType.CITIZEN, found_number())
    return f"UPDATE people_person SET id_index = '{index}' WHERE id = {FIRST} + 8"  # noqa: S608


def _memberships() -> list[str]:
    main = insert(
        Membership, "FROM seed_person p ORDER BY p.i", person_id="p.id", organization_id="p.team", state="p.state",
        kind="CASE WHEN p.i % 19 = 0 THEN 'volunteer' ELSE 'member' END", is_main="true",
        number="lpad((1 + p.i / 300 % 1000)::text, 4, '0')",
        presence="CASE WHEN p.i % 50 = 0 THEN 'leave' ELSE 'active' END",
        joined_on="p.joined", left_on="CASE WHEN p.state = 'ended' THEN p.joined + 30 END",
        end_kind="CASE WHEN p.state = 'ended' THEN 'voluntary' ELSE '' END",
    )  # fmt: skip
    second = insert(
        Membership, "FROM seed_person p WHERE p.second IS NOT NULL", person_id="p.id", organization_id="p.second",
        state="'full'", kind="'member'", is_main="false", number="'B' || lpad((p.i % 1000)::text, 4, '0')",
        presence="'active'", joined_on="p.joined",
    )  # fmt: skip
    return [main, second]


def _certificates() -> list[str]:
    """First aid for 70 %, about a fifth of it run out and 4 % not verified yet; another for 20 %."""
    verified = "CASE WHEN p.i % 25 <> 0 THEN {} END"
    common = {
        "person_id": "p.id", "state": "CASE WHEN p.i % 25 = 0 THEN 'reported' ELSE 'verified' END",
        "issuer": "'演示红十字会'",
        "verified_by_id": verified.format("d.id"), "verified_at": verified.format("now()"),
    }  # fmt: skip
    source = "FROM seed_person p CROSS JOIN (SELECT id FROM organizations_user WHERE username = 'region') d WHERE"
    issued = "current_date - 1 - p.i % 1400"
    first_aid = insert(
        Certificate, f"{source} p.i % 10 < 7 ORDER BY p.i", kind_id="'first_aid'",
        number="'YS' || lpad(p.i::text, 9, '0')",
        issued_on=issued, expires_on=f"{issued} + 1096", created_at="now() - (p.i % 1400) * interval '1 day'", **common,
    )  # fmt: skip
    further = insert(
        Certificate, f"{source} p.i % 5 = 1", kind_id=f"({_FURTHER})[1 + p.i / 5 % 8]",
        number="'YX' || lpad(p.i::text, 9, '0')", issued_on=issued,
        created_at="now() - (p.i % 1400) * interval '1 day'",
        **common,
    )  # fmt: skip
    return [first_aid, further]


def _insurance() -> list[str]:
    """A policy per team, one in twelve of them run out, that insures 80 %."""
    start = "current_date - CASE WHEN {0} % 12 = 0 THEN 400 ELSE (30 + {0} % 300)::int END"
    teams = "FROM (SELECT DISTINCT team, k FROM seed_person) p ORDER BY p.k"
    starts = start.format("p.k")
    policies = insert(
        Policy, teams, id=f"{FIRST} + p.k", organization_id="p.team", kind="'accident'", insurer="'演示保险公司'",
        number="'YSBX' || lpad(p.k::text, 8, '0')", holder="'演示救援队'", death_amount="50", medical_amount="5",
        starts_on=starts, ends_on=f"{starts} + 364",
    )  # fmt: skip
    covers = insert(
        Cover, "FROM seed_person p WHERE p.i % 5 <> 4 ORDER BY p.i", policy_id=f"{FIRST} + p.k", person_id="p.id",
        starts_on=starts, ends_on=f"{starts} + 364",
    )  # fmt: skip
    return [policies, covers]


def _standing() -> list[str]:
    hours = insert(
        HourRecord, "FROM seed_person p CROSS JOIN generate_series(1, 2) AS n WHERE p.i % 10 = 0", person_id="p.id",
        organization_id="p.team", kind="CASE WHEN n = 1 THEN 'service' ELSE 'training' END",
        on="current_date - (p.i % 700 + n)::int", hours="4", what="'演示活动'",
    )  # fmt: skip
    awards = insert(
        Award, "FROM seed_person p WHERE p.i % 100 = 0", person_id="p.id", name="'优秀志愿者'", level="'county'",
        grantor="'演示红十字会'", awarded_on="current_date - (p.i % 900)::int",
    )  # fmt: skip
    return [hours, awards]


def _joining() -> list[str]:
    """An invitation for every third team, with four applications: one waits."""
    invitations = insert(
        Invitation,
        "FROM (SELECT DISTINCT team, k FROM seed_person) p CROSS JOIN"
        " (SELECT id FROM organizations_user WHERE username = 'region') d WHERE p.k % 3 = 0 ORDER BY p.k",
        id=f"{FIRST} + p.k", organization_id="p.team", key=_HASH.format("'key' || p.k"), expires_on="current_date + 30",
        most="200", created_by_id="d.id", created_at="now() - (p.k % 30) * interval '1 day'",
    )  # fmt: skip
    applications = insert(
        Application,
        f"FROM people_invitation v CROSS JOIN generate_series(1, 4) AS n WHERE v.id >= {FIRST} ORDER BY v.id, n",
        id="v.id * 4 + n", invitation_id="v.id", organization_id="v.organization_id",
        state="CASE n WHEN 1 THEN 'applied' WHEN 2 THEN 'declined' WHEN 3 THEN 'withdrawn' ELSE 'accepted' END",
        name=f"({_SURNAMES})[1 + v.id % 16] || ({_GIVEN})[1 + (v.id / 7 + n) % 12]",
        id_index=_HASH.format("v.id || '-' || n"), payload_cipher=f"'{encryption.encrypt(json.dumps(_PAYLOAD))}'",
        follow_key=_HASH.format("'follow' || v.id || '-' || n"), applied_at="v.created_at + n * interval '1 hour'",
        decided_at="CASE WHEN n > 1 THEN v.created_at + interval '1 day' END",
        reason="CASE WHEN n = 2 THEN '演示' ELSE '' END",
    )  # fmt: skip
    return [invitations, applications]


def _story() -> str:
    """That the office confirmed those who are full."""
    kind = ContentType.objects.get_for_model(Membership).pk
    return insert(
        WorkflowEvent,
        "FROM people_membership m CROSS JOIN (SELECT id FROM organizations_user WHERE username = 'region') d"
        " WHERE m.state = 'full' AND m.is_main",
        content_type_id=str(kind), object_id="m.id::text", action="'confirm'", from_state="'probation'",
        to_state="'full'", by_id="d.id", at="m.joined_on + interval '30 days'",
    )  # fmt: skip


def statements(members: int) -> list[str]:
    """In order; within one transaction without triggers, after offices and accounts."""
    tracked = (
        (Person, "created_at"), (Membership, "joined_on"), (Certificate, "created_at"), (Policy, "created_at"),
        (Cover, "starts_on"), (HourRecord, "created_at"), (Award, "created_at"), (Invitation, "created_at"),
        (Application, "applied_at"),
    )  # fmt: skip
    return [
        _people(members),
        "ANALYZE seed_person",
        _persons(),
        _whole_number(),
        *_memberships(),
        *_certificates(),
        *_insurance(),
        *_standing(),
        *_joining(),
        _story(),
        *(events(model, moment) for model, moment in tracked),
        *(reset_sequence(model) for model in (Person, Policy, Invitation, Application)),
    ]
