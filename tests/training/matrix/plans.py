"""Lines of the permission matrix: plans."""

from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
