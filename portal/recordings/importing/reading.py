"""Reading pieces of a file into checked lines: here, or in a second process while this one writes.

The other process gets lines and gives back what they say; it opens nothing, and ends when this
one does, however that ends.
"""

import errno
import gc
import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from portal.recordings.importing.chunks import Rejected
from portal.recordings.kinds import Category
from portal.recordings.lines import BadLine, Fixes, Floats, ImportLine
from portal.recordings.quick import read_lines

# So many lines are parsed at a time: what they are parsed into still fits in a processor's cache.
_AT_ONCE = 500


class Piece(NamedTuple):
    """Lines as they came, and the number of the first."""

    first: int
    lines: list[bytes]


class Span(NamedTuple):
    """Which lines a piece had: the number of the first, and how many there are."""

    first: int
    lines: int


class Read(NamedTuple):
    """What a piece says: good lines with their numbers, and the others with what is wrong."""

    taken: list[tuple[int, ImportLine]]
    rejected: list[Rejected]


def read_here(pieces: Iterable[Piece]) -> Iterator[tuple[Span, Read]]:
    """What each piece says."""
    for piece in pieces:
        yield Span(piece.first, len(piece.lines)), read(piece)


def read(piece: Piece) -> Read:
    """What the lines say; blank ones say nothing."""
    made = Read([], [])
    numbered = [(n, line) for n, line in enumerate(piece.lines, piece.first) if line.strip()]
    for begin in range(0, len(numbered), _AT_ONCE):
        some = numbered[begin : begin + _AT_ONCE]
        for (number, _), one in zip(some, read_lines([line for _, line in some]), strict=True):
            if isinstance(one, BadLine):
                made.rejected.append(Rejected(number, str(one)))
            else:
                made.taken.append((number, one))
    return made


def read_elsewhere(pieces: Iterable[Piece]) -> Iterator[tuple[Span, Read]]:
    """The same, one piece ahead: while the caller writes one, the next is read in a process of
    its own. Raises `ChildProcessError` when that process is gone."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield from _one_ahead(pieces, ours)
    finally:
        ours.close()
        process.join()


def _one_ahead(pieces: Iterable[Piece], other: Connection) -> Iterator[tuple[Span, Read]]:
    # Only one piece is ever with the other process: two that send at once would wait for ever.
    asked: Span | None = None
    try:
        for piece in pieces:
            answer = other.recv() if asked else None
            other.send(piece)
            before, asked = asked, Span(piece.first, len(piece.lines))
            piece.lines.clear()  # they are with the other process now, and are many
            if before:
                yield before, _unpacked(answer)
        if asked:
            yield asked, _unpacked(other.recv())
    except (EOFError, ConnectionError):
        told = "the process that reads the lines has ended"
        raise ChildProcessError(errno.EPIPE, told) from None


def _serve(other: Connection) -> None:
    """The life of the other process."""
    gc.disable()  # what is parsed has no circles
    # An interruption from the keyboard reaches both; the importing process decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while True:
            other.send(_packed(read(other.recv())))
    except (EOFError, ConnectionError):
        return


_Packed = tuple[list[int], list[tuple[Any, ...]], Floats, list[int], list[Rejected]]


def _packed(made: Read) -> _Packed:
    """Few large things cross a pipe faster than many small ones: all fixes as one array."""
    lines = [line for _, line in made.taken]
    return (
        [number for number, _ in made.taken],
        [(*line[:6], line.category.value, *line[8:]) for line in lines],
        np.concatenate([np.zeros((0, 4)), *(line.fixes.rows for line in lines)]),
        [len(line.fixes.rows) for line in lines],
        made.rejected,
    )


def _unpacked(packed: _Packed | None) -> Read:
    if packed is None:
        return Read([], [])
    numbers, facts, rows, counts, rejected = packed
    taken, begin = [], 0
    for number, one, count in zip(numbers, facts, counts, strict=True):
        fixes = Fixes(rows[begin : begin + count])
        line = ImportLine._make((*one[:6], fixes, Category(one[6]), *one[7:]))
        taken.append((number, line))
        begin += count
    return Read(taken, rejected)
