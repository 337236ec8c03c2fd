"""Lines of the permission matrix: standards."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
