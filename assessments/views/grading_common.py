"""What the pages of one grading share: loading it, its head, its tabs."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from assessments.forms.grading_moves import asks_first
from assessments.gradings.workflow import WORKFLOW, handles
from assessments.models import Grading
from assessments.panel.members import may_arrange
from assessments.states import GRADING_TONES, GradingState
from core.decisions import Decision
from core.workflow import Move
from organizations.permissions import access, acting_for, can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen

G = GradingState
_BEFORE_PANEL = (G.DRAFT, G.SUBMITTED, G.RETURNED, G.ABANDONED)
_BEFORE_RESULT = (*_BEFORE_PANEL, G.PANEL, G.ON_SITE)


@dataclass(frozen=True)
class Tab:
    """:param hidden_in: states in which there is nothing to see there yet.
    :param of_panel: left out where the papers were declined and no panel came.
    :param of_office: for the office that holds the grading.
    """

    label: StrOrPromise
    route: str
    hidden_in: tuple[str, ...] = ()
    of_panel: bool = False
    of_office: bool = False


TABS: tuple[Tab, ...] = (
    Tab(_("概况"), "assessments:grading_detail"),
    Tab(_("填报"), "assessments:grading_claims"),
    Tab(_("专家组"), "assessments:panel_edit", hidden_in=_BEFORE_PANEL, of_panel=True, of_office=True),
    Tab(_("评分"), "assessments:differences", hidden_in=(*_BEFORE_PANEL, G.PANEL), of_panel=True, of_office=True),
    Tab(_("评议和公示"), "assessments:grading_result", hidden_in=_BEFORE_RESULT, of_panel=True),
    Tab(_("异议和申诉"), "assessments:grading_objections", hidden_in=_BEFORE_RESULT),
    Tab(_("材料"), "assessments:grading_files"),
    Tab(_("历史"), "assessments:grading_history"),
)


def state_of(grading: Grading) -> dict[str, str]:
    """Tone, icon and label for ``generic/_state.html``."""
    tone, icon = GRADING_TONES[grading.state]
    return {"tone": tone, "icon": icon, "label": grading.get_state_display()}


@dataclass
class GradingPage:
    """One grading as its pages show it."""

    request: SignedIn
    grading: Grading
    route: str

    @cached_property
    def kept(self) -> Decision:
        """Whether the reader may fill it in now."""
        return self.grading.can_edit(self.request.user)

    @cached_property
    def handled(self) -> Decision:
        """Whether the reader deals with it at the office."""
        return handles(self.grading, self.request.user)

    @cached_property
    def moves(self) -> list[Move]:
        """What the reader may do with it now."""
        return WORKFLOW.available_actions(self.grading, self.request.user)

    def buttons(self, *only: str) -> list[dict[str, Any]]:
        """The moves as the page shows them, the main one first; ``only`` some of them."""
        shown = sorted(self.moves, key=lambda move: move.tone != "main")
        return [{"move": move, "asks": _asks(move)} for move in shown if not only or move.action in only]

    def context(self, **more: Any) -> dict[str, Any]:
        """What ``assessments/grading_page.html`` reads. No query of its own but that of ``moves``, where they are not
        given."""
        grading, user = self.grading, self.request.user
        if "moves" not in more:
            more["moves"] = self.buttons()
        return {
            "title": self._title(),
            "grading": grading,
            "team": grading.team,
            "team_url": self._team_url(),
            "has_list": Right.VIEW_ASSESSMENT in access(user),
            "state": state_of(grading),
            "tabs": self.tabs(),
            "kept": bool(self.kept),
            "move_url": reverse("assessments:grading_move", args=[grading.pk]),
            "version": grading.version,
            "acting_for": acting_for(user, Right.REPORT_ASSESSMENT, grading.team.organization),
            **more,
        }

    def _team_url(self) -> str:
        """Experts of the panel see the application, and no more of the team."""
        team = self.grading.team
        return team.get_absolute_url() if can(self.request.user, Right.VIEW_TEAM, team.organization) else ""

    def _title(self) -> str:
        grading = self.grading
        return f"{grading.team.organization.short_name} {grading.standard.name}"

    def tabs(self) -> list[dict[str, Any]]:
        grading = self.grading
        on_paper = grading.state == G.DECLINED and grading.site_on is None
        at_office = bool(may_arrange(grading, self.request.user))
        return [
            {"label": tab.label, "url": reverse(tab.route, args=[grading.pk]), "active": tab.route == self.route}
            for tab in TABS
            if grading.state not in tab.hidden_in
            and not (on_paper and tab.of_panel)
            and (at_office or not tab.of_office)
        ]


def _asks(move: Move) -> bool:
    return asks_first(move.action, needs_comment=move.needs_comment)


def grading_page(request: SignedIn, pk: int, route: str = "assessments:grading_detail") -> GradingPage:
    """The grading with team, standard and office, in one query; 404 to whom it is not there."""
    rows = Grading.objects.visible_to(request.user).select_related(
        "team__organization", "team__main_category", "standard__category", "office", "submitted_by", "created_by"
    )
    return GradingPage(request, seen(rows, pk), route)
