"""Opening the sealed page or PDF of an issued letter."""

from dataclasses import dataclass
from enum import StrEnum

from portal.errors import NotFound
from portal.house import House
from portal.letters.composing import letter_headers
from portal.letters.models import Letter


class Form(StrEnum):
    """The two forms of a letter; they say the same."""

    PAGE = "html"
    PDF = "pdf"


@dataclass(frozen=True)
class Opened:
    """A letter as it was made, and the headers under which a browser may show or keep it."""

    content: bytes
    media_type: str
    headers: dict[str, str]


def open_letter(house: House, letter: Letter, form: Form) -> Opened:
    """The letter's bytes, as they were printed. NotFound while the worker has not made them."""
    named = letter.pdf if form is Form.PDF else letter.page
    if named is None:
        raise NotFound("This letter is being made. Try again in a minute.")
    with house.vault.open(named) as source:
        content = source.read()
    if form is Form.PAGE:
        return Opened(content, "text/html", letter_headers())
    name = f"{letter.fields['reference']}-letter-{letter.fields['dated_on']}.pdf"
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Opened(content, "application/pdf", letter_headers() | kept)
