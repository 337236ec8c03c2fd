"""Posts and the people who hold them: who can be chosen, what follows from the choice, whom a name may mean."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import masking
from core.keys import keys
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Right
from people.models import Person
from teams.members import seen_members
from teams.models import Team, TeamPost
from teams.on_file.upkeep import touch


def choosable(place: Organization, user: User) -> list[tuple[str, str]]:
    """Members of the team whom the reader may see: key and name, with part of the number where names repeat."""
    people = (
        seen_members(place, user).order_by("person__name", "pk").values_list("person", "person__name", "person__mobile")
    )
    return [(str(pk), _told(name, mobile)) for pk, name, mobile in people]


def _told(name: str, mobile: str) -> str:
    phone = masking.phone(mobile)
    return _("%(name)s（%(more)s）") % {"name": name, "more": phone} if phone else name


def filled_in(rows: Iterable[Mapping[str, str]], place: Organization, by: User) -> list[dict[str, str]]:
    """Rows of the form with name and telephone of the chosen member where nothing was typed.

    The number only for whoever keeps the roster: to others it would be told by the choice alone.
    """
    found = [dict(row) for row in rows]
    lacking = keys(row.get("person", "") for row in found if not row.get("name"))
    if not lacking:
        return found
    members = seen_members(place, by).filter(person__in=lacking).select_related("person")
    people = {str(member.person_id): member.person for member in members}
    may_see = bool(can(by, Right.EDIT_MEMBER, place))
    for row in found:
        person = people.get(row.get("person", ""))
        if person is not None and not row.get("name"):
            row["name"] = person.name
            if may_see and not row.get("phone"):
                row["phone"] = person.mobile
    return found


def meant(team: Team, posts: Iterable[TeamPost], user: User) -> dict[int, Person]:
    """Post → the one member its name, and its telephone where there is one, can mean. One query; none if all are
    linked."""
    loose = [post for post in posts if post.person_id is None and post.is_current]
    if not loose:
        return {}
    names = {post.name for post in loose}
    rows = seen_members(team.organization, user).filter(person__name__in=names).select_related("person")
    people = [row.person for row in rows]
    found = {}
    for post in loose:
        fits = [person for person in people if person.name == post.name and _same_phone(post.phone, person.mobile)]
        if len(fits) == 1:
            found[post.pk] = fits[0]
    return found


def _same_phone(one: str, other: str) -> bool:
    return not one or not other or one == other


def copied(person: Person) -> dict[str, Iterable[TeamPost]]:
    """What the person's own copy tells of teams: posts that are known to be his or hers."""
    return {_("任职"): TeamPost.objects.filter(person=person).select_related("team__organization", "filing")}


@transaction.atomic
def link(post: TeamPost, *, by: User) -> Person:
    """Say that the post is held by the member its name means. What was filed stays as it was filed.

    :raises ValidationError: nobody, or more than one, is meant.
    """
    fresh: TeamPost = (
        TeamPost.objects.select_for_update(of=("self",)).select_related("team__organization").get(pk=post.pk)
    )
    can(by, Right.EDIT_TEAM, fresh.team.organization).require()
    person = meant(fresh.team, [fresh], by).get(fresh.pk)
    if person is None:
        raise ValidationError(_("花名册里没有唯一对应的队员，请先核对姓名和手机号。"))
    fresh.person, fresh.version = person, fresh.version + 1
    fresh.save(update_fields=["person", "version"])
    touch(fresh.team)
    return person
