"""Demo gradings and year's assessments, after teams, members and training."""

from collections.abc import Mapping

from django.db import transaction

from organizations.models import User
from portal.demo.acting import Acting
from portal.demo.filings import settle
from portal.demo.gradings import make_gradings
from portal.demo.reviews import make_reviews


@transaction.atomic
def make_assessments(people: Mapping[str, User]) -> None:
    """Needs the colleagues besides the cast."""
    acting = Acting(people)
    acting.call_captains()
    make_reviews(acting)
    make_gradings(acting)
    settle(acting.people())
