"""Every answer of every engine against the oracle's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from sqlalchemy.orm import Session

from benchmarks.matching import product
from benchmarks.matching.adversarial import Trial
from benchmarks.matching.loading import AT
from benchmarks.matching.oracle import Expected, faults
from benchmarks.matching.questions import Question
from benchmarks.matching.results import Checked
from portal.actors import COMMAND_LINE
from portal.cli.db import upgrade_to_head
from portal.holds.commands import follow_evidence_flags
from portal.recordings.criteria import Criteria
from portal.recordings.gazetteer import import_places
from portal.recordings.importing import import_lines
from portal.recordings.tracks import Flags, Ints

Say = Callable[[str], None]
_MOST_SHOWN = 5


class Found(Protocol):
    """An answer: indices of recordings, and which of them are tracked."""

    @property
    def found(self) -> Ints:
        """All of them."""

    @property
    def tracked(self) -> Flags:
        """One flag for each."""


def checked(
    name: str,
    ask: Callable[[Criteria], Found],
    asked: Sequence[Question],
    expected: Sequence[Expected],
    say: Say,
) -> Checked:
    """Ask everything once, and count the wrong answers; the first few are told."""

    count = 0
    for question, right in zip(asked, expected, strict=True):
        answer = ask(question.criteria)
        found = faults(right, answer.found, answer.tracked)
        count += bool(found)
        if found and count <= _MOST_SHOWN:
            say(f"  WRONG on {name}: {question.kind} {question.criteria.as_json()}")
            say("    " + "; ".join(map(str, found)))
    return Checked(len(asked), count)


def loaded_with(url: str, trial: Trial, places: Iterable[Mapping[str, Any]]) -> None:
    """Load an empty database with the recordings of a trial, through the import's own door."""
    upgrade_to_head(url)
    with product.opened(url) as database:
        with database.writing() as session:
            import_places(session, places, by=COMMAND_LINE, at=AT)
        report = import_lines(
            database, trial.lines, by=COMMAND_LINE, at=AT, flagged=follow_evidence_flags
        )
    if report.created != len(trial.recordings):
        raise RuntimeError(f"{report.rejected_count} lines of the trial were refused")


def different(one: Session, other: Session, asked: Sequence[Question]) -> int:
    """How many questions two databases of the portal's answer differently."""
    pairs = ((product.ask(one, q.criteria), product.ask(other, q.criteria)) for q in asked)
    return sum(
        not (np.array_equal(a.found, b.found) and np.array_equal(a.tracked, b.tracked))
        for a, b in pairs
    )
