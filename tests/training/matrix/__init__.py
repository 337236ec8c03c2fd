"""Lines of the permission matrix for training and drills, a file per group of routes."""

from tests.training.matrix import activities, calendar, catalogue, learning, plans, roll

ROWS = {
    **activities.ROWS,
    **roll.ROWS,
    **catalogue.ROWS,
    **plans.ROWS,
    **learning.ROWS,
    **calendar.ROWS,
}
