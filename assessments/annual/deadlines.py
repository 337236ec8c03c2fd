"""Which reviews of a campaign are late, by the campaign's days and each review's state. Nothing follows from it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models import Campaign
from assessments.states import ReviewState as S


@dataclass(frozen=True)
class Stage:
    """One step of the year: the states in which it is somebody's turn, those in which it has been done.

    :ivar due: the campaign's field with its day. :ivar at: the review's field with the instant it was done.
    """

    key: str
    label: Any
    now: tuple[str, ...]
    done: tuple[str, ...]
    due: str = ""
    at: str = ""


STAGES = (
    Stage("report", _("队伍报送"), (S.DRAFT, S.RETURNED), (S.SUBMITTED, S.SCORED, S.DECIDED, S.PUBLICITY, S.FINAL),
          "report_by", "submitted_at"),
    Stage("score", _("盟市考核"), (S.SUBMITTED,), (S.SCORED, S.DECIDED, S.PUBLICITY, S.FINAL), "score_by", "scored_at"),
    Stage("decide", _("自治区审定"), (S.SCORED,), (S.DECIDED, S.PUBLICITY, S.FINAL), "decide_by", "decided_at"),
    Stage("public", _("公示"), (S.DECIDED, S.PUBLICITY), (S.FINAL,)),
    Stage("final", _("办结"), (), (S.FINAL,)),
)  # fmt: skip
DUE = tuple(stage for stage in STAGES if stage.due)


def stage_of(key: str) -> Stage:
    return next(stage for stage in STAGES if stage.key == key)


def days_late(campaign: Campaign, stage: Stage, today: date) -> int:
    """How many days ago the day of the stage passed; 0 while it has not, or where none is set."""
    day: date | None = getattr(campaign, stage.due) if stage.due else None
    return max((today - day).days, 0) if day else 0


def late_states(campaign: Campaign, today: date) -> list[str]:
    """States whose step should have been done by now."""
    return [state for stage in DUE if days_late(campaign, stage, today) for state in stage.now]


def late(today: date) -> Q:
    """The same over the reviews of all open campaigns."""
    found = Q(pk__in=[])
    for stage in DUE:
        found |= Q(state__in=stage.now, **{f"campaign__{stage.due}__lt": today})
    return found & Q(campaign__state="open")
