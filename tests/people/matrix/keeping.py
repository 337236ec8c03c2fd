from tests.portal.rows import Row

ROWS: dict[str, Row] = {}
