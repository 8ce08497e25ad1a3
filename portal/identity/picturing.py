"""Opening files that strangers sent. Runs as a program of its own, in a cage.

It reads one file from standard input and writes one to standard output; it has no environment,
opens no file for writing, and has little memory and time. Whatever a file does to the decoders
happens here and ends here. Exit code 0 comes with a result; any other one is a refusal.

    picturing.py check image/jpeg       draw the picture anew: no metadata, nothing hidden
    picturing.py check application/pdf  open every page once; writes the number of pages
    picturing.py page 3                 draw page 3 of a PDF (from 1) as a PNG

It imports nothing of the portal, so that it starts fast and knows no secrets.
"""

from __future__ import annotations

import io
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the portal's own processes import this module, and never the decoders
    from PIL.Image import Image as Picture
    from pypdfium2 import PdfDocument

MEMORY = 512 * 1024 * 1024
SECONDS = 30
MOST_PAGES = 10
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 3_000
PAGE_SIDE = 1_800
GLANCE_SIDE = 300

UNREADABLE, TOO_MANY_PIXELS, TOO_MANY_PAGES, HAS_PASSWORD = 10, 11, 12, 13
_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD


class Unfit(Exception):
    """The file is not taken; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def cage() -> None:
    """Give up memory, time, and the right to write files, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def redraw(content: bytes, media_type: str) -> bytes:
    """The picture drawn anew from its pixels, upright, at most `LONGEST_SIDE` on a side."""
    from PIL import Image, ImageOps

    kind = {"image/jpeg": "JPEG", "image/png": "PNG"}[media_type]
    try:
        opened = Image.open(io.BytesIO(content), formats=(kind,))
    except Image.DecompressionBombError:
        raise Unfit(TOO_MANY_PIXELS) from None
    with opened as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Unfit(TOO_MANY_PIXELS)
        # A large JPEG is decoded small at once: that needs a fraction of the memory.
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(picture)
    return _encoded(_opaque(upright), kind)


def _opaque(picture: Picture) -> Picture:
    """The picture in plain colours; what was transparent becomes white paper."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGB", layered.size, "white")
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    if picture.mode.startswith("I"):  # 16 bits of grey: a plain conversion would only clip them
        picture = picture.point(lambda value: value / 256).convert("L")
    return picture.convert("RGB")


def _encoded(picture: Picture, kind: str) -> bytes:
    from PIL import Image

    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    target = io.BytesIO()
    bare.save(target, kind, **({"quality": 88} if kind == "JPEG" else {"compress_level": 4}))
    return target.getvalue()


def count_pages(content: bytes) -> int:
    """How many pages a PDF has, each of which could be drawn."""
    document = _document(content)
    if not 1 <= len(document) <= MOST_PAGES:
        raise Unfit(TOO_MANY_PAGES if len(document) else UNREADABLE)
    for number in range(len(document)):
        _drawn(document, number, GLANCE_SIDE)
    return len(document)


def draw_page(content: bytes, number: int) -> bytes:
    """One page of a PDF, counted from 1, as a PNG."""
    document = _document(content)
    if not 1 <= number <= len(document):
        raise Unfit(UNREADABLE)
    return _encoded(_drawn(document, number - 1, PAGE_SIDE), "PNG")


def _document(content: bytes) -> PdfDocument:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as fault:
        wanted = getattr(fault, "err_code", None) == _WRONG_PASSWORD
        raise Unfit(HAS_PASSWORD if wanted else UNREADABLE) from None


def _drawn(document: PdfDocument, index: int, longest_side: int) -> Picture:
    page = document[index]
    side = max(page.get_size())
    if side <= 0:
        raise Unfit(UNREADABLE)
    # No scripts, no forms, no links: only what is on the paper, and what was written onto it.
    drawn: Picture = page.render(scale=longest_side / side, may_draw_forms=False).to_pil()
    return drawn.convert("RGB")


def _answer(task: str, what: str, content: bytes) -> bytes:
    if task == "page":
        return draw_page(content, int(what))
    if what == "application/pdf":
        return str(count_pages(content)).encode()
    return redraw(content, what)


def main() -> int:
    """Do one task and end. A fault of a decoder ends the program, which is an answer too."""
    cage()
    try:
        result = _answer(sys.argv[1], sys.argv[2], sys.stdin.buffer.read())
    except Unfit as refusal:
        return refusal.code
    sys.stdout.buffer.write(result)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
