from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

SEE, EDIT = Right.VIEW_MEMBER, Right.EDIT_MEMBER
REGION = "150000"

ROWS: dict[str, Row] = {
    "people:join": Row("public", BOTH, ("invitation_key",)),
    "people:join_follow": Row("public", PAGE, ("follow_key",)),
    "people:invitation_list": Row("record", PAGE, ("team_place",), see=Right.VIEW_ORGANIZATION, right=EDIT),
    "people:invitation_create": Row("record", BOTH, ("team_place",), see=Right.VIEW_ORGANIZATION, right=EDIT),
    "people:invitation_poster": Row("record", PAGE, ("invitation",), see=EDIT),
    "people:invitation_end": Row("record", POST, ("invitation",), see=EDIT),
    "people:application_list": Row("holder", PAGE, right=SEE),
    "people:application_detail": Row("record", PAGE, ("application",), see=SEE),
    "people:application_accept": Row("record", POST, ("application",), see=SEE, right=EDIT),
    "people:application_decline": Row("record", BOTH, ("application",), see=SEE, right=EDIT),
    "people:account_link": Row("record", BOTH, ("person",), see=SEE, right=EDIT),
    "people:account_unlink": Row("record", POST, ("person",), see=SEE, right=EDIT),
    "people:account_request": Row("record", POST, ("person",), see=SEE, right=EDIT),
    "people:consent_text_list": Row("holder", PAGE, right=SEE),
    "people:consent_text_detail": Row("holder", PAGE, ("consent_text",), right=SEE),
    "people:consent_text_draft": Row("at", POST, ("consent_kind",), right=Right.MANAGE_RULES, at=REGION),
    "people:consent_text_edit": Row("at", BOTH, ("consent_draft",), right=Right.MANAGE_RULES, at=REGION),
    "people:consent_text_publish": Row("at", BOTH, ("consent_draft",), right=Right.MANAGE_RULES, at=REGION),
}
