"""Files with the scores of a panel: they hang on the mark that counted when they came, and are shown by assessor and
indicator."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType

from assessments.models import ScoreMark
from core.models import Attachment


def evidence_of(marks: Iterable[ScoreMark]) -> dict[tuple[int, int], list[Attachment]]:
    """(member, indicator) → files in use, of these marks, also of those that others have replaced. One query."""
    about = {str(mark.pk): (mark.member_id, mark.indicator_id) for mark in marks}
    found: dict[tuple[int, int], list[Attachment]] = defaultdict(list)
    if about:
        kind = ContentType.objects.get_for_model(ScoreMark)
        for row in Attachment.objects.current().filter(content_type=kind, object_id__in=list(about)):
            found[about[row.object_id]].append(row)
    return found
