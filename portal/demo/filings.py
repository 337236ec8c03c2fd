"""Demo filings in every state and kind, made by the moves people make; some set back in time, as queues have age."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.history import acting_as
from core.models import Notice
from organizations.models import Organization, User
from portal.demo.papers import hand_over
from portal.demo.people import make_people
from portal.demo.teams import ON_FILE, PROPOSED, WATER, DemoTeam
from teams.filings.drafting import begin, keep
from teams.models import Coverage, EmblemItem, ExitItem, FieldComment, Filing, FilingStep, Team, TeamPost
from teams.states import TeamStatus
from teams.workflow import WORKFLOW

UNREAD = 4  # notices a person finds unread at a first look
_COMMENTS = {"filing_doc_no": "与来文不一致，请核对文号。", "posts.captain": "请补会议纪要，写明产生方式。"}


class Office:
    """The people of the demo, each read anew for every act: what one may do is kept on the object."""

    def __init__(self, people: Mapping[str, User]) -> None:
        self._people = people

    def __getitem__(self, username: str) -> User:
        person: User = User.objects.select_related("organization").get(pk=self._people[username].pk)
        return person

    def move(self, filing: Filing, action: str, who: str, *, comment: str = "", **facts: Any) -> Filing:
        by = self[who]
        with acting_as(by, source="make_demo"):
            return WORKFLOW.perform(filing, action, by=by, comment=comment, **facts)

    def write(self, kind: str, who: str, *, team: Team | None = None, at: str = "", **typed: Any) -> Filing:
        """A draft with everything in it and its papers."""
        by = self[who]
        place = Organization.objects.get(code=at) if at else None
        with acting_as(by, source="make_demo"):
            filing = begin(kind, by=by, team=team, office=place)
            filing = keep(filing, typed, by=by, version=filing.version)
            hand_over(filing, by)
        return filing

    def submit(self, kind: str, who: str, **given: Any) -> Filing:
        return self.move(self.write(kind, who, **given), "submit", who)


@transaction.atomic
def make_filings(people: Mapping[str, User]) -> None:
    """Teams on file, and a filing for every queue."""
    office = Office(people)
    teams = {about.key: _put_on_file(office, about) for about in ON_FILE}
    _keep_up(teams)
    make_people(people)  # before the filings that are checked against them
    _registrations(office)
    _changes(office, teams)
    _confirmations(office, teams)
    _leaving(office, teams)
    settle(people.values())


def _register(office: Office, about: DemoTeam) -> Filing:
    team = Team.objects.filter(organization__code="T15040001").first() if about is WATER else None
    return office.write("register", about.by, team=team, at="" if team else about.office, **about.facts())


def _put_on_file(office: Office, about: DemoTeam) -> Team:
    filing = office.move(_register(office, about), "submit", about.by)
    if about.by == "songshan":
        filing = office.move(filing, "accept", "chifeng", comment="材料齐全，同意上报。")
    filing = office.move(filing, "approve", "region", comment="同意备案。")
    day = date.fromisoformat(about.filed_on)
    filing = office.move(filing, "issue", "region", reply_no=about.reply, reply_on=day)
    team: Team = Team.objects.select_related("organization").get(filings=filing)
    return team


def _keep_up(teams: Mapping[str, Team]) -> None:
    """What needs no filing: other posts, what bears the emblem, where else a team goes."""
    day = date(2024, 4, 1)
    water = teams["water"]
    for role, name in (("safety", "那日苏（演示）"), ("equipment", "高娃（演示）"), ("liaison", "斯琴（演示）")):
        TeamPost.objects.create(team=water, role=role, name=name, starts_on=day)
    for team, kind, what, number in (
        (water, "flag", "队旗（演示）", 2), (water, "uniform", "救援服（演示）", 30),
        (water, "vehicle", "冲锋舟、车辆标识（演示）", 5), (teams["supply"], "flag", "队旗（演示）", 1),
        (teams["supply"], "uniform", "救援服（演示）", 20),
    ):  # fmt: skip
        EmblemItem.objects.create(
            team=team, kind=kind, description=what, quantity=number, issued_on=day, approval_no="演示批〔2024〕1号"
        )
    Coverage.objects.create(team=water, division_id="150429", starts_on=day)
    Coverage.objects.create(team=water, division_id="152500", part="南部", starts_on=day)


# -- what lies where ----------------------------------------------------------------------------------------
def _registrations(office: Office) -> None:
    """A new registration in every state."""
    about = {each.key: each for each in PROPOSED}
    road = about["road"]
    by = office[road.by]
    with acting_as(by, source="make_demo"):
        draft = begin("register", by=by, office=Organization.objects.get(code=road.office))
        some = {name: value for name, value in road.facts().items() if name in ("name", "level", "main_category")}
        keep(draft, some, by=by, version=draft.version)
    _return(office, office.move(_register(office, about["radio"]), "submit", "chifeng"))
    office.move(_register(office, about["wild"]), "submit", "songshan")
    _age(office.move(_register(office, about["base"]), "submit", "baotou"), days=22)
    ready = office.move(_register(office, about["ready"]), "submit", "hohhot")
    office.move(ready, "approve", "region", comment="同意备案，待发文。")
    flight = office.move(_register(office, about["flight"]), "submit", "baotou")
    office.move(flight, "reject", "region", comment="暂不具备航空救援条件，建议先作为特色项目培育。")
    twice = office.move(_register(office, about["twice"]), "submit", "hohhot")
    office.move(twice, "withdraw", "hohhot", comment="与赈济救援队合并建设，重新报。")


def _return(office: Office, filing: Filing) -> None:
    """Two comments at their fields, kept while reading and sent with the return, as the desk does it."""
    region = office["region"]
    with acting_as(region, source="make_demo"):
        for name, text in _COMMENTS.items():
            FieldComment.objects.create(filing=filing, round_no=filing.round_no, field=name, text=text, by=region)
    office.move(filing, "return_for_changes", "region", comment="两处请核对后再报。", fields=_COMMENTS)


def _changes(office: Office, teams: Mapping[str, Team]) -> None:
    """A captain changes: one waits for its office to register it, one lies with the region."""
    posts = WATER.facts()["posts"]
    new = {**posts[0], "name": "呼和牧仁（演示）", "origin": "recommended", "starts_on": "2026-01-10"}
    reason = "原队长调离，队员大会推选（演示）"
    office.submit("change", "captain", team=teams["water"], reason=reason, posts=[new, *posts[1:]])
    posts = next(about for about in ON_FILE if about.key == "moli").facts()["posts"]
    new = {**posts[0], "name": "敖特根巴雅尔·孟和（演示）", "starts_on": "2026-02-01"}
    filing = office.submit(
        "change", "hulunbuir", team=teams["moli"], reason=reason, posts=[new, *posts[1:]],
        base_address="尼尔基镇演示街 8 号（演示）",
    )  # fmt: skip
    _age(filing, days=14)


def _confirmations(office: Office, teams: Mapping[str, Team]) -> None:
    """Three without a warning, for the batch; two with some; one that is done."""
    for key, who in (("psych", "chifeng"), ("medical", "baotou"), ("health", "hohhot"), ("aohan", "chifeng")):
        office.submit("annual", who, team=teams[key])
    office.submit("annual", "baotou", team=teams["mountain"], note="副队长空缺一名，正在推选。")
    done = office.submit("annual", "songshan", team=teams["songshan"])
    done = office.move(done, "accept", "chifeng")
    office.move(done, "confirm", "region")


def _leaving(office: Office, teams: Mapping[str, Team]) -> None:
    """A team leaves and has not accounted for everything; one that was suspended wants to come back."""
    day = timezone.localdate()
    filing = office.submit(
        "exit", "chifeng", team=teams["supply"], exit_kind="merged", exit_on=day.isoformat(),
        reason="并入赤峰市红十字水上救援队（演示）",
    )  # fmt: skip
    with acting_as(office["chifeng"], source="make_demo"):
        ExitItem.objects.filter(filing=filing, task__in=("equipment", "members")).update(
            done_on=day, note="已移交水上救援队，附清单（演示）", done_by=office["chifeng"]
        )
    hulun = teams["hulun"]
    Team.objects.filter(pk=hulun.pk).update(
        status=TeamStatus.SUSPENDED, status_reason="未按时参加年度考核（演示）", version=hulun.version + 1
    )
    hulun = Team.objects.select_related("organization").get(pk=hulun.pk)
    office.submit("restore", "hulunbuir", team=hulun, reason="整改完成，申请恢复（演示）")


# -- time ---------------------------------------------------------------------------------------------------
def _age(filing: Filing, *, days: int) -> None:
    """As if it had come in that long ago."""
    fresh = Filing.objects.select_related("current_step").get(pk=filing.pk)
    back = timedelta(days=days)
    step = fresh.current_step
    assert fresh.due_on is not None, "it lies with an office"
    assert step is not None, "as above"
    FilingStep.objects.filter(pk=step.pk).update(started_at=timezone.now() - back, due_on=fresh.due_on - back)
    Filing.objects.filter(pk=fresh.pk).update(
        submitted_at=timezone.now() - back, created_at=timezone.now() - back, due_on=fresh.due_on - back
    )


def settle(people: Iterable[User]) -> None:
    """What was told of matters long done has been read."""
    for person in people:
        newest = Notice.objects.filter(recipient=person).order_by("-created_at", "-pk").values("pk")[:UNREAD]
        Notice.objects.filter(recipient=person).exclude(pk__in=newest).update(read_at=timezone.now())
