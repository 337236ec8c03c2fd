"""A member's own pages: what the register knows and lacks, the card, certificates by photo, hours."""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.db.models.functions import ExtractYear
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.documents import render_pdf
from core.documents.qr import qr_svg
from core.forms import refuse
from core.keys import keys
from core.methods import form_page
from core.models import Attachment
from core.serving import as_download
from core.verify.limits import LookThrottle, limited
from organizations.signed_in import SignedIn
from people import card
from people.forms.own import ReportForm
from people.models import Certificate, HourRecord, Membership, Person
from people.papers.reporting import report
from people.privacy.own_copy import own_files
from people.readiness import needs_of, with_needs
from people.states import CertificateState
from people.views.own_common import own, own_person, tabs

TONES: dict[str, str] = {
    CertificateState.REPORTED: "wait",
    CertificateState.VERIFIED: "ok",
    CertificateState.REFUSED: "bad",
    CertificateState.ENDED: "off",
}


@never_cache
@require_safe
@login_required
def me(request: SignedIn) -> HttpResponse:
    person = own_person(request)
    if person is None:
        return render(request, "people/me_unlinked.html", {"title": _("我的信息")})
    theirs = Membership.objects.filter(person=person).current().select_related("organization")
    rows = with_needs(theirs).order_by("-is_main", "pk")
    context = {
        "title": _("我的信息"),
        "tabs": tabs("people:me"),
        "person": person,
        "memberships": [{"row": row, "needs": needs_of(row)} for row in rows],
        "certificates": _certificates(person),
        "insurance": card.insurance(person) or card.insurance_to_come(person),
    }
    return render(request, "people/me.html", context)


def _certificates(person: Person) -> list[dict[str, Any]]:
    """Each with its photo. Two queries."""
    rows = list(Certificate.objects.filter(person=person).select_related("kind").exclude(state=CertificateState.ENDED))
    files: dict[str, Attachment] = {}
    for file in own_files(person, rows).filter(ended_at=None):
        files.setdefault(file.object_id, file)
    today = timezone.localdate()
    return [
        {
            "row": row, "tone": TONES[row.state], "photo": files.get(str(row.pk)),
            "is_over": row.expires_on is not None and row.expires_on < today,
        }
        for row in rows
    ]  # fmt: skip


# -- card -----------------------------------------------------------------------------------------------
def _cards(person: Person) -> list[dict[str, Any]]:
    rows = Membership.objects.filter(person=person).current().select_related("organization").order_by("-is_main", "pk")
    aid, insured = card.first_aid(person), card.insurance(person)
    return [
        {"row": row, "first_aid": aid, "insurance": insured, "qr": qr_svg(card.link(row))} for row in rows
    ]  # fmt: skip


@require_safe
@own
def me_card(request: SignedIn, person: Person) -> HttpResponse:
    """To hold up in the field, one card a team."""
    context = {
        "title": _("队员证"), "tabs": tabs("people:me_card"), "person": person, "cards": _cards(person),
        "until": card.lasts_until(),
    }  # fmt: skip
    return render(request, "people/me_card.html", context)


@require_safe
@own
def me_card_paper(request: SignedIn, person: Person) -> HttpResponse | FileResponse:
    cards = _cards(person)
    if not cards:
        messages.error(request, _("现在不在任何一支队伍里，没有队员证。"))
        return redirect("people:me")
    facts = {"title": _("队员证"), "person": person, "cards": cards, "until": card.lasts_until()}
    paper = render_pdf("pdf/member_card.html", facts)
    return as_download(BytesIO(paper), _("队员证.pdf"), "application/pdf")


def _confirmed(request: HttpRequest, value: str) -> HttpResponse:
    found = card.confirm(value)
    context = {"title": _("队员证核验"), "confirmed": found, "now": timezone.localtime()}
    return render(request, "people/card_verify.html", context, status=200 if found else 404)


card_verify = never_cache(require_safe(limited(LookThrottle, _confirmed)))
card_verify.__doc__ = "Public: whether the card in front of one is a member's, and nothing else."


# -- certificates -----------------------------------------------------------------------------------------
@form_page
@own
def me_certificate_create(request: SignedIn, person: Person) -> HttpResponse:
    form = ReportForm(request.POST or None, request.FILES or None, initial=_as_refused(request, person))
    if request.method == "POST" and form.is_valid():
        try:
            made = report(person, form.save(commit=False), photo=form.cleaned_data["photo"], by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("%(kind)s已报上，等办公室核验。") % {"kind": made.kind})
            return redirect("people:me")
    context = {
        "title": _("报一本证书"), "form": form, "submit_label": _("报上去"), "cancel_url": reverse("people:me"),
    }  # fmt: skip
    return render(request, "people/me_certificate.html", context)


def _as_refused(request: SignedIn, person: Person) -> dict[str, Any]:
    """``?again=``: what was written of an own one that was refused, to be put right."""
    rows = Certificate.objects.filter(person=person, state=CertificateState.REFUSED)
    found = rows.filter(pk__in=keys([request.GET.get("again", "")]))
    return dict(found.values("kind", "issuer", "number", "issued_on", "expires_on").first() or {})


# -- hours --------------------------------------------------------------------------------------------------
@require_safe
@own
def me_hours(request: SignedIn, person: Person) -> HttpResponse:
    """Sums a year and kind, and the latest records."""
    rows = HourRecord.objects.standing().filter(person=person)
    sums = rows.annotate(year=ExtractYear("on")).values("year", "kind").annotate(sum=Sum("hours")).order_by()
    years: dict[int, dict[str, Any]] = {}
    for row in sums:
        years.setdefault(row["year"], {"year": row["year"], "service": 0, "training": 0})[row["kind"]] = row["sum"]
    context = {
        "title": _("时长"),
        "tabs": tabs("people:me_hours"),
        "years": sorted(years.values(), key=lambda line: line["year"], reverse=True),
        "records": list(rows.select_related("organization")[:100]),
    }
    return render(request, "people/me_hours.html", context)
