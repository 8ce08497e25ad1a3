"""From what the applicant said to what is searched. Law: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from portal.recordings.criteria import (
    Anywhere,
    AreaAsked,
    Criteria,
    LineAsked,
    PlaceAsked,
    PointAsked,
)
from portal.recordings.scoring import Said


class SaidSighting(Protocol):
    """What a search needs of a sighting (see `intake.Sighting`)."""

    earliest_at: datetime
    latest_at: datetime
    latitude: float | None
    longitude: float | None
    line: list[Any]
    radius_m: int
    borough: str
    shoulder_number: str
    incident_reference: str
    crime_reference: str
    custody_number: str


@dataclass(frozen=True)
class Widening:
    """How much further to look than was said: minutes on each side, and metres all round."""

    minutes: int = 0
    metres: int = 0


def criteria_for(sighting: SaidSighting, widening: Widening) -> Criteria:
    """The search for a sighting: never narrower than what was said.

    Officer's number and references weigh, and never exclude: people misread them.
    """
    more = timedelta(minutes=widening.minutes)
    return Criteria(
        since=sighting.earliest_at - more,
        until=sighting.latest_at + more,
        place=_place(sighting, widening.metres),
        shoulder_number=sighting.shoulder_number or None,
        reference=sighting.incident_reference or None,
        said=_said(sighting),
    )


def _place(sighting: SaidSighting, metres: int) -> PlaceAsked:
    radius_m = float(sighting.radius_m + metres)
    if sighting.line:
        return LineAsked(tuple((lat, lon) for lat, lon in sighting.line), radius_m)
    if sighting.latitude is not None and sighting.longitude is not None:
        return PointAsked(sighting.latitude, sighting.longitude, radius_m)
    return AreaAsked(sighting.borough) if sighting.borough else Anywhere()


def _said(sighting: SaidSighting) -> Said:
    lasting = sighting.latest_at - sighting.earliest_at
    references = (
        sighting.incident_reference,
        sighting.crime_reference,
        sighting.custody_number,
    )
    return Said(
        at=sighting.earliest_at + lasting / 2,
        spread=max(lasting / 6, timedelta(minutes=1)),
        place_spread_m=max(sighting.radius_m / 3, 20.0),
        shoulder_number=sighting.shoulder_number or None,
        references=tuple(reference for reference in references if reference),
    )
