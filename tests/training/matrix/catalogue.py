"""Lines of the permission matrix: catalogue."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
