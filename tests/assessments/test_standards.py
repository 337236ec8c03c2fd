"""A standard is drawn up in the browser, published, then stays; the next version begins as its copy."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Conclusion, Indicator, Standard
from assessments.standards.drafting import draft_of
from assessments.standards.lines import bars_of, lines_of
from assessments.standards.tree import nodes
from assessments.states import StandardState
from assessments.views.standards import StandardList
from core.history.as_at import events_of
from core.models import WorkflowEvent
from organizations.models import User
from tests.assessments import builders
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def url(name: str, record: Any) -> str:
    return reverse(f"assessments:{name}", args=[record.pk])


def bar_rows(*rows: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"bars-TOTAL_FORMS": len(rows), "bars-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"bars-{number}-{name}": value for name, value in row.items()}
    return data


def line(*steps: tuple[Any, Any], wanted: dict[str, dict[str, Any]] | None = None, **facts: Any) -> dict[str, Any]:
    """What the form of an indicator sends."""
    data = {
        "name": "演示指标",
        "subject": "public",
        "method": "judged",
        "points": "10",
        "more_is_better": "on",
        **facts,
    }
    data |= {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0}
    for number, (start, points) in enumerate(steps):
        data |= {f"steps-{number}-start": start, f"steps-{number}-points": points}
    for key, row in (wanted or {}).items():
        data |= {f"bar-{key}-{name}": value for name, value in row.items()}
    return data


HEAD = {
    "name": "演示搜救标准", "purpose": "grading", "scheme": "red_cross", "publisher": "region", "category": "sar",
    "validity_months": "36",
}  # fmt: skip
GRADES = bar_rows(
    {"name": "1 级", "min_total": "90", "organiser": "region"}, {"name": "2级", "min_total": "60"},
    {"name": ""}, {"name": "不要的", "min_total": "x", "gone": "on"},
)  # fmt: skip


def tree(standard: Standard) -> list[tuple[int, str, str]]:
    return [(one.depth, one.indicator.code, one.indicator.name) for one in nodes(standard.indicators.all())]


def test_the_summary_of_errors_leads_to_the_cell(region: User, as_user: SignIn) -> None:
    """Cells of rows are no fields of the form, and are found from the top of the page all the same."""
    rows = bar_rows({"name": "1 级", "min_total": "很多"})
    shown = as_user(region).post(reverse("assessments:standard_create"), {**HEAD, **rows}).content.decode()
    assert 'href="#id_bars-0-min_total"' in shown
    assert 'id="id_bars-0-min_total"' in shown


def test_a_standard_is_drawn_up_published_and_renewed(region: User, songshan: User, as_user: SignIn) -> None:
    client = as_user(region)
    answer = client.post(reverse("assessments:standard_create"), {**HEAD, **GRADES})
    draft = Standard.objects.get(name="演示搜救标准")
    assert answer["Location"] == draft.get_absolute_url()
    assert list(draft.conclusions.values_list("key", "name")) == [("1", "1 级"), ("2", "2级")]
    assert as_user(songshan).get(draft.get_absolute_url()).status_code == 404  # a draft is the region's
    create = url("indicator_create", draft)
    client.post(create, line(code="1", name="管理", method="heading"))
    top = draft.indicators.get()
    assert client.get(f"{create}?under={top.pk}").context["form"]["code"].value() == "1.1"
    client.post(create, line((80, 6), (100, 10), code="1.1", name="持证率", method="steps", parent=top.pk,
                             metric="first_aid_coverage", unit="%"))  # fmt: skip
    client.post(create, line(code="1.2", name="人数", method="threshold", parent=top.pk, points="90", unit="人",
                             wanted={"1": {"value": "40", "text": "四十人"}, "2": {"value": "20.0"}}))  # fmt: skip
    people = draft.indicators.get(code="1.2")
    assert (people.requirements, people.texts) == ({"1": "40", "2": "20"}, {"1": "四十人"})
    assert draft.indicators.get(code="1.1").steps == [{"from": "80", "points": "6"}, {"from": "100", "points": "10"}]
    page = client.get(draft.get_absolute_url()).content.decode()
    assert "满 80 得 6 分；满 100 得 10 分" in page
    assert "四十人" in page
    assert "还没有生效日期" in page  # a warning, with the way to mend it
    asked = client.get(url("standard_publish", draft))
    assert not asked.context["blocked"]
    draft.refresh_from_db()
    assert draft.state == StandardState.DRAFT  # looking publishes nothing
    client.post(url("standard_publish", draft), {"valid_from": "2026-03-01"})
    draft.refresh_from_db()
    assert (draft.state, draft.valid_from, draft.published_by) == (StandardState.PUBLISHED, date(2026, 3, 1), region)
    assert WorkflowEvent.objects.of(draft).last().action == "publish"
    assert "持证率" in as_user(songshan).get(draft.get_absolute_url()).content.decode()
    told = client.post(create, line(code="9"), follow=True).content.decode()
    assert "已经发布，不能再改" in told
    client.post(url("standard_draft", draft))
    client.post(url("standard_draft", draft))  # goes on with the one begun
    second = Standard.objects.get(code=draft.code, number=2)
    assert bars_of(second.conclusions.all()) == bars_of(draft.conclusions.all())
    assert lines_of(second.indicators.all()) == lines_of(draft.indicators.all())
    assert (second.valid_from, second.name, second.category_id) == (None, draft.name, "sar")


def test_whoever_publishes_says_what_becomes_of_the_version_before(region: User, as_user: SignIn) -> None:
    client, first = as_user(region), builders.standard()
    for choice, day, until in (("keep", "2026-07-01", None), ("end", "2026-09-01", date(2026, 8, 31))):
        second = draft_of(first)
        second.indicators.filter(code="1.1").update(requirements={"1": "40", "2": "25", "3": "15"})
        publish = url("standard_publish", second)
        form = client.get(publish).context["form"]
        assert "系统不会自己改" in str(form["former"].help_text)
        assert "former" in client.post(publish, {"valid_from": day}).context["form"].errors
        client.post(publish, {"valid_from": day, "former": choice})
        first.refresh_from_db()
        second.refresh_from_db()
        assert second.state == StandardState.PUBLISHED
        assert first.valid_until == until
    assert WorkflowEvent.objects.of(second).last().facts["ended"] == ["1", "2"]
    today = timezone.localdate()
    for since, until, word in ((-9, -1, "已失效"), (-9, 0, "已发布"), (1, None, "已发布，还没有生效")):
        end = None if until is None else today + timedelta(until)
        days = {"valid_from": today + timedelta(since), "valid_until": end}
        with pgtrigger.ignore():
            Standard.objects.filter(pk=first.pk).update(**days)
        assert Standard.objects.get(pk=first.pk).standing() == word
        assert word in client.get(first.get_absolute_url()).content.decode()
    third = draft_of(second)
    early = client.post(url("standard_publish", third), {"valid_from": "2026-08-01", "former": "end"})
    assert "不能在那之前失效" in str(early.context["form"].errors)


def test_a_version_is_withdrawn_with_a_reason_and_its_end_can_be_set(
    region: User, songshan: User, as_user: SignIn
) -> None:
    standard, client = builders.standard(), as_user(region)
    assert as_user(songshan).get(url("standard_withdraw", standard)).status_code == 403
    client.post(url("standard_until", standard), {"valid_until": "2026-12-31", "version": standard.version})
    standard.refresh_from_db()
    assert standard.valid_until == date(2026, 12, 31)
    early = client.post(url("standard_until", standard), {"valid_until": "2020-01-01", "version": standard.version})
    assert "不能早于生效日期" in early.content.decode()
    asked = client.post(url("standard_withdraw", standard), {"reason": ""})
    assert "reason" in asked.context["form"].errors
    assert "没有别的版本可选" in asked.content.decode()
    client.post(url("standard_withdraw", standard), {"reason": "印发了新标准"})
    standard.refresh_from_db()
    assert (standard.state, standard.withdrawn_reason) == (StandardState.WITHDRAWN, "印发了新标准")
    told = client.post(url("standard_withdraw", standard), {"reason": "再停"}, follow=True).content.decode()
    assert "不能再办“停用”" in told
    assert "印发了新标准" in client.get(url("standard_history", standard)).content.decode()


def test_a_draft_is_thrown_away_and_its_history_stays(region: User, chifeng: User, as_user: SignIn) -> None:
    draft = builders.standard(published=False)
    events = events_of(Standard).objects.filter(pgh_obj_id=draft.pk)
    assert as_user(chifeng).post(url("standard_remove", draft)).status_code == 403
    client = as_user(region)
    client.get(url("standard_remove", draft))
    assert Standard.objects.filter(pk=draft.pk).exists()
    client.post(url("standard_remove", draft))
    assert not Standard.objects.filter(pk=draft.pk).exists()
    assert events.latest("pgh_id").pgh_label == "delete"
    published = builders.standard(code="other")
    assert "已经发布" in client.post(url("standard_remove", published), follow=True).content.decode()


def test_lines_are_moved_put_below_others_numbered_and_removed(region: User, as_user: SignIn) -> None:
    draft, client = builders.standard(published=False), as_user(region)
    second, top = draft.indicators.get(code="1.2"), draft.indicators.get(code="2")
    client.post(url("indicator_move", second), {"to": "up"})
    assert [code for _depth, code, _name in tree(draft)] == ["1", "1.2", "1.1", "1.3", "2", "2.1"]
    client.post(url("indicator_move", top), {"to": "up"})
    assert [code for _depth, code, _name in tree(draft)] == ["2", "2.1", "1", "1.2", "1.1", "1.3"]
    assert "最边上" in client.post(url("indicator_move", top), {"to": "up"}, follow=True).content.decode()
    second.refresh_from_db()
    form = client.get(url("indicator_edit", second)).context["form"]
    offered = {pk for pk, _label in form.fields["parent"].choices}
    assert offered == {"", draft.indicators.get(code="1").pk, top.pk}
    client.post(url("indicator_edit", second), line(
        (1, 10), (4, 30), code="1.2", name="演练次数", method="steps", points="30", parent=top.pk, unit="场",
        metric="drills_held", subject="professional", version=second.version))  # fmt: skip
    assert tree(draft)[:3] == [(1, "2", "专业能力"), (2, "2.1", "现场组织"), (2, "1.2", "演练次数")]
    client.post(url("standard_number", draft))
    assert [(depth, code) for depth, code, _name in tree(draft)] == [
        (1, "1"), (2, "1.1"), (2, "1.2"), (1, "2"), (2, "2.1"), (2, "2.2"),
    ]  # fmt: skip
    group = draft.indicators.get(code="2")
    asked = client.get(url("indicator_remove", group))
    assert "2 项一起删去" in asked.content.decode()
    stale = client.post(url("indicator_remove", group), {"version": group.version + 5}, follow=True)
    assert "请看过再删" in stale.content.decode()
    client.post(url("indicator_remove", group), {"version": group.version})
    assert draft.indicators.count() == 3
    history = client.get(url("standard_history", draft)).content.decode()
    assert "次序" not in history
    assert "演练次数" in history


def test_somebody_else_saved_the_line_meanwhile(region: User, as_user: SignIn) -> None:
    draft, client = builders.standard(published=False), as_user(region)
    row = draft.indicators.get(code="1.2")
    facts = {"code": "1.2", "name": row.name, "method": "steps", "points": "30", "parent": row.parent_id, "unit": "场",
             "metric": "drills_held", "version": row.version}  # fmt: skip
    client.post(url("indicator_edit", row), line((2, 30), **facts))
    answer = client.post(url("indicator_edit", row), line((3, 30), **facts | {"name": "演练场次"}))
    clashes = {one.name: one.new for one in answer.context["form"].clashes}
    assert clashes == {"steps": "满 2 得 30 分"}
    row.refresh_from_db()
    assert row.steps == [{"from": "2", "points": "30"}]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (line(code="1.1", name="重复"), "本标准里已经有这个编号"),
        (line(code="", name="没有编号"), "编号"),
        (line((1, ""), code="8", method="steps"), "数值和得分要一起填"),
        (line((1, 2), (1, 3), code="8", method="steps"), "有两档的数值相同"),
        (line(code="8", points="-1"), "分值"),
        (line(code="8", metric="no_such"), "自动取数"),
        (line(code="8", method="threshold", wanted={"1": {"value": "很多"}}), "各档要求里有内容需要改正"),
    ],
)
def test_a_wrong_line_is_told_and_nothing_is_lost(
    region: User, as_user: SignIn, typed: dict[str, Any], said: str
) -> None:
    draft = builders.standard(published=False)
    answer = as_user(region).post(url("indicator_create", draft), {**typed, "evidence": "留着的材料"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert said in page
    assert "留着的材料" in page
    assert draft.indicators.count() == 6


def test_a_step_below_nought_is_not_taken(region: User, as_user: SignIn) -> None:
    """No record counts below nought, and taken out to Excel and in again 满 -5 became 满 5."""
    draft = builders.standard(published=False)
    typed = line((1, ""), code="8", name="分档", method="steps", points="5")
    typed |= {"steps-TOTAL_FORMS": "1", "steps-0-start": "-5", "steps-0-points": "5"}
    answer = as_user(region).post(url("indicator_create", draft), typed)
    assert "不能小于 0" in answer.content.decode()
    assert not draft.indicators.filter(code="8").exists()


def test_what_another_way_of_scoring_hides_stops_nothing(region: User, as_user: SignIn) -> None:
    """Whoever began with 分档 or 扣分 and takes 评分 after all does not see those fields any more."""
    draft = builders.standard(published=False)
    typed = line((1, ""), code="8", name="现场评分", method="judged", points="5", per_unit="-3")
    answer = as_user(region).post(url("indicator_create", draft), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    made = draft.indicators.get(code="8")
    assert (made.steps, made.per_unit, made.points) == ([], None, 5)


def test_conclusions_keep_the_keys_requirements_are_kept_under(region: User, as_user: SignIn) -> None:
    draft, client = builders.standard("annual", published=False), as_user(region)
    rows = [{"position": 20, "key": "qualified", "name": "合格", "min_total": "70"},
            {"position": 10, "key": "excellent", "name": "优秀", "min_total": "90"},
            {"position": "", "name": "基本合格", "min_total": "60"}]  # fmt: skip
    facts = {"name": draft.name, "purpose": "annual", "scheme": "red_cross", "publisher": "region"}
    client.post(url("standard_edit", draft), {**facts, **bar_rows(*rows), "version": draft.version})
    assert list(draft.conclusions.values_list("key", "name", "min_total")) == [
        ("excellent", "优秀", 90), ("qualified", "合格", 70), ("r1", "基本合格", 60),
    ]  # fmt: skip
    twice = bar_rows({"name": "合格"}, {"name": "合格"})
    answer = client.post(url("standard_edit", draft), {**facts, **twice, "version": 2})
    assert "同名" in answer.content.decode()


def test_what_blocks_keeps_from_publishing(region: User, as_user: SignIn) -> None:
    draft, client = builders.standard(published=False), as_user(region)
    Indicator.objects.filter(standard=draft, code="1.2").update(steps=[])
    asked = client.get(url("standard_publish", draft))
    assert asked.context["blocked"]
    assert url("indicator_edit", draft.indicators.get(code="1.2")) in asked.content.decode()
    answer = client.post(url("standard_publish", draft), {"valid_from": "2026-07-01"})
    assert "1.2 还没有分档" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == StandardState.DRAFT


def test_the_database_keeps_a_published_standard(region: User) -> None:
    standard = builders.standard()
    row, bar = standard.indicators.first(), standard.conclusions.first()
    assert row is not None
    assert bar is not None
    raw = "UPDATE assessments_{} SET {} WHERE id = {}".format
    acts: list[Callable[[], Any]] = [
        lambda: Indicator.objects.filter(pk=row.pk).update(points=9),
        lambda: row.delete(),
        lambda: Indicator.objects.create(standard=standard, code="9", name="多的"),
        lambda: Conclusion.objects.filter(pk=bar.pk).update(min_total=1),
        lambda: Standard.objects.filter(pk=standard.pk).update(name="别的"),
        lambda: Standard.objects.filter(pk=standard.pk).update(category="medical"),
        lambda: Standard.objects.filter(pk=standard.pk).update(state="draft"),
        lambda: Standard.objects.filter(pk=standard.pk).delete(),
        lambda: connection.cursor().execute(raw("indicator", "points = 1", row.pk)),
        lambda: connection.cursor().execute(raw("standard", "valid_from = '2020-01-01'", standard.pk)),
        lambda: connection.cursor().execute(raw("conclusion", "standard_id = standard_id", bar.pk)),
    ]
    for act in acts:
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    Standard.objects.filter(pk=standard.pk).update(valid_until=date(2027, 1, 1))  # its end may be said later


def test_a_heading_that_is_only_numbered_anew_moves_nothing_below_it(region: User, as_user: SignIn) -> None:
    new = draft_of(builders.standard())
    group = new.indicators.create(code="9", name="新的一组", method="heading", position=0)
    for code, then in (("2", "3"), ("2.1", "3.1")):
        new.indicators.filter(code=code).update(code=then)
    new.indicators.filter(code="1.2").update(parent=group)
    rows = {row.code: row for row in as_user(region).get(url("standard_compare", new)).context["rows"]}
    assert [one.label for one in rows["3.1"].changes] == ["编号"]
    assert [one.label for one in rows["1.2"].changes] == ["上级指标"]


def test_two_versions_are_compared_word_by_word(region: User, baotou: User, as_user: SignIn) -> None:
    old = builders.standard()
    new = draft_of(old)
    new.indicators.filter(code="1.1").update(name="在册正式队员人数", requirements={"1": "50", "2": "25", "3": "15"})
    new.indicators.get(code="1.3").delete()
    group = new.indicators.get(code="2")
    new.indicators.create(code="2.2", name="冰面救援", parent=group, position=99, points=5, subject="professional")
    new.indicators.filter(code="2.1").update(points=35, code="2.3")  # numbers shift; the name tells what it was
    answer = as_user(region).get(url("standard_compare", new))
    found = {row.code: row.state for row in answer.context["rows"]}
    assert found == {"1": "same", "1.1": "changed", "1.2": "same", "2": "same", "2.3": "changed", "2.2": "added",
                     "1.3": "removed"}  # fmt: skip
    changes = {one.label: "".join(piece.text for piece in one.new if piece.changed)
               for row in answer.context["rows"] if row.code == "1.1" for one in row.changes}  # fmt: skip
    assert changes == {"指标": "正式", "1 级数值": "50"}
    assert (answer.context["old_sums"].total, answer.context["new_sums"].total) == (100, 100)
    assert as_user(baotou).get(url("standard_compare", new)).status_code == 404
    alone = as_user(baotou).get(url("standard_compare", old), follow=True)
    assert "只有一版" in alone.content.decode()  # of the draft the others know nothing


def test_two_schemes_stand_side_by_side(baotou: User, as_user: SignIn) -> None:
    client = as_user(baotou)
    assert "搜救" in client.get(reverse("assessments:standard_list")).content.decode()
    page = client.get(reverse("assessments:standard_schemes", args=["sar"])).content.decode()
    assert "搜救救援队分级测评标准" in page
    assert "建筑物倒塌搜救" in page
    assert "不适用，不算未达标" in page
    relief = Standard.objects.get(code="grading-relief")
    assert "两套对照" not in client.get(relief.get_absolute_url()).content.decode()
    collapse = Standard.objects.get(code="grading-sar-collapse")
    assert "两套对照" in client.get(collapse.get_absolute_url()).content.decode()
    assert client.get(reverse("assessments:standard_schemes", args=["nothing"])).status_code == 404


def test_the_list_is_filtered_by_day_sample_and_scheme(region: User, as_user: SignIn) -> None:
    client, listed = as_user(region), reverse("assessments:standard_list")
    builders.standard(published=False)

    def names(query: str) -> list[str]:
        return [row.record.code for row in client.get(f"{listed}?{query}").context["table"].rows]

    today = timezone.localdate()
    assert names("scheme=emergency") == ["grading-sar-collapse"]
    assert names("state=draft") == names("sample=false") == ["test-grading"]
    assert "grading-relief" in names(f"on={today}&category=relief")
    assert names(f"on={today - timedelta(days=800)}") == []
    assert names("q=队员能力") == ["member-capability"]


def test_who_uses_it_is_told_as_far_as_one_sees_it(captain: User, baotou: User, region: User, as_user: SignIn) -> None:
    standard = builders.standard("annual")
    builders.campaign(region, standard=standard)
    for user in (captain, baotou):
        assert "2026年度考核" in as_user(user).get(url("standard_uses", standard)).content.decode()


def test_pages_stay_quick(region: User, baotou: User, as_user: SignIn) -> None:
    client, listed = as_user(region), reverse("assessments:standard_list")

    def grow(number: int) -> None:
        have = Standard.objects.filter(code__startswith="many-").count()
        for each in range(have, number):
            builders.standard(code=f"many-{each}")

    assert_constant_queries(client, listed, grow, steps=(1, 3, 8))
    assert_tampering_is_told(client, listed)
    assert_sorts_by_index(StandardList)
    relief = Standard.objects.get(code="grading-relief")
    draft = draft_of(relief)
    for name, record in (("standard_detail", relief), ("standard_uses", relief), ("standard_files", relief),
                         ("standard_detail", draft), ("standard_compare", draft), ("standard_edit", draft),
                         ("indicator_create", draft), ("standard_publish", draft)):  # fmt: skip
        sql = queries_of(client, url(name, record))
        assert len(sql) <= 10, (name, "\n".join(sql))
    assert len(queries_of(as_user(baotou), reverse("assessments:standard_schemes", args=["sar"]))) <= 10


def test_the_api_gives_the_tree(baotou: User, member: User, as_user: SignIn) -> None:
    client = as_user(baotou)
    rows = client.get("/api/standards/?purpose=annual").json()["results"]
    assert [row["code"] for row in rows] == ["annual-team"]
    one = client.get(f"/api/standards/{rows[0]['id']}/").json()
    assert float(one["points"]["total"]) == 100
    assert [bar["key"] for bar in one["conclusions"]] == ["excellent", "qualified", "basic", "unqualified"]
    assert [(row["code"], row["parent"], row["depth"]) for row in one["indicators"][:3]] == [
        ("1", "", 1), ("1.1", "1", 2), ("1.2", "1", 2),
    ]  # fmt: skip
    draft = builders.standard(published=False)
    assert client.get(f"/api/standards/{draft.pk}/").status_code == 404
