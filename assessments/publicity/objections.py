"""公示异议和申诉, of gradings and of annual assessments: written down, answered with a reason, never dropped.

An objection is raised while the result is made public, an appeal once it has been decided. The office that holds the
matter writes down what came in by post or telephone; the team's side appeals by itself. It is answered at that office
or at one above, by somebody who neither handed the matter in, nor wrote the objection down for the team, nor decided.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import ObjectionKind, ObjectionOutcome
from assessments.models import Grading, Objection, Review
from assessments.publicity.objection_rights import may_answer, may_answer_each
from assessments.states import GradingState, ReviewState
from core.decisions import Decision, not_now
from core.language import in_chinese
from core.masking import phone as masked_phone
from core.notices import notify
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import can
from organizations.roles import Right

PUBLIC = {GradingState.PUBLICITY.value, ReviewState.PUBLICITY.value}
DECIDED = {GradingState.GRANTED.value, GradingState.DECLINED.value, ReviewState.FINAL.value}

About = Grading | Review


@dataclass(frozen=True)
class Shown:
    """An objection as ``assessments/_objections.html`` shows it.

    :ivar opens: whether the reader may see who raised it and its papers. :ivar phone: masked on every page.
    """

    objection: Objection
    opens: bool
    phone: str
    may_answer: Decision


def kind_now(about: About) -> ObjectionKind | None:
    """What can be raised in the state it is in."""
    if about.state in PUBLIC:
        return ObjectionKind.OBJECTION
    return ObjectionKind.APPEAL if about.state in DECIDED else None


def may_object(about: About, user: User) -> Decision:
    """The office that holds it, for anybody; the team for itself."""
    if about.office is None or kind_now(about) is None:
        return not_now(gettext_lazy("公示期间可以提出异议，有了结果以后可以申诉，现在都不是时候。"))
    at_office = can(user, Right.SCORE_ASSESSMENT, about.office)
    return at_office if at_office else can(user, Right.REPORT_ASSESSMENT, about.team.organization)


def of(about: About) -> QuerySet[Objection]:
    """Its objections in the order in which they came."""
    return about.objections.select_related("answered_by", "created_by").order_by("received_on", "pk")


def shown(about: About, user: User, rows: list[Objection] | None = None) -> list[Shown]:
    """For ``assessments/_objections.html``, which also wants ``can_object`` (``may_object``) and ``object_url``."""
    rows = list(of(about)) if rows is None else rows
    answers = may_answer_each(rows, user)
    sees = bool(about.office and can(user, Right.VIEW_ASSESSMENT, about.office))
    found = []
    for row in rows:
        _point(row, about)
        opens = sees or row.created_by.organization_id == user.organization_id
        found.append(Shown(row, opens, masked_phone(row.phone), answers[row.pk]))
    return found


def _point(objection: Objection, about: About) -> None:
    """Spare the query for what is at hand."""
    if isinstance(about, Grading):
        objection.grading = about
    else:
        objection.review = about


def object_url(about: About) -> str:
    name = "grading" if isinstance(about, Grading) else "review"
    return f"{reverse('assessments:objection_create')}?{urlencode({name: about.pk})}"


def open_ones(about: About) -> QuerySet[Objection]:
    return about.objections.filter(outcome="")


def is_upheld(about: About) -> bool:
    """Whether an objection or appeal was upheld, and the matter not taken up again since."""
    return type(about).objects.upheld().filter(pk=about.pk).exists()


def upheld_on(rows: "QuerySet[Objection]") -> date | None:
    """When the last of those that were upheld came in."""
    day: date | None = rows.filter(outcome=ObjectionOutcome.UPHELD).aggregate(day=Max("received_on"))["day"]
    return day


@transaction.atomic
def raise_one(about: About, *, by: User, raised_by: str, what: str, received_on: date, phone: str = "") -> Objection:
    """Write down an objection or appeal and tell the office.

    :raises MoveNotAllowed: nothing can be raised in the state it is in now, or not by this person.
    """
    fresh = _locked(about)
    MoveNotAllowed.unless(may_object(fresh, by))
    kind = kind_now(fresh)
    assert kind is not None, "asked by may_object"
    target = {"grading": fresh} if isinstance(fresh, Grading) else {"review": fresh}
    made = Objection(
        kind=kind, raised_by=raised_by, phone=phone, received_on=received_on, what=what, created_by=by, **target
    )
    made.full_clean()
    if open_ones(fresh).filter(raised_by=raised_by, what=what).exists():  # sent again after going back
        raise ValidationError({"what": _("内容完全相同的已经登记了，等待答复。")})
    made.save()
    with in_chinese():
        title = _("%(about)s收到%(kind)s，请答复") % {"about": fresh, "kind": made.get_kind_display()}
        body = _("答复人不能是参加过决定的人。系统只提醒，不会自动办理。")
    notify(could_answer(made), kind="objection_raised", title=title, body=body, url=made.get_absolute_url())
    return made


def could_answer(objection: Objection) -> list[User]:
    """Who may answer at the office; where nobody may, at the nearest office above."""
    for place in Organization.objects.offices().filter(path__in=objection.office.line).order_by("-path"):
        free = [one for one in nearest_holders(Right.MANAGE_ASSESSMENT, place) if may_answer(objection, one)]
        if free:
            return free
    return []


@transaction.atomic
def answer(objection: Objection, *, by: User, outcome: str, words: str) -> Objection:
    """Answer it, once, and tell the team's side.

    :raises MoveNotAllowed: it has been answered meanwhile, or not by this person. ``ValidationError``: words missing.
    """
    fresh = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    decision = may_answer(fresh, by)
    if not decision:
        raise MoveNotAllowed("state" if fresh.outcome else "permission", decision.reason)
    if outcome not in ObjectionOutcome.values:
        raise ValidationError({"outcome": _("请选择成立还是不成立。")})
    if not words.strip():
        raise ValidationError({"answer": _("请写明处理意见和理由。")})
    fresh.outcome, fresh.answer = outcome, words.strip()
    fresh.answered_by, fresh.answered_at = by, timezone.now()
    fresh.version += 1
    fresh.save()
    about = fresh.about
    with in_chinese():
        told = {"about": about, "kind": fresh.get_kind_display(), "outcome": fresh.get_outcome_display()}
        title = _("%(about)s的%(kind)s已答复：%(outcome)s") % told
    people = nearest_holders(Right.REPORT_ASSESSMENT, about.team.organization)
    office = nearest_holders(Right.MANAGE_ASSESSMENT, fresh.office, without=by.pk)
    notify([*people, *office], kind="objection_answered", title=title, url=fresh.get_absolute_url())
    return fresh


def _locked(about: About) -> About:
    rows: Any = type(about)._default_manager
    fresh: About = rows.select_for_update(of=("self",)).get(pk=about.pk)
    return fresh
