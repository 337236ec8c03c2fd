"""What ``lint-imports`` cannot see: layers named in strings, and imports inside functions that do not say why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ABOVE_CORE = re.compile(r"\b(organizations|portal)[.:]\w")


def sources(*packages: str) -> Iterator[tuple[Path, str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                text = path.read_text()
                yield path.relative_to(ROOT), text, ast.parse(text)


def bare_words(tree: ast.Module) -> set[int]:
    """Strings that stand alone: docstrings, which may mention anything."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_core_names_no_layer_above_it() -> None:
    """What core needs of a subject comes through settings, registries or the record's own methods."""
    found = []
    for path, _text, tree in sources("core"):
        spared = bare_words(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spared:
                found += [f"{path}:{node.lineno}"] if ABOVE_CORE.search(node.value) else []
    assert found == []


def test_imports_inside_functions_say_why() -> None:
    found = []
    for path, text, tree in sources(
        "bench", "assessments", "core", "organizations", "people", "portal", "teams", "training"
    ):
        lines = text.splitlines()
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in (inner for function in functions for inner in ast.walk(function)):
            if isinstance(node, ast.Import | ast.ImportFrom) and "  # " not in lines[node.lineno - 1]:
                found.append(f"{path}:{node.lineno}")
    assert found == []
