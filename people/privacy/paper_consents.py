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
from people.validators import is_adult


@transaction.atomic
def record_consent(
    person: Person,
    *,
    text: ConsentText,
    given_on: date,
    by: User,
    scan: Any = None,
    guardian: str = "",
    guardian_relation: str = "",
) -> Consent:
    """The consent, and its scan where there is one; both or neither.

    :param guardian: who signed for somebody who was under 18 on that day.
    :raises ValidationError: this very text is agreed to already, the scan is not taken (key ``scan``), or the guardian
        is missing (keys ``guardian``, ``guardian_relation``).
    """
    if person.birth is not None and not is_adult(person.birth, given_on) and not guardian:
        raise ValidationError({"guardian": _("签署时未满 18 周岁的，要由监护人同意并签名，请填监护人。")})
    if guardian and not guardian_relation:
        raise ValidationError({"guardian_relation": _("请填监护人与本人的关系。")})
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)  # two keepers with one paper
    if Consent.objects.in_force().filter(person=person, text=text).exists():
        raise ValidationError({"text": _("这份同意书已经登记过了，现在有效。")})
    given_at = timezone.now() if given_on == timezone.localdate() else beginning_of(given_on)
    consent = Consent.objects.create(
        person=person, text=text, given_at=given_at, channel=Channel.PAPER, recorded_by=by,
        guardian=guardian, guardian_relation=guardian_relation,
    )  # fmt: skip
    if scan:
        try:
            attach(consent, scan, kind=SCAN, by=by)
        except ValidationError as error:
            raise ValidationError({"scan": error.messages}) from error
    return consent
