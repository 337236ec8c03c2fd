"""The schematic of the leagues, for pages that have a number per league."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from organizations.models import Organization
from organizations.permissions import access
from organizations.roles import Level, Right
from portal.schematic import Mark, legend, load, render

register = template.Library()


@register.simple_tag
def leagues_map(scope: Organization, branches: list[dict[str, Any]], metric: Any) -> SafeString | str:
    """Numbers of the leagues on their tiles; only where the scope is the region."""
    if scope.level != Level.REGION:
        return ""
    marks = {
        line["place"].code: Mark(line["url"], f"{line['value']} {metric.unit}", "wait" if line["value"] else "off")
        for line in branches
        if line["place"].level == Level.LEAGUE
    }
    return format_html(
        '<div class="card"><div class="body">{}</div></div>', render(load(), marks, title=str(metric.label))
    )


@register.simple_tag(takes_context=True)
def leagues_overview(context: template.Context) -> SafeString | str:
    """The leagues as links to what lies under each, with the backbone regions; for people who see more than one."""
    if not any(
        len(held.path) <= 2 * Organization.steplen
        for held in access(context["request"].user).having(Right.VIEW_ORGANIZATION)
    ):
        return ""
    listing = reverse("organizations:organization_list")
    leagues = Organization.objects.in_force().filter(level=Level.LEAGUE).values_list("code", "pk")
    marks = {code: Mark(f"{listing}?under={pk}") for code, pk in leagues}
    layout = load()
    return format_html("{}{}", render(layout, marks), legend(layout))
