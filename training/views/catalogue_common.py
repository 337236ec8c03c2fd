"""What the pages of bases, instructors and courses share: who opens them, ending, tabs."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.forms import refuse
from core.lists import ListView
from organizations.permissions import access
from organizations.region import may_manage
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, holding, seen, told
from training.catalogue.keeping import Kept, end, kept_places, take_up
from training.forms.catalogue import KeptForm

PAGES = (
    (gettext_lazy("训练基地"), "training:base_list"),
    (gettext_lazy("师资"), "training:instructor_list"),
    (gettext_lazy("课程"), "training:course_list"),
    (gettext_lazy("演练科目"), "training:subject_list"),
    (gettext_lazy("演练模板"), "training:template_list"),
)


def looked_up(request: SignedIn, rows: QuerySet, pk: int, *, edit: bool = False) -> Any:
    """A record everybody who sees trainings may look up; ``edit``: whoever keeps it, else 403."""
    holding(Right.VIEW_TRAINING)(request.user).require()
    found = seen(rows, pk)
    if edit:
        found.can_edit(request.user).require()
    return found


def tabs(request: SignedIn) -> list[dict[str, Any]]:
    """The pages of the catalogue; the region's numbers only for whoever sets them."""
    pages = [*PAGES]
    if Right.MANAGE_RULES in access(request.user) and may_manage(request.user):
        pages.append((gettext_lazy("参数"), "training:setting_list"))
    urls = [(label, reverse(route)) for label, route in pages]
    return [{"label": label, "url": url, "active": url == request.path} for label, url in urls]


class CatalogueList(ListView):
    """A list of what every office may look up and its keeper enters.

    :cvar search_hint, empty_hint: in words. :cvar create_route, create_label: of entering one. :cvar import_route: of
        taking several in from a spreadsheet, where that can be done.
    """

    request: SignedIn
    permission = holding(Right.VIEW_TRAINING)
    template_name = "training/catalogue_list.html"
    search_hint: StrOrPromise
    empty_hint: StrOrPromise
    create_route: str
    create_label: StrOrPromise
    import_route = ""

    def get_context(self) -> dict[str, Any]:
        keeps = keeps_some(self.request)
        more = {"import_url": reverse(self.import_route) if keeps else ""} if self.import_route else {}
        return {
            **super().get_context(),
            "tabs": tabs(self.request),
            "search_hint": self.search_hint,
            "empty_hint": self.empty_hint,
            "create_url": reverse(self.create_route) if keeps else "",
            "create_label": self.create_label,
            **more,
        }


def keeps_some(request: SignedIn) -> bool:
    """Whether there is any place for which the person may enter something."""
    return Right.EDIT_TRAINING in access(request.user)


def entered(
    request: SignedIn,
    form: KeptForm,
    *,
    title: str,
    cancel: str,
    said: str,
    sections: Sequence[tuple[Any, Sequence[str]]] = (),
    after: Callable[[Any], Any] = lambda record: record,
) -> HttpResponse:
    """Show, check and save; ``after`` gives where to go with the saved record."""
    blocks = [{"title": label, "fields": [form[name] for name in names if name in form.fields]}
              for label, names in sections]  # fmt: skip
    return edit(request, form, title=title, back=cancel, saved=said, after=after, sections=blocks)


def offered_places(request: SignedIn) -> dict[str, Any]:
    """``places`` and ``initial`` of a form for a new record: the only place is chosen already."""
    holding(Right.EDIT_TRAINING)(request.user).require()
    places = kept_places(request.user)
    first = list(places[:2])
    own = request.user.organization_id
    asked = request.GET.get("organization", "")
    chosen = asked or (first[0].pk if len(first) == 1 else own if any(one.pk == own for one in first) else None)
    return {"places": places, "initial": {"organization": chosen}}


def ended(
    request: SignedIn, record: Kept, *, consequences: Sequence[str], form: forms.Form | None = None
) -> HttpResponse:
    """Ask, then end the record, or take it up again where it has ended."""
    over = record.ended_on is not None
    if request.method == "POST" and (over or form is None or form.is_valid()):
        try:
            if over:
                take_up(record)
            else:
                end(record, form.cleaned_data["reason"] if form else "")
        except ValidationError as error:
            if form is not None and not over:
                refuse(form, error)
            else:
                told(request, error)
        else:
            messages.success(request, _("“%(name)s”已恢复使用。") % {"name": record} if over else
                             _("“%(name)s”已停用。") % {"name": record})  # fmt: skip
        return redirect(record)
    act = _("恢复使用") if over else _("停用")
    context = {
        "title": _("%(act)s：%(name)s") % {"act": act, "name": record},
        "question": _("“%(name)s”停用于 %(day)s。") % {"name": record, "day": record.ended_on} if over else
        _("“%(name)s”从今天起停用。") % {"name": record},
        "consequences": [_("恢复以后又可以选用。")] if over else consequences,
        "form": None if over else form, "submit_label": act, "tone": "main" if over else "danger",
        "cancel_url": record.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)
