"""Lines of the permission matrix: standards."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row


def _shared(*args: str) -> Row:
    """Everybody who sees assessments anywhere may look it up, and whoever sits on a panel."""
    return Row("holder", PAGE, args, right=Right.VIEW_ASSESSMENT, also="assessor")


def _kept(*args: str, methods: tuple[str, ...] = BOTH) -> Row:
    """Written by the region."""
    return Row("at", methods, args, right=Right.MANAGE_ASSESSMENT, at="150000")


ROWS: dict[str, Row] = {
    "assessments:standard_list": _shared(),
    "assessments:standard_detail": _shared("standard"),
    "assessments:standard_uses": _shared("standard"),
    "assessments:standard_files": _shared("standard"),
    "assessments:standard_history": _shared("standard"),
    "assessments:standard_compare": _shared("standard"),
    "assessments:standard_schemes": _shared("category"),
    "assessments:standard_export": _shared("standard"),
    "assessments:standard_create": _kept(),
    "assessments:standard_import": _kept("standard"),
    "assessments:standard_edit": _kept("standard_draft"),
    "assessments:standard_draft": _kept("standard", methods=POST),
    "assessments:standard_number": _kept("standard_draft", methods=POST),
    "assessments:standard_publish": _kept("standard_draft"),
    "assessments:standard_withdraw": _kept("standard"),
    "assessments:standard_until": _kept("standard"),
    "assessments:standard_remove": _kept("standard_draft"),
    "assessments:indicator_create": _kept("standard_draft"),
    "assessments:indicator_edit": _kept("indicator_draft"),
    "assessments:indicator_move": _kept("indicator_draft", methods=POST),
    "assessments:indicator_remove": _kept("indicator_draft"),
    "api:standard-list": _shared(),
    "api:standard-detail": _shared("standard"),
}
