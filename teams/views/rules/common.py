"""What these pages share: who reads them, their tabs, and where their forms lead back to."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding

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


def trail(page: str, title: str) -> dict[str, Any]:
    """Where a form of a page of the rules leads back to, for ``organizations.views.region``."""
    url = reverse(f"teams:{page}")
    return {"back": url, "crumbs": [(_("办理规则"), reverse("teams:rule_list")), (title, url)]}
