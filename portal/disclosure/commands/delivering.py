"""Beginning to send a file, and writing down how much of it went out."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.actors import PUBLIC
from portal.audit.commands import record
from portal.db import locked_one
from portal.disclosure.commands.gating import refuse_barred
from portal.disclosure.delivered import may_begin
from portal.disclosure.models import DownloadLink, Opening, OpeningKind, ReleaseFile
from portal.disclosure.queries.delivered import pieces_through
from portal.disclosure.queries.releases import NOT_NOW
from portal.errors import Refused
from portal.requests.models import FootageRequest

TOO_OFTEN = (
    "This file was downloaded as often as it can be with this link. "
    "Contact us, and we will make a new one with you."
)


def begin_file(
    session: Session,
    *,
    link: DownloadLink,
    file: ReleaseFile,
    what: OpeningKind,
    first_byte: int,
    length: int,
    at: datetime,
    is_passed_on: bool = False,
) -> int:
    """Write down that sending `length` bytes of a file begins; returns the opening's number for
    `note_sent`. Of what `is_passed_on`, to be sent by another server, nothing more is written.

    Refused when the link was closed, when the gate bars a recording in it, and when so many bytes
    of it went out through this link already. All are asked under lock: in the book no file is
    opened after its link was closed or a hold was placed, and of many who ask at once no more get
    it than may.
    """
    if locked_one(session, DownloadLink, link.id).revoked_at is not None:
        raise Refused(NOT_NOW)
    refuse_barred(session, link.release, file)
    before = pieces_through(session, link.id, file.id, at)
    if not may_begin(before, size=file.size, asked=length, most_times=link.most_sessions):
        raise Refused(TOO_OFTEN)
    opening = Opening(
        link_id=link.id,
        file_id=file.id,
        at=at,
        what=what,
        first_byte=first_byte,
        last_byte=first_byte + length - 1,
        bytes_sent=None if is_passed_on else 0,
        noted_at=None if is_passed_on else at,
        is_running=not is_passed_on,
        is_passed_on=is_passed_on,
    )
    session.add(opening)
    session.flush()
    record(
        session,
        "file.opened",
        subject=session.get_one(FootageRequest, link.release.request_id).reference,
        by=PUBLIC,
        at=at,
        link=str(link.id),
        file=str(file.id),
        how="passed_on" if is_passed_on else what.value,
        first_byte=first_byte,
    )
    return opening.id


def note_sent(
    session: Session, *, opening_id: int, count: int, at: datetime, has_ended: bool
) -> None:
    """Write down how many bytes went out so far, and whether the sending has ended."""
    opening = session.get_one(Opening, opening_id)
    opening.bytes_sent, opening.noted_at, opening.is_running = count, at, not has_ended
