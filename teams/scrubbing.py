"""What teams take out when people are anonymised (``people.privacy.scrubbing``): whom a post means, and the telephone.
The name stays as it was filed. Whoever still holds a post in the team he or she left is written down as having left
it: nobody could find that out any more, and the change has to be filed all the same (``teams.on_file.drift``)."""

from collections.abc import Sequence
from datetime import date

from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.language import in_chinese
from people.models import Membership, Person
from people.privacy.scrubbing import clear
from teams.models import TeamPost


def scrub(people: Sequence[Person]) -> None:
    """Their posts, within the transaction of ``people.privacy.anonymising``; by name alone where it can mean
    nobody else."""
    names = {person.pk: person.name for person in people}
    left: dict[tuple[int, int | str], date] = {}  # team and person, team and name → the last day there
    rows = Membership.objects.filter(person__in=people, left_on__isnull=False).order_by("left_on")
    for team, person, day in rows.values_list("organization", "person", "left_on"):
        assert day is not None, "chosen by it"
        left[team, person] = left[team, names[person]] = day
    teams = {team for team, _who in left}
    alike = Membership.objects.filter(organization__in=teams, person__name__in=names.values())
    others = set(alike.values_list("organization", "person__name"))  # theirs stand there under a number by now
    known, named = Q(person__in=people), Q(person=None, name__in=names.values(), team__organization__in=teams)
    posts = []
    for post in TeamPost.objects.filter(known | named).select_related("team"):
        here = post.team.organization_id
        last = left.get((here, post.person_id or post.name))
        if post.person_id is None and (last is None or last < post.starts_on or (here, post.name) in others):
            continue
        posts.append(post.pk)
        if last is not None and post.is_current:
            _end(post, max(last, post.starts_on))
    clear(TeamPost, posts, {"person": None, "phone": ""})


def _end(post: TeamPost, day: date) -> None:
    with in_chinese():
        reason = _("已离队")
    TeamPost.objects.filter(pk=post.pk).update(ends_on=day, end_reason=reason, version=F("version") + 1)
