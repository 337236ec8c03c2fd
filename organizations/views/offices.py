"""Offices and teams: list, page, who may see it and why, contact facts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length, Substr
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from core import masking
from core.history.as_at import events_of
from core.lists import ListView
from core.methods import form_page
from organizations.filters import OrganizationFilter
from organizations.forms import ContactForm
from organizations.models import Appointment, Organization, User
from organizations.permissions import access, acting_for, can, who_can
from organizations.roles import OFFICE_LEVELS, ROLES, Level, Right, RoleKey
from organizations.signed_in import SignedIn
from organizations.tables import OrganizationTable, standing
from organizations.views.common import edit, holding, seen
from organizations.views.timeline import with_moves

ACCESS_RIGHTS = (
    Right.VIEW_ORGANIZATION,
    Right.EDIT_ORGANIZATION,
    Right.VIEW_ACCOUNT,
    Right.MANAGE_ACCOUNT,
    Right.REQUEST_ACCOUNT,
    Right.DECIDE_REQUEST,
    Right.MANAGE_TREE,
    Right.VIEW_AUDIT,
    Right.VIEW_TEAM,
    Right.EDIT_TEAM,
    Right.SUBMIT_FILING,
    Right.REVIEW_FILING,
)
MOST_BELOW = 40


def with_parent(rows: QuerySet[Organization], user: User) -> QuerySet[Organization]:
    """Adds ``parent_name``, and ``parent_id`` where the user may open it, read along with the rows."""
    above = {"path": Substr(OuterRef("path"), 1, Length(OuterRef("path")) - Organization.steplen)}
    return rows.annotate(
        parent_name=Subquery(Organization.objects.filter(**above).values("short_name")[:1]),
        parent_id=Subquery(Organization.objects.visible_to(user).filter(**above).values("pk")[:1]),
    )


class OrganizationList(ListView):
    request: SignedIn
    model = Organization
    table_class = OrganizationTable
    filterset_class = OrganizationFilter
    list_name = "organizations:organization_list"
    title = pgettext_lazy("many", "机构")
    permission = holding(Right.VIEW_ORGANIZATION)
    as_at_model = events_of(Organization)
    template_name = "organizations/organization_list.html"

    def get_queryset(self) -> QuerySet:
        return with_parent(super().get_queryset(), self.request.user)

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "may_add": Right.MANAGE_TREE in access(self.request.user)}


@require_safe
@login_required
def organization_detail(request: SignedIn, pk: int) -> HttpResponse:
    rows = with_parent(Organization.objects.visible_to(request.user), request.user).select_related("division", "proxy")
    accounts = Count("users", filter=Q(users__is_active=True))
    place = seen(rows.annotate(accounts=accounts), pk)
    sees_accounts = can(request.user, Right.VIEW_ACCOUNT, place)
    tone, label = standing(place)
    context = {
        "title": place.name,
        "place": place,
        "tone": tone,
        "standing": label,
        "facts": _facts(place),
        "facts_title": _("基本情况"),
        "duties": _duties(place) if sees_accounts else None,
        "below": _below(request.user, place) if place.is_office else None,
        "sees_accounts": sees_accounts,
        "acting_for": acting_for(request.user, Right.EDIT_ORGANIZATION, place),
        "rights": {right.name.lower(): bool(can(request.user, right, place)) for right in ACCESS_RIGHTS},
        "history": with_moves(place),
        "why_url": reverse("organizations:organization_access", args=[place.pk]),
    }
    return render(request, "organizations/organization_detail.html", context)


def _facts(place: Organization) -> list[dict[str, Any]]:
    facts = [
        {"label": _("上级机构"), "value": place.parent_name, "url": _url(place.parent_id)},  # type: ignore[attr-defined]
        {"label": _("级别"), "value": place.get_level_display()},
        {"label": _("机构代码"), "value": place.code},
        {"label": _("行政区划"), "value": _division(place)},
        {"label": _("负责人"), "value": place.head},
        {"label": _("联系人"), "value": place.contact},
        {"label": _("联系人手机"), "value": masking.phone(place.mobile)},
        {"label": _("电话"), "value": place.phone},
        {"label": _("地址"), "value": place.address},
        {"label": _("统一社会信用代码"), "value": place.uscc},
        {"label": _("机关代字"), "value": place.doc_prefix},
    ]
    if place.is_office:
        staff = _("有") if place.has_staff else _("没有，由%(proxy)s代办") % {"proxy": place.proxy}
        facts.insert(4, {"label": _("专职人员"), "value": staff})
    if place.valid_to:
        facts.append({"label": _("停用日期"), "value": place.valid_to})
    return facts


def _url(pk: int | None) -> str:
    return reverse("organizations:organization_detail", args=[pk]) if pk else ""


def _division(place: Organization) -> str:
    if place.division is None:
        return ""
    words = {"name": place.division.name, "code": place.division_id}
    if place.division.is_gb2260:
        return _("%(name)s（%(code)s）") % words
    return _("%(name)s（%(code)s，功能区补充代码）") % words


def _duties(place: Organization) -> list[dict[str, Any]]:
    """Duties of the office today in the order of the roles table, each with its holders; empty ones show as vacant."""
    rows = Appointment.objects.in_force().filter(organization=place, user__is_active=True).select_related("user")
    held: dict[str, list[Appointment]] = {}
    for row in rows.order_by("starts_at"):
        held.setdefault(row.role, []).append(row)
    return [
        {"label": role.label, "purpose": role.purpose, "holders": held.get(key, [])}
        for key, role in ROLES.items()
        if key in held or _expected(key, place)
    ]


def _expected(role: str, place: Organization) -> bool:
    """Duties whose vacancy is worth a line. A banner's accounts may well be kept by its league."""
    if place.level not in ROLES[role].levels or role in {RoleKey.LEADER, RoleKey.ASSESSOR, RoleKey.MEMBER}:
        return False
    return not ROLES[role].administrator or (role == RoleKey.SECURITY_ADMIN and place.level != Level.BANNER)


def _below(user: Any, place: Organization) -> dict[str, Any]:
    """Offices and teams directly below that the person sees."""
    rows = Organization.objects.visible_to(user).in_force()
    rows = rows.filter(path__startswith=place.path, depth=place.depth + 1).select_related("proxy").order_by("path")
    found = list(rows[: MOST_BELOW + 1])
    return {
        "offices": [row for row in found[:MOST_BELOW] if row.level in OFFICE_LEVELS],
        "teams": [row for row in found[:MOST_BELOW] if row.level == Level.TEAM],
        "more": len(found) > MOST_BELOW,
    }


@require_safe
@login_required
def organization_access(request: SignedIn, pk: int) -> HttpResponse:
    """谁能看到这条记录，为什么: from the same function that decides."""
    place = seen(Organization.objects.visible_to(request.user), pk)
    asked = request.GET.get("right", "")
    right = Right(asked) if asked in Right.values else Right.VIEW_ORGANIZATION
    tabs = [{"label": each.label, "url": f"?right={each.value}", "active": each == right} for each in ACCESS_RIGHTS]
    context = {
        "title": _("谁能看到这条记录，为什么"),
        "place": place,
        "right": right,
        "tabs": tabs,
        "answers": [{"appointment": row, "reason": decision.reason} for row, decision in who_can(right, place)],
        "own": can(request.user, right, place),
        "named": can(request.user, Right.VIEW_ACCOUNT, place),  # who holds a duty; of others one sees which it is
    }
    return render(request, "organizations/organization_access.html", context)


@form_page
@login_required
def organization_edit(request: SignedIn, pk: int) -> HttpResponse:
    place = seen(Organization.objects.visible_to(request.user), pk)
    can(request.user, Right.EDIT_ORGANIZATION, place).require()
    form = ContactForm(request.POST or None, instance=place)
    sections = [
        {"title": _("怎么联系"), "fields": [form[name] for name in ("contact", "mobile", "phone", "address")]},
        {"title": _("机构信息"), "fields": [form[name] for name in ("head", "uscc", "doc_prefix")]},
    ]
    title = _("修改%(place)s的联系信息") % {"place": place}
    return edit(request, form, title=title, back=place, saved=_("联系信息已保存。"), sections=sections)
