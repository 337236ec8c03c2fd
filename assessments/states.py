"""States of standards, gradings, campaigns, reviews, follow-ups and runs, and the steps between; the workflow modules
say who."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.steps import step, transitions


class StandardState(TextChoices):
    DRAFT = "draft", pgettext_lazy("standard", "起草中")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", pgettext_lazy("standard", "已停用")


class GradingState(TextChoices):
    DRAFT = "draft", pgettext_lazy("grading", "填报中")
    SUBMITTED = "submitted", _("材料初核")
    RETURNED = "returned", _("退回修改")
    PANEL = "panel", _("组建专家组")
    ON_SITE = "on_site", _("现场测评")
    DELIBERATION = "deliberation", pgettext_lazy("grading", "评议")
    PUBLICITY = "publicity", _("公示中")
    GRANTED = "granted", _("已定级")
    DECLINED = "declined", _("未定级")
    ABANDONED = "abandoned", pgettext_lazy("grading", "已撤销")


class CampaignState(TextChoices):
    DRAFT = "draft", pgettext_lazy("campaign", "筹备中")
    OPEN = "open", pgettext_lazy("campaign", "进行中")
    CLOSED = "closed", pgettext_lazy("campaign", "已办结")


class ReviewState(TextChoices):
    DRAFT = "draft", pgettext_lazy("review", "待报送")
    SUBMITTED = "submitted", pgettext_lazy("review", "待盟市考核")
    RETURNED = "returned", _("退回修改")
    SCORED = "scored", pgettext_lazy("review", "待自治区审定")
    DECIDED = "decided", pgettext_lazy("review", "待公示")
    PUBLICITY = "publicity", _("公示中")
    FINAL = "final", pgettext_lazy("review", "已办结")
    EXEMPT = "exempt", pgettext_lazy("review", "不参加考核")


class FollowUpState(TextChoices):
    OPEN = "open", _("落实中")
    REPORTED = "reported", _("待确认")
    DONE = "done", _("已完成")
    ENDED = "ended", _("已撤销")


class RunState(TextChoices):
    """Of a run. It has ended when no document is queued or running, which is counted, not kept."""

    RUNNING = "running", _("进行中")
    PAUSED = "paused", _("已暂停")
    CANCELLED = "cancelled", _("已取消")


class DocumentState(TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", pgettext_lazy("document", "生成中")
    READY = "ready", pgettext_lazy("document", "已生成")
    FAILED = "failed", _("未完成")
    CANCELLED = "cancelled", _("已取消")


G, C, R, D = GradingState, CampaignState, ReviewState, DocumentState
F = FollowUpState

STANDARD_STEPS = {
    "publish": step(StandardState.DRAFT, to=StandardState.PUBLISHED),
    "withdraw": step(StandardState.PUBLISHED, to=StandardState.WITHDRAWN),
}
GRADING_STEPS = {
    "submit": step(G.DRAFT, to=G.SUBMITTED),
    "resubmit": step(G.RETURNED, to=G.SUBMITTED),
    "take_back": step(G.SUBMITTED, to=G.DRAFT),
    "return_for_changes": step(G.SUBMITTED, to=G.RETURNED),
    "accept": step(G.SUBMITTED, to=G.PANEL),
    "begin_on_site": step(G.PANEL, to=G.ON_SITE),
    "change_panel": step(G.ON_SITE, to=G.PANEL),
    "finish_on_site": step(G.ON_SITE, to=G.DELIBERATION),
    "score_again": step(G.DELIBERATION, to=G.ON_SITE),
    "publicise": step(G.DELIBERATION, to=G.PUBLICITY),
    # also where the team does not appear, or is a team no more
    "decline": step(G.SUBMITTED, G.PANEL, G.ON_SITE, G.DELIBERATION, G.PUBLICITY, to=G.DECLINED),
    "grant": step(G.PUBLICITY, to=G.GRANTED),
    # an objection or an appeal was upheld
    "deliberate_again": step(G.PUBLICITY, G.GRANTED, G.DECLINED, to=G.DELIBERATION),
    "abandon": step(G.DRAFT, G.RETURNED, to=G.ABANDONED),
}
CAMPAIGN_STEPS = {
    "open": step(C.DRAFT, to=C.OPEN),
    "close": step(C.OPEN, to=C.CLOSED),
    "reopen": step(C.CLOSED, to=C.OPEN),
}
REVIEW_STEPS = {
    "submit": step(R.DRAFT, to=R.SUBMITTED),
    "resubmit": step(R.RETURNED, to=R.SUBMITTED),
    "take_back": step(R.SUBMITTED, to=R.DRAFT),
    "return_for_changes": step(R.SUBMITTED, to=R.RETURNED),
    "score": step(R.SUBMITTED, to=R.SCORED),
    "score_again": step(R.SCORED, to=R.SUBMITTED),
    "decide": step(R.SCORED, to=R.DECIDED),
    "publicise": step(R.DECIDED, to=R.PUBLICITY),
    "conclude": step(R.PUBLICITY, to=R.FINAL),
    "reconsider": step(R.DECIDED, R.PUBLICITY, R.FINAL, to=R.SCORED),  # an objection or an appeal was upheld
    "exempt": step(R.DRAFT, R.RETURNED, to=R.EXEMPT),
    "include": step(R.EXEMPT, to=R.DRAFT),
}
FOLLOW_UP_STEPS = {
    "report": step(F.OPEN, F.REPORTED, to=F.REPORTED),  # also anew, until it is confirmed
    "finish": step(F.OPEN, F.REPORTED, to=F.DONE),
    "give_back": step(F.REPORTED, to=F.OPEN),
    "end": step(F.OPEN, F.REPORTED, to=F.ENDED),
}
RUN_STEPS = {
    "pause": step(RunState.RUNNING, to=RunState.PAUSED),
    "resume": step(RunState.PAUSED, to=RunState.RUNNING),
    "retry": step(RunState.RUNNING, to=RunState.RUNNING),  # what failed, once more
    "cancel": step(RunState.RUNNING, RunState.PAUSED, to=RunState.CANCELLED),
}
# A document is moved by workers and by the steps above, never by hand.
DOCUMENT_STEPS = {
    "take": step(D.QUEUED, to=D.RUNNING),
    "give_back": step(D.RUNNING, D.FAILED, to=D.QUEUED),
    "finish": step(D.RUNNING, to=D.READY),
    "fail": step(D.RUNNING, to=D.FAILED),
    "drop": step(D.QUEUED, D.RUNNING, to=D.CANCELLED),
}
STANDARD_TRANSITIONS = transitions(STANDARD_STEPS)
GRADING_TRANSITIONS = transitions(GRADING_STEPS)
CAMPAIGN_TRANSITIONS = transitions(CAMPAIGN_STEPS)
REVIEW_TRANSITIONS = transitions(REVIEW_STEPS)
FOLLOW_UP_TRANSITIONS = transitions(FOLLOW_UP_STEPS)
RUN_TRANSITIONS = transitions(RUN_STEPS)
DOCUMENT_TRANSITIONS = transitions(DOCUMENT_STEPS)

GRADING_WITH_AUTHOR = (G.DRAFT, G.RETURNED)
REVIEW_WITH_AUTHOR = (R.DRAFT, R.RETURNED)
REVIEW_SETTLED = (R.FINAL, R.EXEMPT)  # nothing more is to come
REVIEW_DECIDED = (R.DECIDED, R.PUBLICITY, R.FINAL)  # has a result
FOLLOW_UP_OPEN = (F.OPEN, F.REPORTED)
# Tone and icon of each state (generic/_state.html).
STANDARD_OVER, STANDARD_TO_COME = "over", "to_come"  # how a published version stands after and before its days
STANDARD_TONES: dict[str, tuple[str, str]] = {
    StandardState.DRAFT: ("todo", "draft"),
    STANDARD_TO_COME: ("wait", "wait"),
    STANDARD_OVER: ("off", "off"),
    StandardState.PUBLISHED: ("ok", "ok"),
    StandardState.WITHDRAWN: ("off", "off"),
}
GRADING_TONES: dict[str, tuple[str, str]] = {
    G.DRAFT: ("todo", "draft"),
    G.SUBMITTED: ("wait", "wait"),
    G.RETURNED: ("warn", "back"),
    G.PANEL: ("wait", "wait"),
    G.ON_SITE: ("wait", "wait"),
    G.DELIBERATION: ("wait", "wait"),
    G.PUBLICITY: ("wait", "wait"),
    G.GRANTED: ("ok", "ok"),
    G.DECLINED: ("off", "off"),
    G.ABANDONED: ("off", "off"),
}
CAMPAIGN_TONES: dict[str, tuple[str, str]] = {
    C.DRAFT: ("todo", "draft"),
    C.OPEN: ("wait", "wait"),
    C.CLOSED: ("ok", "ok"),
}
REVIEW_TONES: dict[str, tuple[str, str]] = {
    R.DRAFT: ("todo", "draft"),
    R.SUBMITTED: ("wait", "wait"),
    R.RETURNED: ("warn", "back"),
    R.SCORED: ("wait", "wait"),
    R.DECIDED: ("wait", "wait"),
    R.PUBLICITY: ("wait", "wait"),
    R.FINAL: ("ok", "ok"),
    R.EXEMPT: ("off", "off"),
}
FOLLOW_UP_TONES: dict[str, tuple[str, str]] = {
    F.OPEN: ("todo", "todo"),
    F.REPORTED: ("wait", "wait"),
    F.DONE: ("ok", "ok"),
    F.ENDED: ("off", "off"),
}
DOCUMENT_TONES: dict[str, tuple[str, str]] = {
    D.QUEUED: ("todo", "wait"),
    D.RUNNING: ("wait", "wait"),
    D.READY: ("ok", "ok"),
    D.FAILED: ("warn", "back"),
    D.CANCELLED: ("off", "off"),
}
RUN_TONES: dict[str, tuple[str, str]] = {
    RunState.RUNNING: ("wait", "wait"),
    RunState.PAUSED: ("warn", "warn"),
    RunState.CANCELLED: ("off", "off"),
}
