"""A standard leaves as a workbook and comes back the same; an office's own table becomes a draft."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from assessments.choices import Method
from assessments.models import Standard
from assessments.scoring import plain
from assessments.standards import measures
from assessments.standards.drafting import draft_of
from assessments.standards.lines import add_lines, bars_of, lines_of
from assessments.standards.tree import nodes
from assessments.standards.workbook.resource import IndicatorResource
from assessments.standards.workbook.writing import workbook
from assessments.states import StandardState
from core.imports.books import read_book
from core.imports.table import read_table
from core.language import in_chinese
from core.models import AccessLog, Import
from organizations.models import User
from tests.assessments import builders

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(*rows: Sequence[Any], merged: Sequence[tuple[int, int, int, int, str]] = ()) -> SimpleUploadedFile:
    target = BytesIO()
    book = Workbook(target)
    page = book.add_worksheet("评分表")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write(number, column, value)
    for first, left, last, right, text in merged:
        page.merge_range(first, left, last, right, text)
    book.close()
    return SimpleUploadedFile("标准.xlsx", target.getvalue(), content_type=XLSX)


def address(standard: Standard) -> str:
    return reverse("assessments:standard_import", args=[standard.pk])


def taken(client: Client, standard: Standard, file: SimpleUploadedFile) -> Standard:
    """The draft after the file was looked at and confirmed."""
    preview = client.post(address(standard), {"file": file}, follow=True)
    assert preview.context["stage"] == "preview", preview.context["form"].errors
    assert preview.context["preview"]["summary"]["wrong"] == 0, [
        (row["errors"], [cell for cell in row["cells"] if cell["why"]]) for row in preview.context["preview"]["rows"]
    ]
    assert not Standard.objects.filter(code=standard.code, state="draft", indicators__isnull=False).exists()
    item = Import.objects.latest("created_at")
    client.post(f"{address(standard)}?import={item.pk}", {"confirm": "1"})
    return Standard.objects.get(code=standard.code, state=StandardState.DRAFT)


def test_a_workbook_comes_back_as_the_same_standard(region: User, songshan: User, as_user: SignIn) -> None:
    client = as_user(region)
    for code in ("grading-sar-collapse", "grading-relief"):
        standard = Standard.objects.get(code=code)
        answer = as_user(songshan).get(reverse("assessments:standard_export", args=[standard.pk]))
        file = SimpleUploadedFile("x.xlsx", b"".join(answer), content_type=XLSX)  # type: ignore[arg-type]
        assert [one.name for one in read_book(file, XLSX)[0]] == ["说明", "结论", "指标"]
        file.seek(0)
        draft = taken(client, standard, file)
        assert lines_of(draft.indicators.all()) == lines_of(standard.indicators.all())
        assert bars_of(draft.conclusions.all()) == bars_of(standard.conclusions.all())
        assert (draft.number, draft.note, draft.civil_only) == (2, standard.note, standard.civil_only)
    assert AccessLog.objects.filter(kind=AccessLog.Kind.EXPORTED).count() >= 2
    assert as_user(songshan).get(address(standard)).status_code == 403


def test_an_official_table_becomes_a_draft_version(region: User, as_user: SignIn) -> None:
    """一、（一）1. in front of the names, 10分, √, 合计, bars headed by the grades' own names."""
    standard = builders.standard(code="official")
    file = sheet(
        ["自治区搜救队测评评分表（演示）"],
        ["指标名称", "分值", "评分细则", "否决项", "1级", "二级", "3 级", "佐证材料"],
        ["一、日常管理", "60分"],
        ["（一）队员", "60分"],
        ["1.在册队员", "30分", "达到人数得分", "", "≥40人", "25人", 15, "名册"],
        ["2.没有责任事故", "", "", "√", "", "", "", "说明"],
        ["3.制度健全", "30分", "按完善程度评分", "", "有成文制度", "有制度", ""],
        ["二、专业能力", "40分"],
        ["1.现场搜索", "40分"],
        ["合计", "100分"],
        ["注：本表由自治区红十字会解释"],
    )
    client = as_user(region)
    draft = taken(client, standard, file)
    found = [(one.depth, one.indicator.code, one.indicator.name, one.indicator.method, one.indicator.subject)
             for one in nodes(draft.indicators.all())]  # fmt: skip
    assert found == [
        (1, "1", "日常管理", "heading", "public"), (2, "1.1", "队员", "heading", "public"),
        (3, "1.1.1", "在册队员", "threshold", "public"), (3, "1.1.2", "没有责任事故", "yes_no", "public"),
        (3, "1.1.3", "制度健全", "judged", "public"), (1, "2", "专业能力", "heading", "professional"),
        (2, "2.1", "现场搜索", "judged", "professional"),
    ]  # fmt: skip
    people, veto, rules = (draft.indicators.get(code=code) for code in ("1.1.1", "1.1.2", "1.1.3"))
    assert people.requirements == {"1": "40", "2": "25", "3": "15"}
    assert (veto.is_veto, veto.points, rules.texts) == (True, 0, {"1": "有成文制度", "2": "有制度"})
    assert (people.guidance, people.evidence) == ("达到人数得分", "名册")
    assert bars_of(draft.conclusions.all()) == bars_of(standard.conclusions.all())


def test_the_page_after_an_import_leads_to_the_draft(region: User, as_user: SignIn) -> None:
    """The import was begun at the version in force, which is left as it is."""
    standard, client = builders.standard(code="led"), as_user(region)
    draft = taken(client, standard, sheet(["编号", "指标", "分值"], ["1", "管理", 100]))
    done = client.get(f"{address(standard)}?import={Import.objects.latest('created_at').pk}")
    assert done.context["result"]["list_url"] == draft.get_absolute_url() != standard.get_absolute_url()


def test_merged_cells_of_groups_become_headings(region: User, as_user: SignIn) -> None:
    standard = builders.standard(code="merged")
    file = sheet(
        ["序号", "一级指标", "二级指标", "考核内容", "分值"],
        [1, "", "", "党组织健全", 10], [2, "", "", "学习有记录", 10], [3, "", "", "证书齐全", 40],
        [4, "", "", "现场操作", 40],
        merged=[(1, 1, 3, 1, "队伍建设"), (1, 2, 2, 2, "党建"), (4, 1, 4, 2, "专业能力")],
    )  # fmt: skip
    draft = taken(as_user(region), standard, file)
    assert [(one.depth, one.indicator.code, one.indicator.name) for one in nodes(draft.indicators.all())] == [
        (1, "1", "队伍建设"), (2, "1.1", "党建"), (3, "1.1.1", "党组织健全"), (3, "1.1.2", "学习有记录"),
        (3, "1.1.3", "证书齐全"), (1, "2", "专业能力"), (2, "2.1", "现场操作"),
    ]  # fmt: skip


def test_of_two_columns_that_could_group_the_last_names_the_indicators(region: User, as_user: SignIn) -> None:
    """类别 | 测评项目 of a trial standard: refused as “指标 appears more than once”, a column nobody had written."""
    standard = builders.standard(code="trial")
    file = sheet(
        ["类别", "序号", "测评项目", "分值", "评分标准", "备注"],
        ["", 1, "党组织建设", "5分", "建立得5分", "批复"], ["", 2, "在册队员人数", 55, "每少1人扣0.5分", ""],
        ["二、专业科目（40分）", 3, "水域救援技能", "４０", "现场测评", ""], ["合计", "", "", 100, "", ""],
        merged=[(1, 0, 2, 0, "一、公共科目（60分）")],
    )  # fmt: skip
    draft = taken(as_user(region), standard, file)
    assert [(one.depth, one.indicator.name, one.indicator.subject) for one in nodes(draft.indicators.all())] == [
        (1, "公共科目（60分）", "public"), (2, "党组织建设", "public"), (2, "在册队员人数", "public"),
        (1, "专业科目（40分）", "professional"), (2, "水域救援技能", "professional"),
    ]  # fmt: skip


def test_weights_of_groups_are_not_the_points_of_their_indicators(region: User, as_user: SignIn) -> None:
    """Every level has its weight beside it: the last column is what an indicator counts."""
    standard = builders.standard(code="weights")
    file = sheet(
        ["一级指标", "权重", "二级指标", "权重", "三级指标", "权重", "数据来源", "评价标准（优/良/差）"],
        ["", "", "", "", "机构设置", 15, "查阅文件", "健全为优"], ["", "", "", "", "制度建设", 15, "人工"],
        ["专业能力", 70, "心理急救", 70, "现场操作", 70, "现场"],
        merged=[(1, 0, 2, 0, "管理能力"), (1, 1, 2, 1, "30"), (1, 2, 2, 2, "组织管理"), (1, 3, 2, 3, "30")],
    )  # fmt: skip
    draft = taken(as_user(region), standard, file)
    lines = [(one.indicator.code, one.indicator.name, one.indicator.points) for one in nodes(draft.indicators.all())]
    assert lines == [
        ("1", "管理能力", 0), ("1.1", "组织管理", 0), ("1.1.1", "机构设置", 15), ("1.1.2", "制度建设", 15),
        ("2", "专业能力", 0), ("2.1", "心理急救", 0), ("2.1.1", "现场操作", 70),
    ]  # fmt: skip
    assert not draft.indicators.exclude(metric="").exists(), "where people look is no number of the records"
    assert draft.indicators.get(code="1.1.1").guidance == "健全为优"


def test_a_table_with_both_contents_and_remarks_is_read_without_renaming_columns(region: User, as_user: SignIn) -> None:
    """测评内容 groups where 测评指标 stands beside it; 备注 is the guidance only where no column is called so."""
    standard = builders.standard(code="contents")
    file = sheet(
        ["序号", "测评项目", "测评内容", "测评指标", "分值", "评分标准", "是否一票\n否决", "备注"],
        [1, "", "", "在册队员", 60, "按人数评分", "", "附件一"], [2, "", "", "无责任事故", "", "", "★", ""],
        [3, "", "现场", "搜索", 40, "按表现评分"],
        merged=[(1, 1, 3, 1, "队伍"), (1, 2, 2, 2, "管理")],
    )  # fmt: skip
    draft = taken(as_user(region), standard, file)
    assert [(one.depth, one.indicator.code, one.indicator.name) for one in nodes(draft.indicators.all())] == [
        (1, "1", "队伍"), (2, "1.1", "管理"), (3, "1.1.1", "在册队员"), (3, "1.1.2", "无责任事故"),
        (2, "1.2", "现场"), (3, "1.2.1", "搜索"),
    ]  # fmt: skip
    first = draft.indicators.get(code="1.1.1")
    assert (first.guidance, draft.indicators.get(code="1.1.2").is_veto) == ("按人数评分", True)
    beside = sheet(
        ["指标名称", "评分内容", "分值", "备注"], ["队员人数", "看名册", 60, "按人数"], ["搜索", "看现场", 40, ""]
    )
    draft = taken(as_user(region), builders.standard(code="beside"), beside)
    assert list(draft.indicators.values_list("code", "name", "guidance")) == [
        ("1", "队员人数", "按人数"),
        ("2", "搜索", ""),
    ]


def test_chapters_merged_over_the_table_are_headings_and_repeated_heads_are_no_lines(
    region: User, as_user: SignIn
) -> None:
    """The numbers begin anew under each, and the title and heading stand on every page that was printed."""
    head = ["序号", "考核内容", "标准分", "评分细则"]
    chapters = {2: "一、公共科目（60分）", 3: "（一）队员管理", 8: "二、专业科目（40分）", 9: "（一）现场操作"}
    title = "赈济救援队测评评分细则（演示）"
    rows: list[list[Any]] = [
        [title], head, [], [], [1, "名册齐全", 20, "每缺一项扣2分"], [2, "证书齐全", 40, "缺一本扣1分"],
        [title], head, [], [], [1, "帐篷搭设", 40, "按时完成得分"], ["", "合计", 100],
    ]  # fmt: skip
    file = sheet(*rows, merged=[(row, 0, row, 3, text) for row, text in chapters.items()])
    draft = taken(as_user(region), builders.standard(code="chapters"), file)
    found = [(one.indicator.code, one.indicator.name, one.indicator.method, one.indicator.subject)
             for one in nodes(draft.indicators.all())]  # fmt: skip
    assert found == [
        ("1", "公共科目（60分）", "heading", "public"), ("1.1", "队员管理", "heading", "public"),
        ("1.1.1", "名册齐全", "judged", "public"), ("1.1.2", "证书齐全", "judged", "public"),
        ("2", "专业科目（40分）", "heading", "professional"), ("2.1", "现场操作", "heading", "professional"),
        ("2.1.1", "帐篷搭设", "judged", "professional"),
    ]  # fmt: skip


def test_a_target_table_of_a_league_is_read_with_its_vetoes_and_without_its_signatures(
    region: User, as_user: SignIn
) -> None:
    """标准分值 and 一票否决 in one column; below it, who signs."""
    file = sheet(
        ["××盟市红十字应急救援队目标考核评分表"],
        ["序号", "考核项目", "考核内容", "标准分值", "评分标准", "得分"],
        [1, "组织建设（20分）", "明确党建指导员", 10, "未明确的不得分", ""],
        [2, "", "每月学习，有记录", 10, "缺1次扣1分", ""],
        [3, "否决项", "发生安全责任事故", "一票否决", "发生的为不合格", ""],
        ["合计", "", "", 20, "", ""],
        ["考核组成员签字：            被考核单位（盖章）："],
    )  # fmt: skip
    draft = taken(as_user(region), builders.standard("annual", published=False, lines=()), file)
    found = [(one.code, one.name, plain(one.points), one.is_veto, one.method) for one in draft.indicators.all()]
    assert found == [
        ("1", "组织建设（20分）", "0", False, "heading"), ("1.1", "明确党建指导员", "10", False, "judged"),
        ("1.2", "每月学习，有记录", "10", False, "judged"), ("2", "否决项", "0", False, "heading"),
        ("2.1", "发生安全责任事故", "0", True, "yes_no"),
    ]  # fmt: skip
    assert not draft.indicators.get(code="2.1").more_is_better, "where it has happened, it bars"


def test_what_is_added_and_what_bars_is_known_by_what_stands_for_its_number(region: User, as_user: SignIn) -> None:
    """加分项 is no indicator out of the points; 否决项 needs no column of its own."""
    head, first = ["序号", "考核项目", "考核内容", "标准分值", "评分办法"], [1, "组织建设", "有党支部", 20, "有得满分"]
    standard, veto = builders.standard("annual", published=False, lines=()), ["否决项", "", "发生安全责任事故", "", ""]
    for added in (["加分项", "", "受国家级表彰", 10, "凭文件"], [2, "加分项（10分）", "受国家级表彰", 10, "凭文件"]):
        preview = as_user(region).post(address(standard), {"file": sheet(head, first, added)}, follow=True)
        rows = preview.context["preview"]["rows"]
        assert [bool([cell for cell in row["cells"] if cell["why"]]) for row in rows] == [False, True]
        assert "年度考核时逐队登记，不写进标准" in preview.content.decode()
    draft = taken(as_user(region), standard, sheet(head, first, veto))
    assert list(draft.indicators.filter(is_veto=True).values_list("name", "method")) == [("发生安全责任事故", "yes_no")]


def test_several_rows_may_say_that_they_bar_where_others_have_their_number(region: User, as_user: SignIn) -> None:
    head = ["编号", "上级编号", "考核内容", "标准分值", "评分办法"]
    bars = [["否决项", "", "发生安全责任事故", "", ""], ["否决项", "", "挪用捐赠物资", "", ""]]
    file = sheet(head, ["1", "", "有党支部", 20, "有得满分"], *bars)
    draft = taken(as_user(region), builders.standard("annual", published=False, lines=()), file)
    assert list(draft.indicators.filter(is_veto=True).values_list("name", flat=True)) == [row[2] for row in bars]


def test_a_table_of_skills_with_chapters_in_the_first_column_is_read(region: User, as_user: SignIn) -> None:
    """科目 heads chapters merged over the table, 项目 what is scored, 配分 the points."""
    file = sheet(
        ["岗位技能考核表"],
        ["科目", "项目", "操作要求", "配分", "评分细则", "扣分", "得分"],
        ["一、心肺复苏（15分）"],
        ["", "1.环境评估", "做好防护", 5, "未评估不得分"],
        ["", "2.胸外按压", "位置正确", "10", "每错1处扣1分"],
        ["二、绳索（30分）"],
        ["", "1.打结", "三种结", 30, "每个结10分"],
        ["总分", "", "", 45],
        ["考核员签名：", "", "", "复核："],
        merged=[(row, 0, row, 6, text) for row, text in ((2, "一、心肺复苏（15分）"), (5, "二、绳索（30分）"))],
    )  # fmt: skip
    draft = taken(as_user(region), builders.standard("member", published=False, lines=()), file)
    told = [(one.code, one.name, plain(one.points), one.guidance) for one in draft.indicators.all()]
    assert told == [
        ("1", "心肺复苏（15分）", "0", ""), ("1.1", "环境评估", "5", "未评估不得分"),
        ("1.2", "胸外按压", "10", "每错1处扣1分"), ("2", "绳索（30分）", "0", ""),
        ("2.1", "打结", "30", "每个结10分"),
    ]  # fmt: skip


def test_bars_that_ask_for_less_and_cells_shown_as_percent_are_read_as_they_are_meant(
    region: User, as_user: SignIn
) -> None:
    """≤4小时 is no “at least 4”, and a cell that shows 90% holds 0.9."""
    target = BytesIO()
    book = Workbook(target)
    page, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
    rows: list[list[Any]] = [
        ["编号", "指标", "分值", "分档", "一级", "二级", "三级"],
        ["1", "集结时间", 40, "", "≤4小时", "6小时以内", "—"],
        ["2", "持证率", 30, "", None, None, "70%"],
        ["3", "响应用时", 30, "≤10分钟得30分；≤20分钟得10分"],
    ]
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    page.write(2, 4, 0.9, percent)
    page.write(2, 5, 0.285, percent)
    book.close()
    file = SimpleUploadedFile("标准.xlsx", target.getvalue(), content_type=XLSX)
    draft = taken(as_user(region), builders.standard(code="less"), file)
    muster, share, reaction = draft.indicators.order_by("code")
    assert (muster.requirements, muster.more_is_better) == ({"1": "4", "2": "6"}, False)
    assert muster.texts == {"1": "≤4小时", "2": "6小时以内"}
    assert (share.requirements, share.more_is_better) == ({"1": "90", "2": "28.5", "3": "70"}, True)
    assert (reaction.method, reaction.more_is_better) == (Method.STEPS, False)


def test_steps_that_ask_for_less_are_not_taken_for_more(region: User, as_user: SignIn) -> None:
    """Nobody has written 数值越大越好: the words of the steps say it."""
    file = sheet(
        ["编号", "指标", "分值", "分档", "单位"],
        ["1", "持证率", "40", "90%以上得40分；80%以上得20分；80%以下得0分", "%"],
        ["2", "响应时间", "60", "30分钟内得60分；60分钟内得30分", "分钟"],
    )
    draft = taken(as_user(region), builders.standard(code="falling"), file)
    found = {one.name: (one.more_is_better, len(one.steps)) for one in draft.indicators.all()}
    assert found == {"持证率": (True, 2), "响应时间": (False, 2)}


def test_vetoes_on_a_sheet_of_their_own_are_told_how_to_come_along(region: User, as_user: SignIn) -> None:
    """A file of their own would be refused: by then somebody has begun the draft."""
    target = BytesIO()
    book = Workbook(target)
    for name, rows in {
        "评分表": [["编号", "指标", "分值", "扣分标准"], ["1", "制度", 100, "缺一项扣 10 分"]],
        "一票否决项": [["序号", "一票否决事项"], [1, "发生安全责任事故"]],
    }.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    file = SimpleUploadedFile("标准.xlsx", target.getvalue(), content_type=XLSX)
    preview = as_user(region).post(address(builders.standard(code="apart")), {"file": file}, follow=True)
    words = preview.content.decode()
    assert "没有读：一票否决项。要一起导入，请把它们的各行接到这一张的下面" in words
    assert "没有用到的列" not in words


def test_wrong_cells_are_told_in_place_and_mended_there(region: User, as_user: SignIn) -> None:
    standard, client = builders.standard(code="wrong"), as_user(region)
    file = sheet(
        ["编号", "指标", "分值", "评分方式", "分档", "自动取数", "1 级数值"],
        ["1", "队伍\n管理", "", "分组标题"],
        ["1.1", "持证率", "十分", "分档", "60-80得3分", "持证率", "很多"],
        ["1.1", "重复的", 10, "评分"],
    )
    preview = client.post(address(standard), {"file": file}, follow=True).context["preview"]
    wrong = {row["number"]: {cell["name"] for cell in row["cells"] if cell["why"]} for row in preview["rows"]}
    metric = next(cell for row in preview["rows"] for cell in row["cells"] if cell["name"] == "metric" and cell["why"])
    assert "是不是：应急救护持证率" in str(metric["why"])
    assert wrong[3] == {"points", "steps", "metric", "value_1"}
    assert (wrong[2], wrong[4]) == (set(), {"code"})
    assert Standard.objects.filter(code="wrong").count() == 1  # nothing is kept by looking
    item = Import.objects.latest("created_at")
    mended = {
        "cell-3-points": "10分", "cell-3-steps": "满 60 得 3 分；满 80 得 10 分", "cell-3-metric": "应急救护持证率",
        "cell-3-value_1": "", "cell-4-code": "1.2", "row-3": "1", "row-4": "1", "recheck": "1",
    }  # fmt: skip
    preview = client.post(f"{address(standard)}?import={item.pk}", mended, follow=True).context["preview"]
    assert preview["summary"]["wrong"] == 0, preview["rows"]
    client.post(f"{address(standard)}?import={item.pk}", {"confirm": "1"})
    draft = Standard.objects.get(code="wrong", number=2)
    assert draft.indicators.get(code="1.1").metric == "first_aid_coverage"
    assert draft.indicators.get(code="1").name == "队伍管理"  # a cell broken over two lines


def test_a_heading_whose_points_are_not_the_sum_below_is_told(region: User, as_user: SignIn) -> None:
    standard = builders.standard(code="sums")
    file = sheet(
        ["编号", "指标", "分值"],
        ["1", "管理", "60分"], ["1.1", "甲", 40], ["1.2", "乙", 10],
        ["2", "专业", 40], ["2.1", "丙", 40],
    )  # fmt: skip
    preview = as_user(region).post(address(standard), {"file": file}, follow=True).context["preview"]
    notes = [cell["note"] for row in preview["rows"] for cell in row["cells"] if cell["note"]]
    assert notes == ["标题写 60 分，下面各项合计 50 分；按各项的算。"]


def test_an_import_is_undone_unless_somebody_worked_on_it(region: User, as_user: SignIn) -> None:
    standard, client = builders.standard(code="undone"), as_user(region)
    rows = (["编号", "指标", "分值"], ["1", "管理", 100])
    taken(client, standard, sheet(*rows))
    item = Import.objects.latest("created_at")
    told = client.post(f"{address(standard)}?import={item.pk}", {"undo": "1"}, follow=True).content.decode()
    assert "撤回 1 条" in told
    assert Standard.objects.filter(code="undone").count() == 1
    draft = taken(client, standard, sheet(*rows))
    draft.indicators.update(version=2, evidence="改过")
    item = Import.objects.latest("created_at")
    told = client.post(f"{address(standard)}?import={item.pk}", {"undo": "1"}, follow=True).content.decode()
    assert "有人改过" in told
    assert draft.indicators.count() == 1


def test_a_table_whose_draft_was_thrown_away_can_be_taken_in_again(region: User, as_user: SignIn) -> None:
    standard, client = builders.standard(code="again"), as_user(region)
    rows = (["编号", "指标", "分值"], ["1", "管理", 100])
    draft = taken(client, standard, sheet(*rows))
    client.post(reverse("assessments:standard_remove", args=[draft.pk]))
    assert taken(client, standard, sheet(*rows)).pk != draft.pk


def test_a_first_draft_is_filled_and_one_with_lines_is_not_overwritten(region: User, as_user: SignIn) -> None:
    client = as_user(region)
    first = builders.standard(code="first", published=False, lines=())
    draft = taken(client, first, sheet(["指标", "分值"], ["1.1 人数", 40], ["2.1 搜索", 60]))
    assert (draft.pk, list(draft.indicators.values_list("code", "name"))) == (
        first.pk, [("1.1", "人数"), ("2.1", "搜索")],
    )  # fmt: skip
    again = client.get(address(first), follow=True)
    assert "已经改过" in again.content.decode()
    client.post(address(first), {"file": sheet(["指标"], ["别的"])})
    assert first.indicators.count() == 2


def test_a_copy_is_taken_out_to_excel_and_back_in_until_somebody_works_on_it(region: User, as_user: SignIn) -> None:
    client = as_user(region)
    draft = draft_of(Standard.objects.get(code="grading-relief"))
    changed = sheet(["编号", "指标", "分值"], ["1.1", "人数", 40], ["2.1", "搜索", 60])
    lines = draft.indicators.count()
    assert client.post(address(draft), {"file": changed}, follow=True).context["stage"] == "preview"
    assert draft.indicators.count() == lines, "looking changes nothing"
    client.post(f"{address(draft)}?import={Import.objects.latest('created_at').pk}", {"confirm": "1"})
    assert list(draft.indicators.values_list("code", "name")) == [("1.1", "人数"), ("2.1", "搜索")]
    assert "已经改过" in client.get(address(draft), follow=True).content.decode(), "now it is somebody's work"


def test_what_the_other_sheets_say_wrongly_is_told_by_sheet_and_row(region: User, as_user: SignIn) -> None:
    standard = Standard.objects.get(code="annual-team")
    target = BytesIO()
    book = Workbook(target)
    pages: dict[str, list[list[Any]]] = {
        "结论": [["档次", "总分不低于"], ["优秀", "九十"]], "指标": [["指标", "分值"], ["甲", 100]],
    }  # fmt: skip
    for name, rows in pages.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    file = SimpleUploadedFile("错.xlsx", target.getvalue(), content_type=XLSX)
    answer = as_user(region).post(address(standard), {"file": file})
    assert answer.status_code == 422
    assert "“结论”表第 2 行" in answer.content.decode()


# -- any standard -----------------------------------------------------------------------------------------------
WORDS = st.text("队员培训演练安全搜救装备甲乙丙（）、，。·9a", min_size=1, max_size=12).map(str.strip).filter(bool)
POINTS = st.integers(0, 40_00).map(lambda cents: (Decimal(cents) / 100).quantize(Decimal("0.01")))
NUMBERS = st.integers(0, 9_999).map(str)


@st.composite
def line(draw: Any, code: str, parent: str, *, heading: bool) -> dict[str, Any]:
    method = Method.HEADING if heading else draw(st.sampled_from([one for one in Method if one != Method.HEADING]))
    starts = draw(st.lists(st.integers(0, 999), max_size=3, unique=True)) if method == Method.STEPS else []
    return {
        "code": code, "parent": parent, "name": "指" + draw(WORDS),
        "subject": draw(st.sampled_from(["public", "professional"])),
        "method": str(method.value), "points": Decimal("0.00") if heading else draw(POINTS),
        "steps": [{"from": str(start), "points": draw(NUMBERS)} for start in sorted(starts)],
        "per_unit": draw(POINTS) if method == Method.DEDUCTION else None,
        "metric": draw(st.sampled_from(["", *(name for name, _label in measures.choices())])),
        "unit": draw(st.sampled_from(["", "人", "%", "公里"])),
        "requirements": {} if heading else draw(st.dictionaries(st.sampled_from(["1", "2"]), NUMBERS)),
        "texts": draw(st.dictionaries(st.sampled_from(["1", "2"]), WORDS)),
        "more_is_better": draw(st.booleans()), "is_veto": draw(st.booleans()), "may_not_apply": draw(st.booleans()),
        "evidence": draw(WORDS), "guidance": draw(WORDS), "source": draw(WORDS),
    }  # fmt: skip


@st.composite
def trees(draw: Any) -> list[dict[str, Any]]:
    """Up to three levels, codes in any style."""
    found = []
    style = draw(st.sampled_from(["{0}", "{0}.", "Z{0}"]))
    for number in range(1, draw(st.integers(1, 3)) + 1):
        top = style.format(number)
        found.append(draw(line(top, "", heading=True)))
        for below in range(1, draw(st.integers(0, 3)) + 1):
            found.append(draw(line(f"{number}.{below}", top, heading=False)))
    return found


@settings(
    max_examples=12, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(lines=trees())
def test_any_standard_comes_back_as_it_was(region: User, lines: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        standard = builders.standard(code="any", published=False, lines=())
        standard.conclusions.filter(key="3").delete()
        add_lines(standard, lines)
        with in_chinese():
            file = workbook(standard, made="演示")
        other = builders.standard(code="other", published=False, lines=())
        resource = IndicatorResource(by=region, standard=other)
        with file:
            table = read_table(file, XLSX, resource)
        result = resource.run(table.dataset(resource), dry_run=False)
        assert [row.validation_error for row in result.rows if row.validation_error] == []
        assert [row.errors for row in result.rows if row.errors] == []
        assert lines_of(other.indicators.all()) == lines_of(standard.indicators.all())
        assert bars_of(other.conclusions.all()) == bars_of(standard.conclusions.all())
        transaction.set_rollback(True)
