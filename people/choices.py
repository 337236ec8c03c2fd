"""Choice lists of people (GB/T 2261.1, 4762, 3304 and 4658 where a standard names the list)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class IdType(TextChoices):
    """Identity documents. Which one a person has decides how its number is checked (``people.identity``)."""

    CITIZEN = "citizen", _("居民身份证")
    RESIDENCE = "residence", _("港澳台居民居住证")
    HK_MACAO = "hk_macao", _("港澳居民来往内地通行证")
    TAIWAN = "taiwan", _("台湾居民来往大陆通行证")
    FOREIGNER = "foreigner", _("外国人永久居留身份证")
    PASSPORT = "passport", _("护照")
    OTHER = "other", _("其他证件")


class Gender(TextChoices):
    """GB/T 2261.1."""

    MALE = "1", _("男")
    FEMALE = "2", _("女")


class Political(TextChoices):
    """政治面貌, GB/T 4762."""

    PARTY = "01", _("中共党员")
    PROBATIONARY = "02", _("中共预备党员")
    LEAGUE = "03", _("共青团员")
    RCCK = "04", _("民革党员")
    CDL = "05", _("民盟盟员")
    CNDCA = "06", _("民建会员")
    CAPD = "07", _("民进会员")
    CPWDP = "08", _("农工党党员")
    ZGP = "09", _("致公党党员")
    JIUSAN = "10", _("九三学社社员")
    TSL = "11", _("台盟盟员")
    NONPARTISAN = "12", _("无党派人士")
    MASSES = "13", _("群众")


PARTY_MEMBERS = (Political.PARTY, Political.PROBATIONARY)


class Education(TextChoices):
    """学历, in the coarse steps of GB/T 4658."""

    POSTGRADUATE = "10", _("研究生")
    BACHELOR = "20", _("大学本科")
    COLLEGE = "30", _("大学专科")
    VOCATIONAL = "40", _("中专、中技")
    SENIOR = "60", _("高中")
    JUNIOR = "70", _("初中")
    PRIMARY = "80", _("小学")
    OTHER = "90", _("其他")


class Blood(TextChoices):
    A = "A", _("A 型")
    B = "B", _("B 型")
    AB = "AB", _("AB 型")
    O = "O", _("O 型")  # noqa: E741 - what the type is called
    UNKNOWN = "unknown", _("不详")


class MemberKind(TextChoices):
    """What somebody is to the team (队员身份). Whether a member is full or on probation is the membership's state."""

    MEMBER = "member", _("队员")
    STAFF = "staff", _("红十字会专职人员")
    VOLUNTEER = "volunteer", _("志愿者")


class Presence(TextChoices):
    """Whether a member can be called upon at present."""

    ACTIVE = "active", _("在队")
    LEAVE = "leave", _("请假")
    SUSPENDED = "suspended", _("暂停")


class EndKind(TextChoices):
    """Why a membership ended."""

    VOLUNTARY = "voluntary", _("自愿退出")
    AGE = "age", _("超龄")
    HEALTH = "health", _("健康原因")
    FAILED = "failed", _("考核不合格")
    MISCONDUCT = "misconduct", _("违纪")
    TRANSFER = "transfer", _("转队")
    DEATH = "death", _("去世")
    TEAM_LEFT = "team_left", _("队伍退出")
    MISTAKE = "mistake", _("登记有误")


class InsuranceKind(TextChoices):
    ACCIDENT = "accident", _("人身意外伤害保险")
    EMPLOYER = "employer", _("雇主责任保险")
    PUBLIC = "public", _("公众责任保险")
    AVIATION = "aviation", _("航空意外保险")
    OTHER = "other", _("其他保险")


# 志愿服务条例第17条: what counts is that the person is insured against accident.
PERSONAL_COVER = (InsuranceKind.ACCIDENT, InsuranceKind.EMPLOYER)


class AwardLevel(TextChoices):
    NATIONAL = "national", _("国家级")
    PROVINCE = "province", _("省部级")
    CITY = "city", _("盟市级")
    COUNTY = "county", _("旗县级")
    TEAM = "team", _("队内")
    OTHER = "other", _("其他")


class MandateKind(TextChoices):
    """Offices in the Red Cross's own bodies."""

    DELEGATE = "delegate", _("会员代表大会代表")
    COUNCIL = "council", _("理事")
    EXECUTIVE = "executive", _("常务理事")
    SUPERVISOR = "supervisor", _("监事")
    CANDIDATE = "candidate", _("代表、理事或监事候选人")


class HourKind(TextChoices):
    SERVICE = "service", _("服务")
    TRAINING = "training", _("培训")


class ConsentKind(TextChoices):
    """What a person agrees to. 个人信息保护法 第28、29条: sensitive data need a consent of their own."""

    PERSONAL = "personal", _("个人信息处理")
    HEALTH = "health", _("健康信息处理")
    LIKENESS = "likeness", _("照片和影像使用")


class Channel(TextChoices):
    ONLINE = "online", _("网上")
    PAPER = "paper", _("纸质")


# GB/T 3304, by name: registers write them so.
ETHNICITIES = (
    "汉族", "蒙古族", "回族", "藏族", "维吾尔族", "苗族", "彝族", "壮族",
    "布依族", "朝鲜族", "满族", "侗族", "瑶族", "白族", "土家族", "哈尼族",
    "哈萨克族", "傣族", "黎族", "傈僳族", "佤族", "畲族", "高山族", "拉祜族",
    "水族", "东乡族", "纳西族", "景颇族", "柯尔克孜族", "土族", "达斡尔族", "仫佬族",
    "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族", "锡伯族", "阿昌族", "普米族",
    "塔吉克族", "怒族", "乌孜别克族", "俄罗斯族", "鄂温克族", "德昂族", "保安族", "裕固族",
    "京族", "塔塔尔族", "独龙族", "鄂伦春族", "赫哲族", "门巴族", "珞巴族", "基诺族",
    "其他",
)  # fmt: skip
ETHNICITY_CHOICES = [(name, name) for name in ETHNICITIES]
