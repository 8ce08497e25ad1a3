"""Loading the portal's databases with the city, and how fast that goes.

All but the last part of a catalogue is loaded in *prepared batches*. Prepared means: what the
import makes of checked lines before it writes them (`importing.storing.batch_of`: the rows of
every table, the tracks packed, the index laid out) is there already, 10,000 recordings to a batch,
as the import has them. What is timed is the rest: a transaction for each batch, the import's own
`write`, and the commit. Every index is in place from the beginning.

The last part is written to a file of the import format and taken in by the command itself,
`portal recordings import FILE`, in a process of its own: reading, parsing, checking, looking for
what is there already, the entries in the book and the start of the process included.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from inspect import getsource
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from benchmarks.matching import city, ground
from benchmarks.matching.city import Block, blocks, incidents, lines, shoulder_number, source_id
from benchmarks.matching.ground import AREAS, gazetteer
from benchmarks.matching.product import FIRST_NUMBER, opened
from benchmarks.matching.programs import environment, run_portal
from portal.actors import COMMAND_LINE
from portal.cli.db import upgrade_to_head
from portal.db import Database
from portal.recordings import models
from portal.recordings.bulk import instants, next_numbers, prepare
from portal.recordings.gazetteer import import_places, known_areas
from portal.recordings.importing.chunks import LINES_PER_CHUNK as BATCH
from portal.recordings.importing.storing import batch_of, write
from portal.recordings.importing.taking import at_length
from portal.recordings.indexing import geometries
from portal.recordings.kinds import Category
from portal.recordings.lines import Fixes, ImportLine
from portal.recordings.models import Recording

# What is taken in from a file: never more than this, nor than a fifth of the catalogue.
MOST_FROM_FILE = 200_000
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Loaded:
    """What loading a catalogue measured. Rates are recordings a second."""

    recordings: int
    fixes: int
    prepared: int
    prepared_rate: float
    from_file: int
    from_file_rate: float
    from_file_peak_bytes: int
    bytes: int
    made_of: str

    @property
    def bytes_each(self) -> float:
        """Bytes of the database for each recording, indexes and all."""
        return self.bytes / self.recordings


def remembered(note: Path, wanted: int, seed: int) -> Loaded | None:
    """What was measured when the database beside `note` was loaded; None if it must be loaded:
    never completed, of another size, or of another city or schema."""
    if not note.exists():
        return None
    loaded = Loaded(**json.loads(note.read_text()))
    is_same = (loaded.recordings, loaded.made_of) == (wanted, made_of(seed))
    return loaded if is_same else None


def made_of(seed: int, tables: str = "") -> str:
    """What a loaded database depends on: the city, and its tables (the portal's, if not said)."""
    parts = [str(seed), getsource(city), getsource(ground), tables or _tables()]
    return sha256("\n".join(parts).encode()).hexdigest()


def _tables() -> str:
    """The tables that an import writes, as they are made."""
    tables = (models.Recording, models.Track, models.Footprint)
    return "\n".join(str(CreateTable(cast(sa.Table, table.__table__))) for table in tables)


def load(url: str, note: Path, *, wanted: int, seed: int) -> Loaded:
    """Load an empty database with the city; `note` is written when that is complete."""
    note.unlink(missing_ok=True)
    upgrade_to_head(url)
    from_file = min(MOST_FROM_FILE, wanted // 5)
    with opened(url) as database:
        with database.writing() as session:
            import_places(session, gazetteer(), by=COMMAND_LINE, at=AT)
        drawn = blocks(seed=seed, wanted=wanted)
        with at_length(database):
            seconds, fixes, rest = _load_prepared(database, drawn, wanted - from_file)
    fixes += sum(len(block.at) for block in rest)
    ran = load_from_file(url, note, rest)
    with opened(url) as database:
        _check_numbers(database, wanted)
    loaded = Loaded(
        recordings=wanted,
        fixes=fixes,
        prepared=wanted - from_file,
        prepared_rate=(wanted - from_file) / seconds,
        from_file=from_file,
        from_file_rate=from_file / ran[0],
        from_file_peak_bytes=ran[1],
        bytes=size_of(url),
        made_of=made_of(seed),
    )
    note.write_text(json.dumps(asdict(loaded), indent=1))
    return loaded


def _load_prepared(
    database: Database, drawn: Iterator[Block], wanted: int
) -> tuple[float, int, list[Block]]:
    """Load the first `wanted`; returns the seconds that writing took, how many fixes there were,
    and the blocks left over."""
    seconds, fixes, rest = 0.0, 0, list[Block]()
    for block in drawn:
        ours = block.part(0, max(0, min(len(block), wanted - block.first)))
        if len(ours) < len(block):
            rest.append(block.part(len(ours), len(block)))
        fixes += len(ours.at)
        lines_of_block = prepared(ours)
        while some := list(islice(lines_of_block, BATCH)):
            seconds += write_batch(database, some)
    return seconds, fixes, rest


def write_batch(database: Database, some: list[ImportLine]) -> float:
    """Write a batch; returns the seconds from its transaction's beginning to its commit, without
    those in which it was prepared."""
    with database.writing() as session:
        numbers = next_numbers(session, cast(sa.Table, Recording.__table__), len(some))
        known, stored = known_areas(session), instants(session)
    created = list(zip(some, geometries(some), strict=True))
    batch = batch_of(numbers, created, AT, known, stored)
    began = time.perf_counter()
    with database.writing() as session:
        prepare(session)
        write(session, batch)
    return time.perf_counter() - began


def load_from_file(url: str, note: Path, rest: Iterable[Block]) -> tuple[float, int]:
    """Take in the rest with the command, from a file beside `note`; returns its seconds and the
    most memory it held."""
    file = note.with_suffix(".jsonl")
    with file.open("wb") as stream:
        stream.writelines(line + b"\n" for block in rest for line in lines(block))
    given = environment(note.parent / "portal", url)
    try:
        ran = run_portal("recordings", "import", str(file), "--json", given=given)
    finally:
        file.unlink()
    return ran.seconds, ran.peak_bytes


def prepared(block: Block) -> Iterator[ImportLine]:
    """The block's recordings as the reader of its lines would hand them over."""
    fixes, begin = [block.at, block.lat, block.lon, block.accuracy_m], 0
    rows = zip(
        *(c.tolist() for c in (block.numbers, block.officer, block.area, block.counts)),
        *(c.tolist() for c in (block.start, block.end)),
        incidents(block),
        strict=True,
    )
    every = np.stack(fixes, axis=1)
    for number, officer, area, count, start, end, incident in rows:
        is_evidence = incident is not None and number % 3 == 0
        yield ImportLine(
            source_id=source_id(number),
            camera=f"BWC-{officer:05d}" if officer >= 0 else f"POOL-{number % 997:03d}",
            shoulder_number=shoulder_number(officer),
            started_at=datetime.fromtimestamp(start, UTC),
            ended_at=datetime.fromtimestamp(end, UTC),
            area=AREAS[area] if area >= 0 else None,
            fixes=Fixes(every[begin : begin + count]),
            category=Category.EVIDENTIAL if is_evidence else Category.NON_EVIDENTIAL,
            matter_reference=None,
            incident=incident,
            media=None,
            sha256=None,
        )
        begin += count


def _check_numbers(database: Database, wanted: int) -> None:
    """That our numbers count up in the order of loading, which the comparison relies on."""
    some = sorted({0, wanted // 3, wanted // 2, wanted - 1})
    with database.reading() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(Recording))
        named = {
            row.id: row.source_id
            for row in session.execute(
                sa.select(Recording.id, Recording.source_id).where(
                    Recording.id.in_([index + FIRST_NUMBER for index in some])
                )
            )
        }
    expected = {index + FIRST_NUMBER: source_id(index) for index in some}
    if (count, named) != (wanted, expected):
        raise RuntimeError(f"{count} of {wanted} recordings were loaded, or in another order")


def size_of(url: str) -> int:
    """Bytes that a loaded portal's database takes on the disk."""
    with opened(url) as database, database.reading() as session:
        if session.get_bind().dialect.name == "postgresql":
            return int(session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)
    with sa.create_engine(url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(str(sa.make_url(url).database)).stat().st_size
