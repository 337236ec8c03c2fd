"""Restructuring by the system administrator: add, move, staff and proxy, close. Each asks before it is done."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.forms import refuse
from core.methods import form_page
from organizations import tree
from organizations.forms import CloseForm, MoveForm, OfficeForm, RenameForm, StaffingForm
from organizations.models import Organization
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, holding, seen


@form_page
@login_required
def organization_create(request: SignedIn) -> HttpResponse:
    holding(Right.MANAGE_TREE)(request.user).require()
    form = OfficeForm(request.POST or None, user=request.user, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        try:
            office = tree.add_office(by=request.user, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已增设%(name)s。") % {"name": office})
            return redirect(office)
    names = [
        ("parent", "level", "name", "short_name"),
        ("division", "area_code", "area_name"),
        ("has_staff", "valid_from"),
    ]
    titles = [(_("机构"), ""), (_("行政区划"), _("国标区划或功能区，填一种。")), (_("开始"), "")]
    sections = [
        {"title": title, "hint": hint, "fields": [form[name] for name in group]}
        for (title, hint), group in zip(titles, names, strict=True)
    ]
    context = {
        "title": _("增设机构"),
        "form": form,
        "sections": sections,
        "submit_label": _("增设"),
        "cancel_url": reverse("organizations:organization_list"),
        "keep_key": "office-new",
    }
    return render(request, "generic/form.html", context)


@form_page
@login_required
def organization_move(request: SignedIn, pk: int) -> HttpResponse:
    """Two steps: choose the superior, then read what follows from it and confirm."""
    office = _restructured(request, pk)
    form = MoveForm(request.POST or None, user=request.user, office=office)
    plan = None
    if request.method == "POST" and form.is_valid():
        parent = form.cleaned_data["parent"]
        try:
            plan = tree.plan_move(office, parent)
            if request.POST.get("agreed") == "yes":
                moved = tree.move_office(office, to=parent, by=request.user)
                messages.success(request, _("%(office)s已划归%(parent)s管理。") % {"office": office, "parent": parent})
                return redirect(moved)
        except ValidationError as error:
            refuse(form, error)
            plan = None
    title = _("调整%(office)s的上级") % {"office": office}
    context = {"title": title, "form": form, "plan": plan, "office": office, "cancel_url": office.get_absolute_url()}
    return render(request, "organizations/organization_move.html", context)


@form_page
@login_required
def organization_rename(request: SignedIn, pk: int) -> HttpResponse:
    office = _restructured(request, pk)
    if not office.is_office:  # a team's name changes by what is filed about it
        raise Http404
    form = RenameForm(request.POST or None, instance=office)
    hint = _("已经出具的证书、文书上的名称不变；回看以前某一天，写的是那天的名称。")
    sections = [{"title": _("名称"), "hint": hint, "fields": [form[name] for name in ("name", "short_name")]}]
    title = _("%(office)s更名") % {"office": office}
    return edit(request, form, title=title, back=office, saved=_("新的名称已保存。"), sections=sections)


@form_page
@login_required
def organization_staffing(request: SignedIn, pk: int) -> HttpResponse:
    office = _restructured(request, pk)
    form = StaffingForm(request.POST or None, instance=office)
    title = _("%(office)s的专职人员和代办") % {"office": office}
    return edit(request, form, title=title, back=office, saved=_("专职人员和代办机构已保存。"))


@form_page
@login_required
def organization_close(request: SignedIn, pk: int) -> HttpResponse:
    office = _restructured(request, pk)
    form = CloseForm(request.POST or None, office=office)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["on"]
        try:
            tree.close_office(office, on=day, by=request.user) if day else tree.keep_open(office, by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            done = _("%(office)s自 %(on)s 起停用。") if day else _("%(office)s不再停用。")
            messages.success(request, done % {"office": office, "on": day})
            return redirect(office)
    left = tree.in_the_way(office, _day(form))
    consequences = [
        _("停用后不能再登录办理，记录都保留。"),
        _("定了以后的日期的，从现在起不再给它开账号、任职、登记队伍，也不再由它代办。"),
        _("名称和代码不再给别的机构用。"),
    ]
    if left and not form.errors:
        consequences.insert(0, _("现在还不能停用，先处理完：%(left)s。") % {"left": _("、").join(left)})
    context = {
        "title": _("停用%(office)s") % {"office": office},
        "question": _("从哪天起停用？"),
        "consequences": consequences,
        "form": form,
        "submit_label": _("停用"),
        "tone": "danger",
        "cancel_url": office.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)


def _day(form: CloseForm) -> date:
    asked = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else None
    return asked or timezone.localdate()


def _restructured(request: SignedIn, pk: int) -> Organization:
    office = seen(Organization.objects.visible_to(request.user), pk)
    can(request.user, Right.MANAGE_TREE, office).require()
    return office
