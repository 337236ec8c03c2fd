"""The columns a roster may have, and the headings they go by."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.imports.bulk.resources import columns_of
from core.imports.heads import Topic
from core.imports.resources import Column
from core.imports.widgets import Choice
from people.choices import ETHNICITY_CHOICES, Education, Gender, IdType, MemberKind, Political
from people.models import CertificateKind
from people.states import MembershipState

Table = dict[str, tuple[Any, str, dict[str, Any]]]  # field → heading, other headings, options
PERSON: Table = {
    "name": (
        _("姓名"),
        "队员姓名、人员姓名、成员姓名、志愿者姓名、名字、本人姓名、姓、姓氏、Name、Full Name",
        {"required": True, "example": "敖特根巴雅尔·孟和"},
    ),
    "mongolian_name": (_("蒙古文姓名"), "蒙文姓名、蒙古文名", {}),
    "gender": (_("性别"), "男/女、Sex、Gender", {"widget": Choice(Gender.choices)}),
    "id_type": (_("证件类型"), "证件种类", {"widget": Choice(IdType.choices), "hint": _("不填按号码判断。")}),
    "id_number": (
        _("证件号码"),
        "身份证号、身份证号码、身份证、公民身份号码、居民身份号码、公民身份证号码、居民身份证号、居民身份证号码、"
        "居民身份证、证件号、ID Number、ID No.、ID Card、有效证件号、有效证件号码、身份证件号码、身份证明号码",
        {"example": "150404199003070015", "hint": _("这一列设成文本格式，否则 Excel 会丢掉后几位。")},
    ),
    "birth": (
        _("出生日期"),
        "出生年月、出生年月日、生日、出生时间、Date of Birth、Birthday、DOB",
        {"hint": _("有身份证号码的不用填。")},
    ),
    "ethnicity": (_("民族"), "族别、Ethnicity", {"widget": Choice(ETHNICITY_CHOICES)}),
    "political": (
        _("政治面貌"),
        "党派、政治身份、是否党员、是否中共党员、是否为党员、是否为中共党员",
        {"widget": Choice(Political.choices)},
    ),
    "mobile": (
        _("手机"),
        "手机号、手机号码、联系电话、电话、联系方式、移动电话、本人电话、电话号码、联系手机、本人联系电话、"
        "Mobile、Phone、Telephone、Tel、Cell Phone、电话1、电话一、手机1、手机号1、联系电话1、联系电话一",
        {"example": "13800000000"},
    ),
    "other_phone": (
        _("备用电话"),
        "其他电话、固定电话、固话、座机、办公电话、第二电话、备用联系电话、电话2、电话二、手机2、手机号2、联系电话2、联系电话二",
        {},
    ),
    "division": (_("所在旗县"), "旗县、所在地、所在区划、所属旗县、所在旗县区、旗县区、区县", {}),
    "address": (_("住址"), "Address、家庭住址、现住址、居住地址、地址、家庭地址、常住地址、现居住地", {}),
    "employer": (_("工作单位"), "Employer、单位、所在单位、就职单位、工作单位及职务", {}),
    "occupation": (_("职业"), "从事职业、职业工种", {}),
    "education": (_("学历"), "文化程度、最高学历、受教育程度", {"widget": Choice(Education.choices)}),
    "emergency_name": (
        _("紧急联系人"),
        "Emergency Contact、紧急联系人姓名、紧急联络人、应急联系人、应急联系人姓名",
        {},
    ),
    "emergency_relation": (
        _("与本人关系"),
        "紧急联系人关系、紧急联系人与本人关系、与紧急联系人关系、应急联系人关系",
        {},
    ),
    "emergency_phone": (
        _("紧急联系电话"),
        "Emergency Phone、"
        "紧急联系人电话、紧急联系人手机、紧急联系人联系电话、紧急联系人联系方式、应急联系人电话、紧急电话、"
        "紧急联系人手机号",
        {},
    ),
    "rc_member_no": (_("红十字会会员证号"), "会员证号、会员编号、红十字会员证号、红十字会员编号、会员号", {}),
    "rc_member_on": (_("入会日期"), "入会时间、红十字会入会时间", {}),
    "volunteer_no": (_("志愿者编号"), "志愿者号、志愿者证号、志愿服务编号、志愿者注册号", {}),
    "volunteer_on": (_("志愿者注册日期"), "志愿者注册时间、注册日期、注册时间", {}),
    "skills": (
        _("技能特长"),
        "特长、擅长、技能、专业技能、专业特长、救援技能、个人特长",
        {"hint": _("几项用“、”隔开。")},
    ),
    "languages": (_("语言"), "掌握语言、语种、会何种语言", {"hint": _("几项用“、”隔开。")}),
    "licence_class": (_("准驾车型"), "驾照类型、驾照类别、驾驶证类型、驾照", {}),
    "clothes_size": (_("服装尺码"), "衣服尺码、服装号、服装型号、上衣尺码、衣服号", {}),
    "shoe_size": (_("鞋码"), "鞋号、鞋子尺码", {}),
    "hat_size": (_("帽号"), "头围、帽子尺码", {}),
    "health_declared_on": (_("健康声明日期"), "", {}),
    "checkup_on": (_("体检日期"), "体检时间、最近体检时间、最近体检日期", {}),
}
MEMBERSHIP: Table = {
    "number": (_("队内编号"), "队员编号、编号、队员证号、工号、队号", {}),
    "group": (_("分组"), "Group、组别、小组、所在小组、所属小组、分队、中队、所属分队、组", {}),
    "duty": (_("队内职务"), "职务、队职、岗位、队内职位、职位", {}),
    "joined_on": (
        _("入队日期"),
        "Joined、Date Joined、"
        "入队时间、何时入队、加入时间、加入日期、参加时间、入队年月、入队年份、加入队伍时间、加入队伍日期、参加救援队时间",
        {"example": "2024-03-01"},
    ),
    "basis": (_("入队依据"), "", {}),
    "kind": (_("身份"), "队员身份、人员类别、队员类别、人员身份", {"widget": Choice(MemberKind.choices)}),
    "state": (
        _("队籍状态"),
        "队员状态、状态、人员状态、在队状态、在队情况、是否正式队员、是否正式、正式/预备",
        {"widget": Choice([(key, MembershipState(key).label) for key in ("full", "probation")])},
    ),
}
# Read, not kept: what they say may contradict the row.
REMARK: Table = {
    "remark": (_("备注"), "备注说明、情况说明", {}),
    "here": (_("是否在队"), "是否在册、是否仍在队、是否还在队", {}),
    "gone": (
        _("退队日期"),
        "退队时间、离队日期、离队时间、退出日期、退出时间、离职时间、离职日期、调离时间、退队年月",
        {},
    ),
}
CERTIFICATE: Table = {
    "cert_kind": (
        _("证书种类"),
        "证书名称、持有证书、证书类型、证书类别、持证情况、证书情况、持证名称、持证种类、所持证书、资质证书",
        {"hint": _("不填按救护员证。")},
    ),
    "cert_number": (
        _("救护证编号"),
        "应急救护证编号、应急救护证书编号、应急救护证、应急救护证号、救护员证编号、救护员证号、救护员证、"
        "救护证号、救护证、救护员证书编号、急救证编号、急救证号、急救证、证书编号、证书号、证书号码、"
        "红十字救护员证、红十字救护员证编号、救护员证书、应急救护证书、证书证书编号、应急救护编号、"
        "证书名称及编号、证书名称编号、证书种类及编号、救护证名称及编号、救护证名称编号、救护员证名称及编号、救护员证名称编号、"
        "应急救护证名称及编号、应急救护证名称编号",
        {},
    ),
    "cert_level": (_("证书级别"), "证书等级", {}),
    "cert_issued": (
        _("发证日期"),
        "发证时间、取证时间、取证日期、证书发证日期、救护员证发证日期、应急救护证发证日期、救护证发证日期、"
        "应急救护证书发证日期、领证时间、领证日期、急救证发证日期、应急救护证发证时间、救护员证发证时间、"
        "证书日期、证书时间、证书发证时间、证书取证时间、证书取证日期、证书领证时间",
        {},
    ),
    "cert_expires": (
        _("证书有效至"),
        "有效期至、有效至、有效期起止、证书有效期起止、发证日期/有效期、发证时间/有效期、证书有效期至、证书有效期、有效期、应急救护证有效期、应急救护证有效期至、"
        "救护员证有效期至、救护员证有效至、应急救护证有效至、救护证有效期至、应急救护证书有效期至、"
        "到期时间、到期日期、证书到期日期、证书有效至、救护员证有效期、急救证有效期",
        {},
    ),
    "cert_issuer": (
        _("发证机构"),
        "发证单位、发证机关、证书发证机构、应急救护证发证机构、应急救护证发证单位、救护员证发证机构、"
        "救护员证发证单位、颁发单位、证书发证单位、证书发证机关、证书颁发单位、证书单位",
        {},
    ),
}
INSURANCE: Table = {
    "insurer": (
        _("保险公司"),
        "保险单位、承保公司、保险人、保险公司名称、保险保险公司、承保单位、保险公司公司",
        {},
    ),
    "policy_number": (
        _("保单号"),
        "保险单号、保单编号、保险单编号、保险保单号、保单号码、保险单号码、保险编号",
        {},
    ),
    "cover_from": (
        _("保险起"),
        "保险起期、保险开始日期、保险起始日期、保险生效日期、保险起日、起保日期、投保日期、保险开始、"
        "保险起始、保险起保日期",
        {},
    ),
    "cover_to": (
        _("保险止"),
        "保险止期、保险到期日期、保险结束日期、保险有效期至、保险终止日期、保险到期、保险到期时间、"
        "保险止日、保险终止、保险有效至、保险结束",
        {},
    ),
    "cover_period": (
        _("保险期限"),
        "保险期间、保险有效期、保险起止、保险起止日期、保险起止时间、保障期限、保险时间",
        {},
    ),
}
# A heading over several columns, and what those below it can be. Of any other certificate but first aid we do not know
# the kind, so 编号 below it is nobody's.
_EMERGENCY = frozenset(name for name in PERSON if name.startswith("emergency_"))
TOPICS = (
    Topic(re.compile(r"紧急|应急联[系络]"), "紧急联系人", _EMERGENCY),
    Topic(re.compile(r"保险"), "保险", frozenset(INSURANCE)),
    Topic(
        re.compile(r"^(所?持有?|取得|资质|资格|红十字|员)*证书?(基本|持有|持证)?(情况|信息)?$|持证|救护|急救"), "证书",
        frozenset(CERTIFICATE),
    ),
    Topic(re.compile(r"(?<!身份)证(?!件)"), "", frozenset()),
    Topic(re.compile(r"基本|个人|本人|人员|队员|联系|通讯|身份|证件|在队|入队|队内"), ""),
)  # fmt: skip
THEN = {"mobile": "other_phone"}
HALVES = {("姓", "名"): "name", ("姓氏", "名"): "name", ("姓", "名字"): "name", ("姓氏", "名字"): "name"}
WEAK = dict.fromkeys(("队员", "成员", "人员", "志愿者"), ("name",))
# What people write into a cell beside what it is for.
CROWDED = {"name": ("id_number", "mobile"), "gender": ("ethnicity",), "emergency_name": ("emergency_phone",)}
# A heading nobody foresaw, over cells that can be but one thing; not that of a parent or of whom to call.
CONTENT = {
    "id_number": (
        re.compile(
            r"^(?!.*(?:监护|家长|家属|父|母|配偶|子女|联系人|负责人|介绍人|推荐人)).*(?:身份|证件|I\.?D)", re.IGNORECASE
        ),
        re.compile(r"['’‘]?\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx]"),
    )
}
TEAM: Table = {
    "team": (_("救援队"), "队伍、队伍名称、所属队伍、救援队名称、所在队伍、所属救援队、所在救援队", {}),
}

# Columns rosters have that are not taken over, and are not worth telling about.
KNOWN_UNUSED = frozenset(["序号", "核对说明", "年龄", "照片", "签字", "签名", "序", "No", "no", "NO", "no.", "Age"])
# Health is the person's own to give, with a consent of its own (个人信息保护法第二十九条).
HEALTH = frozenset(
    ["血型", "过敏史", "健康状况", "健康情况", "身体状况", "病史", "既往病史", "健康声明", "过敏药物", "Blood Type"]
)

POLITICAL_ALSO = {"党员": Political.PARTY, "中共正式党员": Political.PARTY, "共产党员": Political.PARTY,
                  "正式党员": Political.PARTY, "中国共产党党员": Political.PARTY, "中共": Political.PARTY,
                  "预备党员": Political.PROBATIONARY, "团员": Political.LEAGUE, "共青团": Political.LEAGUE,
                  "普通群众": Political.MASSES, "一般群众": Political.MASSES, "无党派": Political.NONPARTISAN,
                  "农工党": Political.CPWDP, "民革": Political.RCCK, "民盟": Political.CDL, "民建": Political.CNDCA,
                  "民进": Political.CAPD, "致公党": Political.ZGP, "九三学社": Political.JIUSAN,
                  "台盟": Political.TSL, "中共党员（预备）": Political.PROBATIONARY,
                  "党员（预备）": Political.PROBATIONARY, "入党积极分子": Political.MASSES,
                  "群众（入党积极分子）": Political.MASSES,
                  "积极分子": Political.MASSES, "是": Political.PARTY, "√": Political.PARTY, "✓": Political.PARTY,
                  "✔": Political.PARTY, "1": Political.PARTY, "有": Political.PARTY, "否": "",
                  "非党员": ""}  # fmt: skip
# What people say for short; 族 behind it is left out or written at will.
ETHNICITY_ALSO = {"蒙族": "蒙古族", "维族": "维吾尔族", "哈族": "哈萨克族", "朝族": "朝鲜族", "达族": "达斡尔族",
                  "俄族": "俄罗斯族", "柯族": "柯尔克孜族", "乌孜族": "乌孜别克族",
                  "达翰尔族": "达斡尔族", "达呼尔族": "达斡尔族", "鄂温可族": "鄂温克族"}  # fmt: skip
EDUCATION_ALSO = {"博士": Education.POSTGRADUATE, "硕士": Education.POSTGRADUATE, "硕士研究生": Education.POSTGRADUATE,
                  "博士研究生": Education.POSTGRADUATE, "本科": Education.BACHELOR, "大本": Education.BACHELOR,
                  "学士": Education.BACHELOR, "大学": Education.BACHELOR, "专科": Education.COLLEGE,
                  "研究生及以上": Education.POSTGRADUATE,
                  "大专": Education.COLLEGE, "高职": Education.COLLEGE, "中专": Education.VOCATIONAL,
                  "中技": Education.VOCATIONAL, "技校": Education.VOCATIONAL, "职高": Education.VOCATIONAL,
                  "中职": Education.VOCATIONAL, "高中及以下": Education.SENIOR,
                  "初中及以下": Education.JUNIOR}  # fmt: skip
ID_TYPE_ALSO = {"身份证": IdType.CITIZEN, "二代身份证": IdType.CITIZEN, "港澳居民居住证": IdType.RESIDENCE,
                "台湾居民居住证": IdType.RESIDENCE, "居住证": IdType.RESIDENCE, "回乡证": IdType.HK_MACAO,
                "港澳通行证": IdType.HK_MACAO, "台胞证": IdType.TAIWAN, "永久居留证": IdType.FOREIGNER,
                "外国人永久居留证": IdType.FOREIGNER}  # fmt: skip
KIND_ALSO = {"正式队员": MemberKind.MEMBER, "预备队员": MemberKind.MEMBER, "救援队员": MemberKind.MEMBER,
             "专职": MemberKind.STAFF, "红会专职人员": MemberKind.STAFF, "专职人员": MemberKind.STAFF,
             "工作人员": MemberKind.STAFF, "志愿服务者": MemberKind.VOLUNTEER, "红十字志愿者": MemberKind.VOLUNTEER,
             "兼职": MemberKind.MEMBER}  # fmt: skip
STATE_ALSO = {"正式队员": "full", "预备队员": "probation", "是": "full", "否": "probation", "实习": "probation",
              "试用": "probation", "见习": "probation", "考察期": "probation", "在册": "full", "在队": "full",
              "请假": "full", "正常": "full", "√": "full", "✓": "full", "✔": "full", "1": "full"}  # fmt: skip

_OWN_HINT = _("写编号和发证日期，例如“A123 2024-03-01”。")
OWN_KIND = "cert:"  # prefix of a column that is a kind of certificate of its own


def columns(kinds: Iterable[CertificateKind], *, teams: bool = False) -> dict[str, Column]:
    """All columns of a roster; ``teams``: of several teams, which then has a column that says which."""
    table: Table = {**(TEAM if teams else {}), **PERSON, **MEMBERSHIP, **CERTIFICATE, **INSURANCE, **REMARK}
    if not teams:
        table |= TEAM
    taken = {alias for _heading, also, _options in table.values() for alias in also.split("、")}
    for kind in kinds:
        if kind.is_first_aid and kind.key == "first_aid":
            continue
        known = [alias for alias in _aliases(kind) if alias not in taken]
        more = [f"{alias}{end}" for alias in (kind.name, *known) for end in ("编号", "证号", "证书编号")]
        table[f"{OWN_KIND}{kind.key}"] = (kind.name, "、".join([*known, *more]), {"hint": _OWN_HINT})
    return columns_of(table)


def _aliases(kind: CertificateKind) -> list[str]:
    return [alias.strip() for alias in kind.also.split("、") if alias.strip()]
