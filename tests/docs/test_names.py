"""The pages about the house name only what is in it."""

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "README.md",
    ROOT / "docs" / "architecture.md",
    ROOT / "docs" / "glossary.md",
    *sorted((ROOT / "docs" / "adr").glob("*.md")),
]
CODE = re.compile(r"`([^`\n]+)`")
DOTTED = re.compile(r"[a-z_]+(?:\.\w+)+")
PATH = re.compile(r"(?:portal|tests|docs|scripts|migrations|benchmarks)/[\w./-]*")
ROOMS = {path.stem for path in (ROOT / "portal").iterdir() if path.suffix == ".py" or path.is_dir()}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_there(dotted: str) -> bool:
    """Whether `requests.commands.receiving.receive` is a module of the portal or a thing in one."""
    parts = dotted.removesuffix("()").split(".")
    for size in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(("portal", *parts[:size])))
        except ModuleNotFoundError:
            continue
        for name in parts[size:]:
            found = getattr(found, name, None)
        return found is not None
    return False


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_every_name_of_the_code_is_there(path: Path) -> None:
    names = [name for name in CODE.findall(text_of(path)) if DOTTED.fullmatch(name)]
    ours = [name for name in names if name.split(".")[0] in ROOMS and not name.endswith(".py")]
    assert [name for name in ours if not is_there(name)] == []


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_every_path_is_there(path: Path) -> None:
    paths = [name for name in CODE.findall(text_of(path)) if PATH.fullmatch(name)]
    assert [name for name in paths if not (ROOT / name).exists()] == []


def test_the_picture_shows_every_floor_of_the_house_in_its_order() -> None:
    contracts = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    picture = text_of(ROOT / "docs" / "architecture.md").split("```")[1]
    drawn = [re.split(r"\s{2,}", line.strip())[0] for line in picture.splitlines()]
    assert [floor for floor in drawn if floor and floor != "|"] == layers


def test_the_rooms_table_has_a_row_for_every_floor() -> None:
    text = text_of(ROOT / "docs" / "architecture.md")
    for room in ROOMS - {"__init__", "__pycache__", "static", "data", "templates"}:
        assert re.search(rf"^\| .*`{room}`", text, re.MULTILINE), room


def test_the_glossarys_names_are_in_the_code() -> None:
    known = _defined()
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", text_of(ROOT / "docs" / "glossary.md"), re.M)
    names = [name for row in rows for name in CODE.findall(row)]
    assert len(names) > 30
    assert [name for name in names if name not in known] == []


def _defined() -> set[str]:
    """Every class, function, attribute, argument and variable name in the portal, and rooms."""
    found = set(ROOMS)
    for path in (ROOT / "portal").rglob("*.py"):
        for node in ast.walk(ast.parse(text_of(path))):
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.Name(id=name):
                    found.add(name)
                case ast.arg(arg=name) | ast.Attribute(attr=name):
                    found.add(name)
                case ast.Constant(value=str(name)):
                    found.add(name)
    return found


def test_the_decisions_are_numbered_without_a_gap_and_have_the_same_parts() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    for page in pages:
        parts = re.findall(r"^## (.+)$", text_of(page), re.MULTILINE)
        assert parts == ["Status", "Context", "Decision", "Consequences", "Alternatives"], page.name
