from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row


def _seen(*args: str) -> Row:
    return Row("record", PAGE, args, see=Right.VIEW_TEAM)


def _kept(*args: str) -> Row:
    return Row("record", BOTH, args, see=Right.VIEW_TEAM, right=Right.EDIT_TEAM)


_LINE = "150404 150400 150000"  # a right seen below is counted at the place it is held

ROWS: dict[str, Row] = {
    "teams:team_list": Row("holder", PAGE, right=Right.VIEW_TEAM),
    "teams:team_summary": Row("holder", PAGE, right=Right.VIEW_TEAM),
    "teams:team_import": Row("staff", BOTH, right=Right.SUBMIT_FILING),
    "teams:team_detail": _seen("team"),
    "teams:team_members": Row("record", PAGE, ("team",), see=Right.VIEW_TEAM, right=Right.VIEW_MEMBER, at=_LINE),
    "teams:roster_of": _seen("team_place"),
    "teams:team_posts": _seen("team"),
    "teams:team_emblem": _seen("team"),
    "teams:team_filings": _seen("team"),
    "teams:team_history": _seen("team"),
    "teams:team_sheet": _seen("team"),
    "teams:team_register": _seen("team"),
    "teams:team_edit": _kept("team"),
    "teams:post_create": _kept("team"),
    "teams:post_edit": _kept("post"),
    "teams:post_end": _kept("post"),
    "teams:post_link": Row("record", POST, ("post",), see=Right.VIEW_TEAM, right=Right.EDIT_TEAM),
    "teams:coverage_create": _kept("team"),
    "teams:coverage_end": _kept("coverage"),
    "teams:emblem_create": _kept("team"),
    "teams:emblem_edit": _kept("emblem"),
    "teams:emblem_settle": _kept("emblem"),
    # the reviewer's duty at the league or the region above the team
    "teams:team_standing": Row(
        "record", BOTH, ("team",), see=Right.VIEW_TEAM, right=Right.REVIEW_FILING, at="150400 150000",
        query="action=order_rectification",
        data=lambda world: {"action": "order_rectification", "reason": "标志使用不规范"},
    ),
}  # fmt: skip
