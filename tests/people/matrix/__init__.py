"""Lines of the permission matrix for people, a file per group of routes."""

from tests.people.matrix import imports, joining, keeping, own, papers, persons, roster, standing

ROWS = {
    **persons.ROWS,
    **roster.ROWS,
    **papers.ROWS,
    **standing.ROWS,
    **joining.ROWS,
    **own.ROWS,
    **keeping.ROWS,
    **imports.ROWS,
}
