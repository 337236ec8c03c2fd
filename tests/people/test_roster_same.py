"""Rows of one file that mean one person, in whatever order and in however many turns they are written."""

from typing import Any

import pytest

from core.imports.bulk import checking
from core.imports.bulk.sealing import sealed_corrections
from core.models import Import, ImportHeading
from organizations.reference import add_child
from people.models import Certificate, Cover, Membership, Person
from tests.people import builders
from tests.people.builders import citizen as ID  # noqa: N812 - as in the other tests of rosters
from tests.people.test_roster_import import address, client, confirm, rows, send, take, url  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "身份证号", "电话"]
PAPERS = [*HEAD, "证书名称", "证书编号", "发证日期"]
FIRST = ["救护员证", "YS-1", "2025-01-10"]
SECOND = ["业余无线电操作证书", "BA4", "2025-02-01"]


@pytest.fixture(params=[1_000, 1], ids=["one turn", "turns"])
def turns(request, monkeypatch) -> None:
    monkeypatch.setattr(checking, "CHUNK", request.param)


def wrong(page: Any) -> list[dict[str, str]]:
    return [line["why"] for line in page.context["preview"]["rows"] if line["kind"] == "wrong"]


@pytest.fixture
def other(office):
    return add_child(office("150404"), code="T1504049002", name="松山第二演示救援队", short_name="松山二队",
                     level="team", division_id="150404")  # fmt: skip


# -- who stands against whom ------------------------------------------------------------------------------------
# rows below 姓名 身份证号 电话 → column that is wrong and what is said, of each row that is
SLIPS: dict[str, tuple[list[list[str]], list[tuple[str, str]]]] = {
    "the one without number comes first": (
        [["王明", "", "13800000001"], ["王明", ID(1), "13800000001"]], [("name", "和第 3 行同名")],
    ),
    "the one without number comes second": ([["王明", ID(1), "13800000001"], ["王明", "", "138 0000 0001"]], []),
    "the telephone in another spelling": (
        [["王明", "", "13800000001"], ["王明", "无", "+86 138-0000-0001"]], [("name", "和第 2 行的姓名、手机相同")],
    ),
    "a dash is no number": ([["王明", ID(1), "13800000001"], ["王明", "—", "13800000001"]], []),
    "neither has a number, one no telephone": (
        [["王明", "", "13800000001"], ["王明", "暂无", ""]], [("name", "和第 2 行同名")],
    ),
    "neither has a number, but each a telephone": ([["王明", "", "13800000001"], ["王明", "", "13800000002"]], []),
    "one document, two names": (
        [["王明", ID(1), ""], ["李四", ID(1), ""]], [("id_number", "姓名：和第 2 行是同一个证件号码，内容不同")],
    ),
    "one document, two telephones": (
        [["王明", ID(1), "13800000001"], ["王明", ID(1), "13800000002"]], [("id_number", "手机：和第 2 行")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_rows_of_one_name(client, url, turns, slip):  # noqa: F811
    lines, expected = SLIPS[slip]
    page = send(client, url, [HEAD, *lines])
    found = wrong(page)
    assert [list(why) for why in found] == [[column] for column, _said in expected]
    assert all(said in why[column] for why, (column, said) in zip(found, expected, strict=True))
    confirm(client, page)
    assert Membership.objects.count() == Person.objects.count(), "nobody is made beside the one who is meant"
    assert bool(Person.objects.count()) is not bool(expected)


def test_the_same_said_in_another_way_is_no_contradiction(client, url):  # noqa: F811
    head = [*HEAD, "入队日期", "工作单位"]
    take(client, url, [head, ["王明", ID(1), "13800000001", "2024.1.1", "演示医院"],
                       ["王　明", ID(1), "138-0000-0001", "2024-01-01", "无"]])  # fmt: skip
    assert Person.objects.get().employer == "演示医院"


def test_one_document_under_two_names_in_two_teams(as_user, songshan, place, other, turns):
    page = send(as_user(songshan), "/people/import/",
                [["救援队", *HEAD], [place.name, "王明", ID(1), ""], [other.name, "李四", ID(1), ""]])  # fmt: skip
    assert "姓名：和第 2 行是同一个证件号码" in rows(page)["李四"]["why"]["id_number"]


def test_a_person_of_two_teams_brings_a_certificate_in_each(as_user, songshan, place, other, turns):
    head = ["救援队", *PAPERS]
    take(as_user(songshan), "/people/import/",
         [head, [place.name, "王明", ID(1), "", *FIRST], [other.name, "王明", ID(1), "", *FIRST],
          [other.name, "王明", ID(1), "", *SECOND]])  # fmt: skip
    assert (Person.objects.count(), Membership.objects.count(), Certificate.objects.count()) == (1, 2, 2)


# -- the second row of somebody -----------------------------------------------------------------------------------
def test_a_second_certificate_is_not_a_namesakes(client, url, place, turns):  # noqa: F811
    old = builders.member(place, person=builders.person(9, name="王明", id_number="", mobile="13900000009")).person

    def merge(page: Any) -> None:
        page.merge_range(1, 0, 2, 0, "王明")

    head = ["姓名", "电话", "证书名称", "证书编号", "发证日期"]
    take(client, url, [head, ["王明", "13800000001", *FIRST], [None, None, *SECOND]], sheet_0=merge)
    assert not old.certificates.exists()
    assert Person.objects.exclude(pk=old.pk).get().certificates.count() == 2


def test_a_number_mended_in_the_first_row_is_mended_in_those_that_go_on(client, url, place):  # noqa: F811
    builders.member(place, 2, person=builders.person(2, name="王明"))

    def merge(page: Any) -> None:
        for at, value in enumerate(["王明", ID(2)]):
            page.merge_range(1, at, 2, at, value)

    page = send(client, url, [PAPERS, ["王明", ID(2), "", *FIRST], [None, None, None, *SECOND]], sheet_0=merge)
    key = next(line["key"] for line in page.context["preview"]["rows"] if line["number"] == 2)
    item = Import.objects.get()  # typed into an older page: the number was no error there
    Import.objects.filter(pk=item.pk).update(corrections=sealed_corrections({"cells": {key: {"id_number": ID(1)}}}))
    confirm(client, client.post(address(page), {"page": 1, "recheck": "1"}, follow=True))
    assert {paper.person.id_number for paper in Certificate.objects.all()} == {ID(1)}


def test_one_member_without_telephone_is_not_two_rows(client, url, place, turns):  # noqa: F811
    builders.member(place, person=builders.person(9, name="王明", id_number="", mobile=""))
    take(client, url, [HEAD, ["王明", "", "13800000001"], ["王明", "", "13800000002"]])
    assert set(Person.objects.values_list("mobile", flat=True)) == {"13800000001", "13800000002"}


def test_another_number_typed_into_the_second_row_is_another_person(client, url):  # noqa: F811
    def merge(page: Any) -> None:
        for at, value in enumerate(["王明", ID(2)[:-1]]):
            page.merge_range(1, at, 2, at, value)

    page = send(client, url, [PAPERS, ["王明", "", "", *FIRST], [None, None, None, *SECOND]], sheet_0=merge)
    first, second = sorted(line["key"] for line in page.context["preview"]["rows"])
    typed = {f"cell-{first}-id_number": ID(1), f"cell-{second}-id_number": ID(2), "page": 1, "recheck": "1"}
    confirm(client, client.post(address(page), typed, follow=True))
    assert {(paper.person.id_number, paper.number) for paper in Certificate.objects.all()} == {
        (ID(1), "YS-1"), (ID(2), "BA4"),
    }  # fmt: skip


# rows of one person on three sheets, from the certificate's number on → certificates they come to
SHEETS = {
    "the day alone": ([["", "2025-01-10"], ["", "2025-01-10"]], 1),
    "number, then the day alone": ([["YS-1", "2025-01-10"], ["", "2025-01-10"]], 1),
    "on the second and on the third sheet": ([["", ""], ["YS-1", "2025-01-10"], ["YS-1", "2025-01-10"]], 1),
    "without day at first": ([["YS-1", ""], ["YS-1", "2025-01-10"]], 1),
    "two": ([["YS-1", "2025-01-10"], ["YS-2", "2025-01-10"], ["", "2024-01-10"]], 3),
}


@pytest.mark.parametrize("case", SHEETS)
def test_a_certificate_on_several_sheets_is_one(client, url, turns, case):  # noqa: F811
    papers, expected = SHEETS[case]
    sheets = [[[*HEAD, "证书编号", "发证日期"], ["王明", ID(1), "", *paper]] for paper in papers]
    names = ["总表", "一组", "持证名单"][: len(sheets)]
    take(client, url, *sheets, names=names)
    assert (Membership.objects.count(), Certificate.objects.count()) == (1, expected)
    assert send(client, url, *sheets, names=names).context["preview"]["counts"]["same"] == len(sheets)


def test_numbers_follow_who_was_entered_by_name_alone(client, url, place, turns):  # noqa: F811
    """Where nothing speaks against it: neither another telephone nor another birthday."""
    for number, name, mobile in ((1, "王明", ""), (2, "李四", "13800000009"), (3, "赵六", "")):
        builders.member(place, person=builders.person(number, name=name, id_number="", mobile=mobile))
    Person.objects.filter(name="赵六").update(birth="1980-01-01")
    lines = [["王明", ID(1), "13800000001"], ["李四", ID(2), "13800000002"], ["赵六", ID(3), ""]]
    page = send(client, url, [HEAD, *lines])
    notes = {name: row["note"].get("id_number", "") for name, row in rows(page).items()}
    assert "按同一个人补上" in notes["王明"]
    assert ["按另一个人登记" in notes[name] for name in ("李四", "赵六")] == [True, True]
    confirm(client, page)
    found = sorted(Person.objects.values_list("name", "mobile"))
    assert found == [
        ("李四", "13800000002"),
        ("李四", "13800000009"),
        ("王明", "13800000001"),
        ("赵六", ""),
        ("赵六", ""),
    ]
    assert Person.objects.get(name="王明").id_number == ID(1)
    assert send(client, url, [HEAD, *lines]).context["preview"]["counts"]["same"] == 3


# -- in turns, and by somebody else ---------------------------------------------------------------------------------
def test_a_policy_without_days_has_those_of_the_file(client, url, turns):  # noqa: F811
    head = [*HEAD, "保险公司", "保单号", "保险起期", "保险止期"]
    who = [["王明", ID(1), ""], ["李四", ID(2), ""]]
    take(client, url, [HEAD, *who])
    lines = [[*who[0], "演示保险", "B1", "2026-01-01", "2026-12-31"], [*who[1], "演示保险", "B1", "", ""]]
    assert "已导入" in take(client, url, [head, *lines]).content.decode()
    assert Cover.objects.count() == 2


def test_who_reads_english_sees_what_a_job_sees(client, url):  # noqa: F811
    head = [*HEAD, "学历"]
    take(client, url, [head, ["王明", ID(1), "", "大专"]])
    client.post("/language/", {"language": "en"})
    page = send(client, url, [head, ["王明", ID(1), "", "本科"]])
    assert 'lang="en"' in page.content.decode()
    assert page.context["preview"]["rows"][0]["old"] == {"education": "大学专科"}


def test_columns_that_somebody_else_has_named_meanwhile_are_seen_first(client, url, place):  # noqa: F811
    page = send(client, url, [[*HEAD, "单位甲"], ["王明", ID(1), "13800000001", "演示医院"]])
    ImportHeading.objects.create(kind="roster", place=str(place.pk), heading="单位甲", field="employer")
    page = confirm(client, page)
    assert not Person.objects.exists(), "it was not on the page that was confirmed"
    assert "employer" in page.context["preview"]["names"]
    confirm(client, page)
    assert Person.objects.get().employer == "演示医院"


def test_who_is_registered_elsewhere_meanwhile_is_seen_first(client, url):  # noqa: F811
    """The row would make a new person, and now joins one whom another team has: somebody has to look at that."""
    page = send(client, url, [HEAD, ["王明", ID(1), ""]])
    assert page.context["preview"]["counts"]["new"] == 1
    known = builders.person(1, name="王明")
    page = confirm(client, page)
    assert not Membership.objects.exists(), "it was not on the page that was confirmed"
    confirm(client, page)
    assert Membership.objects.get().person == known


def test_a_draft_of_an_earlier_release_is_shown_once_more(client, url):  # noqa: F811
    page = send(client, url, [HEAD, ["王明", ID(1), ""]], [HEAD, ["李四", ID(2), ""]], names=["甲", "乙"])
    item = Import.objects.get()
    item.report.pop("seen")
    Import.objects.filter(pk=item.pk).update(report=item.report, corrections=sealed_corrections({"sheets_off": ["乙"]}))
    page = confirm(client, page)
    assert not Person.objects.exists()
    assert page.context["preview"]["counts"]["total"] == 1
    confirm(client, page)
    assert Person.objects.get().name == "王明"


def test_covered_numbers_that_differ_are_another_person(client, url, place):  # noqa: F811
    builders.member(place, 1, person=builders.person(1, name="王明"))
    page = send(client, url, [HEAD, ["王明", "150404**********99", ""]])
    assert "没有叫这个名字的人" in rows(page)["王明"]["why"]["id_number"]
