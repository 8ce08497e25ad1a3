"""Taking in one file, whatever it is."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from portal.actors import Actor
from portal.db import Database
from portal.recordings.adapters.csv_rows import BadFile, csv_chunks, read_header
from portal.recordings.adapters.geojson import read_geojson
from portal.recordings.adapters.gpx import read_gpx
from portal.recordings.adapters.mapping import read_mapping
from portal.recordings.importing import (
    Chunk,
    FileLines,
    Flagged,
    ImportReport,
    Progress,
    Rejected,
    SideFile,
    import_file,
    json_chunks,
    read_elsewhere,
    read_here,
    take_in,
)

# A whole file of these is held in memory; a catalogue comes line by line.
_LARGEST = 16_000_000
# Smaller than this, a file is taken in before a second process would have begun to read it.
_LARGE = 16_000_000
_WHOLE: Mapping[str, Callable[[bytes], Chunk]] = {"gpx": read_gpx, "geojson": read_geojson}
_SUFFIXES = {".csv": "csv", ".gpx": "gpx", ".geojson": "geojson"}
FORMATS = ("jsonl", "csv", *_WHOLE)


def import_any(
    database: Database,
    stream: BinaryIO,
    *,
    name: str,
    format_: str | None,
    mapping: bytes | None,
    by: Actor,
    at: datetime,
    flagged: Flagged,
    side_file: SideFile | None,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in a file in one of `FORMATS`; without one its `name` says which it is.

    Lines are gone on with where an earlier import was stopped, unless the file is a pipe. Raises
    `BadFile` when a CSV's header is not what is wanted, and `BadMapping`.
    """
    format_ = format_ or _SUFFIXES.get(PurePath(name).suffix.lower(), "jsonl")
    if mapping is not None and format_ != "csv":
        raise BadFile("a mapping is for CSV")
    add = side_file.add if side_file else None
    if format_ in _WHOLE:
        chunks = iter([_whole(stream, _WHOLE[format_])])
        if side_file:
            side_file.begin(after=0)
        return take_in(database, chunks, by=by, at=at, flagged=flagged, rejecting=add)
    if not stream.seekable():
        if format_ == "csv":
            raise BadFile("CSV cannot be read from a pipe: name the file")
        chunks = json_chunks(FileLines(stream))
        return take_in(
            database, chunks, by=by, at=at, flagged=flagged, rejecting=add, progress=progress
        )
    return import_file(
        database,
        stream,
        _reading(stream, format_, mapping),
        how=f"{format_} {hashlib.sha256(mapping or b'').hexdigest()}",
        by=by,
        at=at,
        flagged=flagged,
        side_file=side_file,
        progress=progress,
    )


def _whole(stream: BinaryIO, read: Callable[[bytes], Chunk]) -> Chunk:
    content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        told = f"the file is larger than {_LARGEST:,} bytes: make several of it"
        return Chunk(0, rejected=[Rejected(1, told)])
    return read(content)


def _reading(
    stream: BinaryIO, format_: str, mapping: bytes | None
) -> Callable[[FileLines], Iterator[Chunk]]:
    if format_ == "csv":
        return csv_chunks(read_header(stream, read_mapping(mapping) if mapping else None))
    reading = read_elsewhere if _is_large(stream) else read_here
    return lambda lines: json_chunks(lines, mark=lambda: lines.mark, reading=reading)


def _is_large(stream: BinaryIO) -> bool:
    """Whether a second process is worth its start, and there is a processor for it."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size >= _LARGE and len(os.sched_getaffinity(0)) > 1
