"""Which metrics a person is shown, and under which heading: numbers follow the right to see what is counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.metrics import Metric
from organizations.permissions import Access
from organizations.roles import Right


@dataclass(frozen=True)
class Subject:
    label: StrOrPromise
    right: Right


# by the app that counts, in the order of the menu
SUBJECTS = {
    "teams": Subject(_("队伍和备案"), Right.VIEW_TEAM),
    "people": Subject(_("队员"), Right.VIEW_MEMBER),
    "training": Subject(_("培训演练"), Right.VIEW_TRAINING),
    "assessments": Subject(_("测评考核"), Right.VIEW_ASSESSMENT),
    "organizations": Subject(_("机构和账号"), Right.VIEW_ACCOUNT),
}
_ORDER = list(SUBJECTS)


def may_see(metric: Metric, held: Access) -> bool:
    """Numbers of teams are for those who see teams, numbers about people for those who see the people. How many offices
    there are is no secret."""
    subject = _app(metric)
    return SUBJECTS[subject].right in held or (subject == "organizations" and not metric.place)


def subject_of(metric: Metric) -> StrOrPromise:
    return SUBJECTS[_app(metric)].label


def by_subject(metrics: Iterable[Metric]) -> list[Metric]:
    """Those of one subject together."""
    return sorted(metrics, key=lambda metric: _ORDER.index(_app(metric)))


def _app(metric: Metric) -> str:
    return metric.function.__module__.partition(".")[0]
