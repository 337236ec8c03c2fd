import json
import secrets
from typing import Any

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import encryption
from core.decisions import Decision
from core.history import tracked
from core.links import link_to
from core.search import search_index, search_key
from organizations.models import Organization, User
from organizations.roles import Level, Right
from people.models.membership import Membership
from people.states import APPLICATION_TRANSITIONS, ApplicationState


def _key() -> str:
    return secrets.token_urlsafe(24)


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "InvitationQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.EDIT_MEMBER, at="organization"))

    def open(self) -> "InvitationQuerySet":
        """Neither ended nor past its day; whether it is used up is counted from its applications."""
        return self.filter(ended_at=None, expires_on__gte=timezone.localdate())


@tracked(exclude=("key",))
class Invitation(models.Model):
    """A team's link (or QR code) by which people apply to join."""

    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="invitations",
        limit_choices_to={"level": Level.TEAM},
        verbose_name=_("救援队"),
    )
    key = models.CharField(max_length=64, unique=True, default=_key, editable=False)
    note = models.CharField(_("说明"), max_length=200, blank=True)  # shown on the form: 招募水上救生队员
    expires_on = models.DateField(_("有效至"))
    most = models.PositiveSmallIntegerField(
        _("最多申请人数"), default=200, validators=[MinValueValidator(1), MaxValueValidator(2000)]
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("发出人"))
    created_at = models.DateTimeField(_("发出时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("入队邀请")
        default_permissions = ()
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "-created_at"], name="invitation_of")]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.organization.short_name} {self.created_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """The public form."""
        return reverse("people:join", args=[self.key])


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ApplicationQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_MEMBER, at="organization"))

    def open(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.APPLIED)

    def to_decide(self, user: User) -> "ApplicationQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.open().filter(reach(user, Right.EDIT_MEMBER, at="organization"))


@tracked(exclude=("payload_cipher", "follow_key", "search_key", "id_index"))
class Application(models.Model):
    """入队申请: what somebody filled in by invitation. It makes a person only when the captain accepts, so that a
    stranger with a link can write nothing into anybody's record and learns nothing about who is there.

    ``payload_cipher``: the form's fields and the consents given (text id, time) as encrypted JSON.
    """

    State = ApplicationState

    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="applications", verbose_name=_("入队邀请"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("救援队"))
    state = models.CharField(_("状态"), max_length=10, choices=ApplicationState, default=ApplicationState.APPLIED)
    name = models.CharField(_("姓名"), max_length=50)
    id_index = models.CharField(max_length=64, editable=False)
    payload_cipher = models.TextField(editable=False)
    follow_key = models.CharField(max_length=64, unique=True, default=_key, editable=False)  # the applicant's own page
    applied_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    decided_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    reason = models.CharField(_("未接收原因"), max_length=200, blank=True)
    # several of one: who is in the team may fill in the link again, for what is still missing
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("队籍")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("name")

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("入队申请")
        default_permissions = ()
        ordering = ["-applied_at", "-pk"]
        indexes = [
            search_index("application_search"),
            models.Index(fields=["organization", "state", "-applied_at", "-id"], name="application_of"),
            models.Index(fields=["-applied_at", "-id"], name="application_order"),  # of all that an office sees
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "id_index"],
                condition=Q(state="applied"),
                name="application_once",
                violation_error_message=_("这份证件已有一件申请在等候接收。"),
            )
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=APPLICATION_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("people:application_detail", self.pk)

    @property
    def payload(self) -> dict[str, Any]:
        return json.loads(encryption.decrypt(self.payload_cipher) or "{}")

    def set_payload(self, facts: dict[str, Any]) -> None:
        self.payload_cipher = encryption.encrypt(json.dumps(facts, ensure_ascii=False, default=str))

    def can_decide(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        return can(user, Right.EDIT_MEMBER, self.organization)
