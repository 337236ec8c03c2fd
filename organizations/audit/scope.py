"""How much of the timeline somebody may see."""

from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no, yes
from core.language import sentence
from organizations.models import Organization, User
from organizations.permissions import access
from organizations.roles import Level, Right

TOP = (Level.NATIONAL, Level.REGION)


def may_view(user: User) -> Decision:
    return _may(user, Right.VIEW_AUDIT)


def may_export(user: User) -> Decision:
    return _may(user, Right.EXPORT_AUDIT)


def _may(user: User, right: Right) -> Decision:
    held = access(user).having(right)
    if held:
        return yes(
            sentence(_("在%(where)s任“审计管理员”，可以%(right)s。"), {"where": held[0].name, "right": right.label})
        )
    return no(sentence(_("%(right)s是审计管理员的职责，您现在没有这项职责。"), {"right": right.label}))


def offices(user: User) -> tuple[str, ...] | None:
    """Tree paths whose people's acts the user sees. None at the top: everybody's, and the system's own."""
    paths = tuple(sorted({held.path for held in access(user).having(Right.VIEW_AUDIT)}))
    if Organization.objects.filter(path__in=paths, level__in=TOP).exists():
        return None
    return paths
