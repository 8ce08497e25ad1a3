"""Receiving proofs, judging them, and deleting their pictures.

`subject_id` is a draft's id or the request's that it became. A proof serves its own subject and
no other: an unverified request must never lend its proof to another.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import locked
from portal.errors import NotFound, Refused
from portal.identity.authority import Lack, is_spent
from portal.identity.files import MOST_PROOFS
from portal.identity.models import IdentityCheck, Proof
from portal.identity.proof import Doubt, Judged, ProofKind, Verdict
from portal.identity.queries import kept_proofs
from portal.identity.viewing import SealedFile
from portal.ids import digest
from portal.outbox.commands import owe

DELETE_PROOFS = "delete_proofs"
# Pictures go when identity is accepted (rules 2); the day's grace lets a wrong click be seen.
GRACE = timedelta(days=1)


def receive_proof(
    session: Session,
    *,
    subject_id: UUID,
    kind: ProofKind,
    file: SealedFile,
    by: Actor,
    at: datetime,
) -> Proof:
    """Write down a proof whose file is sealed already. Refused when there are ten."""
    if len(kept_proofs(session, subject_id)) >= MOST_PROOFS:
        raise Refused(f"You have sent {MOST_PROOFS} files. Remove one before you send another.")
    proof = Proof(
        subject_id=subject_id,
        kind=kind,
        content_type=file.type.value,
        size=file.kept.size,
        pages=file.pages,
        sha256=file.kept.sha256,
        storage_key=file.kept.key,
        seal=file.kept.seal,
        received_at=at,
    )
    session.add(proof)
    session.flush()
    record(
        session,
        "proof.received",
        subject=str(subject_id),
        by=by,
        at=at,
        proof=str(proof.id),
        kind=kind.value,
        sha256=proof.sha256,
        seal=file.kept.seal,
    )
    return proof


def remove_proof(
    session: Session, *, subject_id: UUID, proof_id: UUID, by: Actor, at: datetime
) -> None:
    """Take back a proof that nobody has judged yet. Removing twice is no error.

    NotFound when the subject has no such proof, Refused when it was judged.
    """
    proof = locked(session, Proof, proof_id)
    if proof is None or proof.subject_id != subject_id:
        raise NotFound("There is no such file.")
    if _judged_since(session, proof):
        raise Refused(
            "We have looked at this file already. We delete it when we no longer need it."
        )
    if proof.storage_key is None:
        return
    _owe_deletion(session, subject_id, [proof], at=at, due_at=at)
    proof.storage_key, proof.deleted_at = None, at
    record(session, "proof.removed", subject=str(subject_id), by=by, at=at, proof=str(proof_id))


def accept(
    session: Session,
    *,
    subject_id: UUID,
    sufficient_on: date,
    by: Actor,
    at: datetime,
    judged: Judged = Judged.IDENTITY,
    is_all_known: bool = True,
) -> IdentityCheck:
    """Write down that the proofs are enough, since which day; owe the deletion of the documents.

    With `is_all_known` false (who they are is known and whether somebody may act for them is not,
    or the other way round), those stay that can still show the other. They go only if this is
    still the newest check of its kind when they are due: asking again keeps them. A photo of the
    applicant stays until the request ends: it is there to find them by.
    """
    check = _check(session, subject_id, Verdict.ACCEPTED, (), sufficient_on, by, at, judged)
    spent = [
        proof
        for proof in kept_proofs(session, subject_id)
        if is_spent(
            proof.kind,
            is_identity_known=is_all_known or judged is Judged.IDENTITY,
            is_authority_known=is_all_known or judged is Judged.AUTHORITY,
        )
    ]
    _owe_deletion(session, subject_id, spent, at=at, due_at=at + GRACE, check=check)
    return check


def ask_again(
    session: Session,
    *,
    subject_id: UUID,
    doubts: Iterable[Doubt | Lack],
    by: Actor,
    at: datetime,
    judged: Judged = Judged.IDENTITY,
) -> IdentityCheck:
    """Write down why the proofs are not enough, which keeps them. Refused without a reason."""
    reasons = tuple(dict.fromkeys(doubts))
    if not reasons:
        raise Refused("Select why you ask.")
    # A deletion that was owed on acceptance waits here, or is over before we ask.
    _lock(session, Proof.subject_id == subject_id)
    return _check(session, subject_id, Verdict.ASKED_AGAIN, reasons, None, by, at, judged)


def note_viewed(session: Session, *, proof: Proof, page: int, by: Actor, at: datetime) -> None:
    """Every look at a proof is a line in the book."""
    record(
        session,
        "proof.viewed",
        subject=str(proof.subject_id),
        by=by,
        at=at,
        proof=str(proof.id),
        page=page,
    )


def delete_pictures(session: Session, *, subject_id: UUID, at: datetime, due_at: datetime) -> None:
    """Owe the deletion of the proofs' files; their rows stay. Owing it twice is one job."""
    _owe_deletion(session, subject_id, kept_proofs(session, subject_id), at=at, due_at=due_at)


def let_go(
    session: Session, *, keys: Sequence[str], check_id: UUID | None, by: Actor, at: datetime
) -> list[str]:
    """Take the files at these keys off the rows that name them; returns those to delete now.

    `check_id` is the acceptance because of which they go, None where they go whatever was
    decided. Files of an acceptance that is not the newest check any more stay with their rows.
    """
    named = _lock(session, Proof.storage_key.in_(keys))
    if check_id is not None and not _is_newest(session, check_id):
        kept = {proof.storage_key for proof in named}
        return [key for key in keys if key not in kept]
    for proof in named:
        proof.storage_key, proof.deleted_at = None, at
        subject = str(proof.subject_id)
        record(session, "proof.deleted", subject=subject, by=by, at=at, proof=str(proof.id))
    return list(keys)


def _lock(session: Session, which: sa.ColumnElement[bool]) -> Sequence[Proof]:
    """The proofs as they are now, locked until the transaction ends; always in the same order."""
    session.flush()
    return session.scalars(
        sa.select(Proof)
        .where(which)
        .order_by(Proof.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _is_newest(session: Session, check_id: UUID) -> bool:
    check = session.get_one(IdentityCheck, check_id)
    since = sa.select(IdentityCheck.id).where(
        IdentityCheck.subject_id == check.subject_id,
        IdentityCheck.id != check.id,
        IdentityCheck.judged == check.judged,
        IdentityCheck.checked_at >= check.checked_at,
    )
    return session.scalars(since.limit(1)).one_or_none() is None


def _owe_deletion(
    session: Session,
    subject_id: UUID,
    proofs: Iterable[Proof],
    *,
    at: datetime,
    due_at: datetime,
    check: IdentityCheck | None = None,
) -> None:
    keys = [proof.storage_key for proof in proofs if proof.storage_key is not None]
    if not keys:
        return
    # Each acceptance owes a job of its own: one that an asking again has stopped, or one that is
    # due on the same day for another reason, must not stand in its way.
    why = check.id if check else f"{digest(','.join(keys))[:16]}:{due_at:%Y%m%d}"
    owe(
        session,
        DELETE_PROOFS,
        payload={"keys": keys, **({"check": str(check.id)} if check else {})},
        key=f"{DELETE_PROOFS}:{subject_id}:{why}",
        at=at,
        due_at=due_at,
    )


def _judged_since(session: Session, proof: Proof) -> bool:
    judged = sa.select(IdentityCheck.id).where(
        IdentityCheck.subject_id == proof.subject_id,
        IdentityCheck.checked_at >= proof.received_at,
    )
    return session.scalars(judged.limit(1)).one_or_none() is not None


def _check(
    session: Session,
    subject_id: UUID,
    verdict: Verdict,
    doubts: tuple[Doubt | Lack, ...],
    sufficient_on: date | None,
    by: Actor,
    at: datetime,
    judged: Judged,
) -> IdentityCheck:
    kinds = sorted({proof.kind.value for proof in kept_proofs(session, subject_id)})
    check = IdentityCheck(
        subject_id=subject_id,
        judged=judged,
        verdict=verdict,
        doubts=[doubt.value for doubt in doubts],
        proof_kinds=kinds,
        sufficient_on=sufficient_on,
        checked_by=by.id,
        checked_at=at,
    )
    session.add(check)
    session.flush()
    record(
        session,
        f"{judged.value}.{verdict.value}",
        subject=str(subject_id),
        by=by,
        at=at,
        check=str(check.id),
    )
    return check
