"""Whether somebody may act for the applicant: asking for it, and accepting it once it is checked.

Asking is what can move the start of the clock (rules R2, section 2), the same way as asking who
the applicant is. Both can be waited for together.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.errors import Refused
from portal.identity.authority import (
    MOST_MONTHS,
    NEEDS,
    Lack,
    age_on,
    is_recent,
    needs_date,
    why_not,
)
from portal.identity.commands.proofs import accept, ask_again
from portal.identity.proof import Judged
from portal.identity.queries import kept_authorities
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.notifications.notices import NoticeKind
from portal.requests.commands.messaging import keep_from_us
from portal.requests.commands.moving import move
from portal.requests.commands.proving import Known, locked_sar, since_when
from portal.requests.commands.telling import notify_applicant
from portal.requests.commands.writing import write_letter
from portal.requests.foreseeing import check_ask_counts
from portal.requests.ledger import open_asks
from portal.requests.letter_writing import authority_request_fields
from portal.requests.lifecycle import Event
from portal.requests.messages import Meaning
from portal.requests.models import Applicant, FootageRequest, Representative
from portal.requests.queries import steps_of


def accept_authority(
    session: Session,
    *,
    request_id: UUID,
    found: Mapping[str, str],
    by: Actor,
    at: datetime,
    signed_on: date | None = None,
    known: Known = Known.PROOFS,
    enough_id: UUID | None = None,
    shown_on: date | None = None,
) -> FootageRequest:
    """They may act, since which day: that day can be the start of the clock.

    `found` are the answers to the checks of their kind (`identity.authority.checks_for`), which
    stay on record; `signed_on` is the date of a signed note. `known`, `enough_id` and `shown_on`
    say how we know, as for `proving.accept_identity`. Refused, in words, while a check is not
    answered or its answer stands in the way.
    """
    footage_request = locked_sar(session, request_id)
    acting = _acting(session, request_id)
    steps = steps_of(session, request_id)
    asked = open_asks(steps, Event.AUTHORITY_ASKED, Event.AUTHORITY_ACCEPTED)
    since, came_on = since_when(
        footage_request,
        kept_authorities(session, request_id),
        [step.at for step in asked],
        known=known,
        enough_id=enough_id,
        shown_on=shown_on,
        at=at,
    )
    _check(acting, age_of(session, request_id, on=london_day(at)), found, signed_on, came_on)
    acting.checks = {**found, **({"signed_on": signed_on.isoformat()} if signed_on else {})}
    accept(
        session,
        subject_id=request_id,
        sufficient_on=since,
        by=by,
        at=at,
        judged=Judged.AUTHORITY,
        is_all_known=footage_request.identity_accepted_at is not None,
    )
    footage_request.authority_accepted_at = at
    return move(
        session,
        request_id=request_id,
        event=Event.AUTHORITY_ACCEPTED,
        by=by,
        at=at,
        on=since,
        note=known.value,
    )


def ask_authority(
    session: Session,
    *,
    request_id: UUID,
    lacks: Iterable[Lack],
    note: str,
    by: Actor,
    at: datetime,
) -> Letter:
    """Ask whoever acts to show that they may, with the reasons and exactly what their kind needs.

    What was accepted before is open again. The reasons are a message on their page, and a letter
    that says what is enough and when we close; the e-mail only says that we need something.
    Refused, with nothing written, where nobody acts, and when the time has ended: the ask would
    not move it.
    """
    standing = locked_sar(session, request_id)
    lacks = list(dict.fromkeys(lacks))
    acting = _acting(session, request_id)
    check_ask_counts(session, standing, Event.AUTHORITY_ASKED, london_day(at))
    ask_again(session, subject_id=request_id, doubts=lacks, by=by, at=at, judged=Judged.AUTHORITY)
    footage_request = move(
        session, request_id=request_id, event=Event.AUTHORITY_ASKED, by=by, at=at
    )
    footage_request.authority_accepted_at = None
    body = "\n".join([*(lack.explanation for lack in lacks), note.strip()])
    message = keep_from_us(session, footage_request, Meaning.AUTHORITY, body, by=by, at=at)
    notify_applicant(
        session,
        footage_request,
        NoticeKind.IDENTITY_ASKED,
        key=f"authority-asked:{message.id}",
        at=at,
    )
    own = _letter_fields(acting, lacks, note, london_day(at))
    return write_letter(session, footage_request, LetterKind.ID_REQUEST, own, by=by, at=at)


def age_of(session: Session, request_id: UUID, *, on: date) -> int | None:
    """The age of the person in the video on a day, or None when nobody told us."""
    born_on = session.get_one(Applicant, request_id).date_of_birth
    return age_on(born_on, on) if born_on is not None else None


def _letter_fields(
    acting: Representative, lacks: list[Lack], note: str, asked_on: date
) -> dict[str, Any]:
    words = [f"{need.words[0].upper()}{need.words[1:]}." for need in NEEDS[acting.acting]]
    lacking = [lack.explanation for lack in lacks]
    return authority_request_fields(lacking, words, note, asked_on=asked_on)


def _check(
    acting: Representative,
    age: int | None,
    found: Mapping[str, str],
    signed_on: date | None,
    came_on: date,
) -> None:
    hindrance = why_not(acting.acting, age, found)
    if hindrance:
        raise Refused(hindrance)
    if not needs_date(acting.acting):
        return
    if signed_on is None:
        raise Refused("Enter the date of the note.")
    if not is_recent(signed_on, came_on):
        raise Refused(
            f"Authority cannot be accepted: the note must be at most {MOST_MONTHS} months old on "
            "the day it came. Ask for a newer one."
        )


def _acting(session: Session, request_id: UUID) -> Representative:
    acting = session.get(Representative, request_id)
    if acting is None:
        raise Refused("Nobody acts for the applicant.")
    return acting
