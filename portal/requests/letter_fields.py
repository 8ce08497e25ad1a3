"""What every letter about a request says, whatever its kind. Law: pure."""

from datetime import datetime
from typing import Any, Protocol

from portal.dates import london_day
from portal.letters.kinds import LetterKind, known_fields
from portal.requests.clock import Clock
from portal.requests.lifecycle import Regime


class Said(Protocol):
    """What they said of when, where and what."""

    said_time: str
    place: str
    what_happened: str


class Asked(Protocol):
    """A request, as far as its letters need it."""

    reference: str
    regime: Regime
    applicant: Any
    sighting: Any


def common_fields(asked: Asked, kind: LetterKind, clock: Clock, *, at: datetime) -> dict[str, Any]:
    """The fields of rules 4.6 that every letter has, but the force's own; and the working of the
    clock where this kind has a place for it."""
    fields: dict[str, Any] = {
        "reference": asked.reference,
        "dated_on": london_day(at),
        "applicant_name": asked.applicant.name,
        "request_summary": request_summary(asked.sighting) or asked.reference,
        "regime": asked.regime.value,
    }
    if "clock_working" in known_fields(kind):
        fields["clock_working"] = list(clock.working)
    return fields


def request_summary(said: Said) -> str:
    """The request in the applicant's words: when, where, what."""
    when = ", ".join(part for part in (said.said_time, said.place) if part)
    return "\n\n".join(part for part in (when, said.what_happened) if part)
