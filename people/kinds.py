"""Who keeps the tables of people for everybody: the region."""

from core.decisions import Decision
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Level, Right


def may_manage(user: User) -> Decision:
    """Whether the person may change what the region keeps, such as the kinds of certificates."""
    own = user.organization
    if own.level != Level.REGION:
        own = Organization.objects.filter(level=Level.REGION).order_by("path")[:1].get()
    return can(user, Right.MANAGE_RULES, own)
