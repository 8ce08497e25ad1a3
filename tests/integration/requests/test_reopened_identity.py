"""Who they are, when a request opens again long after we knew."""

import pytest

from portal.actors import WORKER, Actor
from portal.dates import london_day
from portal.house import House
from portal.identity.authority import Acting, checks_for
from portal.requests.applicant_queries import applicant_page
from portal.requests.commands.authorising import accept_authority
from portal.requests.commands.moving import move
from portal.requests.commands.proving import Known, accept_identity
from portal.requests.commands.reopening import reopen_request
from portal.requests.lifecycle import Event, Status, obstacle
from portal.requests.models import FootageRequest, Representative
from portal.requests.queries import by_id, facts_of
from tests.conftest import Clock
from tests.factories.disclosure import Ready, answered, held_line, place_hold, ready_to_decide


def reopened_after(house: House, clock: Clock, days: int) -> Ready:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    answered(house, ready, [held_line(house, ready, one)])
    clock.forward(days=days)
    with house.db.writing() as session:
        reopen_request(session, request_id=ready.request_id, by=WORKER, at=house.now())
    return ready


@pytest.mark.parametrize(("days", "is_known"), [(30, True), (200, False)])
def test_identity_is_checked_again_when_it_is_more_than_six_months_old(
    house: House, clock: Clock, days: int, is_known: bool
) -> None:
    ready = reopened_after(house, clock, days)

    with house.db.reading() as session:
        known = by_id(session, ready.request_id)
        hindrance = obstacle(Event.DECIDED, facts_of(session, known))
    assert known.status is Status.REOPENED
    assert (known.identity_accepted_at is not None) is is_known
    assert (hindrance == "Accept the applicant’s identity first.") is not is_known


def test_accepting_it_anew_moves_no_date(house: House, clock: Clock) -> None:
    ready = reopened_after(house, clock, 200)
    with house.db.reading() as session:
        due_on = by_id(session, ready.request_id).target_due_on
    by: Actor = ready.staff.decider

    with house.db.writing() as session:
        move(
            session,
            request_id=ready.request_id,
            event=Event.SEARCH_STARTED,
            by=by,
            at=house.now(),
        )
        accept_identity(
            session,
            request_id=ready.request_id,
            by=by,
            at=house.now(),
            known=Known.ESTABLISHED,
        )

    with house.db.reading() as session:
        known = by_id(session, ready.request_id)
    assert known.identity_accepted_at == house.now()
    assert known.target_due_on == due_on


FOUND = {
    check.name: "no" if check.is_warning else check.right[0].value
    for check in checks_for(Acting.OTHER, None)
}


def act_for(house: House, ready: Ready) -> None:
    with house.db.writing() as session:
        session.add(
            Representative(
                request_id=ready.request_id,
                name="Ines Okafor",
                relationship_to_applicant="Sister",
                acting=Acting.OTHER,
            )
        )
        session.get_one(FootageRequest, ready.request_id).authority_accepted_at = house.now()


@pytest.mark.parametrize(("days", "is_known"), [(30, True), (200, False)])
def test_the_right_to_act_is_checked_again_too(
    house: House, clock: Clock, days: int, is_known: bool
) -> None:
    ready = ready_to_decide(house)
    act_for(house, ready)
    (one,) = ready.recording_ids
    place_hold(house, one)
    answered(house, ready, [held_line(house, ready, one)])
    clock.forward(days=days)
    with house.db.writing() as session:
        reopen_request(session, request_id=ready.request_id, by=WORKER, at=house.now())
    by = ready.staff.decider
    with house.db.writing() as session:
        if not is_known:
            accept_identity(
                session,
                request_id=ready.request_id,
                by=by,
                at=house.now(),
                known=Known.ESTABLISHED,
            )
        known = by_id(session, ready.request_id)
        hindrance = obstacle(Event.DECIDED, facts_of(session, known))
        turn = applicant_page(session, known).turn
    asked = "Accept the representative’s authority to act first."
    assert (hindrance == asked) is not is_known
    assert (turn.title == "Show us again that you may act") is not is_known
    if not is_known:
        with house.db.writing() as session:
            accept_authority(
                session,
                request_id=ready.request_id,
                found=FOUND,
                by=by,
                at=house.now(),
                known=Known.SHOWN,
                shown_on=london_day(house.now()),
                signed_on=london_day(house.now()),
            )
        with house.db.reading() as session:
            again = by_id(session, ready.request_id)
            assert again.status is Status.REOPENED
            assert obstacle(Event.DECIDED, facts_of(session, again)) != asked
