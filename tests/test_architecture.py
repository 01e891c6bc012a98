"""Imports run one way, so that what lies below can be understood without what lies above."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What each package may know of the others.
KNOWS: dict[str, set[str]] = {
    "history": set(),
    "sources": {"history"},
    "claims": {"sources", "history"},
    "articles": {"claims", "sources", "history"},
    "newsroom": {"articles", "claims", "sources", "history"},
}
# Migrations are about tables as they were: what they import can never change again.
MIGRATIONS_KNOW = "history.fields"


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found
    return found


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module imports, wherever in it; names whole."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def test_relative_imports_are_seen_by_their_whole_names() -> None:
    names = {name for _line, name in imports(ROOT / "articles" / "views_claims.py")}

    assert {"articles.forms.blaming", "articles.services", "claims.services"} <= names


@pytest.mark.parametrize("package", KNOWS)
def test_imports_run_one_way(package: str) -> None:
    above = KNOWS.keys() - KNOWS[package] - {package}
    against = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imports(path)
        if name.split(".")[0] in above
    ]
    assert not against, "\n".join(against)


@pytest.mark.parametrize("package", KNOWS)
def test_nothing_that_runs_imports_tests(package: str) -> None:
    assert not [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules(package)
        for line, name in imports(path)
        if name.split(".")[0] == "tests"
    ]


@pytest.mark.parametrize("package", KNOWS)
def test_migrations_import_no_code_that_changes(package: str) -> None:
    theirs = [
        (path, line, name)
        for path in modules(package)
        if path.parent.name == "migrations"
        for line, name in imports(path)
        if name.split(".")[0] in KNOWS
    ]
    against = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path, line, name in theirs
        if not f"{name}.".startswith(f"{MIGRATIONS_KNOW}.")
    ]
    assert not against, "\n".join(against)
