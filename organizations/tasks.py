"""What beat does for accounts and for the record of who did what."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit.retention import purge
from core.history import acting_as
from organizations import accounts
from organizations.models import Appointment, User
from organizations.roles import RoleKey
from organizations.signin.sessions import remove_ended

logger = structlog.get_logger(__name__)


@shared_task(name="organizations.housekeeping")
def housekeeping() -> None:
    """Hourly: accounts unused for 90 days are closed; sessions past their time and access log rows past the retention
    time go. Safe to run twice."""
    with acting_as(None, source="organizations.housekeeping"):
        close_unused()
    remove_ended()
    purge(source="organizations.housekeeping")


def close_unused() -> int:
    """Close accounts nobody signed in with for ``ACCOUNT_UNUSED_DAYS`` (等保 8.1.4.2 c); returns how many.

    The region's security administrators stay: were the last of them closed, nobody could open an account again.
    """
    limit = timezone.now() - timedelta(days=settings.ACCOUNT_UNUSED_DAYS)
    unused = Q(last_login__lt=limit) | Q(last_login=None, created_at__lt=limit)
    keepers = (
        Appointment.objects.in_force().filter(role=RoleKey.SECURITY_ADMIN, organization__level="region").values("user")
    )
    closed = 0
    reason = _("%(days)d 天没有登录") % {"days": settings.ACCOUNT_UNUSED_DAYS}
    for account in User.objects.active().filter(unused).exclude(pk__in=keepers):
        try:
            accounts.deactivate(account, by=None, reason=reason)
        except ValidationError:  # somebody else was first
            continue
        closed += 1
    logger.info("unused_accounts_closed", count=closed)
    return closed
