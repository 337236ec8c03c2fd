"""等级对标 of the teams below an office: in tree order, and which single thing helps most of them."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from assessments.gap import overall
from assessments.models import GradingClaim, Standard
from assessments.views import league_gap as view
from core import counts
from core.models import AccessLog
from organizations.models import Organization, User
from teams.models import Team
from tests.assessments import builders, gaps
from tests.core.list_checks import assert_constant_queries
from tests.training.builders import downloaded

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Office = Callable[[str], Organization]


@pytest.fixture
def standard(db: None) -> Standard:
    Standard.objects.filter(code="grading-relief").update(valid_until=timezone.localdate() - timedelta(days=1))
    return builders.standard(lines=gaps.LINES, code="gap", name="赈济分级测评标准（演示）")


def claimed(team: Team, standard: Standard, by: User, **values: Any) -> None:
    """What the team said by hand: ``c2_1=1``; points of what is judged."""
    grading = builders.grading(team, by, standard=standard)
    for name, value in values.items():
        indicator = standard.indicators.get(code=name[1:].replace("_", "."))
        field = "points" if indicator.method == "judged" else "value"
        GradingClaim.objects.create(grading=grading, indicator=indicator, **{field: value})


@pytest.fixture
def teams(standard: Standard, office: Office, songshan: User) -> list[Team]:
    """Two below 松山区 that lack certificates alone, one at 赤峰 that lacks much."""
    made = [gaps.team_at(office("150404"), name=f"松山演示{number}队·敖特根巴雅尔") for number in (1, 2)]
    for number, team in enumerate(made):
        gaps.members(team, 2, first=10 * number)
        claimed(team, standard, songshan, c1_3=1, c2_2=24)
    made.append(gaps.team_at(office("150400"), name="赤峰演示队"))
    return made


def ask(client: Client, standard: Standard, **query: Any) -> Any:
    page = client.get(reverse("assessments:league_gap"), {"standard": standard.pk, **query})
    assert page.status_code == 200
    return page


def test_a_league_sees_what_each_lacks_in_tree_order(
    teams: list[Team], standard: Standard, chifeng: User, as_user: SignIn
) -> None:
    page = ask(as_user(chifeng), standard)
    shown = [row["line"].team for row in page.context["rows"]]
    assert shown == sorted(shown, key=lambda team: team.organization.path)
    assert {team.pk for team in teams} <= {team.pk for team in shown}
    line = next(row for row in page.context["rows"] if row["line"].team == teams[0])
    assert line["office"]
    assert line["steps"] == ["应急救护持证率：0% 提高到 50%，再有 1 人持证队员（2 人中现有 0 人）"]
    assert "不排名次" in page.content.decode()


def test_the_one_thing_that_lifts_most_teams_is_said_first(
    teams: list[Team], standard: Standard, chifeng: User, as_user: SignIn
) -> None:
    page = ask(as_user(chifeng), standard)
    gap, best = page.context["overall"], page.context["overall"].remedies[0]
    assert set(best.names) >= {teams[0].organization.short_name, teams[1].organization.short_name}
    assert (best.name, str(best.sort)) == ("应急救护持证率", "培训")
    assert "只补“应急救护持证率”一项（培训），就有 2 支队伍能升一档" in gap.summary
    assert dict(gap.counts)["未达到"] == len(page.context["rows"])
    assert page.context["tally"].at is None, "few teams are counted with the page"


def test_many_teams_are_counted_by_a_worker_and_shown_with_the_time(
    teams: list[Team], standard: Standard, chifeng: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = ask(as_user(chifeng), standard)
    cache.clear()
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(counts, "send", lambda task, **given: sent.append(given))
    monkeypatch.setattr(view, "PER_PAGE", 2)
    monkeypatch.setattr(overall, "AT_A_TIME", 2)
    waiting = ask(as_user(chifeng), standard)
    assert len(waiting.context["rows"]) == 2
    assert (waiting.context["overall"], "正在统计" in waiting.content.decode()) == (None, True)
    assert "htmx.min.js" in waiting.content.decode(), "or it would not ask again"
    counts.recount(**sent[0])
    counted = ask(as_user(chifeng), standard, page=2)
    assert counted.context["tally"].at is not None
    assert "数字截至" in counted.content.decode()
    for name in ("counts", "summary", "remedies"):
        assert getattr(counted.context["overall"], name) == getattr(at_once.context["overall"], name), name


def test_a_spreadsheet_of_too_many_is_refused_with_a_way_out(
    teams: list[Team], standard: Standard, chifeng: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "MOST", 2)
    address = f"{reverse('assessments:league_gap')}?standard={standard.pk}&export=xlsx"
    assert "一次最多导出 2 行" in as_user(chifeng).get(address, follow=True).content.decode()


def test_lines_read_from_one_count_are_one_thing(teams: list[Team], chifeng: User, as_user: SignIn) -> None:
    lines = [*gaps.LINES, {"code": "3", "name": "持证人数", "method": "steps", "points": 10, "unit": "人",
              "metric": "members_certified", "steps": [{"from": "1", "points": "10"}]}]  # fmt: skip
    both = builders.standard(lines=lines, code="both", name="两项（演示）")
    gap = ask(as_user(chifeng), both).context["overall"]
    assert [one.codes for one in gap.remedies if "1.2" in one.codes] == [("1.2", "3")]
    assert next(one.name for one in gap.remedies if "1.2" in one.codes) == "持证队员"


def test_a_scheme_that_does_not_apply_lifts_nobody(
    teams: list[Team], standard: Standard, chifeng: User, as_user: SignIn
) -> None:
    other = builders.standard(
        lines=gaps.LINES, code="mem", name="应急（演示）", scheme="emergency", publisher="ministry", civil_only=True
    )
    page = ask(as_user(chifeng), other)
    assert not page.context["overall"].remedies
    assert all(row["line"].closed for row in page.context["rows"])
    assert "不适用" in page.content.decode()


def test_only_teams_of_the_category_that_one_may_see(
    teams: list[Team], standard: Standard, office: Office, chifeng: User, captain: User, baotou: User, as_user: SignIn
) -> None:
    other = gaps.team_at(office("150404"), main_category_id="psych", name="心理演示队")
    aside = gaps.team_at(office("150404"), main_category_id="psych", other_categories=["relief"], name="兼队")
    away = gaps.team_at(office("150200"), name="包头演示队")
    seen = {row["line"].team.pk for row in ask(as_user(chifeng), standard).context["rows"]}
    assert aside.pk in seen
    assert not {other.pk, away.pk} & seen
    assert {row["line"].team.pk for row in ask(as_user(baotou), standard).context["rows"]} >= {away.pk}
    assert teams[0].pk not in {row["line"].team.pk for row in ask(as_user(baotou), standard).context["rows"]}
    own = gaps.team_at(captain.organization)
    assert [row["line"].team.pk for row in ask(as_user(captain), standard).context["rows"]] == [own.pk]
    below = ask(as_user(chifeng), standard, under=office("150404").pk)
    assert {row["line"].team.pk for row in below.context["rows"]} >= {teams[0].pk, teams[1].pk}
    assert teams[2].pk not in {row["line"].team.pk for row in below.context["rows"]}
    elsewhere = as_user(chifeng).get(reverse("assessments:league_gap"), {"under": office("150200").pk})
    assert elsewhere.status_code == 404


def test_who_may_open_it(member: User, as_user: SignIn) -> None:
    assert as_user(member).get(reverse("assessments:league_gap")).status_code == 403


def test_nothing_to_compare_is_said(chifeng: User, standard: Standard, as_user: SignIn) -> None:
    empty = builders.standard(lines=gaps.LINES, code="water", name="供水（演示）", category_id="water")
    assert "没有这个类别的在册队伍" in ask(as_user(chifeng), empty).content.decode()
    Standard.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert "没有发布的测评标准" in as_user(chifeng).get(reverse("assessments:league_gap")).content.decode()


def test_the_spreadsheet_holds_every_team_and_every_line(
    teams: list[Team], standard: Standard, chifeng: User, as_user: SignIn
) -> None:
    address = f"{reverse('assessments:league_gap')}?standard={standard.pk}&export=xlsx"
    rows = list(load_workbook(io.BytesIO(downloaded(as_user(chifeng), address))).active.iter_rows(values_only=True))
    assert rows[1][:4] == ("主管红十字会", "队伍", "备案编号", "现有情况可达到")
    assert rows[1][8:10] == ("1.1 在册队员人数", "1.2 应急救护持证率")
    line = next(row for row in rows if row[1] == teams[0].organization.name)
    assert line[3:7] == ("未达到", 54, "3 级", 6)
    assert line[7].startswith("应急救护持证率")
    assert line[8:10] == ("2 人", "0%")
    assert AccessLog.objects.filter(kind=AccessLog.Kind.EXPORTED, detail__list="assessments:league_gap").exists()


def test_strange_addresses_are_no_errors(teams: list[Team], chifeng: User, as_user: SignIn) -> None:
    for query in ("page=0", "page=x", "page=999", "standard=x", "standard=99999999999999999999", "export=pdf"):
        assert as_user(chifeng).get(f"{reverse('assessments:league_gap')}?{query}").status_code == 200, query
    assert as_user(chifeng).get(f"{reverse('assessments:league_gap')}?under=x").status_code == 404


def test_queries_do_not_grow_with_teams(
    teams: list[Team], standard: Standard, office: Office, chifeng: User, songshan: User, as_user: SignIn
) -> None:
    def grow(step: int) -> None:
        for each in range(step):
            claimed(gaps.team_at(office("150404"), name=f"多{step}{each}队"), standard, songshan, c1_3=1)

    address = f"{reverse('assessments:league_gap')}?standard={standard.pk}"
    assert_constant_queries(as_user(chifeng), address, grow, steps=(1, 5))
