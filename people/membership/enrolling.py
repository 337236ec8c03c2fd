"""Who becomes a member where: one person once, found by document before a new record is made.

The form, the invitation, the import and the API all come through here, or through the roster import, which does the
same for thousands at a time.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organizations.models import Organization
from people import identity
from people.choices import MemberKind
from people.membership.returning import require_alive, require_apart
from people.models import FormerDocument, Membership, Person
from people.names import bare_name
from people.states import MembershipState

# Facts a second team may fill in where they are empty, but never overwrite: they are the person's, not the team's.
FILLABLE = (
    "mongolian_name", "gender", "birth", "ethnicity", "political", "mobile", "other_phone", "division", "address",
    "employer", "occupation", "education", "emergency_name", "emergency_relation", "emergency_phone", "rc_member_no",
    "rc_member_on", "volunteer_no", "volunteer_on", "skills", "languages", "licence_class", "clothes_size", "shoe_size",
    "hat_size", "health_declared_on", "checkup_on",
)  # fmt: skip


def find(id_type: str, number: str, *, name: str) -> Person | None:
    """The person with this document, also one merged into another since (then that other).

    Rights are not asked: what may be shown of the person is for ``visible_to`` to say.

    :param name: as the document has it: a number that was corrected finds only who goes by it
        (``FormerDocument.was_another_s``).
    """
    keys = identity.indexes(id_type, identity.normal(number))
    found = Person.objects.filter(id_index__in=keys).select_related("merged_into").first()
    if found is not None:
        return found.merged_into or found
    former = FormerDocument.objects.filter(id_index__in=keys).select_related("person__merged_into").order_by("-pk")
    for document in former:
        holder = document.person.merged_into or document.person
        if not document.was_another_s(holder) or bare_name(name) in holder.called():
            return holder
    return None


def fill(person: Person, facts: Mapping[str, Any]) -> list[str]:
    """Fill in what is empty from ``facts``; returns the names of those that differ. Saves nothing."""
    differ = []
    for name in FILLABLE:
        given = facts.get(name)
        if given in (None, "", []):
            continue
        if getattr(person, name) in (None, "", []):
            setattr(person, name, given)
        elif getattr(person, name) != given:
            differ.append(name)
    return differ


@transaction.atomic
def enrol(
    person: Person,
    organization: Organization,
    *,
    joined_on: date,
    state: MembershipState = MembershipState.PROBATION,
    kind: str = MemberKind.MEMBER,
    **facts: Any,
) -> Membership:
    """Make a saved person a member of a team. It is the main team unless the person has one.

    :raises ValidationError: the person is in the team already or on file as dead, or a value is not right; by field
        where there is one.
    """
    held = Membership.objects.select_for_update(of=("self",)).filter(person=person).current()
    if any(row.organization_id == organization.pk for row in held):
        raise ValidationError(_("这个人已经在这支队伍里了。"))
    require_alive(person)
    mains = [row for row in held if row.is_main]
    membership = Membership(
        person=person,
        organization=organization,
        joined_on=joined_on,
        state=state,
        kind=kind,
        is_main=not mains,
        **facts,
    )
    membership.full_clean(exclude=["person", "organization"])
    require_apart(membership)
    try:
        with transaction.atomic():
            membership.save()
    except IntegrityError as error:  # two at once, each found no main team
        raise ValidationError(_("这个人刚刚被别人加入了队伍，请刷新后再看。")) from error
    return membership


@transaction.atomic
def replace_document(person: Person, id_type: str, number: str, *, reason: str) -> None:
    """Give a person another document; the one before still finds him or her. Birthday and sex that were those of the
    number before become those of the new one. Saves the person.

    :raises ValidationError: the number is not right, or is another person's (key ``id_number``).
    """
    number = identity.normal(number)
    if number:
        identity.validate(id_type, number)
        other = find(id_type, number, name=person.name)
        if other is not None and other.pk != person.pk:
            raise ValidationError({"id_number": _("这个证件号码已经登记给另一个人。")}, code="id_taken")
    if person.id_index:
        FormerDocument.objects.create(
            person=person, id_type=person.id_type, id_cipher=person.id_cipher, id_index=person.id_index,
            id_masked=person.id_masked, reason=reason,
        )  # fmt: skip
    before, now = identity.told(person.id_type, person.id_number), identity.told(id_type, number)
    if now.birth and person.birth == before.birth:
        person.birth = now.birth
    if now.gender and person.gender == before.gender:
        person.gender = now.gender
    person.set_id(id_type, number)
    person.version += 1
    person.save()


@transaction.atomic
def choose_main(membership: Membership) -> None:
    """Make it the person's main team; the one before ceases to be.

    :raises ValidationError: it has ended meanwhile.
    """
    # the second of two at once waits here, and then finds what the first one chose
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.person_id)
    membership.refresh_from_db(from_queryset=Membership.objects.select_for_update(of=("self",)))
    if not membership.is_current:
        raise ValidationError(_("已经退队的，不能作为主要队伍。"))
    for other in others_of(membership).select_for_update(of=("self",)):  # all: one may be made the main one meanwhile
        if other.is_main:
            other.is_main, other.version = False, other.version + 1
            other.save(update_fields=["is_main", "version"])
    membership.is_main, membership.version = True, membership.version + 1
    membership.save(update_fields=["is_main", "version"])


def others_of(membership: Membership) -> QuerySet[Membership]:
    """The person's other teams now, the one of longest standing first."""
    rows = Membership.objects.filter(person=membership.person_id).current().exclude(pk=membership.pk)
    return rows.order_by("joined_on", "pk")


@transaction.atomic
def let_go(membership: Membership) -> Membership:
    """The main team lets go: of the others the one of longest standing becomes it, which cannot take it by itself.

    :raises ValidationError: there is no other.
    """
    heir = others_of(membership).first()
    if heir is None:
        raise ValidationError(_("这个人没有别的队伍，主要队伍只能是这一支。"))
    choose_main(heir)
    return heir


def pass_on(membership: Membership) -> None:
    """What ends is not the main team any more; who is in another team has that one. For a row that is locked: another
    that somebody holds is being made the main one, and is left to that."""
    if not membership.is_main:
        return
    membership.is_main = False
    heir = others_of(membership).select_for_update(of=("self",), skip_locked=True).first()
    if heir is not None:
        Membership.objects.filter(pk=membership.pk).update(is_main=False)
        heir.is_main, heir.version = True, heir.version + 1
        heir.save(update_fields=["is_main", "version"])
