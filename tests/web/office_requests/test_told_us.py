"""What people without the website told us, written down with the day they told us."""

from datetime import date, timedelta

from portal.actors import Actor, Role
from portal.dates import london_day
from portal.house import House
from portal.requests.commands.clarifying import ask
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event, Status
from portal.requests.messages import Meaning, Sender
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id
from tests.conftest import Clock
from tests.factories.applicants import intake_handler
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case


def asked(house: House, case: Case) -> date:
    with house.db.writing() as session:
        by: Actor = intake_handler(session, at=house.now())
        ask(
            session,
            request_id=case.request_id,
            questions="Which side?",
            why_needed="There are two.",
            by=by,
            at=house.now(),
        )
    return london_day(house.now())


def said(told: str, on: date, **more: str) -> dict[str, str]:
    day = {"told_on-day": str(on.day), "told_on-month": str(on.month), "told_on-year": str(on.year)}
    return {"told": told, "channel": "phone", "words": "The north side.", **day, **more}


def the(house: House, case: Case) -> FootageRequest:
    with house.db.reading() as session:
        return by_id(session, case.request_id)


def test_an_answer_by_telephone_counts_from_the_day_it_came(
    case: Case, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    asked_on = asked(sqlite_house, case)
    clock.forward(days=5)
    client, address = signed_in(Role.INTAKE), f"{case.address}/messages/told-us"
    assert "They answered our question" in client.get(address).text
    assert client.post(address, data={"told": "answer"}).status_code == 422
    came_on = asked_on + timedelta(days=2)

    assert client.post(address, data=said("answer", came_on)).status_code == 303

    known = the(sqlite_house, case)
    assert known.status is Status.SEARCHING
    assert known.steps[-1].event is Event.CLARIFICATION_ANSWERED
    assert known.steps[-1].on == came_on
    assert known.target_due_on is not None
    words = known.messages[-1]
    assert (words.sender, words.meaning) == (Sender.APPLICANT, Meaning.CLARIFICATION)
    assert words.body.startswith("They told us by telephone on ")
    assert words.body.endswith("The north side.")


def test_a_day_that_cannot_be_is_refused_and_nothing_is_written(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    asked_on = asked(sqlite_house, case)
    client, address = signed_in(Role.INTAKE), f"{case.address}/messages/told-us"
    tomorrow = client.post(address, data=said("answer", asked_on + timedelta(days=1)))
    before = client.post(address, data=said("answer", asked_on - timedelta(days=1)))
    long_ago = client.post(address, data=said("other", asked_on - timedelta(days=9)))
    assert (tomorrow.status_code, before.status_code, long_ago.status_code) == (422, 422, 422)
    assert "must be today or in the past" in tomorrow.text
    assert "We asked them on" in before.text
    assert "before the day the request was received" in long_ago.text
    assert the(sqlite_house, case).status is Status.AWAITING_CLARIFICATION
    assert len(the(sqlite_house, case).messages) == 1


def test_they_want_less_or_nothing_more(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client, address = signed_in(Role.INTAKE), f"{case.address}/messages/told-us"
    today = london_day(sqlite_house.now())
    assert "They answered our question" not in client.get(address).text
    assert client.post(address, data=said("answer", today)).status_code == 422

    assert client.post(address, data=said("less", today, channel="post")).status_code == 303
    assert the(sqlite_house, case).messages[-1].meaning is Meaning.NARROWING
    assert client.post(address, data=said("withdrawal", today)).status_code == 303

    known = the(sqlite_house, case)
    assert (known.status, known.ending) == (Status.CLOSED, Ending.WITHDRAWN)
    assert known.steps[-1].on == today
    page = client.get(address).text
    assert "They want to end their request" not in page
    assert "Something else" in page
    assert client.post(address, data=said("other", today)).status_code == 303
    assert len(the(sqlite_house, case).messages) == 3
    assert signed_in(Role.AUDITOR).get(address).status_code == 403
