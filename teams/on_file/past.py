"""A team as it is, or as it stood at the end of a day, with what its pages show of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from core.history.as_at import as_at, events_of
from core.together import Written, together
from organizations.models import Organization
from teams.facts import FACTS, OF_ORGANIZATION, model_field, plain, row_of
from teams.models import Category, Coverage, EmblemItem, Team, TeamPost
from teams.models.team import other_category_names

RELATED = ("naming_org", "base_division", "main_category")


def rows_on(model: Any, day: date, rows: QuerySet[Any]) -> QuerySet[Any]:
    """``rows`` as they stood at the end of the day."""
    return as_at(events_of(model), day, visible=rows)


@dataclass
class Snapshot:
    """One team on one day (``day`` None: now). What hangs on it is read when it is first asked for."""

    team: Team
    day: date | None = None

    def _rows(self, model: Any) -> QuerySet[Any]:
        rows = model.objects.filter(team_id=self.team.pk)
        return rows_on(model, self.day, rows) if self.day else rows

    def with_office(self, *written: Written, **more: QuerySet[Any]) -> dict[str, list[Any]]:
        """Reads the office, and what a page wants besides, in one query; of a past day each by itself."""
        if self.day is not None:
            found = {name: list(rows) for name, rows in more.items()}
            for one in written:
                found |= one.read()
            return found
        found = together(*written, head_office=self._office(), **more)
        self.office = next(iter(found["head_office"]), None)
        return found

    def together(self, **more: QuerySet[Any]) -> dict[str, list[Any]]:
        """The same with the posts, for a page that shows them or what has drifted from what is on file."""
        if self.day is None:
            more["head_posts"] = self._posts()
        found = self.with_office(**more)
        if "head_posts" in found:
            self.all_posts = found["head_posts"]
        return found

    def _office(self) -> QuerySet[Organization]:
        every = Organization.objects.all()
        rows = rows_on(Organization, self.day, every) if self.day else every
        return rows.filter(path=self.team.organization.parent_path)[:1]

    def _posts(self) -> QuerySet[TeamPost]:
        rows = self._rows(TeamPost).order_by("-starts_on", "-pk")
        return rows if self.day else rows.with_left()  # type: ignore[attr-defined]

    @staticmethod
    def _left(post: TeamPost) -> bool:
        """Holds the post on paper, and is no member any more."""
        return getattr(post, "left_on", None) is not None

    @cached_property
    def office(self) -> Organization | None:
        """The office that managed it: its superior in the tree of that day."""
        return next(iter(self._office()), None)

    @cached_property
    def posts(self) -> list[TeamPost]:
        """Posts held, management first as the form lists them; on a day also those entered and ended since."""
        order = [key for key, _label in TeamPost._meta.get_field("role").flatchoices]  # type: ignore[union-attr]
        rows = [post for post in self.all_posts if self._lasts(post)]
        return sorted(rows, key=lambda post: (order.index(post.role), post.starts_on, post.pk))

    @cached_property
    def all_posts(self) -> list[TeamPost]:
        return list(self._posts())

    def _lasts(self, post: TeamPost) -> bool:
        if self.day is None:
            return post.is_current
        return post.starts_on <= self.day and (post.ends_on is None or post.ends_on > self.day)

    @cached_property
    def management(self) -> list[TeamPost]:
        return [post for post in self.posts if post.is_filed_role]

    @cached_property
    def coverage(self) -> list[Coverage]:
        if self.day is None:
            return list(self.coverage_now())
        rows = self._rows(Coverage).select_related("division")
        return list(rows.filter(Q(ends_on=None) | Q(ends_on__gt=self.day), starts_on__lte=self.day))

    def coverage_now(self) -> QuerySet[Coverage]:
        return Coverage.objects.current().filter(team_id=self.team.pk).select_related("division")

    def emblem_rows(self) -> QuerySet[EmblemItem]:
        return self._rows(EmblemItem).order_by("issued_on", "pk")

    @cached_property
    def emblem(self) -> list[EmblemItem]:
        return list(self.emblem_rows())

    @cached_property
    def other_categories(self) -> list[str]:
        read: list[str] | None = getattr(self.team, "category_names", None)
        if read is not None:
            return read
        keys = self.team.other_categories
        names = dict(Category.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
        return [names.get(key, key) for key in keys]

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What ``facts_of`` gives, from what is read here anyway; without those who have left the team."""
        place = self.team.organization
        office = str(self.office.pk) if self.office else ""
        facts: dict[str, Any] = {"name": place.name, "short_name": place.short_name, "office": office}
        for name in FACTS:
            if name not in OF_ORGANIZATION:
                facts[name] = plain(getattr(self.team, model_field(name).attname))
        facts["posts"] = [row_of(post) for post in self.management if not self._left(post)]
        return facts


def snapshots(teams: QuerySet[Team], day: date | None = None) -> list[Snapshot]:
    """Several teams as they are or were, with their offices and posts: the same queries for however many. One of which
    there was nothing yet on the day is given as it is now.
    """
    if day is None:
        return _with_office_and_posts(list(teams.select_related("organization", *RELATED)), None)
    past = list(rows_on(Team, day, teams).select_related("organization", *RELATED))
    every = Organization.objects.filter(pk__in=[team.organization_id for team in past])
    places = {place.pk: place for place in rows_on(Organization, day, every)}
    for team in past:
        team.organization = places.get(team.organization_id, team.organization)
    since = teams.exclude(pk__in=[team.pk for team in past])
    return [*_with_office_and_posts(past, day), *snapshots(since)]


def _with_office_and_posts(teams: list[Team], day: date | None) -> list[Snapshot]:
    """Posts by the days they began and ended, also those entered since."""
    every = Organization.objects.filter(path__in={team.organization.parent_path for team in teams})
    offices = {office.path: office for office in (rows_on(Organization, day, every) if day else every)}
    posts: dict[int, list[TeamPost]] = defaultdict(list)
    for post in TeamPost.objects.filter(team__in=teams).order_by("-starts_on", "-pk"):
        posts[post.team_id].append(post)
    names = dict(Category.objects.values_list("pk", "name"))
    shots = []
    for team in teams:
        shot = Snapshot(team, day)
        shot.office, shot.all_posts = offices.get(team.organization.parent_path), posts[team.pk]
        shot.other_categories = [names.get(key, key) for key in team.other_categories]
        shots.append(shot)
    return shots


def snapshot(rows: QuerySet[Team], pk: int, day: date | None = None) -> Snapshot | None:
    """The team out of ``rows`` (those that may be seen) as it is or was; None when there was nothing of it yet."""
    if day is None:
        rows = rows.select_related("organization", *RELATED).annotate(category_names=other_category_names())
        team = rows.filter(pk=pk).first()
        return Snapshot(team) if team else None
    past = rows_on(Team, day, rows.filter(pk=pk)).select_related("organization", *RELATED)
    team = next(iter(past), None)
    if team is None:
        return None
    places = Organization.objects.filter(pk=team.organization_id)
    place = next(iter(rows_on(Organization, day, places)), None)
    team.organization = place or team.organization
    return Snapshot(team, day)
