"""What the region keeps: everybody who sees teams reads it, the region alone changes it, and history says who did."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization
from teams.models import Category, CheckSetting, Filing, FilingRule, PaperKind, Phrase, RuleStep
from teams.rules.history import Past
from teams.rules.rulebook import StepLine, check_steps, papers_of_rule, steps_of_rule, write_steps
from teams.workflow import WORKFLOW
from tests.core.list_checks import queries_of
from tests.organizations.helpers import messages_of
from tests.teams import builders

pytestmark = pytest.mark.django_db
LIST = reverse("teams:rule_list")
FIRST = StepLine("managing", "register", 10)


def rule(kind: str = "change", level: str = "banner_county") -> FilingRule:
    return FilingRule.objects.get(kind=kind, level=level)


def address(name: str, *args: object) -> str:
    return reverse(f"teams:{name}", args=args)


def form_of(record: FilingRule, **more: object) -> dict[str, object]:
    """What the browser would send for the rule as it stands."""
    steps, papers = steps_of_rule(record), papers_of_rule(record)
    data: dict[str, object] = {"version": record.version, "note": record.note, "step-1-days": steps[0].days}
    data |= {name: "on" for name in ("needs_reply", "needs_meeting") if getattr(record, name)}
    for number, step in enumerate(steps[1:], 2):
        data |= {f"step-{number}-{name}": value for name, value in vars(step).items()}
    for line in papers:
        data[f"paper-{line.paper}-when"] = line.when
        data |= {f"paper-{line.paper}-required": "on"} if line.required else {}
    return data | more


# -- reading --------------------------------------------------------------------------------------------
def test_whoever_sees_teams_reads_the_rules(as_user, captain, member, baotou, region_security):
    for user in (captain, member, baotou):
        page = as_user(user).get(LIST)
        assert page.status_code == 200
        assert "主管红十字会登记" in page.content.decode()
        detail = as_user(user).get(rule().get_absolute_url())
        assert (detail.status_code, detail.context["may_edit"]) == (200, False)
    assert as_user(region_security).get(LIST).status_code == 403


@pytest.mark.parametrize("name", ["rule_list", "check_list", "paper_kind_list", "category_list", "phrase_list"])
def test_pages_keep_the_query_budget(as_user, region, name):
    assert len(queries_of(as_user(region), address(name))) <= 10


def test_page_of_a_rule_takes_as_many_queries_however_long_its_history(as_user, region):
    client, url = as_user(region), rule().get_absolute_url()
    before = len(queries_of(client, url))
    client.post(address("rule_edit", rule().pk), form_of(rule(), **{"step-2-days": "5", "paper-charter-when": "civil"}))
    assert len(queries_of(client, url)) == before <= 10


def test_only_the_region_changes_anything(as_user, chifeng, leader, region):
    edits = [
        address("rule_edit", rule().pk), address("check_edit", "captains"), address("paper_kind_create"),
        address("paper_kind_edit", "charter"), address("category_create"), address("category_edit", "sar"),
        address("phrase_edit", Phrase.objects.filter(office=None).first().pk),
    ]  # fmt: skip
    for url in edits:
        assert as_user(region).get(url).status_code == 200, url
        for user in (chifeng, leader):
            assert as_user(user).get(url).status_code == 403, url
            assert as_user(user).post(url, {}).status_code == 403, url


# -- one rule ---------------------------------------------------------------------------------------------
def test_region_changes_steps_papers_and_terms_at_once(as_user, region):
    record = rule()
    data = form_of(record, **{
        "step-3-place": "region", "step-3-duty": "copy", "step-3-days": "", "needs_meeting": "on", "note": "先开会",
        "paper-charter-when": "civil", "paper-minutes-when": "",
    })  # fmt: skip
    response = as_user(region).post(address("rule_edit", record.pk), data, follow=True)
    assert messages_of(response) == ["办理规则已保存，从现在起提交的备案按新规则办。"]
    record = rule()
    assert [str(step) for step in record.steps.all()] == ["主管红十字会登记", "盟市审核", "自治区抄送备案"]
    assert (record.needs_meeting, record.note, record.version) == (True, "先开会", 2)
    assert [line.paper for line in papers_of_rule(record) if line.paper in ("charter", "minutes")] == ["charter"]


def test_a_paper_asked_for_later_is_not_missed_where_it_was_not_asked(as_user, region, chifeng, office):
    filing = builders.submitted(chifeng, office("150400"))
    record = rule("register", "league_city")
    as_user(region).post(
        address("rule_edit", record.pk),
        form_of(record, **{"paper-charter-when": "always", "paper-charter-required": "on"}),
    )
    assert ("charter", "always", True) in [
        (row.paper, row.when, row.required) for row in papers_of_rule(rule("register", "league_city"))
    ]
    page = as_user(region).get(address("desk_filing", filing.pk) + "?tab=papers")
    assert {paper.key: paper.state for paper in page.context["papers"]}["charter"] == "未交（选交）"


def test_history_tells_steps_and_papers_with_who_changed_them(as_user, region):
    record = rule()
    data = form_of(record, **{"step-2-days": "5", "paper-minutes-when": "", "paper-charter-when": "always"})
    as_user(region).post(address("rule_edit", record.pk), data)
    page = as_user(region).get(record.get_absolute_url())
    entry = page.context["history"][0]
    assert (entry["who"], entry["label"]) == (region.name, "修改")
    told = {change["label"]: (change["old"], change["new"]) for change in entry["changes"]}
    assert "盟市审核（10 天）" in told["步骤"][0]
    assert "盟市审核（5 天）" in told["步骤"][1]
    assert told["材料"] == ("会议纪要（队长、副队长有变化的，必须有）", "章程（都要，有就传）")
    assert page.context["history"][-1]["label"] == "建立"


def test_what_stays_as_it_is_leaves_no_trace(as_user, region):
    record = rule()
    as_user(region).post(address("rule_edit", record.pk), form_of(record))
    assert [entry["label"] for entry in Past(rule()).told()] == ["建立"]


WRONG = [
    ({"step-2-place": "", "step-3-place": ""}, "没有人作决定"),
    ({"step-2-duty": "copy"}, "抄送备案只能放在最后"),
    ({"step-2-duty": "file"}, "审定备案只能是最后一个"),
    ({"step-2-duty": ""}, "第 2 步，办什么"),
    ({"step-1-days": "0"}, "第 1 步，时限"),
    ({"step-3-days": "999"}, "第 3 步，时限"),
    ({"step-4-place": "region", "step-4-duty": "file", "step-4-days": "3"}, "写了两次"),
    ({"step-4-place": "nowhere"}, "第 4 步，由谁办"),
    ({"also_levels": "region"}, "请勾选要写进其他级别的内容"),
]


@pytest.mark.parametrize(("typed", "said"), WRONG)
def test_what_makes_no_way_to_a_decision_is_refused(as_user, region, typed, said):
    record = rule()
    response = as_user(region).post(address("rule_edit", record.pk), form_of(record, **typed))
    assert response.status_code == 200
    assert said in response.content.decode()
    assert rule().version == 1


@pytest.mark.parametrize(
    ("steps", "sound"),
    [
        ([FIRST, StepLine("region", "file", 15)], True),
        ([FIRST, StepLine("league_city", "review", 5), StepLine("region", "copy", 1)], True),
        ([StepLine("region", "file", 15)], False),
        ([FIRST], False),
        ([FIRST, FIRST, StepLine("region", "file", 1)], False),
        ([FIRST, *[StepLine("region", "review", day) for day in range(1, 6)]], False),
    ],
)
def test_steps_are_sound_or_said_why_not(steps, sound):
    if sound:
        check_steps(steps)
    else:
        with pytest.raises(ValidationError):
            check_steps(steps)


def test_two_people_at_once_do_not_undo_each_other(as_user, region):
    record = rule()
    mine = form_of(record, note="我写的")
    steps = steps_of_rule(record)
    write_steps(record, [steps[0], StepLine("league_city", "review", 3), *steps[2:]])
    FilingRule.objects.filter(pk=record.pk).update(version=2)
    response = as_user(region).post(address("rule_edit", record.pk), mine)
    clashes = {clash.name: clash for clash in response.context["stale"]}
    assert "（3 天）" in clashes["steps"].new
    assert response.context["form"].later[0].initial["days"] == 3  # theirs, for this page had not touched the steps
    again = form_of(rule(), note="我写的")
    as_user(region).post(address("rule_edit", record.pk), again)
    assert (rule().note, steps_of_rule(rule())[1].days) == ("我写的", 3)


def test_the_same_is_written_for_other_levels_as_far_as_ticked(as_user, region):
    record = rule()
    data = form_of(record, needs_meeting="on", also_levels=["region", "league_city"], also_parts=["papers", "terms"])
    data["paper-charter-when"] = "always"
    as_user(region).post(address("rule_edit", record.pk), data)
    for level in ("region", "league_city"):
        other = rule(level=level)
        assert (other.needs_meeting, other.version) == (True, 2)
        assert "charter" in {line.paper for line in papers_of_rule(other)}
        assert len(steps_of_rule(other)) == 2  # the steps were not ticked
    assert rule(level="national").version == 1


def test_a_change_counts_for_what_is_handed_in_from_then_on(songshan, office):
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    write_steps(rule("register"), [FIRST, StepLine("region", "file", 15)])
    assert [step.duty for step in filing.steps.all()] == ["register", "review", "file"]
    facts = {"name": "松山区红十字供水救援队（演示）", "level": "banner_county"}
    later = builders.submitted(songshan, office("150404"), **facts)
    assert [step.duty for step in later.steps.all()] == ["register", "file"]


def test_who_mends_a_returned_filing_is_told_that_it_goes_by_the_new_rule(songshan, chifeng, office, as_user):
    """The page promised the way back to who had returned it, and the filing began its way again."""
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="请补")
    Filing.objects.filter(pk=filing.pk).update(submitted_at=timezone.now() - timedelta(hours=1))
    draft, check = address("filing_edit", filing.pk), address("filing_hand_in", filing.pk)
    detail, back = address("filing_detail", filing.pk), "退回修改中，改好后回到这里"
    client = as_user(songshan)
    assert "改过这类备案的办理规则" not in client.get(draft).content.decode()
    page = client.get(check)
    assert (str(page.context["returned_to"].office), page.context["rerouted"]) == ("赤峰市红十字会", False)
    record = rule("register")
    write_steps(record, [FIRST, StepLine("league_city", "review", 3), StepLine("region", "file", 15)])
    record.version += 1
    record.save()
    page = client.get(check)
    assert (page.context["returned_to"] is not None, page.context["rule_changed"] is not None) == (True, True)
    assert back in client.get(detail).content.decode(), "the same offices"
    write_steps(record, [FIRST, StepLine("region", "file", 15)])
    page = client.get(check)
    assert (page.context["returned_to"], page.context["rerouted"]) == (None, True)
    assert [stop.office for stop in page.context["stops"]] == ["赤峰市松山区红十字会", "内蒙古自治区红十字会"]
    for url in (draft, check, detail):
        assert "重新提交按现在的规则办" in client.get(url).content.decode()
    for person in (songshan, chifeng):
        page = as_user(person).get(detail)
        assert [stop.office for stop in page.context["stops"]] == ["赤峰市松山区红十字会", "内蒙古自治区红十字会"]
        assert back not in page.content.decode()
        assert "重新提交后从头经过下面的单位" in page.content.decode()


def test_a_time_limit_set_meanwhile_holds_from_the_next_hand_in(songshan, chifeng, office):
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="请补")
    write_steps(rule("register"), [FIRST, StepLine("league_city", "review", 3), StepLine("region", "file", 15)])
    filing = WORKFLOW.perform(filing, "resubmit", by=songshan)
    assert filing.due_on == timezone.localdate() + timedelta(days=3)
    assert [step.state for step in filing.steps.all()] == ["done", "current", "pending"]


# -- beside the rules -------------------------------------------------------------------------------------
def test_a_kind_of_paper_is_added_renamed_and_explained(as_user, region):
    client = as_user(region)
    client.post(address("paper_kind_create"), {"name": "体检报告", "help": "一年内", "position": "55"})
    paper = PaperKind.objects.get(name="体检报告")
    data = {"name": "体检证明", "help": "", "position": "55", "version": "1"}
    client.post(address("paper_kind_edit", paper.pk), data)
    page = client.get(address("paper_kind_edit", paper.pk))
    assert [entry["label"] for entry in page.context["history"]] == ["修改", "建立"]
    again = client.post(address("paper_kind_create"), {"name": "体检证明", "position": "1"})
    assert "name" in again.context["form"].errors


def test_a_check_is_set_with_its_source_and_limit(as_user, region):
    client = as_user(region)
    data = {"severity": "2", "limit": "60", "source": "办法第八条", "version": "1"}
    client.post(address("check_edit", "maintained"), data)
    setting = CheckSetting.objects.get(key="maintained")
    assert (setting.severity, setting.limit, setting.source) == (2, 60, "办法第八条")
    line = next(
        line for line in client.get(address("check_list")).context["lines"] if line["check"].key == "maintained"
    )
    assert (str(line["severity"]), line["limit"]) == ("不能提交", "60 天")
    stale = client.post(address("check_edit", "maintained"), {**data, "source": "别的"})
    assert stale.context["stale"]


def test_fixed_checks_cannot_be_changed(as_user, region):
    for method in ("get", "post"):
        response = getattr(as_user(region), method)(address("check_edit", "name_taken"), follow=True)
        assert messages_of(response) == ["“名称重复”是固定的检查，不能改。"]
    assert as_user(region).get(address("check_edit", "no-such")).status_code == 404


def test_a_category_ends_and_comes_back_and_is_never_gone(as_user, region):
    client = as_user(region)
    client.post(address("category_create"), {"name": "无人机", "position": "300", "is_graded": "on"})
    category = Category.objects.get(name="无人机")
    data = {"name": "无人机", "position": "300", "is_graded": "on"}
    client.post(address("category_edit", category.pk), {**data, "ended_on": "on", "version": "1"})
    category.refresh_from_db()
    assert (category.ended_on, category.is_graded) == (timezone.localdate(), True)
    assert category not in Category.objects.in_use()
    client.post(address("category_edit", category.pk), {**data, "version": "2"})
    assert category in Category.objects.in_use()


def test_phrases_are_the_regions_and_the_offices_own(as_user, region, chifeng, baotou, songshan, office):
    client = as_user(chifeng)
    own = office("150400")
    client.post(address("phrase_create"), {"office": str(own.pk), "text": "请补旗县意见。", "position": "5"})
    phrase = Phrase.objects.get(text="请补旗县意见。")
    assert phrase.office == own
    assert phrase in Phrase.objects.offered_at(own)
    assert phrase not in Phrase.objects.offered_at(office("150200"))
    assert as_user(baotou).get(address("phrase_edit", phrase.pk)).status_code == 404
    assert as_user(songshan).get(address("phrase_list")).status_code == 403
    shared = client.post(address("phrase_create"), {"office": "", "text": "全区的", "position": "5"})
    assert "office" in shared.context["form"].errors
    as_user(region).post(address("phrase_create"), {"office": "", "text": "全区的", "position": "5"})
    assert Phrase.objects.get(text="全区的").office is None
    twice = client.post(address("phrase_edit", phrase.pk), {"text": "", "position": "5", "version": "1"})
    assert "text" in twice.context["form"].errors
    client.post(
        address("phrase_edit", phrase.pk), {"text": phrase.text, "position": "5", "ended_on": "on", "version": "1"}
    )
    assert phrase not in Phrase.objects.offered_at(own)


def test_reading_changes_nothing(as_user, region):
    before = list(RuleStep.objects.values()), list(FilingRule.objects.values()), Organization.objects.count()
    for name in ("rule_edit", "rule_detail"):
        as_user(region).get(address(name, rule().pk))
    assert before == (list(RuleStep.objects.values()), list(FilingRule.objects.values()), Organization.objects.count())
