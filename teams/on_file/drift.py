"""Filed facts that no longer match what is on file: a captain who left, a name or office changed in the tree itself.

Such facts change by a filing only; until it follows, the team shows the difference and by when it is due
(中红字〔2023〕42号（八）). How many days there are is data (``CheckSetting`` ``drift``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, Func, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, JSONObject, Length, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from core.lookups import has_any
from core.together import together
from organizations.models import Organization
from teams.facts import FACTS, MANAGEMENT_SECTION, ROW, Words, changed_names, facts_of, label_of
from teams.filings.references import Named
from teams.models import CheckSetting, Team, TeamPost
from teams.states import ON_FILE

DAYS = 30  # as shipped
_EVENTS = 60  # of the tree's history, looked through for when a name or place changed


@dataclass(frozen=True)
class Drift:
    """One filed fact that differs.

    :param key: of the fact: ``name``, ``office``, ``posts.captain``.
    :param since: the day it began to differ, where that is known; ``due`` is the last day to file the change.
    :param source: the rule that asks for it.
    """

    key: str
    label: str
    filed: str
    now: str
    since: date | None
    due: date | None
    source: str

    @property
    def section(self) -> str:
        """The page of the form on which it is changed."""
        return MANAGEMENT_SECTION.key if self.key.startswith("posts.") else FACTS[self.key].section.key

    @property
    def overdue(self) -> bool:
        return self.due is not None and self.due < timezone.localdate()


def drift_of(team: Team) -> list[Drift]:
    """What has to be filed about the team, in the order of the form. Three queries; one more with a difference."""
    return drift_from(team, facts_now(team)) if team.status in ON_FILE else []


def facts_now(team: Team) -> dict[str, Any]:
    """What is on file, without the management that has left the team while holding a post."""
    facts = facts_of(team)
    gone = set(team.posts.held_by_the_left().values_list("pk", flat=True))
    return {**facts, "posts": [row for row in facts["posts"] if row[ROW] not in {f"p{pk}" for pk in gone}]}


def drift_from(team: Team, now: Mapping[str, Any]) -> list[Drift]:
    """The same for a page that has read the team's facts already: one query where there is a difference, else none."""
    filed = team.filed_facts
    if team.status not in ON_FILE or not filed:
        return []
    names = [name for name in changed_names(filed, now) if name.startswith("posts.") or FACTS[name].filed]
    if not names:
        return []
    read = together(**Named.asked(filed, now), drift=CheckSetting.objects.filter(pk="drift"), **_Since.asked(team))
    words, days, source = Words(named=Named(read)), DAYS, ""
    for setting in read["drift"]:
        days, source = setting.limit or DAYS, setting.source
    began = _Since(read)
    found = []
    for name in names:
        since = began.of(name)
        due = since + timedelta(days=days) if since else None
        found.append(Drift(name, label_of(name), words.of(name, filed), words.of(name, now), since, due, source))
    return found


class _Since:
    """When facts began to differ, from the posts and from the tree's own history."""

    def __init__(self, read: Mapping[str, list[Any]]) -> None:
        self._events = read["tree"]
        self._left = {**dict(read["ended"]), **dict(read["gone"])}  # role → the day the latest holder left

    @staticmethod
    def asked(team: Team) -> dict[str, QuerySet[Any]]:
        posts = TeamPost.objects.management().filter(team=team)
        gone = posts.held_by_the_left().order_by("left_on")
        return {
            "ended": posts.filter(ends_on__lte=timezone.localdate()).order_by("ends_on").values_list("role", "ends_on"),
            "gone": gone.values_list("role", "left_on"),
            "tree": team.organization.tracked_events.order_by("-pgh_id")[:_EVENTS],  # type: ignore[attr-defined]
        }

    def of(self, name: str) -> date | None:
        if name.startswith("posts."):
            return self._left.get(name.partition(".")[2])
        if name == "name":
            return self._changed(lambda event: event.name)
        if name == "office":
            return self._changed(lambda event: event.path[: -Organization.steplen])
        return None

    def _changed(self, value: Any) -> date | None:
        began = None
        for event in self._events:
            if value(event) != value(self._events[0]):
                break
            began = event.pgh_created_at
        return timezone.localdate(began) if began else None


def drifting(teams: QuerySet[Team]) -> QuerySet[Team]:
    """Those of ``teams`` with a difference, by name, office or who left; what ``drift_of`` finds, for many at once."""
    cut = Length(OuterRef("organization__path")) - Organization.steplen
    above = Organization.objects.filter(path=Substr(OuterRef("organization__path"), 1, cut))
    teams = teams.on_file().alias(  # type: ignore[attr-defined]
        filed_name=KT("filed_facts__name"),
        filed_office=KT("filed_facts__office"),
        parent=Cast(Subquery(above.values("pk")[:1]), CharField()),
    )
    renamed = Q(filed_name__isnull=False) & ~Q(filed_name=F("organization__name"))
    moved = Q(filed_office__isnull=False) & ~Q(filed_office=F("parent"))
    # asked of each team: a set of all who left, anywhere, would be found anew for whoever sees a few teams
    away = has_any(TeamPost.objects.management().held_by_the_left().filter(team=OuterRef("pk")))
    return teams.filter(renamed | moved | Q(pk__in=_left_by_management()) | away)


def _left_by_management() -> QuerySet[Any]:
    """Teams that a filed captain or deputy has left."""
    as_filed = JSONObject(
        posts=Func(JSONObject(role=F("role"), name=F("name")), function="jsonb_build_array", output_field=JSONField())
    )
    still = TeamPost.objects.current().filter(team=OuterRef("team"), role=OuterRef("role"), name=OuterRef("name"))
    gone = TeamPost.objects.management().filter(ends_on__lte=timezone.localdate(), team__filed_facts__contains=as_filed)
    return gone.filter(~Exists(still)).values("team")


def in_words(drift: Drift) -> str:
    """“队长：备案的是阿拉坦·苏都，现在空缺。”"""
    words = {"label": drift.label, "filed": drift.filed or _("（空）"), "now": drift.now or _("空缺")}
    return _("%(label)s：备案的是%(filed)s，现在是%(now)s。") % words
