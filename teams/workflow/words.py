"""What is written about a filing on its way: into its story, into notices."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.language import in_chinese
from core.models import WorkflowEvent
from core.words import for_json
from organizations.models import User
from organizations.permissions import acting_for
from teams.models import Filing, FilingStep
from teams.workflow.people import right_at


def titled(message: StrOrPromise, filing: Filing, **more: Any) -> str:
    """``message`` is translated here, in Chinese, whatever language its cause reads."""
    with in_chinese():
        return str(message) % {
            "kind": filing.get_kind_display(), "name": filing.name, "number": filing.number,
            **{key: str(value) for key, value in more.items()},
        }  # fmt: skip


def desk_url(filing: Filing) -> str:
    return reverse("teams:desk_filing", args=[filing.pk])


def note(
    filing: Filing, action: str, *, by: User, comment: str = "", facts: dict[str, Any] | None = None,
    at: FilingStep | None = None,
) -> None:  # fmt: skip
    """Write into the filing's story what moves nothing: a transfer, a paper added on behalf, a reminder to hurry.

    :param at: the step it belongs to; where the filing lies if not given.
    """
    step = at or filing.current_step
    WorkflowEvent.objects.create(
        owner=filing, action=action, from_state=filing.state, to_state=filing.state, by=by,
        acting_for=acting_for(by, right_at(step), step.office) if step else "", comment=comment,
        facts={key: for_json(value) for key, value in (facts or {}).items()},
    )  # fmt: skip


# Acts that move nothing, as the story calls them.
NOTES = {
    "add_paper": gettext_lazy("补充材料（代办）"),
    "own_paper": gettext_lazy("上传本单位文件"),
    "transfer": gettext_lazy("转办"),
    "ask_opinion": gettext_lazy("征求意见（加签）"),
    "give_opinion": gettext_lazy("答复意见（加签）"),
    "end_opinion": gettext_lazy("不再征求意见（加签）"),
    "record_meeting": gettext_lazy("登记会议研究"),
    "correct_reply": gettext_lazy("更正批复"),
    "urge": gettext_lazy("催办"),
    "exit_item": gettext_lazy("退出清单"),
    "end_memberships": gettext_lazy("办理全队队员退队"),
    "reinstate_memberships": gettext_lazy("恢复队员队籍"),
}
