"""Plans of the year: all there are, one with how far it is, beginning and issuing it, its items."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from core.attachments.panel import panels
from core.forms import refuse
from core.history.as_at import events_of
from core.lists import ListView
from core.methods import form_page
from core.together import together
from organizations.roles import Level, Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.region import keep
from organizations.views.timeline import changes
from training import planning
from training.choices import ActivityKind
from training.filters.plans import PlanFilter
from training.forms.plans import PlanBeginForm, PlanForm
from training.models import Plan
from training.planning import Line, added, with_progress, with_totals
from training.tables.plans import PlanTable
from training.views.activity_common import state_of
from training.views.catalogue_common import keeps_some, offered_places

LATELY = 20
MOST_BELOW = 200


class PlanList(ListView):
    request: SignedIn
    model = Plan
    table_class = PlanTable
    filterset_class = PlanFilter
    list_name = "training:plan_list"
    title = pgettext_lazy("many", "年度计划")
    permission = holding(Right.VIEW_TRAINING)
    as_at_model = events_of(Plan)
    template_name = "training/plan_list.html"

    def get_queryset(self) -> QuerySet:
        return with_totals(super().get_queryset())

    def get_context(self) -> dict[str, Any]:
        year = timezone.localdate().year
        return {
            **super().get_context(),
            "years": [{"year": one, "url": self.url(year=one, page=None)} for one in (year + 1, year, year - 1)],
            "search_hint": _("单位、文号"),
            "empty_hint": _("每个红十字会、每支队伍一年一份计划，活动可以对应到计划项目。"),
            "may_create": keeps_some(self.request),
        }


def plan_of(request: SignedIn, pk: int, *, edit: bool = False) -> Plan:
    """A plan out of what may be seen, else 404; ``edit``: whoever keeps it, else 403."""
    found: Plan = seen(Plan.objects.visible_to(request.user).select_related("organization"), pk)
    if edit:
        found.can_edit(request.user).require()
    return found


@require_safe
@login_required
def plan_detail(request: SignedIn, pk: int) -> HttpResponse:
    plan = plan_of(request, pk)
    there = _around(plan, request)
    lines = [Line(item, timezone.localdate()) for item in there["items"]]
    for line in lines:
        line.item.plan = plan
    context = {
        "title": str(plan),
        "plan": plan,
        "lines": lines,
        "sums": _sums(lines),
        "below": _below(plan, there),
        "unplanned": [{"activity": row, "state": state_of(row)} for row in there["unplanned"][:LATELY]],
        "more_unplanned": len(there["unplanned"]) > LATELY,
        "may_edit": bool(plan.can_edit(request.user)),
        "is_gone": plan.organization.is_over,
        "panels": panels(plan, request.user, Plan.attachment_kinds),
        "history": changes(plan),
    }
    return render(request, "training/plan_detail.html", context)


def _around(plan: Plan, request: SignedIn) -> dict[str, list[Any]]:
    """Items, what lies below, what was held without a plan: one query."""
    place = plan.organization
    meant, held = planning.below(place, plan.year, request.user)
    own = Plan.objects.visible_to(request.user).filter(
        year=plan.year, organization__path__startswith=place.path, organization__depth=place.depth + 1
    )
    return together(
        items=with_progress(plan.items.select_related("course")),
        places=planning.children(place, plan.year).values("pk", "path", "short_name", "level", "gone")[:MOST_BELOW],
        plans=own.order_by().values("organization_id", "pk"),
        meant=meant,
        held=held,
        unplanned=planning.unplanned(plan).select_related("host")[: LATELY + 1],
    )


def _sums(lines: list[Line]) -> list[dict[str, Any]]:
    return [{"label": ActivityKind(kind).label, "sum": row} for kind, row in sorted(added(lines).items())]


def _below(plan: Plan, there: dict[str, list[Any]]) -> dict[str, Any]:
    """A row per office or team right below, each with everything under it; and the whole."""
    meant, held = ({row["child"]: row for row in there[name]} for name in ("meant", "held"))
    own = {row["organization_id"]: row["pk"] for row in there["plans"]}
    rows = []
    for place in there["places"]:
        numbers = {**dict.fromkeys(_NUMBERS, 0), **meant.get(place["path"], {}), **held.get(place["path"], {})}
        numbers["beyond"] = numbers["done"] - numbers["counted"]
        rows.append({"name": place["short_name"], "gone": _gone(place), "plan": own.get(place["pk"]), **numbers})
    total = {name: sum(row[name] for row in rows) for name in (*_NUMBERS, "beyond")}
    return {"rows": rows, "total": total, "without": sum(not row["plan"] and not row["gone"] for row in rows)}


def _gone(place: dict[str, Any]) -> str:
    """How it is called that a place is no more; empty for one in force."""
    if not place["gone"]:
        return ""
    return _("已退出") if place["level"] == Level.TEAM else _("已撤销")


_NUMBERS = ("plans", "planned", "counted", "done", "open", "people", "reached")


# -- beginning and issuing --------------------------------------------------------------------------------------
@form_page
@login_required
def plan_create(request: SignedIn) -> HttpResponse:
    offered = offered_places(request)
    form = PlanBeginForm(request.POST or None, **offered)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            plan = planning.begin(facts["organization"], facts["year"], copy=facts["copy"])
        except ValidationError as error:
            refuse(form, error)
        else:
            copied = plan.items.count()
            messages.success(
                request, _("计划已建立，带来 %(n)d 个项目。") % {"n": copied} if copied else _("计划已建立，请加项目。")
            )
            return redirect(plan)
    context = {"title": _("建立年度计划"), "form": form, "cancel_url": reverse("training:plan_list"),
               "submit_label": _("建立"), "keep_key": "plan-new"}  # fmt: skip
    return render(request, "generic/form.html", context)


@form_page
@login_required
def plan_edit(request: SignedIn, pk: int) -> HttpResponse:
    plan = plan_of(request, pk, edit=True)
    form = PlanForm(request.POST or None, instance=plan)
    crumbs = [(_("年度计划"), reverse("training:plan_list")), (str(plan), plan.get_absolute_url())]
    return keep(
        request, form, title=_("印发和要求"), back=plan.get_absolute_url(), saved=_("计划已保存。"), crumbs=crumbs
    )
