"""People, memberships and papers for tests, made by the functions people use. Fixed values, plainly fictional."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from organizations.models import Organization
from people import identity
from people.choices import AwardLevel, Channel, ConsentKind, IdType
from people.membership.enrolling import enrol
from people.models import Award, Certificate, Consent, ConsentText, Cover, Membership, Person, Policy
from people.states import CertificateState, MembershipState

JOINED = date(2024, 3, 1)
NAMES = ("王明", "敖特根巴雅尔·孟和", "李志强", "乌仁图雅", "额尔德尼其其格", "张伟", "苏日嘎拉图", "陈静")


def citizen(number: int, *, birth: str = "19900307", division: str = "150404") -> str:
    """The ``number``-th valid ID number of a division and birthday; an odd number is a man's."""
    first = f"{division}{birth}{number:03d}"
    return first + identity.check_digit(first)


def person(number: int = 1, **facts: Any) -> Person:
    """A saved person with a valid ID number of their own."""
    facts.setdefault("name", NAMES[number % len(NAMES)])
    facts.setdefault("mobile", f"1380000{number:04d}")
    id_number = facts.pop("id_number", citizen(number))
    made = Person(**facts)
    if id_number:
        made.set_id(IdType.CITIZEN, id_number)
    made.save()
    return made


def member(team: Organization, number: int = 1, **facts: Any) -> Membership:
    """A full member; ``person=`` brings an existing person."""
    who = facts.pop("person", None) or person(number)
    facts.setdefault("state", MembershipState.FULL)
    facts.setdefault("joined_on", JOINED)
    return enrol(who, team, **facts)


def certificate(who: Person, **facts: Any) -> Certificate:
    """A verified 救护员证 in force for two more years."""
    today = timezone.localdate()
    facts = {
        "kind_id": "first_aid", "state": CertificateState.VERIFIED, "number": f"YS-{who.pk:06d}",
        "issuer": "演示红十字会",
        "issued_on": today - timedelta(days=365), "expires_on": today + timedelta(days=730), **facts,
    }  # fmt: skip
    return Certificate.objects.create(person=who, **facts)


def policy(team: Organization, *people: Person, **facts: Any) -> Policy:
    """An accident policy that runs all year and covers ``people``."""
    today = timezone.localdate()
    facts = {
        "insurer": "演示保险公司", "number": f"YSBX-{team.pk}", "starts_on": today - timedelta(days=30),
        "ends_on": today + timedelta(days=335), **facts,
    }  # fmt: skip
    made = Policy.objects.create(organization=team, **facts)
    for each in people:
        Cover.objects.create(policy=made, person=each, starts_on=made.starts_on, ends_on=made.ends_on)
    return made


def ready(team: Organization, number: int = 1, **facts: Any) -> Membership:
    """A member who lacks nothing: 可出动."""
    made = member(team, number, **facts)
    certificate(made.person)
    policy(team, made.person, number=f"YSBX-{made.pk}")
    return made


def consent(who: Person, kind: str = ConsentKind.PERSONAL) -> Consent:
    """Given on paper, now, to the text in use."""
    text = ConsentText.objects.published().get(kind=kind)
    return Consent.objects.create(person=who, text=text, given_at=timezone.now(), channel=Channel.PAPER)


def award(who: Person, **facts: Any) -> Award:
    facts = {
        "name": "优秀红十字志愿者（演示）", "level": AwardLevel.CITY, "grantor": "演示红十字会",
        "awarded_on": timezone.localdate(), **facts,
    }  # fmt: skip
    return Award.objects.create(person=who, **facts)
