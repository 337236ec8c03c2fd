"""测评标准: from a draft to what counts, and out of use.

- 起草中 draft: the region writes it, by hand or from a spreadsheet; nobody else sees it. A draft that is not wanted is
  removed; its history stays with the audit.
- 已发布 published: head facts, conclusions and indicators are frozen, by the database as well. Gradings and annual
  assessments begun under it stay under it. A revision is a new version, drawn up beside it.
- 已停用 withdrawn: nothing new begins under it; what was begun goes on.

Whether and when the version before ends is said by whoever publishes the next; nothing is ended unasked.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assessments.models import Standard
from assessments.standards import checks
from assessments.states import STANDARD_STEPS, StandardState
from core.decisions import Decision
from core.workflow import Move, Workflow
from organizations.models import User
from organizations.region import may_manage_assessments


def _allowed(standard: Standard, user: User) -> Decision:
    return may_manage_assessments(user)


def _publish(
    standard: Standard, by: User, *, valid_from: date, former_until: date | None = None
) -> dict[str, Any] | None:
    """:param former_until: last day of the versions published before; None leaves them as they are."""
    standard.valid_from, standard.published_at, standard.published_by = valid_from, timezone.now(), by
    if standard.valid_until is not None and standard.valid_until < valid_from:
        raise ValidationError(_("失效日期不能早于生效日期。"))
    blocking = [one.text for one in checks.check(standard) if one.blocks]
    if blocking:
        raise ValidationError([_("还有必须改正的问题，不能发布。"), *blocking])
    if former_until is None:
        return None
    return {"ended": [str(one.number) for one in _end(standard, former_until)]}


def _end(standard: Standard, until: date) -> list[Standard]:
    ended = []
    for one in earlier(standard).select_for_update():
        if one.valid_from is not None and until < one.valid_from:
            words = {"number": one.number, "day": one.valid_from}
            raise ValidationError(_("第 %(number)s 版从 %(day)s 起生效，不能在那之前失效。") % words)
        one.valid_until, one.version = until, one.version + 1
        one.save(update_fields=["valid_until", "version"])
        ended.append(one)
    return ended


def earlier(standard: Standard) -> Any:
    """Versions published before this one that go on without an end."""
    rows = Standard.objects.published().filter(code=standard.code, valid_until=None)
    return rows.exclude(pk=standard.pk).order_by("number")


def _withdraw(standard: Standard, by: User, *, reason: str) -> None:
    standard.withdrawn_reason = reason


MOVES = (
    Move(
        "publish", pgettext_lazy("standard", "发布"), STANDARD_STEPS["publish"], _allowed, tone="main", apply=_publish
    ),
    Move(
        "withdraw", gettext_lazy("停用"), STANDARD_STEPS["withdraw"], _allowed, needs_comment=True, tone="danger",
        apply=_withdraw,
    ),
)  # fmt: skip
WORKFLOW = Workflow(MOVES)
assert {move.target for move in MOVES} == {StandardState.PUBLISHED, StandardState.WITHDRAWN}
