"""异议和申诉: raised against a grading or a year's result, and answered by somebody who did not decide."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from assessments.choices import ObjectionKind, ObjectionOutcome
from assessments.forms.objections import AnswerForm, ObjectionForm
from assessments.models import Grading, Objection, Review
from assessments.publicity import objections
from assessments.publicity.objection_rights import may_answer
from core.attachments.panel import panels
from core.forms import refuse
from core.keys import key
from core.masking import phone as masked_phone
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.moves import refused


@form_page
@login_required
def objection_create(request: SignedIn) -> HttpResponse:
    """``?grading=`` or ``?review=`` says against what."""
    holding(Right.VIEW_ASSESSMENT)(request.user).require()
    about = _about(request)
    if about is None:
        messages.info(request, _("请先打开要提异议或者申诉的那一件。"))
        return redirect("assessments:grading_list")
    kind = objections.kind_now(about)
    decision = objections.may_object(about, request.user)
    if not decision and kind is not None:
        raise PermissionDenied(decision.reason)
    if kind is None or not decision:
        return _not_now(request, about)
    form = ObjectionForm(request.POST if request.method == "POST" else None, own=_own_name(request, about))
    if request.method == "POST" and form.is_valid():
        try:
            made = objections.raise_one(about, by=request.user, **form.cleaned_data)
        except MoveNotAllowed as error:
            return refused(request, about, error)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记，可以接着上传材料。由没有参加决定的人答复。"))
            return redirect(made)
    context = {
        "title": _("登记%(kind)s") % {"kind": ObjectionKind(kind).label},
        "form": form,
        "about": about,
        "submit_label": _("登记"),
        "cancel_url": about.get_absolute_url(),
        "keep_key": "objection",
    }
    return render(request, "assessments/objection_form.html", context)


def _about(request: SignedIn) -> Grading | Review | None:
    for name, model in (("grading", Grading), ("review", Review)):
        if name in request.GET:
            rows = model.objects.visible_to(request.user).select_related("team__organization", "office")
            found: Grading | Review = seen(rows, key(request.GET[name]))
            return found
    return None


def _not_now(request: SignedIn, about: Grading | Review) -> HttpResponse:
    """Whoever could object is told that it is not the time; others have no right."""
    may = about.office is not None and can(request.user, Right.SCORE_ASSESSMENT, about.office)
    if not may:
        can(request.user, Right.REPORT_ASSESSMENT, about.team.organization).require()
    messages.error(request, str(objections.may_object(about, request.user).reason))
    return redirect(about)


def _own_name(request: SignedIn, about: Grading | Review) -> str:
    """The team appeals in its own name."""
    return about.team.name if request.user.organization_id == about.team.organization_id else ""


@form_page
@login_required
def objection_answer(request: SignedIn, pk: int) -> HttpResponse:
    """The objection with its papers; the answer, or the form for whoever may answer."""
    objection: Objection = seen(Objection.objects.visible_to(request.user), pk)
    about = objection.about
    decision = may_answer(objection, request.user)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not objection.outcome:  # else the answer given meanwhile is told
            decision.require()
        answer = _answered(request, objection, form)
        if answer is not None:
            return answer
    kinds = list(Objection.attachment_kinds)
    papers = panels(objection, request.user, kinds)
    context = {
        "title": f"{objection.get_kind_display()}：{about}",
        "objection": objection,
        "about": about,
        "phone": masked_phone(objection.phone),
        "decision": decision,
        "form": form if decision else None,
        "answered_at": "" if decision or objection.outcome else _answered_at(objection),
        "papers": [papers[kind] for kind in kinds],
    }
    return render(request, "assessments/objection_answer.html", context)


def _answered_at(objection: Objection) -> str:
    """Where the answer will come from, for whoever waits for it."""
    people = objections.could_answer(objection)
    words = {"office": objection.office.name}
    if not people:
        return _("%(office)s和上级机构现在都没有可以答复的人，请安全管理员安排。") % words
    places = {one.organization_id: one.organization.name for one in people}
    if objection.office.pk in places:
        return _("由%(office)s没有参加决定的人答复。") % words
    words["places"] = _("、").join(places.values())
    return _("%(office)s没有可以答复的人（登记的、参加过决定的都不能答复），由%(places)s答复。") % words


def _answered(request: SignedIn, objection: Objection, form: AnswerForm) -> HttpResponse | None:
    """None: the page is shown again with what is wrong."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    try:
        objections.answer(objection, by=request.user, outcome=given["outcome"], words=given["answer"])
    except MoveNotAllowed as error:
        return refused(request, objection, error)
    except ValidationError as error:
        refuse(form, error)
        return None
    if given["outcome"] == ObjectionOutcome.UPHELD:
        messages.success(request, _("已答复，并通知了队伍。结论成立，还要重新评议或者重新审定。"))
    else:
        messages.success(request, _("已答复，并通知了队伍。"))
    return redirect(objection)
