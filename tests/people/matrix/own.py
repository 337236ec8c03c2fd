from tests.portal.rows import BOTH, PAGE, POST, SIGNED_IN, Row

# Who is linked to nobody is led to the page that says how; what there is to see is one's own and nobody else's.
ROWS: dict[str, Row] = {
    "people:card_verify": Row("public", PAGE, ("card_value",)),
    "people:me": SIGNED_IN,
    "people:me_card": SIGNED_IN,
    "people:me_card_paper": SIGNED_IN,
    "people:me_certificate_create": Row("signed_in", BOTH),
    "people:me_hours": SIGNED_IN,
    "people:me_consents": SIGNED_IN,
    "people:me_consent_give": Row("signed_in", POST, ("consent_text",)),
    "people:me_consent_withdraw": Row("signed_in", BOTH, ("consent_kind",)),
    "people:me_disclosures": SIGNED_IN,
    "people:me_contact": Row("signed_in", BOTH),
    "people:me_copy": Row("signed_in", BOTH),
    "people:me_file": Row("signed_in", PAGE, ("own_file",)),
}
