"""Lines of the permission matrix: calendar."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
