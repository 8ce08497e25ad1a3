"""A place as it is offered for choosing, and kept in the draft. Law: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

Position = tuple[float, float]
# What one search takes (see `recordings.criteria.MOST_POSITIONS`).
MOST_POSITIONS = 2_000


@dataclass(frozen=True)
class PlaceOnOffer:
    """One place of the gazetteer. `line` is (latitude, longitude) pairs in WGS 84 degrees; a
    borough has no point (`lat` and `lon` are None), and is searched whole."""

    value: str
    name: str
    borough: str
    lat: float | None
    lon: float | None
    line: tuple[Position, ...] = ()

    @property
    def label(self) -> str:
        """How it is told from others of its name."""
        return self.name if self.borough in ("", self.name) else f"{self.name}, {self.borough}"


def one_line(lines: list[list[list[float]]]) -> tuple[Position, ...]:
    """A street's lines end to end. The legs that join them only widen the search, and never
    lose any of it. A single position is no line."""
    points = [(lat, lon) for line in lines for lat, lon in line]
    if len(points) < 2:
        return ()
    step = -(-len(points) // (MOST_POSITIONS - 1))
    return (*points[:-1:step], points[-1])


def round_the_houses(positions: Sequence[Position]) -> tuple[Position, ...]:
    """A line through one position of each hundred metres or so, row by row, each row from the
    end of the last: what lies between them is searched with them. Fewer than two are no line."""
    each = {(round(lat, 3), round(lon, 2)): (lat, lon) for lat, lon in positions}
    rows: dict[float, list[Position]] = {}
    for (row, _), position in sorted(each.items()):
        rows.setdefault(row, []).append(position)
    line = [
        position
        for number, row in enumerate(rows.values())
        for position in (row[::-1] if number % 2 else row)
    ]
    return one_line([[list(position) for position in line]])
