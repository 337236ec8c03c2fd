"""Entering, correcting and taking back what stands on a person; one set of views for every kind."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import refuse
from core.history import changes_of
from core.methods import form_page
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, seen, told
from people.forms.standing import TakeBackForm, form_class
from people.models import Person
from people.standing import KINDS, Kind, kept_elsewhere, take_back
from people.tables.standing import cell, name_of
from people.views.person_edit import visible


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def _back(person: Person) -> str:
    return reverse("people:person_standing", args=[person.pk])


def _record(request: SignedIn, kind: Kind, pk: int) -> Any:
    rows = kind.model.objects.visible_to(request.user)
    return seen(rows.select_related("person", *kind.joined), pk)


@form_page
@login_required
def standing_create(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    person, chosen = visible(request, pk), _kind(kind)
    person.may(request.user, Right.EDIT_MEMBER).require()
    record: Any = chosen.model()
    record.person = person
    words = {"name": person.name, "kind": chosen.title}
    return _entered(request, chosen, record, title=_("登记%(name)s的%(kind)s") % words, saved=_("已登记。"))


@form_page
@login_required
def standing_edit(request: SignedIn, kind: str, pk: int) -> HttpResponse:
    chosen = _kind(kind)
    record = _record(request, chosen, pk)
    record.person.may(request.user, Right.EDIT_MEMBER).require()
    if record.ended_at is not None:
        messages.error(request, _("这条记录已经作废，不能再改。"))
        return redirect(record)
    if said := kept_elsewhere(record):
        messages.error(request, said)
        return redirect(record)
    words = {"name": record.person.name, "kind": chosen.title}
    return _entered(request, chosen, record, title=_("更正%(name)s的%(kind)s") % words, saved=_("已更正。"))


def _entered(request: SignedIn, kind: Kind, record: Any, *, title: str, saved: str) -> HttpResponse:
    form = form_class(kind)(request.POST or None, instance=record, user=request.user)
    new = record.pk is None
    back = _back(record.person) if new else record.get_absolute_url()
    keep = f"{kind.key}-{record.person_id}-new" if new else f"{kind.key}-{record.pk}"
    try:
        return edit(request, form, title=title, back=back, saved=saved, keep_key=keep)
    except ValidationError as error:  # the day filled up between check and save
        refuse(form, error)
        context = {"title": title, "form": form, "cancel_url": back, "keep_key": keep}
        return render(request, "generic/form.html", context)


@require_safe
@login_required
def standing_detail(request: SignedIn, kind: str, pk: int) -> HttpResponse:
    """One record: its facts, papers, and what was changed."""
    chosen = _kind(kind)
    record = _record(request, chosen, pk)
    names = [name for name in chosen.fields if cell(record, name)["value"]]
    said = kept_elsewhere(record)
    history = [change.shown() for change in changes_of(record)]
    hidden = {str(record._meta.get_field("person").verbose_name)}
    for entry in history:
        entry["changes"] = [line for line in entry["changes"] if line["label"] not in hidden]
    context = {
        "title": name_of(record),
        "record": record,
        "kind": chosen,
        "person": record.person,
        "back": _back(record.person),
        "facts": [cell(record, name) for name in names],
        "facts_title": chosen.title,
        "edits": not said and record.can_edit(request.user),
        "kept_elsewhere": said,
        "takes_papers": bool(getattr(record, "attachment_kinds", None)),
        "history": history,
    }
    return render(request, "people/standing_detail.html", context)


@form_page
@login_required
def standing_end(request: SignedIn, kind: str, pk: int) -> HttpResponse:
    chosen = _kind(kind)
    record = _record(request, chosen, pk)
    record.person.may(request.user, Right.EDIT_MEMBER).require()
    if record.ended_at is not None:
        messages.error(request, _("这条记录已经作废了。"))
        return redirect(record)
    if said := kept_elsewhere(record):
        messages.error(request, said)
        return redirect(record)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back(record, reason=form.cleaned_data["reason"])
            messages.success(request, _("已作废，记录和原因都保留。"))
        except ValidationError as error:
            told(request, error)
        return redirect(_back(record.person))
    context = {
        "title": _("作废%(kind)s记录") % {"kind": chosen.title},
        "question": _("要作废%(person)s的“%(name)s”吗？") % {"person": record.person, "name": name_of(record)},
        "consequences": [_("以后不再计入任何统计。"), _("记录和作废的原因都保留，仍能看到。")],
        "form": form,
        "submit_label": _("作废"),
        "tone": "danger",
        "cancel_url": record.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)
