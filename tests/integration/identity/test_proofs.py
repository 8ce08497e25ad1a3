"""Proofs: sealed at rest, counted, judged, and deleted when they are no longer needed."""

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC, WORKER
from portal.audit.models import AuditEntry
from portal.db import Database
from portal.errors import Gone, NotFound, Refused
from portal.house import House
from portal.identity.commands.proofs import (
    accept,
    ask_again,
    delete_pictures,
    note_viewed,
    receive_proof,
    remove_proof,
)
from portal.identity.files import MOST_PROOFS, FileType
from portal.identity.jobs import delete_proofs, sweep_orphaned_proofs
from portal.identity.models import Proof
from portal.identity.proof import Doubt, ProofKind, Verdict
from portal.identity.queries import checks_of, kept_proofs, proof_by_id, proofs_of
from portal.identity.viewing import SealedFile, picture_of, sealed_file
from portal.ids import new_id
from portal.outbox.commands import Lease
from portal.outbox.models import OutboxJob
from tests.conftest import Clock
from tests.factories.files import CANARY, pdf, picture

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SUBJECT = new_id()


def keep(
    house: House,
    content: bytes,
    *,
    name: str = "a.pdf",
    kind: ProofKind = ProofKind.PASSPORT,
    subject_id: UUID = SUBJECT,
    at: datetime = NOW,
) -> Proof:
    """A proof, all the way through the cage and the seal."""
    with (
        sealed_file(house, name=name, source=io.BytesIO(content)) as file,
        house.db.writing() as session,
    ):
        return receive_proof(session, subject_id=subject_id, kind=kind, file=file, by=PUBLIC, at=at)


@contextmanager
def sealed(house: House, content: bytes = b"%PDF-1.7 a sealed page") -> Iterator[SealedFile]:
    """A sealed file without the cage, for tests that only count."""
    yield SealedFile(FileType.PDF, 1, house.vault.keep("proofs", io.BytesIO(content)))


def quick(house: House, kind: ProofKind = ProofKind.PASSPORT, at: datetime = NOW) -> UUID:
    with sealed(house) as file, house.db.writing() as session:
        made = receive_proof(session, subject_id=SUBJECT, kind=kind, file=file, by=PUBLIC, at=at)
    return made.id


def jobs(house: House) -> list[OutboxJob]:
    with house.db.reading() as session:
        wanted = sa.select(OutboxJob).where(OutboxJob.job == "delete_proofs")
        return list(session.scalars(wanted.order_by(OutboxJob.due_at)))


def pay(house: House) -> None:
    for job in jobs(house):
        write_down = delete_proofs(house, Lease(job.id, job.job, job.payload, 1, "token"))
        with house.db.writing() as session:
            write_down(session)


def files(house: House) -> list[str]:
    return list(house.vault.storage.keys("proofs/"))


def deeds(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence)))


def test_what_was_sent_is_sealed_and_comes_back_as_a_picture(house: House) -> None:
    sent = pdf(2)
    proof = keep(house, sent)
    assert (proof.content_type, proof.pages, proof.size) == ("application/pdf", 2, len(sent))
    on_disk = b"".join(p.read_bytes() for p in house.settings.data_folder.rglob("*.age"))
    assert CANARY not in on_disk
    assert b"%PDF" not in on_disk
    assert on_disk.startswith(b"age-encryption.org/v1")
    shown = picture_of(house, proof, 2)
    assert shown.media_type == "image/png"
    assert shown.content.startswith(b"\x89PNG")
    with pytest.raises(NotFound):
        picture_of(house, proof, 3)
    with pytest.raises(NotFound):
        picture_of(house, proof, 0)


def test_a_photo_is_kept_without_what_was_hidden_in_it(house: House) -> None:
    sent = picture("JPEG")
    proof = keep(house, sent, name="me.jpg", kind=ProofKind.PHOTO_OF_YOU)
    shown = picture_of(house, proof)
    assert shown.media_type == "image/jpeg"
    assert CANARY in sent
    assert CANARY not in shown.content


def test_a_file_without_a_row_does_not_stay(house: House) -> None:
    for _ in range(MOST_PROOFS):
        quick(house)
    before = files(house)
    with pytest.raises(Refused, match="10 files"):
        keep(house, pdf())
    assert files(house) == before
    with pytest.raises(Refused):
        keep(house, b"rubbish")
    assert files(house) == before


def test_a_proof_is_its_own_subjects_only(house: House) -> None:
    proof_id = quick(house)
    with house.db.writing() as session:
        assert proof_by_id(session, subject_id=SUBJECT, proof_id=proof_id).id == proof_id
        for stranger, proof in ((new_id(), proof_id), (SUBJECT, new_id())):
            with pytest.raises(NotFound):
                proof_by_id(session, subject_id=stranger, proof_id=proof)
            with pytest.raises(NotFound):
                remove_proof(session, subject_id=stranger, proof_id=proof, by=PUBLIC, at=NOW)


def test_what_is_removed_is_gone(house: House) -> None:
    proof_id = quick(house)
    for _ in range(2):
        with house.db.writing() as session:
            remove_proof(session, subject_id=SUBJECT, proof_id=proof_id, by=PUBLIC, at=NOW)
    assert len(jobs(house)) == 1
    pay(house)
    assert files(house) == []
    with house.db.reading() as session:
        assert kept_proofs(session, SUBJECT) == []
        (gone,) = proofs_of(session, SUBJECT)
        assert gone.deleted_at == NOW
    with pytest.raises(Gone):
        picture_of(house, gone)


def test_what_was_judged_cannot_be_removed(house: House) -> None:
    proof_id = quick(house)
    with house.db.writing() as session:
        ask_again(session, subject_id=SUBJECT, doubts=[Doubt.EXPIRED], by=WORKER, at=NOW)
    with house.db.writing() as session, pytest.raises(Refused):
        remove_proof(session, subject_id=SUBJECT, proof_id=proof_id, by=PUBLIC, at=NOW)


def test_accepting_keeps_the_fact_and_deletes_the_documents_a_day_later(
    house: House, clock: Clock
) -> None:
    quick(house)
    photo = quick(house, ProofKind.PHOTO_OF_YOU)
    with house.db.writing() as session:
        accept(session, subject_id=SUBJECT, sufficient_on=NOW.date(), by=WORKER, at=NOW)
    (job,) = jobs(house)
    assert job.due_at == NOW + timedelta(days=1)
    clock.at = job.due_at
    pay(house)
    pay(house)  # a worker that died before it said so
    assert len(files(house)) == 1
    with house.db.reading() as session:
        (kept,) = kept_proofs(session, SUBJECT)
        assert kept.id == photo
        (check,) = checks_of(session, SUBJECT)
        assert check.verdict is Verdict.ACCEPTED
        assert check.proof_kinds == ["passport", "photo_of_you"]
        gone = [proof for proof in proofs_of(session, SUBJECT) if proof.id != photo]
        assert [proof.deleted_at for proof in gone] == [clock.at]
    assert deeds(house.db) == [
        "proof.received",
        "proof.received",
        "identity.accepted",
        "proof.deleted",
    ]


def judge(house: House, at: datetime, *doubts: Doubt) -> None:
    """Accept the proofs, or ask again for the reasons given."""
    with house.db.writing() as session:
        if doubts:
            ask_again(session, subject_id=SUBJECT, doubts=doubts, by=WORKER, at=at)
        else:
            accept(session, subject_id=SUBJECT, sufficient_on=at.date(), by=WORKER, at=at)


def test_asking_again_keeps_the_proofs_that_were_to_be_deleted(house: House) -> None:
    proof_id = quick(house)
    judge(house, NOW)
    judge(house, NOW + timedelta(hours=1), Doubt.NAME_DIFFERS)
    pay(house)
    with house.db.reading() as session:
        (kept,) = kept_proofs(session, SUBJECT)
        assert kept.id == proof_id
        assert picture_exists(house, kept)
    assert "proof.deleted" not in deeds(house.db)


def picture_exists(house: House, proof: Proof) -> bool:
    assert proof.storage_key is not None
    return house.vault.storage.exists(proof.storage_key)


@pytest.mark.parametrize("is_paid_between", [True, False])
def test_accepting_after_asking_again_owes_the_deletion_again(
    house: House, is_paid_between: bool
) -> None:
    quick(house)
    judge(house, NOW)
    judge(house, NOW + timedelta(hours=1), Doubt.NAME_DIFFERS)
    if is_paid_between:
        pay(house)
    judge(house, NOW + timedelta(hours=2))  # the same day, so that both are due on the same
    assert [job.due_at for job in jobs(house)] == [
        NOW + timedelta(days=1),
        NOW + timedelta(days=1, hours=2),
    ]
    first, second = jobs(house)
    delete_proofs(house, Lease(first.id, first.job, first.payload, 1, "token"))
    assert len(files(house)) == 1  # the day of grace is the second acceptance's
    delete_proofs(house, Lease(second.id, second.job, second.payload, 1, "token"))
    assert files(house) == []
    with house.db.reading() as session:
        assert kept_proofs(session, SUBJECT) == []


def test_ending_deletes_what_asking_again_had_kept(house: House) -> None:
    quick(house)
    judge(house, NOW)
    judge(house, NOW + timedelta(hours=1), Doubt.NAME_DIFFERS)
    later = NOW + timedelta(days=1)
    with house.db.writing() as session:
        delete_pictures(session, subject_id=SUBJECT, at=later, due_at=later)
    pay(house)
    assert files(house) == []


def test_a_file_is_gone_only_after_its_row_let_go_of_it(house: House) -> None:
    quick(house)
    judge(house, NOW)
    (job,) = jobs(house)
    held = Lease(job.id, job.job, job.payload, 1, "token")
    seen: list[int] = []
    forget = house.vault.storage.delete

    def killed(key: str) -> None:
        with house.db.reading() as session:
            seen.append(len(kept_proofs(session, SUBJECT)))
        raise KeyboardInterrupt

    house.vault.storage.delete = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        delete_proofs(house, held)
    house.vault.storage.delete = forget  # type: ignore[method-assign]
    assert seen == [0]
    assert len(files(house)) == 1
    judge(house, NOW + timedelta(days=2), Doubt.EXPIRED)
    delete_proofs(house, held)  # the next try; no row names the file any more
    assert files(house) == []


def test_asking_again_while_the_proofs_are_being_deleted(house: House) -> None:
    quick(house)
    judge(house, NOW)
    (job,) = jobs(house)
    held = Lease(job.id, job.job, job.payload, 1, "token")
    deleting = threading.Thread(target=delete_proofs, args=(house, held))
    at = NOW + timedelta(hours=1)
    with house.db.writing() as session:
        ask_again(session, subject_id=SUBJECT, doubts=[Doubt.EXPIRED], by=WORKER, at=at)
        deleting.start()
        deleting.join(0.3)
        assert deleting.is_alive()  # it waits for what we decide
    deleting.join(20)
    assert not deleting.is_alive()
    with house.db.reading() as session:
        (kept,) = kept_proofs(session, SUBJECT)
        assert picture_exists(house, kept)


def test_orphaned_proofs_are_swept_and_what_has_a_row_is_kept(house: House) -> None:
    quick(house)
    (named,) = files(house)
    with sealed(house) as old, sealed(house) as fresh:
        pass  # the process is killed here, before the row is written
    house.vault.keep("releases", io.BytesIO(b"another room's"))
    for key in house.vault.storage.keys(""):
        age = timedelta(hours=23) if key == fresh.kept.key else timedelta(hours=25)
        kept_at = (house.now() - age).timestamp()
        os.utime(Path(house.settings.data_folder) / key, (kept_at, kept_at))
    assert sweep_orphaned_proofs(house) == 1
    assert set(files(house)) == {named, fresh.kept.key}
    assert old.kept.key not in files(house)
    assert len(list(house.vault.storage.keys("releases/"))) == 1
    assert sweep_orphaned_proofs(house) == 0


def test_owing_the_same_deletion_twice_is_one_job(house: House) -> None:
    quick(house)
    for _ in range(2):
        with house.db.writing() as session:
            delete_pictures(session, subject_id=SUBJECT, at=NOW, due_at=NOW)
    assert len(jobs(house)) == 1


def test_asking_again_needs_a_reason_and_keeps_each_once(house: House) -> None:
    with house.db.writing() as session, pytest.raises(Refused):
        ask_again(session, subject_id=SUBJECT, doubts=[], by=WORKER, at=NOW)
    doubts = [Doubt.UNREADABLE, Doubt.EXPIRED, Doubt.UNREADABLE]
    with house.db.writing() as session:
        check = ask_again(session, subject_id=SUBJECT, doubts=doubts, by=WORKER, at=NOW)
    assert check.doubts == ["unreadable", "expired"]


def test_every_look_is_in_the_book(house: House) -> None:
    proof_id = quick(house)
    with house.db.writing() as session:
        proof = proof_by_id(session, subject_id=SUBJECT, proof_id=proof_id)
        note_viewed(session, proof=proof, page=1, by=WORKER, at=NOW)
    with house.db.reading() as session:
        line = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "proof.viewed")).one()
        details: dict[str, Any] = line.details
        assert details == {"proof": str(proof_id), "page": 1}
