"""Beginning an application: which standards a team may apply under, and why not under the others."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Grade, Purpose, Scheme
from assessments.gradings.claims import lay_claims
from assessments.gradings.renewing import CLOSED
from assessments.models import Grading, GradingClaim, Indicator, Standard
from assessments.standards.applicable import closed_to, keys_of
from assessments.standards.lineage import Asked, followed
from assessments.states import GradingState
from core.decisions import Decision, no, yes
from core.integrity import plainly
from organizations.models import User
from organizations.permissions import can
from organizations.roles import Right
from teams.models import Team
from teams.states import ON_FILE


@dataclass(frozen=True)
class Offer:
    """A standard, and whether the team may apply under it; ``open_one``: its application that is still under way."""

    standard: Standard
    decision: Decision
    open_one: Grading | None = None


def may_begin(user: User, team: Team) -> Decision:
    return can(user, Right.REPORT_ASSESSMENT, team.organization)


def applies_to(standard: Standard, team: Team) -> Decision:
    """Whether the standard fits the team at all. 不适用 is told before anything is filled in; it is not 未达标."""
    if team.status not in ON_FILE:
        return no(gettext_lazy("队伍没有备案或者已经退出，备案以后才能申请测评。"))
    if closed := closed_to(standard, team):
        return no(closed)
    if standard.category_id and standard.category_id not in keys_of(team):
        return no(gettext_lazy("不适用：这不是本队的专业类别。"))
    return yes("")


def offers(team: Team, day: date | None = None) -> list[Offer]:
    """Standards in force for the team's categories, and those of the emergency authorities, the own scheme first. Two
    queries."""
    rows = Standard.objects.in_force(day or timezone.localdate()).filter(purpose=Purpose.GRADING)
    fitting = Q(category__in=keys_of(team)) | Q(category=None) | Q(scheme=Scheme.EMERGENCY)
    open_ones = {one.standard_id: one for one in Grading.objects.filter(team=team).exclude(state__in=CLOSED)}
    found = rows.filter(fitting).select_related("category").order_by("category__position", "code", "number")
    made = [Offer(one, applies_to(one, team), open_ones.get(one.pk)) for one in found]
    return sorted(made, key=lambda offer: (offer.standard.scheme != Scheme.RED_CROSS, not offer.decision))


def last_of(team: Team, standard: Standard) -> Grading | None:
    """The team's latest application under any version of the standard: what “再次申请” starts from."""
    return written(team).filter(standard__code=standard.code).order_by("-created_at", "-pk").first()


def written(team: Team) -> "QuerySet[Grading]":
    """Applications whose words a new one may take over: handed in once, or begun under a version that has ended."""
    current = Standard.objects.in_force(timezone.localdate())
    stranded = Q(state=GradingState.DRAFT) & ~Exists(current.filter(pk=OuterRef("standard")))
    return Grading.objects.filter(~Q(submitted_at=None) | stranded, team=team)


def version_in_force(grading: Grading) -> Standard | None:
    """The version in force now of the standard an application goes by."""
    rows = Standard.objects.in_force(timezone.localdate()).filter(code=grading.standard.code)
    return rows.order_by("number").last()


@transaction.atomic
def begin(team: Team, standard: Standard, grade: str, *, by: User, source: Grading | None = None) -> Grading:
    """A new application, with a row per indicator; what was said in ``source`` comes along, its evidence does not.

    :raises ValidationError: the standard is not for this team or not in force, or the team's application under it is
        still under way.
    """
    refusal = applies_to(standard, team)
    if not refusal:
        raise ValidationError({"standard": str(refusal.reason)})
    if not Standard.objects.in_force(timezone.localdate()).filter(pk=standard.pk).exists():
        raise ValidationError({"standard": _("这一版标准现在没有施行，请选择现行的标准。")})
    if grade not in Grade.values or not standard.conclusions.filter(key=grade).exists():
        raise ValidationError({"applied_grade": _("这项标准没有这个等级。")})
    facts: dict[str, Any] = {"statement": source.statement, "contact": source.contact} if source else {}
    made = Grading(team=team, standard=standard, applied_grade=grade, created_by=by, **facts)
    made.validate_constraints()
    with plainly(Grading):
        made.save()
    lay_claims(made)
    if source is not None:
        _take_over(source, made)
    return made


def _take_over(source: Grading, made: Grading) -> None:
    """Of the lines that ask the same; numbers the portal counts are counted anew."""
    former = list(source.claims.select_related("indicator"))
    claims = list(GradingClaim.objects.filter(grading=made).select_related("indicator"))
    same = followed((Asked.by(one.indicator) for one in former), [Asked.by(one.indicator) for one in claims])
    said = {same[claim.indicator.code]: claim for claim in former if claim.indicator.code in same}
    changed = []
    for claim in claims:
        one: Indicator = claim.indicator
        before = said.get(one.code)
        if before is None:
            continue
        claim.value = before.value if not one.metric else None
        claim.points = before.points if before.points is None or before.points <= one.points else None
        claim.not_applicable, claim.note = before.not_applicable and one.may_not_apply, before.note
        changed.append(claim)
    GradingClaim.objects.bulk_update(changed, ["value", "points", "not_applicable", "note"])
