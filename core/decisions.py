"""One answer to "may this person do this, and why": a value, so that page, API, tests and help read the same."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Decision:
    """``allowed`` and the reason in plain words, for the page 谁能看到这条记录，为什么 and for the 403 page.

    :param for_now: the right is there; what stands against it is how the record stands now.
    """

    allowed: bool
    reason: StrOrPromise
    for_now: bool = False

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise ``PermissionDenied`` with the reason (403) unless allowed."""
        if not self.allowed:
            raise PermissionDenied(self.reason)


def yes(reason: StrOrPromise) -> Decision:
    return Decision(True, reason)


def no(reason: StrOrPromise) -> Decision:
    return Decision(False, reason)


def not_now(reason: StrOrPromise) -> Decision:
    """To somebody who may, of a record that does not stand so that it could be done."""
    return Decision(False, reason, for_now=True)
