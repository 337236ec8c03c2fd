"""The history of a review: moves, changes of its facts, changes of every side's lines, newest first."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from assessments.annual.remarks import FILES, FILES_LABEL
from assessments.annual.sections import SECTIONS
from assessments.annual.workflow import REVIEW
from assessments.models import Indicator, Review, ReviewScore
from core.history.as_at import events_of
from core.history.changes import changes_of_several, events_for
from core.models import WorkflowEvent
from core.together import together

MOST = 200  # changes of lines that are told
_LINE_EVENTS = events_of(ReviewScore)


def _labels(model: type[models.Model], *names: str) -> set[str]:
    return {str(model._meta.get_field(name).verbose_name) for name in names}  # type: ignore[union-attr]


# Facts that a move sets, and its own line tells.
_SET_BY_MOVES = ("state", "submitted_by", "scored_by", "decided_by", "state_reason", "office")
_LINE_FACTS = ("value", "points", "not_applicable", "note")


def story_of(review: Review) -> list[dict[str, Any]]:
    """In the shape of ``generic/_history.html``. Two queries, whatever there is to tell.

    :param review: with everything its page's head names.
    """
    found = together(
        moves=WorkflowEvent.objects.of(review).select_related("by"),
        events=events_for(review),
        lines=ReviewScore.objects.filter(review=review),
        line_events=_LINE_EVENTS.objects.filter(review=review).order_by("-pgh_id")[:MOST],
        indicators=Indicator.objects.filter(standard=review.campaign.standard_id),
    )
    by_line: dict[int, list[Any]] = {}
    for event in found["line_events"]:
        by_line.setdefault(event.pgh_obj_id, []).append(event)
    lines = [line for line in found["lines"] if line.pk in by_line]
    own, *told = changes_of_several(
        (review, found["events"], {"report": _words_changed}),
        *((line, by_line[line.pk], {}) for line in lines),
        known=[*_named(review), *found["indicators"]],
    )
    indicators = {one.pk: one for one in found["indicators"]}
    entries = [_move(event, _names(indicators)) for event in found["moves"]]
    entries += _without(own, _labels(Review, *_SET_BY_MOVES))
    for line, changes in zip(lines, told, strict=True):
        words = {"side": line.get_scored_by_display(), "line": indicators[line.indicator_id]}
        label = _("%(side)s：%(line)s") % words
        entries += [{**entry, "label": label} for entry in _only(changes, _labels(ReviewScore, *_LINE_FACTS))]
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _named(review: Review) -> Iterable[models.Model]:
    """Records at hand that the events point to."""
    near = (review, review.campaign, review.team, review.organization, review.office, review.submitted_by,
            review.scored_by, review.decided_by, review.result)  # fmt: skip
    return [one for one in near if one is not None]


def _without(changes: Iterable[Any], labels: set[str]) -> list[dict[str, Any]]:
    shown = [change.shown() for change in changes]
    kept = [{**one, "changes": [line for line in one["changes"] if str(line["label"]) not in labels]} for one in shown]
    return [one for one in kept if one["changes"]]


def _only(changes: Iterable[Any], labels: set[str]) -> list[dict[str, Any]]:
    shown = [change.shown() for change in changes]
    kept = [{**one, "changes": [line for line in one["changes"] if str(line["label"]) in labels]} for one in shown]
    return [one for one in kept if one["changes"]]


def _words_changed(_text: str) -> str:
    """The report is long: that it changed is said, its words stand on its own page."""
    return _("（正文）")


def _names(indicators: dict[int, Indicator]) -> dict[str, str]:
    """What comments of a return stand at, in words."""
    lines = {f"i{pk}": str(one) for pk, one in indicators.items()}
    return {**lines, **{one.key: str(one.title) for one in SECTIONS}, FILES: str(FILES_LABEL)}


def _move(event: WorkflowEvent, names: dict[str, str]) -> dict[str, Any]:
    facts = event.facts or {}
    lines = [{"label": names.get(name, name), "new": text} for name, text in (facts.get("fields") or {}).items()]
    former = facts.get("former") or {}
    if former:
        words = {"n": former.get("revision"), "total": former.get("total"), "result": former.get("result")}
        lines.append({"label": _("原结果"), "new": _("第 %(n)s 版：%(total)s 分，%(result)s") % words})
    if event.action in ("score", "decide") and facts.get("total"):
        lines.append({"label": _("得分"), "new": facts["total"]})
    if facts.get("result"):
        lines.append({"label": _("考核结果"), "new": facts["result"]})
    return {
        "at": event.at,
        "who": event.by or _("系统"),
        "for_whom": event.acting_for,
        "label": REVIEW.label(event.action),
        "comment": event.comment or facts.get("reason", ""),
        "changes": lines,
    }
