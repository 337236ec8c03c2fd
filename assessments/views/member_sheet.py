"""The sheet of a group: members × indicators, saved row by row; finishing all that are complete in one step."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.choices import Purpose
from assessments.members.finishing import Finished, finish
from assessments.members.sheets import Group, group_of, save
from assessments.models import MemberAssessment, Standard
from assessments.states import StandardState
from core.keys import keys
from core.methods import form_page
from organizations.models import Organization
from organizations.permissions import can, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen

PER_PAGE = 40
MOST_FIELDS = 900  # of one form: DATA_UPLOAD_MAX_NUMBER_FIELDS is 1000
MOST_NAMES = 10


@form_page
@login_required
def member_sheet(request: SignedIn, pk: int, standard: int) -> HttpResponse:
    """``pk``: the team. POST ``finish=1``: saves, then finishes whoever is complete, also on other pages."""
    place: Organization = seen(Organization.objects.filter(reach(request.user, Right.VIEW_MEMBER, at="")), pk)
    papers = Standard.objects.filter(purpose=Purpose.MEMBER).exclude(state=StandardState.DRAFT)
    paper: Standard = seen(papers.annotate(columns=Count("indicators")), standard)
    rows = MemberAssessment.objects.visible_to(request.user).filter(organization=place, standard=paper)
    here = reverse("assessments:member_sheet", args=[place.pk, paper.pk])
    page = _page(request, rows, paper)
    if page.number > 1:
        here = f"{here}?page={page.number}"
    keeps = can(request.user, Right.EDIT_MEMBER, place)
    group = None
    if request.method == "POST":
        keeps.require()
        group, wrong = _save(request, rows, paper)
        if not wrong:
            return redirect(here)
    group = group or group_of(paper, list(page.object_list), request.user)
    context = {
        "title": _("能力测评评分表"), "place": place, "standard": paper, "group": group, "page": page,
        "keeps": bool(keeps), "complete": sum(line.is_complete and not line.own for line in group.lines),
        "finished_url": f"{reverse('assessments:member_list')}?standard={paper.pk}&under={place.pk}&state=finished",
    }  # fmt: skip
    return render(request, "assessments/member_sheet.html", context)


def _page(request: SignedIn, rows: Any, standard: Standard) -> Any:
    columns = standard.columns + 1  # type: ignore[attr-defined]
    shown = rows.under_way().select_related("person").order_by("pk")
    return Paginator(shown, max(1, min(PER_PAGE, MOST_FIELDS // columns))).get_page(request.GET.get("page"))


def _save(request: SignedIn, rows: Any, standard: Standard) -> tuple[Group | None, int]:
    """Save what came, and finish if asked; the group with its errors, and how many rows have one."""
    came = keys(name.removeprefix("version-") for name in request.POST if name.startswith("version-"))
    group, changed = save(rows.kept_by(request.user).filter(pk__in=came), standard, request.POST, by=request.user)
    wrong = sum(bool(line.error) for line in group.lines)
    if changed:
        messages.success(request, _("已保存 %(n)d 人的评分。") % {"n": changed})
    gone = len(came) - len(group.lines)
    if gone:
        messages.info(request, _("%(n)d 人已经由别人完成，没有再改。") % {"n": gone})
    if wrong:
        messages.error(request, _("有 %(n)d 行没有保存，请看标红的行。") % {"n": wrong})
    elif request.POST.get("finish") == "1":
        tell_finished(request, finish(rows, by=request.user))
    elif not changed and not gone:
        messages.info(request, _("没有改动。"))
    return group, wrong


def tell_finished(request: SignedIn, done: Finished) -> None:
    if done.done:
        messages.success(request, _("已完成 %(n)d 人的测评，结论已记入档案。") % {"n": len(done.done)})
    if done.open:
        lines = [f"{row.person.name}（{lack}）" for row, lack in done.open[:MOST_NAMES]]
        words = {"n": len(done.open), "names": _("、").join(lines)}
        if len(done.open) > MOST_NAMES:
            messages.warning(request, _("还有 %(n)d 人没有评完：%(names)s等。") % words)
        else:
            messages.warning(request, _("还有 %(n)d 人没有评完：%(names)s。") % words)
    if not done.done and not done.open:
        messages.info(request, _("没有可以完成的测评。"))
