"""Tampering with the rows themselves, by chance from a seed: none of it unseen."""

import os
from collections import Counter
from datetime import datetime
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import PUBLIC
from portal.audit.commands import record
from portal.audit.models import AuditEntry, AuditHead
from portal.audit.verifier import Head, Written, read_export
from portal.audit.verify import export, verify
from portal.db import Database
from tests.factories.tampering import MUTATIONS, Book, known_of, mutated, unguard

HOW_MANY = int(os.environ.get("BOOK_MUTATIONS", "120"))
AT = datetime.fromisoformat("2026-11-02T09:30:00.123456Z")


def written(database: Database) -> Book:
    """A book of nine entries, as the portal wrote it."""
    for number in range(9):
        with database.writing() as session:
            record(session, "request.viewed", subject="BWV", by=PUBLIC, at=AT, number=number)
    with database.snapshot() as session:
        parts = list(read_export(line.encode() for line in export(session)))
    head = parts.pop()
    assert isinstance(head, Head)
    return [one for one in parts if isinstance(one, Written)], head


def put(session: Session, book: Book) -> None:
    """Make the rows say this, as somebody who owns the database can."""
    unguard(session)
    session.execute(sa.delete(AuditEntry))
    if book[0]:
        session.execute(sa.insert(AuditEntry), [row(one) for one in book[0]])
    session.execute(sa.update(AuditHead).values(sequence=book[1].sequence, hash=book[1].hash))


def row(written: Written) -> dict[str, object]:
    entry = dict(written.entry)
    kind, identifier = entry.pop("actor")
    at = datetime.fromisoformat(entry.pop("at"))
    return {**entry, "at": at, "actor_kind": kind, "actor_id": identifier, "hash": written.hash}


def test_every_change_of_rows_is_seen(database: Database) -> None:
    book, chance, seen = written(database), Random(2026), Counter[str]()
    known = known_of(book, 4, 9)
    for number in range(HOW_MANY):
        way, changed = mutated(book, chance)
        with database.reading() as session:  # which is rolled back
            put(session, changed)
            verdict = verify(session, known)
        assert not verdict.is_whole, f"{way} at {number} was not seen"
        seen[way] += 1
    assert set(seen) == {mutation.__name__ for mutation in MUTATIONS}
    with database.snapshot() as session:
        assert verify(session, known).is_whole
