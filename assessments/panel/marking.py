"""Takes in scores from a tablet: each one is stored, or refused with the reason, and then stays on the device.

The device makes the key of a score: the same score sent twice is stored once; another score under a known key is
refused. Locks are always taken in this order: the grading and the panel member (shared, so that devices do not wait for
each other, but a change of state and a finish wait for them), then the marks by their keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Grading, GradingClaim, Indicator, PanelMember, ScoreMark
from assessments.panel.given import Given, check
from assessments.panel.recusal import grounds_of
from assessments.panel.sheet import frozen_of
from assessments.states import GradingState
from core.offline import AHEAD, REFUSED, stored_once
from core.together import together
from organizations.models import User


@dataclass(frozen=True)
class Result:
    """What became of one score.

    :ivar state: ``stored``, ``same`` (it was there already) or ``refused`` (the device keeps it; ``message`` says why).
    :ivar shift: seconds by which its time was moved, because the clock of the device was wrong.
    """

    id: UUID
    state: str
    message: str = ""
    shift: int = 0


@dataclass
class _Seat:
    """The user's place on one panel, and what a score there is measured against."""

    member: PanelMember
    reason: str  # why nothing is taken now; empty: it is
    indicators: dict[int, Indicator]
    claims: dict[int, GradingClaim]


@transaction.atomic
def take(given: Sequence[Given], *, by: User, offset: timedelta = timedelta(0)) -> list[Result]:
    """Store what can be stored; an answer per score, in the order given.

    :param offset: what to add to the times because the device's clock is wrong (``core.offline.clock_offset``).
    """
    asked = {one.grading for one in given}
    own = set(PanelMember.objects.filter(user=by, grading__in=asked).values_list("grading", flat=True))
    seats = {grading: _seat(grading, by) for grading in sorted(own)}
    results: dict[int, Result] = {}
    marks: dict[int, ScoreMark] = {}
    for number, one in enumerate(given):
        seat, at = seats.get(one.grading), one.at + offset
        reason = _refused(one, seat, at)
        if reason or seat is None:
            results[number] = Result(one.id, REFUSED, reason)
        else:
            marks[number] = _mark(one, seat.member, at)
    _store(marks, results, round(offset.total_seconds()))
    return [results[number] for number in range(len(given))]


def _seat(grading: int, by: User) -> _Seat:
    _hold(grading, by)
    rows = PanelMember.objects.filter(grading=grading, user=by).order_by(F("left_on").asc(nulls_first=True), "-pk")
    member: PanelMember = rows.select_related("grading__team__organization")[0]
    found = together(
        indicators=Indicator.objects.filter(standard=member.grading.standard_id),
        claims=GradingClaim.objects.filter(grading=grading).order_by("pk"),
    )
    return _Seat(
        member,
        why_not(member, by),
        {row.pk: row for row in found["indicators"]},
        {row.indicator_id: row for row in found["claims"]},
    )


def _hold(grading: int, by: User) -> None:
    """The grading and the member stay as they are to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM assessments_grading WHERE id = %s FOR SHARE", [grading])
        cursor.execute(
            "SELECT id FROM assessments_panelmember WHERE grading_id = %s AND user_id = %s ORDER BY id FOR SHARE",
            [grading, by.pk],
        )


def why_not(member: PanelMember, user: User) -> str:
    """Why the member's scores are not taken now; empty: they are."""
    grading: Grading = member.grading
    if member.left_on is not None:
        return _("您已退出这个专家组，评分不再收。")
    if grading.state != GradingState.ON_SITE:
        return _("现在是“%(state)s”，不在现场测评期间，评分不收。") % {"state": grading.get_state_display()}
    if member.declared_at is None:
        return _("您还没有声明与这支队伍无利害关系，声明后才能评分。")
    if member.finished_at is not None:
        return _("您已完成评分。要改，请组长或组织单位重新打开。")
    blocks = grounds_of(grading, [user])[user.pk].blocks
    if blocks:
        return _("按回避规定不能评分：%(why)s") % {"why": " ".join(blocks)}
    return ""


def _refused(one: Given, seat: _Seat | None, at: datetime) -> str:
    if seat is None:
        return _("找不到这次测评，或者您不在它的专家组里。评分还在本机，请联系组织单位。")
    if seat.reason:
        return seat.reason
    indicator = seat.indicators.get(one.indicator)
    if indicator is None:
        return _("这项标准里没有这个指标。")
    if at > timezone.now() + AHEAD:
        return _("评分时间在将来，请核对设备时间后重新评分。")
    if at < seat.member.appointed_at - AHEAD:
        return _("评分时间早于您进入专家组的时间，请核对设备时间后重新评分。")
    try:
        check(indicator, one.answer)
    except ValidationError as error:
        return str(error.messages[0])
    frozen = frozen_of(indicator, seat.claims.get(indicator.pk))
    if frozen is not None and one.answer.value not in (None, frozen.value) and not one.note:
        return _("与平台数据不同的，要在意见里写明理由。")
    return ""


def _mark(one: Given, member: PanelMember, at: datetime) -> ScoreMark:
    answer = one.answer
    return ScoreMark(
        id=one.id, member=member, indicator_id=one.indicator, value=answer.value, points=answer.points,
        not_applicable=answer.not_applicable, note=one.note, made_at=at,
    )  # fmt: skip


def _store(marks: dict[int, ScoreMark], results: dict[int, Result], shift: int) -> None:
    """Insert what is new, and answer for each by what is stored under its key now."""
    _new, told = stored_once(marks, _content)
    for number, kept, state in told:
        if state == REFUSED:
            results[number] = Result(kept.id, REFUSED, _("这个编号已经记过另一条评分，先记的那条不变。"))
        else:
            results[number] = Result(kept.id, state, shift=shift)


def _content(mark: ScoreMark) -> tuple[Any, ...]:
    """What makes two scores the same; the clock of the device may have been measured a little differently."""
    return mark.member_id, mark.indicator_id, mark.value, mark.points, mark.not_applicable, mark.note
