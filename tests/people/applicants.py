"""People who apply by a team's link, for tests."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization, User
from people.choices import IdType
from people.joining.applying import apply
from people.models import Application, ConsentText, Invitation
from tests.people.builders import citizen


def invitation(place: Organization, by: User, **facts: Any) -> Invitation:
    facts = {"expires_on": timezone.localdate() + timedelta(days=30), "note": "招募水上救生队员（演示）", **facts}
    return Invitation.objects.create(organization=place, created_by=by, **facts)


def typed(number: int = 1, **changes: Any) -> dict[str, Any]:
    """What an applicant's browser sends; ``None`` leaves a field out."""
    values = {
        "name": "乌仁图雅·敖特根", "id_type": IdType.CITIZEN, "id_number": citizen(number), "mobile": "13900001111",
        "division": "150404", "address": "演示路 1 号", "emergency_name": "巴图", "emergency_relation": "兄弟",
        "emergency_phone": "13900002222", "skills": "游泳、驾驶", "consent_personal": "on", **changes,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None}


def send(invited: Invitation, client: Client | None = None, **values: Any) -> Any:
    return (client or Client()).post(reverse("people:join", args=[invited.key]), typed(**values))


def application(invited: Invitation, number: int = 1, **changes: Any) -> Application:
    """Handed in, with the required consent."""
    facts = {
        "name": "乌仁图雅·敖特根", "id_type": IdType.CITIZEN, "id_number": citizen(number), "mobile": "13900001111",
        **changes,
    }  # fmt: skip
    return apply(invited, facts, ConsentText.objects.published().filter(is_required=True))
