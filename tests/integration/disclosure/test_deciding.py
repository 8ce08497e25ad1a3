"""Deciding, seconding and sending back, on both engines."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import Role
from portal.disclosure.commands import decide, publish, second, send_back
from portal.disclosure.exemptions import Line, Outcome, PublicInterest
from portal.disclosure.models import Decision, DecisionLine
from portal.errors import NotAllowed, Refused
from portal.holds.policy import Level
from portal.house import House
from portal.ids import new_id
from portal.recordings.models import Recording
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Regime
from tests.factories.disclosure import (
    WEIGHED,
    Ready,
    decided,
    decision_of,
    handler,
    held_line,
    lift_hold,
    place_hold,
    ready_to_decide,
    release_line,
    seconded,
    status_of,
    withhold_line,
)


def test_a_decision_keeps_its_lines_and_waits_for_a_second(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"a", b"b"])
    one, two = ready.recording_ids
    made = decided(house, ready, [release_line(one), withhold_line(two)], note="Take care.")
    assert status_of(house, ready) == "decided"
    with house.db.reading() as session:
        row = session.get_one(Decision, made)
        lines = session.scalars(sa.select(DecisionLine).order_by(DecisionLine.number)).all()
    assert (row.round, row.answer, row.note_to_applicant) == (
        1,
        Ending.DISCLOSED_PART,
        "Take care.",
    )
    assert row.decided_by_name == ready.staff.decider.name
    assert [(line.outcome, line.ground) for line in lines] == [
        (Outcome.RELEASE, ""),
        (Outcome.WITHHOLD, "P3-45-4-e"),
    ]
    with house.db.reading() as session:
        files = [session.get_one(Recording, number) for number in ready.recording_ids]
    assert [(line.media, line.sha256) for line in lines] == [
        (recording.media, recording.sha256) for recording in files
    ]
    assert all(line.sha256 for line in lines)


def test_every_match_needs_one_line_and_nothing_else_may_have_one(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"a", b"b"])
    one, two = ready.recording_ids
    for lines in ([], [one], [one, one], [one, two, two], [one, two, 999]):
        with pytest.raises(Refused, match="list of recordings has changed"):
            decided(house, ready, [release_line(each) for each in lines])
    assert status_of(house, ready) == "reviewing"


def test_a_held_recording_can_only_be_held(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    for line in (release_line(one), withhold_line(one)):
        with pytest.raises(Refused, match="held as evidence"):
            decided(house, ready, [line])
    with pytest.raises(Refused, match="fits the kind of its hold"):
        decided(house, ready, [Line(one, Outcome.HELD, "P3-45-4-e")])
    made = decided(house, ready, [held_line(house, ready, one)])
    assert decision_of(house, made).answer is Ending.RESTRICTED_HELD


def test_what_is_not_held_cannot_be_called_held(house: House) -> None:
    ready = ready_to_decide(house)
    with pytest.raises(Refused, match="not held as evidence"):
        decided(house, ready, [held_line(house, ready, ready.recording_ids[0])])


@pytest.mark.parametrize(
    ("level", "answer"),
    [
        (Level.OPEN, Ending.RESTRICTED_HELD),
        (Level.LIMITED, Ending.RESTRICTED_HELD),
        (Level.NEITHER_CONFIRM_NOR_DENY, Ending.NCND),
    ],
)
def test_the_line_keeps_the_strictest_level_of_its_holds(
    house: House, level: Level, answer: Ending
) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one, level=Level.OPEN)
    place_hold(house, one, level=level)
    made = decided(house, ready, [held_line(house, ready, one)])
    with house.db.reading() as session:
        assert session.scalars(sa.select(DecisionLine.level)).one() is level
    assert decision_of(house, made).answer is answer


def test_nothing_found_is_an_answer_too(house: House) -> None:
    ready = ready_to_decide(house, contents=[])
    assert decision_of(house, decided(house, ready, [])).answer is Ending.NOT_HELD


def test_a_ground_needs_its_test_and_a_qualified_one_the_public_interest(house: House) -> None:
    ready = ready_to_decide(house, about=AboutWhom.GENERAL)
    (one,) = ready.recording_ids
    half = {"condition": "first", "principle": " "}
    with pytest.raises(Refused, match="Which principle or right"):
        decided(house, ready, [Line(one, Outcome.WITHHOLD, "FOI-40-2", half)])
    with pytest.raises(Refused, match="ground"):
        decided(house, ready, [withhold_line(one, "P3-45-4-b")])
    with pytest.raises(Refused, match="which weighs"):
        decided(house, ready, [withhold_line(one, "FOI-31")], interest=PublicInterest("a", "b"))
    decided(house, ready, [withhold_line(one, "FOI-31")], interest=WEIGHED)


def test_what_has_no_file_cannot_be_released(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    with house.db.writing() as session:
        session.execute(sa.text("UPDATE recording SET media = NULL"))
    with pytest.raises(Refused, match="file is not there"):
        decided(house, ready, [release_line(one)])


def test_the_same_person_cannot_second(house: House) -> None:
    ready = ready_to_decide(house)
    made = decided(house, ready)
    with pytest.raises(Refused, match="Somebody else"), house.db.writing() as session:
        second(session, decision_id=made, by=ready.staff.decider, at=house.now())
    assert status_of(house, ready) == "decided"


def test_the_database_itself_wants_two_people(house: House) -> None:
    ready = ready_to_decide(house)
    made = decided(house, ready)
    same = sa.update(Decision).where(Decision.id == made)
    with pytest.raises(sa.exc.IntegrityError, match="two_people"), house.db.writing() as session:
        session.execute(same.values(seconded_by=Decision.decided_by, seconded_at=house.now()))
    with pytest.raises(sa.exc.IntegrityError, match="two_people"), house.db.writing() as session:
        session.add(_row(ready, seconded_by=UUID(ready.staff.decider.id)))


def test_the_database_wants_a_second_before_publishing(house: House) -> None:
    ready = ready_to_decide(house)
    with pytest.raises(sa.exc.IntegrityError, match="seconded"), house.db.writing() as session:
        session.add(_row(ready, published_at=house.now()))


def _row(ready: Ready, **given: object) -> Decision:
    from tests.factories.disclosure import HAPPENED_AT

    fields = {
        "request_id": ready.request_id,
        "round": 7,
        "regime": Regime.SAR_PART3,
        "answer": Ending.DISCLOSED_FULL,
        "decided_by": UUID(ready.staff.decider.id),
        "decided_by_name": "Dana",
        "decided_at": HAPPENED_AT,
        "seconded_at": HAPPENED_AT if "seconded_by" in given else None,
    }
    return Decision(**{**fields, **given})


def test_a_hold_placed_meanwhile_stops_the_second(house: House) -> None:
    ready = ready_to_decide(house)
    made = decided(house, ready)
    place_hold(house, ready.recording_ids[0])
    with pytest.raises(Refused, match="Send it back"), house.db.writing() as session:
        second(session, decision_id=made, by=ready.staff.seconder, at=house.now())


def test_a_hold_that_ended_meanwhile_stops_the_second(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    placed = place_hold(house, one)
    made = decided(house, ready, [held_line(house, ready, one)])
    lift_hold(house, placed)
    with pytest.raises(Refused, match="has ended"), house.db.writing() as session:
        second(session, decision_id=made, by=ready.staff.seconder, at=house.now())


def test_sent_back_is_decided_again_in_a_new_round(house: House) -> None:
    ready = ready_to_decide(house)
    made = decided(house, ready)
    with house.db.writing() as session:
        send_back(
            session,
            decision_id=made,
            why="Hide the child.",
            by=ready.staff.seconder,
            at=house.now(),
        )
    assert status_of(house, ready) == "reviewing"
    assert decision_of(house, made).sent_back_why == "Hide the child."
    again = decided(house, ready)
    assert decision_of(house, again).round == 2
    with pytest.raises(Refused, match="newer decision"), house.db.writing() as session:
        second(session, decision_id=made, by=ready.staff.seconder, at=house.now())


def test_sending_back_needs_a_reason(house: House) -> None:
    ready = ready_to_decide(house)
    made = decided(house, ready)
    with pytest.raises(Refused, match="why"), house.db.writing() as session:
        send_back(session, decision_id=made, why=" ", by=ready.staff.seconder, at=house.now())


def test_each_step_wants_its_role(house: House) -> None:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        searcher = handler(session, f"Sam{new_id().hex[:6]}", Role.SEARCHER, at=house.now())
    made = decided(house, ready)
    with pytest.raises(NotAllowed), house.db.writing() as session:
        second(session, decision_id=made, by=searcher, at=house.now())
    with pytest.raises(NotAllowed), house.db.writing() as session:
        send_back(session, decision_id=made, why="No.", by=searcher, at=house.now())
    with pytest.raises(NotAllowed), house.db.writing() as session:
        publish(session, decision_id=made, by=searcher, at=house.now())
    with pytest.raises(NotAllowed), house.db.writing() as session:
        decide(
            session,
            request_id=ready.request_id,
            lines=(),
            note_to_applicant="",
            interest=WEIGHED,
            by=searcher,
            at=house.now(),
        )


def test_a_second_click_is_refused_in_words(house: House) -> None:
    ready = ready_to_decide(house)
    made = seconded(house, ready)
    with pytest.raises(Refused, match="ready to publish"), house.db.writing() as session:
        second(session, decision_id=made, by=ready.staff.seconder, at=house.now())
