"""政治面貌 among the filters of people: only for those, and over those, whose whole facts the person may see."""

from typing import Any

from django.db.models import QuerySet

from core.lists import Filter
from organizations.permissions import access, reach
from organizations.roles import Right
from people.choices import PARTY_MEMBERS


class PartyFilter(Filter):
    """A filter over memberships with a ``party`` whose method is ``by_party``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is None or Right.REVEAL_MEMBER not in access(self.request.user):
            del self.filters["party"]

    def by_party(self, queryset: Any, name: str, value: str) -> QuerySet:
        """What is hidden must not be found by asking."""
        theirs = reach(self.request.user, Right.REVEAL_MEMBER, at="organization")
        return queryset.filter(theirs, person__political__in=PARTY_MEMBERS)
