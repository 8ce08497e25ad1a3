"""Holds at the command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result

from portal.actors import COMMAND_LINE
from portal.audit.models import AuditEntry
from portal.dates import london_day
from portal.holds.commands import open_matter
from portal.holds.models import Hold
from portal.holds.policy import Bar, HoldKind, next_review_on
from portal.holds.queries import bar
from portal.house import House
from tests.factories.catalogue import line, recording, take_in

Portal = Callable[..., Result]
AT = datetime(2026, 11, 1, 20, 10, tzinfo=UTC)
PLACE = ("--matter", "CR/1", "--level", "L2", "--why", "It shows the offence.")


@pytest.fixture
def two(own_house: House) -> House:
    """A house with two recordings and an open matter."""
    for name in ("REC-1", "REC-2"):
        take_in(own_house.db, line(name, AT), at=AT)
    with own_house.db.writing() as session:
        open_matter(session, reference="CR/1", kind=HoldKind.PROSECUTION, by=COMMAND_LINE, at=AT)
    return own_house


def listed(portal: Portal, *more: str) -> list[dict[str, Any]]:
    told = portal("holds", "list", "--json", *more)
    assert told.exit_code == 0, told.output
    return [json.loads(one) for one in told.output.splitlines()]


def bars(house: House) -> list[Bar | None]:
    numbers = [recording(house.db, name).id for name in ("REC-1", "REC-2")]
    with house.db.reading() as session:
        return [bar(session, number) for number in numbers]


def done(told: Result) -> dict[str, Any]:
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert isinstance(found, dict)
    return found


def refused(told: Result, words: str, *, code: int = 1) -> None:
    assert told.exit_code == code, told.output
    assert words in told.output
    assert "Traceback" not in told.output


def test_recordings_are_held_listed_and_let_go(portal: Portal, two: House) -> None:
    placed = done(portal("holds", "place", "REC-1", "REC-2", *PLACE, "--json"))
    assert placed == {"matter": "CR/1", "placed": 2, "held_already": 0}
    assert bars(two) == [Bar.HELD, Bar.HELD]
    first, second = listed(portal)
    assert (first["recording"], second["recording"]) == ("REC-1", "REC-2")
    assert (first["kind"], first["level"], first["segments"]) == ("H2", "L2", [])
    assert first["why"] == "It shows the offence."
    assert first["review_due_on"] == next_review_on(london_day(two.now())).isoformat()
    assert not first["is_overdue"]
    lifted = portal("holds", "lift", "REC-1", "--matter", "CR/1", "--why", "Not it", "--json")
    assert done(lifted) == {"matter": "CR/1", "lifted": 1}
    assert bars(two) == [None, Bar.HELD]
    assert [each["recording"] for each in listed(portal)] == ["REC-2"]
    (ended,) = [each for each in listed(portal, "--ended") if each["lifted_at"]]
    assert ended["lifted_why"] == "Not it"


def test_it_is_told_to_a_person_in_lines(portal: Portal, two: House) -> None:
    assert "placed: 1" in portal("holds", "place", "REC-1", *PLACE).output
    (told,) = portal("holds", "list", "--matter", "CR/1").output.splitlines()
    assert told.split()[:5] == ["REC-1", "CR/1", "H2", "L2", "whole"]
    portal("holds", "lift", "REC-1", "--matter", "CR/1", "--why", "Not it")
    assert "ended" in portal("holds", "list", "--ended", "--recording", "REC-1").output


def test_every_deed_is_in_the_book_without_its_reason(portal: Portal, two: House) -> None:
    portal("holds", "place", "REC-1", *PLACE)
    portal("holds", "lift", "REC-1", "--matter", "CR/1", "--why", "Not it")
    with two.db.reading() as session:
        lines = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed.like("hold.%"))).all()
    assert [one.deed for one in lines] == ["hold.placed", "hold.lifted"]
    assert {one.actor_id for one in lines} == {COMMAND_LINE.id}
    assert "offence" not in str([one.details for one in lines])


def test_a_part_is_held_and_bars_the_whole(portal: Portal, two: House) -> None:
    parts = ("--segment", "0:30-2:05", "--segment", "0:05:00-0:06:00")
    assert portal("holds", "place", "REC-1", *PLACE, *parts).exit_code == 0
    (held,) = listed(portal)
    assert held["segments"] == ["0:00:30-0:02:05", "0:05:00-0:06:00"]
    assert bars(two)[0] is Bar.HELD


@pytest.mark.parametrize(
    ("part", "words", "code"),
    [
        ("2:05-0:30", "must end after it begins", 1),
        ("1:00-1:00", "must end after it begins", 1),
        ("10:00-11:00", "begins after the recording ends", 1),
        ("2 minutes", "minutes and seconds", 2),
        ("1:75-2:00", "minutes and seconds", 2),
        ("1:75:00-2:00:00", "minutes and seconds", 2),
    ],
)
def test_a_part_must_be_one(portal: Portal, two: House, part: str, words: str, code: int) -> None:
    refused(portal("holds", "place", "REC-1", *PLACE, "--segment", part), words, code=code)
    assert bars(two) == [None, None]


def test_parts_are_of_one_recording(portal: Portal, two: House) -> None:
    several = portal("holds", "place", "REC-1", "REC-2", *PLACE, "--segment", "0:30-1:00")
    refused(several, "Name one recording", code=2)


def test_the_owner_can_look_again_sooner_but_not_later(portal: Portal, two: House) -> None:
    today = london_day(two.now())
    for days in (0, 91):
        day = (today + timedelta(days=days)).isoformat()
        refused(portal("holds", "place", "REC-1", *PLACE, "--review-on", day), "within 90 days")
    day = (today + timedelta(days=14)).isoformat()
    assert portal("holds", "place", "REC-1", *PLACE, "--review-on", day).exit_code == 0
    assert listed(portal)[0]["review_due_on"] == day


def test_what_is_due_is_listed_alone_and_what_is_late_says_so(portal: Portal, two: House) -> None:
    portal("holds", "place", "REC-1", "REC-2", *PLACE)
    today = london_day(two.now())
    with two.db.writing() as session:
        late = session.scalars(
            sa.select(Hold).where(Hold.recording_id == recording(two.db, "REC-2").id)
        ).one()
        late.review_due_on = today - timedelta(days=1)
    (due,) = listed(portal, "--due")
    assert (due["recording"], due["is_overdue"]) == ("REC-2", True)
    assert [each["recording"] for each in listed(portal)] == ["REC-2", "REC-1"]
    assert "late" in portal("holds", "list", "--due").output


def test_holding_again_changes_nothing(portal: Portal, two: House) -> None:
    portal("holds", "place", "REC-1", *PLACE)
    again = portal("holds", "place", "REC-1", "REC-2", *PLACE, "--json")
    assert done(again) == {"matter": "CR/1", "placed": 1, "held_already": 1}


def test_all_or_none(portal: Portal, two: House) -> None:
    refused(portal("holds", "place", "REC-1", "REC-9", *PLACE), "We do not have REC-9")
    assert bars(two) == [None, None]
    portal("holds", "place", "REC-1", *PLACE)
    lift = portal("holds", "lift", "REC-1", "REC-2", "--matter", "CR/1", "--why", "Over")
    refused(lift, "CR/1 does not hold REC-2")
    assert bars(two)[0] is Bar.HELD


def test_what_is_not_there_or_closed_is_refused(portal: Portal, two: House) -> None:
    refused(portal("holds", "place", "REC-1", "--matter", "CR/2", *PLACE[2:]), "no matter")
    refused(portal("holds", "list", "--matter", "CR/2"), "no matter")
    refused(portal("holds", "place", "REC-1", *PLACE[:4]), "--why", code=2)
    refused(portal("holds", "place", "REC-1", *PLACE[:4], "--why", " "), "Enter the reason")
    refused(portal("holds", "place", *PLACE), "RECORDING", code=2)
    portal("holds", "place", "REC-1", *PLACE)
    blank = portal("holds", "lift", "REC-1", "--matter", "CR/1", "--why", " ")
    refused(blank, "Enter why the hold ends")
    portal("matters", "close", "CR/1", "--why", "Acquitted")
    assert listed(portal, "--ended")[0]["lifted_why"] == "Acquitted"
    refused(portal("holds", "place", "REC-2", *PLACE), "This matter is closed")


def test_opening_a_matter_answers_a_machine(portal: Portal, own_house: House) -> None:
    opened = done(portal("matters", "open", " CR/7 ", "--kind", "H8", "--json"))
    assert opened["matter"] == "CR/7"


REVIEW = ("holds", "review", "REC-1", "--matter", "CR/1", "--json")


def test_a_hold_is_looked_at_again(portal: Portal, two: House) -> None:
    portal("holds", "place", "REC-1", *PLACE)
    goes_on = done(portal(*REVIEW, "--finding", "continue", "--why", "No verdict.", "--look", "1"))
    assert (goes_on["look"], goes_on["finding"]) == (1, "continue")
    assert goes_on["next_on"] == next_review_on(london_day(two.now())).isoformat()
    again = ("--finding", "continue", "--why", "No verdict.", "--look", "1")
    refused(portal(*REVIEW, *again), "written down already")
    less = ("--finding", "narrow", "--why", "Only the arrest.", "--segment", "0:30-2:05")
    assert done(portal(*REVIEW, *less, "--level", "L1"))["look"] == 2
    (held,) = listed(portal)
    assert (held["level"], held["segments"]) == ("L1", ["0:00:30-0:02:05"])
    ended = done(portal(*REVIEW, "--finding", "end", "--why", "No charge."))
    assert (ended["look"], ended["next_on"]) == (3, None)
    assert bars(two)[0] is None
    refused(portal(*REVIEW, "--finding", "end", "--why", "Again."), "does not hold REC-1")


@pytest.mark.parametrize("more", [("--level", "L1"), ("--segment", "0:30-2:05")])
def test_what_becomes_less_needs_that_finding(
    portal: Portal, two: House, more: tuple[str, str]
) -> None:
    portal("holds", "place", "REC-1", *PLACE)
    told = portal(*REVIEW, "--finding", "continue", "--why", "So.", *more)
    refused(told, "go with --finding narrow", code=2)


def test_what_may_be_told_goes_up_and_down(portal: Portal, two: House) -> None:
    portal("holds", "place", "REC-1", "REC-2", *PLACE)
    change = ("holds", "level", "REC-1", "REC-2", "--matter", "CR/1", "--why", "A witness.")
    assert done(portal(*change, "--to", "L3", "--json"))["changed"] == 2
    assert [each["level"] for each in listed(portal)] == ["L3", "L3"]
    assert done(portal(*change, "--to", "L3", "--json"))["changed"] == 0
    assert done(portal(*change, "--to", "L1", "--json"))["changed"] == 2
    assert "L2 to L3: A witness." in listed(portal)[0]["why"]
    refused(portal(*change, "--to", "L4"), "L4", code=2)
    refused(portal("holds", "level", "REC-9", *change[4:], "--to", "L1"), "REC-9")
