"""Recording that somebody signed a consent on paper."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import attach
from core.days import beginning_of
from organizations.models import User
from people.choices import Channel
from people.models import Consent, ConsentText, Person
from people.models.person import SCAN


@transaction.atomic
def record_consent(person: Person, *, text: ConsentText, given_on: date, by: User, scan: Any = None) -> Consent:
    """The consent, and its scan where there is one; both or neither.

    :raises ValidationError: this very text is agreed to already, or the scan is not taken (key ``scan``).
    """
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)  # two keepers with one paper
    if Consent.objects.in_force().filter(person=person, text=text).exists():
        raise ValidationError({"text": _("这份同意书已经登记过了，现在有效。")})
    given_at = timezone.now() if given_on == timezone.localdate() else beginning_of(given_on)
    consent = Consent.objects.create(person=person, text=text, given_at=given_at, channel=Channel.PAPER, recorded_by=by)
    if scan:
        try:
            attach(consent, scan, kind=SCAN, by=by)
        except ValidationError as error:
            raise ValidationError({"scan": error.messages}) from error
    return consent
