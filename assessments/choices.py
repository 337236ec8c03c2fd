"""Choice lists of standards, gradings and annual assessments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Purpose(TextChoices):
    """What a standard judges."""

    GRADING = "grading", _("救援队分级测评")
    ANNUAL = "annual", _("年度考核")
    MEMBER = "member", _("队员能力测评")


class Scheme(TextChoices):
    """Two schemes stand side by side (中红字〔2023〕42号 第九条; 应急〔2024〕83号)."""

    RED_CROSS = "red_cross", _("红十字会测评")
    EMERGENCY = "emergency", _("应急管理部门测评")


class Publisher(TextChoices):
    NATIONAL = "national", _("中国红十字会总会")
    REGION = "region", _("自治区红十字会")
    MINISTRY = "ministry", _("应急管理部门")


class Specialty(TextChoices):
    """The five 专业 of 应急〔2024〕83号 第五条, names from YJ/T 1.2～1.6—2022."""

    COLLAPSE = "collapse", _("建筑物倒塌搜救")
    MOUNTAIN = "mountain", _("山地搜救")
    WATER = "water", _("水上搜救")
    DIVING = "diving", _("潜水救援")
    MEDICAL = "medical", _("应急医疗救护")


class Subject(TextChoices):
    """公共科目 and 专业科目."""

    PUBLIC = "public", _("公共科目")
    PROFESSIONAL = "professional", _("专业科目")


class Method(TextChoices):
    """How an indicator gives points."""

    HEADING = "heading", _("分组标题")  # no points of its own: what stands below it has them
    YES_NO = "yes_no", _("有无")
    STEPS = "steps", _("分档")
    DEDUCTION = "deduction", _("扣分")
    THRESHOLD = "threshold", _("数值达标")
    JUDGED = "judged", _("评分")


class Grade(TextChoices):
    """能力由高到低分为1级、2级、3级 (中红字〔2023〕42号 第九条)."""

    ONE = "1", _("1 级")
    TWO = "2", _("2 级")
    THREE = "3", _("3 级")


class PanelDuty(TextChoices):
    LEAD = "lead", pgettext_lazy("panel", "组长")
    MEMBER = "member", pgettext_lazy("panel", "成员")


class ObjectionKind(TextChoices):
    OBJECTION = "objection", _("公示异议")
    APPEAL = "appeal", _("申诉")


class ObjectionOutcome(TextChoices):
    UPHELD = "upheld", _("成立")
    REFUSED = "refused", _("不成立")


class ScoredBy(TextChoices):
    """Whose score a line of the annual assessment is."""

    TEAM = "team", _("自评")
    LEAGUE = "league", _("盟市考核")
    REGION = "region", _("自治区审定")


class AdjustmentKind(TextChoices):
    BONUS = "bonus", _("加分")
    PENALTY = "penalty", _("扣分")
    VETO = "veto", _("一票否决")


class FollowUpKind(TextChoices):
    """What the result leads to (中红字〔2023〕42号 第十七条: 准入、退出、表彰、经费支持的依据)."""

    COMMEND = "commend", _("表彰")
    FUND = "fund", _("经费支持")
    RECTIFY = "rectify", _("限期整改")
    SUSPEND = "suspend", _("暂停")
    LEAVE = "leave", _("退出")


PANEL_LEAST = 3  # members of a panel; the publisher's own rule was not found [P]


class CarriedOutBy(TextChoices):
    """Who carries out a follow-up, as it is said of many teams at once."""

    TEAM = "team", _("各队自己")
    OFFICE = "office", _("队伍的主管红十字会")
    LEAGUE = "league", _("队伍所在的盟市红十字会")
    REGION = "region", _("自治区红十字会")


class DocumentKind(TextChoices):
    """What one run makes."""

    TEAM = "team", _("队伍年度考核报告")
    LEAGUE = "league", _("盟市年度考核报告")
    REGION = "region", _("自治区年度考核报告")
    ARCHIVE = "archive", _("盟市打包文件")
    INDEX = "index", _("文件目录")
