"""Opening and closing matters through the feed, with the commands of the office."""

import sqlalchemy as sa

from portal.actors import COMMAND_LINE, WORKER
from portal.audit.models import AuditEntry
from portal.audit.names import names
from portal.holds.commands import open_matter
from portal.holds.models import Hold, Matter
from portal.holds.policy import HoldKind, Level
from portal.holds.queries import bar
from portal.house import House
from portal.outbox.commands import lease, settle
from portal.recordings.commands import forget
from tests.conftest import Clock
from tests.factories.catalogue import recording as stored
from tests.factories.machines import Machine, batch, matter, recording


def rows(house: House, table: type[Hold] | type[Matter]) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_matter_is_opened_with_its_holds(evidence_system: Machine, house: House) -> None:
    evidence_system.post("/recordings", batch(*(recording(name) for name in "ABC")))
    told = evidence_system.post("/matters", matter("OP-1", "C", "A", kind="H2", level="L3"))
    assert told.status_code == 201
    assert told.json == {
        "reference": "OP-1",
        "kind": "H2",
        "opened_at": house.now().isoformat(),
        "holds": 2,
    }
    with house.db.reading() as session:
        holds = session.scalars(sa.select(Hold).order_by(Hold.recording_id)).all()
        opened = session.scalars(sa.select(Matter)).one()
        barred = {name: bar(session, stored(house.db, name).id) for name in "ABC"}
    assert [hold.recording_id for hold in holds] == [stored(house.db, name).id for name in "AC"]
    for hold in holds:
        assert (hold.kind, hold.level) == (HoldKind.PROSECUTION, Level.NEITHER_CONFIRM_NOR_DENY)
        assert hold.reason == "Evidence of an assault."
        assert hold.placed_by == opened.opened_by == evidence_system.key_id
    assert [name for name, why in barred.items() if why] == ["A", "C"]


def test_a_matter_can_hold_nothing_yet_and_is_added_to_by_a_recording_that_names_it(
    evidence_system: Machine, house: House
) -> None:
    assert evidence_system.post("/matters", matter("OP-1", kind="H5")).json["holds"] == 0  # type: ignore[index]
    evidence_system.post("/recordings", batch(recording("A", matter="OP-1")))
    with house.db.reading() as session:
        assert session.scalars(sa.select(Hold)).one().kind is HoldKind.INQUEST


def test_one_unknown_recording_and_nothing_is_done(evidence_system: Machine, house: House) -> None:
    evidence_system.post("/recordings", batch(recording("A"), recording("GONE")))
    with house.db.writing() as session:
        gone = session.merge(stored(house.db, "GONE"))
        forget(session, [gone], why="too old", by=WORKER, at=house.now())
    told = evidence_system.post("/matters", matter("OP-1", "A", "GONE", "NEVER"))
    assert told.status_code == 422
    assert told.json is not None
    assert told.json["errors"] == [
        {"pointer": "#/recordings/1", "detail": "this recording has been deleted"},
        {"pointer": "#/recordings/2", "detail": "we have no such recording"},
    ]
    assert rows(house, Matter) == rows(house, Hold) == 0


def test_a_reference_is_given_once(evidence_system: Machine, house: House) -> None:
    with house.db.writing() as session:
        open_matter(
            session,
            reference="OP-1",
            kind=HoldKind.CONDUCT,
            by=COMMAND_LINE,
            at=house.now(),
        )
    evidence_system.post("/recordings", batch(recording("A")))
    told = evidence_system.post("/matters", matter(" OP-1 ", "A"))
    assert told.status_code == 409
    assert told.json is not None
    assert told.json["detail"] == "There is already a matter with this reference."
    assert (rows(house, Matter), rows(house, Hold)) == (1, 0)


def test_closing_ends_the_holds_once(evidence_system: Machine, house: House, clock: Clock) -> None:
    evidence_system.post("/recordings", batch(recording("A"), recording("B")))
    evidence_system.post("/matters", matter("OP-1", "A", "B"))
    clock.forward(days=1)
    told = evidence_system.post("/matters/OP-1/close", {"why": "It ended."})
    assert told.status_code == 200
    assert told.json == {
        "reference": "OP-1",
        "closed_at": house.now().isoformat(),
        "holds_lifted": 2,
    }
    again = evidence_system.post("/matters/OP-1/close", {"why": "It ended."})
    assert again.status_code == 409
    with house.db.reading() as session:
        lifted = session.scalars(sa.select(Hold.lifted_by).distinct()).all()
        closed = session.scalars(sa.select(Matter)).one()
    assert list(lifted) == [closed.closed_by] == [evidence_system.key_id]
    assert closed.closed_why == "It ended."


def test_a_reference_with_a_slash_and_a_space(evidence_system: Machine) -> None:
    assert evidence_system.post("/matters", matter("OP/7 ä?")).status_code == 201
    told = evidence_system.post("/matters/OP%2F7%20%C3%A4%3F/close", {"why": "It ended."})
    assert told.status_code == 200, told.text


def test_what_is_no_matter_is_not_found(evidence_system: Machine) -> None:
    for reference in ("OP-0", "close", "a%00b", "%2F", "..%2F..%2Foffice"):
        told = evidence_system.post(f"/matters/{reference}/close", {"why": "It ended."})
        assert (told.status_code, told.mimetype) == (404, "application/problem+json"), reference
    for reference in ("x" * 81, "%20", "%0D"):
        told = evidence_system.post(f"/matters/{reference}/close", {"why": "It ended."})
        assert (told.status_code, told.mimetype) == (422, "application/problem+json"), reference


def test_every_deed_is_in_the_book_by_the_machines_name(
    evidence_system: Machine, house: House
) -> None:
    evidence_system.post("/recordings", batch(recording("A")))
    evidence_system.post("/matters", matter("OP-1", "A"))
    evidence_system.post("/matters/OP-1/close", {"why": "It ended."})
    with house.db.writing() as session:
        while held := lease(session, at=house.now()):
            settle(session, held, at=house.now())
    evidence_system.get("/preservations")
    with house.db.reading() as session:
        found = sa.select(AuditEntry).where(AuditEntry.actor_kind == "machine")
        entries = session.scalars(found.order_by(AuditEntry.sequence)).all()
        called = names(session).of(entries[0].actor_id)
    assert called == "Evidence system"
    assert {entry.actor_id for entry in entries} == {evidence_system.key_id}
    assert [entry.deed for entry in entries] == [
        "recordings.imported",
        "matter.opened",
        "hold.placed",
        "hold.lifted",
        "matter.closed",
        "preservations.read",
    ]


def more(*recordings: str, **given: object) -> dict[str, object]:
    return {
        "level": "L2",
        "reason": "A witness.",
        "recordings": list(recordings),
        "segments": [],
        **given,
    }


def test_more_is_held_for_an_open_matter_whole_or_in_parts(
    evidence_system: Machine, house: House
) -> None:
    evidence_system.post("/recordings", batch(*(recording(name) for name in "ABC")))
    evidence_system.post("/matters", matter("OP-1", "A", kind="H6"))
    told = evidence_system.post("/matters/OP-1/holds", more("A", "B"))
    assert told.json == {"reference": "OP-1", "placed": 1, "changed": 0}
    parts = ["0:30-2:05", "0:05:00-0:06:00"]
    told = evidence_system.post("/matters/OP-1/holds", more("C", segments=parts))
    assert told.json == {"reference": "OP-1", "placed": 1, "changed": 0}
    with house.db.reading() as session:
        holds = session.scalars(sa.select(Hold).order_by(Hold.recording_id)).all()
        numbers = {name: stored(house.db, name).id for name in "ABC"}
        assert all(bar(session, number) for number in numbers.values())
    assert [hold.recording_id for hold in holds] == list(numbers.values())
    assert {hold.kind for hold in holds} == {HoldKind.SAFEGUARDING}
    assert [str(part) for part in holds[2].parts] == ["0:00:30-0:02:05", "0:05:00-0:06:00"]


def test_what_may_be_told_goes_up_and_down(evidence_system: Machine, house: House) -> None:
    evidence_system.post("/recordings", batch(recording("A"), recording("B")))
    evidence_system.post("/matters", matter("OP-1", "A", "B", level="L2"))
    for level, changed in (("L3", 2), ("L3", 0), ("L1", 2)):
        told = evidence_system.post("/matters/OP-1/holds", more("A", "B", level=level))
        assert told.json == {"reference": "OP-1", "placed": 0, "changed": changed}
        with house.db.reading() as session:
            assert set(session.scalars(sa.select(Hold.level))) == {Level(level)}


def test_parts_that_are_none_are_refused_and_nothing_is_done(
    evidence_system: Machine, house: House
) -> None:
    evidence_system.post("/recordings", batch(recording("A"), recording("B")))
    evidence_system.post("/matters", matter("OP-1"))
    for body, status in (
        (more("A", segments=["two minutes"]), 422),
        (more("A", segments=["2:75-3:00"]), 422),
        (more("A", segments=["2:05-0:30"]), 409),
        (more("A", segments=["59:00-59:30"]), 409),
        (more("A", "B", segments=["0:30-2:05"]), 409),
    ):
        assert evidence_system.post("/matters/OP-1/holds", body).status_code == status
    assert rows(house, Hold) == 0
