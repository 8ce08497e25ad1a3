"""The PDF of a letter: tagged, the same every time, and fetching nothing."""

import io
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from portal.errors import Refused
from portal.letters.composing import render_html
from portal.letters.kinds import LetterKind
from portal.letters.render import render_pdf
from tests.factories.letters import COMMON, COMPLETE, complete

RENDERS = 5


@pytest.fixture(scope="module")
def disclosure() -> bytes:
    return render_pdf(render_html(LetterKind.DISCLOSURE, complete(LetterKind.DISCLOSURE)))


def elements(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Object]:
    return [
        found
        for found in pdf.objects
        if isinstance(found, pikepdf.Dictionary) and found.get("/S") == f"/{kind}"
    ]


@pytest.mark.parametrize(
    ("kind", "own"), [pytest.param(kind, own, id=f"{kind} {case}") for kind, case, own in COMPLETE]
)
def test_every_letter_is_a_tagged_document(
    kind: LetterKind, own: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        made = render_pdf(render_html(kind, {**COMMON, **own}))
    assert caplog.messages == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.Lang == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.Title).endswith(": BWV-7K3Q-M2XD")
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == str(pdf.docinfo.Title)
        assert len(elements(pdf, "H1")) == 1
        assert len(elements(pdf, "H2")) >= 5
        assert elements(pdf, "H3") == []


def test_table_headers_say_what_they_head(disclosure: bytes) -> None:
    with pikepdf.open(io.BytesIO(disclosure)) as pdf:
        scopes = [str(header.A.Scope) for header in elements(pdf, "TH")]
        # facts 3 rows; videos 4 columns, 2 rows; fingerprints 2 and 2; about the data 2 and 6
        assert scopes.count("/Column") == 4 + 2 + 2
        assert scopes.count("/Row") == 3 + 2 + 2 + 6
        assert all(cell.A.O == "/Table" for cell in elements(pdf, "TH"))


def test_every_page_is_numbered_and_named(disclosure: bytes, tmp_path: Path) -> None:
    text = tool("pdftotext", "-layout", saved(disclosure, tmp_path), "-")
    pages = [page for page in text.split("\f") if page.strip()]
    for number, page in enumerate(pages, start=1):
        last = page.rstrip().splitlines()[-1].split()
        assert " ".join(last) == f"BWV-7K3Q-M2XD page {number} of {len(pages)}"


def test_a_screen_reader_finds_headings_tables_and_lists(disclosure: bytes, tmp_path: Path) -> None:
    structure = tool("pdfinfo", "-struct-text", saved(disclosure, tmp_path))
    for element in ("H1", "H2", "Table", "TH", "TD", "L ", "LI", "P"):
        assert element in structure
    assert '"Your video is ready"' in structure


def test_the_file_is_sound_and_its_fonts_are_inside(disclosure: bytes, tmp_path: Path) -> None:
    path = saved(disclosure, tmp_path)
    assert "No syntax or stream encoding errors found" in tool("qpdf", "--check", path)
    fonts = tool("pdffonts", path).splitlines()[2:]
    assert fonts
    for line in fonts:
        assert "Liberation" in line
        assert line.split()[-5] == "yes"


def test_the_same_letter_is_the_same_file() -> None:
    page = render_html(LetterKind.RESTRICTION, complete(LetterKind.RESTRICTION, 1))
    assert len({render_pdf(page) for _ in range(RENDERS)}) == 1


def test_the_same_letter_is_the_same_file_in_another_process(disclosure: bytes) -> None:
    """Nothing of this process, such as the order of its sets, gets into the file."""
    program = (
        "import sys\n"
        "from portal.letters.render import render_pdf\n"
        "sys.stdout.buffer.write(render_pdf(sys.stdin.buffer.read().decode()))\n"
    )
    page = render_html(LetterKind.DISCLOSURE, complete(LetterKind.DISCLOSURE))
    again = subprocess.run(
        [sys.executable, "-c", program],
        input=page.encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert again.stdout == disclosure


def test_the_date_is_the_letters_own(disclosure: bytes) -> None:
    with pikepdf.open(io.BytesIO(disclosure)) as pdf:
        assert str(pdf.docinfo.CreationDate).startswith("D:20261122")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that the renderer's own fetcher was asked for; it is never reached."""
    asked: list[str] = []

    def refuse(self: object, url: object, *rest: object, **more: object) -> None:
        asked.append(str(url))
        raise OSError("no network in this test")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", refuse)
    monkeypatch.setattr("socket.create_connection", refuse)
    return asked


HOSTILE = [
    "<img src=http://192.0.2.1/x.png>",
    "<img src=file:///etc/passwd>",
    "<link rel=attachment href=file:///etc/passwd>",
    "</style><style>@import url(http://192.0.2.1/x.css)</style>",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_printed_and_not_followed(
    hostile: str, opened: list[str], tmp_path: Path
) -> None:
    fields = complete(LetterKind.ACK, applicant_name=hostile)
    made = render_pdf(render_html(LetterKind.ACK, fields))
    assert opened == []
    text = tool("pdftotext", "-raw", saved(made, tmp_path), "-")
    assert "".join(hostile.split()) in "".join(text.split())
    assert "root:" not in text
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert not pdf.attachments


@pytest.mark.parametrize(
    "page",
    [
        "<img src='http://192.0.2.1/x.png' alt=''>",
        "<img src='file:///etc/hostname' alt=''>",
        "<img src='x.png' alt=''>",
        "<img src='data:image/png;base64,AAAA' alt=''>",
        "<style>@import 'http://192.0.2.1/x.css';</style>",
        "<style>body { background: url(file:///etc/hostname) }</style>",
        "<style>@font-face { font-family: x; src: url(http://192.0.2.1/x) }</style>",
        "<link rel=stylesheet href='file:///etc/hostname'>",
        "<link rel=attachment href='file:///etc/hostname'>",
        "<svg><image href='file:///etc/hostname'/></svg>",
        "<object data='file:///etc/hostname'></object>",
        "<embed src='file:///etc/hostname'>",
    ],
)
def test_a_page_that_asks_for_a_file_is_refused(page: str, opened: list[str]) -> None:
    """Even if a template were careless."""
    document = f"<!DOCTYPE html><html lang=en-GB><title>t</title><body>{page}"
    with pytest.raises(Refused, match="outside itself"):
        render_pdf(document)
    assert opened == []


def saved(pdf: bytes, folder: Path) -> str:
    path = folder / "letter.pdf"
    path.write_bytes(pdf)
    return str(path)


def tool(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
