"""A file is what both its first bytes and its name say, or it is not taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identity.files import IS_EMPTY, IS_HEIC, UNREADABLE, FileType, refusal_of, type_of
from tests.factories.files import pdf, picture


@pytest.mark.parametrize(
    ("content", "name", "file_type"),
    [
        (picture("JPEG"), "passport.jpg", FileType.JPEG),
        (picture("JPEG"), "PASSPORT.JPEG", FileType.JPEG),
        (picture("PNG"), "scan.png", FileType.PNG),
        (pdf(), "bill.v2.pdf", FileType.PDF),
    ],
)
def test_what_we_take(content: bytes, name: str, file_type: FileType) -> None:
    assert type_of(content[:32], name) is file_type
    assert refusal_of(content[:32], name) is None


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.pdf", IS_EMPTY),
        (picture("JPEG"), "a.png", UNREADABLE),
        (picture("PNG"), "a.pdf", UNREADABLE),
        (pdf(), "a.jpg", UNREADABLE),
        (pdf(), "a.pdf.exe", UNREADABLE),
        (b"GIF89a....", "a.gif", UNREADABLE),
        (b"<html>%PDF-1.7", "a.pdf", UNREADABLE),
        (b"PK\x03\x04%PDF-", "a.pdf", UNREADABLE),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "IMG_1.HEIC", IS_HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "IMG_1.jpg", IS_HEIC),
    ],
)
def test_what_we_do_not_take(content: bytes, name: str, words: str) -> None:
    assert refusal_of(content[:32], name) == words


@given(st.binary(max_size=64), st.text(max_size=40))
def test_anything_gets_an_answer(beginning: bytes, name: str) -> None:
    assert (refusal_of(beginning, name) is None) == (type_of(beginning, name) is not None)
