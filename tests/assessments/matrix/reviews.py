"""Lines of the permission matrix: reviews."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
