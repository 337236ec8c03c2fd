from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

_SEE, _FILE = Right.VIEW_TEAM, Right.SUBMIT_FILING


def _draft(*args: str, methods: tuple[str, ...] = BOTH, filing: str = "filing_draft") -> Row:
    return Row("record", methods, (filing, *args), see=_SEE, right=_FILE)


def _move(right: Right, at: str = "150404", filing: str = "filing") -> Row:
    return Row("record", POST, (filing,), see=_SEE, right=right, at=at, data=lambda world: {"comment": "请补材料"})


# the waiting filing of the world lies at 赤峰市's review step
_MOVES = {
    "submit": _move(_FILE),
    "resubmit": _move(_FILE),
    "withdraw": _move(_FILE),
    **{name: _move(Right.REVIEW_FILING, "150400") for name in ("accept", "return_for_changes", "reject")},
    # the one above has gone on to the region, where a reply is issued and nothing is confirmed without one
    **{name: _move(Right.REVIEW_FILING, "150000", "filing_above") for name in ("approve", "issue")},
    "confirm": _move(Right.REVIEW_FILING, "150404", "filing_above"),
}
ROWS: dict[str, Row] = {
    "teams:filing_list": Row("holder", PAGE, right=_SEE),
    "teams:filing_begin": Row("holder", PAGE, right=_FILE),
    "teams:filing_begin_for": Row("record", POST, ("team", "kind_annual"), see=_SEE, right=_FILE),
    "teams:filing_detail": Row("record", PAGE, ("filing",), see=_SEE),
    "teams:filing_form": Row("record", PAGE, ("filing",), see=_SEE),
    "teams:filing_edit": _draft(methods=PAGE),
    "teams:filing_section": _draft("section_base"),
    "teams:filing_autosave": _draft("section_base", methods=POST),
    "teams:filing_hand_in": _draft(),
    "teams:filing_withdraw": _draft(methods=POST),
    "teams:filing_end_members": Row("record", POST, ("filing_exit",), see=_SEE, right=_FILE),
    "teams:filing_take_back": Row("record", POST, ("filing_exit",), see=_SEE, right=_FILE),
    "teams:filing_exit_item": Row("record", POST, ("filing_exit", "exit_emblem"), see=_SEE, right=_FILE),
    "api:filing-list": Row("holder", PAGE, right=_SEE),
    "api:filing-detail": Row("record", PAGE, ("filing",), see=_SEE),
    **{f"api:filing-{name.replace('_', '-')}": row for name, row in _MOVES.items()},
}
