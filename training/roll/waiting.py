"""Marks that are kept and do not count, until somebody settles them."""

from typing import Any

from django.db.models import Q, QuerySet

from training.models import Mark


def waiting(activity: Any) -> QuerySet[Mark]:
    """Those of an activity (its key, or an ``OuterRef`` to it) that nobody has settled yet."""
    return Mark.objects.filter(~Q(trouble=""), slot__activity=activity, settlement=None)
