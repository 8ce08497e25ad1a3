"""Two more months for a subject access request: told in time, with reasons, and only once."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.db import locked_one
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.moving import move
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.foreseeing import dates_if
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest


class Because(StrEnum):
    """The only two things for which the law gives more time."""

    COMPLEXITY = "complexity"
    NUMBER = "number"

    @property
    def label(self) -> str:
        """The reason as handlers choose it."""
        return _WORDS[self][0]

    @property
    def sentence(self) -> str:
        """The reason as the letter gives it."""
        return _WORDS[self][1]


_WORDS = {
    Because.COMPLEXITY: ("The request is complex", "Your request is complex."),
    Because.NUMBER: (
        "This person has made several requests",
        "You have made several requests, and we deal with them together.",
    ),
}


def extend(
    session: Session,
    *,
    request_id: UUID,
    because: Because,
    how: str,
    reasons: str,
    by: Actor,
    at: datetime,
) -> Letter:
    """Extend the time by two further months and issue the letter that says so.

    DPA 2018 s.54(3A) and UK GDPR Art 12A(3): where that is necessary because of the complexity or
    the number of requests; s.54(3B): the notice is given before the end of the first month and
    states the reasons. Refused, with nothing written, when the notice would come too late, when
    the time was extended before, while there is no date, and without both halves of the test:
    `how` says what is complex or how many requests there are, `reasons` why a month is not enough.
    """
    if not how.strip() or not reasons.strip():
        raise Refused("Enter what is complex or how many there are, and why a month is not enough.")
    footage_request = locked_one(session, FootageRequest, request_id)
    old_on, new_on = dates_if(session, footage_request, Event.EXTENDED, london_day(at))
    move(
        session,
        request_id=request_id,
        event=Event.EXTENDED,
        by=by,
        at=at,
        note=because.value,
    )
    own = {
        "reasons": [because.sentence, how.strip(), reasons.strip()],
        "old_due_on": old_on,
        "new_due_on": new_on,
    }
    letter = write_letter(session, footage_request, LetterKind.EXTENSION, own, by=by, at=at)
    tell_of_letter(session, footage_request, letter, at=at)
    return letter
