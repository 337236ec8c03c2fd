"""Issuing papers that anybody can check: stored, hashed, one valid paper per record, number and title."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments.safekeeping import keep_file
from core.documents.codes import new_code
from core.documents.qr import qr_svg
from core.documents.rendering import pdf_of
from core.language import in_chinese
from core.models import VerifiableDocument

State = VerifiableDocument.State


@dataclass(frozen=True)
class _Paper:
    """What a paper says, apart from its code and day."""

    template: str
    context: Mapping[str, Any]
    number: str
    title: str
    issuer: str
    subject: str

    def html(self, document: VerifiableDocument) -> str:
        address = settings.PORTAL_ORIGIN + reverse("verify", args=[document.code])
        facts = {
            "number": self.number, "title": self.title, "issuer": self.issuer, "subject": self.subject,
            "issued_on": document.issued_on, "printed_code": document.printed_code,
            "verify_url": address, "lookup_url": settings.PORTAL_ORIGIN + reverse("verify_lookup"),
            "qr": qr_svg(address),
        }  # fmt: skip
        return render_to_string(self.template, {**self.context, **facts})


def issue(
    owner: models.Model, *, template: str, context: Mapping[str, Any], number: str, title: str, issuer: str,
    subject: str, by: Any, on: date | None = None,
) -> VerifiableDocument:  # fmt: skip
    """The valid paper ``number`` ``title`` about ``owner``, printed now unless it exists with this very content.

    The same inputs give the same paper, however often and from however many processes they are asked for; changed
    inputs give a new one with a new code and set the old one to 已被新版本取代. The record is locked meanwhile.

    ``template`` is given ``context`` and: number, title, issuer, subject, issued_on, printed_code, verify_url,
    lookup_url, qr (inline SVG).

    :param subject: what the public page says it is about. Nothing personal: it is shown to anybody with the code.
    :param on: the day printed on it; today if not given.
    """
    paper = _Paper(template, context, number, title, issuer, subject)
    with in_chinese(), transaction.atomic():
        _lock(owner)
        there: VerifiableDocument | None = (
            VerifiableDocument.objects.of(owner).valid().filter(number=number, title=title).first()
        )
        if there is not None:
            if on in (None, there.issued_on) and there.content_digest == _digest(paper.html(there)):
                return there
            _end(there, State.REPLACED, by, _("出具了新版本"))
        return _print(owner, paper, by, on or timezone.localdate())


def register(
    owner: models.Model, pdf: bytes, *, code: str, content_digest: str, number: str, title: str, issuer: str,
    subject: str, by: Any, on: date,
) -> VerifiableDocument:  # fmt: skip
    """Put a paper on record that the caller has printed, with ``code`` on it. It takes the place of the valid one with
    the same number and title; the caller has asked before that none with this content is valid."""
    with in_chinese(), transaction.atomic():
        _lock(owner)
        there = VerifiableDocument.objects.of(owner).valid().filter(number=number, title=title).first()
        if there is not None:
            _end(there, State.REPLACED, by, _("出具了新版本"))
        document = VerifiableDocument(
            code=code, content_digest=content_digest, number=number, title=title, issuer=issuer, subject=subject,
            issued_on=on, issued_by=by, owner=owner,
        )  # fmt: skip
        _keep(document, pdf)
    return document


def revoke(document: VerifiableDocument, *, by: Any, reason: str) -> VerifiableDocument:
    """The paper no longer holds; its public page says so from now on. Raises ``ValueError`` without reason or when it
    has ended already."""
    if not reason.strip():
        raise ValueError("a paper is revoked with a reason")
    with transaction.atomic():
        fresh: VerifiableDocument = VerifiableDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
        if fresh.state != State.VALID:
            raise ValueError("the paper has ended already")
        _end(fresh, State.REVOKED, by, reason.strip()[:200])
    return fresh


def _print(owner: models.Model, paper: _Paper, by: Any, day: date) -> VerifiableDocument:
    document = VerifiableDocument(
        code=new_code(), number=paper.number, title=paper.title, issuer=paper.issuer, subject=paper.subject,
        issued_on=day, issued_by=by,
        content_type=ContentType.objects.get_for_model(owner), object_id=str(owner.pk),
    )  # fmt: skip
    html = paper.html(document)
    pdf = pdf_of(html)
    document.content_digest = _digest(html)
    _keep(document, pdf)
    return document


def _keep(document: VerifiableDocument, pdf: bytes) -> None:
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    storage = VerifiableDocument._meta.get_field("file").storage
    name = f"documents/{document.issued_on:%Y}/{document.code}.pdf"
    document.file = keep_file(storage, name, ContentFile(pdf))
    document.save(force_insert=True)


def _lock(owner: models.Model) -> None:
    type(owner)._base_manager.select_for_update(no_key=True, of=("self",)).get(pk=owner.pk)


def _end(document: VerifiableDocument, state: str, by: Any, reason: str) -> None:
    document.state, document.ended_at, document.ended_by, document.end_reason = state, timezone.now(), by, reason
    document.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])


def _digest(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()
