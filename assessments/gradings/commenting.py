"""Comments of the 材料初核 at single indicators."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assessments.gradings.workflow import handles
from assessments.models import Grading, GradingClaim
from assessments.states import GradingState
from core.workflow import MoveNotAllowed
from organizations.models import User

MOST = 500  # characters of one comment


def drop_unsent(grading: Grading) -> None:
    """What an office noted is its own: another one that goes through the papers from now on would send it in its own
    name. Sent is what stands with a return."""
    if grading.state == GradingState.SUBMITTED:
        grading.claims.exclude(comment="").update(comment="", version=F("version") + 1)


@transaction.atomic
def comment(claim: GradingClaim, text: str, *, by: User) -> None:
    """What the office writes at one indicator; empty takes it back. The team hears of it with the return.

    :raises MoveNotAllowed: too long, or the application does not lie with the office of ``by`` any more.
    """
    if len(text) > MOST:
        raise MoveNotAllowed("comment", _("意见不超过 %(n)d 字。") % {"n": MOST})
    grading = Grading.objects.select_for_update(of=("self",)).get(pk=claim.grading_id)
    MoveNotAllowed.unless(handles(grading, by))
    if grading.state != GradingState.SUBMITTED:
        words = {"state": grading.get_state_display()}
        raise MoveNotAllowed("state", _("现在是“%(state)s”，不能写初核意见。") % words)
    fresh = GradingClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if fresh.comment != text:
        fresh.comment = text
        fresh.version += 1
        fresh.save(update_fields=["comment", "version"])
