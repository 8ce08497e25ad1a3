"""What the columns of a force's export are: a small TOML file, written once for each system.

The file is exact, as the import format is: a key that is not known is refused by name, because a
misspelt one would otherwise be a fact quietly lost.
"""

import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.recordings.kinds import Category
from portal.recordings.lines import KEYS

LARGEST = 100_000
_TABLES = {"file", "columns", "fixed", "only", "times", "units", "categories"}
# What an export may have a column for, besides the keys of our own format.
COLUMNS = KEYS | {"duration", "latitude", "longitude", "accuracy"}
FIXABLE = {"camera", "officer", "area", "category", "matter", "incident"}
OUR_CATEGORIES = {category.value: category for category in Category}
ENCODINGS = ("utf-8", "cp1252")


class BadMapping(ValueError):
    """The mapping file cannot be used; the message says why."""


class Duration(StrEnum):
    """How an export writes how long a recording is."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    MINUTES = "minutes"
    CLOCK = "hh:mm:ss"


class Positions(StrEnum):
    """What an export's positions are measured in."""

    DEGREES = "degrees"
    NATIONAL_GRID = "national_grid"


class Length(StrEnum):
    """What an export's accuracy is measured in."""

    METRES = "metres"
    FEET = "feet"


@dataclass(frozen=True)
class Mapping:
    """A mapping file, checked. `columns` has the export's name for each of our keys."""

    columns: MappingOf[str, str]
    fixed: MappingOf[str, str] = field(default_factory=dict)
    only: MappingOf[str, frozenset[str]] = field(default_factory=dict)
    delimiter: str = ","
    encoding: str = "utf-8"
    # None: ISO 8601.
    time_format: str | None = None
    # None: every time has its own offset.
    zone: ZoneInfo | None = None
    duration: Duration = Duration.SECONDS
    positions: Positions = Positions.DEGREES
    accuracy: Length = Length.METRES
    # The export's words in lower case; None under "otherwise": refuse what is not listed.
    categories: MappingOf[str, Category] = field(default_factory=lambda: OUR_CATEGORIES)
    otherwise: Category | None = None
    separator: str | None = None


def read_mapping(text: bytes) -> Mapping:
    """The mapping that a TOML file describes. Raises `BadMapping`."""
    if len(text) > LARGEST:
        _refuse(f"the mapping is larger than {LARGEST:,} bytes")
    try:
        held = tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadMapping("the mapping is not UTF-8") from None
    except tomllib.TOMLDecodeError as fault:
        raise BadMapping(f"the mapping is not TOML: {fault}") from None
    except RecursionError:
        raise BadMapping("the mapping is nested too deeply") from None
    _only_known(held, _TABLES, "the mapping")
    file, times = _table(held, "file", {"delimiter", "encoding"}), _times(held)
    units = _table(held, "units", {"duration", "positions", "accuracy"})
    columns = _texts(held, "columns", COLUMNS)
    fixed = _texts(held, "fixed", FIXABLE)
    _check_whole(columns, fixed)
    return Mapping(
        columns=columns,
        fixed=fixed,
        only=_only(held),
        delimiter=_delimiter(file),
        encoding=_one_of(file, "encoding", ENCODINGS, "utf-8"),
        time_format=times[0],
        zone=times[1],
        duration=Duration(_one_of(units, "duration", tuple(Duration), Duration.SECONDS)),
        positions=Positions(_one_of(units, "positions", tuple(Positions), Positions.DEGREES)),
        accuracy=Length(_one_of(units, "accuracy", tuple(Length), Length.METRES)),
        **_categories(held),
    )


def _refuse(message: str) -> NoReturn:
    raise BadMapping(message)


def _only_known(held: dict[str, Any], known: set[str] | frozenset[str], where: str) -> None:
    for name in sorted(held.keys() - known):
        _refuse(f"{ascii(name)[:60]} is not a key of {where}: it has {', '.join(sorted(known))}")


def _table(
    held: dict[str, Any], name: str, known: set[str] | frozenset[str] | None
) -> dict[str, Any]:
    table = held.get(name, {})
    if not isinstance(table, dict):
        _refuse(f"[{name}] must be a table")
    if known is not None:
        _only_known(table, known, f"[{name}]")
    return table


def _texts(held: dict[str, Any], name: str, known: set[str] | frozenset[str]) -> dict[str, str]:
    table = _table(held, name, known)
    for key, value in table.items():
        if not isinstance(value, str) or not value.strip():
            _refuse(f"{key} in [{name}] must be text")
    return table


def _check_whole(columns: dict[str, str], fixed: dict[str, str]) -> None:
    both = sorted(columns.keys() & fixed.keys())
    if both:
        _refuse(f"{both[0]} is in [columns] and in [fixed]")
    for key in ("id", "camera", "started_at", "category"):
        if key not in columns and key not in fixed:
            _refuse(f"[columns] must say which column is {key}")
    if ("ended_at" in columns) == ("duration" in columns):
        _refuse("[columns] must say which column is ended_at, or which is duration")
    if ("latitude" in columns) != ("longitude" in columns):
        _refuse("[columns] must have both latitude and longitude, or neither")
    if "track" in columns and "latitude" in columns:
        _refuse("[columns] has a track and a position: it must have one of them")


def _only(held: dict[str, Any]) -> dict[str, frozenset[str]]:
    table = _table(held, "only", None)
    return {column: frozenset(_words(table, column, "only")) for column in table}


def _words(table: dict[str, Any], key: str, where: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        _refuse(f"{key} in [{where}] must be a list of texts")
    return [" ".join(word.split()).casefold() for word in value]


def _one_of(table: dict[str, Any], key: str, allowed: tuple[str, ...], usual: str) -> str:
    value = table.get(key, usual)
    if value not in allowed:
        _refuse(f"{key} must be one of {', '.join(allowed)}")
    return str(value)


def _delimiter(file: dict[str, Any]) -> str:
    value = file.get("delimiter", ",")
    if value not in (",", ";", "\t", "|"):
        _refuse("delimiter must be a comma, a semicolon, a tab or a bar")
    return str(value)


def _times(held: dict[str, Any]) -> tuple[str | None, ZoneInfo | None]:
    table = _texts(held, "times", {"format", "zone"})
    name = table.get("zone")
    try:
        zone = ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadMapping("zone must be the name of a time zone, such as Europe/London") from None
    written = table.get("format", "iso8601")
    if written != "iso8601" and "%" not in written:
        _refuse('format must be "iso8601", or signs such as %d/%m/%Y %H:%M:%S')
    if zone is None and written != "iso8601" and "%z" not in written:
        _refuse("[times] must say the zone, because the format has no offset (%z)")
    return None if written == "iso8601" else written, zone


def _categories(held: dict[str, Any]) -> dict[str, Any]:
    known = {category.value for category in Category} | {"otherwise", "separator"}
    table = _table(held, "categories", known)
    words = {
        word: category for category in Category for word in _words(table, category, "categories")
    }
    if len(words) < sum(len(table.get(category, [])) for category in Category):
        _refuse("[categories] has a word twice")
    otherwise = _one_of(table, "otherwise", (*Category, "refuse"), "refuse")
    separator = table.get("separator")
    if separator is not None and (not isinstance(separator, str) or not separator):
        _refuse("separator in [categories] must be text")
    return {
        "categories": {**OUR_CATEGORIES, **words},
        "otherwise": None if otherwise == "refuse" else Category(otherwise),
        "separator": separator,
    }
