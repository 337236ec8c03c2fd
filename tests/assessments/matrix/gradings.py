"""Lines of the permission matrix: gradings."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
