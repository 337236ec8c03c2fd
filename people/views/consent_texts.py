"""The consent texts of the region: versions, drafts, publishing, how many agreed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from core.methods import form_page
from organizations.region import may_manage
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from people.choices import ConsentKind
from people.forms.consent_texts import ConsentTextForm
from people.models import ConsentText
from people.privacy.consent_texts import counted, draft, publish


@require_safe
@login_required
def consent_text_list(request: SignedIn) -> HttpResponse:
    """Every version; drafts only for who writes them."""
    holding(Right.VIEW_MEMBER)(request.user).require()
    manages = bool(may_manage(request.user))
    rows = [row for row in counted() if manages or row.published_at]
    context = {
        "title": pgettext("many", "同意书"),
        "manages": manages,
        "kinds": [_kind(kind, [row for row in rows if row.kind == kind]) for kind in ConsentKind.values],
    }
    return render(request, "people/consent_text_list.html", context)


def _kind(kind: str, rows: list[ConsentText]) -> dict[str, Any]:
    newest = next((row for row in rows if row.published_at), None)
    return {
        "kind": kind,
        "label": ConsentKind(kind).label,
        "rows": [{"text": row, "is_asked": row is newest} for row in rows],
    }


def _text(request: SignedIn, pk: int) -> ConsentText:
    text = get_object_or_404(counted(), pk=pk)
    if text.published_at is None:
        may_manage(request.user).require()
    return text


@require_safe
@login_required
def consent_text_detail(request: SignedIn, pk: int) -> HttpResponse:
    holding(Right.VIEW_MEMBER)(request.user).require()
    text = _text(request, pk)
    context = {"title": str(text), "text": text, "manages": text.published_at is None}
    return render(request, "people/consent_text_detail.html", context)


@require_POST
@login_required
def consent_text_draft(request: SignedIn, kind: str) -> HttpResponse:
    """Begin the next version, or go on with the one begun."""
    may_manage(request.user).require()
    if kind not in ConsentKind.values:
        raise Http404
    return redirect("people:consent_text_edit", draft(kind).pk)


def _draft(request: SignedIn, pk: int) -> ConsentText | HttpResponse:
    may_manage(request.user).require()
    text = get_object_or_404(ConsentText, pk=pk)
    if text.published_at is None:
        return text
    messages.error(request, _("这一版已经公布，不能再改。要改请另写新版本。"))
    return redirect("people:consent_text_detail", text.pk)


@form_page
@login_required
def consent_text_edit(request: SignedIn, pk: int) -> HttpResponse:
    text = _draft(request, pk)
    if isinstance(text, HttpResponse):
        return text
    form = ConsentTextForm(request.POST or None, instance=text)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("草稿已保存，公布以后才用。"))
        return redirect("people:consent_text_detail", text.pk)
    context = {
        "title": _("%(kind)s：第 %(version)s 版草稿") % {"kind": text.get_kind_display(), "version": text.version},
        "form": form, "submit_label": _("保存草稿"), "keep_key": f"consenttext-{text.pk}",
        "cancel_url": reverse("people:consent_text_list"),
    }  # fmt: skip
    return render(request, "generic/form.html", context)


@form_page
@login_required
def consent_text_publish(request: SignedIn, pk: int) -> HttpResponse:
    text = _draft(request, pk)
    if isinstance(text, HttpResponse):
        return text
    if request.method == "POST":
        try:
            publish(text)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("已公布，从现在起报名和“我的信息”都用这一版。"))
        return redirect("people:consent_text_detail", text.pk)
    context = {
        "title": _("公布%(text)s") % {"text": text},
        "question": _("公布以后不能再改，只能另写新版本。"),
        "consequences": [
            _("从现在起，新报名的人同意的是这一版。"),
            _("以前同意旧版本的继续有效；本人在“我的信息”里会看到新版本，由本人决定。"),
        ],
        "submit_label": _("公布"),
        "tone": "main",
        "cancel_url": reverse("people:consent_text_detail", args=[text.pk]),
    }
    return render(request, "generic/confirm.html", context)
