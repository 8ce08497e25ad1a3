"""What changes after a decision stops it at every step to the door, on both engines."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.audit.models import AuditEntry
from portal.db import Database
from portal.disclosure.commands import publish, second, send_back
from portal.disclosure.exemptions import Line
from portal.disclosure.models import Release
from portal.disclosure.packing import pack
from portal.errors import Refused
from portal.holds.policy import Level
from portal.house import House
from portal.notifications.models import Notice
from portal.recordings.kinds import CandidateStatus
from portal.recordings.listing import Part, Ranking
from portal.recordings.models import Candidate, Recording
from portal.requests.commands.finding import reject_candidates
from portal.requests.endings import Ending
from tests.factories.disclosure import (
    Ready,
    answered,
    confirm,
    decided,
    decision_of,
    find_late,
    held_line,
    lease_of,
    lift_hold,
    pay_pack,
    place_hold,
    published,
    ready_to_decide,
    recording,
    release_line,
    seconded,
    status_of,
    withhold_line,
)

SECRET = Level.NEITHER_CONFIRM_NOR_DENY
Happens = Callable[[], object]
Prepare = Callable[[House, Ready], tuple[list[Line], Happens]]


@dataclass(frozen=True)
class Change:
    """Something that happens after the decision: how it begins, and what the handler reads."""

    prepare: Prepare
    words: str


def _stricter(house: House, ready: Ready) -> tuple[list[Line], Happens]:
    (one,) = ready.recording_ids
    place_hold(house, one)
    return [held_line(house, ready, one)], lambda: place_hold(house, one, level=SECRET)


def _looser(house: House, ready: Ready) -> tuple[list[Line], Happens]:
    (one,) = ready.recording_ids
    place_hold(house, one)
    secret = place_hold(house, one, level=SECRET)
    return [held_line(house, ready, one)], lambda: lift_hold(house, secret)


def _withheld_and_held(house: House, ready: Ready) -> tuple[list[Line], Happens]:
    (one,) = ready.recording_ids
    return [withhold_line(one)], lambda: place_hold(house, one, level=SECRET)


def _late(house: House, ready: Ready) -> tuple[list[Line], Happens]:
    (one,) = ready.recording_ids
    return [release_line(one)], lambda: find_late(house, ready)


def _confirmed_late(house: House, ready: Ready) -> tuple[list[Line], Happens]:
    (one,) = ready.recording_ids
    return [release_line(one)], lambda: find_late(house, ready, CandidateStatus.CONFIRMED)


def _replaced(house: House, ready: Ready) -> tuple[list[Line], Happens]:
    (one,) = ready.recording_ids
    return [release_line(one)], lambda: _catalogue(house, one, sha256="0" * 64)


def _moved(house: House, ready: Ready) -> tuple[list[Line], Happens]:
    (one,) = ready.recording_ids
    return [withhold_line(one)], lambda: _catalogue(house, one, media="another.mp4")


def _catalogue(house: House, recording_id: int, **facts: str) -> None:
    with house.db.writing() as session:
        session.execute(sa.update(Recording).where(Recording.id == recording_id).values(**facts))


STRICTER = Change(_stricter, "changes what may be told")
LATE = Change(_late, "New video was found since the decision: recording")
REPLACED = Change(_replaced, "was replaced since the decision")
MAIN = [
    pytest.param(STRICTER, id="stricter"),
    pytest.param(LATE, id="late"),
    pytest.param(REPLACED, id="replaced"),
]
ALL = [
    *MAIN,
    pytest.param(Change(_looser, STRICTER.words), id="looser"),
    pytest.param(Change(_withheld_and_held, STRICTER.words), id="withheld and held"),
    pytest.param(Change(_confirmed_late, LATE.words), id="confirmed late"),
    pytest.param(Change(_moved, REPLACED.words), id="moved"),
]


def is_nothing_sent(house: House, ready: Ready, made: UUID, words: str) -> bool:
    """Whether it was sent back with these words, and nothing went out."""
    assert status_of(house, ready) == "reviewing"
    assert words in decision_of(house, made).sent_back_why
    with house.db.reading() as session:
        sent = session.scalars(sa.select(Notice).where(Notice.kind == "answer_ready")).all()
        releases = session.scalars(sa.select(Release)).all()
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence)).all()[-1]
    assert last.deed == "decision.stopped"
    return not sent and not releases


@pytest.mark.parametrize("change", MAIN)
def test_it_is_not_seconded(house: House, change: Change) -> None:
    ready = ready_to_decide(house)
    lines, happens = change.prepare(house, ready)
    made = decided(house, ready, lines)
    happens()
    with pytest.raises(Refused) as refusal, house.db.writing() as session:
        second(session, decision_id=made, by=ready.staff.seconder, at=house.now())
    assert change.words in refusal.value.message
    assert "Send it back." in refusal.value.message
    assert status_of(house, ready) == "decided"


@pytest.mark.parametrize("change", ALL)
def test_it_is_not_published(house: House, change: Change) -> None:
    ready = ready_to_decide(house)
    lines, happens = change.prepare(house, ready)
    made = seconded(house, ready, lines)
    happens()
    with house.db.writing() as session:
        outcome = publish(session, decision_id=made, by=ready.staff.seconder, at=house.now())
    assert outcome.is_stopped
    assert is_nothing_sent(house, ready, made, change.words)


@pytest.mark.parametrize("change", MAIN)
def test_it_is_not_packed(house: House, change: Change) -> None:
    ready = ready_to_decide(house)
    lines, happens = change.prepare(house, ready)
    made = published(house, ready, lines)
    happens()
    pay_pack(house, made)
    assert list(house.vault.storage.keys("releases/")) == []
    assert is_nothing_sent(house, ready, made, change.words)


@pytest.mark.parametrize("change", MAIN)
def test_it_is_not_released_when_it_changes_during_packing(house: House, change: Change) -> None:
    ready = ready_to_decide(house)
    lines, happens = change.prepare(house, ready)
    made = published(house, ready, lines)
    write_down = pack(house, lease_of(made))
    happens()
    with house.db.writing() as session:
        write_down(session)
    assert is_nothing_sent(house, ready, made, change.words)


def test_nothing_held_is_not_said_of_a_request_whose_video_came_late(house: House) -> None:
    ready = ready_to_decide(house, contents=[])
    made = published(house, ready, [])
    assert decision_of(house, made).answer is Ending.NOT_HELD
    found = find_late(house, ready)
    pay_pack(house, made)
    assert is_nothing_sent(house, ready, made, f"since the decision: recording {found}.")


@pytest.mark.postgresql
def test_publishing_waits_for_a_search_that_is_writing(
    make_house: Callable[[Database], House], postgres_database: Database
) -> None:
    house = make_house(postgres_database)
    ready = ready_to_decide(house)
    made = seconded(house, ready)
    stopped: list[bool] = []

    def press() -> None:
        by, at = ready.staff.seconder, house.now()
        with house.db.writing() as session:
            stopped.append(publish(session, decision_id=made, by=by, at=at).is_stopped)

    pressing = Thread(target=press)
    with house.db.writing() as session:
        found = recording(house, session, content=b"uploaded late")
        proposed = CandidateStatus.PROPOSED
        confirm(session, ready.request_id, [found], at=house.now(), status=proposed)
        pressing.start()
        pressing.join(timeout=1)
        assert pressing.is_alive()
    pressing.join()
    assert stopped == [True]


def test_late_video_is_judged_and_decided_again(house: House) -> None:
    ready = ready_to_decide(house)
    made = decided(house, ready)
    find_late(house, ready)
    by = ready.staff.seconder
    with house.db.writing() as session:
        send_back(session, decision_id=made, why="There is more video.", by=by, at=house.now())
    with pytest.raises(Refused, match="Confirm or reject the recording"):
        decided(house, ready)
    with house.db.writing() as session:
        ranking = Ranking(ready.request_id, 0)
        newest = ranking.newest(session, Part.UNJUDGED)
        reject_candidates(
            session,
            request_id=ready.request_id,
            candidate_ids=ranking.ids(session, Part.UNJUDGED, newest=newest),
            why="Another street.",
            by=by,
            at=house.now(),
        )
    answered(house, ready)
    assert status_of(house, ready) == "answered"


def test_another_hold_at_the_same_level_changes_nothing(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one, level=SECRET)
    made = published(house, ready, [held_line(house, ready, one)])
    place_hold(house, one, level=Level.OPEN)
    pay_pack(house, made)
    assert status_of(house, ready) == "answered_held"


def test_a_recording_that_was_rejected_changes_nothing(house: House) -> None:
    ready = ready_to_decide(house)
    rejected = find_late(house, ready)
    with house.db.writing() as session:
        session.execute(
            sa.update(Candidate)
            .where(Candidate.recording_id == rejected)
            .values(
                status=CandidateStatus.REJECTED,
                judged_by="handler",
                judged_at=house.now(),
                judged_why="Another street.",
            )
        )
    answered(house, ready)
    assert status_of(house, ready) == "answered"
