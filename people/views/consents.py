"""Consents given on paper, recorded by whoever keeps the roster. Online ones are given on the person's own page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import refuse
from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from people.forms.consents import PaperConsentForm
from people.models import Consent
from people.privacy.paper_consents import record_consent
from people.views.person_edit import visible


@form_page
@login_required
def consent_record(request: SignedIn, pk: int) -> HttpResponse:
    person = visible(request, pk)
    person.can_edit(request.user).require()
    form = PaperConsentForm(request.POST or None, request.FILES or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            consent = record_consent(person, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记：%(text)s。") % {"text": consent.text})
            return redirect(person)
    context = {
        "title": _("登记%(name)s的纸质同意书") % {"name": person.name},
        "form": form,
        "person": person,
        "submit_label": _("登记"),
        "cancel_url": person.get_absolute_url(),
    }
    return render(request, "people/person_consent.html", context)


@require_safe
@login_required
def consent_detail(request: SignedIn, pk: int) -> HttpResponse:
    """What was agreed to, word for word, when and how; with the scan."""
    rows = Consent.objects.visible_to(request.user).select_related("person", "text", "recorded_by")
    consent = seen(rows, pk)
    return render(request, "people/person_consent_detail.html", {"title": str(consent.text), "consent": consent})
