"""Several people, or one person twice, in the same instant: real threads and processes on the real database."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.models import Job, Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from organizations.tree import move_office
from teams.desk.deciding import Seen, decide, save_comment
from teams.desk.opinions import answer, ask
from teams.filings.commenting import drafts_of
from teams.filings.drafting import begin
from teams.models import Filing, Team
from teams.workflow import WORKFLOW
from tests.databases import database_url
from tests.ops.copies import ROOT
from tests.organizations.helpers import at_once, until_somebody_waits_for_a_lock
from tests.teams import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filing(cast, office) -> Filing:
    return builders.submitted(cast["chifeng"], office("150400"))


@pytest.fixture
def colleague(cast) -> User:
    """The region's leader as a second reviewer."""
    leader = cast["leader"]
    grant(Appointment.objects.create(user=leader, role="reviewer", organization=leader.organization))
    return leader


def deciding(filing: Filing, action: str, who: User, **facts):
    by, seen = builders.read(who), Seen.of(filing)
    return lambda: decide(filing, action, by=by, seen=seen, comment="依据", **facts)


def refused(answers) -> list:
    return [answer for answer in answers if isinstance(answer, Exception)]


def test_two_reviewers_decide_at_once(filing, cast, colleague):
    answers = at_once(deciding(filing, "approve", cast["region"]), deciding(filing, "reject", colleague))
    (told,) = refused(answers)
    assert isinstance(told, MoveNotAllowed), told
    first = WorkflowEvent.objects.of(filing).last().by
    assert str(told).startswith(f"{first}已先一步办理")
    assert WorkflowEvent.objects.of(filing).count() == 2


def test_reviewer_decides_while_the_author_withdraws(filing, cast):
    author = builders.read(cast["chifeng"])
    answers = at_once(
        deciding(filing, "approve", cast["region"]), lambda: WORKFLOW.perform(filing, "withdraw", by=author)
    )
    (told,) = refused(answers)
    assert "已先一步办理" in str(told)
    filing.refresh_from_db()
    assert filing.state in ("approved", "withdrawn")


def test_a_double_click_on_approve_and_on_issue(filing, cast):
    region = cast["region"]
    assert len(refused(at_once(*[deciding(filing, "approve", region)] * 2))) == 1
    filing.refresh_from_db()
    assert len(refused(at_once(*[deciding(filing, "issue", region, **builders.REPLY)] * 2))) == 1
    assert Team.objects.filter(organization__name=builders.FACTS["name"]).count() == 1
    assert Job.objects.filter(kind="filing_certificate").count() == 1
    assert Notice.objects.filter(kind="filing_filed").count() == 1


def test_a_comment_written_while_it_is_returned_is_sent_or_refused(filing, cast, colleague):
    by, seen = builders.read(colleague), Seen.of(filing)
    answers = at_once(
        deciding(filing, "return_for_changes", cast["region"]),
        lambda: save_comment(filing, "name", "请核对", by=by, seen=seen),
    )
    sent = WorkflowEvent.objects.of(filing).last().facts["fields"]
    assert (sent == {"name": "请核对"}) is not bool(refused(answers))
    assert drafts_of(filing) == {}


def test_an_opinion_is_answered_once(filing, cast):
    region, leader = builders.read(cast["region"]), builders.read(cast["leader"])
    opinion = ask(filing, asked=leader, question="?", by=region, seen=Seen.of(filing))
    acts = [lambda word=word: answer(opinion, by=leader, stance="remark", words=word) for word in ("一", "二")]
    assert [type(error) for error in refused(at_once(*acts))] == [ValidationError]
    assert Notice.objects.filter(kind="opinion_given").count() == 1


def test_an_office_is_moved_while_a_filing_of_its_team_is_decided(cast, office):
    """Both lock the filing first; with its steps or offices locked before it, the two would wait for each other."""
    place, system, chifeng = office("150404"), builders.read(cast["region-system"]), builders.read(cast["chifeng"])
    filing = builders.submitted(builders.read(cast["songshan"]), place, level="banner_county")
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
            moving = other.submit(at_once, lambda: move_office(place, to=office("150200"), by=system))
            until_somebody_waits_for_a_lock()
            WORKFLOW.perform(filing, "accept", by=chifeng)
        assert refused(moving.result()) == []
    filing.refresh_from_db()
    assert (filing.state, filing.current_office.code) == ("submitted", "150000")
    assert office("150404").parent_path == office("150200").path


def test_two_changes_of_one_team_at_once(cast, office):
    chifeng = cast["chifeng"]
    team = builders.filed(chifeng, office("150400"), cast["region"])
    people = [builders.read(chifeng) for _time in range(2)]
    answers = at_once(*[lambda who=who: begin("change", by=who, team=team) for who in people])
    (told,) = refused(answers)
    assert "还有一件没有办结的备案" in str(told)
    assert team.filings.filter(kind="change").count() == 1


def test_one_name_for_two_teams(cast, office):
    """Both were handed in while the name was free; the second to be filed is told so."""
    filings = [builders.submitted(cast["chifeng"], office("150400")) for _time in range(2)]
    for filing in filings:
        WORKFLOW.perform(filing, "approve", by=cast["region"])
    acts = []
    for filing in filings:
        filing.refresh_from_db()
        acts.append(deciding(filing, "issue", cast["region"], **builders.REPLY))
    (told,) = refused(at_once(*acts))
    assert isinstance(told, ValidationError), told
    assert Organization.objects.filter(name=builders.FACTS["name"]).count() == 1
    assert sorted(Filing.objects.values_list("state", flat=True)) == ["approved", "filed"]
    number = Team.objects.exclude(filing_no=None).get().filing_no
    assert number.endswith("-0001")  # the number of the one refused was given back


PROCESSES = 20
# One start of Django, then a process per filing; all wait for the same pipe to be closed. Each ends with whoever began
# it, however that ends (the kernel sees to it): pytest may be killed.
ISSUE = """
import ctypes, os, signal, sys, django
def end_with(parent, prctl=getattr(ctypes.CDLL(None), "prctl", None)):
    if prctl:
        prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
end_with(int(sys.argv[1]))
django.setup()
from organizations.models import User
from teams.models import Filing
from teams.workflow import WORKFLOW
from tests.teams.builders import REPLY
wait, go = os.pipe()
me, children = os.getpid(), []
for key in sys.argv[2:]:
    child = os.fork()
    if child == 0:
        end_with(me)
        os.close(go)
        os.read(wait, 1)
        WORKFLOW.perform(Filing.objects.get(pk=key), "issue", by=User.objects.get(username="region"), **REPLY)
        os._exit(0)
    children.append(child)
os.close(go)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""


def test_numbers_drawn_by_twenty_processes_at_once(cast, office):
    """BA at the hand-in by threads, NMHS by processes through the real move: no gap, no double."""
    chifeng, region, place = cast["chifeng"], cast["region"], office("150400")
    drafts = []
    for index in range(PROCESSES):
        draft = builders.drafted(chifeng, place, name=f"赤峰市红十字第{index}测试队（演示）")
        builders.papers(draft, chifeng)
        drafts.append(draft)

    def hand_in(some):
        by = builders.read(chifeng)
        return lambda: [WORKFLOW.perform(draft, "submit", by=by) for draft in some]

    assert refused(at_once(*[hand_in(drafts[start::5]) for start in range(5)])) == []
    numbers = sorted(Filing.objects.values_list("number", flat=True))
    assert [number[-4:] for number in numbers] == [f"{index:04d}" for index in range(1, PROCESSES + 1)]
    for draft in drafts:
        WORKFLOW.perform(draft, "approve", by=region)
    issue_in_processes([draft.pk for draft in drafts])
    numbers = sorted(Team.objects.exclude(filing_no=None).values_list("filing_no", flat=True))
    assert [number[-4:] for number in numbers] == [f"{index:04d}" for index in range(1, PROCESSES + 1)]
    codes = Organization.objects.filter(team__filing_no__isnull=False).values_list("code", flat=True)
    assert len(set(codes)) == PROCESSES


def issue_in_processes(keys: list[int]) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.core.worker_settings",
        "DATABASE_URL": database_url(),
        "TEST_FILES": str(default_storage.location),
    }
    command = [sys.executable, "-c", ISSUE, str(os.getpid()), *map(str, keys)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_duty_that_ends_while_the_page_is_open(filing, cast):
    region = cast["region"]
    now = timezone.now()
    begun, ended = now - timedelta(days=1), now - timedelta(seconds=1)
    Appointment.objects.filter(user=region).update(starts_at=begun, ends_at=ended)
    with pytest.raises(MoveNotAllowed) as caught:
        decide(filing, "approve", by=builders.read(region), seen=Seen.of(filing))
    assert caught.value.code == "permission"
