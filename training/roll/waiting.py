"""Marks that are kept and do not count, until somebody settles them."""

from django.db.models import Q, QuerySet

from training.models import Mark


def waiting(activity: int) -> QuerySet[Mark]:
    """Those of an activity that nobody has settled yet."""
    return Mark.objects.filter(~Q(trouble=""), slot__activity=activity, settlement=None)
