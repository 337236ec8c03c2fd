"""For whom a cached count holds (``core.counts``)."""

from typing import Any

from organizations.models import Organization, User
from organizations.permissions import access, sees_all


def viewer_key(user: User, scope: Organization, *rights: str) -> dict[str, Any]:
    """What to give a counter so that a kept count is shown only to who sees the same: ``user`` None where the person
    sees all below the place, so that one count serves many; else the person and what tells the duties held now, so that
    a count made with one that has ended is never shown."""
    if all(sees_all(user, right, scope) for right in rights):
        return {"user": None, "held": ""}
    return {"user": user.pk, "held": access(user).mark}


def viewer(user: int | None) -> User | None:
    """The person again, in the worker."""
    return None if user is None else User.objects.get(pk=user)
