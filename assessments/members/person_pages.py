"""What members' assessments add to the pages of a person and to the own copy (settings ``OWN_PAGES``, ``PERSON_PAGES``,
``OWN_COPY_PARTS``, ``STANDING_KEPT_ELSEWHERE``)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import MemberAssessment, MemberScore
from people.models import Capability, Person

OWN = (("assessments:my_assessments", gettext_lazy("能力测评")),)
KEPT = (("assessments:person_assessments", gettext_lazy("能力测评")),)


def copied(person: Person) -> dict[str, Iterable[Model]]:
    """Heading → records."""
    rows = MemberAssessment.objects.filter(person=person)
    scores = MemberScore.objects.filter(assessment__person=person).order_by("assessment", "indicator__position", "pk")
    return {
        _("能力测评评分表"): rows.select_related("organization", "standard", "conclusion", "capability", "created_by"),
        _("能力测评得分"): scores.select_related("assessment__person", "assessment__standard", "indicator"),
    }


def kept_by_sheet(record: Any) -> str:
    """A record that a sheet wrote follows the sheet: there it is taken back, and only there."""
    if isinstance(record, Capability) and MemberAssessment.objects.filter(capability=record).exists():
        return _("这条记录来自能力测评评分表，要改请到评分表上作废重评。")
    return ""
