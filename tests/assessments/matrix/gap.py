"""Lines of the permission matrix: gap."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
