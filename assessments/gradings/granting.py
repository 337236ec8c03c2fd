"""The grade a team gets, its certificate, and how it ends.

A grade granted by the portal has a certificate with a code anybody can check; what takes its place ends it, and so
does a cancellation or a deliberation that is opened again; then what it took the place of holds again. Grades of other
authorities are recorded beside it, never ended by ours.
"""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Grading, TeamGrade
from assessments.states import GradingState
from core.documents import issue, revoke
from core.jobs import start
from core.language import in_chinese
from core.models import Job, VerifiableDocument
from core.workflow import MoveNotAllowed
from organizations.models import User
from people.validators import months_after

TEMPLATE = "pdf/grade_certificate.html"
REPLACED = "已重新定级，以新的证书为准"  # as kept in the record, by which it is found again


def until(granted_on: date, months: int | None) -> date | None:
    """The last day of validity; a standard without one grants without end."""
    return months_after(granted_on, months) - timedelta(days=1) if months else None


def grant(grading: Grading, *, by: User, document_number: str = "") -> TeamGrade:
    """The grade of a grading that is being granted, in the transaction of the move; the certificate follows by job."""
    assert grading.office is not None, "handed in"
    standard, today = grading.standard, timezone.localdate()
    facts: dict[str, Any] = {
        "team": grading.team, "scheme": standard.scheme, "category_id": standard.category_id,
        "specialty": standard.specialty, "grade": grading.result, "issuer": grading.office.name,
        "certificate_no": grading.number or "", "document_number": document_number, "granted_on": today,
        "valid_until": until(today, standard.validity_months), "ended_on": None, "end_reason": "",
    }  # fmt: skip
    there = TeamGrade.objects.select_for_update(of=("self",)).filter(grading=grading).first()
    made = there or TeamGrade(grading=grading, created_by=by)  # decided again: the same grade, newly granted
    for name, value in facts.items():
        setattr(made, name, value)
    if there is not None:
        made.version += 1
    made.save()
    _replace_earlier(made, by=by)
    _print(made, by=by)
    return made


def _print(grade: TeamGrade, *, by: User) -> None:
    with in_chinese():
        title = _("定级证书 %(number)s") % {"number": grade.certificate_no}
    start("grade_certificate", by=by, title=title, grade_id=grade.pk)


def _replace_earlier(grade: TeamGrade, *, by: User) -> None:
    """One grade of ours per team and category is in force."""
    earlier = TeamGrade.objects.held().filter(
        team=grade.team, scheme=grade.scheme, category=grade.category, specialty=grade.specialty, grading__isnull=False
    )
    for one in earlier.exclude(pk=grade.pk).select_for_update(of=("self",)):
        _end(one, timezone.localdate(), REPLACED, by=by)


def take_back(grading: Grading, *, by: User, reason: str) -> TeamGrade | None:
    """The grade of a grading that is deliberated again no longer holds; what it took the place of holds again, until
    the deliberation has come to something: nobody objected to that.

    :returns: the one that holds again.
    """
    taken = TeamGrade.objects.select_for_update(of=("self",)).filter(grading=grading, ended_on=None).first()
    if taken is None:
        return None
    _end(taken, timezone.localdate(), reason, by=by)
    return _restore_earlier(taken, by=by)


def _restore_earlier(taken: TeamGrade, *, by: User) -> TeamGrade | None:
    rows = TeamGrade.objects.filter(
        team=taken.team, scheme=taken.scheme, category=taken.category, specialty=taken.specialty,
        grading__isnull=False, ended_on=taken.granted_on, end_reason=REPLACED,
    )  # fmt: skip
    still = Q(valid_until=None) | Q(valid_until__gte=timezone.localdate())
    rows = rows.exclude(pk=taken.pk).filter(still).select_for_update(of=("self",))
    earlier: TeamGrade | None = rows.order_by("-granted_on", "-pk").first()
    if earlier is not None:
        earlier.ended_on, earlier.end_reason = None, ""
        earlier.version += 1
        earlier.save()
        _print(earlier, by=by)
    return earlier


@transaction.atomic
def cancel(grade: TeamGrade, *, by: User, on: date, reason: str) -> TeamGrade:
    """注销, with the day and the reason; the certificate is revoked.

    :raises ValidationError: without a reason, or before the day it was granted. ``MoveNotAllowed``: it has ended.
    """
    fresh = TeamGrade.objects.select_for_update(of=("self",)).get(pk=grade.pk)
    MoveNotAllowed.unless(fresh.can_edit(by))
    if fresh.ended_on is not None:
        raise MoveNotAllowed("state", _("这个等级已经注销了。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明注销的原因。")})
    if not fresh.granted_on <= on <= timezone.localdate():
        raise ValidationError({"on": _("注销日期不能早于定级日期，也不能晚于今天。")})
    _end(fresh, on, reason.strip(), by=by)
    return fresh


def _end(grade: TeamGrade, on: date, reason: str, *, by: User) -> None:
    with in_chinese():
        grade.ended_on, grade.end_reason = on, str(reason)[:200]
        grade.version += 1
        grade.save()
        for paper in VerifiableDocument.objects.of(grade).valid():
            revoke(paper, by=by, reason=grade.end_reason)


# -- the certificate --------------------------------------------------------------------------------------
def certificate_of(grade: TeamGrade) -> VerifiableDocument | None:
    found: VerifiableDocument | None = VerifiableDocument.objects.of(grade).valid().first()
    return found


def issue_certificate(job: Job, progress: Any) -> None:
    """The certificate of a grade in force; safe to run again, and does nothing for one that has ended meanwhile."""
    rows = TeamGrade.objects.select_related("team__organization", "category", "grading__standard", "grading__office")
    grade = rows.get(pk=job.params["grade_id"])
    grading = grade.grading
    if grade.ended_on is not None or grading is None or grading.state != GradingState.GRANTED:
        return
    words = {"team": grade.team.name, "grade": grade}
    context = {
        "team": grade.team, "what": what_of(grade), "grade": grade.get_grade_display(), "grading": grading,
        "standard": grading.standard, "granted_on": grade.granted_on, "valid_until": grade.valid_until,
        "document_number": grade.document_number,
    }  # fmt: skip
    issue(
        grade, template=TEMPLATE, context=context, number=grade.certificate_no, title=_("救援队等级证书"),
        issuer=grade.issuer, subject=_("%(team)s：%(grade)s") % words, by=job.created_by, on=grade.granted_on,
    )  # fmt: skip


def what_of(grade: TeamGrade) -> str:
    """In what it holds the grade: a category, or a specialty of the emergency authorities."""
    return grade.category.name if grade.category else str(grade.get_specialty_display())
