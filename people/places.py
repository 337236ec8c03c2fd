"""Where the pages of a team lie, and pages that another part of the portal may or may not have."""

from typing import Any

from django.urls import NoReverseMatch, reverse

from organizations.models import Organization


def roster_url(team: Organization) -> str:
    """The team's page that lists its members; of an office, its own page."""
    if team.is_office:
        return team.get_absolute_url()
    return reverse("teams:roster_of", args=[team.pk])


def page(route: str, *args: Any) -> str:
    """The address of a page, empty where the portal has none of that name: teams are a layer above."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""
