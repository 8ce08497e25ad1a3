"""More time to weigh the public interest: told within the 20 working days, naming the exemption."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.db import locked_one
from portal.disclosure.exemptions import CATALOGUE, Exemption
from portal.disclosure.exemptions.grounds import Weighing
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.moving import move
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.foreseeing import dates_if
from portal.requests.lifecycle import Event, Regime
from portal.requests.models import FootageRequest


def weighable() -> tuple[Exemption, ...]:
    """The exemptions for which the public interest is weighed: only these give more time."""
    weighed = (Weighing.QUALIFIED, Weighing.BY_CONDITION)
    return tuple(ground for ground in CATALOGUE[Regime.FOI] if ground.weighing in weighed)


def extend_to_weigh(
    session: Session, *, request_id: UUID, code: str, reasons: str, by: Actor, at: datetime
) -> Letter:
    """Take longer to weigh the public interest, and issue the notice that says so.

    FOIA s.10(3): only where a qualified exemption applies; s.17(2): the notice names it, says that
    no decision is made yet and gives an estimate, and is still due within 20 working days. The
    estimate is the clock's own date, at most 20 working days more: the one date that they are
    told. Refused, with nothing written, when the time has ended or was extended for this before.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    ground = next((one for one in weighable() if one.code == code), None)
    if ground is None or footage_request.regime is not Regime.FOI:
        raise Refused("Select an exemption for which the public interest is weighed.")
    _, estimated_on = dates_if(session, footage_request, Event.INTEREST_EXTENDED, london_day(at))
    move(session, request_id=request_id, event=Event.INTEREST_EXTENDED, by=by, at=at, note=code)
    own = {
        "exemption_section": ground.statute,
        "reasons": reasons.strip(),
        "estimated_on": estimated_on,
    }
    letter = write_letter(session, footage_request, LetterKind.PIT_EXTENSION, own, by=by, at=at)
    tell_of_letter(session, footage_request, letter, at=at)
    return letter
