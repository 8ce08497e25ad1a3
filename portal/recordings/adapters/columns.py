"""One record of an export, told as a line of our own format and checked as one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.recordings.adapters.mapping import Duration, Length, Mapping, Positions
from portal.recordings.kinds import Category
from portal.recordings.lines import BadLine, ImportLine, json_object, recording_from
from portal.recordings.projection import to_degrees

_FEET = 0.3048
_AS_IS = ("id", "camera", "officer", "area", "matter", "incident", "media", "sha256")
_IN_SECONDS = {Duration.SECONDS: 1.0, Duration.MILLISECONDS: 0.001, Duration.MINUTES: 60.0}
# A longer one is refused by the format itself; this only keeps the arithmetic in bounds.
_LONGEST_S = 1e8
_SHOWN = 60


@dataclass(frozen=True)
class Columns:
    """An export's columns in their order, and what they are."""

    names: tuple[str, ...]
    mapping: Mapping

    def read(self, record: list[str] | BadLine) -> ImportLine | None:
        """The recording that a record describes; None for one that is blank or is passed over
        because the mapping wants only others. Raises `BadLine`."""
        if isinstance(record, BadLine):
            raise record
        if not any(record):
            return None
        if len(record) != len(self.names):
            raise BadLine(
                f"the line has {len(record):,} columns, and the header has {len(self.names):,}"
            )
        cells = dict(zip(self.names, record, strict=True))
        for column, wanted in self.mapping.only.items():
            if _folded(cells[column]) not in wanted:
                return None
        return recording_from(_told(cells, self.mapping))


def _told(cells: dict[str, str], mapping: Mapping) -> dict[str, Any]:
    """The record in the keys and the words of our own format."""
    said: dict[str, str] = {
        **mapping.fixed,
        **{key: cells[column].strip() for key, column in mapping.columns.items()},
    }
    earliest, latest = _moments(said, "started_at", mapping)
    held: dict[str, Any] = {key: said[key] for key in _AS_IS if said.get(key)}
    held["category"] = _category(said["category"], mapping)
    held["started_at"] = earliest.isoformat()
    if "ended_at" in said:
        held["ended_at"] = _moments(said, "ended_at", mapping)[1].isoformat()
    else:
        held["ended_at"] = (latest + _duration(said["duration"], mapping.duration)).isoformat()
    held["track"] = _track(said, earliest, mapping)
    return held


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _shown(text: str) -> str:
    return ascii(text) if len(text) < _SHOWN else f"{text[:_SHOWN]!a}..."


def _moments(said: dict[str, str], key: str, mapping: Mapping) -> tuple[datetime, datetime]:
    """The earliest and the latest instant that a time can mean.

    They differ in the hour that comes twice when summer time ends: a recording is then taken to
    cover both, so that nobody who was filmed is told that there is nothing.
    """
    text = said[key]
    if not text:
        raise BadLine(f"{key} is missing")
    local = _parsed(text, key, mapping)
    if local.tzinfo is not None:
        return local, local
    if mapping.zone is None:
        raise BadLine(f"{key} has no offset, and the mapping has no zone: {_shown(text)}")
    first, second = (local.replace(tzinfo=mapping.zone, fold=fold) for fold in (0, 1))
    try:
        there = first.astimezone(UTC).astimezone(mapping.zone).replace(tzinfo=None)
    except OverflowError:
        raise BadLine(f"{key} must be between the years 2000 and 2099") from None
    if there != local:
        raise BadLine(f"{key} is in the hour that the clocks leave out in March: {_shown(text)}")
    return first.astimezone(UTC), second.astimezone(UTC)


def _parsed(text: str, key: str, mapping: Mapping) -> datetime:
    try:
        if mapping.time_format is None:
            return datetime.fromisoformat(text)
        return datetime.strptime(text, mapping.time_format)  # noqa: DTZ007 (its zone comes next)
    except ValueError:
        wanted = mapping.time_format or "2026-11-01T20:10:00Z"
        raise BadLine(f"{key} must be a time such as {wanted}, not {_shown(text)}") from None


def _duration(text: str, unit: Duration) -> timedelta:
    parts = text.split(":") if unit is Duration.CLOCK else [text]
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if unit is Duration.CLOCK:
        good = len(numbers) in (2, 3)
        seconds = sum(number * 60**power for power, number in enumerate(reversed(numbers)))
    else:
        good, seconds = len(numbers) == 1, sum(numbers) * _IN_SECONDS[unit]
    if not good or not 0 < seconds < _LONGEST_S:
        raise BadLine(f"duration must be a length of time in {unit.value}, not {_shown(text)}")
    return timedelta(seconds=seconds)


def _category(text: str, mapping: Mapping) -> str:
    """The one of our categories that keeps footage longest of all that the words mean."""
    words = text.split(mapping.separator) if mapping.separator else [text]
    found = set()
    for word in (_folded(each) for each in words):
        if not word:
            continue
        meant = mapping.categories.get(word, mapping.otherwise)
        if meant is None:
            raise BadLine(f"category {_shown(word)} is not in the mapping's [categories]")
        found.add(meant)
    if not found:
        if mapping.otherwise is None:
            raise BadLine("category is missing")
        found.add(mapping.otherwise)
    return (Category.EVIDENTIAL if Category.EVIDENTIAL in found else Category.NON_EVIDENTIAL).value


def _track(said: dict[str, str], began: datetime, mapping: Mapping) -> list[Any]:
    """The track; one position is taken for where the recording began."""
    if said.get("track"):
        held = json_object(f'{{"track": {said["track"]}}}')
        if held.keys() != {"track"} or not isinstance(held["track"], list):
            raise BadLine("track must be a list of fixes")
        return list(held["track"])
    if not (said.get("latitude") or said.get("longitude")):
        return []
    lat, lon = _number(said, "latitude"), _number(said, "longitude")
    if mapping.positions is Positions.NATIONAL_GRID:
        # On the grid the first of the two is the northing.
        lats, lons = to_degrees([lon], [lat])
        lat, lon = float(lats[0]), float(lons[0])
    fix: list[Any] = [began.isoformat(), lat, lon]
    if said.get("accuracy"):
        fix.append(_number(said, "accuracy") * (_FEET if mapping.accuracy is Length.FEET else 1.0))
    return [fix]


def _number(said: dict[str, str], key: str) -> float:
    try:
        return float(said[key])
    except ValueError:
        raise BadLine(f"{key} must be a number, not {_shown(said[key])}") from None
