"""Lines of the permission matrix: runs. The run is of everybody who sees assessments; its document is a team's of
150404."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

_SEE, _MANAGE = Right.VIEW_ASSESSMENT, Right.MANAGE_ASSESSMENT

ROWS: dict[str, Row] = {
    "assessments:run_list": Row("holder", PAGE, right=_SEE),
    "assessments:run_start": Row("at", BOTH, ("campaign",), right=_MANAGE, at="150000"),
    "assessments:run_detail": Row("holder", PAGE, ("run",), right=_SEE),
    "assessments:run_move": Row(
        "at", POST, ("run",), right=_MANAGE, at="150000", data=lambda world: {"action": "pause"}
    ),
    "assessments:document_list": Row("holder", PAGE, right=_SEE),
    "assessments:document_download": Row("record", PAGE, ("report",), see=_SEE),
    "assessments:document_word": Row("record", PAGE, ("report",), see=_SEE),
}
