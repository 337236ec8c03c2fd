"""登记备案: how a filing goes from the team or its office through the offices above, and onto the file.

- 草稿 draft: whoever may file for the team (its captain or 信息员, the clerk of the managing office or of its proxy)
  fills it in; anything may be missing or wrong. Nobody else is bothered. 退出 that an office began is the office's
  alone: the team it is about reads it.
- 审核中 submitted: handed in and numbered (BA-<区划代码>-<年>-<4 位>, drawn at the first hand-in and kept). The content
  is frozen as a round and read-only. It lies at one step (``current_step``) in one office's queue: whoever holds the
  duty there today decides, also on what came in before. What an office hands in itself counts as its own registration.
- 退回修改 returned: the reviewer said what to change, by field where possible. The author's side edits it again; handed
  in anew it goes back to the step that returned it.
- 已同意，待发文 approved: the last office has agreed; where the rule asks for a 批复 it waits for number and day.
- 已办结 filed: the team has what the filing says since that same transaction; the certificate follows by job.
  A 批复 that was entered wrongly is put right by whoever decides there (``teams.desk.correcting``); it stays filed.
- 不予备案 rejected, 已撤回 withdrawn: closed, with the reason; a new filing can be begun. What an office handed in,
  the team's own people do not withdraw.

Nobody decides twice on one filing, nor on what he handed in (四眼原则). Where the office that handed in for another is
also the next to review, that step is merged with the hand-in, provided that another office still decides after it.
Superiors see what lies below and may urge it; they act only at their own step. Time limits remind and escalate
(``reminders.py``); they never decide.
"""

from teams.workflow.handing_in import follow, last_return
from teams.workflow.moves import MOVES, WORKFLOW, available
from teams.workflow.people import (
    asks,
    author_side,
    corrects,
    deciders,
    decides,
    nobody_decides,
    place_of,
    right_at,
    withdraws,
)
from teams.workflow.words import note

__all__ = [
    "MOVES",
    "WORKFLOW",
    "asks",
    "author_side",
    "available",
    "corrects",
    "deciders",
    "decides",
    "follow",
    "last_return",
    "nobody_decides",
    "note",
    "place_of",
    "right_at",
    "withdraws",
]
