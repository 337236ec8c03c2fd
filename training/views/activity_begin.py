"""Beginning a drill or training: on a page of few fields, or as a copy with three of them changed."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import refuse
from core.keys import key
from core.methods import form_page
from organizations.models import Organization
from organizations.permissions import access, reach
from organizations.roles import Level, Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, pick_place, seen
from training.activities.beginning import begin, copy_of, may_begin
from training.choices import ActivityKind
from training.forms.activities import BeginForm, CopyForm
from training.models import Activity, PlanItem
from training.planning import facts_for, items_for
from training.views.activity_common import activity_page


@form_page
@login_required
def activity_create(request: SignedIn) -> HttpResponse:
    """``?kind=`` and ``?host=`` say what and whose; without a host, the person's own place. ``?plan_item=``: what of
    the plan it is held for; one that the host cannot use is left aside."""
    holding(Right.EDIT_TRAINING)(request.user).require()
    kind = _kind(request.GET.get("kind", ""))
    host = _host(request)
    if host is None:
        return redirect("training:activity_host", kind)
    may_begin(request.user, host).require()
    item = _plan_item(request, host, kind)
    form = BeginForm(request.POST if request.method == "POST" else None, host=host, kind=kind, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            made = _begun(form, host, kind, request)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已建立，可以接着填，也可以先放着。"))
            return redirect(made)
    context = {
        "title": _("新建演练") if kind == ActivityKind.DRILL else _("新建培训"),
        "form": form,
        "host": host,
        "item": item,
        "kinds": [
            {"label": one.label, "url": _with(request.path, one, host.pk), "active": one == kind}
            for one in ActivityKind
        ],
        "host_url": reverse("training:activity_host", args=[kind]) if _has_others(request) else "",
        "cancel_url": reverse("training:activity_list"),
        "submit_label": _("建立"),
    }
    return render(request, "training/activity_create.html", context)


def _kind(asked: str) -> str:
    return asked if asked in ActivityKind.values else ActivityKind.DRILL.value


def _with(path: str, kind: str, host: int | None = None) -> str:
    return f"{path}?{urlencode({'kind': kind, **({'host': host} if host else {})})}"


def _host(request: SignedIn) -> Organization | None:
    """The place that was asked for, else the person's own, else the only one there is."""
    asked = request.GET.get("host", "")
    if asked:
        place: Organization = seen(Organization.objects.visible_to(request.user), key(asked))
        return place
    places = Organization.objects.in_force().filter(reach(request.user, Right.EDIT_TRAINING, at=""))
    found = list(places.filter(pk=request.user.organization_id)) or list(places.order_by("path")[:2])
    return found[0] if len(found) == 1 else None


def _has_others(request: SignedIn) -> bool:
    """Whether there may be another place to choose: whoever keeps one team has none."""
    held = {one.path for one in access(request.user).having(Right.EDIT_TRAINING)}
    return len(held) > 1 or request.user.organization.level != Level.TEAM


def _plan_item(request: SignedIn, host: Organization, kind: str) -> PlanItem | None:
    asked = key(request.GET.get("plan_item", ""))
    if asked is None:
        return None
    found: PlanItem | None = items_for(Activity(host=host, kind=kind), request.user).filter(pk=asked).first()
    return found


def _begun(form: BeginForm, host: Organization, kind: str, request: SignedIn) -> Activity:
    planned = {} if form.item is None else facts_for(form.item, form.facts["starts_at"])
    if form.source is not None:
        return copy_of(form.source, by=request.user, plan_item=planned.get("plan_item"), **form.facts)
    return begin(host, kind, by=request.user, template=form.template, **planned, **form.facts)


@require_safe
@login_required
def activity_host(request: SignedIn, kind: str) -> HttpResponse:
    """Which of the places one keeps trainings for."""
    holding(Right.EDIT_TRAINING)(request.user).require()
    kind = _kind(kind)
    return pick_place(
        request, title=_("由哪个单位主办"), right=Right.EDIT_TRAINING,
        url=lambda place: _with(reverse("training:activity_create"), kind, place.pk),
    )  # fmt: skip


@form_page
@login_required
def activity_copy(request: SignedIn, pk: int) -> HttpResponse:
    """The next one like it: title, time and place are asked, all else comes along."""
    page = activity_page(request, pk, "training:activity_detail")
    source = page.activity
    may_begin(request.user, source.host).require()
    initial = {"title": source.title, "place": source.place}
    form = CopyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = copy_of(source, by=request.user, **form.facts)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(
                request, _("已照“%(title)s”建立，队伍、名单、科目、情景和装备都带过来了。") % {"title": source}
            )
            return redirect(made)
    context: dict[str, Any] = {
        "title": _("照这一次再办一次"),
        "source": source,
        "form": form,
        "cancel_url": source.get_absolute_url(),
        "submit_label": _("建立"),
    }
    return render(request, "training/activity_copy.html", context)
