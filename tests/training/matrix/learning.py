"""Lines of the permission matrix: learning."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
