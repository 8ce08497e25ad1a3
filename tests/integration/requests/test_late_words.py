"""What is written when the day of our answer has passed: it is not promised once more."""

from datetime import timedelta

from portal.actors import PUBLIC
from portal.house import House
from portal.ids import new_id
from portal.letters.commands import force_fields
from portal.letters.composing import render_html
from portal.letters.queries import letters_of
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.requests.commands.moving import move
from portal.requests.commands.receiving import receive
from portal.requests.commands.taking_up import take_up
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event
from portal.requests.queries import by_id
from tests.conftest import Clock
from tests.factories.applicants import intake, intake_handler, received

LATE = "We should have answered by"


def test_a_request_registered_late_is_not_promised_a_day_that_has_passed(house: House) -> None:
    came_at = house.now() - timedelta(days=60)
    with house.db.writing() as session:
        request_id = new_id()
        receive(
            session,
            request_id=request_id,
            intake=intake(),
            received_at=came_at,
            by=PUBLIC,
            at=house.now(),
        )
        (letter,) = letters_of(session, request_id)
        text = render_html(letter.kind, {**letter.fields, **force_fields(house.settings)})
        notices = session.query(Notice).all()

    assert LATE in text
    assert "We will reply by" not in text
    assert [n.fields["reply_by"] for n in notices if n.kind is NoticeKind.ACKNOWLEDGEMENT] == [""]


def test_a_request_taken_up_late_is_not_promised_a_day_that_has_passed(
    house: House, clock: Clock
) -> None:
    with house.db.writing() as session:
        by = intake_handler(session, at=house.now())
        request_id = received(session, at=house.now()).id
        move(
            session,
            request_id=request_id,
            event=Event.CLOSED,
            by=by,
            at=house.now(),
            ending=Ending.NOT_VALID,
        )
    clock.forward(days=60)

    with house.db.writing() as session:
        take_up(session, request_id=request_id, by=by, at=house.now())

    with house.db.reading() as session:
        words = by_id(session, request_id).messages[-1].body
    assert LATE in words
    assert "We will reply by" not in words
