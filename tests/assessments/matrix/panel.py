"""Lines of the permission matrix: panel."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
