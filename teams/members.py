"""What the register of members says about a team, as a filing needs it. Names are those of the team's own members."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from organizations.models import Organization, User
from people.models import Membership
from people.models.membership import MembershipQuerySet
from people.names import bare_name
from people.readiness import with_needs
from teams.choices import PostRole
from teams.models import Team, TeamPost

_NAMED = 5


def members_of(place: Organization) -> QuerySet[Membership]:
    """Those on the team's roster now."""
    return Membership.objects.of_team(place).current()


def seen_members(place: Organization, user: User) -> MembershipQuerySet:
    """Those of them whom the reader may see."""
    return Membership.objects.visible_to(user).of_team(place).current()


@dataclass(frozen=True)
class Roster:
    """The members with what each lacks: rows of ``asked``."""

    rows: Sequence[dict[str, Any]]

    @staticmethod
    def asked(team: Team) -> dict[str, QuerySet[Any]]:
        """One row per member, however many teams and papers he or she has."""
        others = (
            Membership.objects.current().filter(person=OuterRef("person")).exclude(organization=team.organization_id)
        )
        twins = (
            Membership.objects.current()
            .filter(organization=team.organization_id)
            .filter(person__name=OuterRef("person__name"), person__mobile=OuterRef("person__mobile"))
            .exclude(person=OuterRef("person"))
        )
        rows = with_needs(members_of(team.organization)).annotate(elsewhere=Exists(others), twin=Exists(twins))
        names = ("person__name", "person__mobile", "person__birth", "lacks_identity", "lacks_adult")
        fields = (*names, "lacks_certified", "lacks_insured", "elsewhere", "twin")
        return {"roster": rows.order_by("number", "pk").values(*fields)}

    def of(self, flag: str) -> list[str]:
        """Names of the members for whom ``flag`` is true."""
        return [row["person__name"] for row in self.rows if row[flag]]

    @property
    def minors(self) -> list[str]:
        return [row["person__name"] for row in self.rows if row["lacks_adult"] and row["person__birth"]]

    @property
    def twins(self) -> list[str]:
        """Names that stand twice with the same telephone number: one person entered twice, most likely."""
        return sorted({row["person__name"] for row in self.rows if row["twin"] and row["person__mobile"]})


def some(names: Sequence[str]) -> str:
    """“王明、李志强等”: enough to find them, however many there are."""
    told = _("、").join(names[:_NAMED])
    return told if len(names) <= _NAMED else _("%(names)s等") % {"names": told}


def retitle(team: Team, left: Collection[TeamPost]) -> None:
    """What the roster and the card call the members concerned: who has left a post is not captain there any more, who
    is new is."""
    rows = Membership.objects.of_team(team.organization).current().select_related("person")
    members = list(rows.select_for_update(of=("self",)))
    named = Counter(bare_name(member.person.name) for member in members)
    held: dict[Any, list[str]] = {}
    for post in team.posts.current().management().order_by("pk"):
        held.setdefault(post.person_id or bare_name(post.name), []).append(str(PostRole(post.role).label))
    gone = {(post.person_id or bare_name(post.name), str(PostRole(post.role).label)) for post in left}
    for member in members:
        name = bare_name(member.person.name)
        keys = [member.person_id, *([name] if named[name] == 1 else [])]
        titles = [title for key in keys for title in held.get(key, [])]
        is_stale = any((key, member.duty) in gone for key in keys) and member.duty not in titles
        if is_stale or (titles and not member.duty):
            member.duty, member.version = _("、").join(titles), member.version + 1
            member.save(update_fields=["duty", "version"])
