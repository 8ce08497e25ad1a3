"""Putting a request under the law that governs it, when that is another than the one we took."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.messaging import tell_applicant
from portal.requests.commands.moving import move
from portal.requests.commands.splitting import refuse_without_moment
from portal.requests.commands.writing import write_letter
from portal.requests.intake import AboutWhom
from portal.requests.letter_writing import ack_fields
from portal.requests.lifecycle import Event, Regime
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id, clock_now, lock_request
from portal.requests.regimes import CHANGES, Because, told_of_change


def reclassify(
    session: Session, *, request_id: UUID, because: Because, by: Actor, at: datetime
) -> Letter:
    """Another law governs from now on; every day counts from the day the request came.

    FOIA s.40(1), (5A): asking for one's own footage under FOIA is subject access, received on the
    same day. The whole ledger is counted anew under the new law; under another law of subject
    access we wait on for the proof that we asked for, and ask for nothing twice. The applicant is
    told which law and why, by a message and a new acknowledgement. Refused for a reason that does
    not fit this law, while a question or a fee is open, and once something is decided.
    """
    footage_request = lock_request(session, request_id)
    before = footage_request.regime
    laws, after = CHANGES[because]
    if before not in laws:
        raise Refused("This reason does not fit the law it falls under now.")
    refuse_without_moment(by_id(session, request_id), after)
    footage_request.regime = after
    footage_request.about = _about(by_id(session, request_id), after)
    move(
        session,
        request_id=request_id,
        event=Event.RECLASSIFIED,
        by=by,
        at=at,
        note=f"{before.value} to {after.value}: {because.value}",
    )
    return _tell(session, footage_request, because, by=by, at=at)


def _tell(
    session: Session, footage_request: FootageRequest, because: Because, *, by: Actor, at: datetime
) -> Letter:
    whole = by_id(session, footage_request.id)
    words = told_of_change(because, whole.target_due_on, london_day(at))
    tell_applicant(session, footage_request, words, by=by, at=at)
    own = ack_fields(
        whole.regime,
        whole.about,
        received_on=whole.received_on,
        clock=clock_now(session, whole, whole.steps),
    )
    return write_letter(session, footage_request, LetterKind.ACK, own, by=by, at=at)


def _about(whole: FootageRequest, after: Regime) -> AboutWhom:
    if not after.is_sar:
        return AboutWhom.GENERAL
    return AboutWhom.SOMEONE_I_ACT_FOR if whole.representative else AboutWhom.ME
