"""Reading one line of the import format, and refusing it in words its sender can act on. Law.

The format is exact: a key that is not in it is refused by name, because a misspelt key would
otherwise be a fact quietly lost.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from portal.recordings.kinds import Category

Floats = npt.NDArray[np.float64]

LONGEST_LINE = 4_000_000
LONGEST_RECORDING_S = 24 * 3600
# A receiver's clock and the camera's may differ by so much; a fix further off is not its own.
FIX_TOLERANCE_S = 120
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
WORST_ACCURACY_M = 100_000
# The texts of the format, and how long each may be; a matter is opened under its reference, and
# that table has room for 80.
LONGEST = {"id": 200, "camera": 100, "officer": 40, "area": 100, "matter": 80, "incident": 100}
KEYS = frozenset({*LONGEST, "started_at", "ended_at", "track", "category", "media", "sha256"})
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_EXAMPLE = "2026-11-01T20:10:00Z"


class BadLine(ValueError):
    """The line cannot be taken; the message says why, naming the key."""


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """A line's track, a row for each fix: epoch seconds, latitude and longitude in degrees, and
    metres of accuracy (NaN where unknown). By time; those of one moment as they came."""

    rows: Floats

    @property
    def at(self) -> Floats:
        """When each was, in epoch seconds."""
        return self.rows[:, 0]


NO_FIXES = Fixes(np.zeros((0, 4)))


class ImportLine(NamedTuple):
    """One recording as the line describes it, checked."""

    source_id: str
    camera: str
    shoulder_number: str | None
    started_at: datetime
    ended_at: datetime
    area: str | None
    fixes: Fixes
    category: Category
    matter_reference: str | None
    incident: str | None
    media: str | None
    sha256: str | None


def read_line(line: str | bytes) -> ImportLine:
    """One line of the format, checked. Raises `BadLine`."""
    return recording_from(json_object(line))


def recording_from(held: dict[str, Any]) -> ImportLine:
    """The recording that an object with the format's keys describes. Raises `BadLine`."""
    unknown = sorted(held.keys() - KEYS)
    if unknown:
        _refuse(f"{_shown(unknown[0])} is not a key of the import format")
    started_at, ended_at = _instant(held, "started_at"), _instant(held, "ended_at")
    _check_duration(started_at, ended_at)
    return ImportLine(
        source_id=_required(held, "id"),
        camera=_required(held, "camera"),
        shoulder_number=_text(held, "officer", LONGEST["officer"]),
        started_at=started_at,
        ended_at=ended_at,
        area=_text(held, "area", LONGEST["area"]),
        fixes=_fixes(held.get("track", []), started_at.timestamp(), ended_at.timestamp()),
        category=_category(held),
        matter_reference=_text(held, "matter", LONGEST["matter"]),
        incident=_text(held, "incident", LONGEST["incident"]),
        media=_media(held),
        sha256=_sha256(held),
    )


def json_object(line: str | bytes) -> dict[str, Any]:
    """The JSON object on the line. Raises `BadLine`."""
    if len(line) > LONGEST_LINE:
        _refuse(f"the line is longer than {LONGEST_LINE:,} characters")
    held = json_value(line)
    if not isinstance(held, dict):
        _refuse("the line is not a JSON object")
    return held


def json_value(line: str | bytes) -> Any:
    """What JSON says, strictly: no key twice, no NaN. Raises `BadLine`."""
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        return json.loads(
            text.removeprefix("\ufeff"), parse_constant=_no_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError:
        raise BadLine("the line is not UTF-8") from None
    except json.JSONDecodeError as fault:
        raise BadLine(f"the line is not JSON: {fault.msg} at character {fault.pos + 1}") from None
    except RecursionError:
        raise BadLine("the line is nested too deeply") from None
    except BadLine:
        raise
    except ValueError:  # a whole number of thousands of digits
        raise BadLine("the line holds a number that is too long") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        _refuse("the line gives a key twice")
    return held


def _no_constant(name: str) -> NoReturn:
    _refuse(f"{name} is not JSON")


def _refuse(message: str) -> NoReturn:
    raise BadLine(message)


def _shown(value: object) -> str:
    """The value as a message shows it: short, and with nothing that moves a cursor."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _text(held: dict[str, Any], key: str, longest: int) -> str | None:
    value = held.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        _refuse(f"{key} must be text, not {_shown(value)}")
    if len(value) > longest:
        _refuse(f"{key} is longer than {longest} characters")
    if not value.isprintable():
        _refuse(f"{key} holds a character that cannot be printed: {_shown(value)}")
    # Many systems export an unknown fact as empty text; losing the recording helps nobody.
    return value.strip() or None


def _required(held: dict[str, Any], key: str) -> str:
    value = _text(held, key, LONGEST[key])
    if value is None:
        _refuse(f"{key} is missing")
    return value


def _instant(held: dict[str, Any], key: str) -> datetime:
    if held.get(key) is None:
        _refuse(f"{key} is missing")
    moment = parse_instant(held[key], key)
    if not EARLIEST <= moment < LATEST:
        _refuse(f"{key} must be between the years 2000 and 2099")
    return moment.astimezone(UTC)


def parse_instant(value: object, name: str) -> datetime:
    """An ISO 8601 time with its offset. Raises `BadLine`."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        _refuse(f"{name} must be a time with an offset, such as {_EXAMPLE}, not {_shown(value)}")
    return moment


def _check_duration(started_at: datetime, ended_at: datetime) -> None:
    if ended_at <= started_at:
        _refuse("ended_at must be after started_at")
    if (ended_at - started_at).total_seconds() > LONGEST_RECORDING_S:
        _refuse("the recording is longer than 24 hours")


def _category(held: dict[str, Any]) -> Category:
    value = held.get("category")
    if value is None:
        _refuse("category is missing")
    if not isinstance(value, str) or value not in list(Category):
        _refuse(f'category must be "non_evidential" or "evidential", not {_shown(value)}')
    return Category(value)


def _media(held: dict[str, Any]) -> str | None:
    value = _text(held, "media", 500)
    if value is None:
        return None
    parts = value.split("/")
    if "\\" in value or ":" in value or any(part in ("", ".", "..") for part in parts):
        _refuse(f"media must be a path inside the footage store, not {_shown(value)}")
    return value


def _sha256(held: dict[str, Any]) -> str | None:
    value = _text(held, "sha256", 64)
    if value is not None and not _SHA256.fullmatch(value):
        _refuse("sha256 must be 64 hexadecimal digits")
    return value.lower() if value else None


def _fixes(track: object, start: float, end: float) -> Fixes:
    if not isinstance(track, list):
        _refuse(f"track must be a list of fixes, not {_shown(track)}")
    rows = [_fix(fix, number) for number, fix in enumerate(track, 1)]
    earliest, latest = start - FIX_TOLERANCE_S, end + FIX_TOLERANCE_S
    for number, row in enumerate(rows, 1):
        if not earliest <= row[0] <= latest:
            _refuse(f"fix {number} of the track is outside the recording")
    # Python's sort is stable: fixes of the same moment stay in the order they came.
    rows.sort(key=lambda row: row[0])
    return Fixes(np.array(rows, dtype=np.float64).reshape(-1, 4))


def _fix(fix: object, number: int) -> tuple[float, float, float, float]:
    if not isinstance(fix, list) or len(fix) not in (3, 4):
        _refuse(f"fix {number} of the track must be [time, latitude, longitude] or with accuracy")
    at, lat, lon, *accuracy = fix
    return (
        parse_instant(at, f"the time of fix {number}").timestamp(),
        bounded_number(lat, -90, 90, f"the latitude of fix {number}"),
        bounded_number(lon, -180, 180, f"the longitude of fix {number}"),
        _accuracy(accuracy[0], number) if accuracy else math.nan,
    )


def _accuracy(value: object, number: int) -> float:
    if value is None:
        return math.nan
    return bounded_number(value, 0, WORST_ACCURACY_M, f"the accuracy of fix {number}")


def bounded_number(value: object, least: float, most: float, name: str) -> float:
    """A number within limits (true and false are none). Raises `BadLine`."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not least <= number <= most:
        _refuse(f"{name} must be a number from {least} to {most}, not {_shown(value)}")
    return float(number)
