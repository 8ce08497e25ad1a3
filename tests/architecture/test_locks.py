"""The locks name exact versions by hash and no address, and cover what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = {"requirements.txt": ("demo", "setup"), "requirements-dev.txt": ("demo", "setup", "dev")}
PACKAGE_LISTS = tuple(f"scripts/packages-{what}.txt" for what in ("run", "test", "bench"))


def locked(name: str) -> dict[str, str]:
    """The version of each package in a lock, by its canonical name."""
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


def asked_for(extras: tuple[str, ...]) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_is_a_pin_with_hashes(name: str) -> None:
    whole = (ROOT / name).read_text().replace("\\\n", "")
    lines = [line for line in whole.splitlines() if line and not line.startswith("#")]
    assert len(lines) > 40
    for line in lines:
        assert re.match(r"[\w.-]+==\S+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize(("name", "extras"), LOCKS.items())
def test_a_lock_covers_what_the_project_asks_for(name: str, extras: tuple[str, ...]) -> None:
    pins = locked(name)
    wrong = [
        str(wanted)
        for wanted in asked_for(extras)
        if canonicalize_name(wanted.name) not in pins
        or not wanted.specifier.contains(pins[canonicalize_name(wanted.name)])
    ]
    assert wrong == [], "run `make lock`"


def test_the_tests_run_against_the_versions_that_run() -> None:
    running, testing = locked("requirements.txt"), locked("requirements-dev.txt")
    assert running.items() <= testing.items()


@pytest.mark.parametrize("name", PACKAGE_LISTS)
def test_every_system_package_says_why(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert packages
    for line in packages:
        assert re.fullmatch(r"[a-z0-9][a-z0-9.+-]+ {1,}\S.*", line), line
