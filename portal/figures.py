"""Which metrics a person is shown: numbers follow the right to see what is counted."""

from core.metrics import Metric
from organizations.permissions import Access
from organizations.roles import Right

_BY_SUBJECT = {
    "teams": Right.VIEW_TEAM,
    "people": Right.VIEW_MEMBER,
    "training": Right.VIEW_TRAINING,
    "assessments": Right.VIEW_ASSESSMENT,
}


def may_see(metric: Metric, held: Access) -> bool:
    """Numbers of teams are for those who see teams, numbers about people for those who see the people."""
    subject = metric.function.__module__.partition(".")[0]
    if subject in _BY_SUBJECT:
        return _BY_SUBJECT[subject] in held
    return not metric.place or Right.VIEW_ACCOUNT in held
