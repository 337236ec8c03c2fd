"""What the demo people have begun, so that a first look shows queues, returned papers and a vacant office."""

from django.db import transaction

from core.history import acting_as
from organizations.models import AccountRequest, Organization, User
from organizations.roles import RoleKey
from organizations.workflow import WORKFLOW

_RETURNED = ("submit", "return")
# organization, who asks, duty, name, login name, telephone, and the moves made on it
_REQUESTS = (
    ("150404", "songshan", RoleKey.LEADER, "呼和牧仁（演示）", "yanshi-hehe", "13800000001", ("submit",)),
    (
        "150430",
        "chifeng",
        RoleKey.CLERK,
        "敖特根其其格·娜仁（演示）",
        "yanshi-aohan",
        "13800000002",
        ("submit", "return"),
    ),
    ("T15040001", "captain", RoleKey.SECRETARY, "包玉山（演示）", "yanshi-bao", "13800000003", ("submit",)),
    ("T15040001", "captain", RoleKey.MEMBER, "那仁图雅（演示）", "yanshi-naren", "13800000004", ("submit", "approve")),
    ("150200", "baotou", RoleKey.LEADER, "白志远（演示）", "yanshi-bai", "13800000005", ("submit", "reject")),
    ("150404", "songshan", RoleKey.CLERK, "莫日根（演示）", "", "", ()),
)
_WORDS = {"return": "请补任职通知首页，并核对手机号。", "reject": "该岗位已有人任职，请先办理交接。"}


@transaction.atomic
def make_work(people: dict[str, User]) -> None:
    """Account requests in every state, and two offices without staff for which their leagues stand proxy."""
    for code, proxy in (("150430", "150400"), ("150722", "150700")):
        unstaffed = Organization.objects.get(code=code)
        unstaffed.has_staff, unstaffed.proxy = False, Organization.objects.get(code=proxy)
        unstaffed.contact = "（演示：暂无专职人员）"
        unstaffed.save()
    for place, asks, role, name, username, phone, moves in _REQUESTS:
        applicant = User.objects.get(pk=people[asks].pk)  # read anew: what a person may do is kept on the object
        with acting_as(applicant, source="make_demo"):
            request = AccountRequest.objects.create(
                organization=Organization.objects.get(code=place), applicant=applicant, role=role, name=name,
                username=username, phone=phone, basis="演示通知（不是真实文件）" if username else "",
            )  # fmt: skip
        for move in moves:
            _move(request, move, applicant, people["region-security"])


def _move(request: AccountRequest, move: str, applicant: User, decider: User) -> None:
    by = applicant if move == "submit" else decider
    action = "return_for_changes" if move == "return" else move
    facts = {"fields": {"basis": "请附首页", "phone": "与花名册不一致"}} if move == "return" else {}
    with acting_as(by, source="make_demo"):
        WORKFLOW.perform(request, action, by=by, comment=_WORDS.get(move, ""), **facts)
