"""What training adds to the pages of a person and to the own copy (settings ``OWN_PAGES``, ``PERSON_PAGES``,
``OWN_COPY_PARTS``)."""

from collections.abc import Iterable

from django.db.models import F, Model, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.models import Person
from training.choices import Presence
from training.models import Attendance, Instructor, Mark, Participation, Problem
from training.models.roll import ParticipationQuerySet
from training.participants.places import ahead

OWN = (("training:my_activities", gettext_lazy("培训演练")),)
KEPT = (("training:person_activities", gettext_lazy("培训演练")),)


def copied(person: Person) -> dict[str, Iterable[Model]]:
    """Heading → records, of the person and of records merged into this one."""
    rows = Participation.objects.of_person(person).select_related("activity", "organization", "certificate__kind")
    attendances = Attendance.objects.filter(participation__in=Participation.objects.of_person(person))
    return {
        _("培训和演练"): rows.select_related(
            "activity", "organization", "certificate__kind", "added_by", "activity__host"
        ),
        _("出勤"): attendances.select_related(
            "slot", "participation__person", "participation__activity", "set_by", "hour_record"
        ),
        _("点名记录"): Mark.objects.of_person(person).select_related("slot", "by"),
        _("师资"): Instructor.objects.filter(person=person).select_related("organization"),
        _("负责整改的问题"): Problem.objects.given_to(person).select_related(
            "activity", "organization", "owner_person", "fixed_by", "closed_by", "created_by"
        ),
    }


def taken_part(person: Person) -> ParticipationQuerySet:
    """On whose list the person is or was, newest first, each with ``there`` (minutes of presence as they count; None:
    never marked present), ``ahead`` (how many wait longer, of who waits) and with what a line of a page reads."""
    counted = Sum(
        Coalesce(F("attendances__minutes_set"), F("attendances__minutes")),
        filter=Q(attendances__presence=Presence.PRESENT),
    )
    rows: ParticipationQuerySet = Participation.objects.of_person(person).annotate(there=counted, ahead=ahead())
    related = ("activity__host", "activity__base", "organization", "certificate__kind")
    return rows.select_related(*related).order_by("-activity__order_at", "-pk")
