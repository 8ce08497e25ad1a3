"""What must not be deleted at its source: all of it, once, and nothing about why."""

import json
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.holds.commands import close_matter, open_matter, place
from portal.holds.policy import HoldKind, Level
from portal.holds.queries import matter_by_reference
from portal.house import House
from portal.ids import new_id
from portal.outbox.commands import lease, owe, settle
from portal.recordings.commands import preserve, release_preservations
from portal.requests.commands import receive
from portal.requests.commands.searching_again import owe_searches
from tests.conftest import Clock
from tests.factories.catalogue import recording as stored
from tests.factories.disclosure import HAPPENED_AT, intake
from tests.factories.machines import Machine, batch, recording


def listed(system: Machine, query: str = "") -> dict[str, list[str]]:
    """The whole list, page after page; no recording may be in it twice."""
    found: dict[str, list[str]] = {}
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        told = system.get(f"/preservations?{query}{more}")
        assert told.status_code == 200, told.text
        assert told.json is not None
        for row in told.json["preservations"]:
            assert row["id"] not in found
            found[row["id"]] = row["reasons"]
        cursor = told.json["next"]
    return found


def taken_in(system: Machine, house: House, *names: str) -> dict[str, int]:
    system.post("/recordings", batch(*(recording(name) for name in names)))
    pay(house)
    return {name: stored(house.db, name).id for name in names}


def keep(house: House, *numbers: int) -> UUID:
    """A request that keeps these recordings, searched for already."""
    with house.db.writing() as session:
        request_id = new_id()
        receive(
            session,
            request_id=request_id,
            intake=intake(),
            received_at=house.now(),
            by=WORKER,
            at=house.now(),
        )
        preserve(session, request_id=request_id, recording_ids=numbers, by=WORKER, at=house.now())
    pay(house)
    return request_id


def pay(house: House) -> None:
    """Settle everything that is owed, as the worker does."""
    with house.db.writing() as session:
        while held := lease(session, at=house.now()):
            settle(session, held, at=house.now())


def hold(session: Session, reference: str, *numbers: int, level: Level, house: House) -> None:
    opened = open_matter(
        session, reference=reference, kind=HoldKind.CONDUCT, by=WORKER, at=house.now()
    )
    for number in numbers:
        place(
            session,
            recording_id=number,
            matter=opened,
            kind=HoldKind.CONDUCT,
            level=level,
            reason="A canary of a reason.",
            by=WORKER,
            at=house.now(),
        )


def test_what_holds_and_requests_keep_and_nothing_else(
    evidence_system: Machine, house: House
) -> None:
    assert listed(evidence_system) == {}
    numbers = taken_in(evidence_system, house, "A", "B", "C", "D")
    keep(house, numbers["B"], numbers["C"])
    keep(house, numbers["B"])
    with house.db.writing() as session:
        hold(session, "M-1", numbers["C"], numbers["D"], level=Level.OPEN, house=house)
        hold(session, "M-2", numbers["D"], level=Level.LIMITED, house=house)
    assert listed(evidence_system) == {
        "B": ["preserved"],
        "C": ["held", "preserved"],
        "D": ["held"],
    }


def test_what_has_ended_is_gone_from_the_list(
    evidence_system: Machine, house: House, clock: Clock
) -> None:
    numbers = taken_in(evidence_system, house, "A", "B")
    request_id = keep(house, numbers["A"])
    with house.db.writing() as session:
        hold(session, "M-1", numbers["B"], level=Level.OPEN, house=house)
    until = clock.at + timedelta(days=60)
    with house.db.writing() as session:
        release_preservations(session, request_id=request_id, until=until, by=WORKER, at=clock.at)
        ended = matter_by_reference(session, "M-1")
        close_matter(session, matter=ended, why="It ended.", by=WORKER, at=clock.at)
    pay(house)
    assert listed(evidence_system) == {"A": ["preserved"]}
    clock.forward(days=60)
    assert listed(evidence_system) == {}


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_of_any_size_have_everything_once(
    evidence_system: Machine, house: House, limit: int
) -> None:
    numbers = taken_in(evidence_system, house, *"ABCDEFG")
    keep(house, *(numbers[name] for name in "ACG"))
    keep(house, *(numbers[name] for name in "AEG"))
    with house.db.writing() as session:
        hold(session, "M-1", *(numbers[n] for n in "ABF"), level=Level.OPEN, house=house)
    assert listed(evidence_system, f"limit={limit}") == {
        "A": ["held", "preserved"],
        "B": ["held"],
        "C": ["preserved"],
        "E": ["preserved"],
        "F": ["held"],
        "G": ["preserved"],
    }


def test_one_recording_can_be_asked_for_by_its_id(
    evidence_system: Machine, house: House, clock: Clock
) -> None:
    numbers = taken_in(evidence_system, house, "A", "B", "C/1 £", "D")
    keep(house, numbers["B"], numbers["C/1 £"])
    with house.db.writing() as session:
        hold(session, "M-1", numbers["C/1 £"], level=Level.OPEN, house=house)

    def asked(source_id: str) -> dict[str, list[str]]:
        return listed(evidence_system, urlencode({"id": source_id}))

    assert asked("A") == {}
    assert asked("B") == {"B": ["preserved"]}
    assert asked("C/1 £") == {"C/1 £": ["held", "preserved"]}
    assert asked("D") == {}
    unknown = evidence_system.get("/preservations?id=E")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")


def test_the_list_tells_nothing_of_the_matter_its_level_or_the_request(
    evidence_system: Machine, house: House
) -> None:
    """The same bytes at every level, whatever the matter is, and whoever asked."""
    numbers = taken_in(evidence_system, house, "A", "B", "C")
    said = set()
    with house.db.writing() as session:
        for number, level in zip(numbers.values(), Level, strict=True):
            hold(session, f"M-{level.value}", number, level=level, house=house)
    keep(house, *numbers.values())
    told = evidence_system.get("/preservations")
    assert told.json is not None
    for row in told.json["preservations"]:
        assert row.keys() == {"id", "reasons"}
        said.add(json.dumps(row["reasons"]))
    assert said == {'["held", "preserved"]'}
    for secret in ("M-", "L1", "L2", "L3", "H3", "canary", "BWV-", "L1234"):
        assert secret not in told.text


@pytest.mark.parametrize("job", ["preserve", "search_again"])
def test_while_a_request_is_being_searched_for_there_is_no_list(
    evidence_system: Machine, house: House, job: str
) -> None:
    with house.db.writing() as session:
        owe(session, job, payload={}, key=f"{job}:{new_id()}", at=house.now())
    told = evidence_system.get("/preservations")
    assert (told.status_code, told.mimetype) == (503, "application/problem+json")
    assert told.headers["Retry-After"] == "60"
    assert told.json is not None
    assert "Delete nothing" in told.json["detail"]
    pay(house)
    assert evidence_system.get("/preservations").status_code == 200


def test_what_was_just_taken_in_is_searched_before_there_is_a_list(
    evidence_system: Machine, house: House, clock: Clock
) -> None:
    """A camera docked late may have filmed what somebody asked for already."""
    keep(house)
    evidence_system.post("/recordings", batch(recording("late")))
    assert evidence_system.get("/preservations").status_code == 503
    with house.db.writing() as session:
        owe_searches(
            session,
            since=HAPPENED_AT,
            until=HAPPENED_AT,
            cause=new_id(),
            at=house.now(),
        )
        held = lease(session, at=house.now())
        assert held is not None
        assert held.job == "search_again"
        settle(session, held, at=house.now())
    assert evidence_system.get("/preservations").status_code == 503
    clock.forward(seconds=5)
    pay(house)
    assert evidence_system.get("/preservations").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "cursor=",
        "cursor=7",
        "cursor=p",
        "cursor=pxyz",
        "cursor=p" + "f" * 16,
        "cursor=p1&cursor=p2",
        "cursor=p1%00",
        "id=",
        "id=%00",
        "id=" + "9" * 201,
        "id=A&limit=1",
        "id=A&cursor=p1",
        "id=A&id=B",
        "limit=0",
        "limit=-1",
        "limit=1001",
        "limit=1.5",
        "limit=",
        "limit=٣",
        "limit=" + "9" * 5000,
        "curser=p1",
        "limit=1&limit=1",
    ],
)
def test_a_query_that_is_not_described_is_refused(evidence_system: Machine, query: str) -> None:
    told = evidence_system.get(f"/preservations?{query}")
    assert (told.status_code, told.mimetype) == (422, "application/problem+json")
    assert told.json is not None
    assert len(told.json["errors"]) == 1


def test_a_cursor_beyond_the_end_is_an_empty_page(evidence_system: Machine) -> None:
    told = evidence_system.get("/preservations?cursor=p" + "f" * 15)
    assert told.json == {"preservations": [], "next": None}
