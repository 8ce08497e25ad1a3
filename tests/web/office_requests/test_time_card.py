"""The dates on the overview: their working, what did not move them, and the calendar file."""

from datetime import date

from portal.actors import COMMAND_LINE, PUBLIC, Role
from portal.house import House
from portal.requests.commands.moving import move
from portal.requests.commands.recounting import recount_open
from portal.requests.lifecycle import Event
from portal.requests.models import BankHoliday
from tests.conftest import Clock
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case


def moved(house: House, case: Case, event: Event) -> None:
    with house.db.writing() as session:
        move(session, request_id=case.request_id, event=event, by=PUBLIC, at=house.now())


def test_the_working_is_in_plain_view(case: Case, signed_in: SignedIn) -> None:
    page = signed_in(Role.INTAKE).get(case.address).text
    working = page.partition('id="working"')[2].partition("</ol>")[0]
    assert "We received your request on Sunday 1 November 2026." in working
    assert "We will reply by Tuesday 1 December 2026." in working
    assert "<details" not in page.partition('id="working"')[0][-400:]


def test_what_did_not_move_the_date_is_told(
    case: Case, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    clock.forward(days=40)
    moved(sqlite_house, case, Event.CLARIFICATION_ASKED)
    page = signed_in(Role.INTAKE).get(case.address).text
    assert (
        "The question asked on Saturday 12 December 2026 came after the time had ended on "
        "Tuesday 1 December 2026, so the date stays." in page
    )


def test_a_handler_has_the_reply_date_for_a_calendar(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    browser = signed_in(Role.INTAKE)
    assert f"{case.address}/calendar.ics" in browser.get(case.address).text
    first = browser.get(f"{case.address}/calendar.ics")
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART;VALUE=DATE:20261201" in first.text
    assert "SEQUENCE:1" in first.text

    with sqlite_house.db.writing() as session:
        session.add(BankHoliday(division="england-and-wales", on=date(2026, 12, 1)))
    assert len(recount_open(sqlite_house.db, by=COMMAND_LINE, at=sqlite_house.now())) == 1
    second = browser.get(f"{case.address}/calendar.ics").text
    assert "DTSTART;VALUE=DATE:20261202" in second
    assert "SEQUENCE:2" in second


def test_there_is_no_calendar_without_a_date(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    browser = signed_in(Role.INTAKE)
    moved(sqlite_house, case, Event.CLARIFICATION_ASKED)
    assert browser.get(f"{case.address}/calendar.ics").status_code == 404
    assert "calendar.ics" not in browser.get(case.address).text
    moved(sqlite_house, case, Event.WITHDRAWN)
    assert browser.get(f"{case.address}/calendar.ics").status_code == 404
