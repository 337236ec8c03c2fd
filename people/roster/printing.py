"""The printed 花名册 of a team: A4 across, heads on every page, numbers masked unless somebody says what for."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, masking
from core.documents import render_pdf
from core.exports.answer import ReasonForm
from core.language import in_chinese
from core.models import AccessLog
from core.serving import as_download
from core.words import moment
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from people.models import Certificate, Cover, Disclosure, Membership
from people.team_pages import roster_url

MOST = 1_000  # members on one print: a team has tens, a stack of paper nobody reads has more


@dataclass(frozen=True)
class Printed:
    """One line of the paper."""

    number: str
    name: str
    gender: str
    id_number: str
    mobile: str
    duty: str
    group: str
    kind: str
    state: str
    joined_on: str
    certificate: str
    insurance: str


def answer_pdf(request: SignedIn, team: Organization) -> HttpResponseBase:
    """The paper; with ``?full=1`` first a page that asks what for, and a note about every person on it."""
    full = request.GET.get("full") == "1"
    if not full:
        return _pdf(request, team, reason="")
    can(request.user, Right.EXPORT_FULL, team).require()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, team, form)
    return _pdf(request, team, reason=form.cleaned_data["reason"])


def _ask(request: SignedIn, team: Organization, form: forms.Form) -> HttpResponse:
    context = {
        "title": _("打印完整花名册"),
        "question": _("要打印“%(team)s”的花名册，含完整的证件号码和手机。") % {"team": team.name},
        "consequences": [
            _("每一页印有您的姓名、时间和用途。"),
            _("这次打印会被记录，名册上的每个人都能在“谁看过我的信息”里看到。"),
        ],
        "form": form,
        "submit_label": _("生成花名册"),
        "cancel_url": roster_url(team),
    }
    return render(request, "generic/confirm.html", context, status=422 if form.errors else 200)


def _pdf(request: SignedIn, team: Organization, *, reason: str) -> HttpResponseBase:
    rows = list(members(team)[: MOST + 1])
    with in_chinese():
        content = roster_pdf(team, rows[:MOST], by=request.user, reason=reason, cut=len(rows) > MOST)
        name = _("%(team)s花名册_%(day)s.pdf") % {"team": team.name, "day": f"{timezone.localdate():%Y%m%d}"}
    with transaction.atomic():
        if reason:
            _note(rows[:MOST], request.user, reason)
        audit.record(
            AccessLog.Kind.EXPORTED, request=request, subject=_("花名册"), team=team.name, format="pdf",
            rows=len(rows[:MOST]), full=bool(reason), reason=reason,
        )  # fmt: skip
    return as_download(BytesIO(content), name, "application/pdf")


def _note(rows: list[Membership], by: User, reason: str) -> None:
    Disclosure.objects.bulk_create(
        [
            Disclosure(
                person_id=row.person_id, what=Disclosure.What.EXPORT, by=by, office=by.organization.name,
                reason=reason.strip()[:200],
            )
            for row in rows
        ]
    )  # fmt: skip


def members(team: Organization) -> QuerySet[Membership]:
    """Current members by number, those without one at the end, with what the paper says of each; three queries."""
    today = timezone.localdate()
    papers = Certificate.objects.counting(today).filter(kind__is_first_aid=True).select_related("kind")
    covers = Cover.objects.on(today).personal().select_related("policy")
    return (
        Membership.objects.of_team(team)
        .current()
        .select_related("person")
        .as_printed()
        .prefetch_related(
            Prefetch("person__certificates", papers, to_attr="counting"),
            Prefetch("person__covers", covers, to_attr="insured"),
        )
    )


def roster_pdf(team: Organization, rows: list[Membership], *, by: User, reason: str, cut: bool = False) -> bytes:
    """The paper itself. ``reason``: whole numbers and what for; empty: masked."""
    day = timezone.localdate()
    printed = [_printed(row, full=bool(reason)) for row in rows]
    heading = _("%(who)s（%(office)s）于 %(at)s 打印") % {
        "who": by.name, "office": by.organization.name, "at": moment(timezone.now()),
    }  # fmt: skip
    context = {
        "title": _("%(team)s花名册") % {"team": team.name},
        "day": day,
        "heading": heading,
        "mark": _("%(heading)s；含未遮盖的信息，用途：%(reason)s") % {"heading": heading, "reason": reason}
        if reason
        else "",
        "rows": printed,
        "most": MOST if cut else 0,
        "counts": _counts(rows),
    }
    return render_pdf("pdf/roster.html", context)


def _counts(rows: list[Membership]) -> dict[str, int]:
    certified = sum(bool(row.person.counting) for row in rows)  # type: ignore[attr-defined] # prefetched
    insured = sum(bool(row.person.insured) for row in rows)  # type: ignore[attr-defined]
    return {"all": len(rows), "certified": certified, "insured": insured}


def _printed(row: Membership, *, full: bool) -> Printed:
    person: Any = row.person
    paper = next(iter(person.counting), None)
    cover = max(person.insured, key=lambda each: each.ends_on, default=None)
    return Printed(
        number=row.number,
        name=person.name,
        gender=person.get_gender_display(),
        id_number=person.id_number if full else person.id_masked,
        mobile=person.mobile if full else masking.phone(person.mobile),
        duty=row.duty,
        group=row.group,
        kind=row.get_kind_display(),
        state=row.get_state_display(),
        joined_on=row.joined_on.isoformat(),
        certificate=_until(paper.number, paper.expires_on) if paper else "",
        insurance=cover.ends_on.isoformat() if cover else "",
    )


def _until(number: str, day: date | None) -> str:
    until = _("至 %(day)s") % {"day": day.isoformat()} if day else _("长期")
    return f"{number} {until}".strip()
