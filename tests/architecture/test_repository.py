"""What no file of the repository says: where it was written, and where packages came from."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

# A path of somebody's machine. Tests may name the temporary folder.
MACHINE = re.compile(r"(?<![\w.~-])/(?:work|root|home|Users)/[\w.]")
TEMPORARY = re.compile(r"(?<![\w.~-])/tmp/")
# Each machine fetches from the registries it is set up for.
REGISTRY = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|jsdelivr|unpkg|goproxy|golang|crates)"
    r"\.(?:org|com|io|net|dev)\b",
    re.IGNORECASE,
)
VENDORED = ("tests/vendor/", "portal/static/vendor/")


def files() -> list[str]:
    """Every file that git keeps, as a path from the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    names = {name for name in listed.split("\0") if name and not name.startswith(VENDORED)}
    return sorted(name for name in names if (ROOT / name).is_file())


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file of the repository that we wrote."""
    read = {}
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            read[name] = content.decode("utf-8")
    assert len(read) > 300
    return read


def test_no_file_names_a_path_of_a_machine(texts: dict[str, str]) -> None:
    named = [name for name, text in texts.items() if MACHINE.search(text)]
    named += [
        name
        for name, text in texts.items()
        if TEMPORARY.search(text) and not name.startswith("tests/")
    ]
    assert named == []


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if REGISTRY.search(text)] == []


def test_nothing_is_left_to_be_done(texts: dict[str, str]) -> None:
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    skips = re.compile(r"pytest\.(?:sk" + r"ip|xf" + r"ail)\b|mark\.(?:sk" + r"ip|xf" + r"ail)")
    found = [name for name, text in texts.items() if marks.search(text) or skips.search(text)]
    assert found == []


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE", "README.md", "CONTRIBUTING.md",
                                  "SECURITY.md", "CHANGELOG.md"])  # fmt: skip
def test_the_papers_are_there(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").split()) > 100


def test_what_belongs_to_others_is_said_of_every_package_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(one for extra in more for one in extra)]
    said = set(re.findall(r"[\w-]+", (ROOT / "NOTICE").read_text(encoding="utf-8").lower()))
    names = {str(re.match(r"[\w-]+", one)[0]).lower() for one in asked}  # type: ignore[index]
    assert names - said == set()


def test_no_test_folder_is_a_package() -> None:
    """An `__init__.py` in `tests/unit/requests` would shadow a well-known package."""
    assert [str(path) for path in Path(ROOT / "tests").rglob("__init__.py")] == []
