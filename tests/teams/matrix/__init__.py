"""Lines of the permission matrix for teams and filings, a file per group of routes."""

from tests.teams.matrix import api, desk, filings, rules, teams

ROWS = {**teams.ROWS, **filings.ROWS, **desk.ROWS, **rules.ROWS, **api.ROWS}
