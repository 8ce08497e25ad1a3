"""Templates: nothing inline, nothing fetched from elsewhere, nothing unescaped, none dead."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, meta

from portal.letters.kinds import LetterKind
from portal.notifications.notices import NoticeKind
from portal.requests.views.pages import PAGES as QUESTIONS
from portal.web.errors import PAGES as ERRORS
from tests.architecture.source import PORTAL, TEMPLATES, calls, nodes

PAGES = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*")
    if path.is_file() and path.suffix not in (".md",)
)
OUR_STATIC = sorted((PORTAL / "static").glob("*.*"))
MARKUP = [name for name in PAGES if name.endswith((".html", ".svg"))]

# Macros that take `html` as the design system's do. They are given what templates have rendered
# (`{% set %}` blocks and other macros), where each value was escaped when it was put in.
MAY_TRUST_HTML = {"components/content.html", "components/casework.html"}
# Python that declares markup safe: our own packaged style sheet, and a line break between lines.
MAY_DECLARE_MARKUP = {"portal/letters/composing.py", "portal/web/rendering.py"}

INLINE_STYLE = re.compile(r"""(?<![\w-])style\s*=\s*["'{]""", re.IGNORECASE)
HANDLER_ATTRIBUTE = re.compile(r"""(?<![\w-])on[a-z]+\s*=\s*["'{]""", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL)
SCRIPT_ADDRESS = re.compile(r"javascript:", re.IGNORECASE)
FETCHED = re.compile(
    r"""(?:<link\b[^>]*\bhref|\b(?:src|srcset|poster|action|formaction|data|xlink:href))\s*=\s*
        ["']?\s*(?:https?:)?//  |  url\(\s*["']?(?:https?:)?//  |  @import\s+["'](?:https?:)?//""",
    re.IGNORECASE | re.VERBOSE,
)
TRUSTED = re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE)


def text_of(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MARKUP)
def test_nothing_is_inline(name: str) -> None:
    text = text_of(name)
    assert not INLINE_STYLE.search(text)
    assert not HANDLER_ATTRIBUTE.search(text)
    assert not SCRIPT_ADDRESS.search(text)
    assert [code for code in SCRIPT.findall(text) if code.strip()] == []


@pytest.mark.parametrize("name", MARKUP)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    assert not FETCHED.search(text_of(name))


@pytest.mark.parametrize("path", OUR_STATIC, ids=lambda path: path.name)
def test_our_styles_and_scripts_fetch_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not FETCHED.search(text)
    assert not re.search(r"\b(?:fetch|import)\s*\(?\s*[\"'`](?:https?:)?//", text)


def test_only_the_macros_trust_html() -> None:
    assert {name for name in MARKUP if TRUSTED.search(text_of(name))} <= MAY_TRUST_HTML


def test_only_two_modules_declare_markup_safe() -> None:
    assert {path for path, _ in calls("Markup")} <= MAY_DECLARE_MARKUP


def test_the_only_style_inside_a_page_is_a_letters() -> None:
    assert [name for name in MARKUP if "<style" in text_of(name)] == ["letters/_letter.html"]


def test_no_template_is_dead_and_none_is_missing() -> None:
    reached = set[str]()
    waiting = named_in_python()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting |= named_in_template(name) - reached
    assert sorted(reached) == PAGES


def named_in_python() -> set[str]:
    """The templates that code names in full, and those it names by a kind."""
    named = {
        text.value
        for path, text in nodes(ast.Constant)
        if isinstance(text.value, str)
        and not path.startswith("portal/demo/")
        and re.fullmatch(r"[\w/]+\.(?:html|svg)", text.value)
    }
    return (
        {name for name in named if "/" in name or name in PAGES}
        | {f"errors/{number}.html" for number in ERRORS}
        | {f"letters/{kind.value}.html" for kind in LetterKind}
        | {f"emails/{kind.value}.txt" for kind in NoticeKind}
        | {page.template for page in QUESTIONS.values()}
        | {"letters/letters.css"}
    )


def named_in_template(name: str) -> set[str]:
    """What a template extends, includes or imports. Letters and e-mails have a loader each."""
    parsed = Environment(autoescape=True).parse(text_of(name))
    folder = name.split("/")[0] + "/" if name.startswith(("letters/", "emails/")) else ""
    found = set[str]()
    for reference in meta.find_referenced_templates(parsed):
        assert reference is not None, f"{name} names a template that is only known later"
        found.add(folder + reference)
    return {each for each in found if not each.startswith("govuk_frontend_jinja/")}


def test_every_page_can_be_compiled(app: Flask) -> None:
    for name in MARKUP:
        if not name.startswith("letters/"):
            app.jinja_env.get_template(name)
