"""Who the applicant is: asking, receiving proof, accepting it. Asking is what can move the start
of the clock (DPA 2018 s.52(4), s.54(3)(b); UK GDPR Art 12(6)); nothing else here does."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.errors import Refused
from portal.identity.commands.proofs import accept, ask_again, delete_pictures, receive_proof
from portal.identity.models import Proof
from portal.identity.proof import Doubt, ProofKind, enough_by_default, sufficient_on
from portal.identity.queries import kept_documents
from portal.identity.viewing import SealedFile
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.notifications.notices import NoticeKind
from portal.requests.applicant_page import takes_proof
from portal.requests.commands.messaging import keep_from_us
from portal.requests.commands.moving import move
from portal.requests.commands.telling import notify_applicant
from portal.requests.commands.writing import write_letter
from portal.requests.foreseeing import check_ask_counts
from portal.requests.ledger import open_asks
from portal.requests.letter_writing import id_request_fields
from portal.requests.lifecycle import Event, Status
from portal.requests.messages import Meaning
from portal.requests.models import FootageRequest, Representative, RequestStep
from portal.requests.queries import lock_request, steps_of

# Whatever else happened, no picture stays longer than this after the end (rules, section 2).
PICTURES_AT_MOST = timedelta(days=30)


class Known(StrEnum):
    """How we know who the applicant is; the words of the ledger."""

    PROOFS = "proofs"
    SHOWN = "shown"
    ESTABLISHED = "established"

    @property
    def label(self) -> str:
        """The way as handlers read it."""
        return _LABELS[self]


_LABELS = {
    Known.PROOFS: "The proofs they sent",
    Known.SHOWN: "They showed it to us: at a counter, or by post",
    Known.ESTABLISHED: "It was already established, or there is no doubt",
}


def accept_identity(
    session: Session,
    *,
    request_id: UUID,
    by: Actor,
    at: datetime,
    known: Known = Known.PROOFS,
    enough_id: UUID | None = None,
    shown_on: date | None = None,
) -> FootageRequest:
    """We know who they are, and since which day: that day can be the start of the clock.

    By proofs: the London day on which the one that was enough reached us, which is `enough_id`,
    or else the first that came after we last asked. `shown_on` is the day for proof that was
    shown some other way. Where we did not ask since we last knew, or it was here before we did,
    the day of receipt counts. Refused without the proof or the day that `known` needs, and for a
    request that needs no proof.
    """
    footage_request = locked_sar(session, request_id)
    since, _ = since_when(
        footage_request,
        kept_documents(session, request_id),
        [step.at for step in open_asks(steps_of(session, request_id))],
        known=known,
        enough_id=enough_id,
        shown_on=shown_on,
        at=at,
    )
    accept(
        session,
        subject_id=request_id,
        sufficient_on=since,
        by=by,
        at=at,
        is_all_known=not _waits_for_authority(session, footage_request),
    )
    footage_request.identity_accepted_at = at
    return move(
        session,
        request_id=request_id,
        event=Event.IDENTITY_ACCEPTED,
        by=by,
        at=at,
        on=since,
        note=known.value,
    )


def ask_identity(
    session: Session,
    *,
    request_id: UUID,
    doubts: Iterable[Doubt],
    note: str,
    by: Actor,
    at: datetime,
) -> Letter:
    """Ask the applicant to show who they are, with the reasons, and a note if there is one.

    What was accepted before is open again, and the proofs stay. The reasons are a message on their
    page, and a letter that says what is enough and when we close. The e-mail only says that we
    need something. Refused, with nothing written, for a request that needs no proof, and when the
    time has ended: the ask would not move it.
    """
    standing = locked_sar(session, request_id)
    check_ask_counts(session, standing, Event.IDENTITY_ASKED, london_day(at))
    doubts = list(dict.fromkeys(doubts))
    ask_again(session, subject_id=request_id, doubts=doubts, by=by, at=at)
    footage_request = move(session, request_id=request_id, event=Event.IDENTITY_ASKED, by=by, at=at)
    footage_request.identity_accepted_at = None
    body = "\n".join([*(doubt.explanation for doubt in doubts), note.strip()])
    message = keep_from_us(session, footage_request, Meaning.IDENTITY, body, by=by, at=at)
    notify_applicant(
        session,
        footage_request,
        NoticeKind.IDENTITY_ASKED,
        key=f"identity-asked:{message.id}",
        at=at,
    )
    own = id_request_fields(doubts, note, asked_on=london_day(at))
    return write_letter(session, footage_request, LetterKind.ID_REQUEST, own, by=by, at=at)


def proof_received(
    session: Session,
    *,
    request_id: UUID,
    kind: ProofKind,
    file: SealedFile,
    by: Actor,
    at: datetime,
) -> Proof:
    """A proof came after the request was sent. Refused when we need none now.

    It moves no date by itself: that is for the handler who finds it sufficient.
    """
    footage_request = lock_request(session, request_id)
    if not takes_proof(footage_request):
        raise Refused("We do not need proof of who you are now.")
    proof = receive_proof(session, subject_id=request_id, kind=kind, file=file, by=by, at=at)
    move(
        session,
        request_id=request_id,
        event=Event.PROOF_RECEIVED,
        by=by,
        at=at,
        note=kind.value,
    )
    return proof


def delete_old_pictures(session: Session, *, at: datetime) -> None:
    """Owe the deletion of the proofs of every request that ended thirty days ago. The backstop:
    most are deleted when identity is accepted, or when the request is withdrawn."""
    long_ago = at - PICTURES_AT_MOST
    ended = sa.select(FootageRequest.id).where(
        FootageRequest.status.in_([Status.ANSWERED, Status.ANSWERED_HELD, Status.CLOSED]),
        ~sa.exists().where(RequestStep.request_id == FootageRequest.id, RequestStep.at > long_ago),
    )
    with_pictures = sa.select(Proof.subject_id).where(
        Proof.storage_key.is_not(None), Proof.subject_id.in_(ended)
    )
    for subject_id in session.scalars(with_pictures.distinct()).all():
        delete_pictures(session, subject_id=subject_id, at=at, due_at=at)


def since_when(
    footage_request: FootageRequest,
    documents: Sequence[Proof],
    asked_at: Sequence[datetime],
    *,
    known: Known,
    enough_id: UUID | None,
    shown_on: date | None,
    at: datetime,
) -> tuple[date, date]:
    """Since which day it was shown as the clock counts it, and the day it came or was shown.

    `documents` and `asked_at` are those of one thing that is waited for, oldest first; it is the
    same rule for who somebody is and for whether they may act. Refused without the proof or the
    day that `known` needs.
    """
    proof_at = _proof_at(documents, enough_id, asked_at) if known is Known.PROOFS else None
    if known is Known.SHOWN:
        _check_day(footage_request, shown_on, at)
    else:
        shown_on = None
    since = sufficient_on(
        received_on=footage_request.received_on,
        asked_at=min(asked_at, default=None),
        proof_at=proof_at,
        shown_on=shown_on,
    )
    return since, shown_on or london_day(proof_at or at)


def _waits_for_authority(session: Session, footage_request: FootageRequest) -> bool:
    if footage_request.authority_accepted_at is not None:
        return False
    return session.get(Representative, footage_request.id) is not None


def _proof_at(
    documents: Sequence[Proof], enough_id: UUID | None, asked_at: Sequence[datetime]
) -> datetime:
    if not documents:
        raise Refused("There is no proof yet. Say how you know it.")
    if enough_id is None:
        enough = enough_by_default(documents, asked_at)
    else:
        enough = next((proof for proof in documents if proof.id == enough_id), None)
    if enough is None:
        raise Refused("That proof is not here any more. Look at the proofs again.")
    return enough.received_at


def _check_day(footage_request: FootageRequest, shown_on: date | None, at: datetime) -> None:
    if shown_on is None or not footage_request.received_on <= shown_on <= london_day(at):
        raise Refused("Enter the day they showed it, from the day of the request until today.")


def locked_sar(session: Session, request_id: UUID) -> FootageRequest:
    """FOIA s.8 asks for a name and an address; only subject access may ask who somebody is."""
    footage_request = lock_request(session, request_id)
    if not footage_request.regime.is_sar:
        raise Refused(
            "A freedom of information request needs a name and an address, and no proof of "
            "identity (Freedom of Information Act 2000, section 8)."
        )
    return footage_request
