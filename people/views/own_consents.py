"""A member's own consents: read, given, withdrawn."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import told
from people.choices import ConsentKind
from people.models import ConsentText, Person
from people.privacy.consenting import EFFECTS, give, lines, withdraw
from people.views.own_common import own, tabs


@require_safe
@own
def me_consents(request: SignedIn, person: Person) -> HttpResponse:
    context = {"title": _("同意书"), "tabs": tabs("people:me_consents"), "lines": lines(person)}
    return render(request, "people/me_consents.html", context)


@require_POST
@own
def me_consent_give(request: SignedIn, person: Person, pk: int) -> HttpResponse:
    text = get_object_or_404(ConsentText.objects.exclude(published_at=None), pk=pk)
    try:
        give(person, text, by=request.user)
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("已同意“%(title)s”。") % {"title": text.title})
    return redirect("people:me_consents")


@form_page
@own
def me_consent_withdraw(request: SignedIn, person: Person, kind: str) -> HttpResponse:
    if kind not in ConsentKind.values:
        raise Http404
    label = ConsentKind(kind).label
    if request.method == "POST":
        if withdraw(person, kind):
            messages.success(request, _("已撤回“%(kind)s”的同意。") % {"kind": label})
        else:
            messages.info(request, _("“%(kind)s”没有同意过，或者已经撤回了。") % {"kind": label})
        return redirect("people:me_consents")
    context = {
        "title": _("撤回同意：%(kind)s") % {"kind": label},
        "question": _("撤回以后："),
        "consequences": EFFECTS[kind],
        "submit_label": _("撤回同意"),
        "tone": "danger",
        "cancel_url": reverse("people:me_consents"),
    }
    return render(request, "generic/confirm.html", context)
