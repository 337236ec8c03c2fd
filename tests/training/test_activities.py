"""A drill from the first click to the archive, as people do it on the pages."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.models import WorkflowEvent
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from people.models import HourRecord
from people.workflow import MEMBERSHIP
from teams.models import Team
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.people import builders as people
from tests.people.leaks import text_of
from tests.teams import builders as teams
from tests.training import builders
from training.activities.beginning import copy_of
from training.models import (
    Activity,
    ActivityTeam,
    Base,
    Course,
    CourseVersion,
    DrillTemplate,
    Evaluation,
    Plan,
    PlanItem,
    Slot,
)
from training.views.activity_list import ActivityList

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST = reverse("training:activity_list")
JSON = {"content_type": "application/json"}


def at(hours: int = 0, days_ago: int = 3) -> str:
    return timezone.localtime(builders.morning(days_ago) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def edit(activity: Activity, section: str) -> str:
    return reverse("training:activity_edit", args=[activity.pk, section])


def autosave(activity: Activity, section: str) -> str:
    return reverse("training:activity_autosave", args=[activity.pk, section])


def move(activity: Activity) -> str:
    return reverse("training:activity_move", args=[activity.pk])


def messages_of(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_captain_begins_a_drill_with_few_fields(captain: User, as_user: SignIn) -> None:
    client, team = as_user(captain), captain.organization
    page = client.get(reverse("training:activity_create"))
    assert page.context["host"] == team
    sent = {
        "begin_with": "blank",
        "title": "夜间搜救（演示）",
        "starts_at": at(),
        "ends_at": at(3),
        "place": "演示水库",
    }
    response = client.post(f"{reverse('training:activity_create')}?kind=drill&host={team.pk}", sent)
    made = Activity.objects.get(title="夜间搜救（演示）")
    assert response["Location"] == made.get_absolute_url()
    assert (made.kind, made.state, made.host, made.created_by) == ("drill", "draft", team, captain)
    assert list(made.teams.values_list("organization", flat=True)) == [team.pk]
    assert made.slots.count() == 1


def test_new_one_with_the_end_before_the_beginning_is_told_and_kept_on_the_page(captain: User, as_user: SignIn) -> None:
    sent = {"begin_with": "blank", "title": "甲", "starts_at": at(3), "ends_at": at(), "place": "乙地"}
    response = as_user(captain).post(reverse("training:activity_create"), sent)
    assert response.context["form"].errors == {"ends_at": ["结束时间要晚于开始时间。"]}
    assert "乙地" in response.content.decode()
    assert not Activity.objects.exists()


def test_page_sent_again_makes_no_second_drill(captain: User, as_user: SignIn) -> None:
    """Back and pressed once more, or a second window: two of one name at one time both waited to be written up."""
    client, url = as_user(captain), reverse("training:activity_create")
    sent = {"begin_with": "blank", "title": "夜间搜救（演示）", "starts_at": at(), "ends_at": at(3), "place": "水库"}
    first = client.post(url, sent)
    again = client.post(url, {**sent, "place": "水库北岸"})
    assert (first.status_code, again.status_code) == (302, 200)
    assert "“夜间搜救（演示）”已经建立过了" in text_of(again)
    made = Activity.objects.get()
    copy = reverse("training:activity_copy", args=[made.pk])
    assert "已经建立过了" in text_of(client.post(copy, {**sent, "title": made.title}))
    assert client.post(copy, {**sent, "title": "夜间搜救乙组（演示）"}).status_code == 302
    Activity.objects.filter(pk=made.pk).update(state="cancelled", state_reason="改期")
    assert client.post(url, sent).status_code == 302


def test_one_begun_with_nothing_is_not_begun_twice(captain: User, as_user: SignIn) -> None:
    """Back, and sent again: two that both are called 未命名, and the next one was offered as a copy of them."""
    client, url = as_user(captain), reverse("training:activity_create")
    blank = {"begin_with": "blank", "title": "", "starts_at": "", "ends_at": "", "place": ""}
    assert [client.post(url, blank).status_code for _time in (1, 2)] == [302, 200]
    assert "已经有一场没有填名称和时间的" in text_of(client.post(url, blank))
    assert "照上一次的" not in text_of(client.get(url))
    unnamed = {**blank, "starts_at": at(), "ends_at": at(3)}
    assert [client.post(url, unnamed).status_code for _time in (1, 2)] == [302, 200]
    assert "“未命名的演练”已经建立过了，时间也一样" in text_of(client.post(url, unnamed))
    planned = {**blank, "title": "季度演练（演示）"}  # four of a name, whose days are not known yet
    assert [client.post(url, planned).status_code for _time in (1, 2)] == [302, 302]
    template = DrillTemplate.objects.get(name="示例：队内水上救援演练")
    assert client.post(url, {**blank, "begin_with": f"template:{template.pk}"}).status_code == 302


def test_new_one_begins_with_a_template(captain: User, as_user: SignIn) -> None:
    template = DrillTemplate.objects.get(name="示例：队内水上救援演练")
    sent = {"begin_with": f"template:{template.pk}", "title": "", "starts_at": "", "ends_at": "", "place": ""}
    as_user(captain).post(reverse("training:activity_create"), sent)
    made = Activity.objects.get()
    assert (made.title, made.form, made.subjects) == ("水上救援演练", "field", ["water_rescue", "equipment"])


def test_place_that_is_not_theirs_cannot_hold_one(
    captain: User, songshan: User, baotou: User, office, as_user: SignIn
) -> None:
    create = reverse("training:activity_create")
    assert as_user(captain).get(f"{create}?host={office('150200').pk}").status_code == 404
    assert as_user(songshan).post(f"{create}?host={captain.organization.pk}", {}).status_code in (403, 404)
    assert as_user(baotou).get(f"{create}?host=abc").status_code == 404


def test_next_one_is_the_last_one_with_three_fields_changed(captain: User, as_user: SignIn) -> None:
    team = captain.organization
    last = builders.drill(team, captain, scenario="有人落水", equipment_used="冲锋舟 2 艘", commander="甲")
    stays, left = people.member(team, 1), people.member(team, 2)
    rows = builders.listed(last, stays, left)
    builders.present(last, rows)
    Evaluation.objects.create(activity=last, dimension="goal", rating="good")
    MEMBERSHIP.perform(left, "end", by=captain, left_on=timezone.localdate(), end_kind="voluntary", end_reason="迁居")
    page = as_user(captain).get(reverse("training:activity_copy", args=[last.pk]))
    assert [field.name for field in page.context["form"]] == ["title", "starts_at", "ends_at", "place"]
    sent = {"title": "水上救援演练（二）", "starts_at": at(0, 1), "ends_at": at(3, 1), "place": "演示水库"}
    response = as_user(captain).post(reverse("training:activity_copy", args=[last.pk]), sent)
    made = Activity.objects.exclude(pk=last.pk).get()
    assert response["Location"] == made.get_absolute_url()
    assert (made.title, made.scenario, made.equipment_used, made.commander) == (
        "水上救援演练（二）", "有人落水", "冲锋舟 2 艘", "甲",
    )  # fmt: skip
    assert (made.summary, made.number, made.state, made.copied_from) == ("", None, "draft", last)
    assert list(made.participations.values_list("person", flat=True)) == [stays.person_id]
    assert made.teams.count() == made.slots.count() == 1
    assert not made.evaluations.exists()
    assert not made.slots.get().marks.exists()


def test_copy_held_elsewhere_leaves_the_old_place_behind(captain: User) -> None:
    last = builders.drill(captain.organization, captain, latitude="42.25810", longitude="118.88690")
    made = copy_of(last, by=captain, title="", starts_at=None, ends_at=None, place="别处")
    assert (made.title, made.place, made.latitude) == (last.title, "别处", None)


# -- sections -----------------------------------------------------------------------------------------------
def test_section_keeps_what_is_right_and_names_what_is_wrong(captain: User, as_user: SignIn) -> None:
    activity = builders.drill(captain.organization, captain)
    was = activity.starts_at, activity.ends_at
    sent = {
        "version": activity.version, "title": "新名称", "starts_at": at(5), "ends_at": at(1), "place": "新地点",
        "latitude": "很北",
    }  # fmt: skip
    response = as_user(captain).post(edit(activity, "basics"), sent)
    activity.refresh_from_db()
    assert (activity.title, activity.place) == ("新名称", "新地点")
    assert (activity.starts_at, activity.ends_at) == was
    assert response.context["form"].errors["ends_at"] == ["结束时间要晚于开始时间。"]
    assert "结束、纬度、开始没有保存" in messages_of(response) or "没有保存，请改正" in messages_of(response)
    again = {**sent, "version": response.context["form"]["version"].value(), "ends_at": at(8), "latitude": ""}
    assert as_user(captain).post(edit(activity, "basics"), {**again, "action": "next"}).status_code == 302
    activity.refresh_from_db()
    assert activity.slots.get().ends_at == activity.ends_at


def test_section_saves_itself_and_two_sections_do_not_disturb_each_other(
    captain: User, songshan: User, as_user: SignIn, office
) -> None:
    activity = builders.drill(captain.organization, captain)
    mine, theirs = as_user(captain), as_user(captain)
    opened = activity.version
    first = mine.post(autosave(activity, "design"), {"version": opened, "form": "full", "subjects": ["tents"]})
    assert "已自动保存" in first.content.decode()
    second = theirs.post(autosave(activity, "process"), {"version": opened, "process": "上午集结"})
    assert "已自动保存" in second.content.decode()
    activity.refresh_from_db()
    assert (activity.form, activity.subjects, activity.process) == ("full", ["tents"], "上午集结")


def test_two_people_in_the_same_section_are_shown_what_differs(chifeng: User, region: User, as_user: SignIn) -> None:
    other = people_of_office(chifeng)
    activity = builders.drill(chifeng.organization, chifeng)
    opened = activity.version
    as_user(other).post(edit(activity, "summary"), {"version": opened, "summary": "他写的"})
    response = as_user(chifeng).post(edit(activity, "summary"), {"version": opened, "summary": "我写的"})
    assert response.status_code == 409
    assert [(clash.new, clash.mine) for clash in response.context["stale"] if clash.name == "summary"] == [
        ("他写的", "我写的")
    ]
    line = as_user(chifeng).post(autosave(activity, "summary"), {"version": opened, "summary": "我写的"})
    assert "没有自动保存" in line.content.decode()
    activity.refresh_from_db()
    assert activity.summary == "他写的"
    sent = {"version": response.context["form"]["version"].value(), "summary": "我写的", "action": "next"}
    assert as_user(chifeng).post(edit(activity, "summary"), sent).status_code == 302
    activity.refresh_from_db()
    assert activity.summary == "我写的"


def people_of_office(of: User) -> User:
    other = User.objects.create_user("tongshi", name="同事（演示）", organization=of.organization)
    grant(Appointment.objects.create(user=other, role="clerk", organization=of.organization))
    return other


def test_evaluation_is_kept_by_dimension(captain: User, as_user: SignIn) -> None:
    activity = builders.drill(captain.organization, captain)
    sent = {"version": 1, "rating_goal": "good", "note_safety": "无事故", "action": "next"}
    assert as_user(captain).post(edit(activity, "evaluation"), sent).status_code == 302
    rows = set(activity.evaluations.values_list("dimension", "rating", "note"))
    assert rows == {("goal", "good", ""), ("safety", "", "无事故")}


def shown(activity: Activity) -> dict[str, str]:
    """What the page of the slots sends along of those it showed."""
    return {"offered": " ".join(str(slot.pk) for slot in activity.slots.all())}


def test_slots_added_in_another_window_are_not_removed_unseen(captain: User, as_user: SignIn) -> None:
    activity = builders.drill(captain.organization, captain)
    url, client, opened = edit(activity, "slots"), as_user(captain), shown(activity)
    slot = activity.slots.get()
    span = {"starts_at": slot.ends_at, "ends_at": slot.ends_at + timedelta(hours=1)}
    added = Slot.objects.create(activity=activity, label="加的", **span)
    typed = {"slot-0-pk": slot.pk, "slot-0-starts_at": at(0, 3), "slot-0-ends_at": at(1, 3), "slot-0-label": "我写的"}
    told = client.post(url, {**opened, **typed})
    assert "场次改过，没有保存" in told.content.decode()
    assert [(row["label"].value(), row["pk"].value()) for row in told.context["forms"]] == [
        ("我写的", str(slot.pk)), ("加的", str(added.pk)),
    ]  # fmt: skip
    assert client.post(url, {}).status_code == 200, "a page that sent nothing removes nothing"
    assert set(activity.slots.all()) == {slot, added}
    assert client.post(url, {**shown(activity), **typed}).status_code == 302
    assert [one.label for one in activity.slots.all()] == ["我写的"]


def test_slots_are_changed_by_hand_and_kept_where_the_roll_was_called(captain: User, as_user: SignIn) -> None:
    team = captain.organization
    start = builders.morning(5)
    activity = builders.drill(team, captain, starts_at=start, ends_at=start + timedelta(days=1, hours=8))
    url, client = edit(activity, "slots"), as_user(captain)
    one, two = activity.slots.all()
    assert client.get(url).status_code == 200
    sent = {
        "slot-0-pk": one.pk, "slot-0-starts_at": at(0, 5), "slot-0-ends_at": at(4, 5), "slot-0-label": "上午",
        "slot-1-pk": two.pk, "slot-1-starts_at": at(0, 4), "slot-1-ends_at": at(8, 4), "slot-1-label": "",
    }  # fmt: skip
    assert client.post(url, {**sent, **shown(activity)}).status_code == 302
    assert [slot.label for slot in activity.slots.all()] == ["上午", ""]
    assert two in activity.slots.all()
    sent["slot-0-pk"] = activity.slots.first().pk  # other times: another slot
    over = client.post(url, {**sent, **shown(activity), "slot-1-starts_at": at(2, 5)})
    assert "重叠" in over.content.decode()
    outside = client.post(url, {**sent, **shown(activity), "slot-1-ends_at": at(20, 4)})
    assert "起止时间以内" in outside.content.decode()
    builders.mark(two, builders.listed(activity, people.member(team, 1))[0], by=captain)
    gone = client.post(
        url, {**shown(activity), "slot-0-pk": "", "slot-0-starts_at": at(0, 5), "slot-0-ends_at": at(4, 5)}
    )
    assert "点过名的场次不能去掉" in gone.content.decode()
    assert Slot.objects.filter(pk=two.pk).exists()


def test_what_others_keep_cannot_be_taken_by_its_key(captain: User, baotou: User, office, as_user: SignIn) -> None:
    """Plan items, bases and syllabuses come from what the user may use; an ended base is none of it."""
    activity = builders.drill(captain.organization, captain)
    strange = Plan.objects.create(organization=office("150200"), year=timezone.localdate().year)
    item = PlanItem.objects.create(plan=strange, kind="drill", name="包头的计划")
    ended = Base.objects.create(
        organization=office("150200"), kind="own", name="停用的基地", division_id="150200",
        ended_on=timezone.localdate(),
    )  # fmt: skip
    sent = {"version": 1, "title": "名称", "plan_item": item.pk, "base": ended.pk, "division": "999999"}
    response = as_user(captain).post(edit(activity, "basics"), sent)
    assert {"plan_item", "base", "division"} <= set(response.context["form"].errors)
    activity.refresh_from_db()
    assert (activity.title, activity.plan_item, activity.base) == ("名称", None, None)
    course = Course.objects.create(organization=office("150200"), name="未发布（演示）", kind="skill")
    draft = CourseVersion.objects.create(course=course, number=1)
    learning = builders.training(captain.organization, captain)
    response = as_user(captain).post(edit(learning, "course"), {"version": 1, "course_version": draft.pk})
    assert "course_version" in response.context["form"].errors


@pytest.mark.parametrize("section", ["basics", "slots", "design", "process", "evaluation", "summary"])
def test_sections_are_closed_to_others_and_after_the_hand_in(
    section: str, captain: User, chifeng: User, baotou: User, as_user: SignIn
) -> None:
    activity = builders.drill(captain.organization, captain)
    assert as_user(baotou).get(edit(activity, section)).status_code == 404
    assert as_user(captain).get(edit(activity, section)).status_code == 200
    Activity.objects.filter(pk=activity.pk).update(state="cancelled")
    response = as_user(captain).post(edit(activity, section), {"version": 1, "title": "改"}, follow=True)
    assert "不能修改" in messages_of(response)
    activity.refresh_from_db()
    assert activity.title != "改"


# -- moves --------------------------------------------------------------------------------------------------
def test_record_is_handed_in_returned_put_right_and_confirmed(captain: User, chifeng: User, as_user: SignIn) -> None:
    team = captain.organization
    activity = builders.drill(team, captain, summary="")
    rows = builders.listed(activity, people.member(team, 1))
    author, confirmer = as_user(captain), as_user(chifeng)
    page = author.get(activity.get_absolute_url())
    assert "“总结”还没有填" in page.content.decode()
    refused = author.post(move(activity), {"action": "submit"}, follow=True)
    assert "没有一个人点到" in messages_of(refused)
    builders.present(activity, rows)
    Activity.objects.filter(pk=activity.pk).update(summary="总结")
    author.post(move(activity), {"action": "submit"})
    activity.refresh_from_db()
    assert (activity.state, activity.present) == ("submitted", 1)
    page = confirmer.get(activity.get_absolute_url())
    assert page.context["confirms"]
    asked = confirmer.get(f"{move(activity)}?action=return_for_changes")
    assert "总指挥" in asked.content.decode()
    blank = confirmer.post(move(activity), {"action": "return_for_changes", "comment": ""})
    assert blank.context["form"].errors
    sent = {"action": "return_for_changes", "comment": "请补", "field_commander": "写全名", "field_roll": "人数不对"}
    sent["field_place"] = "写到门牌"
    confirmer.post(move(activity), sent)
    page = author.get(activity.get_absolute_url())
    assert "写全名" in page.content.decode()
    assert "人数不对" in page.content.decode()
    section = author.get(edit(activity, "design")).content.decode()
    assert "写全名" in section
    activity.refresh_from_db()
    author.post(edit(activity, "design"), {"version": activity.version, "form": "field", "scope": "team",
                "hazard": "water", "subjects": ["water_rescue"], "commander": "王明", "action": "next"})  # fmt: skip
    page = author.get(activity.get_absolute_url())
    assert [remark.answered for remark in page.context["remarks"]] == [False, True, None]
    Activity.objects.filter(pk=activity.pk).update(summary="改过的总结", commander="王明")
    author.post(move(activity), {"action": "resubmit"})
    activity.refresh_from_db()
    page = confirmer.get(activity.get_absolute_url())  # who asked sees what became of it, and what else is new
    text = re.sub(r"<[^>]+>|\s+", "", page.content.decode())
    assert "总指挥：写全名已改（原来：（空））" in text
    assert "写到门牌没有改" in text
    assert "总结" in page.context["also_changed"]
    assert edit(activity, "design") not in page.content.decode()
    confirmer.post(move(activity), {"action": "confirm", "version": activity.version})
    activity.refresh_from_db()
    assert (activity.state, activity.confirmed_by) == ("confirmed", chifeng)
    assert HourRecord.objects.filter(person=rows[0].person).count() == 1
    story = author.get(reverse("training:activity_history", args=[activity.pk])).content.decode()
    for words in ("报送记录", "退回修改", "写全名", "重新报送", "确认记录"):
        assert words in story


def test_what_was_changed_after_the_page_was_opened_is_not_confirmed_unseen(
    captain: User, chifeng: User, as_user: SignIn
) -> None:
    team = captain.organization
    activity = builders.handed_in(team, captain, people.member(team, 1))
    opened = activity.version
    as_user(captain).post(move(activity), {"action": "withdraw"})
    as_user(captain).post(move(activity), {"action": "submit"})
    response = as_user(chifeng).post(move(activity), {"action": "confirm", "version": opened}, follow=True)
    assert "这条记录改过" in messages_of(response)
    activity.refresh_from_db()
    assert activity.state == "submitted"


def test_nobody_confirms_his_own_and_a_get_changes_nothing(captain: User, chifeng: User, as_user: SignIn) -> None:
    own = builders.handed_in(chifeng.organization, chifeng, people.member(captain.organization, 1))
    assert as_user(chifeng).post(move(own), {"action": "confirm"}).status_code == 403
    activity = builders.handed_in(captain.organization, captain, people.member(captain.organization, 2))
    assert as_user(chifeng).get(f"{move(activity)}?action=confirm").status_code == 404
    assert as_user(captain).post(move(activity), {"action": "confirm"}).status_code == 403
    assert as_user(chifeng).post(move(activity), {"action": "steal"}).status_code == 400
    activity.refresh_from_db()
    assert activity.state == "submitted"


def test_cancelling_asks_why_and_can_be_taken_back(captain: User, as_user: SignIn) -> None:
    activity = builders.drill(captain.organization, captain)
    client = as_user(captain)
    assert "取消的原因" in client.get(f"{move(activity)}?action=cancel").content.decode()
    assert client.post(move(activity), {"action": "cancel", "reason": " "}).context["form"].errors
    client.post(move(activity), {"action": "cancel", "reason": "下雨"})
    assert "已取消：下雨" in client.get(activity.get_absolute_url()).content.decode()
    client.post(move(activity), {"action": "revive"})
    activity.refresh_from_db()
    assert (activity.state, activity.state_reason) == ("draft", "")


def test_cancelling_tells_what_was_marked_and_what_becomes_of_it(captain: User, as_user: SignIn) -> None:
    team, client = captain.organization, as_user(captain)
    activity = builders.drill(team, captain)
    ask = f"{move(activity)}?action=cancel"
    assert "已经点了" not in text_of(client.get(ask))
    rows = builders.listed(activity, people.member(team, 1), people.member(team, 2))
    builders.present(activity, rows)
    builders.problem(activity, captain)
    shown = text_of(client.get(ask))
    assert "已经点了 2 次名，到 2 人，共 6.0 小时。取消以后不计入任何人的时长；点名都留着，恢复筹备以后照算。" in shown
    assert "登记的问题还有 1 个没有销号，取消以后照样要整改。" in shown
    refused = client.post(move(activity), {"action": "cancel", "reason": " ", "sent": "1"})
    assert "已经点了 2 次名" in text_of(refused)


def test_office_works_through_what_waits(captain: User, chifeng: User, as_user: SignIn) -> None:
    team = captain.organization
    first = builders.handed_in(team, captain, people.member(team, 1))
    second = builders.handed_in(team, captain, people.member(team, 2))
    client = as_user(chifeng)
    waiting = client.get(f"{LIST}?queue=mine")
    assert [row.pk for row in waiting.context["page_obj"]] == [first.pk, second.pk]
    page = client.get(first.get_absolute_url())
    assert page.context["next_one"] == second.get_absolute_url()
    response = client.post(move(first), {"action": "confirm", "version": first.version, "next": "1"})
    assert response["Location"] == second.get_absolute_url()
    response = client.post(move(second), {"action": "confirm", "version": second.version, "next": "1"})
    assert response["Location"] == LIST


def test_only_records_without_findings_are_confirmed_together(captain: User, chifeng: User, as_user: SignIn) -> None:
    team = captain.organization
    insured = people.member(team, 1)
    people.policy(team, insured.person)
    clean = builders.handed_in(team, captain, insured)
    told = builders.drill(team, captain)
    builders.present(told, builders.listed(told, people.member(team, 2)))
    builders.listed(told, people.member(team, 3), listing="asked")
    as_user(captain).post(move(told), {"action": "submit"})
    client, url = as_user(chifeng), reverse("training:activity_batch")
    page = client.get(url)
    assert (page.context["rows"], page.context["others"]) == ([clean], [told])
    told.refresh_from_db()
    client.post(url, {"pick": [f"{clean.pk}:{clean.version}", f"{told.pk}:{told.version}", "x:y"]})
    clean.refresh_from_db()
    told.refresh_from_db()
    assert (clean.state, told.state) == ("confirmed", "submitted")
    assert "报送时的提示" in client.get(told.get_absolute_url()).content.decode()


# -- lists and the rest -----------------------------------------------------------------------------------
def test_list_shows_the_own_and_the_joined_and_nothing_strange(
    captain: User, chifeng: User, baotou: User, region: User, office, as_user: SignIn
) -> None:
    own = builders.drill(captain.organization, captain)
    joined = builders.drill(office("150200"), baotou, title="联合演练（演示）")
    strange = builders.drill(office("150200"), baotou, title="包头自己的（演示）")
    ActivityTeam.objects.create(activity=joined, organization=captain.organization)
    for user, expected in ((captain, {own, joined}), (chifeng, {own, joined}), (region, {own, joined, strange}),
                           (baotou, {joined, strange})):  # fmt: skip
        shown = as_user(user).get(LIST).context
        assert (set(shown["page_obj"]), shown["paginator"].count) == (expected, len(expected)), user
    assert as_user(captain).get(strange.get_absolute_url()).status_code == 404
    assert as_user(captain).get(joined.get_absolute_url()).status_code == 200
    assert as_user(captain).get(edit(joined, "basics")).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [("kind=training", 1), ("kind=drill", 1), ("form=field", 1), ("scope=joint", 0), ("hazard=water", 1),
     ("subject=water_rescue", 1), ("subject=tents", 0), ("training_kind=first_aid", 1), ("queue=draft", 2),
     ("queue=record", 0), ("q=水上救援", 1), ("year=2021", 0), ("state=draft", 2)],
)  # fmt: skip
def test_list_is_narrowed(query: str, found: int, captain: User, as_user: SignIn) -> None:
    builders.drill(captain.organization, captain)
    builders.training(captain.organization, captain)
    assert len(as_user(captain).get(f"{LIST}?{query}").context["page_obj"]) == found


@pytest.mark.parametrize("who", ["captain", "chifeng", "region"])
def test_list_takes_few_queries(who: str, cast: dict[str, User], as_user: SignIn) -> None:
    captain = cast["captain"]

    def grow(rows: int) -> None:
        for _number in range(Activity.objects.count(), rows):
            builders.drill(captain.organization, captain)

    assert_constant_queries(as_user(cast[who]), f"{LIST}?view=", grow, steps=(1, 3, 12))


def test_list_tells_what_cannot_be_used_and_sorts_by_index(captain: User, as_user: SignIn) -> None:
    builders.drill(captain.organization, captain)
    assert_tampering_is_told(as_user(captain), LIST)
    assert_sorts_by_index(ActivityList)


def test_list_is_exported_and_looked_at_as_it_was(captain: User, as_user: SignIn) -> None:
    builders.drill(captain.organization, captain)
    client, today = as_user(captain), timezone.localdate()
    assert len(client.get(f"{LIST}?at={today}&sort=-starts_at&queue=draft").context["page_obj"]) == 1
    assert len(client.get(f"{LIST}?at={today - timedelta(days=1)}").context["page_obj"]) == 0
    assert "水上救援演练" in text_of(client.get(f"{LIST}?export=xlsx"))


@pytest.mark.parametrize("state", ["draft", "submitted", "confirmed"])
def test_page_takes_few_queries(state: str, captain: User, chifeng: User, as_user: SignIn) -> None:
    team = captain.organization
    made = {"draft": lambda: builders.drill(team, captain), "submitted": lambda: builders.handed_in(team, captain, one),
            "confirmed": lambda: builders.confirmed(team, captain, chifeng, one)}  # fmt: skip
    one = people.member(team, 1)
    activity = made[state]()
    for user in (captain, chifeng):
        assert len(queries_of(as_user(user), activity.get_absolute_url())) <= 10
    assert len(queries_of(as_user(captain), reverse("training:activity_files", args=[activity.pk]))) <= 10


def test_finished_drill_becomes_a_template(captain: User, chifeng: User, as_user: SignIn) -> None:
    team = captain.organization
    record = builders.confirmed(team, captain, chifeng, people.member(team, 1), scenario="情景")
    client = as_user(captain)
    url = reverse("training:activity_template", args=[record.pk])
    client.post(url, {"name": "我们的模板"})
    template = DrillTemplate.objects.get(organization=team)
    assert template.payload["scenario"] == "情景"
    assert "summary" not in template.payload
    assert "同名" in client.post(url, {"name": "我们的模板"}).content.decode()
    assert "我们的模板" in client.get(reverse("training:template_list")).content.decode()
    edit = reverse("training:template_edit", args=[template.pk])
    today = timezone.localdate()
    page = text_of(client.get(edit))
    assert "情景设定" in page, "what a drill begins with is there to be read"
    assert "payload" not in page
    client.post(edit, {"name": template.name, "ended_on": today.isoformat(), "version": template.version})
    template.refresh_from_db()
    assert template.ended_on == today


def test_draft_is_no_template(captain: User, as_user: SignIn) -> None:
    url = reverse("training:activity_template", args=[builders.drill(captain.organization, captain).pk])
    assert "已确认的演练才能存为模板" in messages_of(as_user(captain).get(url, follow=True))


def test_history_has_every_move(captain: User, chifeng: User) -> None:
    record = builders.confirmed(captain.organization, captain, chifeng, people.member(captain.organization, 1))
    assert [event.action for event in WorkflowEvent.objects.of(record)] == ["submit", "confirm"]


# -- API ----------------------------------------------------------------------------------------------------
def test_api_reads_and_moves(captain: User, chifeng: User, baotou: User, as_user: SignIn) -> None:
    team = captain.organization
    activity = builders.handed_in(team, captain, people.member(team, 1))
    client = as_user(chifeng)
    rows = client.get(reverse("api:activity-list")).json()
    assert rows["count"] == 1
    detail = client.get(reverse("api:activity-detail", args=[activity.pk])).json()
    assert detail["actions"] == ["withdraw", "confirm", "return_for_changes"]
    assert as_user(baotou).get(reverse("api:activity-detail", args=[activity.pk])).status_code == 404
    assert client.post(reverse("api:activity-archive", args=[activity.pk]), **JSON).status_code == 409
    assert as_user(captain).post(reverse("api:activity-confirm", args=[activity.pk]), **JSON).status_code == 403
    stale = {"version": activity.version + 1}
    assert client.post(reverse("api:activity-confirm", args=[activity.pk]), stale, **JSON).status_code == 409
    back = client.post(reverse("api:activity-return-for-changes", args=[activity.pk]), {}, **JSON)
    assert back.status_code == 400
    strange = {"comment": "请改（演示）", "fields": {"title": "写全", "nonsense": "x"}}
    refused = client.post(reverse("api:activity-return-for-changes", args=[activity.pk]), strange, **JSON)
    assert (refused.status_code, "nonsense" in str(refused.json()["fields"]["fields"])) == (400, True)
    done = client.post(reverse("api:activity-confirm", args=[activity.pk]), {"version": activity.version}, **JSON)
    assert done.json()["state"] == "confirmed"


def test_team_has_its_drills_on_its_own_pages(chifeng: User, office, region: User, as_user: SignIn) -> None:
    team = teams.filed(chifeng, office("150400"), region)
    builders.drill(team.organization, chifeng)
    page = as_user(chifeng).get(reverse("training:team_activities", args=[team.pk]))
    assert len(page.context["page_obj"]) == 1
    assert [number["number"] for number in page.context["numbers"]] == [0, 0, "—"]
    assert any(tab["active"] and tab["label"] == "培训演练" for tab in page.context["tabs"])
    assert isinstance(team.organization, Organization)


def test_page_of_a_team_takes_the_same_queries_for_however_many(as_user: SignIn, captain: User, chifeng: User) -> None:
    place = captain.organization
    done = builders.confirmed(place, captain, chifeng, people.member(place, 1))
    url = reverse("training:team_activities", args=[Team.objects.get(organization=place).pk])

    def grow(step: int) -> None:
        for number in range(step):
            builders.drill(place, captain, title=f"第{step}批{number}")

    client = as_user(captain)
    assert_constant_queries(client, url, grow, steps=(1, 3))
    held, _trainings, hours = client.get(url).context["numbers"]
    counts = timezone.localtime(done.starts_at).year == timezone.localdate().year
    assert (held["number"], hours["number"]) == ((1, "3.0") if counts else (0, "0.0"))


def test_numbers_of_the_list_are_those_of_the_hand_in(
    as_user: SignIn, captain: User, songshan: User, office: Callable[[str], Organization]
) -> None:
    """Before it there are none: 0 would say that nobody came. Exported hours are hours, not the minutes kept."""
    member = people.member(captain.organization, 1)
    builders.drill(captain.organization, captain, title="没有报的", starts_at=builders.morning(9))
    builders.handed_in(captain.organization, captain, member, title="报了的")
    client = as_user(captain)
    book = load_workbook(io.BytesIO(builders.downloaded(client, f"{LIST}?export=xlsx&cols=title,present,hours")))
    lines = {row[0]: row[1:3] for row in book.active.iter_rows(values_only=True)}
    assert lines["报了的"] == (1, 3)
    assert lines["没有报的"] == (None, None)
    page = client.get(f"{LIST}?cols=title,present,hours&q=没有报的").content.decode()
    assert page.count("—") >= 2
