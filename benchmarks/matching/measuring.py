"""How the searches are measured. Everything that is timed is timed here.

**Interleaved.** All engines answer all questions in several rounds. In each round every pair of an
engine and a question comes once, in a new random order, so that whatever else the machine is doing
hits all of them alike.

**The least of each.** Of each engine's times for a question the least one counts: the others say
how busy the machine was. Percentiles and sums are of those.

**Ratios of one run.** A millisecond here is not a millisecond elsewhere: what can be compared
between machines is an engine's figure over another's in the same run.

**Cold.** PostgreSQL is stopped, the kernel is told to forget the database's files, the server is
started again and a connection is made; then one question is asked, once. The next question begins
with the same.

**Growth.** The same questions, about the same days, are asked of a small catalogue and of a large
one that holds the small one: the answers must be the same, and the times are interleaved too.
Then the same recordings are added to both, in turn (`growing.py`).
"""

import gc
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from portal.recordings.criteria import Criteria

Floats = npt.NDArray[np.float64]
Ask = Callable[[Criteria], Any]


@dataclass(frozen=True)
class Times:
    """The least seconds that each question took."""

    seconds: Floats

    def percentile(self, part: float) -> float:
        """So many per cent of the questions took at most so many milliseconds."""
        return float(np.percentile(self.seconds, part)) * 1000.0

    @property
    def total(self) -> float:
        """Seconds for all questions, one after the other."""
        return float(self.seconds.sum())

    @property
    def per_second(self) -> float:
        """Throughput: questions a second, one at a time."""
        return len(self.seconds) / self.total


def interleaved(
    engines: Mapping[str, Ask], asked: Sequence[Criteria], *, rounds: int, seed: int
) -> dict[str, Times]:
    """Ask every engine everything, in so many rounds."""
    luck = random.Random(seed)  # noqa: S311 (a benchmark, not a secret)
    least = {name: np.full(len(asked), np.inf) for name in engines}
    turns = [(name, number) for name in engines for number in range(len(asked))]
    # What is in memory already is not looked through again while something is timed.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        luck.shuffle(turns)
        for name, number in turns:
            seconds = timed(engines[name], asked[number])
            least[name][number] = min(least[name][number], seconds)
    gc.unfreeze()
    return {name: Times(seconds) for name, seconds in least.items()}


def timed(ask: Ask, criteria: Criteria) -> float:
    """Seconds for one answer."""
    began = time.perf_counter()
    ask(criteria)
    return time.perf_counter() - began


def cold(
    opening: Callable[[], AbstractContextManager[Ask]],
    asked: Sequence[Criteria],
    forgotten: Callable[[], AbstractContextManager[None]],
) -> Times:
    """Ask each question first of all. `forgotten` makes the caches cold, and holds the server;
    `opening` connects, and does no more."""
    seconds = []
    for criteria in asked:
        with forgotten(), opening() as ask:
            seconds.append(timed(ask, criteria))
    return Times(np.array(seconds))


def forget(files: Path) -> None:
    """Write everything down, and tell the kernel to forget a file, or all files of a folder.

    It needs no privilege and leaves alone what others on this machine have in memory.
    """
    os.sync()
    for path in _files(files):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (inner for inner in path.rglob("*") if inner.is_file())
