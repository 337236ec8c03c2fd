"""授课和成绩 of a training: who taught, what came of it for each, certificates to those who passed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.moves import refused
from people.forms.certificates import GrantForm
from people.models import CertificateKind, Membership
from people.papers.granting import GrantRefused, held_by
from people.papers.verifying import members_with
from people.views.granting import (
    are_valid,
    is_good_for_long,
    recipients_of,
    sheet_context,
    sheet_of,
    show_refused,
    tell_granted,
    terms_of,
)
from training.choices import Outcome
from training.models import Activity, Course, Teaching
from training.participants.attended import unearned
from training.records.awarding import award, may_award, memberships_of, to_award, waits
from training.records.results import lines_of, save
from training.views.activity_common import ActivityPage, activity_page
from training.workflow import confirming_office, keeps, keeps_some


def _training(request: SignedIn, pk: int) -> ActivityPage:
    return activity_page(request, pk, "training:activity_results")


@form_page
@login_required
def activity_results(request: SignedIn, pk: int) -> HttpResponse:
    page = _training(request, pk)
    activity, lines = page.activity, None
    here = reverse("training:activity_results", args=[activity.pk])
    if activity.is_drill:
        messages.info(request, _("演练不登记授课和成绩。"))
        return redirect("training:activity_people", activity.pk)
    if request.method == "POST":
        keeps(activity, request.user).require()
        try:
            lines, changed = save(activity, request.POST, rest=request.POST.get("rest", ""))
        except MoveNotAllowed as refusal:
            return refused(request, activity, refusal, back=here)
        wrong = sum(bool(line.error) for line in lines)
        if changed:
            messages.success(request, _("已保存 %(n)d 人的结果。") % {"n": changed})
        if not wrong:
            if not changed:
                messages.info(request, _("没有改动。"))
            return redirect(here)
        messages.error(request, _("有 %(n)d 行没有保存，请看标红的行。") % {"n": wrong})
    lines = lines_of(activity) if lines is None else lines
    awards = bool(may_award(activity, request.user))
    own, others = _kept([line.row for line in lines if awards and waits(line.row)], request)
    wrong_ones, elsewhere = _kept(list(unearned(activity)) if awards else [], request)
    hosts = bool(keeps(activity, request.user))
    holding = _holding(own, activity)
    context = page.context(
        teachings=list(Teaching.objects.filter(activity=activity).select_related("instructor")),
        lines=lines,
        outcomes=Outcome.choices,
        numbers=_numbers(lines),
        waiting=len(own) - holding,
        holding=holding,
        waiting_elsewhere=len(others) if hosts else 0,
        unearned=wrong_ones + (elsewhere if hosts else []),
    )
    return render(request, "training/activity_results.html", context)


def _holding(rows: list[Any], activity: Activity) -> int:
    """How many of them hold a good one of the course's kind: they do not wait for another, but may be given one."""
    kinds = CertificateKind.objects.filter(
        pk__in=Course.objects.filter(versions=activity.course_version_id).values("certificate_kind")
    )
    kind = kinds.first() if rows and activity.course_version_id else None
    held = held_by([row.person_id for row in rows], kind) if kind is not None else {}
    return sum(row.person_id in held and is_good_for_long(held[row.person_id]) for row in rows)


def _numbers(lines: list[Any]) -> list[dict[str, Any]]:
    found = [line.row.outcome for line in lines]
    return [{"label": one.label, "n": found.count(one.value)} for one in Outcome]


# -- certificates -------------------------------------------------------------------------------------------
@form_page
@login_required
def activity_certificates(request: SignedIn, pk: int) -> HttpResponse:
    """``?kind=`` or the course's: the sheet with a line for each who passed and has none; POST gives them."""
    activity = _training(request, pk).activity
    back = reverse("training:activity_results", args=[activity.pk])
    keeps_some(activity, request.user).require()
    decision = may_award(activity, request.user)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(back)
    rows, others = _kept(list(to_award(activity).select_related("person")), request)
    told = others if keeps(activity, request.user) else []
    if told and request.method == "GET":
        words = {"n": len(told), "names": _("、").join(row.person.name for row in told[:20])}
        messages.warning(request, _("%(n)d 人不在您维护的队伍里，由其队伍的管理单位在这里发证：%(names)s。") % words)
    if not rows:
        if not told:
            messages.info(request, _("没有要发证的人：合格的都有证书了，或者还没有登记成绩。"))
        return redirect(back)
    kind = _kind(request, activity)
    if kind is None:
        context = {
            "title": _("给合格的人发证"), "activity": activity, "kinds": CertificateKind.objects.in_use(),
            "n": len(rows), "cancel_url": back,
        }  # fmt: skip
        return render(request, "training/activity_certificate_kind.html", context)
    return _sheet(request, activity, kind, rows, back)


def _kept(rows: list[Any], request: SignedIn) -> tuple[list[Any], list[Any]]:
    """Those whose papers the reader keeps, and the others: one of them on the sheet would stop it for all."""
    if not rows:
        return [], []
    kept = members_with([row.person_id for row in rows], Right.EDIT_MEMBER, request.user)
    return [row for row in rows if row.person_id in kept], [row for row in rows if row.person_id not in kept]


def _kind(request: SignedIn, activity: Activity) -> CertificateKind | None:
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    version = activity.course_version
    if not asked and version is not None and "choose" not in request.GET:
        asked = version.course.certificate_kind_id or ""
    return CertificateKind.objects.in_use().filter(pk=asked[:20]).first()


def _sheet(request: SignedIn, activity: Activity, kind: CertificateKind, rows: list[Any], back: str) -> HttpResponse:
    acts = request.method == "POST"
    members = memberships_of(rows)
    initial = {"kind": kind.pk, "source": str(activity)[:100], "issuer": _issuer(activity)}
    form = GrantForm(request.POST) if acts else GrantForm(initial=initial)
    sheet = sheet_of(request.POST if acts else None, members, kind, by=request.user)
    if acts and are_valid(form, sheet):
        try:
            done = award(activity, recipients_of(form, sheet), terms_of(form), by=request.user)
        except GrantRefused as refusal:
            show_refused(form, sheet, refusal)
        except ValidationError as error:
            if error.code == "done":
                messages.info(request, str(error.message))
                return redirect(back)
            form.add_error(None, error)
        else:
            tell_granted(request, len(done.certificates), done.to_verify, done.renewed)
            return redirect(back)
    if acts:
        _tell_gone(request, members)
    context = sheet_context(form, kind, sheet) | {
        "title": _("给合格的人发证：%(kind)s") % {"kind": kind.name}, "activity": activity, "cancel_url": back,
    }  # fmt: skip
    return render(request, "training/activity_certificates.html", context)


def _tell_gone(request: SignedIn, members: list[Membership]) -> None:
    """Sent from a page on which others still stood: a second window, or the page that was sent before."""
    gone = set(request.POST.getlist("membership")) - {str(row.pk) for row in members}
    if gone:
        said = _("原来在名单里的 %(n)d 人已经发过证，或者不在您维护的队伍里了，下面不再列出。")
        messages.warning(request, said % {"n": len(gone)})


def _issuer(activity: Activity) -> str:
    """The office that holds it, or that is over the team that does."""
    host = activity.host
    return host.name if host.is_office else confirming_office(host).name
