"""Lines of the permission matrix for standards, gradings and annual assessments, a file per group of routes."""

from tests.assessments.matrix import campaigns, gap, gradings, members, panel, reviews, runs, standards

ROWS = {
    **standards.ROWS,
    **gap.ROWS,
    **gradings.ROWS,
    **panel.ROWS,
    **members.ROWS,
    **campaigns.ROWS,
    **reviews.ROWS,
    **runs.ROWS,
}
