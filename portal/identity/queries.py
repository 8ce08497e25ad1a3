"""Who may see what, and what proofs there are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.identity.addresses import ChangeFacts
from portal.identity.models import (
    AddressChange,
    IdentityCheck,
    OneTimeCode,
    Passphrase,
    Proof,
    Visit,
)
from portal.identity.passphrases import PassphraseFacts, counts, waits
from portal.identity.proof import CodePurpose


def visit(
    session: Session, *, purpose: CodePurpose, subject_id: UUID, browser: str, at: datetime
) -> Visit | None:
    """The open visit of this browser to this subject, or None: then a code is needed first."""
    return session.scalars(
        sa.select(Visit)
        .where(
            Visit.purpose == purpose,
            Visit.subject_id == subject_id,
            Visit.browser == browser,
            Visit.ended_at.is_(None),
            Visit.expires_at > at,
        )
        .order_by(Visit.expires_at.desc())
        .limit(1)
    ).one_or_none()


def has_code(
    session: Session, *, purpose: CodePurpose, subject_id: UUID, browser: str, at: datetime
) -> bool:
    """Whether a code was sent for this browser that could still be typed: only then is what is
    typed a guess at something."""
    found = session.scalar(
        sa.select(OneTimeCode.id)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.subject_id == subject_id,
            OneTimeCode.browser == browser,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > at,
        )
        .limit(1)
    )
    return found is not None


def passphrase_for(session: Session, subject_id: UUID, at: datetime) -> Passphrase | None:
    """The passphrase that counts now, or None where there is none: the newest that counts."""
    found = [each for each in passphrases_of(session, subject_id) if counts(_facts(each), at)]
    return max(found, key=lambda each: each.counts_from or each.chosen_at, default=None)


def waiting_passphrase(session: Session, subject_id: UUID, at: datetime) -> Passphrase | None:
    """The new passphrase that somebody asked for and that does not count yet, or None."""
    found = [each for each in passphrases_of(session, subject_id) if waits(_facts(each), at)]
    return max(found, key=lambda each: each.chosen_at, default=None)


def passphrases_of(session: Session, subject_id: UUID) -> Sequence[Passphrase]:
    """Every passphrase that was chosen for a request, oldest first."""
    return session.scalars(
        sa.select(Passphrase)
        .where(Passphrase.subject_id == subject_id)
        .order_by(Passphrase.chosen_at, Passphrase.id)
    ).all()


def _facts(passphrase: Passphrase) -> PassphraseFacts:
    return PassphraseFacts(passphrase.counts_from, passphrase.stopped_at)


def waiting_address(session: Session, subject_id: UUID) -> AddressChange | None:
    """The new address that was proposed and neither counts yet nor was stopped, or None. There is
    at most one: the database says so."""
    return session.scalars(
        sa.select(AddressChange).where(
            AddressChange.subject_id == subject_id,
            AddressChange.applied_at.is_(None),
            AddressChange.stopped_at.is_(None),
        )
    ).one_or_none()


def changes_of(session: Session, subject_id: UUID) -> Sequence[AddressChange]:
    """Every new address that was proposed for a request, oldest first."""
    return session.scalars(
        sa.select(AddressChange)
        .where(AddressChange.subject_id == subject_id)
        .order_by(AddressChange.proposed_at, AddressChange.id)
    ).all()


def address_changed_at(session: Session, subject_id: UUID) -> datetime | None:
    """When we last began to write to another address, or None when we never did."""
    done = [each.applied_at for each in changes_of(session, subject_id) if each.applied_at]
    return max(done, default=None)


def change_facts(change: AddressChange) -> ChangeFacts:
    """The change as the law reads it."""
    return ChangeFacts(change.proposed_at, change.agreed_at, change.stopped_at, change.applied_at)


def typed_a_code_since(
    session: Session, *, subject_id: UUID, browser: str, since: datetime
) -> bool:
    """Whether this browser typed a right code that was sent after an instant."""
    found = session.scalar(
        sa.select(OneTimeCode.id)
        .where(
            OneTimeCode.subject_id == subject_id,
            OneTimeCode.browser == browser,
            OneTimeCode.issued_at >= since,
            OneTimeCode.used_at.is_not(None),
        )
        .limit(1)
    )
    return found is not None


def subject_for(
    session: Session, *, browser: str, at: datetime, purpose: CodePurpose = CodePurpose.DRAFT
) -> UUID | None:
    """What this browser may see now of that purpose, the newest first; by default its draft."""
    return session.scalars(
        sa.select(Visit.subject_id)
        .where(
            Visit.purpose == purpose,
            Visit.browser == browser,
            Visit.ended_at.is_(None),
            Visit.expires_at > at,
        )
        .order_by(Visit.granted_at.desc(), Visit.expires_at.desc())
        .limit(1)
    ).one_or_none()


def kept_proofs(session: Session, subject_id: UUID) -> Sequence[Proof]:
    """The proofs whose files we still have, oldest first."""
    return [proof for proof in proofs_of(session, subject_id) if proof.storage_key is not None]


def kept_documents(session: Session, subject_id: UUID) -> Sequence[Proof]:
    """Those of them that show who the applicant is, oldest first."""
    return [proof for proof in kept_proofs(session, subject_id) if proof.kind.is_document]


def kept_authorities(session: Session, subject_id: UUID) -> Sequence[Proof]:
    """Those of them that can show that somebody may act for the applicant, oldest first."""
    return [proof for proof in kept_proofs(session, subject_id) if proof.kind.shows_authority]


def proof_by_id(session: Session, *, subject_id: UUID, proof_id: UUID) -> Proof:
    """One proof of this subject. NotFound when it has none such."""
    proof = session.get(Proof, proof_id)
    if proof is None or proof.subject_id != subject_id:
        raise NotFound("There is no such file.")
    return proof


def proofs_of(session: Session, subject_id: UUID) -> Sequence[Proof]:
    """The proofs sent for a draft or request, oldest first, deleted ones too."""
    return session.scalars(
        sa.select(Proof).where(Proof.subject_id == subject_id).order_by(Proof.received_at)
    ).all()


def checks_of(session: Session, subject_id: UUID) -> Sequence[IdentityCheck]:
    """What handlers decided about the proofs, oldest first."""
    return session.scalars(
        sa.select(IdentityCheck)
        .where(IdentityCheck.subject_id == subject_id)
        .order_by(IdentityCheck.checked_at)
    ).all()
