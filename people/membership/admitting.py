"""Taking somebody into a roster by what was typed: the record that exists is joined, else one is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.words import in_words
from organizations.models import Organization, User
from people import identity
from people.choices import Gender
from people.membership.enrolling import FILLABLE, enrol, fill, find
from people.models import Membership, Person
from people.names import same_name
from people.states import MembershipState


@dataclass(frozen=True)
class Admitted:
    """:param joined: an existing record was joined.
    :param differing: names of facts it keeps although others were typed.
    """

    membership: Membership
    joined: bool
    differing: list[str]


@transaction.atomic
def admit(
    facts: Mapping[str, Any],
    id_type: str,
    id_number: str,
    organization: Organization,
    *,
    joined_on: date,
    state: MembershipState = MembershipState.PROBATION,
    **about: Any,
) -> Admitted:
    """Make a person with ``facts`` (``name`` and ``enrolling.FILLABLE``) a member.

    :param id_number: of the document, as ``identity.normal`` makes it; empty: none is known, and a new record is made.
    :param about: further facts of the membership.
    :raises ValidationError: the number is wrong, the name is another's, the person is in the team already.
    """
    found = find(id_type, id_number, name=facts["name"]) if id_number else None
    if found is None:
        person = Person(name=facts["name"], **{name: facts[name] for name in FILLABLE if facts.get(name)})
        person.set_id(id_type, id_number)
        person.full_clean(exclude=["user", "merged_into", "id_index"])
        _save_new(person)
        return Admitted(enrol(person, organization, joined_on=joined_on, state=state, **about), False, [])
    (person,) = Person.objects.held([found.pk])
    if (problem := another_name(person, facts["name"])) is not None:
        raise ValidationError({"name": problem})
    differing = fill(person, facts)
    person.version += 1
    person.save()
    return Admitted(enrol(person, organization, joined_on=joined_on, state=state, **about), True, differing)


def _save_new(person: Person) -> None:
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # two at once: the second joins the record of the first when sent again
        raise ValidationError({"id_number": _("这个证件号码刚刚被别人登记，请再保存一次。")}) from error


def another_name(person: Person, typed: str) -> str | None:
    """The sentence when a document's holder goes by another name. It does not say which: that would tell anybody with a
    number whose it is."""
    if same_name(person.name, typed):
        return None
    return _("这个证件号码已经登记，登记的姓名与您填的不一样，请照证件核对。")


def contradictions(id_type: str, number: str, *, gender: str, birth: date | None) -> dict[str, str]:
    """Field → sentence where what was typed is not what the number says; both are named."""
    told, found = identity.told(id_type, number), {}
    if told.birth and birth and birth != told.birth:
        words = {"typed": birth.isoformat(), "told": told.birth.isoformat()}
        found["birth"] = _("填的是 %(typed)s，证件号码里是 %(told)s，请核对哪一个抄错了。") % words
    if told.gender and gender and gender != told.gender:
        pair = {"typed": Gender(gender).label, "told": Gender(told.gender).label}
        found["gender"] = _("填的是%(typed)s，证件号码里是%(told)s，请核对哪一个抄错了。") % pair
    return found


def doubts(facts: Mapping[str, Any], id_number: str, place: Organization, user: User) -> str:
    """What is said where somebody not known by the document may well be on file: by name and mobile number anywhere, by
    the name alone in the team, where nothing speaks against it. Empty: nobody.

    Of people the user may see the masked document is named, of others only that there is one.
    """
    if said := doubts_of_mobile(facts, user):
        return said
    if known := _told(namesakes_in(place, facts, id_number)):
        return _("队里已有同名的人：%(who)s。是同一个人的，到那份档案里补证件号码、手机，不再登记一次。") % {
            "who": known
        }
    return ""


def doubts_of_mobile(facts: Mapping[str, Any], user: User) -> str:
    """The same by name and mobile number alone."""
    rows = _of_mobile(facts["name"], facts.get("mobile", ""))
    if not rows:
        return ""
    seen = Person.objects.visible_to(user).filter(pk__in=[person.pk for person in rows])
    if known := _told(seen):
        return _("已有姓名、手机号都相同的人：%(who)s。") % {"who": known}
    return _("别的队伍里有一个姓名、手机号都相同的人。是同一个人的，请填证件号码，会并到同一份档案。")


def _of_mobile(name: str, mobile: str) -> list[Person]:
    """People of the same name and mobile number: most likely the same one."""
    if not mobile:
        return []
    rows = Person.objects.filter(mobile=mobile, merged_into=None)
    return [person for person in rows[:20] if same_name(person.name, name)]


def namesakes_in(place: Organization, facts: Mapping[str, Any], id_number: str) -> list[Person]:
    """Members of the team by that name, where one of the two has no document, and no other mobile number."""
    name, mobile = facts["name"], facts.get("mobile", "")
    rows = Membership.objects.current().filter(organization=place, person__name__startswith=name[:1])
    people = [row.person for row in rows.select_related("person") if same_name(row.person.name, name)]
    return [
        person
        for person in people
        if not (id_number and person.id_index) and not (mobile and person.mobile and mobile != person.mobile)
    ]


def _told(people: Iterable[Person]) -> str:
    return in_words([f"{person.name}（{person.id_masked or _('没有登记证件号码')}）" for person in people])
