"""Lines of the permission matrix: campaigns."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
