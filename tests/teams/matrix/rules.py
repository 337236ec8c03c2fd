from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, Row

_READ = Row("holder", PAGE, right=Right.VIEW_TEAM)
_REGION = {"right": Right.MANAGE_RULES, "at": "150000"}

ROWS: dict[str, Row] = {
    **{f"teams:{name}": _READ for name in ("rule_list", "check_list", "paper_kind_list", "category_list")},
    "teams:rule_detail": Row("holder", PAGE, ("rule",), right=Right.VIEW_TEAM),
    "teams:rule_edit": Row("at", BOTH, ("rule",), **_REGION),
    "teams:check_edit": Row("at", BOTH, ("check",), **_REGION),
    "teams:paper_kind_create": Row("at", BOTH, **_REGION),
    "teams:paper_kind_edit": Row("at", BOTH, ("paper_kind",), **_REGION),
    "teams:category_create": Row("at", BOTH, **_REGION),
    "teams:category_edit": Row("at", BOTH, ("category",), **_REGION),
    "teams:phrase_list": Row("holder", PAGE, right=Right.MANAGE_RULES),
    "teams:phrase_create": Row("holder", BOTH, right=Right.MANAGE_RULES),
    "teams:phrase_edit": Row("at", BOTH, ("phrase",), **_REGION),
}
