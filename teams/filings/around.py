"""What stands around the payload of a filing on file: everything the checks and the task list ask, in one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from core.models import Attachment
from core.together import together
from organizations.models import Organization
from teams.choices import FilingKind
from teams.filings.references import Named
from teams.members import Roster
from teams.models import CheckSetting, ExitItem, Filing, RulePaper, Team
from teams.spelling import name_on_file
from teams.states import OPEN, FilingState

MOST_NAMED = 3


@dataclass(frozen=True)
class Around:
    """:param settings: key → what a check does.
    :param asked: papers of the rule, whether or not this content asks for them. ``papers``: kinds that are there.
    :param restored: the filing by which the team last came back, if it ever was away.
    :param same_uscc: other teams on file with the code; ``same_host`` alike.
    :param roster: of the team; None where there is no team or the filing does not ask.
    """

    named: Named
    settings: dict[str, CheckSetting]
    asked: list[RulePaper]
    papers: list[str]
    name_taken: bool
    name_proposed: bool
    same_uscc: list[Team]
    same_host: list[Team]
    years_confirmed: list[int]
    restored: list[Filing]
    exit_items: list[ExitItem]
    roster: Roster | None

    @classmethod
    def read(
        cls, kind: str, payload: Mapping[str, Any], before: Mapping[str, Any], team: Team | None, filing: Filing | None
    ) -> "Around":
        level = team.level if kind == FilingKind.EXIT and team else str(payload.get("level") or "")
        wanted = {
            "settings": CheckSetting.objects.all(),
            "asked": RulePaper.objects.filter(rule__kind=kind, rule__level=level).select_related("paper"),
            **_of_filing(filing),
            **_doubles(payload if kind != FilingKind.EXIT else {}, team, filing),
            **(_of_team(team)),
            **Named.asked(before, payload),
            **(Roster.asked(team) if team else {}),
        }
        found = together(**{name: rows for name, rows in wanted.items() if rows is not None})
        return cls(
            named=Named(found),
            settings={row.key: row for row in found["settings"]},
            name_taken=bool(found["taken"]),
            name_proposed=bool(found["proposed"]),
            roster=Roster(found["roster"]) if team else None,
            **{
                name: found[name]
                for name in ("asked", "papers", "same_uscc", "same_host", "years_confirmed", "restored", "exit_items")
            },
        )


def _of_filing(filing: Filing | None) -> dict[str, QuerySet[Any]]:
    if filing is None or filing.pk is None:
        return {"papers": Attachment.objects.none(), "exit_items": ExitItem.objects.none()}
    papers = Attachment.objects.of(filing).current().values_list("kind", flat=True)
    return {"papers": papers, "exit_items": ExitItem.objects.filter(filing=filing).select_related("done_by")}


def _of_team(team: Team | None) -> dict[str, QuerySet[Any]]:
    confirmed = Filing.objects.filter(team=team, kind=FilingKind.ANNUAL, state=FilingState.FILED)
    years = confirmed.filter(year__isnull=False).values_list("year", flat=True)
    restored = Filing.objects.filter(team=team, kind=FilingKind.RESTORE, state=FilingState.FILED)
    if team is None:
        return {"years_confirmed": Filing.objects.none(), "restored": Filing.objects.none()}
    return {"years_confirmed": years, "restored": restored.order_by("-decided_at")[:1]}


def _doubles(payload: Mapping[str, Any], team: Team | None, filing: Filing | None) -> dict[str, QuerySet[Any]]:
    """Whatever bears the same name, code or host; nothing where the fact is not said or cannot be read."""
    name = name_on_file(_text("name", payload))
    taken = Organization.objects.filter(name=name).exclude(pk=team.organization_id if team else None)
    proposed = Filing.objects.filter(title=name, state__in=OPEN).exclude(state=FilingState.DRAFT)
    if filing is not None and filing.pk is not None:
        proposed = proposed.exclude(pk=filing.pk)
    return {
        "taken": (taken if name else taken.none()).values_list("pk", flat=True)[:1],
        "proposed": (proposed if name else proposed.none()).values_list("pk", flat=True)[:1],
        "same_uscc": _others(team, uscc=_text("uscc", payload)),
        "same_host": _others(team, host_org_name=_text("host_org_name", payload)),
    }


def _text(name: str, payload: Mapping[str, Any]) -> str:
    from teams.facts import read  # that module reads what is named here

    try:
        return str(read(name, payload.get(name)) or "")
    except ValidationError:
        return ""


def _others(team: Team | None, **alike: str) -> QuerySet[Team]:
    rows = Team.objects.on_file().filter(**alike)
    if not any(alike.values()):
        return rows.none()
    if team is not None:
        rows = rows.exclude(pk=team.pk)
    return rows.select_related("organization").order_by("pk")[:MOST_NAMED]
