"""Where two streets meet, as somebody types it: "Brixton Road and Coldharbour Lane"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from portal.recordings.gazetteer import LONGEST_TYPED, find_places
from portal.recordings.kinds import PlaceKind
from portal.recordings.models import Place
from portal.recordings.projection import to_degrees, to_grid
from portal.recordings.shapes import Legs, Near

# Two streets meet where they come so near: the middles of wide roads do not touch.
_MEETING_M = 40.0
_JOINED = re.compile(r"\s+(?:and|at|meets|by|near)\s+|\s*[&/@+]\s*", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:the\s+)?(?:corner|junction|crossroads|crossing)\s+(?:of|between)\s+", re.IGNORECASE
)
_MOST_FOUND = 5


@dataclass(frozen=True)
class Corner:
    """Where two streets of the gazetteer meet, in WGS 84 degrees. `apart_m` is how nearly."""

    streets: tuple[Place, Place]
    lat: float
    lon: float
    apart_m: float

    @property
    def name(self) -> str:
        """The two streets' names."""
        return " and ".join(street.name for street in self.streets)


def find_corners(session: Session, typed: str) -> list[Corner]:
    """The corners that what somebody typed can mean, at most five, those that meet best first;
    none when it does not name two streets."""
    made: dict[frozenset[int], Corner] = {}
    for one, other in _pairs_of_names(typed[:LONGEST_TYPED]):
        ours, theirs = _streets(session, one), _streets(session, other)
        for corner in _meetings(ours, theirs):
            made.setdefault(frozenset(street.id for street in corner.streets), corner)
    best = sorted(made.values(), key=lambda corner: (round(corner.apart_m), corner.name))
    return best[:_MOST_FOUND]


def _pairs_of_names(typed: str) -> Iterator[tuple[str, str]]:
    """Each way to read it as two names: a street's own name may hold an "and"."""
    text = _OPENING.sub("", typed.strip())
    for joint in list(_JOINED.finditer(text))[:3]:
        yield text[: joint.start()], text[joint.end() :]


def _streets(session: Session, typed: str) -> list[Place]:
    return find_places(session, typed, only=PlaceKind.STREET)


def _meetings(ours: Sequence[Place], theirs: Sequence[Place]) -> Iterator[Corner]:
    for one in ours:
        for other in theirs:
            if one.id != other.id and (corner := corner_of(one, other)) is not None:
                yield corner


def corner_of(one: Place, other: Place) -> Corner | None:
    """Where two streets come nearest to each other; None when they do not meet."""
    legs = _legs(one)
    apart_m, part = Near(_legs(other), 0.0).distance(legs, np.full(len(legs.x0), np.inf))
    nearest = int(np.argmin(apart_m))
    if apart_m[nearest] > _MEETING_M:
        return None
    along = float(part[nearest])
    x = legs.x0[nearest] + along * (legs.x1[nearest] - legs.x0[nearest])
    y = legs.y0[nearest] + along * (legs.y1[nearest] - legs.y0[nearest])
    lat, lon = to_degrees(np.array([x]), np.array([y]))
    return Corner((one, other), float(lat[0]), float(lon[0]), float(apart_m[nearest]))


def _legs(street: Place) -> Legs:
    parts = []
    for line in street.lines:
        lat, lon = np.array(line, dtype=np.float64).T
        parts.append(Legs.along(*to_grid(lat, lon)))
    return Legs.joined(parts)
