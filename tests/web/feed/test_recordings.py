"""Adding recordings through the feed: what becomes of each, and of bad ones."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from portal.actors import WORKER
from portal.audit.models import AuditEntry
from portal.audit.verify import verify
from portal.holds.models import Hold, Matter
from portal.holds.policy import Level
from portal.house import House
from portal.recordings.commands import forget
from portal.recordings.finding import search
from portal.recordings.models import Recording
from portal.recordings.searching import criteria_from_line
from tests.conftest import Clock
from tests.factories.catalogue import recording as stored
from tests.factories.machines import Machine, batch, recording


def outcomes(told: TestResponse) -> list[str]:
    assert told.status_code == 200, told.text
    return [result["outcome"] for result in told.json["results"]]  # type: ignore[index]


def entries(house: House, deed: str) -> list[AuditEntry]:
    with house.db.reading() as session:
        found = sa.select(AuditEntry).where(AuditEntry.deed == deed).order_by(AuditEntry.sequence)
        return list(session.scalars(found))


def test_new_changed_and_same(evidence_system: Machine, house: House, clock: Clock) -> None:
    first = evidence_system.post("/recordings", batch(recording("A"), recording("B")))
    assert first.json == {
        "added": 2,
        "changed": 0,
        "same": 0,
        "rejected": 0,
        "results": [{"id": "A", "outcome": "added"}, {"id": "B", "outcome": "added"}],
    }
    clock.forward(minutes=1)
    moved = recording("B", track=[["2026-11-01T20:11:00Z", 51.5, -0.1]])
    again = batch(recording("A"), moved, recording("C"))
    assert outcomes(evidence_system.post("/recordings", again)) == ["same", "changed", "added"]
    assert stored(house.db, "C").camera == "BWC-1"


def test_in_the_same_instant_new_and_changed_are_still_told_apart(
    evidence_system: Machine,
) -> None:
    for sent, told in [("X", "added"), ("X", "same"), ("Y", "changed"), ("Y", "same")]:
        body = batch(recording("A", camera=sent))
        assert outcomes(evidence_system.post("/recordings", body)) == [told]


def test_of_two_with_one_id_the_later_counts(evidence_system: Machine, house: House) -> None:
    body = batch(recording("A", camera="old"), recording("A", camera="new"))
    assert outcomes(evidence_system.post("/recordings", body)) == ["added", "changed"]
    assert stored(house.db, "A").camera == "new"


BAD: list[tuple[object, str | None, str]] = [
    ("text", None, "a recording must be an object"),
    (7, None, "a recording must be an object"),
    (None, None, "a recording must be an object"),
    ([], None, "a recording must be an object"),
    ({}, None, "started_at is missing"),
    (recording("B", colour="red"), "B", "'colour' is not a key of the import format"),
    (recording(id=""), "", "id is missing"),
    (recording(id=7), None, "id must be text, not 7"),
    (recording("B" * 201), None, "id is longer than 200 characters"),
    (recording("a\u0000b"), None, "id holds a character that cannot be printed"),
    (recording("B", camera=None), "B", "camera is missing"),
    (recording("B", officer={"a": 1}), "B", "officer must be text"),
    (recording("B", ended_at="2026-11-01T20:10:00Z"), "B", "ended_at must be after started_at"),
    (recording("B", ended_at="2026-11-03T20:10:00Z"), "B", "24 hours"),
    (recording("B", started_at="2026-11-01T20:10:00"), "B", "with an offset"),
    (recording("B", started_at="1890-11-01T20:10:00Z"), "B", "between the years"),
    (recording("B", category="secret"), "B", "category"),
    (recording("B", track={}), "B", "track"),
    (recording("B", track=[["2026-11-01T20:11:00Z", 91, 0]]), "B", "latitude"),
    (recording("B", track=[["2026-11-01T20:11:00Z", "51", 0]]), "B", "latitude"),
    (recording("B", track=[["2026-11-01T20:11:00Z", 51, True]]), "B", "longitude"),
    (recording("B", track=[["2026-11-02T20:11:00Z", 51, 0]]), "B", "outside the recording"),
    (recording("B", media="../../etc/passwd"), "B", "media"),
    (recording("B", sha256="abc"), "B", "sha256"),
    (recording("B", matter="x" * 81), "B", "matter is longer than 80 characters"),
]


def test_a_bad_one_is_rejected_with_its_reason_and_the_others_are_taken(
    evidence_system: Machine, house: House
) -> None:
    sent = [one for bad, _, _ in BAD for one in (bad, recording("GOOD"))]
    told = evidence_system.post("/recordings", batch(*sent))
    assert outcomes(told) == ["rejected", "added"] + ["rejected", "same"] * (len(BAD) - 1)
    results: list[dict[str, Any]] = told.json["results"][::2]  # type: ignore[index]
    for (_, told_id, reason), result in zip(BAD, results, strict=True):
        assert result["id"] == (told_id or None)
        assert reason in result["reason"]
    with house.db.reading() as session:
        assert list(session.scalars(sa.select(Recording.source_id))) == ["GOOD"]


def test_when_all_are_bad_nothing_is_done_and_each_has_its_reason(
    evidence_system: Machine, house: House
) -> None:
    told = evidence_system.post("/recordings", batch({}, 1))
    assert outcomes(told) == ["rejected", "rejected"]
    assert entries(house, "recordings.imported") == []


def test_what_was_deleted_stays_deleted(evidence_system: Machine, house: House) -> None:
    evidence_system.post("/recordings", batch(recording("A")))
    with house.db.writing() as session:
        kept = session.scalars(sa.select(Recording)).one()
        forget(session, [kept], why="too old", by=WORKER, at=house.now())
    body = batch(recording("A", camera="BWC-2"))
    assert outcomes(evidence_system.post("/recordings", body)) == ["same"]
    assert stored(house.db, "A").is_deleted
    assert stored(house.db, "A").camera == "BWC-1"


def test_a_recording_that_names_a_matter_is_held_in_the_name_of_the_machine(
    evidence_system: Machine, house: House
) -> None:
    evidence_system.post("/recordings", batch(recording("A", matter="OP-9"), recording("B")))
    with house.db.reading() as session:
        hold = session.scalars(sa.select(Hold)).one()
        matter = session.get_one(Matter, hold.matter_id)
    assert (hold.level, hold.placed_by) == (Level.LIMITED, evidence_system.key_id)
    assert (matter.reference, matter.opened_by) == ("OP-9", evidence_system.key_id)


def test_one_batch_is_one_transaction_with_one_entry_by_the_machine(
    evidence_system: Machine, house: House
) -> None:
    many = [recording(f"R{number}") for number in range(500)]
    assert set(outcomes(evidence_system.post("/recordings", batch(*many)))) == {"added"}
    (entry,) = entries(house, "recordings.imported")
    assert (entry.actor_kind, entry.actor_id) == ("machine", evidence_system.key_id)
    assert entry.details["created"] == 500
    with house.db.reading() as session:
        assert verify(session).is_whole


def test_a_batch_that_fails_half_way_leaves_nothing(
    evidence_system: Machine, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_given: object) -> None:
        raise RuntimeError("a disk is full")

    body = batch(recording("A"), recording("B", matter="OP-1"))
    with monkeypatch.context() as broken:
        broken.setattr("portal.feed.commands.taking_in.follow_evidence_flags", fails)
        told = evidence_system.post("/recordings", body, Idempotency_Key="once")
    assert told.status_code == 500
    assert told.mimetype == "application/problem+json"
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Recording)) == 0
    again = evidence_system.post("/recordings", body, Idempotency_Key="once")
    assert outcomes(again) == ["added", "added"]


def test_a_recording_is_found_by_a_search_afterwards(
    evidence_system: Machine, house: House
) -> None:
    evidence_system.post("/recordings", batch(recording("A")))
    asked = {
        "from": "2026-11-01T20:00:00Z",
        "until": "2026-11-01T20:30:00Z",
        "point": {"lat": 51.4625, "lon": -0.114, "radius_m": 150},
    }
    with house.db.reading() as session:
        found = search(session, criteria_from_line(json.dumps(asked)))
    assert len(found) == 1
