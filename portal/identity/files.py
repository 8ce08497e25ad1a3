"""Which files we take as proof, told by what is in them AND by their name. Law: pure."""

from dataclasses import dataclass
from enum import StrEnum

MOST_PROOFS = 10
MOST_PAGES = 10
MOST_PIXELS = 40_000_000

UNREADABLE = "We could not read this file. Send a PDF, JPEG or PNG."
IS_HEIC = "This picture is a HEIC file, which we cannot read. Save it as a JPEG, and send that."
HAS_PASSWORD = "This PDF has a password. Send one without a password."  # noqa: S105 - words
TOO_MANY_PAGES = f"This PDF has more than {MOST_PAGES} pages. Send only the pages we need."
TOO_MANY_PIXELS = "This picture is too large. Take it again at a lower quality."
IS_EMPTY = "This file is empty. Choose another one."


class FileType(StrEnum):
    """A type of file we take; the value is its media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def is_picture(self) -> bool:
        """Whether it is one picture; otherwise it has pages."""
        return self is not FileType.PDF

    @property
    def label(self) -> str:
        """The type as people read it."""
        return self.name


_BEGINNINGS = {
    b"%PDF-": FileType.PDF,
    b"\xff\xd8\xff": FileType.JPEG,
    b"\x89PNG\r\n\x1a\n": FileType.PNG,
}
_ENDINGS = {
    "pdf": FileType.PDF,
    "jpg": FileType.JPEG,
    "jpeg": FileType.JPEG,
    "jpe": FileType.JPEG,
    "jfif": FileType.JPEG,
    "png": FileType.PNG,
}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}


def type_of(beginning: bytes, name: str) -> FileType | None:
    """The type that both the first bytes and the name's ending say, or None when they do not.

    Only the very first bytes count: a file that is a PDF from its hundredth byte on is something
    else before that.
    """
    found = next((t for mark, t in _BEGINNINGS.items() if beginning.startswith(mark)), None)
    return found if found is not None and _ENDINGS.get(_ending(name)) is found else None


def refusal_of(beginning: bytes, name: str) -> str | None:
    """Why a file is not taken, going by its beginning and its name, or None when it may be."""
    if not beginning:
        return IS_EMPTY
    if beginning[4:8] == b"ftyp" and beginning[8:12] in _HEIC_BRANDS:
        return IS_HEIC
    return None if type_of(beginning, name) else UNREADABLE


def _ending(name: str) -> str:
    return name.rpartition(".")[2].strip().lower()


@dataclass(frozen=True)
class ReadFile:
    """A file as it will be kept. A picture was drawn anew from its pixels, so that nothing else
    that was in the file (where and when it was taken, by which phone) is left."""

    type: FileType
    content: bytes
    pages: int
