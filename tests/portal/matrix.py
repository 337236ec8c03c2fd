"""Every route of the product and what it takes: the table behind ``test_matrix.py``.

A new route must get a line here; the test fails until it has one. What each person is then expected to get follows from
``organizations.roles.ROLES`` and from where the person sits, computed apart from the code under test.
"""

from collections.abc import Callable
from typing import Any

from organizations.roles import Right
from tests.assessments import matrix as assessments
from tests.people import matrix as people
from tests.portal.rows import BOTH, PAGE, POST, PUBLIC, SIGNED_IN, Row
from tests.teams import matrix as teams
from tests.training import matrix as training


def _office(right: Right | None = None, methods: tuple[str, ...] = BOTH) -> Row:
    return Row("record", methods, ("office",), see=Right.VIEW_ORGANIZATION, right=right)


def _account(right: Right | None = None, methods: tuple[str, ...] = BOTH, **more: Any) -> Row:
    return Row("record", methods, more.pop("args", ("account",)), see=Right.VIEW_ACCOUNT, right=right, **more)


def _moved(action: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda world: {"action": action, "comment": "请补通知"}


_UPLOAD = Row(
    "record", POST, see=Right.VIEW_ACCOUNT, right=Right.REQUEST_ACCOUNT,
    data=lambda world: {"content_type": world["content_type"], "object_id": world["draft"].pk, "kind": "basis"},
)  # fmt: skip
_API = Row("holder", PAGE, right=Right.VIEW_ACCOUNT)
_DECIDE = dict.fromkeys(("approve", "return_for_changes", "reject"), Right.DECIDE_REQUEST)

MATRIX: dict[str, Row] = {
    # signing in
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "account_logout": Row("public", BOTH),
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": Row("signed_in", BOTH),
    "account_keepalive": Row("signed_in", POST),
    "usersessions_list": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": PUBLIC,
    **{
        f"mfa_{name}": Row("library")
        for name in (
            "reauthenticate",
            "activate_totp",
            "deactivate_totp",
            "view_recovery_codes",
            "generate_recovery_codes",
            "download_recovery_codes",
            "list_webauthn",
            "add_webauthn",
            "reauthenticate_webauthn",
        )
    },
    "mfa_remove_webauthn": Row("library", args=("no_key",)),
    "mfa_edit_webauthn": Row("library", args=("no_key",)),
    # public
    "verify_lookup": PUBLIC,
    "verify": Row("public", PAGE, ("code",)),
    "set_language": Row("public", POST, data=lambda world: {"language": "zh-hans"}),
    # portal
    "portal:home": SIGNED_IN,
    "portal:search": Row("signed_in", PAGE, query="q=松山"),
    "portal:statistics": SIGNED_IN,
    "portal:feedback": Row("signed_in", BOTH),
    # files, jobs, notices, lists
    "core:attachment_upload": _UPLOAD,
    "core:attachment_download": _account(methods=PAGE, args=("attachment",)),
    "core:attachment_preview": _account(methods=PAGE, args=("attachment",)),
    "core:attachment_watch": _account(methods=PAGE, args=("attachment",)),
    "core:attachment_thumbnail": _account(methods=PAGE, args=("attachment",)),
    "core:upload_begin": Row(
        "record", POST, ("content_type", "draft"), see=Right.VIEW_ACCOUNT, right=Right.REQUEST_ACCOUNT
    ),
    "core:upload_piece": Row("own", PAGE, ("upload",), owner="chifeng"),
    "core:upload_finish": Row("own", POST, ("upload",), owner="chifeng"),
    "core:attachment_withdraw": _account(Right.REQUEST_ACCOUNT, POST, args=("attachment",)),
    "core:document_download": _account(methods=PAGE, args=("document",)),
    "core:job_list": SIGNED_IN,
    "core:job_detail": Row("own", PAGE, ("job",), owner="chifeng"),
    "core:job_result": Row("own", PAGE, ("job",), owner="chifeng"),
    "core:notice_list": SIGNED_IN,
    "core:notice_open": Row("own", POST, ("notice",), owner="chifeng"),
    "core:notice_read_all": Row("signed_in", POST),
    "core:saved_view_create": Row("signed_in", POST, data=lambda world: {"list_name": "x:y", "name": "我的"}),
    "core:list_columns": Row("signed_in", POST, data=lambda world: {"list_name": "x:y"}),
    **{
        f"core:saved_view_{verb}": Row("own", POST, ("saved_view",), owner="chifeng")
        for verb in ("rename", "delete", "default")
    },
    # offices
    "organizations:organization_list": Row("holder", PAGE, right=Right.VIEW_ORGANIZATION),
    "organizations:organization_create": Row("holder", BOTH, right=Right.MANAGE_TREE),
    "organizations:organization_detail": _office(methods=PAGE),
    "organizations:organization_access": _office(methods=PAGE),
    "organizations:organization_edit": _office(Right.EDIT_ORGANIZATION),
    "organizations:organization_move": _office(Right.MANAGE_TREE),
    "organizations:organization_rename": _office(Right.MANAGE_TREE),
    "organizations:organization_staffing": _office(Right.MANAGE_TREE),
    "organizations:organization_close": _office(Right.MANAGE_TREE),
    "organizations:user_create": _office(Right.MANAGE_ACCOUNT),
    "organizations:role_help": SIGNED_IN,
    # accounts
    "organizations:user_list": Row("holder", PAGE, right=Right.VIEW_ACCOUNT),
    "organizations:user_pick": Row("holder", PAGE, right=Right.MANAGE_ACCOUNT),
    "organizations:user_import": Row("holder", BOTH, right=Right.MANAGE_ACCOUNT),
    "organizations:my_account": SIGNED_IN,
    "organizations:user_detail": _account(methods=PAGE),
    "organizations:user_reveal": _account(Right.MANAGE_ACCOUNT, POST),
    **{
        f"organizations:user_{verb}": _account(Right.MANAGE_ACCOUNT)
        for verb in ("edit", "password", "deactivate", "reactivate")
    },
    "organizations:user_transfer_pick": _account(Right.MANAGE_ACCOUNT, PAGE),
    "organizations:user_transfer": _account(Right.MANAGE_ACCOUNT, args=("account", "office")),
    # appointments
    "organizations:appointment_list": Row("holder", PAGE, right=Right.VIEW_ACCOUNT),
    "organizations:appointment_pick": _account(Right.MANAGE_ACCOUNT, PAGE),
    "organizations:appointment_create": _account(Right.MANAGE_ACCOUNT),
    "organizations:appointment_end": _account(Right.MANAGE_ACCOUNT, args=("appointment",)),
    "organizations:appointment_hand_over": _account(Right.MANAGE_ACCOUNT, args=("appointment",)),
    # account requests
    "organizations:request_list": Row("holder", PAGE, right=Right.VIEW_ACCOUNT),
    "organizations:request_create": Row("holder", BOTH, right=Right.REQUEST_ACCOUNT),
    "organizations:request_detail": _account(methods=PAGE, args=("request",)),
    "organizations:request_edit": _account(Right.REQUEST_ACCOUNT, args=("draft",)),
    "organizations:request_draft": _account(Right.REQUEST_ACCOUNT, POST, args=("draft",)),
    "organizations:request_move": _account(Right.DECIDE_REQUEST, POST, args=("request",), data=_moved("reject")),
    # audit
    "audit:list": Row("holder", PAGE, right=Right.VIEW_AUDIT),
    "audit:detail": Row("holder", PAGE, ("event_kind", "event"), right=Right.VIEW_AUDIT),
    # API
    "api:schema": SIGNED_IN,
    "api:organization-list": Row("holder", PAGE, right=Right.VIEW_ORGANIZATION),
    "api:organization-detail": _office(methods=PAGE),
    "api:account-list": _API,
    "api:account-detail": _account(methods=PAGE),
    "api:appointment-list": _API,
    "api:appointment-detail": _account(methods=PAGE, args=("appointment",)),
    "api:accountrequest-list": Row("holder", PAGE, right=Right.VIEW_ACCOUNT),
    "api:accountrequest-detail": _account(methods=PAGE, args=("request",)),
    **{
        f"api:accountrequest-{action.replace('_', '-')}": _account(right, POST, args=("request",), data=_moved(action))
        for action, right in (
            _DECIDE
            | {"submit": Right.REQUEST_ACCOUNT, "resubmit": Right.REQUEST_ACCOUNT, "withdraw": Right.REQUEST_ACCOUNT}
        ).items()
    },
    **teams.ROWS,
    **people.ROWS,
    **training.ROWS,
    **assessments.ROWS,
}
# For machines, behind guards of their own: test_health.py.
ELSEWHERE = {"health", "metrics"}
