"""The sections of an application: shown, saved, and saved by themselves while one types."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.forms.grading_claims import ClaimsForm
from assessments.forms.gradings import BasicsForm
from assessments.gradings.checks import BASICS
from assessments.gradings.claims import Filled, Section, asked, filled
from assessments.gradings.evidence import evidence_panels
from assessments.gradings.remarks import RETURN, remarks_of
from assessments.states import GRADING_WITH_AUTHOR, GradingState
from assessments.views.grading_common import GradingPage, grading_page
from assessments.views.grading_detail import events_of, linked, section_url
from core.forms import StaleForm
from core.methods import form_page
from core.together import together
from core.workflow import MoveNotAllowed, last_event
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.moves import refused


@dataclass
class Place:
    """A section on its page. ``section`` is None for the first one, which is no indicator's."""

    page: GradingPage
    filled: Filled
    key: str
    section: Section | None
    found: dict[str, list[Any]]

    @property
    def title(self) -> str:
        return self.section.title if self.section else _("申请等级和说明")

    @property
    def keys(self) -> list[str]:
        return [BASICS, *(section.key for section in self.filled.sections)]

    def beside(self, step: int) -> dict[str, str] | None:
        """The section before (-1) or after (1)."""
        at = self.keys.index(self.key) + step
        if not 0 <= at < len(self.keys):
            return None
        key = self.keys[at]
        titles = {BASICS: _("申请等级和说明")} | {one.key: one.title for one in self.filled.sections}
        return {"url": section_url(self.page.grading, key), "title": titles[key]}

    def form(self, data: Any = None) -> BasicsForm | ClaimsForm:
        if self.section is not None:
            return ClaimsForm(data, section=self.section)
        grades = [(one.key, one.name) for one in self.filled.conclusions]
        return BasicsForm(data, instance=self.page.grading, own=self.page.request.user, grades=grades)


def _place(request: SignedIn, pk: int, key: str) -> Place:
    page = grading_page(request, pk)
    found = together(**asked(page.grading), events=events_of(page.grading))
    one = filled(page.grading, found)
    section = next((section for section in one.sections if section.key == key), None)
    if section is None and key != BASICS:
        raise Http404(_("没有这一节。"))
    return Place(page, one, key, section, found)


def _closed(request: SignedIn, place: Place) -> HttpResponse | None:
    """A wrong state is told and leads to the page; a missing right is 403. None: go on."""
    grading = place.page.grading
    can(request.user, Right.REPORT_ASSESSMENT, grading.team.organization).require()
    if grading.state in GRADING_WITH_AUTHOR:
        return None
    messages.error(request, str(place.page.kept.reason))
    return redirect(grading)


@form_page
@login_required
def grading_edit(request: SignedIn, pk: int, section: str) -> HttpResponse:
    place = _place(request, pk, section)
    answer = _closed(request, place)
    if answer:
        return answer
    if request.method == "GET":
        return _show(request, place, place.form())
    form = place.form(request.POST)
    try:
        good = _kept(form, place)
    except MoveNotAllowed as error:
        return refused(request, place.page.grading, error)
    if not good:
        return _show(request, place, form)
    messages.success(request, _("已保存。"))
    after = place.beside(1)
    if request.POST.get("action") == "save":
        return redirect(section_url(place.page.grading, place.key))
    return redirect(after["url"] if after else place.page.grading.get_absolute_url())


def _kept(form: BasicsForm | ClaimsForm, place: Place) -> bool:
    """Save what can be read; False: the page is shown again with what is wrong."""
    grading, user = place.page.grading, place.page.request.user
    if isinstance(form, ClaimsForm):
        form.keep(grading, user)
        form.freshen()
        return not form.errors and not form.clashes
    if not form.is_valid():
        return False
    try:
        form.save()
    except StaleForm:
        return False
    return True


def _show(request: SignedIn, place: Place, form: BasicsForm | ClaimsForm) -> HttpResponse:
    grading = place.page.grading
    returned = last_event(place.found["events"], RETURN) if grading.state == GradingState.RETURNED else None
    remarks = [remark for remark in remarks_of(place.filled, returned) if remark.section == place.key]
    claims = isinstance(form, ClaimsForm)
    stale = not claims and bool(getattr(form, "clashes", []))
    number = place.keys.index(place.key) + 1
    rows = place.section.scored if place.section else []
    context = {
        "title": place.title,
        "grading": grading,
        "team": grading.team,
        "section_key": place.key,
        "form": form,
        "lines": form.lines if isinstance(form, ClaimsForm) else [],
        "evidence": evidence_panels(rows, request.user) if rows else [],
        "returned": returned,
        "remarks": linked(grading, remarks),
        "remark_of": {remark.row.indicator.pk: remark for remark in remarks},
        "sheet": place.filled.sheet,
        "day": place.filled.day,
        "before": place.beside(-1),
        "after": place.beside(1),
        "place_text": _("第 %(n)d 节，共 %(all)d 节") % {"n": number, "all": len(place.keys)},
        "wrong": bool(form.errors) and not stale,
        "stale": [] if claims else form.clashes,  # type: ignore[union-attr]
        "clashes": form.clashes if claims else [],
        "keep_key": f"grading-{grading.pk}-{place.key}",
    }
    status = 409 if stale or (claims and form.clashes) else 200
    return render(request, "assessments/grading_section.html", context, status=status)


@require_POST
@login_required
def grading_autosave(request: SignedIn, pk: int, section: str) -> HttpResponse:
    """The page saves itself: a line for the page, new versions for its form, and the score as it is now."""
    place = _place(request, pk, section)
    grading = place.page.grading
    can(request.user, Right.REPORT_ASSESSMENT, grading.team.organization).require()
    template = "assessments/_grading_saved.html"
    if grading.state not in GRADING_WITH_AUTHOR:
        return render(request, template, {"refused": place.page.kept.reason}, status=409)
    form = place.form(request.POST)
    try:
        _kept(form, place)
    except MoveNotAllowed as error:
        status = 403 if error.code == "permission" else 409
        return render(request, template, {"refused": error.message}, status=status)
    return render(request, template, _answer(form, place))


def _answer(form: BasicsForm | ClaimsForm, place: Place) -> dict[str, Any]:
    saved: dict[str, Any] = {"saved_at": timezone.now(), "wrong": len(form.errors)}
    if isinstance(form, BasicsForm):
        stale = bool(form.clashes)
        fresh = grading_page(place.page.request, place.page.grading.pk).grading
        sheet = filled(fresh).sheet
        return {**saved, "stale": stale, "who": form.changed_by, "sheet": sheet, "grading": fresh,
                "versions": {"version": form.instance.version}}  # fmt: skip
    clashes = [str(line.row.indicator.code) for line in form.clashes]
    sheet = filled(place.page.grading).sheet
    return {**saved, "clashes": clashes, "versions": form.versions, "sheet": sheet, "grading": place.page.grading}
