"""Who teaches what in a training."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from training.forms.people import TeachingForm
from training.models import Activity, Lesson, Teaching
from training.views.activity_common import activity_page
from training.workflow import keeps


def _back(activity: Activity) -> str:
    return reverse("training:activity_results", args=[activity.pk])


def _stands_in_the_way(request: SignedIn, activity: Activity) -> HttpResponse | None:
    """403 without the right; a message where it is the state."""
    keeps(activity, request.user).require()
    decision = activity.can_edit(request.user)
    if decision:
        return None
    messages.error(request, str(decision.reason))
    return redirect(_back(activity))


def _changed_meanwhile(request: SignedIn, activity: Activity) -> HttpResponse | None:
    """The same of the record as it is now, locked: somebody may have handed it in while this was typed."""
    return _stands_in_the_way(request, Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk))


@form_page
@login_required
def teaching_create(request: SignedIn, pk: int) -> HttpResponse:
    activity = activity_page(request, pk, "training:activity_results").activity
    return _stands_in_the_way(request, activity) or _form(request, Teaching(activity=activity))


def _teaching(request: SignedIn, pk: int) -> Teaching:
    visible = Activity.objects.visible_to(request.user).order_by().values("pk")
    found: Teaching = seen(Teaching.objects.filter(activity__in=visible).select_related("activity__host"), pk)
    return found


@form_page
@login_required
def teaching_edit(request: SignedIn, pk: int) -> HttpResponse:
    teaching = _teaching(request, pk)
    return _stands_in_the_way(request, teaching.activity) or _form(request, teaching)


@require_POST
@login_required
def teaching_remove(request: SignedIn, pk: int) -> HttpResponse:
    teaching = _teaching(request, pk)
    if response := _stands_in_the_way(request, teaching.activity):
        return response
    back, name = _back(teaching.activity), teaching.name
    with transaction.atomic():
        if response := _changed_meanwhile(request, teaching.activity):
            return response
        teaching.delete()  # the history keeps that it was there
    messages.success(request, _("已去掉 %(name)s的授课。") % {"name": name})
    return redirect(back)


def _form(request: SignedIn, teaching: Teaching) -> HttpResponse:
    activity = teaching.activity
    form = TeachingForm(request.POST or None, instance=teaching)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            if response := _changed_meanwhile(request, activity):
                return response
            saved = form.save()
        messages.success(request, _("已登记 %(name)s的授课。") % {"name": saved.name})
        _warn(request, saved)
        return redirect(_back(activity))
    context = {
        "title": _("登记授课"), "form": form, "cancel_url": _back(activity), "activity": activity,
        "keep_key": f"teaching-{activity.pk}-{teaching.pk or 'new'}",
        "lessons": list(Lesson.objects.filter(version_of=activity.course_version_id)),
    }  # fmt: skip
    return render(request, "training/teaching_form.html", context)


def _warn(request: SignedIn, teaching: Teaching) -> None:
    instructor, activity = teaching.instructor, teaching.activity
    day = timezone.localdate(activity.starts_at) if activity.starts_at else timezone.localdate()
    if instructor is not None and instructor.qualified_until is not None and instructor.qualified_until < day:
        words = {"name": teaching.name, "day": instructor.qualified_until}
        messages.warning(request, _("%(name)s的师资资质到 %(day)s 为止，授课时已经过期。") % words)
