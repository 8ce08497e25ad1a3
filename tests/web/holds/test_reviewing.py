"""Holds to review, as their owner meets them."""

from datetime import timedelta

import sqlalchemy as sa

from portal.actors import WORKER, Role
from portal.dates import london_day
from portal.holds.commands import open_matter, place
from portal.holds.models import Hold, HoldReview
from portal.holds.policy import HoldKind, Level, Segment
from portal.house import House
from portal.ids import new_id
from tests.conftest import Clock
from tests.factories.disclosure import recording
from tests.web.conftest import SignedIn

LIST = "/office/matters/holds-to-review"


def _held(house: House) -> Hold:
    with house.db.writing() as session:
        found = recording(house, session)
        matter = open_matter(
            session, reference="CR/1", kind=HoldKind.INQUEST, by=WORKER, at=house.now()
        )
        return place(
            session,
            recording_id=found.id,
            matter=matter,
            kind=matter.kind,
            level=Level.LIMITED,
            reason="The coroner asked.",
            by=WORKER,
            at=house.now(),
        )


def _now(house: House, hold: Hold) -> Hold:
    with house.db.reading() as session:
        return session.get_one(Hold, hold.id)


def test_it_is_on_the_list_when_it_is_near_and_says_when_it_is_late(
    sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    _held(sqlite_house)
    assert "No hold must be looked at" in signed_in(Role.HOLD_OWNER).get(LIST).text
    clock.at += timedelta(days=84)
    client = signed_in(Role.HOLD_OWNER)
    page = client.get(LIST).text
    assert "CR/1" in page and "Late" not in page
    assert "1 hold to review in the next 7 days" in client.get("/office/").text
    clock.at += timedelta(days=7)
    assert "Late" in signed_in(Role.HOLD_OWNER).get(LIST).text


def test_the_one_that_waits_longest_is_in_front(
    sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    hold = _held(sqlite_house)
    today = london_day(clock.at)
    with sqlite_house.db.writing() as session:
        session.get_one(Hold, hold.id).review_due_on = today
        matter = open_matter(
            session, reference="CR/2", kind=HoldKind.CONDUCT, by=WORKER, at=clock.at
        )
        second = place(
            session,
            recording_id=hold.recording_id,
            matter=matter,
            kind=matter.kind,
            level=Level.OPEN,
            reason="A complaint.",
            by=WORKER,
            at=clock.at,
        )
        second.review_due_on = today - timedelta(days=1)
    page = signed_in(Role.HOLD_OWNER).get(LIST).text
    assert page.index("CR/2") < page.index("CR/1")


def test_looking_and_going_on(sqlite_house: House, clock: Clock, signed_in: SignedIn) -> None:
    hold = _held(sqlite_house)
    clock.at += timedelta(days=89)
    client, address = signed_in(Role.HOLD_OWNER), f"{LIST}/{hold.id}"
    assert "The coroner asked." in client.get(address).text
    assert "The coroner consents." in client.get(address).text
    empty = client.post(address, data={"look": "1"})
    assert empty.status_code == 422
    assert "Select what you find" in empty.text and "Enter the reason" in empty.text
    day = london_day(clock.at) + timedelta(days=30)
    given = {
        "look": "1",
        "finding": "continue",
        "reason": "The inquest is in May.",
        "level": "L2",
        "next_on-day": str(day.day),
        "next_on-month": str(day.month),
        "next_on-year": str(day.year),
    }
    assert client.post(address, data=given).status_code == 303
    assert _now(sqlite_house, hold).review_due_on == day
    assert "The inquest is in May." in client.get(address).text
    again = client.post(address, data=given)
    assert again.status_code == 422 and "written down already" in again.text


def test_it_becomes_less(sqlite_house: House, signed_in: SignedIn) -> None:
    hold = _held(sqlite_house)
    client, address = signed_in(Role.HOLD_OWNER), f"{LIST}/{hold.id}"
    given = {"look": "1", "finding": "narrow", "reason": "Only that.", "level": "L2"}
    same = client.post(address, data=given)
    assert same.status_code == 422 and "Say what becomes less" in same.text
    wrong = client.post(address, data={**given, "parts": "some of it"})
    assert wrong.status_code == 422 and "Enter each part like 0:30-2:05" in wrong.text
    assert client.post(address, data={**given, "parts": "0:05-0:09"}).status_code == 303
    assert _now(sqlite_house, hold).parts == (Segment(5, 9),)
    assert "0:00:05-0:00:09" in client.get(address).text


def test_it_ends(sqlite_house: House, signed_in: SignedIn) -> None:
    hold = _held(sqlite_house)
    client, address = signed_in(Role.HOLD_OWNER), f"{LIST}/{hold.id}"
    given = {"look": "1", "finding": "end", "reason": "It is over.", "level": "L2"}
    assert client.post(address, data=given).status_code == 303
    assert _now(sqlite_house, hold).lifted_why == "It is over."
    assert "This hold has ended." in client.get(address).text


def test_a_form_that_is_not_ours_changes_nothing(sqlite_house: House, signed_in: SignedIn) -> None:
    hold = _held(sqlite_house)
    client, address = signed_in(Role.HOLD_OWNER), f"{LIST}/{hold.id}"
    for look in ("", "x", "²", "9" * 40):
        given = {"look": look, "finding": "end", "reason": "It is over.", "level": "L2"}
        assert client.post(address, data=given).status_code == 422
    assert client.get(f"{LIST}/{new_id()}").status_code == 404
    with sqlite_house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(HoldReview)) == 0


def test_an_auditor_reads_the_list_and_reviews_nothing(
    sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    hold = _held(sqlite_house)
    clock.at += timedelta(days=89)
    client = signed_in(Role.AUDITOR)
    page = client.get(LIST)
    assert page.status_code == 200 and str(hold.id) not in page.text
    assert client.get(f"{LIST}/{hold.id}").status_code == 403


def test_what_was_changed_beside_another_finding_is_asked_about(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    hold = _held(sqlite_house)
    client = signed_in(Role.HOLD_OWNER)
    typed = {
        "look": "1",
        "finding": "continue",
        "reason": "The inquest goes on.",
        "parts": "0:10-0:20",
        "level": "L2",
    }
    answer = client.post(f"{LIST}/{hold.id}", data=typed)
    assert answer.status_code == 422
    assert "Select “Less is needed" in answer.text and "0:10-0:20" in answer.text
    assert _now(sqlite_house, hold).looks == 0
