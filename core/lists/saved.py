"""Saving, renaming, removing views of a list, making one the default, remembering columns. POST only, own ones only."""

import re
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.integrity import plainly
from core.masking import names_somebody
from core.models import SavedView

MOST = 30  # views one person keeps of one list; more is a mistake or an attack
MOST_COLUMNS = 40
_COLUMN = re.compile(r"[a-z]\w{0,39}", re.ASCII)
NOT_KEPT = ("page", "view", "export", "full", "csrfmiddlewaretoken")


class ColumnsForm(forms.Form):
    list_name = forms.CharField(max_length=60)


class ViewForm(ColumnsForm):
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, error_messages={"required": gettext_lazy("请给视图起个名字。")}
    )


@require_POST
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """``list_name``, ``name``, ``query``, ``next``, ``is_default``: keep the list as it stands under a name."""
    user: Any = request.user
    form = ViewForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    view = SavedView(user=user, list_name=form.cleaned_data["list_name"], name=form.cleaned_data["name"])
    view.query = _kept(request.POST.get("query", ""))
    if SavedView.objects.visible_to(request.user).filter(list_name=view.list_name).count() >= MOST:
        messages.error(request, _("一个列表最多存 %(most)s 个视图，请先删去不用的。") % {"most": MOST})
        return redirect(_path(request))
    if not _stored(request, view):
        return redirect(f"{_path(request)}?{view.query}")
    if request.POST.get("is_default"):
        _set_default(view, wanted=True)
    messages.success(request, _("已存为视图“%(name)s”。") % {"name": view.name})
    return redirect(_url(request, view))


@require_POST
@login_required
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    view = _own(request, pk)
    form = ViewForm({"name": request.POST.get("name", ""), "list_name": view.list_name})
    if not form.is_valid():
        return _refused(request, form)
    view.name = form.cleaned_data["name"]
    if _stored(request, view):
        messages.success(request, _("视图已改名为“%(name)s”。") % {"name": view.name})
    return redirect(_url(request, view))


@require_POST
@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = _own(request, pk)
    view.delete()
    messages.success(request, _("视图“%(name)s”已删去，列表里的记录没有变。") % {"name": view.name})
    return redirect(f"{_path(request)}?view=")


@require_POST
@login_required
def make_default(request: HttpRequest, pk: int) -> HttpResponse:
    """The list opens with this view from now on; asked again for the same view, it no longer does."""
    view = _own(request, pk)
    wanted = not view.is_default
    _set_default(view, wanted=wanted)
    text = _("以后打开这个列表先用视图“%(name)s”。") if wanted else _("视图“%(name)s”不再是默认视图。")
    messages.success(request, text % {"name": view.name})
    return redirect(_url(request, view))


@require_POST
@login_required
def columns(request: HttpRequest) -> HttpResponse:
    """``list_name``, ``cols`` (repeated, in order), ``query``, ``next``: remember the columns; none: the usual ones.

    The list checks the names when it reads them back, so what is stored here needs no knowledge of the table.
    """
    user: Any = request.user
    form = ColumnsForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    list_name = form.cleaned_data["list_name"]
    chosen = [name for name in request.POST.getlist("cols") if _COLUMN.fullmatch(name)][:MOST_COLUMNS]
    if chosen:
        query = urlencode({"cols": ",".join(chosen)})
        SavedView.objects.update_or_create(user=user, list_name=list_name, name="", defaults={"query": query})
    else:
        SavedView.objects.visible_to(request.user).filter(list_name=list_name, name="").delete()
    params = QueryDict(request.POST.get("query", ""), mutable=True)
    params.pop("cols", None)
    return redirect(f"{_path(request)}?{params.urlencode() or 'view='}")


def _set_default(view: SavedView, *, wanted: bool) -> None:
    own = SavedView.objects.visible_to(view.user).filter(list_name=view.list_name)
    with transaction.atomic():
        list(own.select_for_update().order_by("pk"))  # two windows at once: one after the other
        own.filter(is_default=True).update(is_default=False)
        own.filter(pk=view.pk).update(is_default=wanted)


def _kept(query: str) -> str:
    params = QueryDict(query[:4000], mutable=True)
    for name in [name for name in params if name in NOT_KEPT or not any(params.getlist(name))]:
        params.pop(name)
    if names_somebody(params.get("q", "")):  # a view is of many; whose number it is, is nothing to keep
        params.pop("q")
    return params.urlencode()


def _stored(request: HttpRequest, view: SavedView) -> bool:
    """Saves ``view``, or says why not."""
    try:
        view.full_clean()
        with plainly(SavedView):  # a double click: both have passed the check
            view.save()
    except ValidationError as error:
        messages.error(request, _("；").join(error.messages))
        return False
    return True


def _refused(request: HttpRequest, form: forms.Form) -> HttpResponse:
    messages.error(request, _("；").join(str(error) for errors in form.errors.values() for error in errors))
    return redirect(_path(request))


def _own(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user).exclude(name=""), pk=pk)


def _path(request: HttpRequest) -> str:
    """Where the list is, as the form said; elsewhere than on this site it is the home page."""
    path = request.POST.get("next", "").partition("?")[0]
    safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe else "/"


def _url(request: HttpRequest, view: Any) -> str:
    return f"{_path(request)}?{view.query}{'&' if view.query else ''}view={view.pk}"
