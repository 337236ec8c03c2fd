"""分级测评: how an application goes from a team to its grade.

- 填报中 draft: the team's side (captain, 信息员, clerk or reviewer of the managing office, or its proxy) fills it in,
  indicator by indicator; anything may be missing. What the portal counts is read, not typed.
- 材料初核 submitted: handed in and numbered (CP-<区划代码>-<年>-<4 位>, drawn at the first hand-in and kept); numbers
  are frozen as at that day. It lies with the office the standard names for the grade applied for; where nobody there
  could decide, with the nearest above. The office goes through claims and evidence and writes at single indicators.
- 退回修改 returned: with what the office wrote; handed in again, it comes back to the office.
- 组建专家组 panel: the papers hold. At least three assessors, one of them the lead, each declared to have nothing to do
  with the team (``assessments.panel.recusal`` looks for itself).
- 现场测评 on_site: the assessors score. The panel can be changed, and goes on scoring afterwards.
- 评议 deliberation: everybody has finished, every difference is settled. The office sees the panel's sheet and writes
  its opinion; it may have single things scored again.
- 公示中 publicity: the result, never better than applied for nor than the points reach, is public until a day.
- 已定级 granted: after that day, with no objection open or upheld and left aside. The team gets the grade and a
  certificate. 未定级 declined: with the reason; from the papers or the deliberation, and on the way where the team does
  not appear, gives up, or has left the register.
- Back to 评议 only because an objection or an appeal was upheld; a grade already given is taken back with it,
  and the one it took the place of holds again meanwhile.
- 已撤销 abandoned: by the team's side, as long as it is with them.

Nobody decides on what he handed in, nor a member of the team. Nothing happens because a day has passed.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assessments.choices import PanelDuty
from assessments.gradings import granting
from assessments.gradings.checks import check
from assessments.gradings.claims import filled, freeze_numbers
from assessments.gradings.conditions import (
    NO_GRADE,
    best_result,
    grant_problems,
    panel_problems,
    site_problems,
)
from assessments.gradings.office import handlers_of, office_for, team_side
from assessments.gradings.remarks import RETURN, changed_since
from assessments.impartial import has_nothing_to_do_with, taken_back_by
from assessments.models import Grading, GradingClaim
from assessments.panel.sheet import sheet_of
from assessments.publicity import objections
from assessments.publicity.days import check_days
from assessments.scoring import plain
from assessments.states import GRADING_STEPS, GRADING_WITH_AUTHOR, GradingState
from core.decisions import Decision, no, not_now, yes
from core.language import in_chinese
from core.models import WorkflowEvent
from core.notices import notify
from core.numbers import numbered
from core.workflow import Move, Workflow, last_event
from organizations.models import User
from organizations.nearest import nearest_holders
from organizations.permissions import acting_for, can
from organizations.roles import Right

_PREFIX = "CP"
_MOST_LINE = 400  # characters of one line in the record of a move


# -- who ----------------------------------------------------------------------------------------------
def reports(grading: Grading, user: User) -> Decision:
    """The team's side."""
    return can(user, Right.REPORT_ASSESSMENT, grading.team.organization)


def handles(grading: Grading, user: User) -> Decision:
    """Whoever checks papers at the office that holds it."""
    return _at_office(grading, user, Right.SCORE_ASSESSMENT)


def takes_back(grading: Grading, user: User) -> Decision:
    return taken_back_by(handles(grading, user), reports(grading, user))


def decides(grading: Grading, user: User) -> Decision:
    """Whoever grants grades there."""
    return _at_office(grading, user, Right.MANAGE_ASSESSMENT)


def takes_up_again(grading: Grading, user: User) -> Decision:
    """Whoever grants, once there is a ground: it is not offered with every grade that was ever given."""
    decision = decides(grading, user)
    if decision and not objections.is_upheld(grading):
        return not_now(gettext_lazy("只有异议或者申诉成立，才能重新评议。"))
    return decision


def closes_site(grading: Grading, user: User) -> Decision:
    """The lead of the panel, or the office."""
    decision = handles(grading, user)
    if decision:
        return decision
    leads = grading.panel.filter(user=user, duty=PanelDuty.LEAD, left_on=None)
    return yes(gettext_lazy("专家组组长")) if leads.exists() else decision


def _at_office(grading: Grading, user: User, right: Right) -> Decision:
    if grading.office is None:
        return no(gettext_lazy("申请还没有报送。"))
    decision = can(user, right, grading.office)
    if not decision:
        return decision
    close = has_nothing_to_do_with(grading.team, user, submitted_by=grading.submitted_by_id)
    return decision if close else close


# -- what follows: the team -------------------------------------------------------------------------------
def _hand_in(grading: Grading, by: User) -> dict[str, Any]:
    """What was found and does not stop it is kept with the move: the office reads it there."""
    asked = dict(grading.claims.exclude(comment="").values_list("indicator__code", "comment"))
    returned = last_event(WorkflowEvent.objects.of(grading).order_by("pk"), RETURN)
    with in_chinese():
        one = filled(grading, live=True)
        found = check(one)
    stops = [finding.message for finding in found if finding.blocking]
    if stops:
        raise ValidationError(stops, code="incomplete")
    now = timezone.now()
    day = timezone.localdate(now)
    if not grading.number:
        place = grading.team.organization
        grading.number = numbered(_PREFIX, place.division_id or place.code, day.year)
    grading.office = office_for(grading, by=by)
    grading.submitted_by, grading.submitted_at = by, now
    changed = changed_since(one, returned)
    freeze_numbers(grading, day)
    tell(handlers_of(grading), grading, "grading_submitted", gettext_lazy("%(team)s报来分级测评申请：%(number)s"))
    told = {"findings": [finding.message for finding in found], "asked": asked}
    return told if changed is None else {**told, "changed": changed}


def _abandon(grading: Grading, by: User) -> None:
    grading.closed_at = timezone.now()


# -- the office: papers and panel -------------------------------------------------------------------------
def _return(grading: Grading, by: User) -> dict[str, Any]:
    """The comments stand at the claims, where the author mends them; the move keeps them as they were, with the version
    of each claim, so that it shows what was mended since."""
    claims = grading.claims.exclude(comment="").select_related("indicator")
    said = {claim.indicator.code: {"text": claim.comment, "version": claim.version} for claim in claims}
    with in_chinese():
        body = _("需要修改 %(count)d 项。") % {"count": len(said)} if said else ""
    tell(team_side(grading), grading, "grading_returned", gettext_lazy("%(number)s 被退回修改"), body)
    return {"fields": said, "versions": dict(grading.claims.values_list("indicator__code", "version"))}


def _accept(grading: Grading, by: User) -> None:
    rows = GradingClaim.objects.filter(grading=grading).exclude(comment="")
    written = list(rows.order_by("indicator__position").values_list("indicator__code", flat=True))
    if written:
        message = _("还有 %(n)d 项写着意见（%(codes)s）。要修改就退回，不用修改就先清空这些意见。")
        words = {"n": len(written), "codes": _("、").join(written)}
        raise ValidationError(message % words, code="commented")
    tell(team_side(grading), grading, "grading_accepted", gettext_lazy("%(number)s 通过材料初核，将组建专家组"))


def _begin_on_site(grading: Grading, by: User, site_on: date | None = None, site_place: str = "") -> None:
    found = panel_problems(grading)
    if site_on is None:
        found.append(_("请填写现场测评日期。"))
    if not site_place.strip():
        found.append(_("请填写现场测评地点。"))
    if found:
        raise ValidationError(found, code="panel")
    grading.site_on, grading.site_place = site_on, site_place.strip()
    panel = grading.panel.filter(left_on=None).select_related("user")
    people = [*team_side(grading), *(member.user for member in panel)]
    words = gettext_lazy("%(number)s 将于 %(day)s 在%(place)s现场测评")
    tell(people, grading, "grading_on_site", words, day=site_on, place=grading.site_place)


def _finish_on_site(grading: Grading, by: User) -> dict[str, Any]:
    if found := site_problems(grading):
        raise ValidationError(found, code="unfinished")
    tell(handlers_of(grading), grading, "grading_scored", gettext_lazy("%(number)s 现场测评已完成，请评议"))
    return {"total": plain(sheet_of(grading).total)}


def _score_again(grading: Grading, by: User) -> None:
    """Whoever had finished scores on, and finishes again."""
    panel = grading.panel.filter(left_on=None).select_related("user")
    people = [member.user for member in panel]
    for member in panel.exclude(finished_at=None):
        member.finished_at = None
        member.version += 1
        member.save(update_fields=["finished_at", "version"])
    tell(people, grading, "grading_on_site", gettext_lazy("%(number)s 要补充评分，请专家组继续"))


# -- the office: the result -------------------------------------------------------------------------------
def _publicise(
    grading: Grading, by: User, result: str = "", deliberation: str = "",
    public_from: date | None = None, public_until: date | None = None,
) -> dict[str, Any]:  # fmt: skip
    sheet = sheet_of(grading, aim=result)
    best = best_result(grading, sheet)
    if not best:
        raise ValidationError({"result": NO_GRADE})
    if not result or result < best or all(bar.key != result for bar in grading.standard.conclusions.all()):
        raise ValidationError({"result": _("结果不能高于申请的等级，也不能高于评分达到的档次。")})
    if not deliberation.strip():
        raise ValidationError({"deliberation": _("请写明评议意见。")})
    upheld_on = objections.upheld_on(grading.objections.all())
    check_days(public_from, public_until, found_on=grading.site_on, upheld_on=upheld_on)
    grading.result, grading.deliberation, grading.total = result, deliberation.strip(), sheet.total
    grading.public_from, grading.public_until = public_from, public_until
    words = gettext_lazy("%(number)s 评议结果公示：%(first)s 至 %(last)s")
    tell(team_side(grading), grading, "grading_public", words, first=public_from, last=public_until)
    with in_chinese():
        lines = [[line.rule.code, plain(line.points), line.reason[:_MOST_LINE]] for line in sheet.lines]
    return {"total": plain(sheet.total), "lines": lines}


def _grant(grading: Grading, by: User, document_number: str = "") -> dict[str, Any]:
    if found := grant_problems(grading):
        raise ValidationError(found, code="not_yet")
    grading.closed_at = timezone.now()
    grade = granting.grant(grading, by=by, document_number=document_number)
    tell(team_side(grading), grading, "grading_granted", gettext_lazy("%(number)s 已定级：%(result)s"))
    return {"grade": grade.pk, "until": str(grade.valid_until or "")}


def _decline(grading: Grading, by: User) -> None:
    grading.closed_at, grading.result = timezone.now(), ""
    if grading.site_on is not None:
        grading.total = sheet_of(grading).total
    tell(team_side(grading), grading, "grading_declined", gettext_lazy("%(number)s 未定级，原因见记录"))
    waiting = [row.user for row in grading.panel.filter(left_on=None, finished_at=None).select_related("user")]
    tell(waiting, grading, "grading_declined", gettext_lazy("%(number)s 不再测评，不用评分了，原因见记录"))


def _deliberate_again(grading: Grading, by: User) -> None:
    grading.validate_constraints()  # the team may have applied anew meanwhile
    with in_chinese():
        reason = _("异议或者申诉成立，重新评议")
    earlier = granting.take_back(grading, by=by, reason=reason)
    with in_chinese():
        body = _("由它接替的等级恢复有效：%(grade)s，证书另行出具。") % {"grade": earlier} if earlier else ""
    grading.result, grading.total, grading.closed_at = "", None, None
    grading.public_from = grading.public_until = None
    tell(team_side(grading), grading, "grading_again", gettext_lazy("%(number)s 重新评议"), body)


def tell(people: list[User], grading: Grading, kind: str, title: Any, body: str = "", **more: Any) -> None:
    with in_chinese():
        words = {
            "team": grading.team.organization.short_name, "number": grading.number or grading,
            "result": grading.get_result_display(), **more,
        }  # fmt: skip
        said = str(title) % words
    notify(people, kind=kind, title=said, body=body, url=grading.get_absolute_url())


def _acting_for(grading: Grading, user: User | None) -> str:
    """By the state the move leads to: what lies with the team was moved there by its side, unless it was returned."""
    returned = grading.state == GradingState.RETURNED
    by_team = grading.state in (*GRADING_WITH_AUTHOR, GradingState.SUBMITTED, GradingState.ABANDONED) and not returned
    if by_team or grading.office is None:
        return acting_for(user, Right.REPORT_ASSESSMENT, grading.team.organization)
    return acting_for(user, Right.SCORE_ASSESSMENT, grading.office)


def deciders(grading: Grading) -> list[User]:
    """Who is told when a publicity has run out."""
    assert grading.office is not None, "handed in"
    return nearest_holders(Right.MANAGE_ASSESSMENT, grading.office, without=grading.submitted_by_id)


S = GRADING_STEPS
WORKFLOW = Workflow(
    (
        Move("submit", gettext_lazy("报送申请"), S["submit"], reports, tone="main", apply=_hand_in),
        Move("resubmit", gettext_lazy("重新报送"), S["resubmit"], reports, tone="main", apply=_hand_in),
        Move("take_back", gettext_lazy("撤回"), S["take_back"], takes_back),
        Move("accept", gettext_lazy("通过初核"), S["accept"], handles, tone="main", apply=_accept),
        Move(
            "return_for_changes", gettext_lazy("退回修改"), S["return_for_changes"], handles,
            needs_comment=True, apply=_return,
        ),
        Move("begin_on_site", gettext_lazy("开始现场测评"), S["begin_on_site"], handles, tone="main",
             apply=_begin_on_site),
        Move("finish_on_site", gettext_lazy("结束现场测评"), S["finish_on_site"], closes_site, tone="main",
             apply=_finish_on_site),
        Move("change_panel", gettext_lazy("调整专家组"), S["change_panel"], handles, needs_comment=True),
        Move("publicise", gettext_lazy("公示结果"), S["publicise"], decides, tone="main", apply=_publicise),
        Move("score_again", gettext_lazy("补充评分"), S["score_again"], handles, needs_comment=True,
             apply=_score_again),
        Move("grant", pgettext_lazy("grading", "定级"), S["grant"], decides, tone="main", apply=_grant),
        Move("decline", gettext_lazy("不予定级"), S["decline"], decides, needs_comment=True, tone="danger",
             apply=_decline),
        Move("deliberate_again", gettext_lazy("重新评议"), S["deliberate_again"], takes_up_again,
             needs_comment=True, apply=_deliberate_again),
        Move("abandon", gettext_lazy("撤销申请"), S["abandon"], reports, tone="danger", apply=_abandon),
    ),
    acting_for=_acting_for,
)  # fmt: skip
