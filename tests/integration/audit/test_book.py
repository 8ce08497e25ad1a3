"""The book on a real database: gapless, chained, and every kind of tampering named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC
from portal.audit.commands import record
from portal.audit.models import AuditEntry, AuditHead
from portal.audit.queries import about, latest
from portal.audit.verifier import read_export, walk
from portal.audit.verify import export, verify
from portal.db import Database
from tests.factories.tampering import unguard

AT = datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=UTC)


def write(database: Database, count: int, subject: str = "BWV-2222-2222") -> None:
    for number in range(count):
        with database.writing() as session:
            record(session, "request.viewed", subject=subject, by=PUBLIC, at=AT, number=number)


def test_an_untouched_book_is_whole(database: Database) -> None:
    write(database, 5)
    with database.reading() as session:
        verdict = verify(session)
    assert (verdict.is_whole, verdict.entries) == (True, 5)


def test_an_empty_book_is_whole(database: Database) -> None:
    with database.reading() as session:
        assert verify(session).is_whole


def test_a_deed_that_was_rolled_back_leaves_no_line(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            record(session, "request.viewed", subject="x", by=PUBLIC, at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    write(database, 1)
    with database.reading() as session:
        assert [entry.sequence for entry in latest(session)] == [1]


def test_several_deeds_of_one_transaction_keep_their_order(database: Database) -> None:
    with database.writing() as session:
        for deed in ("request.received", "recordings.preserved"):
            record(session, deed, subject="x", by=PUBLIC, at=AT)
    with database.reading() as session:
        deeds = [entry.deed for entry in about(session, "x")]
    assert deeds == ["request.received", "recordings.preserved"]


def test_a_deed_must_be_named_as_one() -> None:
    with pytest.raises(ValueError, match="past_participle"):
        record(sa.orm.Session(), "Viewed", subject="x", by=PUBLIC, at=AT)


def change_a_byte(session: sa.orm.Session) -> None:
    session.execute(
        sa.update(AuditEntry).where(AuditEntry.sequence == 3).values(subject="BWV-2222-2223")
    )


def change_details(session: sa.orm.Session) -> None:
    session.execute(
        sa.update(AuditEntry).where(AuditEntry.sequence == 3).values(details={"number": 9})
    )


def remove_a_row(session: sa.orm.Session) -> None:
    session.execute(sa.delete(AuditEntry).where(AuditEntry.sequence == 3))


def swap_a_pair(session: sa.orm.Session) -> None:
    for old, new in ((3, 1000), (4, 3), (1000, 4)):
        session.execute(
            sa.update(AuditEntry).where(AuditEntry.sequence == old).values(sequence=new)
        )


def remove_and_close_the_gap(session: sa.orm.Session) -> None:
    remove_a_row(session)
    for number in range(4, 7):
        session.execute(
            sa.update(AuditEntry).where(AuditEntry.sequence == number).values(sequence=number - 1)
        )


@pytest.mark.parametrize(
    "tamper", [change_a_byte, change_details, remove_a_row, swap_a_pair, remove_and_close_the_gap]
)
def test_tampering_is_named_at_its_first_line(
    database: Database, tamper: Callable[[sa.orm.Session], None]
) -> None:
    write(database, 6)
    with database.writing() as session:
        unguard(session)
        tamper(session)
    with database.reading() as session:
        verdict = verify(session)
    assert verdict.broken_at == 3
    assert "3" in verdict.reason


def test_a_cut_off_end_is_seen(database: Database) -> None:
    write(database, 6)
    with database.writing() as session:
        unguard(session)
        session.execute(sa.delete(AuditEntry).where(AuditEntry.sequence > 4))
    with database.reading() as session:
        assert verify(session).broken_at == 5


def test_a_line_added_behind_the_head_is_seen(database: Database) -> None:
    write(database, 2)
    with database.writing() as session:
        unguard(session)
        head = session.scalars(sa.select(AuditHead)).one()
        head.sequence = 1
    with database.reading() as session:
        assert verify(session).broken_at == 2


def test_many_writers_at_once_make_one_gapless_chain(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write, database, 10, f"subject {n}") for n in range(8)]:
            done.result()
    with database.reading() as session:
        verdict = verify(session)
    assert (verdict.is_whole, verdict.entries) == (True, 80)


def test_the_book_is_read_in_pages_newest_first(database: Database) -> None:
    write(database, 7)
    with database.reading() as session:
        first = latest(session, limit=3)
        second = latest(session, limit=3, before=first[-1].sequence)
        deeds = latest(session, deed="request.")
        none = latest(session, deed="other")
    assert [entry.sequence for entry in [*first, *second]] == [7, 6, 5, 4, 3, 2]
    assert (len(deeds), len(none)) == (7, 0)


def exported(database: Database) -> list[bytes]:
    with database.snapshot() as session:
        return [line.encode() for line in export(session)]


def test_an_export_is_the_book_and_can_be_checked_alone(database: Database) -> None:
    write(database, 5, "“Ő”")
    lines = exported(database)
    verdict = walk(read_export(lines))
    assert (verdict.is_whole, verdict.entries, len(lines)) == (True, 5, 6)
    assert all(line.isascii() and line.endswith(b"\n") for line in lines)


def test_an_empty_book_is_exported_too(database: Database) -> None:
    assert walk(read_export(exported(database))).is_whole


def test_an_entry_added_while_we_walk_is_no_tampering(database: Database) -> None:
    write(database, 2)
    with database.snapshot() as session:
        lines = export(session)
        first = next(lines)
        write(database, 2)
        seen = [first, *lines]
    verdict = walk(read_export([line.encode() for line in seen]))
    assert (verdict.is_whole, verdict.entries) == (True, 2)


@pytest.mark.parametrize(("column", "value"), [("details", "[1]"), ("details", "null")])
def test_a_row_that_the_portal_cannot_have_written(
    database: Database, column: str, value: str
) -> None:
    write(database, 3)
    with database.writing() as session:
        unguard(session)
        session.execute(sa.text(f"UPDATE audit_entry SET {column} = '{value}' WHERE sequence = 2"))
    with database.snapshot() as session:
        assert verify(session).broken_at == 2
