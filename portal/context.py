"""What every page knows. Read only when a template asks, so that fragments and plain pages cost nothing."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from organizations.permissions import access
from organizations.roles import ROLES
from portal.menu import menu_for
from portal.todo import TODO, counts_of, shown


def portal(request: HttpRequest) -> dict[str, Any]:
    """The names that ``templates/base.html`` lists."""
    known = {"portal_name": settings.PORTAL_SHORT_NAME, "portal_version": settings.PORTAL_VERSION}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {**known, "menu": [], "office": None, "user_role": "", "todo": 0, "unread": 0, "idle_seconds": 0}
    counts = SimpleLazyObject(lambda: counts_of(user))
    return {
        **known,
        "menu": SimpleLazyObject(lambda: menu_for(request, counts)),
        "office": user.organization,
        "user_role": SimpleLazyObject(lambda: _role(user)),
        "todo": SimpleLazyObject(lambda: shown(sum(counts.get(name, 0) for name in TODO))),
        "unread": SimpleLazyObject(lambda: shown(counts["unread"])),
        "idle_seconds": settings.IDLE_SECONDS,
    }


def _role(user: Any) -> str:
    """The person's duties in the order of the roles table, two at most: this stands beside the name."""
    held = {item.role for item in access(user).held if not item.proxy_for}
    return _("、").join([str(role.label) for key, role in ROLES.items() if key in held][:2])
