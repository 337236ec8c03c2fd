"""花名册附表: the roster behind a printed form. Identity and telephone numbers in part, whoever prints it."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from core import masking
from core.language import in_chinese
from organizations.models import Organization, User
from people.models import Certificate, Cover, Membership
from teams.members import seen_members

MOST = 500  # a paper that is longer is a list, and lists are exported


@dataclass(frozen=True)
class Line:
    """One member as the annex prints it."""

    name: str
    gender: str
    born: str
    id_masked: str
    phone: str
    certificate: str
    insured_until: str


def roster_lines(place: Organization, by: User) -> list[Line]:
    """The members of the team whom the reader may see, in the order of the printed roster. One query."""
    today = timezone.localdate()
    certificates = Certificate.objects.counting(today).filter(person=OuterRef("person"), kind__is_first_aid=True)
    latest = certificates.order_by(F("expires_on").desc(nulls_first=True)).values("number")[:1]
    covers = Cover.objects.on(today).personal().filter(person=OuterRef("person")).order_by("-ends_on")
    rows = seen_members(place, by).as_printed().select_related("person")
    rows = rows.annotate(certificate=Subquery(latest), insured_until=Subquery(covers.values("ends_on")[:1]))
    with in_chinese():
        return [_line(row) for row in rows[:MOST]]


def _line(row: Membership) -> Line:
    person, until = row.person, row.insured_until  # type: ignore[attr-defined]
    return Line(
        name=person.name,
        gender=str(person.get_gender_display()),
        born=str(person.birth.year) if person.birth else "",
        id_masked=person.id_masked,
        phone=masking.phone(person.mobile),
        certificate=masking.mask_text(row.certificate or ""),  # type: ignore[attr-defined]
        insured_until=until.isoformat() if until else "",
    )
