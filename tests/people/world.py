"""One of everything about people, in the filed team of 松山区, for the permission matrix."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from organizations.models import Organization, User
from people import card
from people.models import Certificate, ConsentText, Invitation
from people.states import CertificateState
from tests.people import applicants, builders


def people_world(cast: dict[str, User], place: Organization) -> dict[str, Any]:
    """``place``: the team's organization."""
    membership = builders.ready(place, 1)
    person = membership.person
    policy = person.covers.get().policy
    invitation = Invitation.objects.create(
        organization=place, expires_on=timezone.localdate() + timedelta(days=30), created_by=cast["songshan"]
    )
    application = applicants.application(invitation, 7)
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
        "invitation": invitation,
        "invitation_key": invitation.key,
        "application": application,
        "follow_key": application.follow_key,
        "card_value": card.sign(membership),
        "consent_text": ConsentText.objects.published().get(kind="likeness"),
        "consent_draft": ConsentText.objects.create(kind="health", version=2, title="演示", body="演示"),
        "consent_kind": "likeness",
        "own_file": uuid4(),
    }
