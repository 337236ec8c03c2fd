"""What a list says of a member's certificates, insurance and photo, read along with the rows."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from core.models import Attachment
from core.words import due_in_words
from people.models import Certificate, Cover, Membership, Person
from people.models.person import PHOTO
from people.states import CertificateState

SOON = 90  # days before the end from which a certificate is marked
INSURANCE_SOON = 30


@dataclass(frozen=True)
class Held:
    """One certificate as a list shows it."""

    name: str
    first_aid: bool
    verified: bool
    expires_on: date | None
    day: date

    @property
    def left(self) -> int | None:
        return (self.expires_on - self.day).days if self.expires_on else None

    @property
    def chip(self) -> tuple[str, str]:
        """Tone and word; both empty where there is nothing to say."""
        if self.left is not None and self.left < 0:
            return "bad", _("已过期")
        if not self.verified:
            return "wait", _("待核验")
        if self.left is not None and self.left <= SOON:
            return "warn", due_in_words(self.left)
        return "", ""

    @property
    def words(self) -> str:
        """“救护员证（2027-03-01 止，待核验）”."""
        until = _("%(day)s 止") % {"day": self.expires_on.isoformat()} if self.expires_on else ""
        more = _("，").join(part for part in (until, self.chip[1]) if part)
        return _("%(name)s（%(more)s）") % {"name": self.name, "more": more} if more else self.name


def with_papers(rows: QuerySet[Membership], day: date | None = None) -> QuerySet[Membership]:
    """Each with ``held`` (read it by ``held_of``), ``insured_until``, ``insured_from`` (of insurance to come) and
    ``photo`` (key of the picture)."""
    return rows.annotate(**_papers(day or timezone.localdate()))


@lru_cache(maxsize=8)
def _papers(day: date) -> dict[str, Any]:
    """Made once a day: the lists of members ask it with every page."""
    certificates = (
        Certificate.objects.standing()
        .filter(person=OuterRef("person"), issued_on__lte=day)
        .order_by("-kind__is_first_aid", "kind__position", "-issued_on", "pk")
    )
    facts = JSONObject(name="kind__name", first_aid="kind__is_first_aid", state="state", expires_on="expires_on")
    theirs = Cover.objects.personal().filter(person=OuterRef("person"))
    photos = Attachment.objects.current().of_each(Person, OuterRef("person"))
    photos = photos.filter(kind=PHOTO, media_type__startswith="image/")
    return {
        "held": ArraySubquery(certificates.values(fact=facts)),
        "insured_until": Subquery(theirs.on(day).order_by("-ends_on").values("ends_on")[:1]),
        "insured_from": Subquery(theirs.filter(starts_on__gt=day).order_by("starts_on").values("starts_on")[:1]),
        "photo": Subquery(photos.order_by("-uploaded_at").values("pk")[:1]),
    }


def held_of(membership: Any, day: date | None = None) -> list[Held]:
    """Of each kind the newest, or an older one in force while the newest waits to be verified. First aid first."""
    on = day or timezone.localdate()
    kinds: dict[str, Held] = {}
    for fact in membership.held:
        ends = parse_date(fact["expires_on"]) if fact["expires_on"] else None
        verified = fact["state"] == CertificateState.VERIFIED
        this, newest = Held(fact["name"], fact["first_aid"], verified, ends, on), kinds.get(fact["name"])
        if newest is None or (not newest.verified and verified and (this.left is None or this.left >= 0)):
            kinds[this.name] = this
    return list(kinds.values())
