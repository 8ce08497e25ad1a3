"""From what the applicant said to what is searched. Law: pure."""

from collections.abc import Sequence
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

# "About nine" is searched half an hour each way, and people are easily 8 minutes out; "near the
# tube" is searched 150 m around, and they are easily 120 m out; for a pin it is 50 m and 40 m.
_TIME_SPREAD = 8 / 30
_PLACE_SPREAD = 0.8
# Longer than around any time that was said, in the October hour too: a part of a day, or days.
_LONGEST_AROUND = timedelta(hours=5)


class SaidSighting(Protocol):
    """What a search needs of a sighting (see `intake.Sighting`)."""

    @property
    def earliest_at(self) -> datetime:
        """The start of the window, an instant in UTC."""

    @property
    def latest_at(self) -> datetime:
        """The end of the window."""

    @property
    def place(self) -> str:
        """The place in words."""

    @property
    def latitude(self) -> float | None:
        """Of a point, in degrees; None without one."""

    @property
    def longitude(self) -> float | None:
        """As the latitude."""

    @property
    def line(self) -> Sequence[Any]:
        """A street's positions (latitude, longitude); empty without one."""

    @property
    def radius_m(self) -> int:
        """How far around the point or line."""

    @property
    def borough(self) -> str:
        """The borough, or nothing."""

    @property
    def shoulder_number(self) -> str:
        """An officer's number, or nothing."""

    @property
    def incident_reference(self) -> str:
        """A CAD number, or nothing."""

    @property
    def crime_reference(self) -> str:
        """A crime's number, or nothing."""

    @property
    def custody_number(self) -> str:
        """A number of custody, or nothing."""


@dataclass(frozen=True)
class Widening:
    """How much further to look than was said: minutes on each side, and metres all round. Less
    than nothing looks narrower, which a handler may, once what was said has been searched."""

    minutes: int = 0
    metres: int = 0


def criteria_for(sighting: SaidSighting, widening: Widening) -> Criteria:
    """The search for a sighting, as wide as what was said and the widening make it.

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
        place_name=sighting.place or sighting.borough,
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
        spread=time_spread(sighting.earliest_at, sighting.latest_at),
        place_spread_m=max(sighting.radius_m * _PLACE_SPREAD, 20.0),
        shoulder_number=sighting.shoulder_number or None,
        references=tuple(reference for reference in references if reference),
    )


def time_spread(earliest_at: datetime, latest_at: datetime) -> timedelta:
    """How far out they may easily be: for a time, a part of what they gave or took; in a part of
    a day, or in days, no moment is likelier than another, so as much as there is."""
    lasting = latest_at - earliest_at
    if lasting > _LONGEST_AROUND:
        return lasting
    return max(lasting / 2 * _TIME_SPREAD, timedelta(minutes=1))
