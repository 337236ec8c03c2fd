"""What an assessor's tablet keeps of one grading: what is to be scored and his own scores. Nobody else's."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from assessments.choices import Method
from assessments.models import Grading, GradingClaim, Indicator, PanelMember, ScoreMark
from assessments.panel.evidence import evidence_of
from assessments.panel.marking import why_not
from assessments.panel.sheet import PanelSheet, panel_sheet
from assessments.panel.words import asked, of_one, steps_of, told
from assessments.scoring import plain
from assessments.standards.tree import depths
from core.models import Attachment
from organizations.models import User


def tablet_sheet(member: PanelMember, user: User) -> dict[str, Any]:
    """``member``: the user's own seat, with grading, team, organization and standard."""
    grading: Grading = member.grading
    sheet = panel_sheet(grading)
    files = _claim_files(sheet)
    own = evidence_of(ScoreMark.objects.filter(member=member))
    depth = depths(sheet.indicators)
    return {
        "grading": {"id": grading.pk, "state": grading.get_state_display(), "why": why_not(member, user)},
        "finished": member.finished_at is not None,
        "indicators": [
            _indicator(one, depth[one.pk], sheet.claims.get(one.pk), grading, files) for one in sheet.indicators
        ],
        "marks": [_mark(mark) for (key, _one), mark in sheet.marks.items() if key == member.pk],
        "photos": {one: len(rows) for (_member, one), rows in own.items()},
    }


def _indicator(
    one: Indicator,
    depth: int,
    claim: GradingClaim | None,
    grading: Grading,
    files: dict[int, list[Attachment]],
) -> dict[str, Any]:
    about = {"id": one.pk, "code": one.code, "name": one.name, "depth": depth, "heading": one.method == Method.HEADING}
    if about["heading"]:
        return about
    return about | {
        "method": one.method, "how": one.get_method_display(), "points": plain(one.points),
        "unit": "" if of_one(one) else one.unit,
        "steps": steps_of(one), "per_unit": plain(one.per_unit) if one.per_unit is not None else "",
        "required": asked(one, grading.applied_grade), "evidence": one.evidence, "guidance": one.guidance,
        "may_not_apply": one.may_not_apply, "veto": one.is_veto, "metric": bool(one.metric),
        "claim": _claim(one, claim), "files": [_file(row) for row in files.get(one.pk, [])],
        "photos_url": reverse("assessments:score_evidence", args=[grading.pk, one.pk]),
    }  # fmt: skip


def _claim(one: Indicator, claim: GradingClaim | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    return {
        "said": told(one, claim.answer), "note": claim.note, "comment": claim.comment,
        # what the assessor confirms by leaving it alone
        "frozen": plain(claim.value) if one.metric and claim.value is not None else "",
    }  # fmt: skip


def _file(row: Attachment) -> dict[str, str]:
    return {"name": row.name, "url": reverse("core:attachment_download", args=[row.pk])}


def _claim_files(sheet: PanelSheet) -> dict[int, list[Attachment]]:
    """Indicator → evidence of the team's claim. One query."""
    claims = {str(claim.pk): claim.indicator_id for claim in sheet.claims.values()}
    found: dict[int, list[Attachment]] = defaultdict(list)
    if claims:
        kind = ContentType.objects.get_for_model(GradingClaim)
        rows = Attachment.objects.current().filter(content_type=kind, object_id__in=list(claims), kind="evidence")
        for row in rows:
            found[claims[row.object_id]].append(row)
    return found


def _mark(mark: ScoreMark) -> dict[str, Any]:
    return {
        "id": str(mark.pk), "indicator": mark.indicator_id, "at": _iso(mark.made_at), "note": mark.note,
        "value": None if mark.value is None else plain(mark.value),
        "points": None if mark.points is None else plain(mark.points), "not_applicable": mark.not_applicable,
    }  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
