"""The chain: every part of an entry counts, and so does its place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal.audit.chain import GENESIS, Line, entry_of, hash_of
from portal.audit.verifier import canonical

LINE = Line(
    1, datetime(2026, 11, 2, 9, 30, tzinfo=UTC), "handler", "h1", "request.viewed", "BWV", {"n": 1}
)


def test_the_canonical_text_is_fixed() -> None:
    assert canonical(entry_of(LINE)) == (
        '{"actor":["handler","h1"],"at":"2026-11-02T09:30:00.000000Z","deed":"request.viewed",'
        '"details":{"n":1},"sequence":1,"subject":"BWV"}'
    )


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 2},
        {"at": LINE.at + timedelta(microseconds=1)},
        {"actor_kind": "worker"},
        {"actor_id": "h2"},
        {"deed": "request.received"},
        {"subject": "BWX"},
        {"details": {"n": 2}},
        {"details": {"n": "1"}},
        {"details": {}},
    ],
)
def test_any_change_changes_the_hash(change: dict[str, object]) -> None:
    assert hash_of(replace(LINE, **change), GENESIS) != hash_of(LINE, GENESIS)  # type: ignore[arg-type]


def test_the_entry_before_counts() -> None:
    assert hash_of(LINE, "0" * 64) != hash_of(LINE, "1" * 64)


def test_the_same_instant_in_another_zone_is_the_same_entry() -> None:
    elsewhere = replace(LINE, at=LINE.at.astimezone(timezone(timedelta(hours=5))))
    assert hash_of(elsewhere, GENESIS) == hash_of(LINE, GENESIS)
