"""Demo members of the demo teams, plainly fictional (演示): taken in, confirmed, insured as people do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.history import acting_as
from organizations.models import Organization, User
from people import identity
from people.choices import Gender, IdType, MemberKind, Presence
from people.membership.admitting import admit
from people.models import Certificate, Cover, Membership, Person, Policy
from people.workflow import CERTIFICATE, MEMBERSHIP
from portal.demo.teams import ON_FILE

LONG = "额尔德尼其其格·敖特根巴雅尔·孟和"


@dataclass(frozen=True)
class DemoMember:
    """:param number: odd for a man; none for somebody whose document is not known yet.
    :param aid: days until the first-aid certificate runs out, None without one; ``reported``: not verified yet.
    :param insured: whether by the policy of the team. :param becomes: what happened to the membership since.
    """

    team: str
    name: str
    number: int = 0
    birth: str = "19880512"
    group: str = ""
    duty: str = ""
    aid: int | None = 600
    reported: bool = False
    insured: bool = True
    becomes: str = "full"
    kind: str = MemberKind.MEMBER
    other: str = ""  # another certificate
    user: str = ""
    facts: Mapping[str, Any] | None = None


_PARTY = {"political": "01"}
MEMBERS = (
    DemoMember("water", "阿拉坦·苏都", 11, group="指挥组", duty="队长", user="captain", other="water", facts=_PARTY),
    DemoMember("water", "敖特根巴雅尔·孟和", 13, "19930824", "激流组", "副队长", user="member", other="rope"),
    DemoMember("water", "李志强", 15, "19850219", "激流组", "副队长", aid=41, other="water"),
    DemoMember("water", "乌仁图雅", 12, "19910603", "医疗组", "安全员", other="nurse", facts=_PARTY),
    DemoMember("water", LONG, 14, "19961130", "医疗组", aid=-20),
    DemoMember("water", "张伟", 17, "19790105", "激流组", aid=85, insured=False),
    DemoMember("water", "陈静", 16, "20010408", "保障组", reported=True),
    DemoMember("water", "苏日嘎拉图", 19, "20030917", "保障组", aid=None, becomes="probation"),
    DemoMember("water", "王明", 21, "19950721", "激流组", becomes="leave"),
    DemoMember("water", "娜仁其其格", 18, "19890228", "保障组", becomes="suspended", aid=200),
    DemoMember("water", "高娃", 20, "19680316", becomes="ended"),
    DemoMember("water", "赵磊", aid=None, insured=False, becomes="probation", kind=MemberKind.VOLUNTEER),
    DemoMember("water", "萨仁", 22, "19970511", "激流组", aid=25, other="uav"),
    DemoMember("psych", "乌兰图雅", 24, "19830907", duty="队长", other="psych"),
    DemoMember("psych", "乌仁图雅", 12, "19910603", duty="心理辅导员"),  # in two teams
    DemoMember("psych", "刘洋", 23, "19900130", aid=None, insured=False),
    DemoMember("psych", "其木格", 26, "19991212", reported=True, becomes="probation"),
    DemoMember("songshan", "宝音", 25, "19810603", "一组", "队长", facts=_PARTY),
    DemoMember("songshan", "孙丽", 28, "19921018", "一组", aid=12),
    DemoMember("songshan", "白玉柱", 27, "19870811", "二组", insured=False),
    DemoMember("songshan", "韩雪", 30, "20000226", "二组", aid=-200, becomes="probation"),
    DemoMember("aohan", "娜仁其其格", 32, "19860127", duty="队长", kind=MemberKind.STAFF),
    DemoMember("health", "朝鲁", 35, "19820911", duty="队长"),
    DemoMember("health", "马晓燕", 36, "19910422", aid=430),
    DemoMember("medical", "赵丽华", 34, "19800519", duty="队长", other="physician"),
    DemoMember("medical", "周军", 29, "19840923", other="physician", aid=70),
    DemoMember("mountain", "张建国", 31, "19770704", duty="队长", other="rope"),
    DemoMember("mountain", "鄂·孟和", 33, "19940315", aid=None),
)


@transaction.atomic
def make_people(people: Mapping[str, User]) -> None:
    """About as many as fill a first screen, with everything that can be the matter with a member."""
    places = _places()
    by_team = {key: [about for about in MEMBERS if about.team == key] for key in places}
    for key, place in places.items():
        keeper, office = _fresh(people, _keeper(key)), _fresh(people, _office(key))
        made = [(about, _take_in(about, place, keeper, office, people)) for about in by_team[key]]
        _insure(place, [membership for about, membership in made if about.insured], office)
        for about, membership in made:
            with acting_as(keeper, source="make_demo"):
                _become(membership, about.becomes, keeper)


def _places() -> dict[str, Organization]:
    wanted = {about.key: about for about in ON_FILE if any(member.team == about.key for member in MEMBERS)}
    named = {place.name: place for place in Organization.objects.teams()}
    return {key: named[f"{about.name}（演示）"] for key, about in wanted.items()}


def _keeper(team: str) -> str:
    return "captain" if team == "water" else _office(team)


def _office(team: str) -> str:
    return next(about.by for about in ON_FILE if about.key == team)


def _fresh(people: Mapping[str, User], username: str) -> User:
    """Read anew: what one may do is kept on the object."""
    user: User = User.objects.select_related("organization").get(pk=people[username].pk)
    return user


def _take_in(
    about: DemoMember, place: Organization, keeper: User, office: User, people: Mapping[str, User]
) -> Membership:
    with acting_as(keeper, source="make_demo"):
        membership = admit(
            _facts(about), IdType.CITIZEN, _number(about, place), place, joined_on=date(2024, 4, 1),
            kind=about.kind, group=about.group, duty=about.duty, number=f"{len(place.memberships.all()) + 1:03d}",
        ).membership  # fmt: skip
    person = membership.person
    if about.user and person.user_id is None:
        person.user = people[about.user]
        person.save(update_fields=["user"])
    if not person.certificates.exists():
        _certify(person, about, office)
    return membership


def _facts(about: DemoMember) -> dict[str, Any]:
    facts = {"name": f"{about.name}（演示）", "ethnicity": "蒙古族" if "·" in about.name else "", **(about.facts or {})}
    if about.number:
        facts["mobile"] = f"138001{about.number:05d}"
    else:
        facts["gender"] = Gender.MALE
    return facts


def _number(about: DemoMember, place: Organization) -> str:
    """A number whose check digit is right, of a division that nobody is born in."""
    if not about.number:
        return ""
    first = f"150499{about.birth}{about.number:03d}"
    return first + identity.check_digit(first)


def _certify(person: Person, about: DemoMember, office: User) -> None:
    today = timezone.localdate()
    if about.aid is not None:
        ends = today + timedelta(days=about.aid)
        _certificate(person, "first_aid", ends - timedelta(days=1095), ends, office, verified=not about.reported)
    if about.other:
        _certificate(person, about.other, date(2023, 6, 1), None, office, verified=True)


def _certificate(person: Person, kind: str, issued: date, ends: date | None, office: User, *, verified: bool) -> None:
    with acting_as(office, source="make_demo"):
        certificate = Certificate.objects.create(
            person=person, kind_id=kind, issued_on=issued, expires_on=ends, issuer="演示红十字会",
            number=f"YS{issued.year}-{person.pk:04d}",
        )  # fmt: skip
        if verified:
            CERTIFICATE.perform(certificate, "verify", by=office)


def _insure(place: Organization, members: list[Membership], office: User) -> None:
    today = timezone.localdate()
    near = place.code == "T15040001"  # the policy of one team is about to run out
    with acting_as(office, source="make_demo"):
        policy = Policy.objects.create(
            organization=place, insurer="演示保险公司", number=f"YSBX-{place.code}", holder=place.short_name,
            death_amount=50, medical_amount=5, starts_on=today - timedelta(days=340 if near else 60),
            ends_on=today + timedelta(days=25 if near else 305),
        )  # fmt: skip
        for member in members:
            Cover.objects.create(
                policy=policy, person=member.person, starts_on=policy.starts_on, ends_on=policy.ends_on
            )


def _become(membership: Membership, what: str, keeper: User) -> None:
    if what == "probation":
        return
    membership = MEMBERSHIP.perform(membership, "confirm", by=keeper)
    if what == "ended":
        day = timezone.localdate() - timedelta(days=90)
        MEMBERSHIP.perform(membership, "end", by=keeper, left_on=day, end_kind="age", end_reason="")
    elif what in (Presence.LEAVE, Presence.SUSPENDED):
        leave = what == Presence.LEAVE
        membership.presence, membership.away_reason = what, "外出学习（演示）" if leave else "等待体检（演示）"
        membership.away_until = timezone.localdate() + timedelta(days=40) if leave else None
        membership.version += 1
        membership.save(update_fields=["presence", "away_reason", "away_until", "version"])
