"""The test's own database, for processes that a test starts."""

from django.db import connection


def database_url(name: str = "") -> str:
    """:param name: of another database on the same server."""
    database = connection.settings_dict
    host, name = database["HOST"] or database["OPTIONS"].get("host", ""), name or database["NAME"]
    if host.startswith("/"):
        return f"postgresql://{database['USER']}@/{name}?host={host}"
    login = f"{database['USER']}:{database['PASSWORD']}@" if database["PASSWORD"] else f"{database['USER']}@"
    return f"postgresql://{login}{host}:{database['PORT'] or 5432}/{name}"
