"""States of applications, memberships and certificates, and the steps between them; ``workflow.py`` says who."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.steps import step, transitions


class ApplicationState(TextChoices):
    APPLIED = "applied", _("申请")
    ACCEPTED = "accepted", _("已接收")
    DECLINED = "declined", _("未接收")
    WITHDRAWN = "withdrawn", _("已撤回")


class MembershipState(TextChoices):
    PROBATION = "probation", _("预备")
    FULL = "full", _("正式")
    ENDED = "ended", _("退出")


class CertificateState(TextChoices):
    REPORTED = "reported", _("待核验")
    VERIFIED = "verified", _("已核验")
    REFUSED = "refused", _("未通过核验")
    ENDED = "ended", _("停用")


A, M, C = ApplicationState, MembershipState, CertificateState

APPLICATION_STEPS = {
    "accept": step(A.APPLIED, to=A.ACCEPTED),
    "decline": step(A.APPLIED, to=A.DECLINED),
    "withdraw": step(A.APPLIED, to=A.WITHDRAWN),
}
MEMBERSHIP_STEPS = {
    "confirm": step(M.PROBATION, to=M.FULL),
    "demote": step(M.FULL, to=M.PROBATION),
    "end": step(M.PROBATION, M.FULL, to=M.ENDED),
    "reinstate": step(M.ENDED, to=M.FULL),  # ended by mistake, an undone import or merge
}
CERTIFICATE_STEPS = {
    "verify": step(C.REPORTED, C.REFUSED, to=C.VERIFIED),
    "refuse": step(C.REPORTED, C.VERIFIED, to=C.REFUSED),
    "report_again": step(C.REFUSED, to=C.REPORTED),
    "end": step(C.REPORTED, C.VERIFIED, C.REFUSED, to=C.ENDED),
}
APPLICATION_TRANSITIONS = transitions(APPLICATION_STEPS)
MEMBERSHIP_TRANSITIONS = transitions(MEMBERSHIP_STEPS)
CERTIFICATE_TRANSITIONS = transitions(CERTIFICATE_STEPS)
CURRENT = (M.PROBATION, M.FULL)  # 在册
STANDING = (C.REPORTED, C.VERIFIED)  # certificates that count as had; only verified ones make deployable
