"""Deciding on exactly what one has read: the round and the step that were on the page go along with the move."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.attachments import attach
from core.attachments.storing import sha256_of
from core.models import Attachment, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import User
from teams.filings.commenting import put
from teams.models import Filing
from teams.states import FilingState
from teams.workflow import WORKFLOW, decides, note

# Codes of refusals.
TWICE = "twice"  # the same person has done this very thing already
OTHERWISE = "otherwise"  # it has been done already, with another 批复 or another meeting


@dataclass(frozen=True)
class Seen:
    """What the page showed when it was opened.

    :param agreed: whether it had been agreed to (``approved``), which moves it to no other step; None: not asked.
    """

    round_no: int
    step_id: int | None
    agreed: bool | None = None

    @classmethod
    def of(cls, filing: Filing) -> "Seen":
        return cls(filing.round_no, filing.current_step_id, filing.state == FilingState.APPROVED)


def locked(filing: Filing) -> Filing:
    """The row, read again and held until the transaction ends."""
    fresh: Filing = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    return fresh


def reply_of(filing: Filing) -> Attachment | None:
    """The file of the 批复 in use."""
    found: Attachment | None = Attachment.objects.of(filing).current().filter(kind="reply").last()
    return found


def has_reply(filing: Filing, given: Mapping[str, Any]) -> bool:
    """Whether this is the 批复 it has: number and day, and the very file where one came along (``reply``)."""
    if any(getattr(filing, name) != given.get(name) for name in ("reply_no", "reply_on")):
        return False
    upload = given.get("reply")
    there = reply_of(filing) if upload else None
    return upload is None or (there is not None and there.sha256 == sha256_of(upload))


def file_not_kept(upload: Any) -> str:
    """What a refusal adds for whoever sent a file along."""
    return _("选的文件没有存入。") if upload else ""


def require_as_seen(
    fresh: Filing, seen: Seen, by: User, action: str = "", given: Mapping[str, Any] | None = None
) -> None:
    """:raises MoveNotAllowed: when it lies elsewhere by now or has come in anew, saying who did what.

    :param given: number, day and file of the 批复 that would be issued: the same person with another one has not done
        this already.
    """
    as_seen = seen.agreed in (None, fresh.state == FilingState.APPROVED)
    if as_seen and fresh.current_step_id == seen.step_id and fresh.round_no == seen.round_no:
        return
    last: WorkflowEvent | None = fresh.events().filter(action__in=[move.action for move in WORKFLOW.moves]).last()
    if last is None or last.by is None:
        raise MoveNotAllowed("state", _("这件备案已有变化，您的操作没有生效。请看过最新内容再办理。"))
    if last.by_id == by.pk and last.action == action:
        if action != "issue" or given is None or has_reply(fresh, given):
            raise MoveNotAllowed(TWICE, _("这一步已经办过了。"))
        done = _("您已经发文办结，批复是%(number)s（%(day)s）；这次填的没有生效。要改的，请用“更正批复”。")
        done %= {"number": fresh.reply_no, "day": fresh.reply_on}
        raise MoveNotAllowed(OTHERWISE, f"{done}{file_not_kept(given.get('reply'))}")
    words = {"who": last.by, "what": WORKFLOW.move(last.action).label, "now": fresh.round_no, "seen": seen.round_no}
    if last.action in ("submit", "resubmit"):
        message = _("%(who)s已重新报来第 %(now)d 轮，您看到的是第 %(seen)d 轮，操作没有生效。请看过最新内容再办理。")
    else:
        message = _("%(who)s已先一步办理（%(what)s），您的操作没有生效。")
    raise MoveNotAllowed("state", message % words)


@transaction.atomic
def decide(
    filing: Filing, action: str, *, by: User, seen: Seen, comment: str = "", reply: Any = None, **facts: Any
) -> Filing:
    """Make a move on what ``by`` saw, or raise ``MoveNotAllowed`` or ``ValidationError`` and change nothing.

    :param reply: an uploaded 批复, kept with the filing in the same transaction.
    """
    fresh = locked(filing)
    require_as_seen(fresh, seen, by, action, {**facts, "reply": reply})
    if reply is not None:
        attach(fresh, reply, kind="reply", by=by)
    return WORKFLOW.perform(fresh, action, by=by, comment=comment, **facts)


def meeting_of(filing: Filing) -> str:
    """The meeting that is on record, empty where none is; a page carries it along."""
    return f"{filing.meeting_name} {filing.meeting_on or ''}".strip()


@transaction.atomic
def record_meeting(
    filing: Filing, *, by: User, seen: Seen, was: str, name: str, on: Any, minutes: Any = None
) -> Filing:
    """会议研究: which meeting looked at it and when. It decides nothing; where the rule asks for it, it comes first.

    :param was: ``meeting_of`` the filing as the page showed it; on another one nobody writes unseen.
    """
    fresh = locked(filing)
    require_as_seen(fresh, seen, by)
    decides(fresh, by).require()
    if meeting_of(fresh) != was:
        last = fresh.events().filter(action="record_meeting").last()
        same = (fresh.meeting_name, fresh.meeting_on) == (" ".join(name.split()), on) and minutes is None
        if same and last is not None and last.by_id == by.pk:
            raise MoveNotAllowed(TWICE, _("这一步已经办过了。"))
        words = _("%(who)s已先登记了会议研究（%(meeting)s），您填的没有生效。要改的，请再登记一次。")
        said = words % {"who": last.by if last else "", "meeting": meeting_of(fresh)}
        raise MoveNotAllowed(OTHERWISE, f"{said}{file_not_kept(minutes)}")
    fresh.meeting_name, fresh.meeting_on = " ".join(name.split()), on
    if not fresh.meeting_name or on is None:
        raise ValidationError(_("请填写会议名称和日期。"), code="meeting")
    fresh.clean_fields(
        exclude=[field.name for field in fresh._meta.fields if field.name not in ("meeting_name", "meeting_on")]
    )
    if minutes is not None:
        attach(fresh, minutes, kind="meeting", by=by)
    fresh.version += 1
    fresh.save(update_fields=["meeting_name", "meeting_on", "version"])
    note(fresh, "record_meeting", by=by, comment=fresh.meeting_name, facts={"on": on})
    return fresh


@transaction.atomic
def save_comment(filing: Filing, field: str, text: str, *, by: User, seen: Seen) -> Filing:
    """Keep what is being said about one field. Raises ``MoveNotAllowed`` once the filing lies elsewhere."""
    fresh = locked(filing)
    require_as_seen(fresh, seen, by)
    decides(fresh, by).require()
    put(fresh, field, text, by=by)
    return fresh
