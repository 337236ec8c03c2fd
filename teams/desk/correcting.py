"""更正批复: what was entered wrongly of the 批复 of a filed filing is put right, and what was printed of it follows."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.attachments import attach
from core.attachments.storing import sha256_of
from core.language import in_chinese
from core.workflow import MoveNotAllowed
from organizations.models import User
from teams.choices import FilingKind
from teams.desk.deciding import TWICE, file_not_kept, has_reply, locked, reply_of
from teams.filings.certificates import renew_certificate
from teams.filings.route import deciding_step
from teams.models import Filing, Team
from teams.states import ON_FILE
from teams.workflow import corrects, note
from teams.workflow.deciding import tell_authors, tell_copied, write_reply

ACTION = "correct_reply"


@transaction.atomic
def correct_reply(
    filing: Filing, *, by: User, version: int | None, reply_no: str, reply_on: date, reason: str, reply: Any = None
) -> Filing:
    """Raises ``MoveNotAllowed`` when it was changed since ``version``, ``ValidationError`` when something is wrong.

    :param reply: an uploaded 批复; it takes the place of the one in use.
    """
    fresh = locked(filing)
    corrects(fresh, by).require()
    was_on = fresh.reply_on
    old: dict[str, Any] = {"reply_no": fresh.reply_no, "reply_on": was_on}
    _require_as_seen(fresh, version, by, {"reply_no": reply_no, "reply_on": reply_on, "reply": reply})
    write_reply(fresh, reply_no, reply_on)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明更正原因。")})
    new = {name: getattr(fresh, name) for name, value in old.items() if getattr(fresh, name) != value}
    there = reply_of(fresh) if reply is not None else None
    if there is not None and there.sha256 == sha256_of(reply):
        reply = None  # the file in use once more
    if not new and reply is None:
        raise ValidationError(_("批复文号、日期和文件都没有改动。"), code="same")
    facts = {**new, "old": {name: str(old[name]) for name in new}}
    if reply is not None:
        facts["reply"] = attach(fresh, reply, kind="reply", by=by, replaces=there).name
        facts["old"] |= {"reply": there.name} if there else {}
    fresh.version += 1
    fresh.save(update_fields=["reply_no", "reply_on", "version"])
    note(fresh, ACTION, by=by, comment=reason.strip(), facts=facts, at=deciding_step(fresh))
    if new:
        _follow(fresh, was_on, by)
    _tell(fresh, facts, reason.strip())
    return fresh


def follows(filing: Filing) -> list[str]:
    """What a correction brings with it and what it leaves, for whoever is about to make one."""
    lines = []
    team = filing.team
    if filing.kind in (FilingKind.REGISTER, FilingKind.RESTORE) and team is not None and team.status in ON_FILE:
        lines.append(_("备案证书上印了这份批复的，随即重新出具；原证书的核验页写明已被新版本取代。"))
    if filing.kind == FilingKind.REGISTER:
        lines.append(_("队伍的备案日期就是这份批复的日期，随着改。"))
    return [*lines, _("受理号、备案编号（连同里面的年份）和办结时间不变。")]


def _require_as_seen(fresh: Filing, version: int | None, by: User, given: dict[str, Any]) -> None:
    """Of two at once the second is told who was first."""
    if fresh.version == version:
        return
    last = fresh.events().filter(action=ACTION).last()
    if last is None or last.by is None:
        words = _("这件备案已有变化，您的操作没有生效。请看过最新内容再办理。")
        raise MoveNotAllowed("state", f"{words}{file_not_kept(given.get('reply'))}")
    if last.by_id == by.pk and has_reply(fresh, given):
        raise MoveNotAllowed(TWICE, _("这一步已经办过了。"))
    words = _("%(who)s已先一步更正了批复，您的操作没有生效。请看过现在的批复再更正。") % {"who": last.by}
    raise MoveNotAllowed("state", f"{words}{file_not_kept(given.get('reply'))}")


def _follow(filing: Filing, was_on: date | None, by: User) -> None:
    """备案日期 is the day of the 批复 that registered the team; 备案证书 prints both."""
    assert filing.team is not None, "a filed filing has its team"
    team = Team.objects.select_for_update(of=("self",)).get(pk=filing.team.pk)
    if filing.kind == FilingKind.REGISTER and team.filed_on == was_on != filing.reply_on:
        team.filed_on = filing.reply_on
        team.version += 1
        team.save(update_fields=["filed_on", "version"])
    renew_certificate(team, by=by)


def _tell(filing: Filing, facts: dict[str, Any], reason: str) -> None:
    with in_chinese():
        labels = {"reply_no": _("批复文号"), "reply_on": _("批复日期"), "reply": _("批复文件")}
        lines = [(label, facts[name]) for name, label in labels.items() if name in facts]
        now = _("；").join(_("%(label)s：%(message)s") % {"label": label, "message": new} for label, new in lines)
        body = _("%(now)s。原因：%(reason)s。") % {"now": now, "reason": reason.rstrip("。")}
    kind, message = "filing_reply_corrected", gettext_lazy("%(number)s（%(name)s）更正了批复")
    tell_authors(filing, kind, message, body)
    tell_copied(filing, kind, message, body)
