"""From fields to an accessible web page: one letter, one file, nothing to fetch."""

import base64
import hashlib
import re
import unicodedata
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from portal.dates import day_in_words, london_day, time_in_words
from portal.letters.kinds import Fields, LetterKind, known_fields, refuse_incomplete
from portal.letters.words import PART_3_ALONE, STANDARD_WORDS

# Invisible characters that could turn a line round, hide a word or break the document.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_JOINERS = {"\n", "\t", "\u200c", "\u200d"}  # the last two are letters' joiners in many scripts


def render_html(kind: LetterKind, fields: Fields) -> str:
    """Return the whole letter as one HTML document that needs no other file.

    Dates may be `date` or ISO text, instants aware `datetime` or ISO text, so fields kept as JSON
    serve as they are; fields left out take the standard words. Raises `Refused` for a letter
    that is not complete.
    """
    given = with_standard_words(kind, fields)
    refuse_incomplete(kind, given)
    letter = {**dict.fromkeys(known_fields(kind)), **given}
    style = Markup(_style())  # noqa: S704  our own packaged file
    return _environment().get_template(f"{kind}.html").render(letter, letter=letter, style=style)


def title_of(kind: LetterKind, fields: Fields | None = None) -> str:
    """The letter's heading, as a list of letters names it: without its fields, the usual one."""
    template = _environment().get_template(f"{kind}.html")
    said = {**dict.fromkeys(known_fields(kind)), **(fields or {})}
    return "".join(template.blocks["title"](template.new_context(said))).strip()


def with_standard_words(kind: LetterKind, fields: Fields) -> dict[str, Any]:
    """Return the fields, and the standard words wherever this kind has a place left out.

    Why we use video and by what law has standard words only under Part 3: elsewhere the answer
    differs from request to request, and must be given.
    """
    held_back = () if fields.get("regime") == "sar_part3" else PART_3_ALONE
    usual = {
        name: STANDARD_WORDS[name]
        for name in known_fields(kind)
        if name in STANDARD_WORDS and name not in held_back
    }
    return {**usual, **fields}


def style_source() -> str:
    """Return the content security policy source, `'sha256-…'`, of the style inside a letter.

    A view that shows a letter adds it to `style-src`; then no inline style need be allowed.
    """
    digest = hashlib.sha256(_style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def day(value: date | datetime | str) -> str:
    """Return "27 March 2026"; an instant counts by London's clock. Other text stays as it is."""
    if isinstance(value, str):
        return _day_of_text(value)
    return day_in_words(london_day(value) if isinstance(value, datetime) else value)


def _day_of_text(text: str) -> str:
    try:
        return day(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))
    except ValueError:
        return text


def time_of_day(value: datetime | str) -> str:
    """Return "5:30pm" or "midday", by London's clock."""
    return time_in_words(datetime.fromisoformat(value) if isinstance(value, str) else value)


def length(seconds: int) -> str:
    """Return "14 minutes 30 seconds"."""
    minutes, rest = divmod(int(seconds), 60)
    parts = [_counted(minutes, "minute"), _counted(rest, "second")]
    return " ".join(part for part in parts if part) or "0 seconds"


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of typed text: blank lines part them, single breaks do not."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return [part.replace("\n", " ") for part in re.split(r"\n{2,}", lines) if part]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _seen(value: object) -> object:
    """Drop characters that cannot be seen from any text on its way into the letter."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(
        letter
        for letter in value
        if letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("portal", "templates/letters"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters.update(day=day, time_of_day=time_of_day, length=length, paras=paragraphs)
    return environment


@cache
def _style() -> str:
    return files("portal").joinpath("templates/letters/letters.css").read_text(encoding="utf-8")


def letter_headers() -> dict[str, str]:
    """The response headers of a letter as a page: its own style, and nothing else may load."""
    policy = (
        f"default-src 'none'; style-src {style_source()}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy}


# A letter's own headings and landmarks, and what they are inside another page. What people typed
# cannot be among them: in a rendered letter it is escaped.
_INSIDE = {"h2": "h3", "h1": "h2", "main": "div", "header": "div", "footer": "div"}


def as_part(page: str) -> Markup:
    """Return what a rendered letter says, to stand inside another page under an h1 of its own.

    The letter's landmarks become plain parts and its headings go one level down; its style stays
    behind. `page` comes from `render_html`.
    """
    part = page[page.index("<body>") + len("<body>") : page.index("</body>")]
    for name, inside in _INSIDE.items():
        part = re.sub(rf"<(/?){name}(?=[ >])", rf"<\1{inside}", part)
    return Markup(part)  # noqa: S704  rendered from our own templates, which escape
