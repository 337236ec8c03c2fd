"""What may be done at the desk besides deciding: comments, meeting, transfer, opinions, urging."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import refuse
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told
from teams.desk.correcting import correct_reply, follows
from teams.desk.deciding import Seen, record_meeting, reply_of, save_comment
from teams.desk.opinions import answer, ask, people_to_ask, take_back
from teams.desk.passing import colleagues, transfer
from teams.desk.queue import Part
from teams.desk.urging import can_urge, urge
from teams.filings.commenting import drafts_of, labelled
from teams.forms.desk import AskForm, CorrectReplyForm, MeetingForm, OpinionForm, SeenForm, TransferForm
from teams.models import Filing, Opinion
from teams.views.desk.common import address, refused, visible
from teams.workflow import corrects, decides


# -- comments -------------------------------------------------------------------------------------------
@require_POST
@login_required
def desk_comment(request: SignedIn, pk: int) -> HttpResponse:
    """One comment, saved as it is typed. The answer says so and brings the list at the button up to date."""
    filing = visible(request, pk)
    form = SeenForm(request.POST, filing=filing)
    field, text = request.POST.get("field", ""), request.POST.get("text", "")
    decides(filing, request.user).require()
    problem, status = "", 200
    try:
        seen = form.seen if form.is_valid() else Seen(0, None)
        save_comment(filing, field, text, by=request.user, seen=seen)
    except MoveNotAllowed as error:
        problem, status = str(error.message), 409
    except ValidationError as error:
        problem = " ".join(error.messages)
    if "HX-Request" not in request.headers:
        if problem:
            messages.error(request, problem)
        return redirect(address(filing, Part.of(request.GET)))
    context = {
        "problem": problem,
        "at": timezone.now(),
        "ended": not text.strip(),
        "drafts": labelled(drafts_of(filing).values()),
    }
    return render(request, "teams/_desk_comment_saved.html", context, status=status)


# -- meeting, transfer, opinion -------------------------------------------------------------------------
@form_page
@login_required
def desk_meeting(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    decides(filing, request.user).require()
    form = MeetingForm(request.POST or None, request.FILES or None, filing=filing)

    def act() -> None:
        given = form.cleaned_data
        facts = {key: given[key] for key in ("was", "name", "on", "minutes")}
        record_meeting(filing, by=request.user, seen=form.seen, **facts)

    words = {"title": _("登记会议研究"), "question": _("哪次会议研究了这件备案。"), "submit_label": _("登记")}
    return _form(request, filing, form, act, done=_("已登记会议研究。"), **words)


@form_page
@login_required
def desk_transfer(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    decides(filing, request.user).require()
    people = colleagues(filing, request.user)
    form = TransferForm(request.POST or None, filing=filing, people=people)

    def act() -> None:
        given = form.cleaned_data
        transfer(filing, to=given["person"], by=request.user, seen=form.seen, words=given["words"])

    words = {
        "title": _("转办"), "submit_label": _("转办"), "nobody": "" if people else _("这一步现在没有别的人能办理。"),
        "question": _("转给同样能办这一步的同事。他会收到通知；其他人仍可办理。"),
    }  # fmt: skip
    return _form(request, filing, form, act, done=_("已转办，并通知了本人。"), **words)


@form_page
@login_required
def desk_ask(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    decides(filing, request.user).require()
    term = request.GET.get("q", "").strip()[:40]
    people = people_to_ask(filing, request.user, term)
    form = AskForm(request.POST or None, filing=filing, people=people)

    def act() -> None:
        given = form.cleaned_data
        ask(filing, asked=given["person"], question=given["words"], by=request.user, seen=form.seen)

    words: dict[str, Any] = {
        "title": _("请人提意见（加签）"), "submit_label": _("发出"), "search": True, "term": term,
        "nobody": "" if people else _("没有找到看得到这件备案的人。"),
        "question": _("请一位看得到这件备案的同志提意见。意见供参考，仍由您决定。"),
    }  # fmt: skip
    return _form(request, filing, form, act, done=_("已请他提意见，答复后通知您。"), **words)


@form_page
@login_required
def desk_reply(request: SignedIn, pk: int) -> HttpResponse:
    """更正批复, of a filing that is filed."""
    filing = visible(request, pk)
    corrects(filing, request.user).require()
    form = CorrectReplyForm(request.POST or None, request.FILES or None, filing=filing, on_file=reply_of(filing))

    def act() -> None:
        given = {name: form.cleaned_data[name] for name in ("version", "reply_no", "reply_on", "reply", "reason")}
        correct_reply(filing, by=request.user, **given)

    words: dict[str, Any] = {
        "title": _("更正批复：%(name)s") % {"name": filing.name}, "submit_label": _("更正"),
        "question": _("批复录错了、漏了文件的，在这里更正，报送方会收到通知。"),
        "follows": follows(filing), "done": _("已更正批复，并通知了报送方。"), "back": filing.get_absolute_url(),
    }  # fmt: skip
    return _form(request, filing, form, act, **words)


def _form(
    request: SignedIn, filing: Filing, form: Any, act: Any, *, done: str, back: str = "", **context: Any
) -> HttpResponse:
    """Show, check and carry out one act about one filing. From there ``back``, to the sheet if not given."""
    back = back or address(filing, Part.of(request.GET))
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except MoveNotAllowed as error:
            return refused(request, filing, error, back)
        except ValidationError as error:
            refuse(form, error)
            form.choose_again()
        else:
            messages.success(request, done)
            return redirect(back)
    page = {"filing": filing, "form": form, "cancel_url": back, **context}
    return render(request, "teams/desk_ask.html", page)


@form_page
@login_required
def desk_opinion(request: SignedIn, pk: int) -> HttpResponse:
    """The question, for whoever was asked, as long as he may see the filing."""
    rows = Opinion.objects.filter(asked=request.user, filing__in=Filing.objects.visible_to(request.user))
    opinion = get_object_or_404(rows.select_related("filing", "asked_by__organization"), pk=pk)
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer(opinion, by=request.user, stance=form.cleaned_data["stance"], words=form.cleaned_data["answer"])
        except ValidationError as error:
            refuse(form, error)
            opinion.refresh_from_db()
        else:
            messages.success(request, _("已答复，并通知了%(who)s。") % {"who": opinion.asked_by})
            return redirect("teams:desk_opinion", opinion.pk)
    context = {"title": _("请您提意见：%(name)s") % {"name": opinion.filing.name}, "opinion": opinion, "form": form}
    return render(request, "teams/desk_opinion.html", context)


@require_POST
@login_required
def desk_opinion_end(request: SignedIn, pk: int) -> HttpResponse:
    """Whoever decides wants no answer any more."""
    rows = Opinion.objects.filter(filing__in=Filing.objects.visible_to(request.user)).select_related("asked")
    opinion = seen(rows.select_related("filing__current_step__office"), pk)
    try:
        take_back(opinion, by=request.user)
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("已不再征求%(who)s的意见，并通知了本人。") % {"who": opinion.asked})
    return redirect(address(opinion.filing, tab="story"))


# -- urging ---------------------------------------------------------------------------------------------
@require_POST
@login_required
def desk_urge(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    back = redirect(filing if request.POST.get("back") == "filing" else address(filing, Part.of(request.GET)))
    can_urge(filing, request.user).require()
    try:
        people = urge(filing, by=request.user, words=request.POST.get("words", "").strip()[:200])
    except ValidationError as error:
        told(request, error)
    else:
        who = _("、").join(str(person) for person in people)
        messages.success(request, _("已催办，通知了%(who)s。") % {"who": who})
    return back
