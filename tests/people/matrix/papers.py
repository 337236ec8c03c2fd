"""Certificates and insurance."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, Row


def _seen(*args: str) -> Row:
    return Row("record", PAGE, args, see=Right.VIEW_MEMBER)


def _kept(*args: str) -> Row:
    return Row("record", BOTH, args, see=Right.VIEW_MEMBER, right=Right.EDIT_MEMBER)


_VERIFIED = {"see": Right.VIEW_MEMBER, "right": Right.VERIFY_MEMBER}
_RULES = {"right": Right.MANAGE_RULES, "at": "150000"}

ROWS: dict[str, Row] = {
    "people:certificate_list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "people:certificate_batch": Row("holder", BOTH, right=Right.VERIFY_MEMBER),
    "people:certificate_grant": Row("holder", BOTH, right=Right.EDIT_MEMBER),
    "people:certificate_detail": _seen("certificate"),
    "people:certificate_edit": Row("record", BOTH, ("certificate",), **_VERIFIED),
    "people:certificate_move": Row(
        "record", BOTH, ("certificate_reported",), **_VERIFIED,
        query="action=refuse",
        data=lambda world: {"action": "verify", "version": world["certificate_reported"].version},
    ),
    "people:certificate_create": _kept("person"),
    "people:kind_list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "people:kind_create": Row("at", BOTH, **_RULES),
    "people:kind_edit": Row("at", BOTH, ("certificate_kind",), **_RULES),
    "people:policy_list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "people:policy_create": Row("holder", BOTH, right=Right.EDIT_MEMBER),
    "people:policy_detail": _seen("policy"),
    "people:policy_edit": _kept("policy"),
    "people:policy_people": _kept("policy"),
    "people:policy_names": _kept("policy"),
    "people:policy_renew": _kept("policy"),
    "people:policy_end": _kept("policy"),
    "people:cover_end": _kept("cover"),
    "api:certificate-list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "api:certificate-detail": _seen("certificate"),
    "api:policy-list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "api:policy-detail": _seen("policy"),
}  # fmt: skip
