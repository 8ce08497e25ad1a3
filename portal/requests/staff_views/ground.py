"""What the list and the pictures stand on: the search whose findings are shown, and where and
when it looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.recordings.criteria import MOST_PROPOSED
from portal.recordings.models import Search
from portal.recordings.surroundings import Position, Square, outline_of
from portal.requests.models import SightingRow
from portal.requests.wanted import Widening

Between = tuple[datetime, datetime]
_LEAST_HALF_M = 250.0
_MARGIN = 1.4


@dataclass(frozen=True)
class Ground:
    """Where a search looked: within `radius_m` of its one line (of one position for a place), or
    inside its rings when `is_area`. Without lines there is nothing to draw."""

    lines: Sequence[Sequence[Position]]
    radius_m: float
    is_area: bool

    @property
    def is_point(self) -> bool:
        """Whether it is one position."""
        return not self.is_area and len(self.lines) == 1 and len(self.lines[0]) == 1

    def square(self) -> Square:
        """The ground that a picture of it shows. Only of a ground with lines."""
        margin_m = self.radius_m * _MARGIN
        return Square.around(self.lines, margin_m=margin_m, least_m=_LEAST_HALF_M)


@dataclass(frozen=True)
class Asked:
    """What a search looked for, as it was written down. `part_of` is the whole time that was
    asked for, where only a part of it was searched. `likeliest` is how many of what it found are
    on the list, where it found more than that."""

    between: Between
    place: str
    radius_m: float | None
    part_of: Between | None
    likeliest: int | None

    @classmethod
    def of(cls, search: Search) -> "Asked":
        """From a search's record."""
        held = search.criteria
        part = _between(held["part_of"]) if "part_of" in held else None
        radius_m = _radius(held)
        name = held.get("place_name") or "the place"
        return cls(
            between=_between(held),
            place=f"Within {radius_m:,.0f} m of {name}"
            if radius_m is not None
            else held.get("area") or "Anywhere",
            radius_m=radius_m,
            # All of the time was searched, and only the list was cut.
            part_of=part if part != _between(held) else None,
            likeliest=MOST_PROPOSED if search.found > MOST_PROPOSED else None,
        )


def leading(searches: Sequence[Search]) -> Search | None:
    """The search that the list and the pictures follow, of all of them, the newest first: the
    newest that a handler made. The worker's look again for what was asked before, and lead only
    until then."""
    by_handlers = (search for search in searches if search.asked_by != WORKER.id)
    return next(by_handlers, searches[0] if searches else None)


def since_search(searches: Sequence[Search]) -> int:
    """The number of the first search whose findings are still on the list to be judged."""
    led = leading(searches)
    return led.id if led is not None and led.asked_by != WORKER.id else 0


def ground_of(session: Session, search: Search | None, sighting: SightingRow) -> Ground:
    """Where the search looked, or where the applicant says it happened before there is one."""
    held = search.criteria if search is not None else _said(sighting)
    radius_m = _radius(held)
    if radius_m is None:
        return Ground(outline_of(session, held.get("area") or ""), 0.0, True)
    point = held.get("point")
    line = [(point["lat"], point["lon"])] if point else [(a, b) for a, b in held["line"]]
    return Ground([line], radius_m, False)


def _said(sighting: SightingRow) -> dict[str, Any]:
    if sighting.line:
        return {"line": sighting.line, "radius_m": sighting.radius_m}
    if sighting.latitude is None:
        return {"area": sighting.borough}
    where = {"lat": sighting.latitude, "lon": sighting.longitude}
    return {"point": {**where, "radius_m": sighting.radius_m}}


def _radius(held: dict[str, Any]) -> float | None:
    radius_m = held.get("radius_m", (held.get("point") or {}).get("radius_m"))
    return None if radius_m is None else float(radius_m)


def _between(held: dict[str, Any]) -> Between:
    return datetime.fromisoformat(held["from"]), datetime.fromisoformat(held["until"])


def widening_of(search: Search, sighting: SightingRow) -> Widening | None:
    """How much wider than was said a search looked; None when it looked elsewhere."""
    held = search.criteria
    since, until = _between(held.get("part_of") or held)
    before, after = sighting.earliest_at - since, until - sighting.latest_at
    said = _said(sighting)
    is_there = _without_radius(held) == _without_radius(said)
    if before != after or before % timedelta(minutes=1) or not is_there:
        return None
    more_m = (_radius(held) or 0.0) - (_radius(said) or 0.0)
    return Widening(minutes=before // timedelta(minutes=1), metres=round(more_m))


def _without_radius(held: dict[str, Any]) -> tuple[Any, ...]:
    point = held.get("point") or {}
    return point.get("lat"), point.get("lon"), held.get("line"), held.get("area") or ""
