"""Printing an issued letter: the page and the PDF, sealed, and their fingerprints in the book."""

import io
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.audit.commands import record
from portal.db import locked_one
from portal.house import House, Noting, sweep_orphans
from portal.letters.commands import force_fields
from portal.letters.composing import render_html
from portal.letters.models import PREFIX, Letter
from portal.letters.render import render_pdf
from portal.outbox.commands import Lease
from portal.sealing.vault import Kept


def print_letter(house: House, held: Lease) -> Callable[[Session], object]:
    """Make the page and the PDF of an issued letter; printing twice makes them once.

    The files are sealed under new keys before any row names them, so that being killed leaves
    nothing but files for the sweep. The same letter always has the same bytes.
    """
    letter_id = UUID(held.payload["letter_id"])
    with house.db.reading() as session:
        letter = session.get_one(Letter, letter_id)
        if letter.html_key is not None:
            return lambda session: None
        kind, fields = letter.kind, {**letter.fields, **force_fields(house.settings)}
    html = render_html(kind, fields)
    with house.vault.unnamed() as files:
        page = files.keep(PREFIX, io.BytesIO(html.encode()))
        pdf = files.keep(PREFIX, io.BytesIO(render_pdf(html)))

    def write_down(session: Session) -> None:
        if not _note(session, house, letter_id, fields, page, pdf):
            files.forget()

    return Noting(write_down, files)


def sweep_orphaned_letters(house: House) -> int:
    """Delete sealed letters older than a day that no row names; returns how many.

    They are what a worker leaves behind that is killed between sealing and writing the row.
    """
    return sweep_orphans(house, PREFIX, Letter.html_key, Letter.pdf_key)


def _note(
    session: Session,
    house: House,
    letter_id: UUID,
    fields: dict[str, object],
    page: Kept,
    pdf: Kept,
) -> bool:
    letter = locked_one(session, Letter, letter_id)
    if letter.html_key is not None:
        return False
    letter.fields = fields
    letter.html_key, letter.html_sha256, letter.html_seal = page.key, page.sha256, page.seal
    letter.pdf_key, letter.pdf_sha256, letter.pdf_seal = pdf.key, pdf.sha256, pdf.seal
    record(
        session,
        "letter.printed",
        subject=str(fields["reference"]),
        by=WORKER,
        at=house.now(),
        letter=str(letter_id),
        html_sha256=page.sha256,
        pdf_sha256=pdf.sha256,
        html_seal=page.seal,
        pdf_seal=pdf.seal,
    )
    return True
