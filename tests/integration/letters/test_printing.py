"""Issuing and printing a letter: once, sealed, with its fingerprints in the book."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC
from portal.audit.models import AuditEntry
from portal.errors import NotFound, Refused
from portal.house import House
from portal.ids import digest, new_id
from portal.letters.commands import FORCE_FIELDS, issue
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.letters.opening import Form, open_letter
from portal.letters.printing import print_letter, sweep_orphaned_letters
from portal.letters.queries import letter_of, letters_of
from portal.outbox.commands import Lease
from tests.factories.letters import complete

SUBJECT = new_id()


def issued(house: House, **more: Any) -> Letter:
    """A delay letter, issued and not printed."""
    own = complete(LetterKind.DELAY, **more)
    fields = {name: value for name, value in own.items() if name not in FORCE_FIELDS}
    with house.db.writing() as session:
        return issue(
            session,
            subject_id=SUBJECT,
            reference=str(own["reference"]),
            kind=LetterKind.DELAY,
            fields=fields,
            is_to_post=False,
            by=PUBLIC,
            at=house.now(),
        )


def lease_of(letter: Letter) -> Lease:
    return Lease(new_id(), "print_letter", {"letter_id": str(letter.id)}, 1, "a worker")


def pay(house: House, letter: Letter) -> Letter:
    """The whole job: make it, and write it down."""
    write = print_letter(house, lease_of(letter))
    with house.db.writing() as session:
        write(session)
    return read(house, letter)


def read(house: House, letter: Letter) -> Letter:
    with house.db.reading() as session:
        return letter_of(session, SUBJECT, letter.id)


def kept(house: House) -> set[str]:
    return set(house.vault.storage.keys("letters/"))


def age(house: House, by: timedelta) -> None:
    """Make every sealed letter that old."""
    then = time.time() - by.total_seconds()
    for key in kept(house):
        os.utime(Path(house.settings.data_folder) / key, (then, then))


def test_it_is_sealed_and_the_book_has_its_fingerprints(sqlite_house: House) -> None:
    letter = pay(sqlite_house, issued(sqlite_house))

    page, pdf = (open_letter(sqlite_house, letter, form) for form in (Form.PAGE, Form.PDF))

    assert digest(page.content) == letter.html_sha256
    assert digest(pdf.content) == letter.pdf_sha256
    assert sqlite_house.settings.force_name in page.content.decode()
    with sqlite_house.db.reading() as session:
        (entry,) = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "letter.printed"))
    assert entry.details["html_sha256"] == letter.html_sha256
    assert entry.details["pdf_sha256"] == letter.pdf_sha256
    assert "Lindstr" not in str(entry.details)
    for key in kept(sqlite_house):
        sealed = (Path(sqlite_house.settings.data_folder) / key).read_bytes()
        assert b"Lindstr" not in sealed
        assert b"%PDF" not in sealed


def test_the_same_letter_has_the_same_bytes(sqlite_house: House) -> None:
    one, other = (pay(sqlite_house, issued(sqlite_house)) for _ in range(2))
    assert one.id != other.id
    assert (one.html_sha256, one.pdf_sha256) == (other.html_sha256, other.pdf_sha256)


def test_printing_twice_makes_it_once(sqlite_house: House) -> None:
    letter = issued(sqlite_house)
    first, second = (print_letter(sqlite_house, lease_of(letter)) for _ in range(2))
    for write in (first, second, print_letter(sqlite_house, lease_of(letter))):
        with sqlite_house.db.writing() as session:
            write(session)
        age(sqlite_house, timedelta(days=2))
    made = read(sqlite_house, letter)
    with sqlite_house.db.reading() as session:
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "letter.printed"))
        assert len(entries.all()) == 1
    assert {made.html_key, made.pdf_key} == kept(sqlite_house)


def test_what_a_killed_worker_leaves_is_swept_and_no_letter_with_a_row(
    sqlite_house: House,
) -> None:
    letter = issued(sqlite_house)
    print_letter(sqlite_house, lease_of(letter))  # killed before it writes down
    made = pay(sqlite_house, letter)
    named = {made.html_key, made.pdf_key}
    assert len(kept(sqlite_house)) == 4

    assert sweep_orphaned_letters(sqlite_house) == 0  # too young: it may still be written down
    age(sqlite_house, timedelta(days=400))

    assert sweep_orphaned_letters(sqlite_house) == 2
    assert kept(sqlite_house) == named
    assert sweep_orphaned_letters(sqlite_house) == 0
    assert open_letter(sqlite_house, made, Form.PDF).content.startswith(b"%PDF")


def test_it_cannot_be_opened_before_it_is_made(sqlite_house: House) -> None:
    with pytest.raises(NotFound, match="Try again in a minute"):
        open_letter(sqlite_house, issued(sqlite_house), Form.PDF)


def test_one_with_a_blank_field_is_neither_kept_nor_owed(sqlite_house: House) -> None:
    with pytest.raises(Refused, match="the date we gave before"):
        issued(sqlite_house, old_due_on=None)
    with sqlite_house.db.reading() as session:
        assert letters_of(session, SUBJECT) == []
