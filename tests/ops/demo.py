"""What a first look at the demo has to find. Run within the portal that made it (``test_demo.py``)."""

from collections import Counter

from django.test import Client
from django.test.utils import setup_test_environment

from assessments.models import Campaign, Grading, Objection, Review, Snapshot, TeamGrade
from core.models import Attachment
from organizations.models import User
from people.models import Membership, Person
from portal.demo.cast import TEAM_CODE
from teams.models import Filing, FilingStep, Team
from training.models import Activity, Participation, Problem


def check() -> None:
    """Something in every queue and state.

    :raises AssertionError: something is missing.
    """
    setup_test_environment()  # so that a page tells what it was made from
    people = {user.username: user for user in User.objects.filter(is_demo=True).select_related("organization")}
    _filed(people["region"])
    _manned(people)
    _trained(people["region"])
    _assessed()
    for username in ("assessor", "region", "chifeng", "captain"):
        client = Client()
        client.force_login(people[username])
        page = client.get("/")
        assert page.status_code == 200
        assert page.context["tasks"]
    assert [task.act for task in page.context["tasks"] if task.big] == ["点名"]


def _filed(region: User) -> None:
    assert set(Filing.objects.values_list("state", flat=True)) == set(Filing.State.values)
    assert set(Filing.objects.values_list("kind", flat=True)) == set(Filing.Kind.values)
    assert set(Team.objects.values_list("status", flat=True)) == {"filed", "suspended"}
    waiting = Counter(Filing.objects.to_decide(region).values_list("kind", "warnings"))
    assert sum(number for (kind, warnings), number in waiting.items() if kind == "annual" and not warnings) >= 3
    assert any(kind == "annual" and warnings for kind, warnings in waiting)
    assert Filing.objects.overdue().filter(current_office__level="region").exists()
    duties = set(Filing.objects.exclude(current_step=None).values_list("current_office__level", "current_step__duty"))
    assert duties >= {("league_city", "register"), ("league_city", "review"), ("region", "file")}
    returned = Filing.objects.get(state="returned")
    assert returned.comments.exclude(sent_at=None).count() == 2
    assert FilingStep.objects.filter(state="merged").exists()  # 敖汉旗 and 莫力达瓦, by their proxies
    assert Attachment.objects.filter(media_type="application/pdf").count() > 50
    assert max(len(team.name) for team in Team.objects.all()) > 20


def _manned(people: dict[str, User]) -> None:
    """Members in every state but the application, one of them in two teams."""
    assert Person.objects.get(user=people["captain"]).memberships.get().duty == "队长"
    assert Person.objects.get(user=people["member"]).memberships.exists()
    assert set(Membership.objects.values_list("state", flat=True)) == {"probation", "full", "ended"}
    assert set(Membership.objects.values_list("presence", flat=True)) == {"active", "leave", "suspended"}
    assert Person.objects.filter(memberships__organization__code=TEAM_CODE).count() == 13
    assert Membership.objects.count() == Person.objects.count() + 1


def _trained(region: User) -> None:
    assert set(Activity.objects.values_list("state", flat=True)) == set(Activity.State.values)
    assert Activity.objects.to_confirm(region).exists()
    assert set(Problem.objects.values_list("state", flat=True)) >= {"open", "closed"}
    passed = Participation.objects.filter(outcome="passed")
    assert passed.exists()
    assert not passed.exclude(attendances__minutes__gt=0).exists()  # nobody passes who was not there
    assert all("演示" in title for title in Activity.objects.values_list("title", flat=True))


def _assessed() -> None:
    """Two years, a team in every state, gradings on their way, a grade with its certificate."""
    last, now = Campaign.objects.order_by("year")
    assert (last.state, now.state, now.year - last.year) == ("closed", "open", 1)
    assert {str(row.as_at) for row in Snapshot.objects.filter(review__campaign=last)} == {f"{last.year}-12-31"}
    assert set(now.reviews.values_list("state", flat=True)) == set(Review.State.values)
    assert set(last.reviews.values_list("state", flat=True)) == {"final", "exempt"}
    assert last.reviews.exclude(result=None).values("result").distinct().count() > 1
    assert set(Grading.objects.values_list("state", flat=True)) == {
        "draft", "submitted", "returned", "on_site", "publicity", "granted", "declined",
    }  # fmt: skip
    assert {one.is_external for one in TeamGrade.objects.held()} == {True, False}
    assert Objection.objects.filter(outcome="").count() == 2
