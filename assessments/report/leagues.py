"""Under which league a review is reported: the one that scored it, also when the team has since been moved to another;
of what the region scored itself, the one above the team."""

from collections.abc import Mapping

from assessments.models import Review
from organizations.models import Organization


def league_of(review: Review, leagues: Mapping[str, Organization]) -> Organization | None:
    """None: the region's own.

    :param leagues: by path. :param review: with its organization and office.
    """
    if (scored := leagues.get(review.office.path)) is not None:
        return scored
    step, path = Organization.steplen, review.organization.path
    ends = range(len(path) - step, 0, -step)
    return next((leagues[path[:end]] for end in ends if path[:end] in leagues), None)
