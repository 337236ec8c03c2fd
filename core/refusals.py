"""What an act over several records says of those it could not be done to."""

from collections.abc import Callable
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
