"""What follows from each move of a team's review, in the transaction of the move."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from assessments.annual.answers import LEAGUE, REGION, TEAM, Basis, basis_of, differing, sheet
from assessments.annual.checks import check, unexplained
from assessments.annual.enrolling import scorer_above
from assessments.annual.scores import drop_unsent, sign_of, unanswered
from assessments.annual.section_writing import mark_of
from assessments.annual.sections import SECTIONS, text_of
from assessments.annual.snapshot_occasions import take_once
from assessments.follow_ups import needed
from assessments.models import Campaign, Indicator, Review
from assessments.publicity import objections
from assessments.publicity.days import check_days
from assessments.states import CampaignState
from core.language import as_stored, in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import can
from organizations.region import region
from organizations.roles import Level, Right

_TOP = (Level.REGION, Level.NATIONAL)


def hand_in(review: Review, by: User) -> dict[str, Any]:
    """What was found and does not stop it is kept with the move: whoever scores reads it."""
    take_once(review, by=by)
    basis = basis_of(review)
    with in_chinese():
        found = check(review, basis)
    stops = [finding.message for finding in found if finding.blocking]
    if stops:
        raise ValidationError(stops, code="incomplete")
    review.submitted_by, review.submitted_at = by, timezone.now()
    review.reported_on = review.reported_on or timezone.localdate()
    review.self_total = sheet(review, TEAM, basis).total
    hand_over(review, scoring_office(review, by))
    tell(scorers(review), review, "review_submitted", gettext_lazy("%(team)s报来%(year)s年度考核"))
    return {"findings": [finding.message for finding in found if finding.kept], "self_total": f"{review.self_total}"}


def scoring_office(review: Review, by: User) -> Organization:
    """The review's office; where the only one who could score there hands in for the team, the one above: it must not
    lie where nobody may score it."""
    office = review.office
    while office.level not in _TOP:
        everybody = nearest_holders(Right.SCORE_ASSESSMENT, office)
        if not everybody or any(person.pk != by.pk for person in everybody):
            break
        office = Organization.objects.get(path=office.parent_path)
    return office


def hand_over(review: Review, office: Organization) -> None:
    """To be saved by the caller, as what a move does."""
    if review.office_id == office.pk:
        return
    review.office, review.league_opinion = office, ""
    drop_unsent(Review.objects.filter(pk=review.pk))


def send_back(review: Review, by: User, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """With the team's answers as they were, so that what differs later has been mended."""
    basis = basis_of(review)
    with in_chinese():
        body = _("需要修改 %(count)d 处。") % {"count": len(fields)} if fields else ""
    tell(author_side(review), review, "review_returned", gettext_lazy("%(year)s年度考核被退回修改：%(team)s"), body)
    return {
        "version": review.version,
        "answers": {str(key): sign_of(row) for key, row in basis.rows.get(TEAM, {}).items()},
        "texts": {section.key: mark_of(text_of(review, section.key)) for section in SECTIONS},
    }


def score(review: Review, by: User) -> dict[str, Any]:
    basis = basis_of(review)
    _whole(basis, LEAGUE)
    other = differing(basis, TEAM, LEAGUE)
    if other and not review.league_opinion.strip():
        raise ValidationError(
            {"league_opinion": _("有 %(n)d 项与自评不同，请写明考核意见。") % {"n": len(other)}}, code="incomplete"
        )
    review.scored_by, review.scored_at = by, timezone.now()
    review.league_total = sheet(review, LEAGUE, basis).total
    tell(region_deciders(review), review, "review_scored", gettext_lazy("%(team)s的%(year)s年度考核待审定"))
    return {"total": f"{review.league_total}", "differences": len(other)}


def score_again(review: Review, by: User) -> None:
    told = [review.scored_by] if review.scored_by is not None and review.scored_by_id != by.pk else []
    if not review.office.covers(review.organization):  # handed over to another league since it was scored
        hand_over(review, scorer_above(review.organization))
        told = scorers(review)
    review.scored_by, review.scored_at, review.league_total = None, None, None
    tell(told, review, "review_returned", gettext_lazy("%(team)s的%(year)s年度考核请重新考核"))


def decide(review: Review, by: User) -> dict[str, Any]:
    basis = basis_of(review)
    _whole(basis, REGION)
    found = sheet(review, REGION, basis)
    if found.conclusion is None:
        raise ValidationError(_("按这项标准得不出结论，请检查标准的结论档次。"))
    review.total = found.total
    review.result = next(one for one in basis.conclusions if one.key == found.conclusion.key)
    review.decided_by, review.decided_at = by, timezone.now()
    return {"total": f"{review.total}", "result": str(review.result)}


@dataclass(frozen=True)
class Lack:
    """Why a side cannot pass its points on yet.

    :ivar words: take ``n`` and ``lines``. :ivar part: of each line, where it is mended (``assessments.forms.answers``).
    """

    words: StrOrPromise
    lines: list[Indicator]
    part: str = "note"


def lacks(basis: Basis, side: str) -> list[Lack]:
    """Every question answered, every number that is not the records' explained. One for each sort."""
    found = [
        Lack(_("还有 %(n)d 项没有评：%(lines)s。"), unanswered(basis, side), "value"),
        Lack(_("有 %(n)d 项与自动统计不同，请写明原因：%(lines)s。"), unexplained(basis, side)),
    ]
    if side == REGION:
        other = [one for one in differing(basis, LEAGUE, REGION) if not _noted(basis, one)]
        found.append(Lack(_("有 %(n)d 项与盟市考核不同，请写明原因：%(lines)s。"), other))
    return [one for one in found if one.lines]


def _whole(basis: Basis, side: str) -> None:
    stops = [
        one.words % {"n": len(one.lines), "lines": _("、").join(line.code for line in one.lines)}
        for one in lacks(basis, side)
    ]
    if stops:
        raise ValidationError(stops, code="incomplete")


def _noted(basis: Basis, indicator: Indicator) -> bool:
    row = basis.row(REGION, indicator)
    return row is not None and bool(row.note.strip())


def publicise(review: Review, by: User) -> dict[str, Any]:
    days = review.campaign.public_from, review.campaign.public_until
    if None in days:
        raise ValidationError(_("请先在年度考核里写明公示的起止日期。"))
    check_days(*days, upheld_on=objections.upheld_on(review.objections.all()))
    review.public_from, review.public_until = days
    return {"public_from": f"{days[0]}", "public_until": f"{days[1]}"}


UPHELD = gettext_lazy("有异议成立，要先重新审定。")


def conclude(review: Review, by: User) -> None:
    if is_public(review):
        raise ValidationError(_("公示到 %(day)s，还没有结束。") % {"day": review.public_until})
    if objections.open_ones(review).exists():
        raise ValidationError(_("还有异议没有答复，答复以后才能办结。"))
    if objections.is_upheld(review):
        raise ValidationError(UPHELD)
    needed.require(review)
    tell(author_side(review), review, "review_final", gettext_lazy("%(team)s的%(year)s年度考核已办结"))


def is_public(review: Review, day: date | None = None) -> bool:
    """Whether publicity has not ended by the day; without days it has not begun."""
    return review.public_until is None or review.public_until >= (day or timezone.localdate())


def reconsider(review: Review, by: User, reason: str = "") -> dict[str, Any]:
    """The former result goes into the history row; papers of the former revision stay as they are."""
    if not reason.strip() and not objections.is_upheld(review):
        raise ValidationError({"reason": _("没有成立的异议或申诉，请写明重新审定的理由。")})
    _still_open(review)
    former = {"revision": review.revision, "total": f"{review.total}", "result": str(review.result)}
    review.revision += 1
    review.total, review.result = None, None
    review.decided_by, review.decided_at = None, None
    review.public_from, review.public_until = None, None
    tell(author_side(review), review, "review_reconsidered", gettext_lazy("%(team)s的%(year)s年度考核重新审定"))
    return {"former": former}


def exempt(review: Review, by: User, reason: str = "") -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("请写明不参加考核的原因。")})
    review.state_reason = reason.strip()[:200]
    tell(author_side(review), review, "review_exempt", gettext_lazy("%(team)s不参加%(year)s年度考核"))


def include(review: Review, by: User) -> None:
    _still_open(review)
    review.state_reason = ""
    tell(author_side(review), review, "review_included", gettext_lazy("%(team)s恢复参加%(year)s年度考核"))


def _still_open(review: Review) -> None:
    """Read under lock: the campaign is not closed in the same instant."""
    if Campaign.objects.select_for_update().get(pk=review.campaign_id).state != CampaignState.OPEN:
        raise ValidationError(_("这一年的考核已经办结，请先重新打开。"))


# -- who is told ---------------------------------------------------------------------------------------------
def scorers(review: Review) -> list[User]:
    return nearest_holders(Right.SCORE_ASSESSMENT, review.office, without=review.submitted_by_id)


def region_deciders(review: Review) -> list[User]:
    return nearest_holders(Right.MANAGE_ASSESSMENT, region(), without=review.scored_by_id)


def author_side(review: Review) -> list[User]:
    """Who handed it in, or, where that one is no longer in office or nobody has yet, whoever is nearest."""
    by = review.submitted_by
    if by is not None and by.is_active and can(by, Right.REPORT_ASSESSMENT, review.organization):
        return [by]
    return nearest_holders(Right.REPORT_ASSESSMENT, review.organization)


def tell(people: list[User], review: Review, kind: str, title: Any, body: str = "") -> None:
    said = as_stored(title, team=review.organization.short_name, year=review.campaign.year)
    notify(people, kind=kind, title=said, body=body, url=review.get_absolute_url())
