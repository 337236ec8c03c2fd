"""A member's own data: who looked at them, what one may change oneself, a copy to take away, own files."""

from typing import Any
from uuid import UUID

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import audit
from core.attachments.formats.kinds import Refusal
from core.attachments.previews import has_preview, open_preview, preview_type
from core.methods import form_page
from core.models import AccessLog, Attachment
from core.serving import guarded, open_stored
from organizations.signed_in import SignedIn
from organizations.views.common import edit
from people.forms.own import ContactForm, CopyForm
from people.models import Person
from people.privacy.own_copy import ask, own_files
from people.privacy.revealing import disclosures_of
from people.views.own_common import own, tabs

MOST = 200
CONTACT = (
    (gettext_lazy("联系方式"), ("mobile", "other_phone", "division", "address")),
    (gettext_lazy("紧急联系人"), ("emergency_name", "emergency_relation", "emergency_phone")),
    (gettext_lazy("尺码"), ("clothes_size", "shoe_size", "hat_size")),
)


@require_safe
@own
def me_disclosures(request: SignedIn, person: Person) -> HttpResponse:
    rows = list(disclosures_of(person)[: MOST + 1])
    context = {
        "title": _("谁看过我的信息"), "tabs": tabs("people:me_disclosures"), "rows": rows[:MOST],
        "more": len(rows) > MOST, "most": MOST,
    }  # fmt: skip
    return render(request, "people/me_disclosures.html", context)


@form_page
@own
def me_contact(request: SignedIn, person: Person) -> HttpResponse:
    form = ContactForm(request.POST or None, instance=person)
    sections = [{"title": title, "fields": [form[name] for name in names]} for title, names in CONTACT]
    return edit(
        request, form, title=_("联系方式"), back=reverse("people:me"), saved=_("联系方式已保存。"),
        template="people/me_contact.html", sections=sections, tabs=tabs("people:me_contact"),
    )  # fmt: skip


@form_page
@own
def me_copy(request: SignedIn, person: Person) -> HttpResponse:
    """Asks for the file; the whole number only right after the password was given."""
    form = CopyForm(request.POST if request.method == "POST" else None, initial={"whole": "whole" in request.GET})
    if request.method == "POST" and form.is_valid():
        whole = form.cleaned_data["whole"]
        if whole and not did_recently_reauthenticate(request):
            back = reverse("people:me_copy") + "?whole=1"
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")
        return redirect(ask(person, by=request.user, whole=whole))
    context = {"title": _("信息副本"), "tabs": tabs("people:me_copy"), "form": form}
    return render(request, "people/me_copy.html", context)


@require_safe
@own
def me_file(request: SignedIn, person: Person, pk: UUID) -> FileResponse:
    """A file handed in with one's own record: a picture of it, or, where there can be none, the file."""
    attachment: Attachment = get_object_or_404(own_files(person), pk=pk)
    if has_preview(attachment):
        try:
            return guarded(FileResponse(open_preview(attachment), content_type=preview_type(attachment)))
        except (Refusal, FileNotFoundError):
            pass  # then the file itself
    audit.record(AccessLog.Kind.DOWNLOADED, request=request, subject=attachment.name, attachment=str(attachment.pk))
    stream: Any = open_stored(attachment.file)
    return guarded(
        FileResponse(stream, as_attachment=True, filename=attachment.name, content_type=attachment.media_type)
    )
