"""What the pages of one drill or training share: loading it, its head, its tabs."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from core.decisions import Decision
from core.workflow import Move
from organizations.permissions import acting_for, can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from training.models import Activity
from training.states import ACTIVITY_TONES
from training.workflow import WORKFLOW


@dataclass(frozen=True)
class Tab:
    """:param kinds: shown with these kinds of activity only; empty: with all."""

    label: StrOrPromise
    route: str
    kinds: tuple[str, ...] = ()


# One line per tab; a part that gives an activity a page of its own adds it here.
TABS: tuple[Tab, ...] = (
    Tab(_("概况"), "training:activity_detail"),
    Tab(_("名单"), "training:activity_people"),
    Tab(_("点名"), "training:activity_roll"),
    Tab(_("授课和成绩"), "training:activity_results", kinds=("training",)),
    Tab(pgettext_lazy("many", "问题"), "training:activity_problems"),
    Tab(_("材料"), "training:activity_files"),
    Tab(_("历史"), "training:activity_history"),
)


def state_of(activity: Activity) -> dict[str, str]:
    """Tone, icon and label for ``generic/_state.html``."""
    tone, icon = ACTIVITY_TONES[activity.state]
    return {"tone": tone, "icon": icon, "label": activity.get_state_display()}


@dataclass
class ActivityPage:
    """One activity as its pages show it."""

    request: SignedIn
    activity: Activity
    route: str

    @property
    def kept(self) -> Decision:
        """Whether the reader may change it now."""
        return self.activity.can_edit(self.request.user)

    @cached_property
    def moves(self) -> list[Move]:
        """What the reader may do with it now."""
        return WORKFLOW.available_actions(self.activity, self.request.user)

    def context(self, **more: Any) -> dict[str, Any]:
        """What ``training/activity_page.html`` reads. No query of its own."""
        activity, user = self.activity, self.request.user
        return {
            "title": str(activity),
            "activity": activity,
            "state": state_of(activity),
            "tabs": self._tabs(),
            "kept": bool(self.kept),
            "moves": self.moves,
            "move_url": reverse("training:activity_move", args=[activity.pk]),
            "version": activity.version,
            "acting_for": acting_for(user, Right.EDIT_TRAINING, activity.host),
            **more,
        }

    def _tabs(self) -> list[dict[str, Any]]:
        kind, pk = self.activity.kind, self.activity.pk
        return [
            {"label": tab.label, "url": reverse(tab.route, args=[pk]), "active": tab.route == self.route}
            for tab in TABS
            if not tab.kinds or kind in tab.kinds
        ]


def activity_page(request: SignedIn, pk: int, route: str) -> ActivityPage:
    """The activity with host and office, in one query; 404 to whom it is not there."""
    rows = Activity.objects.visible_to(request.user).select_related(
        "host", "office", "base", "division", "submitted_by", "confirmed_by", "created_by"
    )
    return ActivityPage(request, seen(rows, pk), route)


def calls_roll_of(activity: Activity, team: Any, request: SignedIn) -> Decision:
    """Whether the reader may put people of the team on the list and mark them: the host's keepers for everybody, a
    joined team's keepers for their own."""
    at_host = can(request.user, Right.EDIT_TRAINING, activity.host)
    return at_host if at_host else can(request.user, Right.EDIT_TRAINING, team)
