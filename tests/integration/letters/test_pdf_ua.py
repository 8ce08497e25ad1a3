"""Every letter, under every law it may speak for, meets the conditions of PDF/UA-1."""

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
import pytest

from portal.letters.composing import render_html
from portal.letters.kinds import LetterKind
from portal.letters.render import render_pdf
from tests.factories.letters import complete, every_regime
from tests.factories.pdf_ua import faults_of


@pytest.mark.parametrize(
    ("kind", "fields"),
    [pytest.param(kind, fields, id=f"{kind} {case}") for kind, case, fields in every_regime()],
)
def test_every_letter_meets_every_condition(kind: LetterKind, fields: dict[str, Any]) -> None:
    page = render_html(kind, fields)
    made = render_pdf(page)
    assert faults_of(made) == []
    assert render_pdf(page) == made


@cache
def sound() -> bytes:
    return render_pdf(render_html(LetterKind.DISCLOSURE, complete(LetterKind.DISCLOSURE)))


def spoil_language(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


def spoil_title(pdf: pikepdf.Pdf) -> None:
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def spoil_scope(pdf: pikepdf.Pdf) -> None:
    header = next(e for e in pdf.objects if _is(e, "/TH"))
    del header.A.Scope


def spoil_heading(pdf: pikepdf.Pdf) -> None:
    heading = next(e for e in pdf.objects if _is(e, "/H1"))
    heading.S = pikepdf.Name("/H3")


def spoil_row(pdf: pikepdf.Pdf) -> None:
    row = next(e for e in pdf.objects if _is(e, "/TR") and len(e.K) > 1)
    del row.K[0]


def spoil_list(pdf: pikepdf.Pdf) -> None:
    listed = next(e for e in pdf.objects if _is(e, "/L"))
    listed.S = pikepdf.Name("/Div")


def spoil_font(pdf: pikepdf.Pdf) -> None:
    for found in pdf.objects:
        if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/FontDescriptor":
            del found["/FontFile2"]


def spoil_unicode(pdf: pikepdf.Pdf) -> None:
    for found in pdf.objects:
        if isinstance(found, pikepdf.Dictionary) and found.get("/Subtype") == "/Type0":
            del found["/ToUnicode"]


def paint_untagged(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(pdf.make_stream(b"0 0 10 10 re f"))


def say_nothing_of_ua(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def _is(element: Any, name: str) -> bool:
    return isinstance(element, pikepdf.Dictionary) and element.get("/S") == name


@pytest.mark.parametrize(
    ("spoil", "condition"),
    [
        (spoil_language, "11-001"),
        (spoil_title, "07-001"),
        (spoil_scope, "15-003"),
        (spoil_heading, "14-002"),
        (spoil_row, "15-003"),
        (spoil_list, "09-004"),
        (spoil_font, "31-009"),
        (spoil_unicode, "31-027"),
        (paint_untagged, "01-005"),
        (say_nothing_of_ua, "06-002"),
    ],
)
def test_the_check_itself_finds_what_is_wrong(
    spoil: Callable[[pikepdf.Pdf], None], condition: str
) -> None:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(sound())) as pdf:
        spoil(pdf)
        pdf.save(target)
    assert condition in " ".join(faults_of(target.getvalue()))
