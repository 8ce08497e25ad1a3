"""The portal's own source, parsed once, for the tests that read it."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import portal

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "portal"
TEMPLATES = PORTAL / "templates"

Node = TypeVar("Node", bound=ast.AST)


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the portal as a syntax tree, by its path from the root."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PORTAL.rglob("*.py"))
    }


def nodes(kind: type[Node]) -> Iterator[tuple[str, Node]]:
    """Every node of a kind, with the path of its module."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield path, node


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of something of that name, `name(…)` or `x.name(…)`."""
    for path, call in nodes(ast.Call):
        if called(call) == name:
            yield path, call


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def module_of(path: str) -> ModuleType:
    """The imported module of a path."""
    dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return importlib.import_module(dotted)


def modules() -> Iterator[ModuleType]:
    """Every module of the portal that can be imported everywhere: not the demonstration, whose
    video libraries a real portal does without."""
    for found in pkgutil.walk_packages(portal.__path__, "portal."):
        if not found.name.startswith("portal.demo"):
            yield importlib.import_module(found.name)
