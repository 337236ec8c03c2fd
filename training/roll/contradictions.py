"""Two who called the roll apart and said otherwise of the same person: two phones without network. What was marked
later counts, as always; neither could see the other's mark, so it is told until somebody marks the person again.

A paper roll is typed in by somebody who sees what was marked.
"""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from training.choices import MarkKind, MarkMethod
from training.models import Mark
from training.roll.deriving import counting

HERE, AWAY = (MarkKind.ARRIVED, MarkKind.LEFT), (MarkKind.LEAVE, MarkKind.ABSENT)


def at_odds(activity: int) -> QuerySet[Any]:
    """The names of these people, as ``name``, each once."""
    marks = Mark.objects.filter(counting(), slot__activity=activity).exclude(method=MarkMethod.PAPER)
    same = Mark.objects.filter(counting(), slot=OuterRef("slot"), person=OuterRef("person")).order_by()
    unseen = same.filter(at__gt=OuterRef("at"), at__lt=OuterRef("received_at")).exclude(method=MarkMethod.PAPER)
    unseen = unseen.exclude(by=OuterRef("by"), device=OuterRef("device"))  # one account may be on two phones
    here, away = Exists(unseen.filter(kind__in=HERE)), Exists(unseen.filter(kind__in=AWAY))
    again = same.filter(
        Q(at__gt=OuterRef("received_at")) | Q(method=MarkMethod.PAPER, received_at__gt=OuterRef("received_at"))
    )
    found = marks.filter(Q(away, kind__in=HERE) | Q(here, kind__in=AWAY), ~Exists(again))
    return found.order_by("person").values("person", name=F("person__name")).distinct()
