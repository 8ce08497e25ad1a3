"""What each function of the portal can come to use: a graph of references, drawn from the source.

An arrow goes from a function or class to every other one it names, called or handed on. A method
of a class counts as the class. What is reached through a value alone (`thing.method()`) has no
arrow, so what is looked for this way must be named: the tests say which names they mean.
"""

import ast
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

from tests.architecture.source import module_of, trees

Place = tuple[str, str]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def definitions() -> dict[Place, Definition]:
    """Every function and class at the top of a module, by module and name. Not those of the
    demonstration, whose video libraries a real portal does without."""
    return {
        (path, node.name): node
        for path, tree in trees().items()
        if not path.startswith("portal/demo/")
        for node in tree.body
        if isinstance(node, Definition)
    }


@cache
def reached(place: Place) -> frozenset[Place]:
    """This place and every one it can come to."""
    found, waiting = {place}, [place]
    while waiting:
        fresh = _arrows()[waiting.pop()] - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found)


def place_of(thing: Any) -> Place | None:
    """Where a function or class was written, or None when it is not ours."""
    thing = inspect.unwrap(thing)
    name = getattr(thing, "__qualname__", "").partition(".")[0]
    written = (getattr(thing, "__module__", None) or "").replace(".", "/")
    for path in (f"{written}.py", f"{written}/__init__.py"):
        if (path, name) in definitions():
            return path, name
    return None


@cache
def _arrows() -> dict[Place, set[Place]]:
    arrows: dict[Place, set[Place]] = defaultdict(set)
    for (path, name), node in definitions().items():
        for thing in _named(module_of(path), node):
            found = place_of(thing)
            if found is not None:
                arrows[path, name].add(found)
    return arrows


def _named(module: ModuleType, node: Definition) -> Iterator[Callable[..., Any]]:
    """Every function and class that a definition names, by whatever way it was imported."""
    names = vars(module) | _imported_inside(node)
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name):
                yield from _ours(names.get(name))
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                if isinstance(names.get(name), ModuleType):
                    yield from _ours(getattr(names[name], attr, None))


def _ours(thing: Any) -> Iterator[Callable[..., Any]]:
    if inspect.isfunction(thing) or inspect.isclass(thing):
        yield thing


def _imported_inside(node: Definition) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.ImportFrom) and inner.module and inner.module.startswith("portal"):
            module = module_of(inner.module.replace(".", "/") + ".py")
            found |= {
                each.asname or each.name: getattr(module, each.name, None) for each in inner.names
            }
    return found
