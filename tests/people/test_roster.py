"""The roster of a team: who is on it, what it says of them, the three numbers, filters, days gone by, files."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.models import Organization
from people.choices import Presence
from people.models import Certificate, Cover, Membership, Person
from people.states import CertificateState, MembershipState
from portal.demo.cast import TEAM_CODE
from teams.models import Team
from tests.core.list_checks import assert_constant_queries, assert_tampering_is_told
from tests.people import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def url(place) -> str:
    return reverse("teams:team_members", args=[Team.objects.get(organization=place).pk])


def names(page) -> list[str]:
    assert page.context["notes"] == []
    return [row.person.name for row in page.context["page_obj"]]


def test_roster_takes_few_queries_however_long(as_user, captain, place, url):
    made = []

    def grow(to):
        while len(made) < to:
            made.append(builders.ready(place, len(made) + 1))

    assert_constant_queries(as_user(captain), url + "?view=", grow, steps=(1, 3, 12))
