"""Why a recording was found, in words a handler can read aloud. Law."""

from dataclasses import dataclass
from datetime import UTC, datetime

from portal.recordings.london import clock_words, spans_days
from portal.recordings.matching import Doubt, Window
from portal.recordings.scoring import Agreement, Weights


@dataclass(frozen=True)
class Asked:
    """What was looked for, as words need it: "the place", "the street", or a borough's name."""

    place: str
    is_area: bool
    window: Window


@dataclass(frozen=True)
class Seen:
    """What was found of one recording. `at` is when it was nearest, `distance_m` how near."""

    doubt: Doubt
    at: datetime | None
    distance_m: float | None
    overlap_s: float
    area: str | None
    officer: Agreement
    reference: Agreement
    weights: Weights


def reasons(asked: Asked, seen: Seen) -> list[str]:
    """The reasons, the most telling first, the arithmetic last."""
    said = [_place(asked, seen), _overlap(asked, seen), *_agreements(seen), _arithmetic(seen)]
    return [words for words in said if words]


def _place(asked: Asked, seen: Seen) -> str:
    if seen.doubt is Doubt.NONE:
        return _tracked(asked, seen)
    source = f"; the evidence system says {seen.area}" if seen.area else ""
    return {
        Doubt.POOR_FIXES: f"Its positions are too rough to say whether it passed {asked.place}",
        Doubt.GAP: f"Its position was unknown for a time: it may have passed {asked.place}",
        Doubt.NO_FIXES: f"It has no positions{source}",
        Doubt.ELSEWHERE: f"Its track is elsewhere{source}",
        Doubt.NO_GROUND: f"Found by its area{source}" if asked.place else "No place was given",
    }[seen.doubt]


def _tracked(asked: Asked, seen: Seen) -> str:
    at = clock_words(seen.at, with_date=_needs_date(asked.window)) if seen.at else ""
    if asked.is_area:
        return f"Was in {asked.place} at {at}"
    return f"Passed {seen.distance_m or 0:,.0f} m from {asked.place} at {at}"


def _needs_date(window: Window) -> bool:
    return spans_days(*(datetime.fromtimestamp(t, UTC) for t in (window.since, window.until)))


def _overlap(asked: Asked, seen: Seen) -> str:
    if asked.window.lasting <= 0:
        return ""
    if seen.overlap_s >= asked.window.lasting:
        return "Covers the whole time asked for"
    return f"Covers {_length(seen.overlap_s)} of the {_length(asked.window.lasting)} asked for"


def _length(seconds: float) -> str:
    if seconds < 60:
        return _counted(round(seconds), "second")
    if seconds < 7200:
        return _counted(round(seconds / 60), "minute")
    if seconds < 2 * 86_400:
        return _counted(round(seconds / 3600), "hour")
    return _counted(round(seconds / 86_400), "day")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _agreements(seen: Seen) -> list[str]:
    officer = {
        Agreement.AGREES: "Officer number matches",
        Agreement.DIFFERS: "Officer number is a different one",
        Agreement.UNKNOWN: "Officer number is not known",
    }
    reference = {
        Agreement.AGREES: "Reference matches",
        Agreement.DIFFERS: "Has another reference",
        Agreement.UNKNOWN: "Has no reference",
    }
    return [officer.get(seen.officer, ""), reference.get(seen.reference, "")]


def _arithmetic(seen: Seen) -> str:
    held = seen.weights
    parts = [f"time {_signed(held.time)}", f"place {_signed(held.place)}"]
    if held.officer:
        parts.append(f"officer {_signed(held.officer)}")
    if held.reference:
        parts.append(f"reference {_signed(held.reference)}")
    return f"Weight in bits: {', '.join(parts)}"


def _signed(bits: float) -> str:
    return f"{bits:+.1f}".replace("-", "−")
