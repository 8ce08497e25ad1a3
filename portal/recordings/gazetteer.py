"""The gazetteer: streets, places, postcodes, stations and boroughs, and where they are."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.recordings.footprint import key_of, unplaced_square
from portal.recordings.kinds import PlaceKind
from portal.recordings.lines import BadLine, bounded_number, json_object
from portal.recordings.models import BoroughSquare, Place
from portal.recordings.projection import to_grid
from portal.recordings.shapes import Inside, Legs

Position = tuple[float, float]
_KEYS = {"name", "kind", "borough", "point", "line", "polygon"}
# How people shorten the last word of a street. "St" may also be a saint: both are looked for.
_SHORT = {
    "av": "avenue",
    "ave": "avenue",
    "cl": "close",
    "cres": "crescent",
    "ct": "court",
    "dr": "drive",
    "gdns": "gardens",
    "gro": "grove",
    "ln": "lane",
    "pl": "place",
    "rd": "road",
    "sq": "square",
    "st": "street",
    "ter": "terrace",
    "saint": "st",
}
# Words that say what kind of place is meant, where its own name has none of them.
_SAYING_KIND = {
    PlaceKind.STATION: frozenset({"station", "tube", "underground", "overground", "rail", "dlr"}),
    PlaceKind.BOROUGH: frozenset({"london", "royal", "borough", "city", "council", "of"}),
}
# Words before a place that are no part of its name.
_BESIDE = frozenset({"near", "nr", "by", "outside", "opposite", "opp", "behind", "around"})
_KIND_WORDS = frozenset().union(*_SAYING_KIND.values())
_POSTCODE = re.compile(r"(?P<outward>[a-z]{1,2}[0-9][a-z0-9]??)(?:[0-9][a-z]{2})?")
_INWARD_SIGNS = 3
_MOST_UNITS = 2_000
LONGEST_TYPED = 200
_MOST_WORDS = 8
_MOST_FOUND = 10


@dataclass(frozen=True)
class PlacesReport:
    """What an import of the gazetteer did; `rejected` has (line number, message)."""

    created: int
    updated: int
    unchanged: int
    rejected: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _PlaceLine:
    name: str
    kind: PlaceKind
    borough: str
    lines: list[list[list[float]]]
    middle: Position

    @property
    def search_name(self) -> str:
        return search_name(self.name, self.kind)


def search_name(name: str, kind: PlaceKind | None = None) -> str:
    """A name as it is compared: no accents, case or marks; a postcode without its space."""
    if kind is PlaceKind.BOROUGH:
        return key_of(name)
    plain = unicodedata.normalize("NFKD", name.replace("'", "").replace("’", ""))
    bare = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    words = re.sub(r"[\W_]+", " ", bare).split()
    return ("" if kind is PlaceKind.POSTCODE else " ").join(words)


def import_places(
    session: Session,
    lines: Iterable[str | bytes | Mapping[str, Any]],
    *,
    by: Actor,
    at: datetime,
) -> PlacesReport:
    """Take in places, one object per line: `name`, `kind`, `borough`, and where it is: `point`
    ([lat, lon]), or `line` (a list of those) or `polygon` (a ring, or a list of rings) with or
    without the `point` that stands for it.

    A place is known by kind, name and borough; the same again changes nothing. Nothing is ever
    removed: recordings filed under a borough rely on it.
    """
    counts, rejected = {"created": 0, "updated": 0, "unchanged": 0}, []
    for number, line in enumerate(lines, 1):
        if isinstance(line, str | bytes) and not line.strip():
            continue
        try:
            held = line if isinstance(line, Mapping) else json_object(line)
            counts[_keep(session, _read(held))] += 1
        except BadLine as fault:
            rejected.append((number, str(fault)))
    if counts["created"] or counts["updated"]:
        record(
            session,
            "gazetteer.imported",
            subject="gazetteer",
            by=by,
            at=at,
            created=counts["created"],
            updated=counts["updated"],
        )
    return PlacesReport(rejected=tuple(rejected), **counts)


def _read(held: Mapping[str, Any]) -> _PlaceLine:
    unknown = sorted(held.keys() - _KEYS)
    if unknown:
        raise BadLine(f"{unknown[0]!a} is not a key of the gazetteer's format")
    kind = held.get("kind")
    if kind not in list(PlaceKind):
        raise BadLine(f"kind must be one of {', '.join(PlaceKind)}")
    name = _word(held, "name", 200)
    borough = _word(held, "borough", 100) if held.get("borough") is not None else ""
    return _PlaceLine(name, PlaceKind(kind), borough, *_geometry(held))


def _word(held: Mapping[str, Any], key: str, longest: int) -> str:
    value = held.get(key)
    if not isinstance(value, str) or not value.isprintable() or len(value) > longest:
        raise BadLine(f"{key} must be text of at most {longest} characters")
    if key == "name" and not search_name(value):
        raise BadLine("name must hold a letter or a digit")
    return value.strip()


def _geometry(held: Mapping[str, Any]) -> tuple[list[list[list[float]]], Position]:
    """The place's lines or rings, and the position that stands for it."""
    given = [key for key in ("line", "polygon") if held.get(key) is not None]
    if len(given) > 1 or (not given and held.get("point") is None):
        raise BadLine("a place needs a point, or one of line and polygon, or a point with one")
    point = _position(held["point"], "point") if held.get("point") is not None else None
    lines = _lines(held[given[0]], given[0]) if given else []
    if point is None:
        return lines, _middle(lines)
    return lines or [[point]], (point[0], point[1])


def _lines(value: object, key: str) -> list[list[list[float]]]:
    if not isinstance(value, list) or not value:
        raise BadLine(f"{key} must be a list of positions")
    is_nested = isinstance(value[0], list) and bool(value[0]) and isinstance(value[0][0], list)
    lines = [
        [_position(position, key) for position in (part if isinstance(part, list) else [])]
        for part in (value if is_nested else [value])
    ]
    least = 3 if key == "polygon" else 2
    if any(len(line) < least for line in lines):
        raise BadLine(f"{key} needs at least {least} positions")
    return lines


def _position(value: object, key: str) -> list[float]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadLine(f"{key} must be made of [latitude, longitude]")
    return [
        bounded_number(value[0], -90, 90, f"a latitude of {key}"),
        bounded_number(value[1], -180, 180, f"a longitude of {key}"),
    ]


def _keep(session: Session, line: _PlaceLine) -> str:
    place = session.scalars(
        sa.select(Place).where(
            Place.kind == line.kind,
            Place.search_name == line.search_name,
            Place.borough == line.borough,
        )
    ).one_or_none()
    if place is not None and _is_same(place, line):
        return "unchanged"
    if line.kind is PlaceKind.BOROUGH and place and _rings(place.lines) and not _rings(line.lines):
        # Recordings without positions are filed under the ground it had.
        raise BadLine("a borough that has a polygon keeps one")
    outcome = "created" if place is None else "updated"
    if place is None:
        place = Place(kind=line.kind, search_name=line.search_name, borough=line.borough)
        session.add(place)
    place.name, place.lines = line.name, line.lines
    place.lat, place.lon = line.middle
    session.flush()
    if line.kind is PlaceKind.BOROUGH:
        _keep_squares(session, place.search_name)
    return outcome


def _is_same(place: Place, line: _PlaceLine) -> bool:
    held = (place.name, place.lines, (place.lat, place.lon))
    return held == (line.name, line.lines, line.middle)


def _middle(lines: list[list[list[float]]]) -> Position:
    """A position on the line itself, or the mean of a ring's corners."""
    if len(lines[0]) == 2 or lines[0][0] != lines[0][-1]:
        lat, lon = lines[0][len(lines[0]) // 2]
    else:
        lat, lon = np.mean(lines[0], axis=0).tolist()
    return lat, lon


def _keep_squares(session: Session, borough: str) -> None:
    session.execute(sa.delete(BoroughSquare).where(BoroughSquare.borough == borough))
    ground = borough_area(session, borough)
    if ground is not None:
        session.execute(
            sa.insert(BoroughSquare),
            [
                {"cell": cell, "borough": borough, "unplaced": unplaced_square(borough)}
                for cell in ground.squares().tolist()
            ],
        )


def find_places(session: Session, typed: str, *, only: PlaceKind | None = None) -> list[Place]:
    """At most ten places for what somebody typed: a postcode, a street or place (with its
    borough, if they like), a station or a borough. The best first; of one kind `only`, if asked."""
    words = _words(typed)
    if not words:
        return []
    whole, compact = " ".join(words), "".join(words)
    says = _says if any(word not in _KIND_WORDS for word in words) else _says_nothing
    each = [sa.or_(*_starts(word), *_starts(_SHORT.get(word, word)), *says(word)) for word in words]
    is_postcode = sa.and_(
        Place.kind == PlaceKind.POSTCODE, Place.search_name.startswith(compact, autoescape=True)
    )
    rank = sa.case(
        (sa.or_(Place.search_name == whole, Place.search_name == compact), 0),
        (Place.search_name.startswith(whole, autoescape=True), 1),
        else_=2,
    )
    wanted = [sa.or_(is_postcode, sa.and_(*each))]
    if only is not None:
        wanted.append(Place.kind == only)
    return list(
        session.scalars(
            sa.select(Place)
            .where(*wanted)
            .order_by(rank, sa.func.length(Place.search_name), Place.search_name, Place.id)
            .limit(_MOST_FOUND)
        )
    )


def postcodes_of(session: Session, typed: str) -> tuple[str, list[Place]]:
    """The first half of a postcode that was typed alone, or with a second half that is not known,
    and every postcode that begins with it; "" and none for anything else."""
    compact = "".join(search_name(typed[:LONGEST_TYPED]).split())
    halves = _POSTCODE.fullmatch(compact)
    if halves is None:
        return "", []
    outward = halves["outward"]
    units = session.scalars(
        sa.select(Place)
        .where(
            Place.kind == PlaceKind.POSTCODE,
            Place.search_name.startswith(outward, autoescape=True),
            # Those of SW20 begin like those of SW2, and have a sign more.
            sa.func.length(Place.search_name) == len(outward) + _INWARD_SIGNS,
        )
        .order_by(Place.search_name)
        .limit(_MOST_UNITS)
    ).all()
    is_known = any(unit.search_name == compact for unit in units)
    return ("", []) if is_known or not units else (outward.upper(), list(units))


def _words(typed: str) -> list[str]:
    """What was typed, word by word, without "near" and its like."""
    words = search_name(typed[:LONGEST_TYPED]).split()[:_MOST_WORDS]
    return [word for word in words if word not in _BESIDE] or words


def _says(word: str) -> list[sa.ColumnElement[bool]]:
    """That a word says of which kind the place is: "Brixton station", "borough of Lambeth"."""
    return [Place.kind == kind for kind, said in _SAYING_KIND.items() if word in said]


def _says_nothing(word: str) -> list[sa.ColumnElement[bool]]:
    """A word of the kind alone would be every place of that kind."""
    return []


def _starts(word: str) -> list[sa.ColumnElement[bool]]:
    """That a word of the place's name or of its borough's starts so."""
    return [
        matches
        for column in (Place.search_name, sa.func.lower(Place.borough))
        for matches in (
            column.startswith(word, autoescape=True),
            column.contains(f" {word}", autoescape=True),
        )
    ]


def borough_area(session: Session, name: str) -> Inside | None:
    """The ground of a borough, by its name; None when the gazetteer does not know it."""
    places = session.scalars(
        sa.select(Place.lines)
        .where(Place.kind == PlaceKind.BOROUGH, Place.search_name == key_of(name))
        .order_by(Place.id)
    )
    rings = [ring for lines in places for ring in _rings(lines)]
    return Inside(Legs.joined([_ring(ring) for ring in rings])) if rings else None


def known_areas(session: Session) -> frozenset[str]:
    """The keys of the areas whose ground the gazetteer knows."""
    return frozenset(session.scalars(sa.select(BoroughSquare.borough).distinct()))


def _rings(lines: list[list[list[float]]]) -> list[list[list[float]]]:
    return [line for line in lines if len(line) >= 3]


def _ring(ring: list[list[float]]) -> Legs:
    closed = ring if ring[0] == ring[-1] else [*ring, ring[0]]
    lat, lon = np.array(closed, dtype=np.float64).T
    return Legs.along(*to_grid(lat, lon))


def borough_names(session: Session) -> list[str]:
    """Every borough's name, in order."""
    return list(
        session.scalars(
            sa.select(Place.name).where(Place.kind == PlaceKind.BOROUGH).order_by(Place.name)
        )
    )


def boroughs_touching(session: Session, runs: Sequence[tuple[int, int]]) -> list[str]:
    """The keys of the boroughs that touch any of the runs of squares, which are in order."""
    if not runs:
        return []
    # A long line has more runs than a statement can compare; the boroughs have few squares.
    held = session.execute(sa.select(BoroughSquare.cell, BoroughSquare.borough)).all()
    lows, highs = np.array(runs).T
    run = np.searchsorted(lows, [cell for cell, _ in held], side="right") - 1
    return sorted(
        {
            borough
            for (cell, borough), k in zip(held, run.tolist(), strict=True)
            if k >= 0 and cell <= highs[k]
        }
    )


def literal(numbers: Iterable[int]) -> sa.BindParameter[Any]:
    """Whole numbers written into the statement, where thousands would be too many to bind."""
    held = [int(number) for number in numbers]
    return sa.bindparam(None, held, type_=sa.BigInteger(), expanding=True, literal_execute=True)
