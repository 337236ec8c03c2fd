"""登记表, a form for each person: read as a list is, however it is laid out."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.imports.bulk.rows import Rows, read_rows
from core.imports.cards import read_cards
from core.imports.heads import Known, aliases
from core.imports.reading import EMPTY, Cell
from people.models import Membership, Person
from people.roster.resource import RosterResource
from tests.people.builders import citizen as ID  # noqa: N812 - as in the other tests of rosters
from tests.people.rosters import workbook
from tests.people.test_roster_import import client as client
from tests.people.test_roster_import import confirm, rows, send
from tests.people.test_roster_import import url as url
from tests.people.test_roster_offices import HEAD, one, told

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def phone(number: int) -> str:
    return f"1380000{number:04d}"


def form(number: int, name: str) -> list[list[Any]]:
    """As it is printed: two or three labels in a row, relatives and somebody to call, opinions and stamps."""
    return [["队员登记表"], ["姓名", name, "性别", None, "出生年月", "1990.3", "照片"],
            ["民族", None, "籍贯", "内蒙古", "政治面貌", "群众"],
            ["身份证号", ID(number), None, "联系电话", phone(number)],
            ["工作单位", "演示医院", None, "职务", "队员"], ["紧急联系人", "王父", "关系", "父子", "电话", phone(90)],
            ["家庭成员", "姓名", "关系", "工作单位", "电话"], [None, "王母", "母子", "演示学校", phone(91)],
            ["审批意见", "同意（盖章）  2026年3月1日"]]  # fmt: skip


WANTED = {"mobile": phone(1), "id_number": ID(1), "employer": "演示医院", "duty": "队员", "emergency_name": "王父",
          "emergency_phone": phone(90), "other_phone": "", "ethnicity": "", "gender": ""}  # fmt: skip


def beside() -> Any:
    left, right = form(1, "王明"), form(2, "李四")
    return [[*(row + [None] * 8)[:8], *more] for row, more in zip(left, right, strict=True)]


def in_columns() -> Any:
    return [["项目", "第一位", "第二位"], ["姓名", "王明", "李四"], ["身份证号", ID(1), ID(2)],
            ["手机", phone(1), phone(2)], ["职务", "队长", None]]  # fmt: skip


def with_colons() -> Any:
    return [["姓名：王明", "性别：男"], [f"身份证号：{ID(1)}", f"电话：{phone(1)}"], ["姓名：李四"],
            [f"身份证号：{ID(2)}", f"电话：{phone(2)}"]]  # fmt: skip


def with_somebody_to_call() -> Any:
    return [["姓名", "王明", "联系电话", phone(1)], ["身份证号", ID(1)],
            ["紧急联系人", "姓名", "李四", "联系电话", phone(9)]]  # fmt: skip


def with_boxes() -> Any:
    return [["姓名", "王明", "联系电话", phone(1)], ["身份证号码", *ID(1)], ["工作单位", "演示医院"]]


@pytest.fixture
def read(songshan: Any, place: Any) -> Any:
    def found(*sheets: Sequence[Sequence[Any]], **more: Any) -> Rows:
        return read_rows(workbook(*sheets, **more), XLSX, RosterResource(by=songshan, teams=[place]), {}, {})

    return found


def test_forms_in_every_layout(read: Any) -> None:
    below = [*form(1, "王明"), [], *form(2, "李四")]
    for sheets in ([below], [form(1, "王明"), form(2, "李四")], [beside()]):
        first, second = read(*sheets, names=["王明", "李四"][: len(sheets)]).lines
        assert {name: first.cells.get(name, "") for name in WANTED} == WANTED
        assert (second.cells["name"], second.cells["id_number"]) == ("李四", ID(2))
        assert not {"group", "team"} & set(first.cells), "a sheet that is called after its person is no group"
    for sheet in (in_columns(), with_colons()):
        said = [(line.cells["name"], line.cells["id_number"], line.cells["mobile"]) for line in read(sheet).lines]
        assert said == [("王明", ID(1), phone(1)), ("李四", ID(2), phone(2))]
    assert [line.cells["id_number"] for line in read(with_boxes()).lines] == [ID(1)]
    (line,) = read(with_somebody_to_call()).lines
    said = [line.cells.get(name) for name in ("name", "mobile", "other_phone", "emergency_name", "emergency_phone")]
    assert said == ["王明", phone(1), None, "李四", phone(9)]


def test_forms_are_taken_in_and_told(client, url):
    page = send(client, url, form(1, "王明"), form(2, "李四"), names=["王明", "李四"])
    assert "2 张登记表" in told(page)
    confirm(client, page)
    assert set(Person.objects.values_list("name", "emergency_name", "mobile")) == {
        ("王明", "王父", phone(1)), ("李四", "王父", phone(2)),
    }  # fmt: skip
    assert set(Membership.objects.values_list("duty", "group")) == {("队员", "")}


def test_forms_beside_a_list_are_read_only_when_asked(client, url):
    page = send(client, url, form(1, "王明"), [HEAD, one(2, "李四")], names=["王明", "名单"])
    assert list(rows(page)) == ["李四"]
    assert "是一人一张的登记表" in told(page)


def test_an_empty_form_is_no_list_and_says_so(client, url):
    empty = [["姓名", None, "性别", None], ["身份证号", None, "电话", None], ["工作单位", None]]
    page = send(client, url, empty)
    assert "登记表" in page.context["form"].errors["file"][0]
    explained = [["列", "要不要填", "例"], ["姓名", "必填", "王明"], ["身份证号", "知道就填", ID(1)],
                 ["电话", "必填", phone(1)], ["职务", "必填", "队员"]]  # fmt: skip
    assert "file" in send(client, url, explained).context["form"].errors


FACTS = {"性别": "男", "民族": "蒙古族", "工作单位": "演示医院", "职务": "副队长", "住址": "演示路 1 号",
         "学历": "本科", "身份证号": ID(1), "联系电话": phone(1)}  # fmt: skip
KNOWN = Known(aliases({label: [label] for label in ("姓名", *FACTS)}), leads=frozenset(["姓名"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.permutations(list(FACTS)),
    st.sets(st.sampled_from(list(FACTS)[:-1]), max_size=5),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_what_stands_beside_a_label_is_its_value(order, empty, width, people):
    """In any order, however many stand in a row, and whichever are left empty but the telephone."""
    rows: list[list[Cell]] = []
    for person in range(people):
        pairs = [("姓名", f"某{person}"), *((label, "" if label in empty else FACTS[label]) for label in order)]
        for at in range(0, len(pairs), width):
            rows.append([Cell(text) if text else EMPTY for pair in pairs[at : at + width] for text in pair])
    cards = read_cards(rows, [], KNOWN)
    said = [{label: cells[0].text for label, (_means, cells) in card.values.items() if cells[0].text} for card in cards]
    filled = {label: text for label, text in FACTS.items() if label not in empty}
    assert said == [{"姓名": f"某{person}", **filled} for person in range(people)]
