"""A member reports a certificate of his or her own, mostly by a photo of it; the office verifies it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.attachments import attach
from core.language import as_stored
from organizations.models import User
from people.models import Certificate, Person
from people.models.person import SCAN
from people.papers.verifying import before_birth, held_already, run_out


@transaction.atomic
def report(person: Person, certificate: Certificate, *, photo: Any, by: User) -> Certificate:
    """Save a filled-in certificate as 待核验, with its photo where there is one.

    :raises ValidationError: the same one is reported already, or the photo is no usable file (key ``photo``).
    """
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)  # pressed twice: one after the other
    certificate.person, certificate.state = person, Certificate.State.REPORTED
    certificate.source = as_stored(gettext_lazy("本人上报"))
    if certificate.expires_on is None:
        certificate.expires_on = run_out(certificate.kind, certificate.issued_on)
    if said := before_birth(person, certificate.issued_on):
        raise ValidationError({"issued_on": said})
    if held_already(person, certificate.kind, certificate.issued_on, certificate.number):
        raise ValidationError(_("这本证书您已经报过了。"))
    certificate.full_clean(exclude=["person"])
    certificate.save()
    if photo:
        try:
            attach(certificate, photo, kind=SCAN, by=by)
        except ValidationError as error:
            raise ValidationError({"photo": error.messages}) from error
    return certificate
