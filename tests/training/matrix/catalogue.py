"""Lines of the permission matrix: bases, instructors, courses, subjects, settings."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, PLACE, POST, Row

_VIEW, _EDIT = Right.VIEW_TRAINING, Right.EDIT_TRAINING


def _shared(*args: str) -> Row:
    """Everybody who sees trainings anywhere may look it up."""
    return Row("holder", PAGE, args, right=_VIEW)


def _kept(*args: str, methods: tuple[str, ...] = BOTH) -> Row:
    """Changed by whoever keeps it; it lies at PLACE."""
    return Row("at", methods, args, right=_EDIT, at=PLACE)


_RULES = {"right": Right.MANAGE_RULES, "at": "150000"}
_NEW = Row("holder", BOTH, right=_EDIT)

ROWS: dict[str, Row] = {
    "training:base_list": _shared(),
    "training:base_create": _NEW,
    "training:base_detail": _shared("training_base"),
    "training:base_edit": _kept("training_base"),
    "training:base_end": _kept("training_base"),
    "training:instructor_list": _shared(),
    "training:instructor_create": _NEW,
    "training:instructor_import": _NEW,
    "training:instructor_detail": _shared("instructor"),
    "training:instructor_edit": _kept("instructor"),
    "training:instructor_end": _kept("instructor"),
    "training:assessment_create": _kept("instructor"),
    "training:assessment_edit": _kept("assessment"),
    "training:course_list": _shared(),
    "training:course_create": _NEW,
    "training:course_detail": _shared("course"),
    "training:course_edit": _kept("course"),
    "training:course_end": _kept("course"),
    "training:course_compare": _shared("course"),
    "training:version_draft": _kept("course", methods=POST),
    "training:version_detail": _shared("course_version"),
    "training:version_edit": _kept("course_version"),
    "training:version_publish": _kept("course_version"),
    "training:template_list": _shared(),
    "training:template_edit": Row("record", BOTH, ("drill_template",), see=_VIEW, right=_EDIT),
    "training:subject_list": _shared(),
    "training:subject_create": Row("at", BOTH, **_RULES),
    "training:subject_edit": Row("at", BOTH, ("subject",), **_RULES),
    "training:setting_list": Row("at", PAGE, **_RULES),
    "training:setting_edit": Row("at", BOTH, ("training_setting",), **_RULES),
    "api:base-list": _shared(),
    "api:base-detail": _shared("training_base"),
    "api:instructor-list": _shared(),
    "api:instructor-detail": _shared("instructor"),
    "api:course-list": _shared(),
    "api:course-detail": _shared("course"),
}
