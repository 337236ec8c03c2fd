"""Grades a team holds: ours and those of others, their end, what reminds of it; objections and appeals."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.gradings.granting import issue_certificate, until
from assessments.gradings.reminders import grades_ending, publicities_over
from assessments.gradings.starting import begin
from assessments.models import Grading, Objection, TeamGrade
from assessments.publicity.objection_rights import may_answer, to_answer
from assessments.waiting import grades_ending as home_grades
from core.attachments.owners import may_attach
from core.models import Job, Notice, VerifiableDocument
from organizations.models import Appointment, User
from organizations.permissions import grant
from tests.assessments import gradings as builders
from tests.core.list_checks import assert_constant_queries, queries_of
from tests.people import builders as people
from tests.people.leaks import text_of
from tests.teams.builders import read

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST, NEW = reverse("assessments:grade_list"), reverse("assessments:grade_create")
EXTERNAL = {
    "scheme": "emergency", "specialty": "water", "grade": "2", "issuer": "演示应急管理厅", "certificate_no": "YJ-0001",
    "granted_on": "2025-05-01", "valid_until": "2028-04-30",
}  # fmt: skip


def held(captain: User, chifeng: User, **facts: object) -> TeamGrade:
    """Ours, with its certificate printed."""
    builders.in_state("granted", captain, chifeng)
    issue_certificate(Job.objects.get(kind="grade_certificate"), None)
    grade = TeamGrade.objects.get()
    for name, value in facts.items():
        setattr(grade, name, value)
    grade.save()
    return grade


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 11, 26), 36, date(2029, 11, 25)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 11, 26), None, None),
    ],
)
def test_last_day(day: date, months: int | None, last: date | None) -> None:
    assert until(day, months) == last


def test_external_grade_from_its_papers(
    captain: User, chifeng: User, baotou: User, leader: User, as_user: SignIn
) -> None:
    builders.team()
    client = as_user(captain)
    wrong = text_of(client.post(NEW, {**EXTERNAL, "specialty": "", "valid_until": "2024-01-01"}))
    assert "请选择专业" in wrong
    assert not TeamGrade.objects.exists()
    there = text_of(client.post(NEW, EXTERNAL, follow=True))
    assert "请上传证书" in there
    assert "请核对证书是不是发给本队的" in there, "the other scheme is not for teams filed by document"
    grade = TeamGrade.objects.get()
    assert (grade.is_external, grade.is_held, str(grade)) == (True, True, "水上搜救 2 级")
    assert "已经登记过" in text_of(client.post(NEW, {**EXTERNAL, "certificate_no": "抄错了"}))
    assert TeamGrade.objects.count() == 1
    edit = reverse("assessments:grade_edit", args=[grade.pk])
    client.post(edit, {**EXTERNAL, "certificate_no": "YJ-0002", "version": grade.version})
    grade.refresh_from_db()
    assert grade.certificate_no == "YJ-0002"
    assert "YJ-0001" in text_of(client.get(grade.get_absolute_url())), "the history keeps it"
    assert as_user(leader).get(edit).status_code == 403
    assert as_user(baotou).get(grade.get_absolute_url()).status_code == 404
    assert "水上搜救" in text_of(as_user(chifeng).get(LIST, {"source": "external"}))


def test_cancelled_with_reason_and_the_certificate_says_so(
    captain: User, chifeng: User, member: User, as_user: SignIn
) -> None:
    grade = held(captain, chifeng)
    url = reverse("assessments:grade_cancel", args=[grade.pk])
    assert as_user(captain).get(url).status_code == 403, "the office that gave it ends it"
    client = as_user(chifeng)
    day = timezone.localdate()
    assert "请写明注销的原因" in text_of(client.post(url, {"on": day.isoformat(), "reason": ""}))
    early = text_of(client.post(url, {"on": (day - timedelta(days=1)).isoformat(), "reason": "队伍解散"}))
    assert "不能早于定级日期" in early
    assert "已注销" in text_of(client.post(url, {"on": day.isoformat(), "reason": "队伍解散"}, follow=True))
    grade.refresh_from_db()
    assert (grade.is_held, grade.end_reason) == (False, "队伍解散")
    public = text_of(Client().get(reverse("verify", args=[VerifiableDocument.objects.get().code])))
    assert "已经撤销" in public
    assert "队伍解散" not in public
    assert "已经注销了" in text_of(client.post(url, {"on": day.isoformat(), "reason": "再来"}, follow=True))
    edit = reverse("assessments:grade_edit", args=[grade.pk])
    assert "不能改" in text_of(client.get(edit, follow=True))


def test_a_late_job_prints_nothing_for_a_grade_that_ended(captain: User, chifeng: User) -> None:
    builders.in_state("granted", captain, chifeng)
    TeamGrade.objects.update(ended_on=timezone.localdate(), end_reason="演示")
    issue_certificate(Job.objects.get(kind="grade_certificate"), None)
    assert not VerifiableDocument.objects.exists()


def test_a_new_grade_takes_the_place_of_the_earlier(captain: User, chifeng: User) -> None:
    first = held(captain, chifeng)
    outside = TeamGrade.objects.create(
        team=first.team, scheme=first.scheme, category=first.category, grade="3", issuer="演示单位",
        granted_on=date(2025, 1, 1), created_by=captain,
    )  # fmt: skip
    builders.in_state("granted", captain, chifeng)
    first.refresh_from_db()
    outside.refresh_from_db()
    assert not first.is_held
    assert outside.is_held, "what others gave is not ours to end"
    assert TeamGrade.objects.held().filter(grading__isnull=False).count() == 1


def test_a_grade_taken_back_leaves_the_team_the_earlier_one(captain: User, chifeng: User, region: User) -> None:
    """Whoever objects to the new grade has not objected to the one the team held before."""
    first = held(captain, chifeng)
    again = builders.in_state("granted", captain, chifeng)
    builders.objected(again, captain, answered_by=region)
    again = builders.move(again, "deliberate_again", chifeng)
    first.refresh_from_db()
    assert (first.is_held, first.end_reason) == (True, "")
    assert list(TeamGrade.objects.held()) == [first]
    assert "恢复有效：赈济 3 级" in Notice.objects.filter(recipient=captain, kind="grading_again").latest("pk").body
    issue_certificate(Job.objects.filter(params__grade_id=first.pk).latest("pk"), None)
    old, new = VerifiableDocument.objects.of(first).order_by("issued_at")
    assert "已经撤销" in text_of(Client().get(reverse("verify", args=[old.code])))
    assert "现在有效" in text_of(Client().get(reverse("verify", args=[new.code])))
    again = builders.move(again, "publicise", chifeng, **builders.publicity())
    builders.move(builders.publicity_over(again), "grant", chifeng)
    first.refresh_from_db()
    assert not first.is_held
    assert list(TeamGrade.objects.held().values_list("grading", flat=True)) == [again.pk]


def test_an_earlier_grade_that_has_run_out_stays_ended(captain: User, chifeng: User, region: User) -> None:
    first = held(captain, chifeng)
    again = builders.in_state("granted", captain, chifeng)
    yesterday = timezone.localdate() - timedelta(days=1)
    TeamGrade.objects.filter(pk=first.pk).update(granted_on=yesterday, valid_until=yesterday)
    builders.objected(again, captain, answered_by=region)
    builders.move(again, "deliberate_again", chifeng)
    assert not TeamGrade.objects.held().exists()


def test_reminded_at_ninety_and_thirty_days_and_not_when_renewed(captain: User, chifeng: User) -> None:
    today = timezone.localdate()
    grade = held(captain, chifeng, granted_on=today - timedelta(days=900), valid_until=today + timedelta(days=90))
    [reminder] = grades_ending()
    assert "还有 90 天到期" in reminder.title
    assert captain in reminder.recipients
    assert f"team={grade.team_id}" in reminder.url
    assert "再次申请" in reminder.body
    assert list(grades_ending(today + timedelta(days=10))) == []
    [later] = grades_ending(today + timedelta(days=60))
    assert later.once != reminder.once
    TeamGrade.objects.create(
        team=grade.team, scheme=grade.scheme, category=grade.category, grade="2", issuer="演示单位",
        granted_on=today, created_by=captain,
    )  # fmt: skip
    assert list(grades_ending()) == []


def test_a_team_that_has_left_is_not_reminded_and_the_certificate_says_so(
    captain: User, chifeng: User, as_user: SignIn
) -> None:
    """The grade is not ended by itself; nobody takes the certificate for that of a team that is there."""
    today = timezone.localdate()
    grade = held(captain, chifeng, granted_on=today - timedelta(days=900), valid_until=today + timedelta(days=30))
    public = reverse("verify", args=[VerifiableDocument.objects.get().code])
    assert "队伍现在的状态" not in text_of(Client().get(public))
    assert len(list(grades_ending())) == 1
    builders.team(status="suspended")
    assert "队伍现在的状态是“暂停”" in text_of(Client().get(public))
    assert len(list(grades_ending())) == 1
    builders.team(status="exited", exit_on=today)
    assert "队伍现在的状态是“已退出”" in text_of(Client().get(public))
    assert list(grades_ending()) == []
    assert not home_grades(captain, today + timedelta(days=90)).exists()
    assert "gradings/new" not in as_user(captain).get(grade.get_absolute_url()).content.decode()


def test_reminded_when_a_publicity_is_over_and_nothing_happens(captain: User, chifeng: User) -> None:
    record = builders.in_state("publicity", captain, chifeng)
    assert list(publicities_over()) == []
    builders.publicity_over(record)
    [reminder] = publicities_over()
    assert list(reminder.recipients) == [chifeng]
    record.refresh_from_db()
    assert record.state == "publicity"


def test_apply_again_begins_with_the_last_one(captain: User, chifeng: User, as_user: SignIn) -> None:
    """Offered in its time, and while none is under way; the home page and the reminders ask the same."""
    grade, today, team = held(captain, chifeng), timezone.localdate(), as_user(captain)
    assert grade.valid_until is not None

    def shown() -> str:
        return text_of(team.get(grade.get_absolute_url()))

    since = grade.valid_until - timedelta(days=180)
    assert f"{since} 起可以在这里再次申请" in shown()
    again = f"{NEW.replace('grades/new', 'gradings/new')}?team={grade.team_id}"
    assert again not in team.get(grade.get_absolute_url()).content.decode()
    TeamGrade.objects.filter(pk=grade.pk).update(
        granted_on=today - timedelta(days=900), valid_until=today + timedelta(days=30)
    )
    assert again in team.get(grade.get_absolute_url()).content.decode()
    assert list(home_grades(captain, today + timedelta(days=90))) == [grade]
    made = begin(grade.team, grade.grading.standard, "3", by=captain)
    assert "看正在办理的测评" in shown()
    assert made.get_absolute_url() in team.get(grade.get_absolute_url()).content.decode()
    assert not home_grades(captain, today + timedelta(days=90)).exists(), "the draft has its own line"
    assert len(list(grades_ending())) == 1, "a draft may lie forgotten"
    builders.say(made, "1.3", value=1)
    builders.move(made, "submit", captain)
    assert list(grades_ending()) == []
    response = as_user(captain).get(NEW.replace("grades/new", "gradings/new"), {"team": grade.team_id, "grade": "3"})
    assert "带出上次申请填的内容" in text_of(response)


def test_grade_lists_and_pages_cost_the_same(captain: User, chifeng: User, as_user: SignIn) -> None:
    team = builders.team()

    def grow(many: int) -> None:
        for number in range(many):
            TeamGrade.objects.create(
                team=team, scheme="emergency", specialty="water", grade="2", issuer=f"演示{many}-{number}",
                granted_on=date(2025, 1, 1), created_by=captain,
            )  # fmt: skip

    assert_constant_queries(as_user(chifeng), LIST, grow, steps=(1, 3, 12))
    for standing in ("held", "soon", "over", "ended"):
        assert as_user(chifeng).get(LIST, {"standing": standing}).status_code == 200
    sql = queries_of(as_user(captain), TeamGrade.objects.all()[0].get_absolute_url())
    assert len(sql) <= 10, "\n".join(sql)


# -- objections and appeals -------------------------------------------------------------------------------
def test_an_objection_is_written_down_and_answered_by_somebody_else(
    captain: User, chifeng: User, region: User, baotou: User, as_user: SignIn
) -> None:
    record = builders.in_state("publicity", captain, chifeng)
    create = f"{reverse('assessments:objection_create')}?grading={record.pk}"
    today = timezone.localdate().isoformat()
    given = {"raised_by": "演示群众", "phone": "13800001234", "received_on": today, "what": "演练次数有误"}
    assert as_user(baotou).get(create).status_code == 404
    assert as_user(region).get(create).status_code == 403
    assert "请改正" not in text_of(as_user(chifeng).post(create, {**given, "what": ""}))
    assert not Objection.objects.exists()
    as_user(chifeng).post(create, given)
    one = Objection.objects.get()
    assert one.kind == "objection"
    assert Notice.objects.filter(recipient=region, kind="objection_raised").exists(), "the league's one has decided"

    for user, waits in ((region, True), (chifeng, False), (captain, False), (baotou, False)):
        home = text_of(as_user(user).get("/"))
        assert ("公示异议待答复" in home) == waits, user
        assert ("由没有参加决定的人答复" in home) == (user == chifeng), "whose side wrote it down"

    page = reverse("assessments:grading_objections", args=[record.pk])
    for user, told in ((captain, False), (chifeng, True), (region, True)):
        shown = text_of(as_user(user).get(page))
        assert "演练次数有误" in shown
        assert ("演示群众" in shown) == told, "who objects is not told to the team"
        assert "13800001234" not in shown
    assert as_user(captain).get(one.get_absolute_url()).status_code == 404
    answer = {"outcome": "upheld", "answer": "少算一次演练"}
    assert as_user(chifeng).post(one.get_absolute_url(), answer).status_code == 403
    assert "请" in text_of(as_user(region).post(one.get_absolute_url(), {"outcome": "upheld", "answer": ""}))
    assert "已答复" in text_of(as_user(region).post(one.get_absolute_url(), answer, follow=True))
    again = as_user(region).post(one.get_absolute_url(), {**answer, "outcome": "refused"}, follow=True)
    assert "已经答复过" in text_of(again)
    one.refresh_from_db()
    assert (one.outcome, one.answered_by) == ("upheld", region)
    assert not to_answer(region).exists()
    assert Notice.objects.filter(recipient=captain, kind="objection_answered").exists()
    assert "少算一次演练" in text_of(as_user(captain).get(page))


def test_the_team_appeals_once_there_is_a_result(captain: User, chifeng: User, region: User, as_user: SignIn) -> None:
    early = builders.in_state("submitted", captain, chifeng)
    create = reverse("assessments:objection_create")
    told = text_of(as_user(captain).get(f"{create}?grading={early.pk}", follow=True))
    assert "都不是时候" in told
    record = builders.move(early, "decline", chifeng, comment="材料不实")
    assert "材料不实" in text_of(as_user(captain).get(record.get_absolute_url()))
    data = {"raised_by": "演示队", "received_on": timezone.localdate().isoformat(), "what": "材料属实"}
    as_user(captain).post(f"{create}?grading={record.pk}", data)
    one = Objection.objects.get()
    assert one.kind == "appeal"
    again = as_user(captain).post(f"{create}?grading={record.pk}", data)  # back, and pressed once more
    assert "已经登记了" in text_of(again)
    assert Objection.objects.count() == 1
    waits = [line["what"] for line in as_user(captain).get("/").context["waiting"]]
    assert f"{captain.organization.short_name}的申诉" in waits
    assert as_user(captain).get(one.get_absolute_url()).status_code == 200
    response = as_user(captain).post(one.get_absolute_url(), {"outcome": "upheld", "answer": "同意"})
    assert response.status_code == 403
    for user, brings in ((captain, {"objection"}), (read(region), {"answer"})):
        assert {kind for kind in Objection.attachment_kinds if may_attach(one, user, kind)} == brings, user
        drops = {
            panel["kind"] for panel in as_user(user).get(one.get_absolute_url()).context["papers"] if panel["decision"]
        }
        assert drops == brings
    assert as_user(captain).get(f"{create}?grading=x").status_code == 404


def test_the_office_answers_where_somebody_there_is_free(
    captain: User, chifeng: User, region: User, baotou: User
) -> None:
    """The region is not told of what a colleague at the league can answer."""
    one = builders.objected(builders.in_state("publicity", captain, chifeng), chifeng)
    assert list(to_answer(region)) == [one]
    grant(Appointment.objects.create(user=baotou, role="reviewer", organization=chifeng.organization, basis="演示"))
    assert list(to_answer(read(baotou))) == [one]
    assert not to_answer(region).exists()
    people.member(one.about.team.organization, person=people.person(1, user=baotou))
    assert not to_answer(read(baotou)).exists()
    assert "队员" in may_answer(one, read(baotou)).reason
    assert list(to_answer(region)) == [one], "a member of the team is not free to answer"


def test_an_office_whose_only_free_reviewer_handed_it_in_has_the_one_above_answer(
    captain: User, chifeng: User, region: User, baotou: User
) -> None:
    """What waits for a person, whom a notice goes to and who may answer are one rule."""
    record = builders.in_state("publicity", captain, chifeng)
    grant(Appointment.objects.create(user=baotou, role="reviewer", organization=chifeng.organization, basis="演示"))
    Grading.objects.filter(pk=record.pk).update(submitted_by=baotou)
    one = builders.objected(Grading.objects.get(pk=record.pk), chifeng)
    told = Notice.objects.filter(kind="objection_raised").values_list("recipient__username", flat=True)
    assert region.username in told
    assert baotou.username not in told
    for user in (region, read(baotou), chifeng, captain):
        assert bool(may_answer(one, user)) == to_answer(user).exists() == (user == region), user
    assert "自己报送" in may_answer(one, read(baotou)).reason
    assert "自己登记" in may_answer(one, chifeng).reason
