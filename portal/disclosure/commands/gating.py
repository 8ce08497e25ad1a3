"""Asking the gate about everything a decision touches, under lock, at each step to the door."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.disclosure.exemptions import Outcome
from portal.disclosure.models import Decision
from portal.holds import queries as holds
from portal.holds.policy import Bar


@dataclass(frozen=True)
class Changed:
    """How the gate has changed since the decision. Empty when the decision still stands.

    `barred` may not go and were to be released; `freed` are no longer held and were held back.
    """

    barred: tuple[int, ...] = ()
    freed: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.barred or self.freed)

    @property
    def explanation(self) -> str:
        """What happened, in words for the handler."""
        said = []
        if self.barred:
            said.append(f"A hold now bars {_videos(self.barred)} that was to be released.")
        if self.freed:
            said.append(f"The hold on {_videos(self.freed)} has ended.")
        return " ".join([*said, "Nothing was sent. Decide again."])


def changed(session: Session, decision: Decision) -> Changed:
    """How the gate differs from the decision. Locks its recordings until the transaction ends,
    so that no hold is placed or lifted between this answer and the commit."""
    bars = locked_bars(session, (line.recording_id for line in decision.lines))
    lines = decision.lines
    return Changed(
        barred=tuple(
            line.recording_id
            for line in lines
            if line.outcome is Outcome.RELEASE and bars[line.recording_id] is not None
        ),
        freed=tuple(
            line.recording_id
            for line in lines
            if line.outcome is Outcome.HELD and bars[line.recording_id] is not Bar.HELD
        ),
    )


def locked_bars(session: Session, recording_ids: Iterable[int]) -> dict[int, Bar | None]:
    """The bar on each recording, locked in the order of their ids so that two never wait for
    each other."""
    return {number: holds.locked_bar(session, number) for number in sorted(set(recording_ids))}


def _videos(numbers: tuple[int, ...]) -> str:
    listed = ", ".join(str(number) for number in numbers)
    return f"recording {listed}" if len(numbers) == 1 else f"recordings {listed}"
