"""The columns of a team list: the headings people give them, and the words they write into them."""

import re
from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports import Column, Day, Lookup, Resource, Several
from core.imports.heads import Topic
from core.imports.not_records import chapter
from organizations.lookup import PlaceLookup
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from teams.choices import CivilType, Formation, Funding, Origin, Registration, SiteType, TeamLevel
from teams.facts import divisions, managing_offices, offices
from teams.importing import cells
from teams.models import Filing

_LEVELS = {
    "全国": TeamLevel.NATIONAL, "总会": TeamLevel.NATIONAL, "自治区": TeamLevel.REGION, "省级": TeamLevel.REGION,
    "区级": TeamLevel.REGION, "盟市": TeamLevel.LEAGUE, "市级": TeamLevel.LEAGUE, "盟级": TeamLevel.LEAGUE,
    "地市级": TeamLevel.LEAGUE, "旗县": TeamLevel.BANNER, "县级": TeamLevel.BANNER, "旗级": TeamLevel.BANNER,
    "旗县区": TeamLevel.BANNER, "区县": TeamLevel.BANNER, "区县级": TeamLevel.BANNER, "县区级": TeamLevel.BANNER,
    "旗县区级": TeamLevel.BANNER, "旗县市区级": TeamLevel.BANNER,
}  # fmt: skip
_FORMATIONS = {
    "直接组建": Formation.DIRECT, "自建": Formation.DIRECT, "直属": Formation.DIRECT, "冠名": Formation.NAMED,
    "合作": Formation.NAMED, "合作共建": Formation.NAMED, "冠名共建": Formation.NAMED,
}  # fmt: skip
_REGISTRATIONS = {
    "民政登记": Registration.CIVIL, "民政局": Registration.CIVIL, "民政部门": Registration.CIVIL,
    "民政": Registration.CIVIL, "民政注册": Registration.CIVIL, "民政部门登记": Registration.CIVIL,
    "民政局登记": Registration.CIVIL, "民政局注册": Registration.CIVIL, "红会": Registration.DOCUMENT,
    "红十字会": Registration.DOCUMENT, "红十字会发文": Registration.DOCUMENT, "红十字会登记": Registration.DOCUMENT,
    "红十字会登记备案": Registration.DOCUMENT,
    "发文备案": Registration.DOCUMENT, "红十字会备案": Registration.DOCUMENT, "红会发文": Registration.DOCUMENT,
    "红会备案": Registration.DOCUMENT, "红会发文备案": Registration.DOCUMENT, "未登记": Registration.PENDING,
    "未完成": Registration.PENDING, "尚未": Registration.PENDING, "无": Registration.PENDING,
}  # fmt: skip
_CIVIL = {
    "社团": CivilType.ASSOCIATION, "民办非企业": CivilType.SERVICE, "民办非企业单位": CivilType.SERVICE,
    "社会服务机构": CivilType.SERVICE, "民非": CivilType.SERVICE,
}  # fmt: skip
_DAY = gettext_lazy("写到日：2024-03-01、2024.3.1、2024年3月1日都可以。")


# A heading over several columns, and what those below it can be.
_CAPTAIN = frozenset(["captain", "captain_phone", "captain_origin", "captain_since"])
_CIVIL_FACTS = frozenset(["registration", "civil_type", "uscc", "civil_authority", "civil_on"])
TOPICS = (
    Topic(re.compile("副队长"), "副队长", frozenset(["deputies"])),
    Topic(re.compile("队长|负责人"), "队长", _CAPTAIN),
    Topic(re.compile("值班|值守"), "值班", frozenset(["duty_phone"])),
    Topic(re.compile("联系人|联络人"), "", frozenset()),
    Topic(re.compile("登记|民政"), "登记", _CIVIL_FACTS),
    Topic(re.compile("备案|批复|发文"), "备案", frozenset(["filing_doc_no", "filing_doc_on"])),
    Topic(re.compile("驻地|基地"), "驻地"),
    Topic(re.compile(""), ""),
)


def registering_offices(by: User) -> QuerySet[Organization]:
    """Offices at which the person may begin a registration."""
    return managing_offices().filter(reach(by, Right.SUBMIT_FILING, at=""))


class ManagingOffice(PlaceLookup):
    """A league's list names its banners as well, which register their teams themselves."""

    def __init__(self) -> None:
        super().__init__(registering_offices)
        self._below = PlaceLookup(lambda by: managing_offices().filter(reach(by, Right.VIEW_TEAM, at="")))

    def unknown(self, value: str, by: User) -> str:
        there = self._below.find(value, by)
        if len(there) != 1:
            return ""
        words = _("%(office)s的队伍由它自己登记，这里请勾选“不导入”；它没有工作人员的，请系统管理员指定由您代办。")
        return words % {"office": there[0]}


class TeamColumns(Resource):
    """What a team list may say. Only the name has to be there."""

    name = Column(
        "name",
        gettext_lazy("队伍名称"),
        required=True,
        example="赤峰市红十字水上救援队（演示）",
        widget=cells.Name(),
        also=[
            "名称",
            "队名",
            "救援队名称",
            "救援队",
            "队伍全称",
            "救援队全称",
            "应急救援队名称",
            "志愿救援队名称",
            "队伍",
        ],
    )
    short_name = Column("short_name", gettext_lazy("简称"), also=["队伍简称"], widget=cells.Name())
    level = Column(
        "level",
        gettext_lazy("队伍级别"),
        also=["级别", "层级", "队伍层级"],
        example="盟市级",
        widget=cells.Kind(TeamLevel.choices, also=_LEVELS),
    )
    office = Column(
        "office",
        gettext_lazy("主管单位"),
        example="赤峰市红十字会",
        also=["主管红十字会", "主管机构", "管理单位", "所属红十字会", "所属单位", "主管红会", "归属", "上级单位"],
        hint=gettext_lazy("写全称、简称或机构代码。不写就是您所在的红十字会。"),
        widget=ManagingOffice(),
    )
    naming_org = Column(
        "naming_org",
        gettext_lazy("命名机构"),
        also=["冠名机构", "命名单位", "授牌单位"],
        hint=gettext_lazy("冠名、授牌的红十字会。"),
        widget=PlaceLookup(lambda by: offices()),
    )
    founded_on = Column(
        "founded_on",
        gettext_lazy("成立日期"),
        also=["成立时间", "组建时间", "组建日期", "建队时间"],
        example="2024-03-01",
        hint=_DAY,
        widget=Day(),
    )
    formation = Column(
        "formation",
        gettext_lazy("组建方式"),
        also=["组建形式", "组建类型"],
        example="冠名合作",
        widget=cells.Kind(Formation.choices, also=_FORMATIONS),
    )
    host_org_name = Column(
        "host_org_name",
        gettext_lazy("原社会组织名称"),
        widget=cells.Name(),
        also=["原社会组织", "合作社会组织", "合作单位", "依托单位", "社会组织名称"],
    )
    registration = Column(
        "registration",
        gettext_lazy("登记方式"),
        also=["登记情况", "注册方式", "登记备案方式"],
        example="民政登记注册",
        widget=cells.Kind(Registration.choices, also=_REGISTRATIONS),
    )
    civil_type = Column(
        "civil_type",
        gettext_lazy("民政登记类型"),
        also=["登记类型", "社会组织类型"],
        widget=cells.Kind(CivilType.choices, also=_CIVIL),
    )
    uscc = Column(
        "uscc",
        gettext_lazy("统一社会信用代码"),
        also=["信用代码", "社会信用代码", "统一信用代码"],
        hint=gettext_lazy("18 位，照登记证书填写。"),
        widget=cells.Code(),
    )
    civil_authority = Column("civil_authority", gettext_lazy("登记机关"), also=["登记部门"], widget=cells.Name())
    civil_on = Column("civil_on", gettext_lazy("登记日期"), also=["登记时间", "注册时间"], hint=_DAY, widget=Day())
    supervising_unit = Column("supervising_unit", gettext_lazy("业务主管单位"), widget=cells.Name())
    filing_doc_no = Column(
        "filing_doc_no",
        gettext_lazy("备案文号"),
        also=["备案发文文号", "发文文号", "文号", "批复文号"],
        hint=gettext_lazy("例：内红赈发〔2024〕19号。"),
        widget=cells.DocumentNumber(),
    )
    filing_doc_on = Column(
        "filing_doc_on",
        gettext_lazy("发文日期"),
        also=["备案发文日期", "备案时间", "备案日期", "发文时间"],
        hint=_DAY,
        widget=Day(),
    )
    main_category = Column(
        "main_category",
        gettext_lazy("专业类别"),
        example="水上救生、山野搜救",
        widget=cells.Categories(),
        also=["类别", "主类别", "主专业类别", "队伍类别", "救援类别", "专业方向", "队伍类型", "主要专业"],
    )
    other_categories = Column(
        "other_categories", gettext_lazy("其他类别"), also=["其他专业类别", "兼职类别"], widget=cells.Categories()
    )
    captain = Column(
        "captain",
        gettext_lazy("队长"),
        also=["队长姓名", "负责人", "队伍负责人"],
        example="阿拉坦·苏都",
        widget=cells.People(),
    )
    captain_phone = Column(
        "captain_phone",
        gettext_lazy("队长电话"),
        widget=cells.Phone(),
        example="13800000011",
        also=[
            "队长手机",
            "队长联系电话",
            "队长联系方式",
            "联系电话",
            "联系方式",
            "手机",
            "手机号",
            "手机号码",
            "负责人电话",
            "负责人手机",
            "负责人联系电话",
            "负责人联系方式",
        ],
    )
    captain_origin = Column(
        "captain_origin", gettext_lazy("队长产生方式"), also=["产生方式"], widget=cells.Kind(Origin.choices)
    )
    captain_since = Column(
        "captain_since", gettext_lazy("队长任职日期"), also=["队长任职时间", "任职时间"], hint=_DAY, widget=Day()
    )
    deputies = Column(
        "deputies",
        gettext_lazy("副队长"),
        also=["副队长姓名", "副队长及电话", "副队长及联系电话", "副队长姓名及电话"],
        example="李志强、敖特根巴雅尔·孟和",
        hint=gettext_lazy("几名写在一格，用“、”隔开。"),
        widget=cells.People(),
    )
    planned_size = Column(
        "planned_size",
        gettext_lazy("人数"),
        also=["建制人数", "队员人数", "队员数", "队伍人数", "编制人数", "总人数", "队员总数", "队伍总人数", "队伍规模"],
        example="30",
        widget=cells.Number(),
    )
    base_division = Column(
        "base_division",
        gettext_lazy("驻地旗县"),
        also=["所在旗县", "驻地区划", "旗县", "旗县区", "旗县市区", "所属旗县", "所在旗县区"],
        widget=Lookup(lambda by: divisions(), ["name", "code"], noun=gettext_lazy("旗县"), otherwise=cells.joined),
    )
    base_address = Column(
        "base_address",
        gettext_lazy("驻地"),
        also=["驻地地址", "队伍驻地", "队伍地址", "队部驻地", "地址", "队部地址", "详细地址", "办公地址"],
        example="演示路 1 号",
    )
    longitude = Column("longitude", gettext_lazy("经度"), also=["东经"], widget=cells.Coordinate())
    latitude = Column("latitude", gettext_lazy("纬度"), also=["北纬"], widget=cells.Coordinate())
    coordinates = Column(
        "coordinates",
        gettext_lazy("经纬度"),
        also=["坐标", "经纬度坐标", "基地坐标", "经度纬度", "经度及纬度"],
        widget=cells.Coordinates(),
        hint=gettext_lazy("一格写经度和纬度：118.88694,42.25781。已分两列写的不用填。"),
    )
    duty_phone = Column(
        "duty_phone",
        gettext_lazy("值班电话"),
        widget=cells.Phone(),
        also=["24小时值班电话", "24小时电话", "电话", "应急电话", "固定电话", "值守电话", "办公电话"],
        hint=gettext_lazy("固定电话写成 0476-1234567，或 11 位手机号。"),
    )
    site_type = Column(
        "site_type", gettext_lazy("训练基地"), also=["队部和训练基地", "基地类型"],
        widget=cells.Kind(SiteType.choices),
    )  # fmt: skip

    funding = Column(
        "funding", gettext_lazy("经费来源"), also=["资金来源"],
        widget=Several(Funding.choices, also={"财政": Funding.BUDGET, "自筹": Funding.OWN, "捐赠": Funding.DONATION}),
    )  # fmt: skip

    topics = TOPICS

    def of_heading(self, text: str) -> dict[str, str]:
        """二、松山区红十字会 over its teams, or 一、盟市级."""
        if text.endswith(("红十字会", "红会")):
            return {"office": text}
        return {"level": text} if text in {*_LEVELS, *map(str, TeamLevel.labels)} else {}

    def is_heading(self, text: str) -> bool:
        return bool(label := chapter(text)) and not label.endswith("队")

    def parts(self, names: Sequence[str]) -> bool:
        """队长及电话: names in one cell may have numbers behind them."""
        return names[0] in ("captain", "deputies") and {*names[1:]} <= {"captain_phone", "duty_phone"}

    class Meta(Resource.Meta):
        model = Filing
        fields = (
            "name", "short_name", "level", "office", "naming_org", "founded_on", "formation", "host_org_name",
            "registration", "civil_type", "uscc", "civil_authority", "civil_on", "supervising_unit", "filing_doc_no",
            "filing_doc_on", "main_category", "other_categories", "captain", "captain_phone", "captain_origin",
            "captain_since", "deputies", "planned_size", "base_division", "base_address", "longitude", "latitude",
            "coordinates", "duty_phone", "site_type", "funding",
        )  # fmt: skip
        import_id_fields: Sequence[str] = ()
