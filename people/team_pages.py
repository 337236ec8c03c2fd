"""Where the pages of a team lie. Teams are a layer above: only the name of their route is known here."""

from django.urls import reverse

from organizations.models import Organization


def roster_url(team: Organization) -> str:
    """The team's page that lists its members; of an office, its own page."""
    if team.is_office:
        return team.get_absolute_url()
    return reverse("teams:roster_of", args=[team.pk])
