"""A request that a review opened again, all the way to its fresh answer."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from portal.disclosure.exemptions import Line
from portal.disclosure.queries.decisions import to_decide
from portal.holds.policy import Level
from portal.house import House
from portal.recordings.models import Preservation
from portal.requests.commands.keeping import KEPT_AFTER_CLOSING
from portal.requests.commands.moving import move
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest
from portal.reviews.commands.answering import Finding, answer
from portal.reviews.kinds import ReviewOutcome
from portal.reviews.queries import standing_of
from portal.reviews.rules import why_not_ask
from tests.conftest import Clock
from tests.factories.disclosure import (
    Ready,
    answered,
    held_line,
    place_hold,
    ready_to_decide,
    release_line,
    staff,
)
from tests.factories.reviews import answered_request, asked, reviewers

UPHELD = Finding(ReviewOutcome.UPHELD, "You are right.", "We look again.", opens_again=True)


def test_a_fresh_answer_is_given_and_can_be_looked_at_again(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    before = _request(house, ready.request_id)
    clock.forward(days=15)
    review_id, by = asked(house, ready.request_id), reviewers(house).senior
    clock.forward(days=15)
    with house.db.writing() as session:
        answer(session, review_id=review_id, finding=UPHELD, by=by, at=house.now())
        again = replace(ready, staff=staff(session, at=house.now()))
        move(
            session,
            request_id=ready.request_id,
            event=Event.SEARCH_FINISHED,
            by=again.staff.decider,
            at=house.now(),
        )
    clock.forward(days=2)
    answered(house, again)
    after = _request(house, ready.request_id)
    assert after.status is Status.ANSWERED
    assert (after.legal_due_on, after.target_due_on) == (before.legal_due_on, before.target_due_on)
    with house.db.reading() as session:
        until = session.scalars(sa.select(Preservation.until)).all()
        standing = standing_of(session, after)
    assert until == [house.now() + KEPT_AFTER_CLOSING]
    assert why_not_ask(standing.kind, standing) is None


@pytest.mark.parametrize("has_secret", [False, True])
def test_a_fresh_answer_does_not_show_what_is_held_in_secret(
    house: House, has_secret: bool
) -> None:
    """DPA 2018 s.45(6): the same answer, whether or not something is held at level L3."""
    ready = ready_to_decide(house, contents=[b"one", b"two"] if has_secret else [b"one"])
    for number in ready.recording_ids[1:]:
        place_hold(house, number, level=Level.NEITHER_CONFIRM_NOR_DENY)
    answered(house, ready, _lines(house, ready))
    with house.db.writing() as session:
        for event, by in (
            (Event.REVIEW_UPHELD, ready.staff.officer),
            (Event.SEARCH_FINISHED, ready.staff.decider),
        ):
            move(session, request_id=ready.request_id, event=event, by=by, at=house.now())
    with house.db.reading() as session:
        asked = to_decide(session, ready.request_id)
    assert [each.id for each in asked] == list(ready.recording_ids)
    answered(house, ready, _lines(house, ready))
    assert _request(house, ready.request_id).ending is Ending.DISCLOSED_FULL


def _lines(house: House, ready: Ready) -> list[Line]:
    one, *secret = ready.recording_ids
    return [release_line(one), *(held_line(house, ready, each) for each in secret)]


def _request(house: House, request_id: object) -> FootageRequest:
    with house.db.reading() as session:
        return session.get_one(FootageRequest, request_id)
