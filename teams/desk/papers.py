"""The papers of a filing for the reviewer: what is asked, what is there, what came when and from whom."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.attachments.panel import row_context, zone_context
from core.decisions import Decision, no
from core.models import Attachment
from organizations.models import User
from teams.desk.sheet import Sheet
from teams.filings.added_papers import on_behalf
from teams.models import FieldComment, Filing, PaperKind, RulePaper


@dataclass
class Paper:
    """One kind of paper."""

    key: str
    label: str
    help: str = ""
    required: bool = False
    asked: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)
    draft: FieldComment | None = None
    returned: str = ""
    mended: bool = False
    content_type: int = 0
    extra: str = ""  # what the drop zone sends along

    @property
    def name(self) -> str:
        return f"papers.{self.key}"

    @property
    def tone(self) -> str:
        return "ok" if self.files else "bad" if self.required else "off"

    @property
    def state(self) -> str:
        if self.files:
            return _("%(count)d 份") % {"count": len(self.files)}
        return _("缺") if self.required else _("未交（选交）")


def asked(filing: Filing) -> dict[str, QuerySet[Any]]:
    """What ``papers_of`` wants read with the sheet."""
    rows = RulePaper.objects.filter(rule__kind=filing.kind, rule__level=filing.level)
    return {"kinds": PaperKind.objects.all(), "asked": rows.select_related("paper"), "on_behalf": on_behalf(filing)}


def papers_of(sheet: Sheet, user: User, decision: Decision) -> list[Paper]:
    """Papers the rule asks for, then others that are there. One query besides what ``asked`` reads."""
    filing = sheet.filing
    kinds = {row.pk: row for row in sheet.read["kinds"]}
    found: dict[str, Paper] = {
        row.paper_id: Paper(row.paper_id, str(row.paper), row.paper.help, _lacked(sheet, row), asked=True)
        for row in sheet.read["asked"]
        if sheet.proposal.wants(row.when)
    }
    rows = Attachment.objects.of(filing).current().select_related("uploaded_by__organization", "content_type")
    before = {row["id"] for row in sheet.former.papers} if sheet.former else None
    handed_in = {row["id"] for row in sheet.round.papers} if sheet.round else set()
    added = {event.facts["attachment"] for event in sheet.read["on_behalf"]}
    for row in rows:
        kind = kinds.get(row.kind)
        paper = found.setdefault(row.kind, Paper(row.kind, kind.name if kind else row.kind))
        # what was handed in stays as it was; only what the office itself added may be taken back
        own = decision if str(row.pk) not in handed_in and row.uploaded_by_id == user.pk else no("")
        new = before is not None and str(row.pk) in handed_in and str(row.pk) not in before
        paper.files.append({**row_context(row, own), "added": str(row.pk) in added, "new": new})
    if decision:
        other = kinds.get("other")
        if other is not None:
            found.setdefault(other.pk, Paper(other.pk, other.name))
    for key, paper in found.items():
        paper.draft, paper.returned = sheet.comments.get(paper.name), sheet.asked.get(paper.name, "")
        paper.mended = bool(paper.returned) and sheet.mended(paper.name)
        paper.content_type = ContentType.objects.get_for_model(Filing).pk
        paper.extra = json.dumps({"content_type": paper.content_type, "object_id": str(filing.pk), "kind": key})
    return list(found.values())


def exchanged(sheet: Sheet) -> list[dict[str, str]]:
    """Papers that came or went with this hand-in, whether the last return asked for them or not: who reads only what
    changed must not overlook one. What an office added itself in between it knows.
    """
    this, former = sheet.round, sheet.former
    if this is None or former is None:
        return []
    added = {event.facts["attachment"] for event in sheet.read["on_behalf"]}
    were, are = ({row["id"]: row for row in each.papers} for each in (former, this))
    kinds = {row.pk: row.name for row in sheet.read["kinds"]}
    come = [(_("新交"), row) for key, row in are.items() if key not in were and key not in added]
    gone = [(_("撤下或更换"), row) for key, row in were.items() if key not in are]
    return [
        {"what": what, "kind": kinds.get(row["kind"], row["kind"]), "name": row["name"]} for what, row in come + gone
    ]


def _lacked(sheet: Sheet, row: RulePaper) -> bool:
    """Whether the paper was found lacking at the hand-in. What the rule has come to ask for since is not asked here."""
    found = sheet.round.findings if sheet.round else []
    lacking = [finding["message"] for finding in found if finding["key"] == "papers"]
    return row.required and any(str(row.paper) in message for message in lacking)


def upload_context(filing: Filing) -> dict[str, Any]:
    """What every drop zone of the page shares."""
    return zone_context(filing, "other")
