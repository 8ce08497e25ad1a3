"""From a letter's web page to a PDF that a screen reader can read: the one door to WeasyPrint.

Importing this takes seconds. Only the worker does; a preview shows `composing.render_html`.
"""

import hashlib
import io
from contextlib import suppress

import pikepdf
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from portal.errors import Refused


class _NothingIsFetched(URLFetcher):  # type: ignore[misc]  # the library publishes no types
    """A letter carries its own style: any wish to fetch is a fault or an attack, and ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.was_asked = False

    def fetch(self, url: str, headers: object = None) -> None:
        self.was_asked = True  # some parts of the renderer would swallow what is raised here
        raise FatalURLFetchingError("a letter fetches nothing")


def render_pdf(html: str) -> bytes:
    """Return the letter as a tagged PDF/UA-1. The same page gives the same bytes.

    `html` comes from `composing.render_html`; its dates are the letter's own, never the clock's.
    Raises `Refused` when the page asks for anything outside itself.
    """
    fetcher = _NothingIsFetched()
    page = HTML(string=html, url_fetcher=fetcher, base_url="about:letter")
    pdf = b""
    with suppress(FatalURLFetchingError):
        identifier = hashlib.sha256(html.encode()).digest()[:16]
        pdf = page.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    if fetcher.was_asked:
        raise Refused("This letter asks for a file outside itself, so it was not made.")
    return _with_header_scope(pdf)


def _with_header_scope(pdf: bytes) -> bytes:
    """Say of each table header whether it heads a column or a row; the renderer does not."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for element in document.objects:
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/TH":
                scope = "/Row" if _heads_a_row(element) else "/Column"
                element["/A"]["/Scope"] = pikepdf.Name(scope)
        target = io.BytesIO()
        document.save(
            target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
    return target.getvalue()


def _heads_a_row(header: pikepdf.Dictionary) -> bool:
    """Whether plain cells share its row."""
    cells = header["/P"]["/K"]
    return any(cell.get("/S") == "/TD" for cell in cells)
