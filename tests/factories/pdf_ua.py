"""The machine-checkable conditions of the Matterhorn Protocol 1.1 (PDF/UA-1) for what a letter can
hold: text, lines, headings, lists and tables, on pages without forms or pictures.

Each fault begins with the number of its condition. No checker comes as a package that a test can
install, so the conditions are written out here over pikepdf alone.
"""

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf

PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do", "sh", "EI"}
STANDARD = {
    "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index",
    "NonStruct", "Private", "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl",
    "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span", "Quote", "Note",
    "Reference", "BibEntry", "Code", "Link", "Annot", "Figure", "Formula", "Form",
}  # fmt: skip
# What may stand directly in what (conditions 09-004 to 09-008).
PARENTS = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
    "LI": {"L"},
    "LBody": {"LI"},
    "Lbl": {"LI"},
}


def faults_of(made: bytes) -> list[str]:
    """Every condition that the file fails; none for a sound one."""
    with pikepdf.open(io.BytesIO(made)) as pdf:
        return [
            *_of_the_document(pdf),
            *_of_the_structure(pdf),
            *_of_the_headings(pdf),
            *_of_the_tables(pdf),
            *_of_the_content(pdf),
            *_of_the_fonts(pdf),
        ]


def _of_the_document(pdf: pikepdf.Pdf) -> Iterator[str]:
    root: Any = pdf.Root
    yield from _of_the_metadata(pdf)
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "06-001 the document is not marked as tagged"
    if root.get("/MarkInfo", {}).get("/Suspects", False):
        yield "02-004 there are suspects"
    if not str(root.get("/Lang", "")).strip():
        yield "11-001 there is no language"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "07-001 the title is not displayed"
    for name in ("/OpenAction", "/AA", "/AcroForm", "/OCProperties"):
        if name in root:
            yield f"the letter has {name}, which no letter needs"


def _of_the_metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    with pdf.open_metadata() as metadata:
        if metadata.get("pdfuaid:part") != "1":
            yield "06-002 the metadata does not say PDF/UA-1"
        if not metadata.get("dc:title"):
            yield "06-003 the metadata has no title"
    if pdf.is_encrypted:
        yield "26-001 it is encrypted"
    for page in pdf.pages:
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield "28-008 a page with annotations has no order by structure"


def _elements(pdf: pikepdf.Pdf) -> Iterator[tuple[Any, str]]:
    """Each element with its parent's name, in reading order."""

    def walk(node: Any, parent: str) -> Iterator[tuple[Any, str]]:
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield kid, parent
                yield from walk(kid, _name(kid))

    yield from walk(pdf.Root.StructTreeRoot, "StructTreeRoot")


def _name(element: Any) -> str:
    return str(element.S).removeprefix("/")


def _of_the_structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    roles = {str(name) for name in pdf.Root.StructTreeRoot.get("/RoleMap", {})}
    for element, parent in _elements(pdf):
        name = _name(element)
        if name not in STANDARD and f"/{name}" not in roles:
            yield f"02-001 {name} is neither standard nor mapped"
        if name in PARENTS and parent not in PARENTS[name]:
            yield f"09-004 {name} stands in {parent}"
        if name == "Figure" and not element.get("/Alt"):
            yield "13-004 a figure has no other text"


def _of_the_headings(pdf: pikepdf.Pdf) -> Iterator[str]:
    levels = [
        int(_name(element)[1])
        for element, _ in _elements(pdf)
        if _name(element) in ("H1", "H2", "H3", "H4", "H5", "H6")
    ]
    if levels[:1] != [1]:
        yield "14-002 the first heading is not H1"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"14-003 H{after} comes after H{before}"
    if any(_name(element) == "H" for element, _ in _elements(pdf)):
        yield "14-007 there are headings with and without a level"


def _of_the_tables(pdf: pikepdf.Pdf) -> Iterator[str]:
    for element, _ in _elements(pdf):
        if _name(element) != "Table":
            continue
        rows = [row for row in _below(element) if _name(row) == "TR"]
        cells = [[cell for cell in _below(row) if _name(cell) in ("TH", "TD")] for row in rows]
        if len({sum(_span(cell) for cell in row) for row in cells}) != 1:
            yield "15-003 the rows of a table are not of one length"
        for header in (cell for row in cells for cell in row if _name(cell) == "TH"):
            if str(_attributes(header).get("/Scope", "")) not in ("/Row", "/Column", "/Both"):
                yield "15-003 a header cell says nothing of what it heads"


def _below(element: Any) -> Iterator[Any]:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            if _name(kid) in ("THead", "TBody", "TFoot"):
                yield from _below(kid)


def _attributes(element: Any) -> Any:
    owned = element.get("/A", pikepdf.Dictionary())
    return owned[0] if isinstance(owned, pikepdf.Array) else owned


def _span(cell: Any) -> int:
    return int(_attributes(cell).get("/ColSpan", 1))


def _of_the_content(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Everything painted is tagged or an artifact, and what is tagged is in the structure."""
    named = _named_content(pdf)
    for number, page in enumerate(pdf.pages, 1):
        marked = {
            mcid
            for operands, operator in _steps(page)
            if str(operator) == "BDC" and (mcid := _mcid(operands)) is not None
        }
        if marked - named.get(number, set()):
            yield f"01-005 page {number}: content is tagged but not in the structure"
        if named.get(number, set()) - marked:
            yield f"01-005 page {number}: the structure names content that is not there"
        yield from _of_the_painting(number, page)


def _steps(page: Any) -> list[Any]:
    """The operands and the operator of each step of a page's content."""
    return list(pikepdf.parse_content_stream(page))


def _of_the_painting(number: int, page: Any) -> Iterator[str]:
    inside: list[int | None] = []
    for operands, operator in _steps(page):
        name = str(operator)
        if name in ("BMC", "BDC"):
            if str(operands[0]) == "/Artifact" and any(one is not None for one in inside):
                yield f"01-003 page {number}: an artifact is inside tagged content"
            inside.append(_mcid(operands))
        elif name == "EMC":
            inside.pop()
        elif name in PAINTS and not inside:
            yield f"01-005 page {number}: {name} is neither tagged nor an artifact"


def _mcid(operands: Any) -> int | None:
    if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary):
        mcid = operands[1].get("/MCID")
        return None if mcid is None else int(mcid)
    return None


def _named_content(pdf: pikepdf.Pdf) -> dict[int, set[int]]:
    """The marked content that the structure names, by page number."""
    numbers: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
    named: dict[int, set[int]] = {}
    for element, _ in _elements(pdf):
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                named.setdefault(numbers[element.Pg.objgen], set()).add(kid)
            elif isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
                page = kid.get("/Pg", element.get("/Pg"))
                named.setdefault(numbers[page.objgen], set()).add(int(kid.MCID))
    return named


def _of_the_fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    fonts = [
        found
        for found in pdf.objects
        if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/Font"
    ]
    if not fonts:
        yield "there is no font"
    for font in fonts:
        kind = str(font.get("/Subtype"))
        if kind == "/Type0":
            if "/ToUnicode" not in font:
                yield "31-027 a font does not map to Unicode"
            continue
        described: Any = font.get("/FontDescriptor", {})
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.keys()):
            yield "31-009 a font is not inside"
        if kind == "/CIDFontType2" and "/CIDToGIDMap" not in font:
            yield "31-006 a font does not map to its glyphs"
