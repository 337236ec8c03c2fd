"""Lines of the permission matrix: members."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
