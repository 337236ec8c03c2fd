"""What these pages share: who reads them, their tabs, and the page that changes one record."""

from typing import Any

from django.db import models
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.forms import VersionedForm
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, holding
from organizations.views.timeline import changes

PAGES = ("rule_list", "check_list", "paper_kind_list", "category_list", "phrase_list")


def require_reader(request: SignedIn) -> None:
    """Whoever sees teams may read what is asked for what."""
    holding(Right.VIEW_TEAM)(request.user).require()


def tabs(request: SignedIn, here: str) -> list[dict[str, Any]]:
    held = access(request.user)
    labels = (
        _("步骤和材料"), _("检查项"), _("材料种类"), pgettext("many", "专业类别"), pgettext("comment", "常用语"),
    )  # fmt: skip
    return [
        {"label": label, "url": reverse(f"teams:{page}"), "active": page == here}
        for page, label in zip(PAGES, labels, strict=True)
        if page != "phrase_list" or Right.MANAGE_RULES in held
    ]


def keep(request: SignedIn, form: VersionedForm, *, title: str, back: str, saved: str, **context: Any) -> HttpResponse:
    """Change or add one record; beside the form stands what was changed before, and by whom."""
    record: models.Model = form.instance
    history = [] if record._state.adding else changes(record)
    return edit(
        request, form, title=title, back=reverse(f"teams:{back}"), saved=saved, template="teams/rules_form.html",
        back_title=context.pop("back_title", title), history=history, **context,
    )  # fmt: skip
