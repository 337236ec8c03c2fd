"""What the documents name is there: every variable in its table, every file where they say it is."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Set by the launcher for its own children; nobody sets them by hand.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "PATH"}
FILE = re.compile(r"[\w./-]+/[\w.-]+\.(?:py|html|css|js|svg|md|yaml|csv|conf|po|example)|[\w-]+(?:/[\w-]+)+/?")


def read_by_settings() -> set[str]:
    """First arguments of ``env(…)``, ``env.int(…)`` and their like in the settings."""
    calls = [
        node for node in ast.walk(ast.parse((ROOT / "portal/settings.py").read_text())) if isinstance(node, ast.Call)
    ]
    asked = [call for call in calls if ast.unparse(call.func).split(".")[0] == "env" and call.args]
    return {call.args[0].value for call in asked if isinstance(call.args[0], ast.Constant)}


def read_by_launcher() -> set[str]:
    text = "".join(path.read_text() for path in (ROOT / "bin/lib/launcher").glob("*.py"))
    return set(re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z][A-Z0-9_]+)"', text)) - INTERNAL


def test_operations_lists_every_variable_and_no_other() -> None:
    manual = (ROOT / "docs/operations.md").read_text()
    table = [line for line in manual.split("\n## 3. ")[1].split("\n## ")[0].splitlines() if line.startswith("| `")]
    listed = {name for line in table for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", line.split("|")[1])}
    assert listed == read_by_settings() | read_by_launcher()


def test_example_for_containers_names_only_variables_that_are_read() -> None:
    given = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", (ROOT / "deploy/env.example").read_text(), re.MULTILINE))
    compose = (ROOT / "docker-compose.yml").read_text()
    assert {name for name in given if f"${{{name}" not in compose} == set()


def test_image_copies_what_is_there() -> None:
    """Nobody builds the image in a test: what it names must at least exist, in the tree or after ``npm ci``."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    copied += re.findall(r"^COPY --from=assets /build/(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert {name for line in copied for name in line.split() if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_documents_name_exist(document: Path) -> None:
    """Paths in backticks, from the root or below ``templates`` or ``static``."""
    quoted = re.findall(r"`([^`\n]+)`", document.read_text())
    named = {word.rstrip("/") for word in quoted if FILE.fullmatch(word) and not word.startswith("/")}
    places = (ROOT, ROOT / "templates", ROOT / "static", document.parent)
    assert {name for name in named if not any((place / name).exists() for place in places)} == set()
