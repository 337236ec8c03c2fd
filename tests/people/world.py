"""One of everything about people, in the filed team of 松山区, for the permission matrix."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from organizations.models import Organization, User
from people.models import Certificate, Invitation
from people.states import CertificateState
from tests.people import builders


def people_world(cast: dict[str, User], place: Organization) -> dict[str, Any]:
    """``place``: the team's organization."""
    membership = builders.ready(place, 1)
    person = membership.person
    policy = person.covers.get().policy
    return {
        "team_place": place,
        "person": person,
        "membership": membership,
        "certificate": Certificate.objects.get(person=person),
        "certificate_reported": builders.certificate(
            person, kind_id="rope", number="YS-1", state=CertificateState.REPORTED
        ),
        "policy": policy,
        "cover": policy.covers.get(),
        "invitation": Invitation.objects.create(
            organization=place, expires_on=timezone.localdate() + timedelta(days=30), created_by=cast["songshan"]
        ),
        "certificate_kind": "rope",
    }
