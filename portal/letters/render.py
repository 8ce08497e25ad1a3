"""From a letter's web page to a PDF that a screen reader can read: the one door to WeasyPrint.

Importing this takes seconds. Only the worker does; a preview shows `composing.render_html`.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

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
    return _mended(pdf)


def _mended(pdf: bytes) -> bytes:
    """Mend what the renderer leaves undone: what a table's headers head, and that the line at the
    foot of each page is no part of what is read."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        elements = list(_below(document.Root.StructTreeRoot))
        for header in (each for each in elements if each.get("/S") == "/TH"):
            header["/A"]["/Scope"] = pikepdf.Name("/Row" if _heads_a_row(header) else "/Column")
        for page in document.pages:
            named = {one for each in elements for one in _content_on(page, each)}
            _forget_others(document, page, named)
            page.Contents = document.make_stream(_with_artifacts(page, named))
        target = io.BytesIO()
        document.save(
            target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
    return target.getvalue()


def _below(element: Any) -> Iterator[Any]:
    """Every element that can be reached by reading. The running foot cannot: the renderer makes
    elements for it, and hangs them nowhere."""
    for kid in element.get("/K", []):
        if isinstance(kid, pikepdf.Dictionary):
            yield kid
            yield from _below(kid)


def _forget_others(document: pikepdf.Pdf, page: pikepdf.Page, named: set[int]) -> None:
    """Let the way back, from the page's marked content to the elements, know only those."""
    numbers: Any = document.Root.StructTreeRoot.ParentTree.Nums
    for place in range(0, len(numbers), 2):
        if numbers[place] == page.obj.StructParents:
            back = numbers[place + 1]
            numbers[place + 1] = pikepdf.Array(
                [element if mcid in named else None for mcid, element in enumerate(back)]
            )


def _content_on(page: pikepdf.Page, element: Any) -> list[int]:
    """The numbers of the marked content on this page that the element names."""
    if "/Pg" not in element or element.Pg.objgen != page.obj.objgen:
        return []
    return [kid for kid in element.get("/K", []) if isinstance(kid, int)]


def _with_artifacts(page: pikepdf.Page, named: set[int]) -> bytes:
    """The page's content, in which marked content that no element names is an artifact: the
    running foot, which a screen reader must not read out in the middle of a sentence."""
    pagination = [pikepdf.Name("/Artifact"), pikepdf.Dictionary(Type=pikepdf.Name("/Pagination"))]
    mended = [
        pikepdf.ContentStreamInstruction(pagination, step.operator)
        if _is_nobodys(step, named)
        else step
        for step in pikepdf.parse_content_stream(page)
    ]
    return pikepdf.unparse_content_stream(mended)


def _is_nobodys(step: Any, named: set[int]) -> bool:
    if str(step.operator) != "BDC" or "/MCID" not in step.operands[1]:
        return False
    return int(step.operands[1].MCID) not in named


def _heads_a_row(header: Any) -> bool:
    """Whether plain cells share its row."""
    cells = header["/P"]["/K"]
    return any(cell.get("/S") == "/TD" for cell in cells)
