"""What the README and the other pages tell people to type works, and what they point to exists."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from portal.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAPERS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "portal").rglob("*.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_in(path: Path) -> list[str]:
    """Every line of code that a page shows, in blocks and within lines."""
    text = text_of(path)
    blocks = [line.strip() for block in FENCE.findall(text) for line in block.splitlines()]
    return blocks + CODE.findall(FENCE.sub("", text))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands(group: click.Group, said: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the command line, as the words one types after `portal`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*said, name))
        else:
            yield (*said, name)


COMMANDS = sorted(commands(main))


def shown_commands(path: Path) -> list[tuple[str, ...]]:
    """What a page shows after the word `portal` where it is typed as a command."""
    typed = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?portal((?: [a-z]+)+)")
    found = [typed.match(line) for line in code_in(path)]
    return [tuple(match[1].split()) for match in found if match]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(main, [*words, "--help"])
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("Usage:")
    assert len(answer.output.splitlines()) > 5


def test_the_readme_lists_every_command_and_no_other() -> None:
    assert sorted(set(shown_commands(ROOT / "README.md"))) == COMMANDS


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_a_page_shows_only_commands_that_exist(path: Path) -> None:
    for words in shown_commands(path):
        depth = next(
            (size for size in range(len(words), 0, -1) if words[:size] in COMMANDS),
            0,
        )
        assert depth, f"portal {' '.join(words)}"


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_a_page_names_only_targets_that_exist(path: Path) -> None:
    makefile = text_of(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    asked = {word for line in code_in(path) for word in re.findall(r"(?:^|\s)make ([a-z-]+)", line)}
    assert asked <= targets


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_no_link_is_dead(path: Path) -> None:
    dead = [
        target
        for target in LINK.findall(FENCE.sub("", text_of(path)))
        if "://" not in target
        and not target.startswith("mailto:")
        and not _leads_somewhere(path, target)
    ]
    assert dead == []


def _leads_somewhere(page: Path, target: str) -> bool:
    file, _, place = target.partition("#")
    found = (page.parent / file).resolve() if file else page
    if not found.exists():
        return False
    return not place or found.suffix != ".md" or place in _headings(found)


def _headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are commonly made."""
    lines = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = text_of(ROOT / "README.md").split("```")[1]
    assert re.findall(r"^make (\w+)", opening, re.MULTILINE) == ["run", "test"]


def test_the_readme_names_every_page_of_docs() -> None:
    linked = {
        (ROOT / target.partition("#")[0]).resolve()
        for target in LINK.findall(text_of(ROOT / "README.md"))
    }
    pages = set((ROOT / "docs").glob("*.md"))
    assert pages - linked == set()


def test_the_readme_is_the_packages_description() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    assert (ROOT / project["readme"]).samefile(ROOT / "README.md")
    assert all((ROOT / name).is_file() for name in project["license-files"])
