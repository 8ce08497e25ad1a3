"""What every letter about a request says, whatever its kind. Law: pure."""

from datetime import date, datetime, timedelta
from typing import Any, Protocol

from portal.dates import day_in_words, london_day
from portal.letters.kinds import LetterKind, known_fields
from portal.requests.answers import is_about_video
from portal.requests.clock import Clock
from portal.requests.lifecycle import Regime


class Asked(Protocol):
    """A request, as far as its letters need it."""

    reference: str
    regime: Regime
    applicant: Any
    representative: Any
    sighting: Any


def common_fields(asked: Asked, kind: LetterKind, clock: Clock, *, at: datetime) -> dict[str, Any]:
    """The fields of rules 4.6 that every letter has, but the force's own; and the working of the
    clock where this kind has a place for it."""
    fields: dict[str, Any] = {
        "reference": asked.reference,
        "dated_on": london_day(at),
        "applicant_name": asked.applicant.name,
        "request_summary": _summary(asked.sighting) or asked.reference,
        "regime": asked.regime.value,
    }
    if asked.representative is not None:
        fields["representative_name"] = asked.representative.name
    if "clock_working" in known_fields(kind):
        fields["clock_working"] = _working(clock, london_day(at))
    return fields


def addressed_to(applicant: str, representative: str | None) -> str:
    """Whose name goes on the envelope: who acts for somebody gets what is written to them."""
    return f"{representative}, for {applicant}" if representative else applicant


def _working(clock: Clock, today: date) -> list[str]:
    """The sum, line by line. A letter of a later day does not promise a day that has passed."""
    if clock.target_due_on is None or clock.target_due_on >= today:
        return list(clock.working)
    return [line.replace("We will reply by ", "Our answer was due by ") for line in clock.working]


def _summary(said: Any) -> str:
    return request_summary(
        said.earliest_at, said.latest_at, said.said_time, said.place, said.what_happened
    )


def request_summary(
    earliest_at: datetime, latest_at: datetime, said_time: str, place: str, what_happened: str
) -> str:
    """The request in the applicant's words: when, where, what. Figures have no when or where."""
    if not is_about_video(earliest_at):
        return what_happened
    day = _day_said(earliest_at, latest_at)
    when = ", ".join(part for part in (day, said_time, place) if part)
    return "\n\n".join(part for part in (when, what_happened) if part)


def _day_said(earliest_at: datetime, latest_at: datetime) -> str:
    """The day they named, which the window is around; or the first and the last day of a range."""
    length = latest_at - earliest_at
    if length <= timedelta(days=1):
        return day_in_words(london_day(earliest_at + length / 2))
    first, last = london_day(earliest_at), london_day(latest_at - timedelta(seconds=1))
    return f"{day_in_words(first)} to {day_in_words(last)}"
