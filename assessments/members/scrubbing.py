"""What members' assessments take out when people are anonymised (``people.privacy.scrubbing``): remarks, who assessed,
and the files handed in. Points and conclusions stay, so that past numbers do."""

from collections.abc import Sequence

import pgtrigger

from assessments.models import MemberAssessment, MemberScore
from people.models import Person
from people.privacy.scrubbing import clear, files_gone


def scrub(people: Sequence[Person]) -> None:
    """Everything of these people, within the transaction of ``people.privacy.anonymising``."""
    rows = list(MemberAssessment.objects.filter(person__in=people).values_list("pk", flat=True))
    scores = list(MemberScore.objects.filter(assessment__in=rows).values_list("pk", flat=True))
    with pgtrigger.ignore("assessments.MemberAssessment:finished_stays", "assessments.MemberScore:finished_stays"):
        clear(MemberAssessment, rows, {"assessors": ""})
        clear(MemberScore, scores, {"note": ""})
    files_gone({MemberAssessment: rows})
