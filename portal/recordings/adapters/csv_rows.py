"""CSV, record by record in bounded memory: one recording each, its columns named by a mapping."""

import csv
from collections.abc import Callable, Iterator
from typing import BinaryIO

from portal.recordings.adapters.columns import Columns
from portal.recordings.adapters.mapping import Mapping
from portal.recordings.importing import Chunk, FileLines, Rejected
from portal.recordings.importing.chunks import LINES_PER_CHUNK
from portal.recordings.lines import KEYS, LONGEST_LINE, BadLine, ImportLine

_MOST_COLUMNS = 1_000
_REQUIRED = ("id", "camera", "started_at", "ended_at", "category")
_UNCLOSED = ("unexpected end of data", "field larger")


class BadFile(ValueError):
    """The file is not what it was said to be; the message says why."""


class _Decoded:
    """The lines of a file as text. A line that cannot be one is given as an empty one, and
    `taken_fault` says why."""

    def __init__(self, lines: FileLines, encoding: str) -> None:
        self._lines = iter(lines)
        self._encoding = encoding
        self._fault: BadLine | None = None

    def taken_fault(self) -> BadLine | None:
        """What was wrong with the lines since this was last asked."""
        fault, self._fault = self._fault, None
        return fault

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = next(self._lines)
        if len(raw) > LONGEST_LINE:
            self._fault = BadLine(f"the line is longer than {LONGEST_LINE:,} characters")
            return "\n"
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError:
            self._fault = BadLine(f"the line is not {self._encoding.upper()}")
            return "\n"


def _records(lines: FileLines, mapping: Mapping) -> Iterator[tuple[int, list[str] | BadLine]]:
    """Each record with the number of its first line, or why it is none."""
    csv.field_size_limit(LONGEST_LINE)
    decoded = _Decoded(lines, mapping.encoding)
    reader = csv.reader(decoded, delimiter=mapping.delimiter, strict=True)
    while True:
        first = lines.taken_lines + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield first, decoded.taken_fault() or BadLine(_in_words(str(fault)))
        else:
            yield first, decoded.taken_fault() or record


def _in_words(fault: str) -> str:
    if fault.startswith(_UNCLOSED):
        return "a quotation mark is opened and not closed"
    return f"the line is not CSV: {fault}"


def read_header(stream: BinaryIO, mapping: Mapping | None) -> Columns:
    """What the first record says of the columns; leaves the file at its start. Raises `BadFile`.

    Without a mapping the columns are called by the keys of our own format.
    """
    _, record = next(_records(FileLines(stream), mapping or Mapping(columns={})), (1, []))
    stream.seek(0)
    if isinstance(record, BadLine):
        raise BadFile(f"the header cannot be read: {record}")
    names = [" ".join(name.removeprefix("\ufeff").split()) for name in record]
    if len(names) > _MOST_COLUMNS:
        raise BadFile(f"the header has more than {_MOST_COLUMNS:,} columns")
    mapping = mapping or _our_own(names)
    for name in {*mapping.columns.values(), *mapping.only}:
        if names.count(name) != 1:
            how = "has no column" if name not in names else "has more than one column"
            raise BadFile(f"the header {how} {ascii(name)[:60]}")
    return Columns(tuple(names), mapping)


def _our_own(names: list[str]) -> Mapping:
    unknown = [name for name in names if name not in KEYS]
    if unknown:
        raise BadFile(
            f"the header has a column {ascii(unknown[0])[:60]}, which is not a key of the import "
            "format: name a mapping for the export of another system"
        )
    missing = [key for key in _REQUIRED if key not in names]
    if missing:
        raise BadFile(f"the header has no column '{missing[0]}'")
    return Mapping(columns={name: name for name in names})


def csv_chunks(columns: Columns) -> Callable[[FileLines], Iterator[Chunk]]:
    """How to read the records of a file with these columns into chunks."""

    def chunks(lines: FileLines) -> Iterator[Chunk]:
        records = _records(lines, columns.mapping)
        if not lines.taken_lines:
            next(records, None)  # the header
        taken: list[tuple[int, ImportLine]] = []
        rejected: list[Rejected] = []
        for number, record in records:
            try:
                line = columns.read(record)
                if line is not None:
                    taken.append((number, line))
            except BadLine as fault:
                rejected.append(Rejected(number, str(fault)))
            if len(taken) + len(rejected) >= LINES_PER_CHUNK:
                yield Chunk(lines.taken_lines, taken, rejected, lines.mark)
                taken, rejected = [], []
        yield Chunk(lines.taken_lines, taken, rejected, lines.mark)

    return chunks
