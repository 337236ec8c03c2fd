"""Membership and certificates: what their states mean, and who moves them.

队籍 membership
- 预备 probation: accepted, on the roster, not sent out yet.
- 正式 full: the team's captain or its office has confirmed. Only full members can be deployable.
- 退出 ended: left, with a day, a kind and, where the kind does not say enough, a reason. Stays on record; who
  comes back gets a new membership. Only what ended by mistake is reinstated.

证书 certificate
- 待核验 reported: entered by the team, the member or an import; counts as had, does not make anybody 持证.
- 已核验 verified: somebody with the duty at the office has looked at it. Nobody verifies his own certificate.
- 未通过 refused: with a reason; can be corrected and reported again. The office that erred verifies it after all.
- 停用 ended: replaced, revoked or entered by mistake.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no
from core.language import in_chinese
from core.notices import notify
from core.workflow import Move, Workflow
from organizations.duty_notices import tell_still_held
from organizations.models import User
from organizations.permissions import acting_for
from organizations.roles import Right
from people.choices import EndKind
from people.joining.applying import keepers
from people.membership.enrolling import others_of, pass_on
from people.membership.returning import require_apart
from people.models import Certificate, Membership
from people.states import CERTIFICATE_STEPS, MEMBERSHIP_STEPS


# -- membership -----------------------------------------------------------------------------------------
def keeps(membership: Membership, user: User) -> Decision:
    return membership.can_edit(user)


def _end(membership: Membership, by: User, *, left_on: date, end_kind: str, end_reason: str = "") -> None:
    """:raises ValidationError: a date before joining or in the future; no kind; no reason where one is needed."""
    membership.left_on, membership.end_kind, membership.end_reason = left_on, end_kind, end_reason
    if end_kind in (EndKind.MISCONDUCT, EndKind.FAILED) and not end_reason.strip():
        raise ValidationError({"end_reason": _("请写明原因。")})
    if not end_kind:
        raise ValidationError({"end_kind": _("请选择退队类型。")})
    membership.full_clean(exclude=["person", "organization"])
    pass_on(membership)
    if end_kind == EndKind.DEATH:
        _tell_of_death(membership, by)
    if membership.person.user is not None and end_kind != EndKind.MISTAKE:  # entered twice or wrongly: nobody left
        tell_still_held(membership.person.user, membership.organization)


def _tell_of_death(membership: Membership, by: User) -> None:
    """The other teams, in which somebody who is dead still counts as one who can be sent out."""
    for other in others_of(membership).select_related("person", "organization"):
        with in_chinese():
            title = _("%(name)s在别的队伍登记为去世，在本队还是在册") % {"name": other.person.name}
            body = _("请核对；属实的，办理退队，退队类型选“去世”。")
        url = reverse("people:membership_detail", args=[other.pk])
        told = [user for user in keepers(other.organization) if user != by]
        notify(told, kind="member_died", title=title, body=body, url=url)


def _reinstate(membership: Membership, by: User) -> None:
    """:raises ValidationError: the person has gone on to another team, or has been in this one again since."""
    if membership.end_kind == EndKind.TRANSFER and _went_on(membership):
        raise ValidationError(_("已经转到别的队伍的，不能恢复队籍；要回来的请重新入队。"))
    membership.left_on, membership.end_kind, membership.end_reason = None, "", ""
    membership.is_main = not others_of(membership).filter(is_main=True).exists()
    membership.full_clean(exclude=["person", "organization"])
    require_apart(membership)


def _went_on(membership: Membership) -> bool:
    """Whether another team has taken in who was handed on; until then it can have been a mistake."""
    elsewhere = Membership.objects.filter(person=membership.person_id).exclude(organization=membership.organization_id)
    return elsewhere.filter(joined_on__gte=membership.left_on).exclude(end_kind=EndKind.MISTAKE).exists()


MEMBERSHIP = Workflow(
    (
        Move("confirm", gettext_lazy("转为正式"), MEMBERSHIP_STEPS["confirm"], keeps, tone="main"),
        Move("demote", gettext_lazy("转为预备"), MEMBERSHIP_STEPS["demote"], keeps, needs_comment=True),
        Move("end", gettext_lazy("办理退队"), MEMBERSHIP_STEPS["end"], keeps, tone="danger", apply=_end),
        Move(
            "reinstate",
            gettext_lazy("恢复队籍"),
            MEMBERSHIP_STEPS["reinstate"],
            keeps,
            needs_comment=True,
            apply=_reinstate,
        ),
    ),
    acting_for=lambda membership, user: acting_for(user, Right.EDIT_MEMBER, membership.organization),
)


# -- certificates ---------------------------------------------------------------------------------------
def verifies(certificate: Certificate, user: User) -> Decision:
    if certificate.person.user_id is not None and certificate.person.user_id == user.pk:
        return no(gettext_lazy("自己的证书要由别人核验。"))
    return certificate.person.may(user, Right.VERIFY_MEMBER)


def _verify(certificate: Certificate, by: User) -> None:
    certificate.verified_by, certificate.verified_at, certificate.reason = by, timezone.now(), ""


def _refuse(certificate: Certificate, by: User, *, reason: str) -> None:
    certificate.verified_by, certificate.verified_at, certificate.reason = None, None, reason


def _end_certificate(certificate: Certificate, by: User, *, reason: str) -> None:
    certificate.reason = reason


def edits(certificate: Certificate, user: User) -> Decision:
    return certificate.can_end(user)


def _corrected(certificate: Certificate, by: User, **facts: Any) -> None:
    certificate.reason = ""


CERTIFICATE = Workflow(
    (
        Move("verify", gettext_lazy("核验通过"), CERTIFICATE_STEPS["verify"], verifies, tone="main", apply=_verify),
        Move("refuse", gettext_lazy("不通过"), CERTIFICATE_STEPS["refuse"], verifies, tone="danger", apply=_refuse),
        Move("report_again", gettext_lazy("重新报核"), CERTIFICATE_STEPS["report_again"], edits, apply=_corrected),
        Move("end", gettext_lazy("停用"), CERTIFICATE_STEPS["end"], edits, tone="danger", apply=_end_certificate),
    ),
)
