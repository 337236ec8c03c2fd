"""Members' assessments: all there are, and beginning some of a team."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.filters.members import MemberAssessmentFilter
from assessments.forms.members import BeginForm
from assessments.members.beginning import Begun, begin, candidates, standards
from assessments.members.listing import around
from assessments.models import MemberAssessment
from assessments.tables.members import MemberAssessmentTable
from core.keys import key, keys
from core.lists import ListView
from core.methods import form_page
from organizations.models import Organization
from organizations.permissions import access, can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, pick_place, seen

MOST = 500  # members offered at once


class MemberAssessmentList(ListView):
    request: SignedIn
    model = MemberAssessment
    table_class = MemberAssessmentTable
    filterset_class = MemberAssessmentFilter
    list_name = "assessments:member_list"
    title: Any = gettext_lazy("队员能力测评")
    permission = holding(Right.VIEW_MEMBER)
    template_name = "assessments/member_list.html"

    def get_context(self) -> dict[str, Any]:
        keeps = Right.EDIT_MEMBER in access(self.request.user)
        return {
            **super().get_context(),
            "search_hint": _("姓名"),
            "empty_hint": _("按队员能力测评标准，给一个人或者全队评分；完成以后，结论记在队员的档案里。"),
            "may_begin": keeps,
            "groups": self._groups() if keeps else [],
        }

    def _groups(self) -> list[dict[str, Any]]:
        """Sheets under way that the reader fills in, by team and standard."""
        return [
            {
                "team": row["organization__short_name"],
                "standard": row["standard__name"],
                "n": row["n"],
                "url": reverse("assessments:member_sheet", args=[row["organization"], row["standard"]]),
            }
            for row in around(self.request.user)["groups"]
        ]


@form_page
@login_required
def member_create(request: SignedIn) -> HttpResponse:
    """``?organization=``: the team; without it, first the team. ``?membership=`` (repeated): ticked from the start.
    POST: ``membership`` (repeated), standard, day, assessors."""
    holding(Right.EDIT_MEMBER)(request.user).require()
    if not request.GET.get("organization"):
        return pick_place(
            request, title=_("新建能力测评：先选队伍"), right=Right.EDIT_MEMBER,
            url=lambda place: f"{reverse('assessments:member_create')}?organization={place.pk}",
        )  # fmt: skip
    place: Organization = seen(Organization.objects.visible_to(request.user), key(request.GET["organization"]))
    can(request.user, Right.EDIT_MEMBER, place).require()
    if place.is_office:
        messages.info(request, _("请选一支救援队，按队测评。"))
        return redirect("assessments:member_create")
    offered = standards(request.user, timezone.localdate())
    form = BeginForm(request.POST or None, standards=offered)
    chosen = keys((request.POST if request.method == "POST" else request.GET).getlist("membership"))[: MOST + 1]
    if request.method == "POST" and form.is_valid() and chosen:
        facts = form.cleaned_data
        done = begin(
            place, chosen, facts["standard"], day=facts["assessed_on"], assessors=facts["assessors"], by=request.user
        )
        _tell(request, done)
        return redirect("assessments:member_sheet", place.pk, facts["standard"].pk)
    if request.method == "POST" and not chosen:
        messages.error(request, _("请勾选要测评的队员。"))
    return _choose(request, place, form, set(chosen))


def _tell(request: SignedIn, done: Begun) -> None:
    if done.made:
        messages.success(request, _("已建立 %(n)d 人的评分表。") % {"n": len(done.made)})
    if done.there:
        names = _("、").join(person.name for person in done.there[:20])
        messages.info(request, _("%(n)d 人正在评分，接着评就行：%(names)s。") % {"n": len(done.there), "names": names})


def _choose(request: SignedIn, place: Organization, form: BeginForm, chosen: set[int]) -> HttpResponse:
    found = list(candidates(place, request.user)[: MOST + 1])
    context = {
        "title": _("新建能力测评"), "place": place, "form": form, "has_standards": form.has_standards,
        "rows": [{"membership": row, "chosen": row.pk in chosen} for row in found[:MOST]],
        "more": len(found) > MOST, "most": MOST, "cancel_url": reverse("assessments:member_list"),
    }  # fmt: skip
    return render(request, "assessments/member_create.html", context)
