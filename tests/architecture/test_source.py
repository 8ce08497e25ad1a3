"""What no module of the portal may do, and how large it may grow."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PORTAL, ROOT, TEMPLATES, calls, nodes, trees

FORBIDDEN_NAMES = {
    "base", "common", "helper", "helpers", "manager", "managers", "misc", "service", "services",
    "util", "utils",
}  # fmt: skip

# The one clock of the process is made in the hall. The demonstration's mailbox is a program of
# its own, outside the house.
READS_THE_CLOCK = {"portal/hall.py", "portal/demo/mailbox_pages.py"}


def test_the_import_contracts_are_kept() -> None:
    lint_imports = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts:") :]


def test_only_the_door_to_the_database_commits() -> None:
    commits = {path for path, _ in calls("commit")}
    assert commits == {"portal/db.py"}


def test_a_row_is_read_again_under_its_lock() -> None:
    """`session.get(…, with_for_update=True)` gives back what was read before the lock."""
    locking = {
        path
        for name in ("get", "get_one")
        for path, call in calls(name)
        if any(keyword.arg == "with_for_update" for keyword in call.keywords)
    }
    assert locking == {"portal/db.py"}


def test_time_is_an_argument() -> None:
    read = {
        path
        for path, node in nodes(ast.Attribute)
        if (node.attr in ("now", "utcnow", "today") and _last_name(node.value) in _CALENDARS)
        or (node.attr in ("time", "time_ns") and _last_name(node.value) == "time")
    }
    assert read <= READS_THE_CLOCK


_CALENDARS = {"datetime", "date"}


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def test_nothing_is_caught_that_was_not_foreseen() -> None:
    """`except Exception` is for the worker, where one bad job must not stop the others. Who
    catches even more, to put things right, raises again."""
    caught = [
        f"{path}:{handler.lineno}"
        for path, handler in nodes(ast.ExceptHandler)
        if _catches_all(handler) and path != "portal/worker.py" and not _raises_again(handler)
    ]
    assert caught == []


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _last_name(kind) in ("Exception", "BaseException") for kind in kinds)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@pytest.mark.parametrize("path", trees())
def test_a_module_stays_small_enough_to_read(path: str) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{path}: make it a folder, one file per verb"


def test_no_module_is_named_after_nothing() -> None:
    named = [
        path.relative_to(ROOT).as_posix()
        for path in PORTAL.rglob("*")
        if (path.suffix == ".py" or path.is_dir())
        and FORBIDDEN_NAMES & set(path.stem.lower().split("_"))
    ]
    assert named == []


# Called from outside the package: by the web server's entry, and by `make docs`.
USED_FROM_OUTSIDE = {"create_app", "settings_page"}


def test_nothing_is_written_that_nothing_uses() -> None:
    """A rule that nobody calls is a promise that nobody keeps: what only tests use is dead."""
    used = USED_FROM_OUTSIDE | _names_used() | _names_migrations_use()
    words_of_templates = "\n".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))
    dead = [
        f"{path}: {thing.name}"
        for path, tree in trees().items()
        for thing in tree.body
        if isinstance(thing, ast.FunctionDef | ast.ClassDef)
        and not thing.decorator_list
        and thing.name not in used
        and not re.search(rf"\b{thing.name}\b", words_of_templates)
    ]
    assert dead == []


def _names_used() -> set[str]:
    """Every name that is read somewhere, or imported under another. Importing alone is no use."""
    used = {node.id for _, node in nodes(ast.Name)} | {
        node.attr for _, node in nodes(ast.Attribute)
    }
    return used | {node.name for _, node in nodes(ast.alias) if node.asname}


def _names_migrations_use() -> set[str]:
    """What the history of the schema takes from the portal."""
    versions = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    walked = (node for path in versions for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {node.id for node in walked if isinstance(node, ast.Name)}
