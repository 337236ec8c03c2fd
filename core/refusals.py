"""What an act over several records says of those it could not be done to."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.workflow import MoveNotAllowed


def refusal(act: Callable[[], Any]) -> str:
    """Do it; why it was refused, in words, or "" where it was done. What one is refused holds up no other."""
    try:
        act()
    except MoveNotAllowed as error:
        return str(error.message)
    except PermissionDenied as error:
        return str(error) or _("您没有办理它的职责。")
    except ValidationError as error:
        return _("；").join(error.messages)
    return ""


def each_by_itself(
    act: Callable[[Any, Any], Any], chosen: Mapping[int, Any], *, clean: Iterable[Any], others: Iterable[Any],
    unfit: Callable[[Any, Any], str], gone: str,
) -> dict[int, str]:  # fmt: skip
    """``act`` on every chosen record that is among ``clean``, with what was shown of it; key → why not, "" where done.

    :param unfit: what is said of one that is among ``others``. :param gone: of one that is in neither.
    """
    offered, known = ({row.pk: row for row in rows} for rows in (clean, others))
    found = {}
    for pk, shown in chosen.items():
        if pk in offered:
            found[pk] = refusal(partial(act, offered[pk], shown))
        else:
            found[pk] = unfit(known[pk], shown) if pk in known else gone
    return found
