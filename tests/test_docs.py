"""What is written about the code is true of it: links, names, commands, and the drawing."""

import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps

from articles import gate
from newsroom.roles import ROLES

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*\]\(([^)\s]+)\)")
# Kinds of acts stand in quotes and are no names.
NAME = re.compile(
    r'(?<!["\w/.])(?:articles|claims|sources|history|newsroom)(?:\.[A-Za-z_]\w*)+(?!\w|\.\w|/)'
)
PATH = re.compile(r"`((?:articles|claims|sources|history|newsroom|docs|tests|templates)/[^`*\s]*)`")


def named(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


def anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def drawn() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_schema", ROOT / "docs" / "schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_permission(name: str) -> bool:
    app, codename = name.split(".", 1)
    return any(
        codename == known
        for model in apps.get_app_config(app).get_models()
        for known, _title in model._meta.permissions
    )


def exists(name: str) -> bool:
    """Whether a dotted name leads to a module or to something in one."""
    module, *rest = name.split(".")
    # Modules are looked up, not run: settings of production would refuse to.
    while rest and (spec := importlib.util.find_spec(module)):
        if spec.submodule_search_locations is None:
            break
        if importlib.util.find_spec(f"{module}.{rest[0]}") is None:
            break
        module = f"{module}.{rest.pop(0)}"
    found = importlib.import_module(module) if rest else None
    for part in rest:
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def test_the_drawing_of_the_schema_is_that_of_the_models() -> None:
    schema = drawn()
    assert schema.drawing() == (ROOT / "docs" / "schema.svg").read_text(), (
        "the models have changed: run .venv/bin/python docs/schema.py"
    )


def test_the_drawing_names_every_model_of_the_project() -> None:
    headed = re.findall(
        r'font-weight="600">(\w+)</text>', (ROOT / "docs" / "schema.svg").read_text()
    )
    assert {model.__name__ for model in drawn().our_models()} <= set(headed)


@pytest.mark.parametrize("name", named(PAGES))
def test_links_between_pages_lead_somewhere(name: str) -> None:
    broken = []
    for target in LINK.findall(FENCE.sub("", (ROOT / name).read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        there = (ROOT / name).parent / file if file else ROOT / name
        if not there.exists() or (fragment and fragment not in anchors(there)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", named(PAGES))
def test_names_and_files_that_a_page_tells_are_there(name: str) -> None:
    text = re.sub(r"\]\([^)]*\)", "]", (ROOT / name).read_text())
    unknown = {
        told for told in NAME.findall(text) if not exists(told) and not is_permission(told)
    } | {path for path in PATH.findall(text) if not (ROOT / path).exists()}
    assert unknown == set()


def test_every_make_target_in_the_readme_exists() -> None:
    told = set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert told >= {"demo", "test"}
    assert told <= known


def test_every_command_in_the_readme_exists() -> None:
    from django.core.management import get_commands

    told = set(re.findall(r"manage\.py ([a-z_]+)", (ROOT / "README.md").read_text()))
    assert told >= {"import_article", "publish", "piece"}
    assert told <= set(get_commands())


def test_the_decisions_are_all_listed_and_short() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert LINK.findall((folder / "README.md").read_text()) == records
    assert [name for name in records if len((folder / name).read_text().splitlines()) > 25] == []


def test_operations_tell_every_variable_and_every_role() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    example = (ROOT / ".env.example").read_text()
    variables = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert [name for name in variables if f"`{name}`" not in text] == []
    table = text.split("## Roles")[1]
    assert re.findall(r"^\| (\w+) \|", table, re.MULTILINE)[1:] == list(ROLES)


def test_the_architecture_tells_every_rule_of_the_gate() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text.split("## Standing, readings, gate")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(gate.RULES)


def test_every_picture_is_shown_somewhere_and_small() -> None:
    told = "".join(page.read_text() for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    for picture in (ROOT / "docs" / "images").iterdir():
        assert f"images/{picture.name})" in told, picture.name
        assert picture.stat().st_size < 300_000, picture.name
    shown = re.findall(r"\((?:docs/)?(images/[^)]+)\)", told)
    assert all((ROOT / "docs" / name).exists() for name in shown)
