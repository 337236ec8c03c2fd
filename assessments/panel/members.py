"""Who sits on a panel: asked, appointed, leaving, finishing. The rows stay; whoever leaves, leaves with the reason."""

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.choices import PanelDuty
from assessments.gradings.office import handlers_of
from assessments.models import Grading, PanelMember
from assessments.panel.recusal import Grounds, grounds_of
from assessments.panel.sheet import panel_sheet
from assessments.states import GradingState
from core.decisions import Decision, no, yes
from core.language import in_chinese
from core.notices import notify
from core.search import matching
from organizations.models import Appointment, Organization, User
from organizations.permissions import can
from organizations.roles import ROLES, Right, RoleKey

# While the panel is put together, and while it scores: then people leave it, and nobody joins
ARRANGED = (GradingState.PANEL, GradingState.ON_SITE)
_SCORERS = [key for key, role in ROLES.items() if key == RoleKey.ASSESSOR or Right.SCORE_ASSESSMENT in role.here]


def may_arrange(grading: Grading, user: User) -> Decision:
    """The office that holds the grading."""
    if grading.office is None:
        return no(_("这次测评还没有确定组织单位。"))
    return can(user, Right.SCORE_ASSESSMENT, grading.office)


def may_see_marks(grading: Grading, user: User) -> Decision:
    """Who scored how: the office, and the lead of the panel."""
    decision = may_arrange(grading, user)
    return decision if decision or not is_lead(grading, user) else yes(_("专家组组长"))


def is_lead(grading: Grading, user: User) -> bool:
    return grading.panel.filter(user=user, left_on=None, duty=PanelDuty.LEAD).exists()


def candidates(term: str = "") -> QuerySet[User]:
    """Accounts that can be asked: called as assessors, or scoring at an office, today."""
    duties = Appointment.objects.in_force().filter(user=OuterRef("pk"), role__in=_SCORERS)
    rows = User.objects.active().filter(Exists(duties)).select_related("organization")
    if term:
        places = Organization.objects.filter(matching(term)).order_by().values("pk")
        rows = rows.filter(matching(term) | Q(organization__in=places))
    return rows.order_by("organization__path", "username")


def _held(grading: Grading, *states: str) -> Grading:
    """The grading, locked.

    :raises ValidationError: it is in another state.
    """
    rows = Grading.objects.select_for_update(of=("self",)).select_related("team__organization", "office")
    fresh: Grading = rows.get(pk=grading.pk)
    if fresh.state not in states:
        raise ValidationError(_("现在是“%(state)s”，不能这样办。") % {"state": fresh.get_state_display()})
    return fresh


def _locked(member: PanelMember) -> PanelMember:
    """The member, locked, while he sits on the panel.

    :raises ValidationError: he has left.
    """
    rows = PanelMember.objects.select_for_update(of=("self",)).select_related("user__organization", "appointed_by")
    fresh: PanelMember = rows.get(pk=member.pk)
    if fresh.left_on is not None:
        raise ValidationError(_("%(who)s已退出专家组。") % {"who": fresh.user})
    return fresh


def _keep(member: PanelMember, *fields: str) -> PanelMember:
    member.version += 1
    member.save(update_fields=[*fields, "version"])
    return member


# -- appointing -----------------------------------------------------------------------------------------------
@transaction.atomic
def appoint(grading: Grading, user: User, *, duty: str, by: User) -> PanelMember:
    """:raises ValidationError: with the grounds why not."""
    fresh = _held(grading, GradingState.PANEL)
    if not candidates().filter(pk=user.pk).exists():
        raise ValidationError(_("%(who)s现在不是测评专家，也不在办理测评的岗位上。") % {"who": user})
    for said in _to_recuse(fresh, [user]):
        raise ValidationError(said)
    there = fresh.panel.filter(left_on=None)
    if there.filter(user=user).exists():
        raise ValidationError(_("这位专家已经在专家组里。"))
    if duty == PanelDuty.LEAD and there.filter(duty=PanelDuty.LEAD).exists():
        raise ValidationError(_("专家组已经有组长。请先指定为成员，再换组长。"))
    member = PanelMember.objects.create(grading=fresh, user=user, duty=duty, appointed_by=by)
    with in_chinese():
        words = {"team": fresh.team, "duty": member.get_duty_display()}
        notify(
            [user],
            kind="panel_appointed",
            title=_("请您参加%(team)s的测评（%(duty)s）") % words,
            body=_("请先声明与这支队伍无利害关系；有关系的，请申请回避。"),
            url=reverse("assessments:my_panels"),
        )
    return member


@transaction.atomic
def make_lead(member: PanelMember) -> PanelMember:
    """The former lead stays on as a member."""
    grading = _held(member.grading, *ARRANGED)
    fresh = _locked(member)
    if fresh.duty == PanelDuty.LEAD:
        return fresh
    for former in grading.panel.select_for_update().filter(left_on=None, duty=PanelDuty.LEAD):
        former.duty = PanelDuty.MEMBER
        _keep(former, "duty")
    fresh.duty = PanelDuty.LEAD
    return _keep(fresh, "duty")


@transaction.atomic
def leave(member: PanelMember, *, reason: str, by: User) -> PanelMember:
    """By the office, or by the assessor himself who asks to be recused. His scores stay and count no more."""
    grading = _held(member.grading, *ARRANGED)
    fresh = _locked(member)
    fresh.left_on, fresh.left_reason = timezone.localdate(), reason
    _keep(fresh, "left_on", "left_reason")
    told, url = [fresh.user], reverse("assessments:my_panels")
    if by.pk == fresh.user_id:
        told, url = handlers_of(grading), reverse("assessments:panel_edit", args=[grading.pk])
    with in_chinese():
        words = {"who": fresh.user, "duty": fresh.get_duty_display(), "team": grading.team}
        title = _("%(who)s（%(duty)s）退出%(team)s测评的专家组") % words
        notify(told, kind="panel_left", title=title, body=reason, url=url)
    return fresh


@transaction.atomic
def declare(member: PanelMember) -> PanelMember:
    """声明无利害关系, by the assessor himself.

    :raises ValidationError: the records say otherwise.
    """
    grading = _held(member.grading, *ARRANGED)
    fresh = _locked(member)
    for said in _to_recuse(grading, [fresh.user]):
        raise ValidationError(said)
    if fresh.declared_at is None:
        fresh.declared_at = timezone.now()
        _keep(fresh, "declared_at")
    return fresh


# -- scoring, as a whole --------------------------------------------------------------------------------------
@transaction.atomic
def finish(member: PanelMember) -> PanelMember:
    """No more marks until it is opened again.

    :raises ValidationError: something has not been answered.
    """
    grading = _held(member.grading, GradingState.ON_SITE)
    fresh = _locked(member)
    if fresh.finished_at is not None:
        return fresh
    if fresh.declared_at is None:
        raise ValidationError(_("您还没有声明与这支队伍无利害关系，声明后才能评分。"))
    missing = panel_sheet(grading).lacks(fresh)
    if missing:
        words = {"n": len(missing), "what": _("、").join(one.code for one in missing[:20])}
        raise ValidationError(_("还有 %(n)d 项没有评：%(what)s。") % words)
    fresh.finished_at = timezone.now()
    return _keep(fresh, "finished_at")


@transaction.atomic
def reopen(member: PanelMember, *, by: User) -> PanelMember:
    """By the lead or the office, so that the assessor can correct his scores. Nobody opens his own: he may have seen
    the others' meanwhile."""
    grading = _held(member.grading, GradingState.ON_SITE)
    fresh = _locked(member)
    if fresh.finished_at is None:
        return fresh
    if by.pk == fresh.user_id:
        raise ValidationError(_("自己的评分请组织单位的其他人重新打开。"))
    fresh.finished_at = None
    _keep(fresh, "finished_at")
    with in_chinese():
        title = _("%(team)s的评分已重新打开，请核对后再次完成") % {"team": grading.team}
        notify([fresh.user], kind="panel_reopened", title=title, url=reverse("assessments:my_panels"))
    return fresh


# -- for the workflow -----------------------------------------------------------------------------------------
def hindrances(grading: Grading) -> list[str]:
    """Why the panel cannot begin on site, in sentences; empty: it can. ``begin_on_site`` asks under its lock."""
    members = list(grading.panel.filter(left_on=None).select_related("user__organization"))
    return hindrances_of(members, grounds_of(grading, [one.user for one in members]))


def hindrances_of(members: Sequence[PanelMember], grounds: Mapping[int, Grounds]) -> list[str]:
    """The same from what has been read. :param members: who sits on it now."""
    if not members:
        return [_("专家组还没有人。")]
    said = without_lead(members)
    said += [_("%(who)s还没有声明无利害关系。") % {"who": one.user} for one in members if one.declared_at is None]
    return said + _recused([one.user for one in members], grounds)


def without_lead(members: Iterable[PanelMember]) -> list[str]:
    """Nobody becomes the lead by itself where the lead has left."""
    return [] if any(one.duty == PanelDuty.LEAD for one in members) else [_("专家组没有组长，请先把一位成员设为组长。")]


def _to_recuse(grading: Grading, users: Sequence[User]) -> list[str]:
    return _recused(users, grounds_of(grading, users))


def _recused(users: Iterable[User], grounds: Mapping[int, Grounds]) -> list[str]:
    return [
        _("%(who)s应当回避：%(why)s") % {"who": user, "why": " ".join(grounds[user.pk].blocks)}
        for user in users
        if grounds[user.pk].blocks
    ]
