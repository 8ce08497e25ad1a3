"""Since when we know who somebody is: only asking moves the start (rules 1.2 R2)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from portal.identity.proof import enough_by_default, sufficient_on

RECEIVED = date(2026, 11, 2)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked_at", "proof_at", "shown_on", "since"),
    [
        (None, None, None, RECEIVED),
        (None, at(9), None, RECEIVED),
        (at(5), at(9), None, date(2026, 11, 9)),
        (at(5), at(3), None, RECEIVED),
        (at(5, 14), at(5, 9), None, RECEIVED),
        (at(5, 9), at(5, 14), None, date(2026, 11, 5)),
        (at(5), None, None, RECEIVED),
        (at(5), None, date(2026, 11, 10), date(2026, 11, 10)),
        (at(5), None, date(2026, 11, 4), RECEIVED),
        (at(5), None, date(2026, 11, 5), date(2026, 11, 5)),
    ],
    ids=[
        "never asked, nothing sent",
        "never asked, sent later",
        "asked, then sent",
        "sent before we asked",
        "sent before we asked, the same day",
        "asked and sent the same day",
        "asked, and known some other way",
        "asked, then shown at a counter",
        "shown at a counter before we asked",
        "asked and shown the same day",
    ],
)
def test_since_when(
    asked_at: datetime | None, proof_at: datetime | None, shown_on: date | None, since: date
) -> None:
    assert (
        sufficient_on(received_on=RECEIVED, asked_at=asked_at, proof_at=proof_at, shown_on=shown_on)
        == since
    )


def test_the_day_is_londons() -> None:
    summer_night = datetime(2026, 7, 9, 23, 30, tzinfo=UTC)
    since = sufficient_on(
        received_on=date(2026, 7, 1),
        asked_at=datetime(2026, 7, 2, 9, tzinfo=UTC),
        proof_at=summer_night,
    )
    assert since == date(2026, 7, 10)


@dataclass
class Came:
    received_at: datetime


@pytest.mark.parametrize(
    ("proofs", "asked", "enough"),
    [
        ([], [5], None),
        ([3, 6], [], 3),
        ([6, 15], [5], 6),
        ([3, 6, 15], [5], 6),
        ([3, 4], [5], 3),
        ([4, 7, 9], [3, 5], 7),
        ([4, 7], [3, 5, 9], 7),
        ([5], [5], 5),
    ],
    ids=[
        "nothing came",
        "never asked",
        "the first since we asked",
        "not what came before",
        "nothing came since",
        "the first since we last asked",
        "the last asking brought nothing",
        "the same instant",
    ],
)
def test_which_proof_was_enough(proofs: list[int], asked: list[int], enough: int | None) -> None:
    found = enough_by_default([Came(at(day)) for day in proofs], [at(day) for day in asked])
    assert found == (None if enough is None else Came(at(enough)))
