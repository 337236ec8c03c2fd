"""What an assessor's tablet keeps of one grading: what is to be scored and his own scores. Nobody else's."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from assessments.choices import Method
from assessments.models import Grading, GradingClaim, Indicator, PanelMember, ScoreMark
from assessments.panel.marking import why_not
from assessments.panel.sheet import PanelSheet, panel_sheet
from assessments.panel.words import asked, steps_of, told
from assessments.scoring import Answer, plain
from core.models import Attachment
from organizations.models import User


def tablet_sheet(member: PanelMember, user: User) -> dict[str, Any]:
    """``member``: the user's own seat, with grading, team, organization and standard."""
    grading: Grading = member.grading
    sheet = panel_sheet(grading)
    files = _files(sheet, member)
    depths = _depths(sheet.indicators)
    return {
        "grading": {"id": grading.pk, "state": grading.get_state_display(), "why": why_not(member, user)},
        "finished": member.finished_at is not None,
        "indicators": [
            _indicator(one, depths[one.pk], sheet.claims.get(one.pk), grading, files) for one in sheet.indicators
        ],
        "marks": [_mark(mark) for (key, _one), mark in sheet.marks.items() if key == member.pk],
        "photos": {one: len(rows) for (kind, one), rows in files.items() if kind == "own"},
    }


def _depths(indicators: list[Indicator]) -> dict[int, int]:
    parents = {one.pk: one.parent_id for one in indicators}

    def depth(key: int) -> int:
        above = parents.get(key)
        return 0 if above is None else 1 + depth(above)

    return {key: depth(key) for key in parents}


def _indicator(
    one: Indicator,
    depth: int,
    claim: GradingClaim | None,
    grading: Grading,
    files: dict[tuple[str, int], list[Attachment]],
) -> dict[str, Any]:
    about = {"id": one.pk, "code": one.code, "name": one.name, "depth": depth, "heading": one.method == Method.HEADING}
    if about["heading"]:
        return about
    return about | {
        "method": one.method, "how": one.get_method_display(), "points": plain(one.points), "unit": one.unit,
        "steps": steps_of(one), "per_unit": plain(one.per_unit) if one.per_unit is not None else "",
        "required": asked(one, grading.applied_grade), "evidence": one.evidence, "guidance": one.guidance,
        "may_not_apply": one.may_not_apply, "veto": one.is_veto, "metric": bool(one.metric),
        "claim": _claim(one, claim), "files": [_file(row) for row in files.get(("claim", one.pk), [])],
        "photos_url": reverse("assessments:score_evidence", args=[grading.pk, one.pk]),
    }  # fmt: skip


def _claim(one: Indicator, claim: GradingClaim | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    answer = Answer(claim.value, claim.points, claim.not_applicable)
    return {
        "said": told(one, answer), "note": claim.note, "comment": claim.comment,
        # what the assessor confirms by leaving it alone
        "frozen": plain(claim.value) if one.metric and claim.value is not None else "",
    }  # fmt: skip


def _file(row: Attachment) -> dict[str, str]:
    return {"name": row.name, "url": reverse("core:attachment_download", args=[row.pk])}


def _files(sheet: PanelSheet, member: PanelMember) -> dict[tuple[str, int], list[Attachment]]:
    """("claim" or "own", indicator) → files of the team's claim, of the assessor's own marks. One query."""
    claims = {str(claim.pk): claim.indicator_id for claim in sheet.claims.values()}
    own = dict(ScoreMark.objects.filter(member=member).values_list("pk", "indicator_id"))
    marks = {str(key): indicator for key, indicator in own.items()}
    kinds = ContentType.objects.get_for_models(GradingClaim, ScoreMark)
    rows = Attachment.objects.current().filter(
        content_type__in=list(kinds.values()), object_id__in=[*claims, *marks], kind="evidence"
    )
    found: dict[tuple[str, int], list[Attachment]] = defaultdict(list)
    for row in rows:
        if row.content_type_id == kinds[GradingClaim].pk and row.object_id in claims:
            found["claim", claims[row.object_id]].append(row)
        elif row.object_id in marks:
            found["own", marks[row.object_id]].append(row)
    return found


def _mark(mark: ScoreMark) -> dict[str, Any]:
    return {
        "id": str(mark.pk), "indicator": mark.indicator_id, "at": _iso(mark.made_at), "note": mark.note,
        "value": None if mark.value is None else plain(mark.value),
        "points": None if mark.points is None else plain(mark.points), "not_applicable": mark.not_applicable,
    }  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
