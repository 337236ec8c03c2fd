from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.days import beginning_of
from core.decisions import Decision, not_now
from core.history import tracked
from core.links import link_to
from core.phones import TelephoneField
from core.search import search_index, search_key
from organizations.models.organization import Organization
from organizations.models.user import User
from organizations.roles import ROLE_CHOICES, Right
from organizations.states import TRANSITIONS, RequestState


class AccountRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AccountRequestQuerySet":
        """Requests of organizations where the user may see accounts. Duties own queues, not people: whoever
        loses the duty loses the view, the successor has it."""
        from organizations.permissions import reach  # the permission module reads this model

        return self.filter(reach(user, Right.VIEW_ACCOUNT, at="organization"))

    def waiting(self) -> "AccountRequestQuerySet":
        return self.filter(state=RequestState.SUBMITTED)

    def decided_between(self, start: date, end: date) -> "AccountRequestQuerySet":
        """Approved or rejected from the day ``start`` up to and without the day ``end``."""
        decided = self.filter(state__in=[RequestState.APPROVED, RequestState.REJECTED])
        return decided.filter(decided_at__gte=beginning_of(start), decided_at__lt=beginning_of(end))

    def to_decide(self, user: User) -> "AccountRequestQuerySet":
        """Waiting, within the reach of the user's duty to decide, and not asked for by the user."""
        from organizations.permissions import reach  # the permission module reads this model

        return self.waiting().filter(reach(user, Right.DECIDE_REQUEST, at="organization")).exclude(applicant=user)

    def to_mend(self, user: User, *states: str) -> "AccountRequestQuerySet":
        """Returned for changes, or begun and not handed in, on the user's side; ``states``: one of the two."""
        from organizations.permissions import reach  # the permission module reads this model

        own = self.filter(state__in=states or [RequestState.DRAFT, RequestState.RETURNED])
        return own.filter(reach(user, Right.REQUEST_ACCOUNT, at="organization"))


@tracked(exclude=("search_key",))
class AccountRequest(models.Model):
    """开户申请: an office or team asks for an account and a duty for someone; a security administrator decides."""

    State = RequestState
    attachment_kinds = {"basis": _("任职文件")}

    number = models.CharField(_("编号"), max_length=30, null=True, unique=True, editable=False)
    state = models.CharField(_("状态"), max_length=12, choices=RequestState, default=RequestState.DRAFT)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="account_requests", verbose_name=_("任职单位")
    )
    role = models.CharField(_("职责"), max_length=20, choices=ROLE_CHOICES, blank=True)
    name = models.CharField(_("姓名"), max_length=50, blank=True)
    username = models.CharField(_("登录名"), max_length=40, blank=True)
    phone = TelephoneField(_("手机"), max_length=11, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    starts_on = models.DateField(_("任职起"), null=True, blank=True)
    basis = models.CharField(_("任职依据"), max_length=200, blank=True)
    note = models.TextField(_("说明"), max_length=1000, blank=True)
    applicant = models.ForeignKey(User, models.PROTECT, related_name="account_requests", verbose_name=_("申请人"))
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    decided_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    account = models.OneToOneField(
        User, models.PROTECT, null=True, related_name="opened_by_request", verbose_name=_("账号")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("name", "number", "username")

    objects = AccountRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("开户申请")
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        indexes = [
            search_index("accountrequest_search"),
            models.Index(fields=["-created_at", "-id"], name="accountrequest_order"),
            models.Index(fields=["state", "organization"], name="accountrequest_queue"),
            models.Index(fields=["state", "submitted_at", "id"], name="accountrequest_oldest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="accountrequest_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(number__isnull=False), name="accountrequest_numbered"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(account__isnull=False), name="accountrequest_approved_has_account"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number or str(_("开户申请草稿"))

    def get_absolute_url(self) -> str:
        return link_to("organizations:request_detail", self.pk)

    def can_edit(self, user: User) -> Decision:
        """The asking side may change it while it lies with that side."""
        from organizations.permissions import can  # the permission module reads this model

        decision = can(user, Right.REQUEST_ACCOUNT, self.organization)
        if decision and self.state not in (RequestState.DRAFT, RequestState.RETURNED):
            return not_now(gettext("已经提交的申请不能再改；需要修改时请办理人退回，或撤回后重新填报。"))
        return decision

    can_attach = can_edit
