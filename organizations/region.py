"""What the region keeps for everybody: tables, numbers, texts."""

from core.decisions import Decision
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Level, Right


def may_manage(user: User) -> Decision:
    """Whether the person may change what the region keeps."""
    own = user.organization
    region = own if own.level == Level.REGION else Organization.objects.filter(level=Level.REGION).order_by("path")[0]
    return can(user, Right.MANAGE_RULES, region)
