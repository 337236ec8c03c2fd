"""The calendar by month and day: who sees what, how days with much on them are cut, what tampering gives."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization, User
from tests.core.list_checks import assert_constant_queries
from tests.people import builders as people
from tests.training import builders
from training.calendar.month import chosen_lines, days_of, first_of
from training.calendar.reading import OnDay
from training.models import Activity, ActivityTeam

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def at(day: str, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(f"{day} {hour:02}:00"))


def bars(client: Client, query: str) -> list[tuple[str, int, int, int]]:
    """Title, column, width, lane of everything in the grid, week by week."""
    weeks = client.get(reverse("training:calendar") + query).context["weeks"]
    return [(str(bar.entry.activity), bar.column, bar.width, bar.lane) for week in weeks for bar in week.bars]


def test_month_shows_what_may_be_seen(
    captain: User, chifeng: User, baotou: User, member: User, as_user: SignIn
) -> None:
    team = captain.organization
    builders.drill(team, captain, starts_at=at("2026-11-11"), title="水上救援演练（演示）")
    builders.training(chifeng.organization, chifeng, starts_at=at("2026-11-30"), title="盟市培训（演示）")
    hidden = builders.drill(baotou.organization, baotou, starts_at=at("2026-11-12"), title="包头演练（演示）")
    query = "?month=2026-11"
    assert bars(as_user(captain), query) == [("水上救援演练（演示）", 3, 1, 1)]
    assert bars(as_user(chifeng), query) == [("水上救援演练（演示）", 3, 1, 1), ("盟市培训（演示）", 1, 1, 1)]
    assert as_user(member).get(reverse("training:calendar")).status_code == 403
    ActivityTeam.objects.create(activity=hidden, organization=team)
    assert [bar[0] for bar in bars(as_user(captain), query)] == ["水上救援演练（演示）", "包头演练（演示）"]
    assert [bar[0] for bar in bars(as_user(chifeng), query)][1] == "包头演练（演示）"
    assert bars(as_user(chifeng), query + "&kind=training") == [("盟市培训（演示）", 1, 1, 1)]
    assert bars(as_user(chifeng), f"{query}&under={team.pk}") == [("水上救援演练（演示）", 3, 1, 1)]


def test_course_of_days_is_one_bar_a_week(captain: User, as_user: SignIn) -> None:
    first = at("2026-11-13")  # a Friday
    course = builders.training(
        captain.organization, captain, starts_at=first, ends_at=first + timedelta(days=3, hours=8)
    )
    assert bars(as_user(captain), "?month=2026-11") == [(str(course), 5, 3, 1), (str(course), 1, 1, 1)]
    weeks = as_user(captain).get(reverse("training:calendar") + "?month=2026-11").context["weeks"]
    before, after = [bar for week in weeks for bar in week.bars]
    assert (before.before, before.after, after.before, after.after) == (False, True, True, False)


def test_day_with_much_is_cut_and_leads_to_its_list(captain: User, as_user: SignIn) -> None:
    for hour in range(7):
        builders.drill(captain.organization, captain, starts_at=at("2026-11-11", 8 + hour), title=f"演练{hour}（演示）")
    client = as_user(captain)
    page = client.get(reverse("training:calendar") + "?month=2026-11")
    assert "还有 3 场" in page.content.decode()
    assert "演练3（演示）" in page.content.decode()
    assert "演练4（演示）" not in page.content.decode()
    listed = client.get(reverse("training:calendar") + "?day=2026-11-11")
    assert [str(entry.activity) for entry in listed.context["entries"]] == [f"演练{n}（演示）" for n in range(7)]


def test_drafts_and_cancelled_are_told_apart(captain: User, as_user: SignIn) -> None:
    builders.drill(captain.organization, captain, starts_at=at("2026-11-10"))
    Activity.objects.filter(pk=builders.drill(captain.organization, captain, starts_at=at("2026-11-11")).pk).update(
        state="cancelled", state_reason="天气（演示）"
    )
    weeks = as_user(captain).get(reverse("training:calendar") + "?month=2026-11").context["weeks"]
    assert [bar.entry.looks for week in weeks for bar in week.bars] == ["drill is-draft", "drill is-cancelled"]


def test_what_has_no_time_yet_is_on_no_day(captain: User, as_user: SignIn) -> None:
    Activity.objects.create(kind="drill", host=captain.organization, created_by=captain, title="没有时间（演示）")
    assert "没有时间（演示）" not in as_user(captain).get(reverse("training:calendar")).content.decode()


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=x", "month=1999-01", "month=9999-01", "day=2026-02-30", "day=x", "day=0001-01-01",
     "kind=x", "under=x", "under=99999999999999999999", "month=%00", "day=2026-11-11&page=x",
     "day=2026-11-11&page=999"],
)  # fmt: skip
def test_what_cannot_be_read_is_told(captain: User, as_user: SignIn, query: str) -> None:
    answer = as_user(captain).get(f"{reverse('training:calendar')}?{query}")
    assert answer.status_code == 200
    assert answer.context["notes"] or "page=" in query


def test_months_end_where_the_calendar_ends(captain: User, as_user: SignIn) -> None:
    client = as_user(captain)
    assert client.get(reverse("training:calendar") + "?month=2020-01").context["urls"]["before"] == ""
    assert client.get(reverse("training:calendar") + "?month=2099-12").context["urls"]["after"] == ""
    assert days_of(date(2026, 11, 1))[0] == date(2026, 10, 26)
    assert len(days_of(date(2026, 2, 1))) == 35
    assert first_of(date(2026, 1, 1), later=-1) == date(2025, 12, 1)


def test_what_went_on_yesterday_keeps_its_lane() -> None:
    days = {date(2026, 11, 9): [OnDay(1, (1,)), OnDay(2, (2,))]}
    days[date(2026, 11, 10)] = [*(OnDay(n, (n,)) for n in (3, 4, 5, 6)), OnDay(2, (20,))]
    lanes = {line.activity: lane for lane, line in chosen_lines(days)[date(2026, 11, 10)]}
    assert lanes == {2: 2, 3: 1, 4: 3, 5: 4}


def test_month_takes_the_same_queries_however_much_is_on(
    captain: User, region: User, chifeng: User, as_user: SignIn, office: Callable[[str], Organization]
) -> None:
    there = 0

    def grow(number: int) -> None:
        nonlocal there
        while there < number:
            starts = timezone.now() + timedelta(hours=3 * there)
            builders.drill(captain.organization, captain, starts_at=starts, ends_at=starts + timedelta(hours=2))
            there += 1

    assert_constant_queries(as_user(region), reverse("training:calendar"), grow, steps=(1, 3, 12))
    for user in (captain, chifeng):
        assert_constant_queries(as_user(user), reverse("training:calendar"), grow, steps=(12,))
    day = timezone.localdate().isoformat()
    assert_constant_queries(as_user(region), f"{reverse('training:calendar')}?day={day}", grow, steps=(12,))


def test_get_changes_nothing(captain: User, as_user: SignIn) -> None:
    activity = builders.drill(captain.organization, captain)
    people.member(captain.organization, 1)
    before = Activity.objects.values_list("pk", "version", "state").get(pk=activity.pk)
    as_user(captain).get(reverse("training:calendar"))
    assert Activity.objects.values_list("pk", "version", "state").get(pk=activity.pk) == before
    assert as_user(captain).post(reverse("training:calendar")).status_code == 405
