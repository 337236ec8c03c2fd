"""Training bases: all there are, one, entering and ending it."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from core.attachments.panel import panels
from core.history.as_at import events_of
from core.masking import phone
from core.methods import form_page
from core.together import together
from organizations.signed_in import SignedIn
from organizations.views.timeline import changes
from people.tables.papers import days_left
from teams.models import Category
from training.catalogue.keeping import category_names, category_words
from training.filters.catalogue import BaseFilter
from training.forms.catalogue import BaseForm
from training.models import Activity, Base
from training.tables.catalogue import BaseTable
from training.views.activity_common import state_of
from training.views.catalogue_common import CatalogueList, ended, entered, looked_up, offered_places

LATELY = 20
NEXT = 5


class BaseList(CatalogueList):
    model = Base
    table_class = BaseTable
    filterset_class = BaseFilter
    list_name = "training:base_list"
    title = pgettext_lazy("many", "训练基地")
    as_at_model = events_of(Base)
    search_hint = gettext_lazy("名称、对方单位、地址")
    empty_hint = gettext_lazy("各单位登记的基地大家都能查到、都可以在活动里选用。")
    create_route = "training:base_create"
    create_label = gettext_lazy("登记训练基地")

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(category_names=category_names())


def _base(request: SignedIn, pk: int, *, edit: bool = False) -> Base:
    rows = Base.objects.visible_to(request.user).select_related("organization", "division")
    found: Base = looked_up(request, rows.annotate(category_names=category_names()), pk, edit=edit)
    return found


@require_safe
@login_required
def base_detail(request: SignedIn, pk: int) -> HttpResponse:
    base = _base(request, pk)
    held = Activity.objects.visible_to(request.user).filter(base=base).select_related("host")[:LATELY]
    there = together(held=held, categories=Category.objects.all())
    context = {
        "title": base.name,
        "base": base,
        "facts": _facts(base, request),
        "near": None if base.ended_on else days_left(base.agreed_until),
        "held": [{"activity": activity, "state": state_of(activity)} for activity in there["held"]],
        "may_edit": bool(base.can_edit(request.user)),
        "panels": panels(base, request.user, Base.attachment_kinds),
        "history": changes(base, words=category_words(there["categories"])),
    }
    return render(request, "training/base_detail.html", context)


def _facts(base: Base, request: SignedIn) -> list[dict[str, Any]]:
    days = (base.agreed_from, base.agreed_until)
    agreed = (
        _("%(start)s 至 %(end)s") % {"start": days[0] or "—", "end": days[1] or _("没有写止的日期")}
        if any(days)
        else ""
    )
    number = base.phone if base.can_edit(request.user) else phone(base.phone)
    lines = (
        (_("建设方式"), base.get_kind_display()),
        (_("登记单位"), base.organization),
        (_("共建或出租单位"), base.partner),
        (_("协议期"), agreed),
        (_("所在旗县"), base.division),
        (_("地址"), base.address),
        (_("坐标"), f"{base.latitude}, {base.longitude}" if base.latitude is not None else ""),
        (_("可容纳"), _("%(n)d 人") % {"n": base.capacity} if base.capacity else ""),
        (_("场地和设施"), base.facilities),
        (_("适用专业"), _("、").join(getattr(base, "category_names", ()))),
        (_("联系人"), f"{base.contact} {number}".strip()),
    )
    return [{"label": label, "value": value} for label, value in lines if value]


@form_page
@login_required
def base_create(request: SignedIn) -> HttpResponse:
    form = BaseForm(request.POST or None, instance=Base(), **offered_places(request))
    return entered(
        request, form, title=_("登记训练基地"), cancel=reverse("training:base_list"), said=_("基地已登记。"),
        sections=BaseForm.SECTIONS,
    )  # fmt: skip


@form_page
@login_required
def base_edit(request: SignedIn, pk: int) -> HttpResponse:
    base = _base(request, pk, edit=True)
    form = BaseForm(request.POST or None, instance=base)
    return entered(
        request, form, title=_("修改%(name)s") % {"name": base.name}, cancel=base.get_absolute_url(),
        said=_("基地已保存。"), sections=BaseForm.SECTIONS,
    )  # fmt: skip


@form_page
@login_required
def base_end(request: SignedIn, pk: int) -> HttpResponse:
    base = _base(request, pk, edit=True)
    told = [_("新的活动不能再选它；在那里办过的活动不变。"), _("以后可以恢复。")]
    coming = _still_to_come(request, base) if request.method == "GET" and base.ended_on is None else []
    if coming:
        names = [f"{timezone.localdate(one.starts_at):%Y-%m-%d} {one.title}" for one in coming]
        said = _("还有活动定在这里，改地点的请到活动里改：%(names)s。")
        told.insert(0, said % {"names": _("；").join(names)})
    return ended(request, base, consequences=told)


def _still_to_come(request: SignedIn, base: Base) -> Sequence[Activity]:
    """What is to be held there, the next first, as far as the person sees it."""
    rows = Activity.objects.visible_to(request.user).filter(base=base, ends_at__gte=timezone.now())
    return list(rows.exclude(state=Activity.State.CANCELLED).order_by("starts_at", "pk")[:NEXT])
