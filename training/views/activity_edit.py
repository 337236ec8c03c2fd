"""The sections of an activity's form: shown, saved, and saved by themselves while one types."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import StaleForm, refuse
from core.methods import form_page
from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.moves import refused
from training.activities.rescheduled import is_told
from training.activities.sections import BASICS, SLOTS, Section, around, section_named
from training.forms.sections import EvaluationForm, SectionForm, section_form
from training.models import Activity
from training.records.remarks import Remark, last_return, remarks_of
from training.states import ActivityState
from training.views.activity_common import ActivityPage, activity_page


def editable(request: SignedIn, page: ActivityPage) -> HttpResponse | None:
    """A wrong state is told and leads to the page; a missing right is 403. None: go on."""
    can(request.user, Right.EDIT_TRAINING, page.activity.host).require()
    if page.activity.is_open:
        return None
    messages.error(request, str(page.kept.reason))
    return redirect(page.activity)


@form_page
@login_required
def activity_edit(request: SignedIn, pk: int, section: str) -> HttpResponse:
    page = activity_page(request, pk, "training:activity_detail")
    part = _part(page.activity, section)
    answer = editable(request, page)
    if answer:
        return answer
    if request.method == "GET":
        return _show(request, page.activity, part, section_form(part, page.activity, request.user))
    form = section_form(part, page.activity, request.user, request.POST)
    try:
        outcome = _kept(request, form)
    except MoveNotAllowed as error:
        return refused(request, page.activity, error)
    return redirect(_after(page.activity, part, request.POST.get("action", ""))) if outcome else _show(
        request, page.activity, part, form
    )  # fmt: skip


def _part(activity: Activity, key: str) -> Section:
    part = section_named(activity.kind, key)
    if part is None or part.key == SLOTS:
        raise Http404(_("没有这一节。"))
    return part


def _kept(request: SignedIn, form: SectionForm) -> bool:
    """Save what can be read and say so; False: the page is shown again with what is wrong."""
    form.is_valid()
    if form.is_stale:
        return False
    try:
        form.keep()
    except StaleForm:
        return False
    except ValidationError as error:
        refuse(form, error)
        return False
    if form.relaid:
        messages.warning(request, form.relaid)
    if form.errors:
        labels = [str(form.fields[name].label) for name in form.left_out]
        words = {"fields": _("、").join(labels)}
        messages.warning(request, _("%(fields)s没有保存，请改正；其余的已保存。") % words)
        form.data = form.data.copy()
        form.data["version"] = form.instance.version
        return False
    messages.success(request, _("已保存。"))
    return True


def _after(activity: Activity, part: Section, action: str) -> str:
    if action == "save":
        return url_of_section(activity, part)
    _before, after, _number, _all = around(activity.kind, part)
    return url_of_section(activity, after) if after else activity.get_absolute_url()


def url_of_section(activity: Activity, part: Section) -> str:
    return reverse("training:activity_edit", args=[activity.pk, part.key])


def section_context(activity: Activity, part: Section) -> dict[str, Any]:
    """What every section's page shows around its fields: comments of the return, the way on and back."""
    before, after, number, many = around(activity.kind, part)
    returned = None
    remarks: list[Remark] = []
    if activity.state == ActivityState.RETURNED:
        returned = last_return(list(WorkflowEvent.objects.of(activity).select_related("by")))
        remarks = [
            remark for remark in remarks_of(activity, returned) if remark.name in part.fields or remark.name == part.key
        ]
    return {
        "activity": activity,
        "section": part,
        "returned": returned,
        "remarks": remarks,
        "before": before,
        "after": after,
        "tells": part.key in (BASICS, SLOTS) and is_told(activity),
        "place_text": _("第 %(n)d 节，共 %(all)d 节") % {"n": number, "all": many},
    }


def _show(request: SignedIn, activity: Activity, part: Section, form: SectionForm) -> HttpResponse:
    context = section_context(activity, part)
    said = {remark.name: remark for remark in context["remarks"]}
    context |= {
        "form": form,
        "fields": [{"field": form[name], "remark": said.get(name)} for name in form.fields if name != "version"],
        "evaluates": isinstance(form, EvaluationForm),
        "wrong": bool(form.errors) and not form.is_stale,
        "stale": form.clashes,
        "keep_key": f"activity-{activity.pk}-{part.key}",
    }
    return render(request, "training/activity_section.html", context, status=409 if form.is_stale else 200)


@require_POST
@login_required
def activity_autosave(request: SignedIn, pk: int, section: str) -> HttpResponse:
    """The page saves itself: a line for the page, and the new version for its form."""
    page = activity_page(request, pk, "training:activity_detail")
    part = _part(page.activity, section)
    can(request.user, Right.EDIT_TRAINING, page.activity.host).require()
    answer: dict[str, Any] = {}
    if not page.activity.is_open:
        return render(request, "training/_section_saved.html", {"refused": page.kept.reason}, status=409)
    form = section_form(part, page.activity, request.user, request.POST)
    form.is_valid()
    status = 200
    try:
        fresh = form.keep(typing=True)
        answer = {"saved_at": timezone.now(), "version": fresh.version, "wrong": len(form.errors), "told": form.relaid}
    except StaleForm:
        answer = {"stale": True, "who": form.changed_by}
    except ValidationError as error:
        answer = {"refused": "；".join(error.messages)}
    except MoveNotAllowed as error:
        answer, status = {"refused": error.message}, 403 if error.code == "permission" else 409
    return render(request, "training/_section_saved.html", answer, status=status)
