"""Under which league a review is reported: the one that scored it, also when the team has since been moved to another;
of what the region scored itself, the one above the team."""

from collections.abc import Mapping

from assessments.models import Review
from organizations.models import Organization
from organizations.tree import nearest_above


def league_of(review: Review, leagues: Mapping[str, Organization]) -> Organization | None:
    """None: the region's own.

    :param leagues: by path. :param review: with its organization and office.
    """
    if (scored := leagues.get(review.office.path)) is not None:
        return scored
    return nearest_above(review.organization, leagues)
