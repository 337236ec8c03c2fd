"""What the pages of a standard share: who looks, who writes, its tabs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from assessments.models import Standard
from assessments.states import STANDARD_TONES, StandardState
from core.decisions import Decision, no, yes
from core.language import sentence
from organizations.models import User
from organizations.permissions import access
from organizations.region import may_manage_assessments
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen

TABS = (
    (gettext_lazy("指标"), "assessments:standard_detail"),
    (gettext_lazy("谁在用"), "assessments:standard_uses"),
    (gettext_lazy("文件"), "assessments:standard_files"),
    (gettext_lazy("变更记录"), "assessments:standard_history"),
)


def may_look(user: User) -> Decision:
    """Whoever sees assessments anywhere, and assessors, who score by them."""
    right = Right.VIEW_ASSESSMENT
    if right in access(user) or user.panels.exists():
        return yes("")
    return no(sentence(gettext_lazy("您现在的职责不能%(right)s。"), {"right": right.label}))


def looked_up(request: SignedIn, pk: int) -> Standard:
    may_look(request.user).require()
    rows = Standard.objects.visible_to(request.user).select_related("category", "published_by")
    found: Standard = seen(rows, pk)
    return found


def kept(request: SignedIn, pk: int) -> Standard:
    """A standard for whoever writes standards, else 403."""
    may_manage_assessments(request.user).require()
    found: Standard = seen(Standard.objects.select_related("category", "published_by"), pk)
    return found


def closed(request: SignedIn, standard: Standard) -> HttpResponse | None:
    """None where it may still be changed; else a message and its page."""
    decision = standard.can_edit(request.user)
    if decision:
        return None
    messages.error(request, str(decision.reason))
    return redirect(standard)


def page(request: SignedIn, template: str, standard: Standard, **context: Any) -> HttpResponse:
    """A page of the standard under its tabs."""
    may_edit = bool(may_manage_assessments(request.user))
    tone, icon = STANDARD_TONES[standard.stands]
    tabs = [
        {"label": label, "url": (url := reverse(route, args=[standard.pk])), "active": url == request.path}
        for label, route in TABS
    ]
    shown = {
        "title": standard.name,
        "standard": standard,
        "tone": tone,
        "icon": icon,
        "tabs": tabs,
        "is_draft": standard.state == StandardState.DRAFT,
        "may_write": may_edit and standard.state == StandardState.DRAFT,
        "may_renew": may_edit and standard.state != StandardState.DRAFT,
        "may_end": may_edit and standard.state == StandardState.PUBLISHED,
    }
    return render(request, template, shown | context)
