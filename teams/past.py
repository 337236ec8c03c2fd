"""A team as it is, or as it stood at the end of a day, with what its pages show of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONArray, Length, Substr

from core.history.as_at import as_at
from organizations.models import Organization
from teams.facts import FACTS, OF_ORGANIZATION, POST_FIELDS, model_field, plain
from teams.models import Category, Coverage, EmblemItem, Team, TeamPost
from teams.models.team import other_category_names

RELATED = ("naming_org", "base_division", "main_category")
# Of the managing office, read along with the team.
OFFICE_FIELDS = ["id", "path", "depth", "code", "name", "short_name", "level"]


def events_of(model: Any) -> Any:
    """The event model of a tracked one."""
    return model.tracked_events.rel.related_model


def then(model: Any, day: date, rows: QuerySet[Any]) -> QuerySet[Any]:
    """``rows`` as they stood at the end of the day."""
    return as_at(events_of(model), day, visible=rows)


@dataclass
class Snapshot:
    """One team on one day (``day`` None: now). What hangs on it is read when it is first asked for."""

    team: Team
    day: date | None = None

    def _rows(self, model: Any) -> QuerySet[Any]:
        rows = model.objects.filter(team_id=self.team.pk)
        return then(model, self.day, rows) if self.day else rows

    @cached_property
    def office(self) -> Organization | None:
        """The office that managed it: its superior in the tree of that day."""
        known: list[Any] | None = getattr(self.team, "office_found", None)
        if known is not None:  # what is not among these fields is read when it is asked for
            return Organization.from_db(self.team._state.db, OFFICE_FIELDS, known[0]) if known else None
        every = Organization.objects.all()
        rows = then(Organization, self.day, every) if self.day else every
        return next(iter(rows.filter(path=self.team.organization.parent_path)[:1]), None)

    @cached_property
    def posts(self) -> list[TeamPost]:
        """Posts held, management first as the form lists them; on a day also those entered and ended since."""
        order = [key for key, _label in TeamPost._meta.get_field("role").flatchoices]  # type: ignore[union-attr]
        rows = [post for post in self.all_posts if self._lasts(post)]
        return sorted(rows, key=lambda post: (order.index(post.role), post.starts_on, post.pk))

    @cached_property
    def all_posts(self) -> list[TeamPost]:
        return list(self._rows(TeamPost).order_by("-starts_on", "-pk"))

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
            return list(Coverage.objects.current().filter(team_id=self.team.pk).select_related("division"))
        rows = self._rows(Coverage).select_related("division")
        return list(rows.filter(Q(ends_on=None) | Q(ends_on__gt=self.day), starts_on__lte=self.day))

    @cached_property
    def emblem(self) -> list[EmblemItem]:
        return list(self._rows(EmblemItem).order_by("issued_on", "pk"))

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
        """What ``facts_of`` gives, from what is read here anyway."""
        place = self.team.organization
        office = str(self.office.pk) if self.office else ""
        facts: dict[str, Any] = {"name": place.name, "short_name": place.short_name, "office": office}
        for name in FACTS:
            if name not in OF_ORGANIZATION:
                facts[name] = plain(getattr(self.team, model_field(name).attname))
        facts["posts"] = [{name: plain(getattr(post, name)) for name in POST_FIELDS} for post in self.management]
        return facts


def _office() -> ArraySubquery:
    """The row of the managing office, in a list that is empty where there is none."""
    cut = Length(OuterRef("organization__path")) - Organization.steplen
    above = Organization.objects.filter(path=Substr(OuterRef("organization__path"), 1, cut))
    return ArraySubquery(above.values(row=JSONArray(*OFFICE_FIELDS))[:1])


def snapshot(rows: QuerySet[Team], pk: int, day: date | None = None) -> Snapshot | None:
    """The team out of ``rows`` (those that may be seen) as it is or was; None when there was nothing of it yet."""
    if day is None:
        rows = rows.select_related("organization", *RELATED).annotate(
            category_names=other_category_names(), office_found=_office()
        )
        team = rows.filter(pk=pk).first()
        return Snapshot(team) if team else None
    past = then(Team, day, rows.filter(pk=pk)).select_related("organization", *RELATED)
    team = next(iter(past), None)
    if team is None:
        return None
    places = Organization.objects.filter(pk=team.organization_id)
    place = next(iter(then(Organization, day, places)), None)
    team.organization = place or team.organization
    return Snapshot(team, day)
