"""What the region keeps for everybody: tables, numbers, texts."""

from core.decisions import Decision
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Level, Right


def may_manage(user: User) -> Decision:
    """Whether the person may change what the region keeps."""
    return can(user, Right.MANAGE_RULES, _region_of(user))


def may_manage_assessments(user: User) -> Decision:
    """Whether the person may publish standards and run the year's assessment."""
    return can(user, Right.MANAGE_ASSESSMENT, _region_of(user))


def _region_of(user: User) -> Organization:
    """Read once for a person of a request."""
    kept: Organization | None = user.__dict__.get("_region")
    if kept is None:
        own = user.organization
        there = own.level == Level.REGION
        kept = own if there else Organization.objects.filter(level=Level.REGION).order_by("path")[0]
        user.__dict__["_region"] = kept
    return kept
