"""The days of a campaign as a line: what is due when, what has passed, where today stands, what still waits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.annual.deadlines import DUE
from assessments.models import Campaign


def days_of(campaign: Campaign, counts: Mapping[str, int], today: date | None = None) -> list[dict[str, Any]]:
    """In the order of the days, today among them; what has no day yet stands at the end.

    :param counts: state → number of reviews, of what the reader sees.
    """
    today = today or timezone.localdate()
    waits = {stage.due: sum(counts.get(state, 0) for state in stage.now) for stage in DUE}
    lines: list[tuple[Any, date | None, int]] = [
        (_("数据截止"), campaign.data_until, 0),
        *((_("%(step)s截止") % {"step": stage.label}, getattr(campaign, stage.due), waits[stage.due]) for stage in DUE),
        (_("公示起"), campaign.public_from, 0), (_("公示止"), campaign.public_until, 0),
    ]  # fmt: skip
    found = [_line(label, day, waiting, today) for label, day, waiting in lines]
    found.append({"label": _("今天"), "day": today, "today": True, "past": True, "said": ""})
    # on the same day what is due stands before today
    return sorted(found, key=lambda line: (line["day"] is None, line["day"] or date.max, line["today"]))


def _line(label: Any, day: date | None, waiting: int, today: date) -> dict[str, Any]:
    late = bool(day and day < today and waiting)
    return {
        "label": label, "day": day, "today": False, "past": bool(day and day < today), "late": late,
        "said": _said(day, today), "waits": _("%(n)d 支没有办") % {"n": waiting} if waiting else "",
    }  # fmt: skip


def _said(day: date | None, today: date) -> str:
    if day is None:
        return _("没有定")
    left = (day - today).days
    if left == 0:
        return _("就是今天")
    return _("已过") if left < 0 else _("还有 %(n)d 天") % {"n": left}
