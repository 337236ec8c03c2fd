"""Standards: all there are, one with its tree, who uses it, its files and history, two versions, two schemes."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments.choices import Method, Purpose, Scheme
from assessments.filters.standards import StandardFilter
from assessments.models import Campaign, Conclusion, Grading, Indicator, MemberAssessment, Standard
from assessments.standards import checks, compare
from assessments.standards.history import history_of
from assessments.standards.measures import label_of
from assessments.standards.tree import Node, nodes, sums
from assessments.standards.wording import steps_in_words
from assessments.states import StandardState
from assessments.tables.standards import StandardTable
from assessments.views.standard_common import looked_up, may_look, page
from core.attachments.panel import panels
from core.keys import key
from core.lists import ListView
from core.together import together
from organizations.region import may_manage_assessments
from organizations.signed_in import SignedIn
from teams.models import Category

MOST_USES = 50


def with_sums(rows: QuerySet[Standard]) -> QuerySet[Standard]:
    """Standards with ``lines`` (scored indicators) and ``points`` in all."""
    scored = ~Q(indicators__method=Method.HEADING)
    nought = Value(0, output_field=DecimalField())
    return rows.annotate(
        lines=Count("indicators", filter=scored), points=Coalesce(Sum("indicators__points", filter=scored), nought)
    )


class StandardList(ListView):
    """Standards of both schemes, each version a row."""

    request: SignedIn
    permission: Any = may_look
    model = Standard
    table_class = StandardTable
    filterset_class = StandardFilter
    list_name = "assessments:standard_list"
    title = gettext_lazy("测评和考核标准")
    template_name = "assessments/standard_list.html"

    def get_queryset(self) -> QuerySet:
        return with_sums(super().get_queryset())

    def get_context(self) -> dict[str, Any]:
        may_write = bool(may_manage_assessments(self.request.user))
        return {**super().get_context(), "may_write": may_write, "both": _both_schemes()}


def _both_schemes() -> list[Category]:
    """Categories that both schemes have a published standard for."""
    published = Standard.objects.published().filter(purpose=Purpose.GRADING)
    have = [published.filter(scheme=scheme).values("category") for scheme in Scheme.values]
    rows = Category.objects.all()
    for each in have:
        rows = rows.filter(pk__in=each)
    return list(rows)


@require_safe
@login_required
def standard_detail(request: SignedIn, pk: int) -> HttpResponse:
    standard = looked_up(request, pk)
    visible = Standard.objects.visible_to(request.user)
    there = together(
        lines=Indicator.objects.filter(standard=standard),
        bars=Conclusion.objects.filter(standard=standard),
        versions=visible.filter(code=standard.code).order_by("-number"),
        others=_of_other_scheme(standard),
    )
    lines, bars, versions = there["lines"], there["bars"], there["versions"]
    columns = asking(lines, bars)
    return page(
        request, "assessments/standard_detail.html", standard,
        facts=_facts(standard), bars=bars, sums=sums(lines), columns=columns, rows=shown(lines, columns),
        versions=versions, draft=next((one for one in versions if one.state == StandardState.DRAFT), None),
        before=next((one for one in versions if one.number < standard.number), None),
        other_scheme=bool(there["others"]),
        findings=checks.check(standard, lines, bars) if standard.state == StandardState.DRAFT else [],
    )  # fmt: skip


def _of_other_scheme(standard: Standard) -> QuerySet[Standard]:
    if standard.category_id is None or standard.purpose != Purpose.GRADING:
        return Standard.objects.none()
    same = Standard.objects.published().filter(category=standard.category_id, purpose=Purpose.GRADING)
    return same.exclude(scheme=standard.scheme)


def _facts(standard: Standard) -> list[dict[str, Any]]:
    until = standard.valid_until or _("长期")
    days = _("%(start)s 至 %(end)s") % {"start": standard.valid_from, "end": until} if standard.valid_from else ""
    months = standard.validity_months
    lines = [
        (_("用途"), standard.get_purpose_display()),
        (_("体系"), standard.get_scheme_display()),
        (_("发布主体"), standard.get_publisher_display()),
        (_("适用类别"), standard.category or _("不限类别")),
        (_("文号"), standard.document_number),
        (_("有效期间"), days),
        (_("结论有效期"), _("%(n)s 个月") % {"n": months} if months else _("没有规定")),
    ]
    if standard.specialty:
        lines.insert(4, (_("应急管理部门专业"), standard.get_specialty_display()))
    if standard.civil_only:
        lines.append((_("谁可以测"), _("民政登记的队伍；其他队伍不适用，不算未达标")))
    if standard.published_at:
        day = timezone.localtime(standard.published_at).date()
        lines.append((_("发布"), f"{day} {standard.published_by or ''}".strip()))
    if standard.withdrawn_reason:
        lines.append((_("停用原因"), standard.withdrawn_reason))
    if standard.note:
        lines.append((_("说明"), standard.note))
    return [{"label": label, "value": value} for label, value in lines]


def shown(lines: Sequence[Indicator], bars: Sequence[Conclusion]) -> list[dict[str, Any]]:
    """The tree as rows of the table: each with what every conclusion asks, in its column."""
    return [_row(node, bars) for node in nodes(lines)]


def _row(node: Node, bars: Sequence[Conclusion]) -> dict[str, Any]:
    line = node.indicator
    return {
        "node": node,
        "line": line,
        "steps": steps_in_words(line.steps, more_is_better=line.more_is_better),
        "metric": label_of(line.metric) if line.metric else "",
        "wanted": [
            {"bar": bar.name, "value": line.requirements.get(bar.key, ""), "text": line.texts.get(bar.key, "")}
            for bar in bars
        ],
    }  # fmt: skip


def asking(lines: Iterable[Indicator], bars: Iterable[Conclusion]) -> list[Conclusion]:
    """Those that ask anything of a line: the others need no column."""
    lines = list(lines)
    return [bar for bar in bars if any(bar.key in line.requirements or bar.key in line.texts for line in lines)]


@require_safe
@login_required
def standard_uses(request: SignedIn, pk: int) -> HttpResponse:
    """Gradings and assessments under this version, as far as the reader sees them."""
    standard, user = looked_up(request, pk), request.user
    there = together(
        gradings=Grading.objects.visible_to(user)
        .filter(standard=standard)
        .select_related("team__organization")[: MOST_USES + 1],
        campaigns=Campaign.objects.visible_to(user).filter(standard=standard),
    )
    people = MemberAssessment.objects.visible_to(user).filter(standard=standard).count()
    gradings = there["gradings"]
    return page(
        request, "assessments/standard_uses.html", standard, gradings=gradings[:MOST_USES],
        more=len(gradings) > MOST_USES, most=MOST_USES, campaigns=there["campaigns"], people=people,
    )  # fmt: skip


@require_safe
@login_required
def standard_files(request: SignedIn, pk: int) -> HttpResponse:
    standard = looked_up(request, pk)
    shown_panels = panels(standard, request.user, Standard.attachment_kinds)
    return page(request, "assessments/standard_files.html", standard, panels=shown_panels)


@require_safe
@login_required
def standard_history(request: SignedIn, pk: int) -> HttpResponse:
    standard = looked_up(request, pk)
    return page(request, "assessments/standard_history.html", standard, entries=history_of(standard))


@require_safe
@login_required
def standard_compare_page(request: SignedIn, pk: int) -> HttpResponse:
    """This version with another of the same standard: ``with`` is its number, without it the one before."""
    new = looked_up(request, pk)
    visible = Standard.objects.visible_to(request.user).filter(code=new.code).select_related("category")
    versions = [one for one in visible.order_by("-number") if one.pk != new.pk]
    asked = key(request.GET.get("with", ""))
    before = [one for one in versions if one.number < new.number]
    old = next((one for one in versions if one.number == asked), (before or versions or [None])[0])
    if old is None:
        messages.info(request, _("这项标准只有一版，没有可以对照的。"))
        return redirect(new)
    if old.number > new.number:
        old, new = new, old
    there = together(
        lines=Indicator.objects.filter(standard__in=[old, new]).select_related("parent"),
        bars=Conclusion.objects.filter(standard__in=[old, new]),
    )
    lines, bars = (
        {one.pk: [row for row in there[name] if row.standard_id == one.pk] for one in (old, new)}
        for name in ("lines", "bars")
    )
    rows = compare.indicators(lines[old.pk], lines[new.pk], bars[old.pk], bars[new.pk])
    words = {"standard": new.name, "old": old.number, "new": new.number}
    context = {
        "title": _("%(standard)s：第 %(old)s 版和第 %(new)s 版") % words,
        "old": old, "new": new, "versions": versions, "head": compare.head(old, new),
        "bars": compare.conclusions(bars[old.pk], bars[new.pk]), "rows": rows,
        "old_sums": sums(lines[old.pk]), "new_sums": sums(lines[new.pk]),
        "everything": (everything := "all" in request.GET),
        "listed": [row for row in rows if everything or row.state != "same"],
        "counts": {state: sum(row.state == state for row in rows) for state in ("added", "removed", "changed", "same")},
    }  # fmt: skip
    return render(request, "assessments/standard_compare.html", context)


@require_safe
@login_required
def standard_schemes(request: SignedIn, category: str) -> HttpResponse:
    """The standards of both schemes for one category beside each other, those in force today."""
    may_look(request.user).require()
    found: Category = get_object_or_404(Category, pk=category)
    rows = Standard.objects.visible_to(request.user).in_force(timezone.localdate())
    rows = rows.filter(category=found, purpose=Purpose.GRADING).order_by("code", "-number")
    there = together(
        standards=rows, lines=Indicator.objects.filter(standard__in=rows.order_by()),
        bars=Conclusion.objects.filter(standard__in=rows.order_by()),
    )  # fmt: skip
    columns = [
        {"scheme": label, "standards": [_beside(one, there) for one in there["standards"] if one.scheme == scheme]}
        for scheme, label in Scheme.choices
    ]
    context = {
        "title": _("%(category)s救援队的两套测评") % {"category": found.name},
        "category": found, "columns": columns, "list_url": reverse("assessments:standard_list"),
    }  # fmt: skip
    return render(request, "assessments/standard_schemes.html", context)


def _beside(standard: Standard, there: dict[str, list[Any]]) -> dict[str, Any]:
    lines = [line for line in there["lines"] if line.standard_id == standard.pk]
    bars = [bar for bar in there["bars"] if bar.standard_id == standard.pk]
    return {"standard": standard, "bars": bars, "sums": sums(lines), "rows": shown(lines, bars)}
