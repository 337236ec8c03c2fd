"""Lines of the permission matrix: runs."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
