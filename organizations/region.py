"""What the region keeps for everybody: tables, numbers, texts."""

from core.decisions import Decision
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Level, Right


def region() -> Organization:
    """自治区红十字会."""
    found: Organization = Organization.objects.filter(level=Level.REGION).order_by("path")[0]
    return found


def may_manage(user: User) -> Decision:
    """Whether the person may change what the region keeps."""
    return can(user, Right.MANAGE_RULES, _region_of(user))


def may_manage_assessments(user: User) -> Decision:
    """Whether the person may publish standards and run the year's assessment."""
    return can(user, Right.MANAGE_ASSESSMENT, _region_of(user))


def _region_of(user: User) -> Organization:
    """Read once for each person of a request."""
    own = user.organization
    if own.level == Level.REGION:
        return own
    kept: Organization | None = user.__dict__.get("_region")
    if kept is None:
        kept = user.__dict__["_region"] = region()
    return kept
