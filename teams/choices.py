"""Choice lists of teams and filings, in the words of the founding notice."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class TeamLevel(TextChoices):
    """Level at which a team is named (队伍级别). Not where it is managed: a 自治区级 team may lie with its league."""

    NATIONAL = "national", _("国家级")
    REGION = "region", _("自治区级")
    LEAGUE = "league_city", _("盟市级")
    BANNER = "banner_county", _("旗县级")


class Formation(TextChoices):
    DIRECT = "direct", _("直接建立")
    NAMED = "named", _("冠名合作")


class Registration(TextChoices):
    CIVIL = "civil", _("民政登记注册")
    DOCUMENT = "document", _("红十字会发文备案")
    PENDING = "pending", _("尚未完成")


class CivilType(TextChoices):
    """Second character of the 统一社会信用代码 of what the civil affairs office registered (GB 32100-2015)."""

    ASSOCIATION = "51", _("社会团体")
    SERVICE = "52", _("社会服务机构（民办非企业单位）")
    FOUNDATION = "53", _("基金会")
    OTHER = "59", _("其他")


class SiteType(TextChoices):
    OWN = "own", _("自建")
    SHARED = "shared", _("共建共享")
    RENTED = "rented", _("租用借用")


class Funding(TextChoices):
    BUDGET = "budget", _("财政经费")
    RED_CROSS = "red_cross", _("红十字会拨付")
    PROJECT = "project", _("项目筹资")
    SERVICE = "service", _("政府购买服务")
    DONATION = "donation", _("社会捐赠")
    OWN = "own", _("队伍自筹")


class PostRole(TextChoices):
    CAPTAIN = "captain", _("队长")
    DEPUTY = "deputy", _("副队长")
    GROUP_LEADER = "group_leader", _("分队长（组长）")
    SAFETY = "safety", _("安全员")
    INSTRUCTOR = "instructor", _("教官")
    EQUIPMENT = "equipment", _("装备管理员")
    LIAISON = "liaison", _("信息员")


# 管理层：变更须报主管红十字会备案（中红字〔2023〕42号（八））。其余岗位由队伍自行维护。
MANAGEMENT = (PostRole.CAPTAIN, PostRole.DEPUTY)


class Origin(TextChoices):
    ELECTED = "elected", _("选举")
    RECOMMENDED = "recommended", _("推荐")
    APPOINTED = "appointed", _("任命")


class EmblemKind(TextChoices):
    FLAG = "flag", _("队旗")
    UNIFORM = "uniform", _("服装")
    BADGE = "badge", _("臂章、胸牌")
    VEHICLE = "vehicle", _("车辆标识")
    SITE = "site", _("场所标牌")
    EQUIPMENT = "equipment", _("装备标识")
    PLAQUE = "plaque", _("队牌、证书")
    OTHER = "other", _("其他")


class FilingKind(TextChoices):
    REGISTER = "register", _("新建备案")
    CHANGE = "change", _("变更")
    ANNUAL = "annual", _("年度确认")
    EXIT = "exit", _("退出")
    RESTORE = "restore", _("恢复")


class ExitKind(TextChoices):
    VOLUNTARY = "voluntary", _("主动退出")
    FAILED = "failed", _("考核不合格")
    UNNAMED = "unnamed", _("冠名解除")
    MERGED = "merged", _("合并")
    DISSOLVED = "dissolved", _("注销")


class ExitTask(TextChoices):
    """What has to be accounted for before a team has left."""

    EMBLEM = "emblem", _("标志物收回")
    EQUIPMENT = "equipment", _("装备清退")
    MEMBERS = "members", _("队员安置")
    ANNOUNCEMENT = "announcement", _("公告")


class Duty(TextChoices):
    """What an office does at its step of a filing."""

    REGISTER = "register", _("登记")
    REVIEW = "review", _("审核")
    FILE = "file", _("审定备案")
    COPY = "copy", _("抄送备案")


DECIDING = (Duty.REGISTER, Duty.REVIEW, Duty.FILE)


class Severity(IntegerChoices):
    """What a check does when it finds something."""

    OFF = 0, _("不检查")
    WARN = 1, _("提示")
    BLOCK = 2, _("不能提交")


class PaperWhen(TextChoices):
    """For which teams a paper is asked."""

    ALWAYS = "always", _("都要")
    CIVIL = "civil", _("民政登记注册的")
    DOCUMENT = "document", _("红十字会发文备案的")
    NAMED = "named", _("冠名合作的")
    POSTS = "posts", _("队长、副队长有变化的")


class Stance(TextChoices):
    AGREE = "agree", _("同意")
    DISAGREE = "disagree", _("不同意")
    REMARK = "remark", _("提出意见")
    DECLINED = "declined", _("不便答复")
    ENDED = "ended", _("不再征求")  # not an answer: taken back, or decided without one
