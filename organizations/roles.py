"""Roles × what they may do: the table that the permission rows, the help page and the matrix test all read.

A role is held through an ``Appointment`` at one organization. ``here`` counts at that organization, at the offices
it stands proxy for, and at the teams these manage directly; ``below`` counts at everything underneath. So a superior
office sees all below it and acts only in its own step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class Right(TextChoices):
    """Codenames of what may be done, spelled once. Labels complete the sentence “可以……”."""

    VIEW_ORGANIZATION = "view_organization", _("查看机构")
    EDIT_ORGANIZATION = "edit_organization", _("修改机构的联系信息")
    MANAGE_TREE = "manage_tree", _("增设、调整、停用机构")
    VIEW_ACCOUNT = "view_account", _("查看账号和任职")
    MANAGE_ACCOUNT = "manage_account", _("开设账号、任职、交接和停用")
    REQUEST_ACCOUNT = "request_account", _("提出开户申请")
    DECIDE_REQUEST = "decide_request", _("办理开户申请")
    VIEW_AUDIT = "view_audit", _("查看操作记录")
    EXPORT_AUDIT = "export_audit", _("导出操作记录")
    EXPORT_FULL = "export_full", _("导出未遮盖的信息")
    MANAGE_SYSTEM = "manage_system", _("维护系统参数和后台任务")
    VIEW_TEAM = "view_team", _("查看救援队和备案")
    EDIT_TEAM = "edit_team", _("维护救援队不用备案的信息")
    SUBMIT_FILING = "submit_filing", _("填报、登记备案事项")
    REVIEW_FILING = "review_filing", _("审核备案事项")
    MANAGE_RULES = "manage_rules", _("维护本机构的办理规则和常用语")
    VIEW_MEMBER = "view_member", _("查看队员名册（证件号码遮盖）")
    EDIT_MEMBER = "edit_member", _("维护队员名册、证书和保险")
    VERIFY_MEMBER = "verify_member", _("核验证书、合并重复的人员")
    REVEAL_MEMBER = "reveal_member", _("查看队员完整的证件号码和健康信息（留记录）")
    VIEW_TRAINING = "view_training", _("查看培训和演练")
    EDIT_TRAINING = "edit_training", _("登记培训和演练、点名")
    CONFIRM_TRAINING = "confirm_training", _("确认培训和演练记录")
    VIEW_ASSESSMENT = "view_assessment", _("查看测评和考核")
    REPORT_ASSESSMENT = "report_assessment", _("填报测评申请和年度述职")
    SCORE_ASSESSMENT = "score_assessment", _("办理测评、为年度考核评分")
    MANAGE_ASSESSMENT = "manage_assessment", _("发布标准、定级、组织年度考核")


class RoleKey(StrEnum):
    """What an appointment keeps of a role, spelled once."""

    REVIEWER = "reviewer"
    CLERK = "clerk"
    LEADER = "leader"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    CAPTAIN = "captain"
    SECRETARY = "secretary"
    MEMBER = "member"
    ASSESSOR = "assessor"


class Level(TextChoices):
    """Levels of the tree of organizations, from the top. A team is a leaf under the office that manages it."""

    NATIONAL = "national", _("总会")
    REGION = "region", _("自治区")
    LEAGUE = "league_city", _("盟市")
    BANNER = "banner_county", _("旗县")
    TEAM = "team", _("救援队")


OFFICE_LEVELS = (Level.NATIONAL, Level.REGION, Level.LEAGUE, Level.BANNER)


@dataclass(frozen=True)
class Role:
    """One line of the table."""

    label: StrOrPromise
    purpose: StrOrPromise
    levels: frozenset[Level]
    here: frozenset[Right]
    below: frozenset[Right] = field(default_factory=frozenset)
    administrator: bool = False

    @property
    def rights(self) -> frozenset[Right]:
        return self.here | self.below


def _levels(*levels: Level) -> frozenset[Level]:
    return frozenset(levels)


_SEE = frozenset({Right.VIEW_ORGANIZATION, Right.VIEW_ACCOUNT})
_SEE_ALL = _SEE | {Right.VIEW_TEAM, Right.VIEW_MEMBER, Right.VIEW_TRAINING, Right.VIEW_ASSESSMENT}
_OFFICES = _levels(Level.REGION, Level.LEAGUE, Level.BANNER)
_KEEP_MEMBERS = frozenset({Right.EDIT_MEMBER, Right.REVEAL_MEMBER})
_TEAM_SIDE = (
    _SEE_ALL
    | {Right.EDIT_ORGANIZATION, Right.REQUEST_ACCOUNT, Right.EDIT_TEAM, Right.SUBMIT_FILING, Right.EDIT_TRAINING}
    | {Right.REPORT_ASSESSMENT}
    | _KEEP_MEMBERS
)
_KEEP_ACCOUNTS = _SEE | {Right.MANAGE_ACCOUNT, Right.DECIDE_REQUEST}
_AUDIT = _SEE | {Right.VIEW_AUDIT, Right.EXPORT_AUDIT}
_TREE = frozenset({Right.VIEW_ORGANIZATION, Right.MANAGE_TREE, Right.MANAGE_SYSTEM})

ROLES: dict[str, Role] = {
    RoleKey.REVIEWER: Role(
        _("审核"),
        _("审核下级和队伍报来的事项"),
        _levels(Level.REGION, Level.LEAGUE),
        here=_SEE_ALL
        | _KEEP_MEMBERS
        | {
            Right.VERIFY_MEMBER,
            Right.EDIT_ORGANIZATION,
            Right.REQUEST_ACCOUNT,
            Right.EXPORT_FULL,
            Right.EDIT_TEAM,
            Right.REVIEW_FILING,
            Right.MANAGE_RULES,
            Right.EDIT_TRAINING,
            Right.CONFIRM_TRAINING,
            Right.REPORT_ASSESSMENT,
            Right.SCORE_ASSESSMENT,
            Right.MANAGE_ASSESSMENT,
        },
        below=_SEE_ALL,
    ),
    RoleKey.CLERK: Role(
        _("经办"),
        _("登记队伍、报送材料、维护本机构信息"),
        _OFFICES,
        here=_TEAM_SIDE | {Right.EXPORT_FULL, Right.VERIFY_MEMBER, Right.CONFIRM_TRAINING, Right.SCORE_ASSESSMENT},
        below=_SEE_ALL,
    ),
    RoleKey.LEADER: Role(_("领导（只读）"), _("查看本机构和下级的情况"), _OFFICES, here=_SEE_ALL, below=_SEE_ALL),
    RoleKey.SYSTEM_ADMIN: Role(
        _("系统管理员"), _("维护机构、参数和运行"), _levels(Level.REGION), here=_TREE, below=_TREE, administrator=True
    ),
    RoleKey.SECURITY_ADMIN: Role(
        _("安全管理员"),
        _("开设账号、任免职责"),
        _OFFICES,
        here=_KEEP_ACCOUNTS,
        below=_KEEP_ACCOUNTS,
        administrator=True,
    ),
    RoleKey.AUDIT_ADMIN: Role(
        _("审计管理员"),
        _("查看谁做过什么"),
        _levels(Level.REGION, Level.LEAGUE),
        here=_AUDIT,
        below=_AUDIT,
        administrator=True,
    ),
    RoleKey.CAPTAIN: Role(
        _("队长"),
        _("管理本队名册、装备、演练和报送"),
        _levels(Level.TEAM),
        here=_TEAM_SIDE,
    ),
    RoleKey.SECRETARY: Role(
        _("信息员"),
        _("协助队长维护本队信息"),
        _levels(Level.TEAM),
        here=_TEAM_SIDE,
    ),
    RoleKey.MEMBER: Role(
        _("队员"),
        _("查看本队和本人信息"),
        _levels(Level.TEAM),
        here=frozenset({Right.VIEW_ORGANIZATION, Right.VIEW_TEAM}),
    ),
    RoleKey.ASSESSOR: Role(
        _("测评专家"), _("只为分配到的队伍评分"), _levels(Level.REGION, Level.LEAGUE), here=frozenset()
    ),
}
# Without whom an office cannot do its part: nobody decides what comes in, registers teams, or is one of the 三员.
NEEDED: Mapping[Level, tuple[str, ...]] = {
    Level.REGION: (RoleKey.REVIEWER, RoleKey.SYSTEM_ADMIN, RoleKey.AUDIT_ADMIN),
    Level.LEAGUE: (RoleKey.REVIEWER, RoleKey.CLERK),
    Level.BANNER: (RoleKey.CLERK,),
}
ROLE_CHOICES = [(str(key), role.label) for key, role in ROLES.items()]
# 等保 2.0 8.1.4.2 d：系统、安全、审计三员互斥
ADMINISTRATORS = [str(key) for key, role in ROLES.items() if role.administrator]
