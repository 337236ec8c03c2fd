"""A team in the year 2025, entered in time, for tests that look back at 31 December 2025 from a later year."""

from datetime import date, datetime
from typing import Any

import pgtrigger
from django.utils import timezone

from core.history.as_at import events_of
from core.metrics import Period
from organizations.models import Organization, User
from organizations.reference import add_child
from people.models import Certificate, Cover, Membership, Person
from teams.models import Team
from tests.people import builders as people
from tests.training import builders as training
from training.models import Activity, Problem

YEAR = Period.of_year(2025)
LAST_DAY = date(2025, 12, 31)
NEXT_YEAR = date(2026, 1, 2)


def at(*when: int) -> datetime:
    return timezone.make_aware(datetime(*when))  # type: ignore[arg-type]


def entered(*models: Any, on: datetime | None = None) -> None:
    """All that the models' history tells so far was written down on the day."""
    for model in models:
        with pgtrigger.ignore():
            events_of(model).objects.update(pgh_created_at=on or at(2025, 6, 1, 9))


def new_team(office: Organization, number: int, **facts: Any) -> Team:
    place = add_child(
        office, code=f"T{office.code}{number:03d}", name=f"{office.short_name}第{number}演示救援队",
        short_name=f"{office.short_name}演示{number}队", level="team", division_id=office.division_id,
        valid_from=date(2024, 1, 1),
    )  # fmt: skip
    facts = {"status": "filed", "filing_no": f"YS-{place.code}", "filed_on": date(2024, 3, 1), **facts}
    made: Team = Team.objects.create(organization=place, **facts)
    return made


def member(team: Organization, number: int, **facts: Any) -> Membership:
    """可出动 all through 2025 and on 1 January 2026; certificate and insurance ran out that month."""
    made = people.member(team, number, **facts)
    Membership.objects.filter(pk=made.pk).update(number=f"{number:03d}")
    people.certificate(
        made.person, number=f"YS-2025-{number}", issued_on=date(2023, 2, 1), expires_on=date(2026, 1, 15),
        verified_at=at(2023, 2, 3, 9),
    )  # fmt: skip
    people.policy(
        team, made.person, number=f"YSBX-2025-{number}", starts_on=date(2025, 1, 20), ends_on=date(2026, 1, 19)
    )
    entered(Person, Membership, Certificate, Cover)
    return made


def drill(team: Organization, by: User, **facts: Any) -> Activity:
    """Two hours in November, of which a record was confirmed."""
    made = training.drill(team, by, starts_at=at(2025, 11, 5, 9), **facts)
    with pgtrigger.ignore():
        Activity.objects.filter(pk=made.pk).update(
            state="confirmed", number=f"YL-{made.pk}", office_id=team.pk, submitted_by=by, present=8, listed=10,
            minutes=960,
        )  # fmt: skip
    made.refresh_from_db()
    return made


def problem(activity: Activity, by: User) -> Problem:
    """Written down in November 2025, to be put right by 1 December."""
    made = training.problem(activity, by, due_on=date(2025, 12, 1))
    entered(Problem, on=at(2025, 11, 6, 9))
    return made
