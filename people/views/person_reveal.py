"""Showing what is masked: a POST with a reason, answered once, noted for the person to read."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import refuse
from core.methods import form_page
from organizations.roles import Right
from organizations.signed_in import SignedIn
from people.choices import Blood
from people.forms.persons import RevealForm
from people.models import Disclosure, Person
from people.privacy.consenting import may_use_health
from people.privacy.revealing import reveal
from people.views.person_edit import visible

What = Disclosure.What
LABELS = {
    "id_number": gettext_lazy("证件号码"),
    "mobile": gettext_lazy("手机"),
    "other_phone": gettext_lazy("备用电话"),
    "emergency_phone": gettext_lazy("紧急联系电话"),
    "blood": gettext_lazy("血型"),
    "allergy": gettext_lazy("过敏史"),
    "statement": gettext_lazy("健康声明"),
}


def choices(person: Person) -> list[tuple[str, Any]]:
    """What there is to be shown of the person."""
    offered: list[tuple[str, Any]] = [(What.ID_NUMBER, What.ID_NUMBER.label)] if person.id_cipher else []
    if person.mobile or person.other_phone or person.emergency_phone:
        offered.append((What.PHONE, What.PHONE.label))
    if person.health_cipher and may_use_health(person):
        offered.append((What.HEALTH, What.HEALTH.label))
    return offered


@form_page
@login_required
def person_reveal(request: SignedIn, pk: int) -> HttpResponse:
    """GET asks what for; the answer to the POST is the one page that shows it, and is kept nowhere."""
    person = visible(request, pk)
    person.may(request.user, Right.REVEAL_MEMBER).require()
    form = RevealForm(request.POST or None, choices=choices(person), initial={"what": request.GET.get("what", "")})
    shown: list[dict[str, Any]] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            shown = _shown(reveal(person, **form.cleaned_data, by=request.user, request=request))
        except ValidationError as error:
            refuse(form, error)
    fragment = "HX-Request" in request.headers
    context = {
        "title": _("查看%(name)s的完整信息") % {"name": person.name},
        "person": person,
        "form": form,
        "shown": shown,
        "what": dict(What.choices).get(form.cleaned_data["what"]) if shown is not None else "",
    }
    response = render(request, "people/_person_reveal.html" if fragment else "people/person_reveal.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


def _shown(facts: dict[str, str]) -> list[dict[str, Any]]:
    words = dict(Blood.choices)
    return [
        {"label": LABELS.get(name, name), "value": words.get(value, value) if name == "blood" else value}
        for name, value in facts.items()
        if value
    ]
