"""One of everything about people, in the filed team of 松山区, for the permission matrix."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from organizations.models import Organization, User
from people import card
from people.merging.merging import merge
from people.models import Certificate, ConsentText, Invitation, Rank
from people.settings import RETENTION
from people.states import CertificateState
from tests.people import applicants, builders
from tests.people.leaks import HEALTH


def people_world(cast: dict[str, User], place: Organization) -> dict[str, Any]:
    """``place``: the team's organization."""
    membership = builders.ready(place, 1)
    person = membership.person
    person.set_health({"allergy": HEALTH})
    person.save()
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
        "twin": builders.member(place, 2).person,
        "merge": merge(
            builders.member(place, 3).person,
            builders.member(place, 4).person,
            taken=[],
            by=cast["songshan"],
            reason="已与本人核对",
            document_reason="换过证件",
        ),
        "setting": RETENTION.key,
        "rank": Rank.objects.get(pk="sample_1"),
        "person_section": "facts",
        "consent": builders.consent(person),
        "standing_kind": "award",
        "award": builders.award(person),
        "invitation": invitation,
        "invitation_key": invitation.key,
        "application": application,
        "follow_key": application.follow_key,
        "card_value": card.sign(membership),
        "consent_text": ConsentText.objects.published().get(kind="likeness"),
        "consent_draft": ConsentText.objects.create(kind="health", version=2, title="演示", body="演示"),
        "consent_kind": "likeness",
        "own_file": uuid4(),
        "certificate_kind": "rope",
    }
