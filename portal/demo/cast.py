"""The demo people; also the fixed cast of the tests."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from organizations.reference import add_child
from organizations.roles import Level, RoleKey
from teams.models import Team

TEAM_CODE = "T15040001"
TEAM_NAME = "赤峰市红十字水上救援队（演示）"


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    place: str  # organization code
    roles: tuple[str, ...]


CAST = (
    Person("region", "苏日娜（演示）", "150000", (RoleKey.REVIEWER,)),
    Person("region-security", "安其尔（演示）", "150000", (RoleKey.SECURITY_ADMIN,)),
    Person("region-audit", "沈审言（演示）", "150000", (RoleKey.AUDIT_ADMIN,)),
    Person("region-system", "习统明（演示）", "150000", (RoleKey.SYSTEM_ADMIN,)),
    Person("leader", "领导阅（演示）", "150000", (RoleKey.LEADER,)),
    Person("chifeng", "斯琴高娃（演示）", "150400", (RoleKey.CLERK, RoleKey.REVIEWER)),
    Person("songshan", "宋山经（演示）", "150404", (RoleKey.CLERK,)),
    Person("captain", "阿拉坦·苏都（演示）", TEAM_CODE, (RoleKey.CAPTAIN,)),
    Person("member", "敖特根巴雅尔·孟和（演示）", TEAM_CODE, (RoleKey.MEMBER,)),
    Person("assessor", "测评员（演示）", "150000", (RoleKey.ASSESSOR,)),
    Person("baotou", "包头经办（演示）", "150200", (RoleKey.CLERK, RoleKey.REVIEWER)),
)
# Colleagues of other leagues, so that the region's queues hold more than two, and one at the region: what somebody
# decided, somebody else answers objections to. Not part of the cast of the tests.
COLLEAGUES = (
    Person("region-second", "娜仁其木格（演示）", "150000", (RoleKey.REVIEWER,)),
    Person("hohhot", "呼市经办（演示）", "150100", (RoleKey.CLERK, RoleKey.REVIEWER)),
    Person("hulunbuir", "呼伦贝尔经办（演示）", "150700", (RoleKey.CLERK, RoleKey.REVIEWER)),
)


@transaction.atomic
def make_cast(password: str, persons: tuple[Person, ...] = CAST) -> dict[str, User]:
    """The demo accounts with their duties; accounts that exist are left as they are."""
    team = Organization.objects.filter(code=TEAM_CODE).first() or add_child(
        Organization.objects.get(code="150400"),
        code=TEAM_CODE,
        name=TEAM_NAME,
        short_name="赤峰水上救援队（演示）",
        level=Level.TEAM,
        division_id="150400",
    )
    Team.objects.get_or_create(organization=team)  # being built up until something is filed about it
    places = {
        place.code: place for place in Organization.objects.filter(code__in={person.place for person in persons})
    } | {TEAM_CODE: team}
    hashed = make_password(password)
    people = {}
    for person in persons:
        user, created = User.objects.get_or_create(
            username=person.username,
            defaults={"name": person.name, "organization": places[person.place], "password": hashed, "is_demo": True},
        )
        people[person.username] = user
        if created:
            for role in person.roles:
                grant(
                    Appointment.objects.create(
                        user=user, role=role, organization=places[person.place], basis="演示数据"
                    )
                )
    return people
