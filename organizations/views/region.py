"""Pages of what the region keeps for everybody: numbers with their source, entries of its tables."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.adjustable import Setting, SettingForm
from core.forms import VersionedForm
from core.models import AdjustableNumber
from organizations.region import may_manage
from organizations.signed_in import SignedIn
from organizations.views.common import edit
from organizations.views.timeline import changes

Words = tuple[str, str]


def keep(
    request: SignedIn,
    form: VersionedForm,
    *,
    title: str,
    back: str,
    saved: str,
    crumbs: Iterable[tuple[Any, str]] = (),
    template: str = "generic/kept_form.html",
    **context: Any,
) -> HttpResponse:
    """Add or change one entry; beside the form stands what was changed before, and by whom.

    :param crumbs: label and address of the pages that lead here. :param template: one that shows more, of ``context``.
    """
    record: Any = form.instance
    return edit(
        request, form, title=title, back=back, saved=saved, template=template, **context,
        trail=[{"label": label, "url": url} for label, url in crumbs],
        history=[] if record._state.adding else changes(record),
    )  # fmt: skip


def keep_entry(
    request: SignedIn, form_class: type[VersionedForm], key: str, *, adding: Words, changing: Words, **page: Any
) -> HttpResponse:
    """One entry of a table that the region keeps: that of ``key``, or a new one without. ``page`` goes to ``keep``.

    :param adding: title of the page and what is said when it is saved. :param changing: the same; its title takes
        ``name``.
    """
    may_manage(request.user).require()
    model = form_class._meta.model
    entry = get_object_or_404(model, pk=key) if key else model()
    title, saved = changing if key else adding
    form = form_class(request.POST or None, instance=entry)
    return keep(request, form, title=title % {"name": entry.name}, saved=saved, **page)


def set_number(
    request: SignedIn,
    key: str,
    *,
    settings: Iterable[Setting],
    model: type[AdjustableNumber],
    form_class: Callable[..., SettingForm],
    back: str,
    back_title: Any,
) -> HttpResponse:
    """One number of ``settings``; 404 where there is none of that key."""
    setting = next((setting for setting in settings if setting.key == key), None)
    if setting is None:
        raise Http404
    row = model._default_manager.filter(pk=key).first() or model(value=setting.shipped)
    form = form_class(request.POST or None, instance=row, setting=setting)
    return keep(
        request, form, title=str(setting.label), back=back, saved=_("已保存，从现在起按新的办。"),
        crumbs=[(back_title, back)],
    )  # fmt: skip
