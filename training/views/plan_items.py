"""Items of a plan: one with the activities that belong to it, entering, changing and ending it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.imports import ImportView
from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told
from organizations.views.region import keep
from organizations.views.timeline import changes
from training import planning
from training.choices import ActivityKind
from training.forms.catalogue import EndForm
from training.forms.plans import PlanItemForm
from training.models import Activity, Plan, PlanItem
from training.planning import Line, with_progress
from training.resources import PlanItemResource
from training.states import ON_RECORD, ActivityState
from training.views.activity_common import state_of
from training.views.plans import plan_of

LATELY = 50


def _item(request: SignedIn, pk: int, *, edit: bool = False) -> PlanItem:
    plans = Plan.objects.visible_to(request.user).order_by().values("pk")
    rows = PlanItem.objects.filter(plan__in=plans).select_related("plan__organization", "course")
    found: PlanItem = seen(with_progress(rows), pk)
    if edit:
        found.plan.can_edit(request.user).require()
    return found


@require_safe
@login_required
def planitem_detail(request: SignedIn, pk: int) -> HttpResponse:
    item = _item(request, pk)
    line = Line(item, timezone.localdate())
    held = Activity.objects.visible_to(request.user).filter(plan_item=item).select_related("host")[:LATELY]
    shown = list(held)
    context = {
        "title": item.name,
        "item": item,
        "plan": item.plan,
        "line": line,
        "facts": _facts(line),
        "held": [{"activity": activity, "state": state_of(activity)} for activity in shown],
        "elsewhere": max(0, item.done + item.open - len(shown)),  # type: ignore[attr-defined]
        "may_edit": bool(item.plan.can_edit(request.user)),
        "is_gone": item.plan.organization.is_over,
        "history": changes(item),
    }
    return render(request, "training/planitem_detail.html", context)


def _facts(line: Line) -> list[dict[str, Any]]:
    item = line.item
    lines = (
        (_("种类"), item.get_kind_display()),
        (_("内容"), line.what),
        (_("月份"), line.months),
        (_("计划次数"), _("%(n)d 次") % {"n": item.times}),
        (_("完成"), _("%(n)d 次") % {"n": item.done}),
        (_("在办"), _("%(n)d 次") % {"n": item.open}),
        (_("计划人次"), item.people),
        (_("实到人次"), item.reached),
        (_("说明"), item.note),
        (_("取消原因"), item.end_reason),
    )
    return [{"label": label, "value": value} for label, value in lines if value not in ("", None)]


@form_page
@login_required
def planitem_create(request: SignedIn, pk: int) -> HttpResponse:
    """``kind`` of the address says whether it is a drill or a training."""
    plan = plan_of(request, pk, edit=True)
    asked = request.GET.get("kind", "")
    kind = asked if asked in ActivityKind.values else ActivityKind.DRILL
    last = plan.items.aggregate(last=Max("position"))["last"] or 0
    item = PlanItem(plan=plan, kind=kind, position=last + 10)
    title = _("加演练项目") if kind == ActivityKind.DRILL else _("加培训项目")
    return _kept(request, item, title=title, saved=_("项目已加入计划。"))


@form_page
@login_required
def planitem_edit(request: SignedIn, pk: int) -> HttpResponse:
    item = _item(request, pk, edit=True)
    if item.ended_at is not None:
        messages.error(request, _("这个项目已经取消，不能再改。"))
        return redirect("training:planitem_detail", item.pk)
    return _kept(request, item, title=_("修改计划项目"), saved=_("项目已保存。"))


def _kept(request: SignedIn, item: PlanItem, *, title: str, saved: str) -> HttpResponse:
    plan = item.plan
    back = plan.get_absolute_url()
    form = PlanItemForm(request.POST or None, instance=item)
    crumbs = [(_("年度计划"), reverse("training:plan_list")), (str(plan), back)]
    return keep(request, form, title=title, back=back, saved=saved, crumbs=crumbs)


@form_page
@login_required
def planitem_end(request: SignedIn, pk: int) -> HttpResponse:
    item = _item(request, pk, edit=True)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            planning.end_item(item, form.cleaned_data["reason"])
        except ValidationError as error:
            told(request, error)
        else:
            messages.success(request, _("“%(name)s”已取消，没有办的次数不再计入计划。") % {"name": item.name})
        return redirect(item.plan)
    context = {
        "title": _("取消计划项目：%(name)s") % {"name": item.name},
        "question": _("“%(name)s”今年不再办。") % {"name": item.name},
        "consequences": _consequences(item),
        "form": form, "submit_label": _("取消这个项目"), "tone": "danger", "cancel_url": item.plan.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)


def _consequences(item: PlanItem) -> list[str]:
    found = [_("没有办的次数不再计入计划；已经办了的照样算。"), _("取消以后不能恢复，要办的另加一项。")]
    under_way = item.activities.exclude(state__in=(*ON_RECORD, ActivityState.CANCELLED)).count()
    if under_way:
        found.append(_("按它在办的 %(n)d 次活动不会跟着取消；不办的，到活动那里取消。") % {"n": under_way})
    return found


class PlanItemImport(ImportView):
    """Items of one plan from a spreadsheet."""

    request: SignedIn
    resource_class = PlanItemResource
    permission = None

    @property
    def plan(self) -> Plan:
        return plan_of(self.request, int(self.kwargs["pk"]), edit=True)

    def authorise(self) -> None:
        self.title = _("导入%(plan)s的项目") % {"plan": self.plan}

    def get_resource(self) -> PlanItemResource:
        return PlanItemResource(by=self.request.user, plan=self.plan)

    def _list_url(self) -> str:
        return self.plan.get_absolute_url()
