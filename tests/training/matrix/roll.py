"""Lines of the permission matrix: roll."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
