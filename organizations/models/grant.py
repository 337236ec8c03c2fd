from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from organizations.models.appointment import Appointment
from organizations.models.organization import Organization


class OrganizationGrant(UserObjectPermissionBase):
    """guardian's row: this user holds this permission on this organization, because of this appointment.

    Read only through ``organizations/permissions.py``, which counts a row while its appointment is in force;
    ``lint-imports`` refuses this module to everybody else (ADR 0006).
    """

    content_object = models.ForeignKey(Organization, models.PROTECT, related_name="grants")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="grants")

    class Meta:
        verbose_name = _("授权")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["appointment", "permission"], name="grant_once")]
        indexes = [models.Index(fields=["user", "appointment"], name="grant_of")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.permission_id} {self.content_object_id}"
