"""Lines of the permission matrix: activities."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
