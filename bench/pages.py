"""The pages that are measured: name, who asks, address. A new list or page of the product gets a line here."""

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse
from django.utils import timezone

from assessments.models import Campaign, Grading, ReportRun, Review, Standard
from bench.seed_people import found_number
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.roles import RoleKey
from people.models import Certificate, Membership, Person, Policy
from teams.models import Filing, FilingRule, Team
from training.models import Activity, Participation, Plan, Slot

_ACTIVITY_PAGES = ("training:activity_list", "training:calendar", "training:problem_list")
TABS = (
    ("detail", "概况"),
    ("papers", "证书和保险"),
    ("standing", "履历"),
    ("history", "历史"),
    ("looks", "谁看过"),
)


@dataclass(frozen=True)
class Page:
    """``budgeted`` pages must keep the budgets; the empty page is the measure itself."""

    name: str
    user: str
    url: str
    budgeted: bool = True
    status: int = 200


def _q(route: str, **params: str) -> str:
    return reverse(route) + "?" + "&".join(f"{key}={quote(value)}" for key, value in params.items())


def _captain() -> Appointment:
    return Appointment.objects.filter(role=RoleKey.CAPTAIN, user__username__startswith="m0").order_by("pk")[0]


def pages() -> list[Page]:
    """All measured pages, addresses resolved against the seeded database."""
    league = Organization.objects.get(code="150400")
    account = User.objects.filter(organization__level="team", username__startswith="m0").order_by("pk")[0]
    waiting = AccountRequest.objects.waiting().filter(organization__path__startswith=league.path).order_by("pk")[0]
    team = Team.objects.filter(organization__path__startswith=league.path, status="filed").order_by("pk")[0]
    lying = Filing.objects.filter(kind="annual", state="submitted", current_office__code="150000").order_by("pk")[0]
    rows = [
        ("工作台", "chifeng", reverse("portal:home")),
        ("机构列表", "region", reverse("organizations:organization_list")),
        ("机构列表 搜索“救援队”", "region", _q("organizations:organization_list", q="救援队")),
        # offices alone, because there are as many of them at every scale: a longer page costs more by itself
        (
            "机构列表 搜索“赤峰”的机构",
            "region",
            _q("organizations:organization_list", q="赤峰", level="office"),
        ),
        ("机构页", "region", league.get_absolute_url()),
        ("账号列表", "region", reverse("organizations:user_list")),
        ("账号列表 盟市", "chifeng", reverse("organizations:user_list")),
        ("账号列表 第 20 页", "region", _q("organizations:user_list", page="20")),
        ("账号列表 搜索“仁图雅”", "region", _q("organizations:user_list", q="仁图雅")),
        ("账号列表 搜索单字“喆”", "region", _q("organizations:user_list", q="喆")),
        ("账号列表 搜不到", "region", _q("organizations:user_list", q="查无此人")),
        ("账号页", "region", account.get_absolute_url()),
        ("任职列表", "region", reverse("organizations:appointment_list")),
        ("开户申请列表", "region", reverse("organizations:request_list")),
        ("开户申请页", "region-security", waiting.get_absolute_url()),
        ("操作记录", "region-audit", reverse("audit:list")),
        ("操作记录 按人", "region-audit", _q("audit:list", person="chifeng")),
        ("搜索页", "region", _q("portal:search", q="赤峰")),
        ("统计", "region", reverse("portal:statistics")),
        ("统计 可出动队员", "region", _q("portal:statistics", by="members_deployable")),
        ("统计 盟市", "chifeng", _q("portal:statistics", by="members_deployable")),
        ("账号列表 队长", "region", _q("organizations:user_list", role=RoleKey.CAPTAIN)),
        ("账号列表 没有职责", "region", _q("organizations:user_list", duty="false")),
        ("任职列表 搜索“仁图雅”", "region", _q("organizations:appointment_list", q="仁图雅")),
        ("操作记录 按地址，没有", "region-audit", _q("audit:list", address="10.9.9.9")),
        ("队伍列表", "region", reverse("teams:team_list")),
        # a word that fills the page at every scale: 赤峰 finds a team or two at ×1 and a page of them at ×100
        ("队伍列表 搜索“救援队”", "region", _q("teams:team_list", q="救援队")),
        ("队伍列表 筛选", "region", _q("teams:team_list", status="filed", category="aquatic")),
        ("队伍列表 盟市", "chifeng", reverse("teams:team_list")),
        ("队伍页", "region", team.get_absolute_url()),
        ("备案列表", "region", reverse("teams:filing_list")),
        ("备案审核队列", "region", reverse("teams:desk")),
        ("审核页", "region", reverse("teams:desk_filing", args=[lying.pk])),
        ("办理规则", "region", reverse("teams:rule_list")),
        ("一条办理规则", "region", FilingRule.objects.order_by("pk")[0].get_absolute_url()),
        ("救援队汇总表", "region", reverse("teams:team_summary")),
        ("救援队汇总表 队员", "region", _q("teams:team_summary", by="members")),
        ("空白页 盟市", "chifeng", "/bench/empty/"),
        ("工作台 自治区", "region", reverse("portal:home")),
    ]
    return [
        Page("空白页", "region", "/bench/empty/", budgeted=False),
        *(Page(*row) for row in rows),
        *_people(team),
        *_training(team),
        *_assessments(),
    ]


def _training(team: Team) -> list[Page]:
    """Drills and trainings, for the region, a league and one team's captain."""
    captain = _captain()
    activity = Activity.objects.filter(host=captain.organization, state="confirmed").order_by("-order_at")[0]
    slot = Slot.objects.filter(activity__host=captain.organization).order_by("-starts_at")[0]
    plan = Plan.objects.filter(organization__path__startswith=team.organization.path).order_by("pk")[0]
    own = Participation.objects.filter(activity__host=captain.organization).order_by("-pk")[0]
    Person.objects.filter(pk=own.person_id).update(user=captain.user)  # whose own pages are there only with a record
    name, activities, calendar, problems = captain.user.username, *_ACTIVITY_PAGES
    rows = [
        ("培训和演练", "region", reverse(activities)),
        ("培训和演练 盟市", "chifeng", reverse(activities)),
        ("培训和演练 队长", name, reverse(activities)),
        ("培训和演练 筛选", "region", _q(activities, kind="drill", form="full", queue="record")),
        ("培训和演练 搜索“水上救援”", "region", _q(activities, q="水上救援")),
        ("培训和演练 搜不到", "chifeng", _q(activities, q="查无此事")),
        ("日历", "region", reverse(calendar)),
        ("日历 盟市", "chifeng", reverse(calendar)),
        ("日历 队长", name, reverse(calendar)),
        ("日历 某天", "region", _q(calendar, day=f"{timezone.localdate():%Y-%m-%d}")),
        ("活动页", "region", activity.get_absolute_url()),
        ("活动页 队长", name, activity.get_absolute_url()),
        ("活动名单", name, reverse("training:activity_people", args=[activity.pk])),
        ("活动点名", name, reverse("training:activity_roll", args=[activity.pk])),
        ("点名页", name, reverse("training:slot_roll", args=[slot.pk])),
        ("问题整改", "region", reverse(problems)),
        ("问题整改 盟市", "chifeng", reverse(problems)),
        ("年度计划", "region", reverse("training:plan_list")),
        ("年度计划页", "region", plan.get_absolute_url()),
        ("队伍的活动", "region", reverse("training:team_activities", args=[team.pk])),
        ("我的培训演练", name, reverse("training:my_activities")),
        ("工作台 队长", name, reverse("portal:home")),
    ]
    return [Page(*row) for row in rows]


def _assessments() -> list[Page]:
    """The year's assessment, gradings, standards and the run of reports."""
    review = Review.objects.filter(office__code="150400", state="submitted").order_by("pk")[0]
    captain = _captain()
    grading = Grading.objects.filter(office__code="150400", submitted_at__isnull=False).order_by("pk")[0]
    campaign, run = Campaign.objects.filter(state="open").order_by("-year")[0], ReportRun.objects.order_by("pk")[0]
    standard = Standard.objects.get(code="grading-relief", number=1)
    reviews, gradings = "assessments:review_list", "assessments:grading_list"
    gap, document = reverse("assessments:league_gap"), "assessments:document_list"
    rows = [
        ("年度考核", "region", reverse("assessments:campaign_list")),
        ("年度考核页", "region", campaign.get_absolute_url()),
        ("年度考核页 盟市", "chifeng", campaign.get_absolute_url()),
        ("队伍考核", "region", reverse(reviews)),
        ("队伍考核 盟市", "chifeng", reverse(reviews)),
        ("队伍考核 待我办理", "region", _q(reviews, queue="mine")),
        ("队伍考核 搜索“水上”", "region", _q(reviews, q="水上")),
        ("考核页", "chifeng", review.get_absolute_url()),
        ("考核评分", "chifeng", reverse("assessments:review_score", args=[review.pk])),
        ("分级测评", "region", reverse(gradings)),
        ("分级测评 盟市", "chifeng", reverse(gradings)),
        ("分级测评 待我办理", "chifeng", _q(gradings, queue="mine")),
        ("测评页", "chifeng", grading.get_absolute_url()),
        ("测评指标页", "chifeng", reverse("assessments:grading_claims", args=[grading.pk])),
        ("我的测评任务", "assessor", reverse("assessments:my_panels")),
        ("队伍等级", "region", reverse("assessments:grade_list")),
        ("等级对标 队伍", "chifeng", reverse("assessments:team_gap", args=[review.team_id])),
        ("等级对标 盟市", "chifeng", gap),
        ("等级对标 自治区", "region", gap),
        ("测评标准", "region", reverse("assessments:standard_list")),
        ("标准页", "region", standard.get_absolute_url()),
        ("报告生成", "region", reverse("assessments:run_list")),
        ("报告生成页", "region", run.get_absolute_url()),
        ("考核报告列表 盟市", "chifeng", reverse(document)),
        ("工作台 测评专家", "assessor", reverse("portal:home")),
        ("队伍考核 队长", captain.user.username, reverse(reviews)),
    ]
    return [Page(*row) for row in rows]


def _people(team: Team) -> list[Page]:
    """Rosters, people and their papers, for the region, for a league and for one team's captain."""
    place = team.organization
    captain = _captain().user.username
    certified = Certificate.objects.order_by().values("person")
    member = Membership.objects.current().filter(organization=place, person__in=certified).order_by("pk")[0]
    everyone, members = "people:person_list", "people:member_list"
    certificates, policies = "people:certificate_list", "people:policy_list"
    applications = "people:application_list"
    rows = [
        ("队伍名册", "region", reverse("teams:team_members", args=[team.pk])),
        ("队伍名册 缺证", "region", reverse("teams:team_members", args=[team.pk]) + "?lacks=certified"),
        ("队员名册", "region", reverse(members)),
        ("队员名册 盟市", "chifeng", reverse(members)),
        ("队员名册 可出动", "region", _q(members, ready="deployable")),
        ("队员名册 没有投保", "chifeng", _q(members, lacks="insured")),
        ("人员", "region", reverse(everyone)),
        ("人员 盟市", "chifeng", reverse(everyone)),
        ("人员 队长", captain, reverse(everyone)),
        ("人员 搜索“仁图雅”", "region", _q(everyone, q="仁图雅")),
        ("人员 搜索“仁图雅” 盟市", "chifeng", _q(everyone, q="仁图雅")),
        ("人员 搜索全名", "region", _q(everyone, q="敖日勒格·那顺乌力吉")),
        ("人员 搜不到", "chifeng", _q(everyone, q="查无此人")),
        *(
            (f"人员页 {label}", "region", reverse(f"people:person_{tab}", args=[member.person_id]))
            for tab, label in TABS
        ),
        ("履历汇总", "region", reverse("people:standing_summary")),
        ("证书页", "region", Certificate.objects.filter(person=member.person_id).order_by("pk")[0].get_absolute_url()),
        ("保险页", "region", Policy.objects.filter(organization=place).order_by("pk")[0].get_absolute_url()),
        ("接口 人员 盟市", "chifeng", reverse("api:person-list")),
        ("证书列表", "region", reverse(certificates)),
        ("证书列表 盟市", "chifeng", reverse(certificates)),
        ("保险列表", "region", reverse(policies)),
        ("保险列表 盟市", "chifeng", reverse(policies)),
        ("入队申请", "region", reverse(applications)),
        ("入队申请 盟市", "chifeng", reverse(applications)),
    ]
    found = Page("人员 完整证件号码", "region", _q(everyone, q=found_number()), status=302)  # on to the person
    return [*(Page(*row) for row in rows), found]
