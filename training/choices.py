"""Choice lists of training and drills."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActivityKind(TextChoices):
    DRILL = "drill", _("演练")
    TRAINING = "training", _("培训")


class DrillForm(TextChoices):
    TABLETOP = "tabletop", _("桌面推演")
    FUNCTIONAL = "functional", _("功能演练")
    FIELD = "field", _("实战演练")
    FULL = "full", _("综合演练")


class DrillScope(TextChoices):
    """How wide a drill reaches. 北部协作区 is 蒙辽吉黑鲁 (founding notice); units of other regions are text."""

    TEAM = "team", _("队内")
    LEVEL = "level", _("本级")
    VERTICAL = "vertical", _("上下级联合")
    JOINT = "joint", _("多部门联训联演")
    NORTH = "north", _("跨区域（北部协作区）")
    ACROSS = "across", _("跨协作区")


class TrainingKind(TextChoices):
    THEORY = "theory", _("理论")
    SKILL = "skill", _("技能")
    REFRESHER = "refresher", _("复训")
    INSTRUCTOR = "instructor", _("师资")
    FIRST_AID = "first_aid", _("应急救护")
    PARTY = "party", _("党建教育")


class Hazard(TextChoices):
    """灾种."""

    FLOOD = "flood", _("洪涝")
    DROUGHT = "drought", _("干旱")
    EARTHQUAKE = "earthquake", _("地震")
    GEOLOGICAL = "geological", _("地质灾害")
    WILDFIRE = "wildfire", _("森林草原火灾")
    SNOW = "snow", _("雪灾、寒潮")
    SANDSTORM = "sandstorm", _("沙尘暴")
    WATER = "water", _("水上")
    LOST = "lost", _("山野走失")
    TRAFFIC = "traffic", _("交通事故")
    COLLAPSE = "collapse", _("建筑坍塌")
    EPIDEMIC = "epidemic", _("疫情")
    OTHER = "other", _("其他")


class Department(TextChoices):
    """协同部门."""

    EMERGENCY = "emergency", _("应急")
    FIRE = "fire", _("消防")
    POLICE = "police", _("公安")
    HEALTH = "health", _("卫健")
    TRANSPORT = "transport", _("交通")
    WATER = "water", _("水利")
    WEATHER = "weather", _("气象")
    LAND = "land", _("自然资源")
    FOREST = "forest", _("林草")
    CIVIL = "civil", _("民政")
    EDUCATION = "education", _("教育")
    TOURISM = "tourism", _("文旅")
    OTHER = "other", _("其他")


class BaseKind(TextChoices):
    """How a training base is held (中红字〔2023〕42号)."""

    OWN = "own", _("自建")
    SHARED = "shared", _("共建共享")
    RENTED = "rented", _("租用借用")


class LessonForm(TextChoices):
    THEORY = "theory", _("理论")
    PRACTICE = "practice", _("实操")
    TABLETOP = "tabletop", _("桌面推演")
    EXAM = "exam", _("考核")


class PartRole(TextChoices):
    """What somebody does in an activity."""

    TAKES_PART = "part", _("参加")
    COMMAND = "command", _("指挥")
    SAFETY = "safety", _("安全员")
    SUPPORT = "support", _("保障")
    TEACHES = "teaches", _("授课")
    OBSERVES = "observes", _("观摩")


class Listing(TextChoices):
    """Whether somebody is on the list of an activity."""

    ASKED = "asked", _("已报名")  # by oneself, or marked present without having been on the list
    WAITING = "waiting", _("候补")  # asked when all places were held
    LISTED = "listed", _("在名单")
    REMOVED = "removed", _("已移出")


NOT_EXPECTED = (Listing.WAITING, Listing.REMOVED)  # called nowhere; who comes all the same is decided about


class MarkKind(TextChoices):
    """What a mark of the roll says."""

    ARRIVED = "arrived", pgettext_lazy("roll", "到")
    LEFT = "left", _("离开")
    LEAVE = "leave", _("请假")
    ABSENT = "absent", _("缺席")
    CLEARED = "cleared", _("撤销")  # the marks before it no longer count


class MarkMethod(TextChoices):
    TAP = "tap", _("点名")
    POSTER = "poster", _("扫码签到")
    CARD = "card", _("扫队员卡")
    PAPER = "paper", _("纸质名单补录")


class Presence(TextChoices):
    """What the marks of one person in one slot come to."""

    UNKNOWN = "", _("未点")
    PRESENT = "present", pgettext_lazy("roll", "到")
    LEAVE = "leave", _("请假")
    ABSENT = "absent", _("缺席")


class Trouble(TextChoices):
    """Why a mark does not count as it is. It is kept all the same."""

    STRANGER = "stranger", _("不在名单，也不是参加队伍的队员")
    TOO_EARLY = "too_early", _("早于本场开始 4 小时以上")
    TOO_LATE = "too_late", _("晚于本场结束 4 小时以上")
    FUTURE = "future", _("时间在未来")
    CLOSED = "closed", _("记录已经报送，不再收点名")


class Dimension(TextChoices):
    """评估 by dimension."""

    GOAL = "goal", _("目标达成")
    PLAN = "plan", _("预案有效性")
    TURNOUT = "turnout", _("人员到位")
    COORDINATION = "coordination", _("组织协同")
    EQUIPMENT = "equipment", _("装备物资")
    LOGISTICS = "logistics", _("后勤保障")
    SAFETY = "safety", _("安全")


class Rating(TextChoices):
    GOOD = "good", _("达到")
    PARTLY = "partly", _("基本达到")
    POOR = "poor", _("未达到")


class Outcome(TextChoices):
    """Result of a trainee."""

    PASSED = "passed", _("合格")
    FAILED = "failed", _("不合格")
    NOT_TESTED = "not_tested", _("不考核")
