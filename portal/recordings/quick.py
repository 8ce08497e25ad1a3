"""Reading many lines of the import format at once: the same answers as `lines.read_line`, sooner.

A line that is plainly good is taken here, its fixes checked together with those of all the others.
Whatever is the least bit odd is left to `read_line`, which alone knows what is allowed and finds
the words. So this module may send away too many, and must never take one that is not right.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from portal.recordings.kinds import Category
from portal.recordings.lines import (
    EARLIEST,
    FIX_TOLERANCE_S,
    KEYS,
    LATEST,
    LONGEST,
    LONGEST_LINE,
    LONGEST_RECORDING_S,
    NO_FIXES,
    WORST_ACCURACY_M,
    BadLine,
    Fixes,
    Floats,
    ImportLine,
    read_line,
)

Flags = npt.NDArray[np.bool_]

_CATEGORIES: dict[Any, Category] = {category.value: category for category in Category}
_PLAIN_PATH = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_PATH = 500
# A whole second in UTC, as nearly every system writes it: 2026-11-01T20:10:00Z.
_WHOLE_SECOND = len("2026-11-01T20:10:00Z")
_MARKS = np.array([4, 7, 10, 13, 16, 19])
_MARKED = np.frombuffer(b"--T::Z", dtype=np.uint8)
_DIGITS = np.setdiff1d(np.arange(_WHOLE_SECOND), _MARKS)


class _Odd(Exception):
    """Not plainly good: for the slow reader to judge."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A line whose facts are good, and whose fixes have the right shape."""

    line: ImportLine
    start: float
    end: float
    track: list[list[Any]]


def read_lines(lines: Sequence[bytes]) -> list[ImportLine | BadLine]:
    """Every line as a recording, or as the reason why it is none, in their order."""
    held = [_held(line) for line in lines]
    tracked = [one for one in held if one is not None and one.track]
    fixes = iter(_fixes_of(tracked) if tracked else ())
    read: list[ImportLine | BadLine] = []
    for line, one in zip(lines, held, strict=True):
        if one is None:
            read.append(_slowly(line))
        elif not one.track:
            read.append(one.line)
        elif (found := next(fixes)) is None:
            read.append(_slowly(line))
        else:
            read.append(one.line._replace(fixes=found))
    return read


def _slowly(line: bytes) -> ImportLine | BadLine:
    try:
        return read_line(line)
    except BadLine as fault:
        return fault


def _held(line: bytes) -> _Held | None:
    if len(line) > LONGEST_LINE:
        return None
    try:
        held = orjson.loads(line)
        return _checked(line, held) if type(held) is dict else None
    except (orjson.JSONDecodeError, _Odd, KeyError, TypeError, ValueError):
        return None


def _checked(line: bytes, held: dict[str, Any]) -> _Held:
    """Raises `_Odd`, or what Python raises when a value has not the type that was hoped for."""
    track = held.get("track", [])
    if not held.keys() <= KEYS or type(track) is not list or not set(map(len, track)) <= {3, 4}:
        raise _Odd
    kinds = [type(value) for value in held.values()]
    # A key given twice would leave more texts on the line than in what was read from it.
    texts = len(held) + kinds.count(str) + len(track)
    if line.count(b'"') - _escaped(line) != 2 * texts:
        raise _Odd
    started_at, ended_at = _instant(held["started_at"]), _instant(held["ended_at"])
    start, end = started_at.timestamp(), ended_at.timestamp()
    if not (EARLIEST <= started_at < ended_at < LATEST and end - start <= LONGEST_RECORDING_S):
        raise _Odd
    source_id, camera = _text(held, "id"), _text(held, "camera")
    if source_id is None or camera is None:
        raise _Odd
    read = ImportLine(
        source_id=source_id,
        camera=camera,
        shoulder_number=_text(held, "officer"),
        started_at=started_at,
        ended_at=ended_at,
        area=_text(held, "area"),
        fixes=NO_FIXES,
        category=_CATEGORIES[held["category"]],
        matter_reference=_text(held, "matter"),
        incident=_text(held, "incident"),
        media=_matching(held, "media", _PLAIN_PATH, _LONGEST_PATH),
        sha256=_matching(held, "sha256", _SHA256, 64),
    )
    return _Held(read, start, end, track)


def _escaped(line: bytes) -> int:
    return line.replace(b"\\\\", b"").count(b'\\"') if b"\\" in line else 0


def _instant(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise _Odd
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _text(held: dict[str, Any], key: str) -> str | None:
    value = held.get(key)
    if value is None:
        return None
    if type(value) is not str or not 0 < len(value) <= LONGEST[key]:
        raise _Odd
    if not value.isprintable() or value[0] == " " or value[-1] == " ":
        raise _Odd
    return value


def _matching(held: dict[str, Any], key: str, wanted: re.Pattern[str], longest: int) -> str | None:
    value = held.get(key)
    if value is None:
        return None
    if len(value) > longest or not wanted.fullmatch(value):
        raise _Odd
    text: str = value
    return text


def _fixes_of(held: Sequence[_Held]) -> list[Fixes | None]:
    """The fixes of each line that has some; None where they are not plainly good."""
    counts = np.array([len(one.track) for one in held])
    flat = list(chain.from_iterable(one.track for one in held))
    lengths = set(map(len, flat))
    rows = flat if lengths == {4} else [fix if len(fix) == 4 else [*fix, None] for fix in flat]
    owner = np.repeat(np.arange(len(held)), counts)
    # Four values each, one after the other.
    values = list(chain.from_iterable(rows))
    at, at_good = _instants(values[0::4])
    lat, lat_good = _numbers(values[1::4])
    lon, lon_good = _numbers(values[2::4])
    accuracy, accuracy_good = _numbers(values[3::4], may_miss=True)
    start = np.array([one.start for one in held])[owner]
    end = np.array([one.end for one in held])[owner]
    good = (
        (at_good & lat_good & lon_good & accuracy_good)
        & ((at >= start - FIX_TOLERANCE_S) & (at <= end + FIX_TOLERANCE_S))
        & ((np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0))
        & (np.isnan(accuracy) | ((accuracy >= 0.0) & (accuracy <= WORST_ACCURACY_M)))
    )
    is_good = np.ones(len(held), dtype=bool)
    is_good[owner[~good]] = False
    sorted_rows = _in_order(owner, np.stack([at, lat, lon, accuracy], axis=1))
    ends = np.cumsum(counts).tolist()
    return [
        Fixes(sorted_rows[begin:end]) if fine else None
        for fine, begin, end in zip(is_good.tolist(), [0, *ends[:-1]], ends, strict=True)
    ]


def _in_order(owner: npt.NDArray[np.int64], rows: Floats) -> Floats:
    """The rows by time within each track; fixes of the same moment stay in their order."""
    at = rows[:, 0]
    if bool(np.all((at[1:] >= at[:-1]) | (owner[1:] != owner[:-1]))):
        return rows
    return rows[np.lexsort((at, owner))]


def _numbers(values: list[Any], *, may_miss: bool = False) -> tuple[Floats, Flags]:
    """The numbers, and which of the values are any (true and false are none)."""
    kinds = set(map(type, values))
    if may_miss and type(None) in kinds:
        kinds.remove(type(None))
        values = [np.nan if value is None else value for value in values]
    if kinds <= {float, int}:
        return np.array(values, dtype=np.float64), np.ones(len(values), dtype=bool)
    good = np.array([type(value) in (float, int) for value in values])
    held = [value if type(value) in (float, int) else np.nan for value in values]
    return np.array(held, dtype=np.float64), good


def _instants(values: list[Any]) -> tuple[Floats, Flags]:
    """Epoch seconds, and which of the values are times with an offset."""
    if set(map(type, values)) == {str} and set(map(len, values)) == {_WHOLE_SECOND}:
        written = "".join(values).encode("ascii", "replace")
        rows = np.frombuffer(written, dtype=np.uint8).reshape(-1, _WHOLE_SECOND)
        # Below "0" wraps round to far above 9.
        is_plain = (rows[:, _MARKS] == _MARKED).all() and ((rows[:, _DIGITS] - 48) <= 9).all()
        if is_plain:
            with suppress(ValueError):  # no such day, or no such hour
                return _whole_seconds(rows), np.ones(len(values), dtype=bool)
    each = np.array([_moment(value) for value in values], dtype=np.float64)
    return each, ~np.isnan(each)


def _whole_seconds(rows: npt.NDArray[np.uint8]) -> Floats:
    bare = np.ascontiguousarray(rows[:, : _WHOLE_SECOND - 1]).view(f"S{_WHOLE_SECOND - 1}")
    return bare[:, 0].astype("M8[s]").astype(np.int64).astype(np.float64)


def _moment(value: Any) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return float("nan")
    return moment.timestamp() if moment.tzinfo is not None else float("nan")
