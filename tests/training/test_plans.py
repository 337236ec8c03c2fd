"""A plan of the year is drawn up, issued, followed, and seen from above with everything below it."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from core.lists.paging import CappedPaginator
from organizations.models import Organization, User
from tests.core.list_checks import assert_constant_queries, assert_tampering_is_told, queries_of
from tests.people import builders as people
from tests.training import builders
from tests.training.builders import downloaded
from training.models import Activity, Instructor, Plan, PlanItem
from training.planning import Line, items_for, with_progress, with_totals
from training.records.checks import check
from training.tables.plans import PlanTable

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def this_year() -> int:
    return timezone.localdate().year


def item(**facts: Any) -> dict[str, Any]:
    return {"name": "水上救援（演示）", "times": "2", "first_month": "5", "last_month": "7", "position": "10", **facts}


def test_plan_is_begun_filled_issued_and_copied_into_the_next_year(songshan: User, as_user: SignIn) -> None:
    client, place = as_user(songshan), songshan.organization_id
    new = reverse("training:plan_create")
    client.post(new, {"organization": place, "year": this_year()})
    plan = Plan.objects.get()
    assert "已经有这一年的计划" in client.post(new, {"organization": place, "year": this_year()}).content.decode()
    add = reverse("training:planitem_create", args=[plan.pk])
    client.post(f"{add}?kind=drill", item(form="field", scope="team"))
    client.post(f"{add}?kind=training", item(name="救护复训（演示）", training_kind="refresher"))
    client.post(f"{add}?kind=training", item(name="不办的（演示）"))
    assert "计划里已经有这个项目" in client.post(f"{add}?kind=drill", item(note="又按了一次")).content.decode()
    assert list(plan.items.values_list("kind", "position", "training_kind")) == [
        ("drill", 10, ""), ("training", 10, "refresher"), ("training", 10, ""),
    ]  # fmt: skip
    edit = reverse("training:plan_edit", args=[plan.pk])
    assert client.post(edit, {"document_no": "随便写", "version": 1}).context["form"].errors
    client.post(edit, {
        "document_no": "松红发〔2026〕3号", "issued_on": "2026-01-15", "note": "一、保安全\r\n二、保质量", "version": 1,
    })  # fmt: skip
    plan.refresh_from_db()
    assert plan.note == "一、保安全\r\n二、保质量"
    last = plan.items.get(name="不办的（演示）")
    end = reverse("training:planitem_end", args=[last.pk])
    assert client.post(end, {"reason": ""}).status_code == 200
    assert "不会跟着取消" not in client.get(end).content.decode()
    builders.drill(last.plan.organization, songshan, plan_item=last)
    assert "在办的 1 次活动不会跟着取消" in client.get(end).content.decode()
    last.refresh_from_db()
    assert last.ended_at is None
    client.post(end, {"reason": "经费没有落实"})
    assert "不能再改" in client.get(reverse("training:planitem_edit", args=[last.pk]), follow=True).content.decode()
    assert "经费没有落实" in client.get(last.get_absolute_url()).content.decode()
    client.post(new, {"organization": place, "year": this_year() + 1, "copy": "on"})
    copied = Plan.objects.get(year=this_year() + 1)
    assert [one.name for one in copied.items.all()] == ["水上救援（演示）", "救护复训（演示）"]
    assert not copied.document_no


@pytest.mark.parametrize(
    ("facts", "told"),
    [({"name": ""}, "name"), ({"times": "0"}, "times"), ({"last_month": "3"}, "last_month"), ({"times": "x"}, "times")],
)
def test_bad_items_are_told(songshan: User, as_user: SignIn, facts: dict[str, str], told: str) -> None:
    plan = Plan.objects.create(organization=songshan.organization, year=this_year())
    answer = as_user(songshan).post(reverse("training:planitem_create", args=[plan.pk]), item(**facts))
    assert told in answer.context["form"].errors
    assert not plan.items.exists()


def test_progress_counts_confirmed_records_and_sees_what_is_under_way(
    captain: User, chifeng: User, songshan: User, as_user: SignIn
) -> None:
    team = captain.organization
    plan = builders.plan(team, times=3)
    only = plan.items.get()
    there = [people.member(team, number) for number in (1, 2)]
    builders.confirmed(team, captain, chifeng, *there, plan_item=only)
    builders.drill(team, captain, plan_item=only)
    cancelled = builders.drill(team, captain, plan_item=only)
    Activity.objects.filter(pk=cancelled.pk).update(state="cancelled")
    loose = builders.drill(team, captain, title="计划外的演练（演示）")
    page = as_user(captain).get(plan.get_absolute_url())
    line = page.context["lines"][0]
    assert (line.item.done, line.item.open, line.item.reached) == (1, 1, 2)
    assert [row["activity"] for row in page.context["unplanned"]] == [loose]
    assert page.context["below"]["rows"] == []
    shown = as_user(captain).get(only.get_absolute_url())
    assert len(shown.context["held"]) == 3  # the cancelled one is shown with its state, and not counted


@pytest.mark.parametrize(
    ("today", "done", "under_way", "said"),
    [
        (date(2026, 4, 1), 0, 0, ""),
        (date(2026, 7, 1), 0, 0, "本月内还差 2 次"),
        (date(2026, 7, 1), 1, 1, "在办"),
        (date(2026, 8, 1), 1, 0, "已过计划月份，还差 1 次"),
        (date(2026, 8, 1), 1, 1, "已过计划月份，在办"),
        (date(2027, 1, 1), 0, 0, "已过计划月份，还差 2 次"),
        (date(2026, 4, 1), 2, 0, "已完成"),
        (date(2026, 9, 1), 3, 0, "已完成"),
    ],
)
def test_an_item_says_when_it_is_due(today: date, done: int, under_way: int, said: str) -> None:
    one = PlanItem(plan=Plan(year=2026), name="x", times=2, first_month=5, last_month=7)
    one.done, one.open = done, under_way  # type: ignore[attr-defined]
    assert Line(one, today).state["label"] == said


def test_office_sees_what_its_teams_and_offices_come_to(
    captain: User, chifeng: User, songshan: User, baotou: User, as_user: SignIn
) -> None:
    office = chifeng.organization
    above = builders.plan(office, times=1)
    builders.plan(captain.organization, times=3)
    builders.plan(songshan.organization, times=4)
    builders.plan(songshan.organization, this_year() - 1)
    builders.plan(baotou.organization, times=9)
    there = people.member(captain.organization, 1)
    builders.confirmed(captain.organization, captain, chifeng, there, plan_item=PlanItem.objects.get(times=3))
    below = as_user(chifeng).get(above.get_absolute_url()).context["below"]
    assert (below["total"]["planned"], below["total"]["done"], below["total"]["reached"]) == (7, 1, 1)
    assert below["without"] == len(below["rows"]) - 2
    assert as_user(captain).get(above.get_absolute_url()).status_code == 404  # the plan of an office above
    assert as_user(baotou).get(above.get_absolute_url()).status_code == 404
    assert as_user(chifeng).get(reverse("training:plan_edit", args=[above.pk])).status_code == 200
    theirs = Plan.objects.get(organization=songshan.organization, year=this_year())
    assert as_user(chifeng).get(theirs.get_absolute_url()).status_code == 200
    assert as_user(chifeng).get(reverse("training:plan_edit", args=[theirs.pk])).status_code == 403
    today = timezone.localdate()
    Organization.objects.filter(pk=captain.organization.pk).update(valid_from=today - timedelta(days=9), valid_to=today)
    after = as_user(chifeng).get(above.get_absolute_url()).context["below"]  # gone: what it planned and held stays
    assert (after["total"], after["without"]) == (below["total"], below["without"])
    assert [row["plans"] for row in after["rows"] if row["gone"]] == [1]
    plan = Plan.objects.get(organization=captain.organization, year=this_year())
    page = as_user(chifeng).get(plan.get_absolute_url()).content.decode()
    assert "办一次" not in page
    assert "已退出" in as_user(chifeng).get(above.get_absolute_url()).content.decode()
    item = as_user(chifeng).get(reverse("training:planitem_detail", args=[plan.items.get().pk])).content.decode()
    assert "办一次" not in item


def test_after_an_item_is_dropped_the_sums_still_say_how_far_the_plan_is(
    captain: User, chifeng: User, as_user: SignIn
) -> None:
    """One held of a dropped item read as 1 done of 0 planned; three held of an item meant once filled the gap of the
    one nobody had begun."""
    team = captain.organization
    plan = builders.plan(team, times=4, people=30, name="不办了的（演示）")
    dropped = plan.items.get()
    often = builders.plan_item(plan, times=1, people=None, name="办多了的（演示）")
    builders.plan_item(plan, times=2, people=10, name="没有办的（演示）")
    there = [people.member(team, number) for number in (1, 2)]
    hours = iter(range(100))
    for item in (dropped, often, often, often):
        starts = builders.morning() + timedelta(days=-next(hours))
        builders.confirmed(team, captain, chifeng, *there, plan_item=item, starts_at=starts)
    client = as_user(captain)
    end = reverse("training:planitem_end", args=[dropped.pk])
    assert "没有办的次数不再计入计划" in client.get(end).content.decode()
    client.post(end, {"reason": "经费没有落实"})
    page = client.get(plan.get_absolute_url())
    (summed,) = [row["sum"] for row in page.context["sums"]]
    assert (summed.counted, summed.planned, summed.beyond, summed.people) == (2, 4, 2, 12)
    assert "原计划 4 次" in page.content.decode()
    row = with_totals(Plan.objects.all()).get()
    assert (row.counted, row.planned, row.people, row.done) == (2, 4, 12, 4)
    below = as_user(chifeng).get(builders.plan(chifeng.organization).get_absolute_url()).context["below"]["total"]
    assert (below["counted"], below["planned"], below["beyond"], below["people"]) == (2, 4, 2, 12)


def test_activity_is_offered_the_items_of_its_own_plan_and_of_the_offices_above(
    captain: User, chifeng: User, baotou: User
) -> None:
    own = builders.plan(captain.organization).items.get()
    above = builders.plan(chifeng.organization).items.get()
    builders.plan(baotou.organization)
    builders.plan(captain.organization, this_year() - 1)
    builders.plan_item(own.plan, kind="training")
    builders.plan_item(own.plan, ended_at=timezone.now())
    held, theirs = (Activity(host=user.organization, kind="drill") for user in (captain, chifeng))
    assert list(items_for(held, chifeng)) == [above, own]
    assert list(items_for(held, captain)) == [own]  # the plan of an office above is not the team's to see
    assert list(items_for(theirs, chifeng)) == [above]


def test_put_off_into_the_next_year_it_is_told_that_the_plan_is_of_the_last(captain: User) -> None:
    item = builders.plan(captain.organization, this_year() - 1).items.get()
    drill = builders.drill(captain.organization, captain, plan_item=item)
    (told,) = [finding for finding in check(drill) if finding.field == "plan_item"]
    assert not told.blocking
    assert f"{this_year() - 1} 年的计划" in told.message
    item.plan = builders.plan(captain.organization)
    drill.plan_item = item.plan.items.get()
    assert not [finding for finding in check(drill) if finding.field == "plan_item"]


def test_pages_of_plans_stay_quick(chifeng: User, captain: User, as_user: SignIn) -> None:
    client, team = as_user(chifeng), captain.organization
    plan = builders.plan(chifeng.organization)

    def more(number: int) -> None:
        while Plan.objects.count() < number + 1:
            made = builders.plan(team, 2020 + Plan.objects.count())
            builders.drill(team, captain, plan_item=made.items.get(),
                           starts_at=builders.morning() + timedelta(minutes=made.pk))  # fmt: skip

    assert_constant_queries(client, reverse("training:plan_list"), more)
    assert_tampering_is_told(client, reverse("training:plan_list"))
    assert downloaded(client, reverse("training:plan_list") + "?export=xlsx")

    def longer(number: int) -> None:
        while plan.items.count() < number:
            builders.plan_item(plan)

    assert_constant_queries(client, plan.get_absolute_url(), longer)
    assert len(queries_of(client, plan.items.first().get_absolute_url())) <= 10  # type: ignore[union-attr]


def sheet(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return SimpleUploadedFile("计划.xlsx", out.getvalue())


def taken_in(client: Client, url: str, file: SimpleUploadedFile) -> Any:
    looked = client.post(url, {"file": file}, follow=True)
    if looked.context["preview"]["summary"].get("wrong"):
        return looked
    return client.post(looked.redirect_chain[-1][0], follow=True)


def test_items_come_from_a_spreadsheet(songshan: User, as_user: SignIn) -> None:
    plan, client = Plan.objects.create(organization=songshan.organization, year=this_year()), as_user(songshan)
    url = reverse("training:plan_import", args=[plan.pk])
    head = ("种类", "名称", "次数", "从几月", "到几月", "演练形式", "培训类别")
    assert downloaded(client, f"{url}?blank=1")
    taken_in(client, url, sheet(head, ("演练", "河道救援（演示）", "3次", "5月", "7月", "实战演练", "理论"),
                                ("培训", "救护复训（演示）", "", "", "", "", "复训")))  # fmt: skip
    rows = list(plan.items.values_list("kind", "name", "times", "first_month", "last_month", "form", "training_kind"))
    assert rows == [
        ("drill", "河道救援（演示）", 3, 5, 7, "field", ""),
        ("training", "救护复训（演示）", 1, 1, 12, "", "refresher"),
    ]
    taken_in(client, url, sheet(head, ("演练", "河道救援（演示）", "4", "", "", "", "")))
    assert plan.items.get(kind="drill").times == 4
    answer = client.post(url, {"file": sheet(head, ("比赛", "坏的", "x", "13", "", "", ""))}, follow=True)
    assert "不在可选范围内" in answer.content.decode()
    assert plan.items.count() == 2


def test_a_plan_as_offices_write_it(songshan: User, as_user: SignIn) -> None:
    """单位 and date above the heading, the time in one cell, a sum with a serial number below."""
    plan, client = Plan.objects.create(organization=songshan.organization, year=this_year()), as_user(songshan)
    taken_in(client, reverse("training:plan_import", args=[plan.pk]), sheet(
        ("2026年度培训演练计划",), ("单位：松山区红十字会", None, None, "制表日期：2026.1"),
        ("序号", "类型", "项目名称", "时间安排", "期数", "参训人数"),
        (1, "培训", "救护员培训（演示）", "5-7月", "2期", "约60人"),
        (2, "演练", "防汛演练（演示）", "第二季度", 1, None), (3, "演练", "地震演练（演示）", "2026年5月", None, None),
        (4, "合  计", None, None, 4, 60),
    ))  # fmt: skip
    rows = list(plan.items.values_list("name", "first_month", "last_month", "times", "people"))
    assert rows == [
        ("救护员培训（演示）", 5, 7, 2, 60), ("防汛演练（演示）", 4, 6, 1, None), ("地震演练（演示）", 5, 5, 1, None),
    ]  # fmt: skip


def test_a_column_headed_kind_of_either_is_read_as_it_is_meant(songshan: User, as_user: SignIn) -> None:
    plan, client = Plan.objects.create(organization=songshan.organization, year=this_year()), as_user(songshan)
    taken_in(client, reverse("training:plan_import", args=[plan.pk]), sheet(
        ("项目名称", "类别", "时间"), ("救护员复训（演示）", "培训", "3-11月"), ("冬季搜救（演示）", "演练", "12月"),
        ("绳索技术（演示）", "技能", "6月"),
    ))  # fmt: skip
    taken_in(client, reverse("training:plan_import", args=[plan.pk]), sheet(
        ("类别", "项目名称", "培训类别"), ("演练", "夜间搜救（演示）", ""), ("培训", "师资复训（演示）", "复训"),
    ))  # fmt: skip
    last_year = sheet(("项目名称", "时间"), ("绳索技术（演示）", f"{this_year() - 1}年6月"))
    looked = client.post(reverse("training:plan_import", args=[plan.pk]), {"file": last_year}, follow=True)
    assert f"写的是 {this_year() - 1} 年，按 {this_year()} 年的这几个月登记。" in looked.content.decode()
    assert set(plan.items.values_list("kind", "name", "training_kind")) == {
        ("training", "救护员复训（演示）", ""), ("drill", "冬季搜救（演示）", ""),
        ("training", "绳索技术（演示）", "skill"), ("drill", "夜间搜救（演示）", ""),
        ("training", "师资复训（演示）", "refresher"),
    }  # fmt: skip


def test_a_plan_that_does_not_say_what_is_a_drill(songshan: User, as_user: SignIn) -> None:
    plan, client = Plan.objects.create(organization=songshan.organization, year=this_year()), as_user(songshan)
    url = reverse("training:plan_import", args=[plan.pk])
    rows = sheet(
        ("序号", "培训演练名称", "时间"), (1, "防汛桌面推演（演示）", "6月"), (2, "救护员取证（演示）", "全年")
    )
    looked = client.post(url, {"file": rows}, follow=True)
    assert "没有写种类，按名称记为演练。" in looked.content.decode()
    client.post(looked.redirect_chain[-1][0], follow=True)
    taken_in(client, url, sheet(("名称", "期数"), ("防汛桌面推演（演示）", 3)))
    assert set(plan.items.values_list("kind", "name", "times")) == {
        ("drill", "防汛桌面推演（演示）", 3), ("training", "救护员取证（演示）", 1),
    }  # fmt: skip


def test_instructors_of_one_place_need_not_name_it(captain: User, as_user: SignIn) -> None:
    head = ("序号", "姓名", "工作单位", "师资资质", "备注")
    taken_in(as_user(captain), reverse("training:instructor_import"), sheet(
        ("师资名册",), head, (1, "那仁 高娃", "演示医院", "救护师资", "")
    ))  # fmt: skip
    assert Instructor.objects.values_list("organization", "name", "employer").get() == (
        captain.organization_id, "那仁高娃", "演示医院",
    )  # fmt: skip


def test_the_list_of_teachers_a_region_hands_out_is_entered_by_every_office(
    songshan: User, baotou: User, as_user: SignIn
) -> None:
    """What one of them brought is no reason to refuse it to another, nor is the other told who that was."""
    url, rows = (
        reverse("training:instructor_import"),
        (("姓名", "工作单位", "资质"), ("王教员（演示）", "演示医院", "救护师资")),
    )
    for user in (songshan, baotou):
        taken_in(as_user(user), url, sheet(*rows))
    assert set(Instructor.objects.values_list("organization", "name")) == {
        (songshan.organization_id, "王教员（演示）"), (baotou.organization_id, "王教员（演示）"),
    }  # fmt: skip
    again = as_user(baotou).post(url, {"file": sheet(*rows)}, follow=True).content.decode()
    assert "这一次没有改动任何记录" in again
    assert songshan.name not in again


def test_instructors_come_from_a_spreadsheet(captain: User, as_user: SignIn) -> None:
    there = people.member(captain.organization, 1)
    client, url = as_user(captain), reverse("training:instructor_import")
    place = captain.organization.name
    head = ("登记单位", "姓名", "是队员", "资质", "授课专业")
    taken_in(client, url, sheet(head, (place, "李教员（演示）", "", "演示师资", "医疗"),
                                (place, there.person.name, "是", "", "")))  # fmt: skip
    assert set(Instructor.objects.values_list("name", "person")) == {
        ("李教员（演示）", None), (there.person.name, there.person.pk),
    }  # fmt: skip


def test_api_gives_plans_with_their_progress(captain: User, baotou: User, as_user: SignIn) -> None:
    plan = builders.plan(captain.organization)
    rows = as_user(captain).get(reverse("api:plan-list")).json()["results"]
    assert [(row["id"], row["items"][0]["done"]) for row in rows] == [(plan.pk, 0)]
    assert as_user(baotou).get(reverse("api:plan-detail", args=[plan.pk])).status_code == 404
    assert with_progress(plan.items.all()).get().open == 0  # type: ignore[attr-defined]
    assert Organization.objects.get(pk=rows[0]["organization"]) == captain.organization


@pytest.mark.parametrize("kind", ["drill", "training"])
def test_activity_is_begun_from_an_item_of_the_plan(kind: str, captain: User, baotou: User, as_user: SignIn) -> None:
    place, client = captain.organization, as_user(captain)
    facts: dict[str, Any] = {"kind": "drill", "form": "tabletop", "scope": "team"}
    if kind == "training":
        facts = {
            "kind": "training",
            "training_kind": "skill",
            "form": "",
            "scope": "",
            "course": builders.course(place),
        }
    line = builders.plan_item(builders.plan(place), name="防汛准备（演示）", **facts)
    assert f"plan_item={line.pk}" in client.get(line.get_absolute_url()).content.decode()
    begin = f"{reverse('training:activity_create')}?kind={kind}&host={place.pk}&plan_item="
    page = client.get(f"{begin}{line.pk}")
    assert page.context["form"]["title"].value() == line.name
    assert Activity.objects.count() == 0
    client.post(f"{begin}{line.pk}", {"title": line.name, "begin_with": "blank"})
    made = Activity.objects.get()
    assert (made.kind, made.title, made.plan_item, made.host) == (kind, line.name, line, place)
    assert (made.form, made.scope, made.training_kind) == (line.form, line.scope, line.training_kind)
    assert (made.course_version and made.course_version.course) == line.course
    client.post(f"{begin}{line.pk}", {"begin_with": f"copy:{made.pk}"})
    assert Activity.objects.latest("pk").plan_item == line
    next_year = timezone.localtime() + timedelta(days=366)
    client.post(
        f"{begin}{line.pk}",
        {"title": "明年（演示）", "starts_at": f"{next_year:%Y-%m-%dT09:00}", "begin_with": "blank"},
    )
    assert Activity.objects.latest("pk").plan_item is None
    strange = builders.plan_item(builders.plan(baotou.organization), **facts)
    for asked in (strange.pk, "x", 99999999):
        assert client.get(f"{begin}{asked}").context["item"] is None
        client.post(f"{begin}{asked}", {"title": "不在计划里（演示）", "begin_with": "blank"})
        assert Activity.objects.latest("pk").plan_item is None


@pytest.mark.parametrize("sort", ["", "year", "-year"])
def test_a_long_list_is_read_from_its_foremost_year_and_shows_the_same(chifeng: User, sort: str) -> None:
    """More than are paged: the first pages are looked for among one year alone, the last one reaches into the next."""
    offices = Organization.objects.filter(path__startswith=chifeng.organization.path).offices()[:5]
    Plan.objects.bulk_create(
        Plan(organization=one, year=year) for one in offices for year in (this_year() - 1, this_year())
    )
    rows = PlanTable.arranged(Plan.objects.visible_to(chifeng), sort, model=Plan, columns=["organization", "year"])
    paginator = CappedPaginator(rows, 2, most=6, leading=PlanTable.leading)
    assert paginator.capped
    assert [one for number in (1, 2, 3) for one in paginator.page(number)] == list(rows[:6])


def test_items_stand_in_the_order_they_were_given(captain: User, as_user: SignIn) -> None:
    """Their progress is counted beside them, and the database hands groups over in any order."""
    plan = builders.plan(captain.organization, name="第二（演示）", position=20)
    builders.plan_item(plan, name="第一（演示）", position=10)
    page = as_user(captain).get(plan.get_absolute_url())
    assert [line.item.name for line in page.context["lines"]] == ["第一（演示）", "第二（演示）"]
