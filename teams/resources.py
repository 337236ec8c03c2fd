"""Teams from a spreadsheet: each row becomes the draft of a 新建备案. No team is there before its filing is filed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports import Choice, Column, Day, Lookup, Resource
from core.models import Attachment
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from teams import cells
from teams.choices import CivilType, FilingKind, Formation, Funding, PostRole, Registration, SiteType, TeamLevel
from teams.drafting import begin
from teams.duplicates import KnownTeams, squeezed
from teams.facts import divisions, managing_offices, offices, plain, read, read_post
from teams.models import Filing
from teams.states import OPEN, FilingState
from teams.workflow import WORKFLOW

_LEVELS = {
    "国家": "national", "总会级": "national",
    "自治区": "region", "区级": "region", "省级": "region", "省区级": "region",
    "盟市": "league_city", "市级": "league_city", "盟级": "league_city", "地市级": "league_city",
    "旗县": "banner_county", "旗县区级": "banner_county", "县级": "banner_county", "旗级": "banner_county",
}  # fmt: skip
_FORMATIONS = {
    "直接": "direct",
    "直属": "direct",
    "自建": "direct",
    "直接组建": "direct",
    "冠名": "named",
    "合作": "named",
    "合作冠名": "named",
}
_REGISTRATIONS = {
    "民政": "civil", "民政登记": "civil", "民政注册": "civil", "民政部门登记": "civil", "登记注册": "civil",
    "发文": "document", "发文备案": "document", "红十字会发文": "document", "红会备案": "document", "备案": "document",
    "未登记": "pending", "未注册": "pending", "无": "pending", "正在办理": "pending",
}  # fmt: skip
_CIVIL = {"民办非企业单位": "52", "民非": "52", "社会服务机构": "52", "社团": "51"}


def _places(by: User) -> QuerySet[Organization]:
    return managing_offices().filter(reach(by, Right.SUBMIT_FILING, at=""))


def _column(name: str, title: Any, *also: str, **more: Any) -> Column:
    """The cell's meaning is kept beside the filing, not in it: its columns follow the payload."""
    return Column(f"cell_{name}", title, also=also, **more)


class TeamResource(Resource):
    """The rules are those of the form (``teams.facts.read``); what a draft may miss, a row may miss, too."""

    undo_hours = 24

    name = _column(
        "name", gettext_lazy("队伍名称"), "救援队名称", "队名", "名称", "队伍全称", "救援队", required=True,
        example="赤峰市红十字水上救援队（演示）",
    )  # fmt: skip
    short_name = _column("short_name", gettext_lazy("简称"), "队伍简称")
    office = _column(
        "office", gettext_lazy("主管红十字会"), "主管单位", "主管机构", "管理单位", "所属红十字会", "所属单位",
        example="赤峰市红十字会", widget=Lookup(_places, ["name", "short_name", "code"], noun=gettext_lazy("单位")),
    )  # fmt: skip
    level = _column(
        "level", gettext_lazy("队伍级别"), "级别", "层级", example="盟市级", widget=Choice(TeamLevel.choices, _LEVELS)
    )
    formation = _column(
        "formation", gettext_lazy("组建方式"), "建队方式", "组建形式", widget=Choice(Formation.choices, _FORMATIONS)
    )
    naming_org = _column(
        "naming_org", gettext_lazy("命名机构"), "冠名单位", "命名单位", "授牌单位",
        widget=Lookup(lambda by: offices(), ["name", "short_name", "code"], noun=gettext_lazy("机构")),
    )  # fmt: skip
    host_org_name = _column("host_org_name", gettext_lazy("原社会组织名称"), "合作单位", "社会组织名称", "依托单位")
    registration = _column(
        "registration", gettext_lazy("登记方式"), "登记情况", "注册方式", "注册登记情况",
        widget=Choice(Registration.choices, _REGISTRATIONS),
    )  # fmt: skip
    civil_type = _column(
        "civil_type", gettext_lazy("民政登记类型"), "登记类型", widget=Choice(CivilType.choices, _CIVIL)
    )
    uscc = _column("uscc", gettext_lazy("统一社会信用代码"), "社会信用代码", "信用代码", "组织机构代码")
    civil_authority = _column("civil_authority", gettext_lazy("登记机关"), "登记管理机关", "发证机关")
    civil_on = _column("civil_on", gettext_lazy("登记日期"), "注册日期", "发证日期", widget=Day())
    supervising_unit = _column("supervising_unit", gettext_lazy("业务主管单位"), "业务主管部门")
    filing_doc_no = _column("filing_doc_no", gettext_lazy("备案发文文号"), "文号", "备案文号", "批准文号", "发文字号")
    filing_doc_on = _column("filing_doc_on", gettext_lazy("备案发文日期"), "发文日期", "发文时间", widget=Day())
    main_category = _column(
        "main_category", gettext_lazy("主专业类别"), "专业类别", "主类别", "类别", "救援类别", "队伍类别", "专业",
        example="水上救生", widget=cells.Categories(),
    )  # fmt: skip
    other_categories = _column(
        "other_categories", gettext_lazy("其他类别"), "其他专业类别", "兼有类别", "副类别", widget=cells.Categories()
    )
    planned_size = _column("planned_size", gettext_lazy("建制人数"), "人数", "队员人数", "队伍人数", "队员数")
    founded_on = _column(
        "founded_on", gettext_lazy("成立日期"), "成立时间", "组建时间", "建队时间", example="2024-03-01", widget=Day()
    )
    captain = _column("captain", gettext_lazy("队长"), "负责人", "队长姓名", widget=cells.People())
    deputies = _column(
        "deputies", gettext_lazy("副队长"), "副队长姓名", example="李志强、敖特根巴雅尔·孟和", widget=cells.People()
    )
    posts_from = _column("posts_from", gettext_lazy("任职日期"), "任职时间", "负责人任职日期", widget=Day())
    base_division = _column(
        "base_division", gettext_lazy("驻地旗县"), "所在旗县", "旗县区", "所在地",
        widget=Lookup(lambda by: divisions(), ["name", "code"], noun=gettext_lazy("区划")),
    )  # fmt: skip
    base_address = _column("base_address", gettext_lazy("驻地地址"), "地址", "驻地", "详细地址", "办公地址")
    coordinates = _column("coordinates", gettext_lazy("经纬度"), "坐标", "经纬度坐标", widget=cells.Coordinates())
    longitude = _column("longitude", gettext_lazy("经度"), "东经", widget=cells.Coordinate())
    latitude = _column("latitude", gettext_lazy("纬度"), "北纬", widget=cells.Coordinate())
    duty_phone = _column("duty_phone", gettext_lazy("24 小时值班电话"), "值班电话", "电话", "联系电话", "24小时电话")
    site_type = _column(
        "site_type", gettext_lazy("队部和训练基地"), "场地", "基地", widget=Choice(SiteType.choices, {"租用": "rented"})
    )
    funding = _column("funding", gettext_lazy("经费来源"), "资金来源")

    class Meta(Resource.Meta):
        model = Filing
        fields = (
            "name", "short_name", "office", "level", "formation", "naming_org", "host_org_name", "registration",
            "civil_type", "uscc", "civil_authority", "civil_on", "supervising_unit", "filing_doc_no", "filing_doc_on",
            "main_category", "other_categories", "planned_size", "founded_on", "captain", "deputies", "posts_from",
            "base_division", "base_address", "coordinates", "longitude", "latitude", "duty_phone", "site_type",
            "funding",
        )  # fmt: skip
        import_id_fields = ("name",)

    # -- one row ------------------------------------------------------------------------------------------
    def get_instance(self, instance_loader: Any, row: Any) -> None:
        """Every row is a new draft; what may be the same team is told by name, code and organization."""
        return

    def _judged(self, instance: Any) -> dict[str, list[ValidationError]]:
        row = {name: getattr(instance, f"cell_{name}", None) for name in self.columns}
        errors: dict[str, list[ValidationError]] = {}
        office = row["office"] or self._own_office
        if office is None:
            errors["office"] = [ValidationError(_("请写明主管红十字会。"))]
        instance.row_office, instance.row_payload = office, self._payload(row, errors)
        self._look_for_doubles(instance.row_payload, errors)
        return errors

    @cached_property
    def _own_office(self) -> Organization | None:
        """Where rows without an office go: the person's own, where the duty to register is held there."""
        return _places(self.by).filter(pk=self.by.organization_id).first()

    def _payload(self, row: Mapping[str, Any], errors: dict[str, list[ValidationError]]) -> dict[str, Any]:
        typed = _typed(row)
        for name, raw in typed.items():
            try:
                read(name, raw)
            except ValidationError as error:
                errors[_cell_of(name, row)] = error.error_list
        posts = []
        day = row["posts_from"]
        for column, role in (("captain", PostRole.CAPTAIN), ("deputies", PostRole.DEPUTY)):
            for person in row[column] or []:
                post = {"role": role.value, "origin": "", "starts_on": plain(day), **person}
                try:
                    # a day that is missing is asked for at hand-in, like every other thing a draft may miss
                    read_post(post | {"starts_on": post["starts_on"] or "2000-01-01"})
                except ValidationError as error:
                    errors[column] = [ValidationError(message) for message in error.messages]
                posts.append(post)
        return {**typed, "posts": posts}

    # -- doubles --------------------------------------------------------------------------------------------
    @cached_property
    def _known(self) -> KnownTeams:
        return KnownTeams()

    @cached_property
    def _open_names(self) -> dict[str, str]:
        """Names that are being registered already, where the person files."""
        rows = Filing.objects.visible_to(self.by).filter(kind=FilingKind.REGISTER, state__in=OPEN).exclude(title="")
        return {filing.title: str(filing) for filing in rows.only("title", "number", "kind")}

    @cached_property
    def _seen(self) -> dict[tuple[str, str], int]:
        return {}

    def _look_for_doubles(self, payload: Mapping[str, Any], errors: dict[str, list[ValidationError]]) -> None:
        name, uscc, host = (str(payload.get(key) or "") for key in ("name", "uscc", "host_org_name"))
        name = squeezed(name)
        if name and self._known.taken(name):
            errors.setdefault("name", [ValidationError(_("“%(name)s”已经有了，不能重名。") % {"name": name})])
        elif name in self._open_names:
            words = {"filing": self._open_names[name]}
            errors.setdefault("name", [ValidationError(_("这个名称已有在办的新建备案（%(filing)s）。") % words)])
        self._look_above("name", name, errors)
        for double in self._known.like(name, uscc, host):
            words = {"team": double.team, "number": double.filing_no, "office": double.office, "why": double.why}
            self.remark(_("可能已有这支队伍：%(team)s（%(number)s，%(office)s），%(why)s。") % words)
        for key, value in (("uscc", uscc), ("host_org_name", host)):
            self._look_above(key, value, None)

    def _look_above(self, key: str, value: str, errors: dict[str, list[ValidationError]] | None) -> None:
        """The same in an earlier row: of a name it is wrong, of a code or an organization it is worth a word."""
        if not value:
            return
        earlier = self._seen.setdefault((key, value), self.at)
        if earlier == self.at:
            return
        words = {"row": self.number_of(earlier)}
        if errors is not None:
            errors.setdefault(key, [ValidationError(_("与第 %(row)s 行重名。") % words)])
        elif key == "uscc":
            self.remark(_("与第 %(row)s 行的统一社会信用代码相同。") % words)
        else:
            self.remark(_("与第 %(row)s 行是同一个社会组织。") % words)

    # -- afterwards -------------------------------------------------------------------------------------------
    def save_row(self, instance: Model, *, is_new: bool) -> None:
        filing = begin(FilingKind.REGISTER, by=self.by, office=instance.row_office, **instance.row_payload)  # type: ignore[attr-defined]
        self.made.append(filing.pk)

    def links(self, made: Sequence[Any]) -> list[tuple[str, str]]:
        rows = Filing.objects.filter(pk__in=made).order_by("pk")
        return [(filing.name, reverse("teams:filing_detail", args=[filing.pk])) for filing in rows]

    def undo(self, made: Sequence[Any]) -> tuple[int, list[str]]:
        """Withdraws the drafts nobody has gone on with since they were imported."""
        withdrawn, left = 0, []
        for filing in Filing.objects.filter(pk__in=made).order_by("pk"):
            if filing.state == FilingState.WITHDRAWN:
                continue
            if filing.state != FilingState.DRAFT or filing.version > 1 or Attachment.objects.of(filing).exists():
                left.append(_("%(name)s（%(state)s）") % {"name": filing.name, "state": filing.get_state_display()})
                continue
            try:
                WORKFLOW.perform(filing, "withdraw", by=self.by, comment=_("撤销导入"))
                withdrawn += 1
            except MoveNotAllowed as refusal:
                left.append(f"{filing.name}：{refusal.message}")
        return withdrawn, left


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as the form would have typed it: facts by name."""
    main, others = cells.first_rest(row["main_category"] or [], row["other_categories"] or [])
    latitude, longitude = row["coordinates"] or (row["latitude"] or "", row["longitude"] or "")
    typed = {
        name: plain(row[name])
        for name in (
            "name", "short_name", "level", "formation", "naming_org", "host_org_name", "registration", "civil_type",
            "civil_authority", "civil_on", "supervising_unit", "filing_doc_on", "founded_on", "base_division",
            "base_address", "site_type",
        )
    }  # fmt: skip
    funding = {str(label): key for key, label in Funding.choices}
    typed |= {
        "uscc": "".join((row["uscc"] or "").split()).upper(),
        "filing_doc_no": cells.document_number(row["filing_doc_no"] or ""),
        "planned_size": cells.head_count(row["planned_size"] or ""),
        "duty_phone": cells.phone_number(row["duty_phone"] or ""),
        "latitude": latitude, "longitude": longitude, "main_category": main, "other_categories": others,
        "funding": [funding.get(part, part) for part in cells.several(row["funding"] or "")],
    }  # fmt: skip
    return {name: value for name, value in typed.items() if value not in ("", [])}


def _cell_of(fact: str, row: Mapping[str, Any]) -> str:
    """The column a fact was read from."""
    return "coordinates" if fact in ("latitude", "longitude") and row["coordinates"] else fact
