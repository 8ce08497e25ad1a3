"""A search as the command line hears and answers it: one JSON object per line
(docs/import.md)."""

from datetime import datetime
from typing import Any

from portal.errors import Refused
from portal.recordings.criteria import (
    MOST_POSITIONS,
    WIDEST_RADIUS_M,
    AreaAsked,
    Criteria,
    LineAsked,
    PlaceAsked,
    PointAsked,
)
from portal.recordings.describing import Found
from portal.recordings.lines import BadLine, bounded_number, json_object, parse_instant

_KEYS = {"from", "until", "point", "line", "radius_m", "area", "shoulder_number", "reference"}


def criteria_from_line(line: str | bytes) -> Criteria:
    """What one line asks for. Raises `BadLine` with what is wrong with it."""
    held = json_object(line)
    unknown = sorted(held.keys() - _KEYS)
    if unknown:
        raise BadLine(f"{unknown[0]!a} is not a key of a search")
    try:
        return Criteria(
            since=_instant(held, "from"),
            until=_instant(held, "until"),
            place=_place(held),
            shoulder_number=_word(held, "shoulder_number"),
            reference=_word(held, "reference"),
        )
    except Refused as fault:
        raise BadLine(fault.message) from None


def _instant(held: dict[str, Any], key: str) -> datetime:
    if held.get(key) is None:
        raise BadLine(f"{key} is missing")
    moment = parse_instant(held[key], key)
    if not 1970 < moment.year < 2200:
        raise BadLine(f"{key} must be between the years 1971 and 2199")
    return moment


def _place(held: dict[str, Any]) -> PlaceAsked:
    given = [key for key in ("point", "line", "area") if held.get(key) is not None]
    if len(given) != 1:
        raise BadLine("a search needs exactly one of point, line and area")
    if given[0] != "line" and held.get("radius_m") is not None:
        raise BadLine(f"radius_m goes with line, not beside {given[0]}")
    if given[0] == "area":
        return AreaAsked(_word(held, "area") or "")
    return _point(held["point"]) if given[0] == "point" else _line(held)


def _point(point: object) -> PointAsked:
    if not isinstance(point, dict) or set(point) != {"lat", "lon", "radius_m"}:
        raise BadLine("point must have lat, lon and radius_m, and nothing else")
    return PointAsked(
        bounded_number(point["lat"], -90, 90, "lat"),
        bounded_number(point["lon"], -180, 180, "lon"),
        bounded_number(point["radius_m"], 0, int(WIDEST_RADIUS_M), "radius_m"),
    )


def _line(held: dict[str, Any]) -> LineAsked:
    line = held["line"]
    if not isinstance(line, list) or not 1 <= len(line) <= MOST_POSITIONS:
        raise BadLine(f"line must be a list of 1 to {MOST_POSITIONS:,} positions")
    if not all(isinstance(position, list) and len(position) == 2 for position in line):
        raise BadLine("line must be made of [latitude, longitude]")
    return LineAsked(
        tuple(
            (
                bounded_number(lat, -90, 90, "a latitude of line"),
                bounded_number(lon, -180, 180, "a longitude of line"),
            )
            for lat, lon in line
        ),
        bounded_number(held.get("radius_m"), 0, int(WIDEST_RADIUS_M), "radius_m"),
    )


def _word(held: dict[str, Any], key: str) -> str | None:
    value = held.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.isprintable() or len(value) > 200:
        raise BadLine(f"{key} must be text of at most 200 characters")
    return value.strip() or None


def answer_line(found: Found) -> dict[str, Any]:
    """One recording of an answer; `recording_id` is the evidence system's identifier."""
    return {
        "recording_id": found.source_id,
        "place": found.place.value,
        "score": round(found.score, 3),
        "distance_m": None if found.distance_m is None else round(found.distance_m, 1),
        "overlap_s": round(found.overlap_s, 3),
        "reasons": list(found.reasons),
    }
