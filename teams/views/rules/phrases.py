"""常用语: the region's for all, and each office's own."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core.methods import form_page
from organizations.models import Organization, User
from organizations.permissions import can, reach
from organizations.region import may_manage
from organizations.roles import OFFICE_LEVELS, Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from organizations.views.region import keep
from teams.forms.kept import NewPhraseForm, PhraseForm
from teams.models import Phrase
from teams.views.rules.common import tabs, trail


def _own_places(user: User) -> list[Organization]:
    """Offices below the region whose phrases the person keeps; the region's own are everybody's."""
    rows = Organization.objects.in_force().filter(reach(user, Right.MANAGE_RULES, at=""), level__in=OFFICE_LEVELS)
    return list(rows.exclude(level="region").order_by("path"))


@require_safe
@login_required
def phrase_list(request: SignedIn) -> HttpResponse:
    holding(Right.MANAGE_RULES)(request.user).require()
    shared = bool(may_manage(request.user))
    rows = Phrase.objects.visible_to(request.user).select_related("office")
    rows = rows.order_by(F("office__path").asc(nulls_first=True), "position", "pk")
    context = {
        "title": pgettext("comment", "常用语"),
        "tabs": tabs(request, "phrase_list"),
        "lines": [{"phrase": row, "may_edit": shared if row.office is None else True} for row in rows],
    }
    return render(request, "teams/phrase_list.html", context)


@form_page
@login_required
def phrase_create(request: SignedIn) -> HttpResponse:
    holding(Right.MANAGE_RULES)(request.user).require()
    places, shared = _own_places(request.user), bool(may_manage(request.user))
    form = NewPhraseForm(request.POST or None, instance=Phrase(), places=places, shared=shared)
    return keep(request, form, title=_("增加常用语"), saved=_("常用语已增加。"), **_trail())


@form_page
@login_required
def phrase_edit(request: SignedIn, pk: int) -> HttpResponse:
    phrase = get_object_or_404(Phrase.objects.visible_to(request.user).select_related("office"), pk=pk)
    decision = may_manage(request.user) if phrase.office is None else can(
        request.user, Right.MANAGE_RULES, phrase.office
    )  # fmt: skip
    decision.require()
    form = PhraseForm(request.POST or None, instance=phrase)
    return keep(request, form, title=_("修改常用语"), saved=_("常用语已保存。"), **_trail())


def _trail() -> dict[str, Any]:
    return trail("phrase_list", pgettext("comment", "常用语"))
