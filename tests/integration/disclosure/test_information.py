"""An answer to a request that is not about video: what we hold, in words."""

import pytest

from portal.actors import PUBLIC
from portal.disclosure.commands import decide, publish, second
from portal.disclosure.exemptions import PublicInterest
from portal.disclosure.models import FileKind
from portal.disclosure.queries.decisions import latest
from portal.errors import Refused
from portal.house import House
from portal.ids import new_id
from portal.requests.answers import NO_MOMENT
from portal.requests.commands import move, receive
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.lifecycle import Event
from portal.worker import Worker
from tests.factories.disclosure import (
    Ready,
    link_of,
    pay_pack,
    ready_to_decide,
    release_with_files,
    staff,
)

NOTHING = PublicInterest("", "", "")


def information_asked(house: House) -> Ready:
    """A request for figures, ready to decide."""
    at, request_id = house.now(), new_id()
    sighting = Sighting(*NO_MOMENT, said_time="", place="", what_happened="How many cameras?")
    with house.db.writing() as session:
        people = staff(session, at=at)
        made = receive(
            session,
            request_id=request_id,
            intake=Intake(AboutWhom.GENERAL, ApplicantDetails("A", "a@example.org"), sighting),
            received_at=at,
            by=PUBLIC,
            at=at,
        )
    Worker(house).pay_all()
    with house.db.writing() as session:
        for event in (Event.SEARCH_STARTED, Event.SEARCH_FINISHED):
            move(session, request_id=request_id, event=event, by=people.decider, at=at)
    return Ready(request_id, made.reference, (), people, ())


def decide_on(house: House, ready: Ready, note: str, *, is_given: bool) -> Ending:
    with house.db.writing() as session:
        made = decide(
            session,
            request_id=ready.request_id,
            lines=(),
            note_to_applicant=note,
            interest=NOTHING,
            by=ready.staff.decider,
            at=house.now(),
            is_information_given=is_given,
        )
        return made.answer


def test_information_is_given_in_words_and_needs_them(house: House) -> None:
    ready = information_asked(house)
    with pytest.raises(Refused, match="Enter the information"):
        decide_on(house, ready, " ", is_given=True)
    assert decide_on(house, ready, "4,812 cameras.", is_given=True) is Ending.DISCLOSED_FULL


@pytest.mark.parametrize(
    ("note", "is_given", "told"),
    [
        ("4,812 cameras.\n\nIn 2026.", True, "4,812 cameras."),
        ("Ask us next year.", False, "hold it"),
    ],
)
def test_the_letter_says_it_and_no_date_of_1970(
    sqlite_house: House, note: str, is_given: bool, told: str
) -> None:
    house, ready = sqlite_house, information_asked(sqlite_house)
    decide_on(house, ready, note, is_given=is_given)
    with house.db.writing() as session:
        made = latest(session, ready.request_id)
        assert made is not None
        second(session, decision_id=made.id, by=ready.staff.seconder, at=house.now())
        publish(session, decision_id=made.id, by=ready.staff.seconder, at=house.now())
    pay_pack(house, made.id)
    release = release_with_files(house, link_of(house, ready).release_id)
    (page,) = (file for file in release.files if file.kind is FileKind.LETTER_HTML)
    with house.vault.open(page.named) as source:
        letter = source.read().decode()
    assert told in letter
    assert note.split("\n")[0] in letter
    assert "1970" not in letter
    assert "video" not in letter.split("If you do not agree")[0].split("Dear")[1]


def test_a_note_that_the_letter_would_lose_is_refused(house: House) -> None:
    ready = ready_to_decide(house, contents=())
    with pytest.raises(Refused, match="no place for a note"):
        decide_on(house, ready, "Something", is_given=False)
    assert decide_on(house, ready, "", is_given=False) is Ending.NOT_HELD
