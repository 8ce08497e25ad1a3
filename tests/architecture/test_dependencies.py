"""Whatever is imported is asked for: a machine that has only what we ask for can run everything."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"portal", "tests", "scripts", "benchmarks", "migrations", "wsgi"}
# Asked for by what needs it, and by nothing else: its versions are that package's affair.
COMES_WITH = {"jinja2": "flask", "werkzeug": "flask", "markupsafe": "flask", "packaging": "pytest"}
PARTS = [("portal", ("demo",)), ("migrations", ()), ("benchmarks", ()), ("tests", ("demo", "dev"))]


def asked_for(extras: tuple[str, ...]) -> set[str]:
    """The canonical names of what the project asks for."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported(folder: str) -> Iterator[tuple[str, str]]:
    """Every package from outside that is imported at run time, with who imports it."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            for name in _names(node):
                if name not in sys.stdlib_module_names and name not in OURS:
                    yield name, path.relative_to(ROOT).as_posix()


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name.split(".")[0] for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.split(".")[0]]
    return []


@pytest.mark.parametrize(("folder", "extras"), PARTS)
def test_what_is_imported_is_asked_for(folder: str, extras: tuple[str, ...]) -> None:
    asked, known = asked_for(extras), packages_distributions()
    missing = {
        f"{name} ({path})"
        for name, path in imported(folder)
        if name != "_typeshed"
        and not asked & {canonicalize_name(one) for one in known.get(name, [name])}
        and COMES_WITH.get(name) not in asked
    }
    assert missing == set()


def test_only_the_demonstration_needs_the_demonstrations_libraries() -> None:
    extra = asked_for(("demo",)) - asked_for(())
    known = packages_distributions()
    users = {
        Path(path).parts[1]
        for name, path in imported("portal")
        if extra & {canonicalize_name(one) for one in known.get(name, [])}
    }
    assert users == {"demo"}
