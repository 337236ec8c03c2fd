"""All decisions by one POST; a GET only shows the page that asks for the words, for a reader without scripts."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import refuse
from core.keys import key
from core.methods import form_page
from core.workflow import Move, MoveNotAllowed
from organizations.models import User
from organizations.signed_in import SignedIn
from organizations.views.moves import asked_move
from teams.choices import FilingKind
from teams.desk.deciding import Seen, decide, require_as_seen
from teams.desk.opinions import lost, open_opinions
from teams.desk.queue import Part, next_after
from teams.filings.commenting import drafts_of, labelled
from teams.forms.desk import DecideForm
from teams.models import Filing, Phrase
from teams.views.desk.common import address, refused, visible
from teams.workflow import WORKFLOW, decides

DECISIONS = ("accept", "approve", "confirm", "issue", "return_for_changes", "reject")
KEYS = {"accept": "a", "approve": "a", "confirm": "a", "issue": "a", "return_for_changes": "r"}
ASKS = {
    "accept": gettext_lazy("通过这一步，报到下一步办理。"),
    "approve": gettext_lazy("同意备案。办结还要批复文号和日期。"),
    "confirm": gettext_lazy("同意并办结，队伍的备案信息随即更新。"),
    "issue": gettext_lazy("填写批复文号和日期，随即办结。"),
    "return_for_changes": gettext_lazy("退回报送方修改，改好后回到您这里。批注一并发出。"),
    "reject": gettext_lazy("不予备案，这件备案就此结束。需要改正后再报的，请用“退回修改”。"),
}
DONE = {
    "accept": gettext_lazy("%(name)s：已通过，报到下一步。"),
    "approve": gettext_lazy("%(name)s：已同意。填写批复文号和日期后办结。"),
    "confirm": gettext_lazy("%(name)s：已办结，备案证书随后生成。"),
    "issue": gettext_lazy("%(name)s：已发文办结，备案证书随后生成。"),
    "return_for_changes": gettext_lazy("%(name)s：已退回修改，并通知了报送方。"),
    "reject": gettext_lazy("%(name)s：不予备案，并通知了报送方。"),
}
LEFT = gettext_lazy("%(name)s：已办结，队伍已退出，备案证书同时失效。")
RENEWED = gettext_lazy("%(name)s：已办结。备案证书上的内容有变化的，随后重新出具。")
COMPLETED = {FilingKind.EXIT: LEFT, FilingKind.ANNUAL: RENEWED, FilingKind.CHANGE: RENEWED}


@dataclass(frozen=True)
class Button:
    """A decision as the page offers it: a dialog with scripts, else a page."""

    move: Move
    url: str
    key: str
    form: DecideForm
    asks: Any

    @property
    def action(self) -> str:
        return self.move.action


def buttons(filing: Filing, user: User, part: Part) -> list[Button]:
    """What may be decided now, in the order of the table."""
    url = reverse("teams:desk_decide", args=[filing.pk])
    moves = [move for move in WORKFLOW.available_actions(filing, user) if move.action in DECISIONS]
    return [
        Button(
            move, url + part.query, KEYS.get(move.action, ""),
            DecideForm(filing=filing, action=move.action, needs_comment=move.needs_comment), ASKS[move.action],
        )
        for move in moves
    ]  # fmt: skip


@form_page
@login_required
def desk_decide(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    if request.method == "GET":
        decides(filing, request.user).require()
    else:
        passed_by = _overtaken(request, filing)
        if passed_by:
            return passed_by
        decides(filing, request.user).require()
    move = _asked_move(request.POST.get("action") or request.GET.get("action", ""))
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DecideForm(data, files, filing=filing, action=move.action, needs_comment=move.needs_comment)
    if request.method == "GET" or not form.is_valid():
        return _ask(request, filing, move, form)
    try:
        decide(
            filing, move.action, by=request.user, seen=form.seen, comment=form.cleaned_data["comment"],
            reply=form.cleaned_data.get("reply"), **form.facts(),
        )  # fmt: skip
    except MoveNotAllowed as error:
        return refused(request, filing, error)
    except ValidationError as error:
        refuse(form, error)
        form.choose_again()
        return _ask(request, filing, move, form)
    return _done(request, filing, move)


def _overtaken(request: SignedIn, filing: Filing) -> HttpResponse | None:
    """Somebody was first: he is named, whether or not the reader still holds the step where it lies now."""
    round_no, step = key(request.POST.get("round", "")), key(request.POST.get("step", ""))
    if round_no is None or step is None:
        return None
    try:
        agreed = {"True": True, "False": False}.get(request.POST.get("agreed", ""))
        action, seen = request.POST.get("action", ""), Seen(round_no, step, agreed)
        require_as_seen(filing, seen, request.user, action, _reply_in(request, filing) if action == "issue" else None)
    except MoveNotAllowed as error:
        return refused(request, filing, error)
    return None


def _reply_in(request: SignedIn, filing: Filing) -> dict[str, Any]:
    """The 批复 that was sent, as far as it is one."""
    form = DecideForm(request.POST, request.FILES, filing=filing, action="issue")
    form.is_valid()
    return {name: form.cleaned_data.get(name) for name in ("reply_no", "reply_on", "reply")}


def _asked_move(action: str) -> Move:
    move = asked_move(WORKFLOW, action)
    if move.action not in DECISIONS:
        raise BadRequest(_("没有这种办理动作。"))
    return move


def _ask(request: SignedIn, filing: Filing, move: Move, form: DecideForm) -> HttpResponse:
    try:
        WORKFLOW.check(filing, move.action, version=None, by=request.user)
    except MoveNotAllowed as error:
        return refused(request, filing, error)
    step = filing.current_step
    returning = move.action == "return_for_changes"
    drafts = drafts_of(filing).values() if returning else []
    opinions = list(open_opinions(filing))
    context = {
        "title": _("%(what)s：%(name)s") % {"what": move.label, "name": filing.name},
        "filing": filing, "move": move, "form": form, "question": ASKS[move.action],
        "cancel_url": address(filing, Part.of(request.GET)),
        "drafts": labelled(drafts),
        "phrases": [str(phrase) for phrase in Phrase.objects.offered_at(step.office)] if step else [],
        "open_opinions": opinions, "lost_opinions": lost((one, filing.organization) for one in opinions),
    }  # fmt: skip
    return render(request, "teams/desk_decide.html", context)


def _done(request: SignedIn, filing: Filing, move: Move) -> HttpResponse:
    """Says what was done and opens what comes next; after 同意 the same one, which still wants its 批复."""
    completes = move.action in ("confirm", "issue")
    said = COMPLETED.get(FilingKind(filing.kind), DONE[move.action]) if completes else DONE[move.action]
    messages.success(request, said % {"name": filing.name})
    part = Part.of(request.GET)
    following = filing if move.action == "approve" else next_after(request.user, part, filing)
    if following is None:
        return redirect(reverse("teams:desk") + part.query)
    return redirect(address(following, part))
