"""Whether loading slows down as a catalogue grows.

Two loads that run one after the other have the machine in two moods, which may differ by more than
what is looked for. So the same recordings, of the hours after the larger catalogue's last, are
written to the small one and to the large one in turn, each being first as often as the other, and
the medians are compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from benchmarks.matching.city import FIRST_DAY, Block, drawn
from benchmarks.matching.loading import load_from_file, prepared, write_batch
from benchmarks.matching.product import opened
from portal.recordings.importing.chunks import LINES_PER_CHUNK
from portal.recordings.importing.taking import at_length
from portal.recordings.models import Recording

PAIRS_OF_BATCHES = 16
PAIRS_OF_FILES = 4
MOST_IN_A_FILE = 50_000
# Of the large catalogue: what is added must not make the small one large.
_A_PART = 20


@dataclass(frozen=True)
class Rates:
    """What the large one is written at, as a part of what the small one is."""

    prepared: float
    from_file: float


def rates(small: str, large: str, folder: Path, *, seed: int, held: int) -> Rates:
    """Add the same to both, in turn. `held` is how many the large one has, all of the small one's
    among them; what is added is numbered on from there."""
    with opened(large) as database, database.reading() as session:
        last = session.scalar(sa.select(sa.func.max(Recording.started_at))) or FIRST_DAY
    later, most = _later(seed, last, held), held // _A_PART
    return Rates(
        _prepared((small, large), later, min(LINES_PER_CHUNK, most)),
        _from_file((small, large), later, min(MOST_IN_A_FILE, most), folder),
    )


def _later(seed: int, last: datetime, first: int) -> Iterator[Block]:
    """The city's hours after `last`, numbered from `first` on."""
    begun = int((last - FIRST_DAY).total_seconds() // 3600) + 1
    for hour in count(begun):
        block = replace(drawn(seed, hour), first=first)
        yield block
        first += len(block)


def _taken(later: Iterator[Block], wanted: int) -> list[Block]:
    """So many of them."""
    taken, left = list[Block](), wanted
    while left:
        block = next(later)
        taken.append(block.part(0, min(left, len(block))))
        left -= len(taken[-1])
    return taken


def _prepared(urls: tuple[str, str], later: Iterator[Block], wanted: int) -> float:
    seconds = list[float](), list[float]()
    with opened(urls[0]) as small, opened(urls[1]) as large, at_length(small), at_length(large):
        for turn in range(PAIRS_OF_BATCHES):
            some = [line for block in _taken(later, wanted) for line in prepared(block)]
            for each in _turns(turn):
                seconds[each].append(write_batch((small, large)[each], some))
    return median(seconds[0]) / median(seconds[1])


def _from_file(urls: tuple[str, str], later: Iterator[Block], wanted: int, folder: Path) -> float:
    seconds = list[float](), list[float]()
    for turn in range(PAIRS_OF_FILES):
        some = _taken(later, wanted)
        for each in _turns(turn):
            seconds[each].append(load_from_file(urls[each], folder / "added", some)[0])
    return median(seconds[0]) / median(seconds[1])


def _turns(turn: int) -> Sequence[int]:
    return (0, 1) if turn % 2 == 0 else (1, 0)
