"""Lines of the permission matrix: learning."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, SIGNED_IN, Row

_SEES = {"see": Right.VIEW_TRAINING}
_KEEPS = {"see": Right.VIEW_TRAINING, "right": Right.EDIT_TRAINING}


def _kept(*args: str, methods: tuple[str, ...] = BOTH) -> Row:
    return Row("record", methods, args, **_KEEPS)


ROWS: dict[str, Row] = {
    "training:activity_people": Row("record", PAGE, ("activity",), **_SEES),
    "training:people_add": _kept("activity"),
    "training:people_act": _kept("activity", methods=POST),
    "training:participation_edit": _kept("participation"),
    "training:team_add": _kept("activity"),
    "training:team_remove": _kept("activity_team", methods=POST),
    "training:activity_results": Row("record", PAGE, ("course_day",), **_SEES),
    "training:activity_certificates": _kept("course_day"),
    "training:teaching_create": _kept("course_day"),
    "training:teaching_edit": _kept("teaching"),
    "training:teaching_remove": _kept("teaching", methods=POST),
    "training:activity_problems": Row("record", PAGE, ("activity",), **_SEES),
    "training:problem_create": _kept("activity"),
    "training:problem_list": Row("holder", PAGE, right=Right.VIEW_TRAINING),
    "training:problem_detail": Row("record", PAGE, ("problem",), **_SEES),
    "training:problem_edit": _kept("problem"),
    "training:problem_move": Row(
        "record", POST, ("problem",), **_KEEPS, data=lambda world: {"action": "report", "fix": "换了发动机"}
    ),
    "training:my_activities": SIGNED_IN,
    "training:person_activities": Row("record", PAGE, ("person",), see=Right.VIEW_MEMBER),
    "training:my_enrol": Row("signed_in", POST, ("course_day",)),
    "training:my_withdraw": Row("signed_in", POST, ("participation",)),
}
