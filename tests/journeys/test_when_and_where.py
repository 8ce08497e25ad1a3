"""Telling when and where by what one remembers, and what happens when that is too much."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from portal.dates import in_london
from portal.db import open_database
from portal.requests.models import SightingRow
from portal.requests.queries import is_search_too_wide
from tests.factories.applicants import received
from tests.factories.catalogue import LATITUDE, LONGITUDE
from tests.journeys.conftest import Open
from tests.journeys.people import Applicant, SignIn, Staff, until
from tests.servers.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Look = Callable[[Page, str], None]
STREETS = {
    "Marlow Street": [[LATITUDE, LONGITUDE - 0.002], [LATITUDE, LONGITUDE + 0.002]],
    "Coldharbour Lane": [[LATITUDE - 0.002, LONGITUDE], [LATITUDE + 0.002, LONGITUDE]],
}


@pytest.fixture
def gazetteer(portal: LivePortal) -> LivePortal:
    """Two streets that cross, and the borough they are in."""
    near = [
        [LATITUDE - 0.02, LONGITUDE],
        [LATITUDE, LONGITUDE + 0.03],
        [LATITUDE + 0.02, LONGITUDE],
    ]
    places = [
        {"name": name, "kind": "street", "borough": "Lambeth", "line": line}
        for name, line in STREETS.items()
    ]
    places.append({"name": "Lambeth", "kind": "borough", "polygon": near})
    file = portal.folder / "places.ndjson"
    file.write_text("".join(json.dumps(place) + "\n" for place in places))
    portal.portal("recordings", "places", str(file))
    return portal


@pytest.fixture
def applicant(new_page: Open, gazetteer: LivePortal, look: Look) -> Applicant:
    return Applicant(new_page(), gazetteer, look)


def test_a_night_at_a_corner_is_told_without_javascript(applicant: Applicant) -> None:
    """The page shows every part of the day when nothing can be hidden, and asks which night."""
    at = in_london(datetime.now(UTC) - timedelta(days=6))
    applicant.open("/ask/about-you-or-someone")
    applicant.answer("about", "Video of me")
    applicant.tell_date("when", at, "I know the date")
    applicant.answer("part-of-day", "I only know the part of the day")
    expect(applicant.page.locator(".govuk-error-summary")).to_contain_text(
        "Select which part of the day it was"
    )
    applicant.answer("part-of-day-missing", "Within 30 minutes", Time="1am")
    applicant.answer("which-night", "I am not sure")
    applicant.page.get_by_label("Where was it?").fill("marlow st and coldharbour ln")
    applicant.press("Continue")
    applicant.answer("corner", "Marlow Street and Coldharbour Lane, Lambeth")
    expect(applicant.page.locator("h1")).to_contain_text("How near to Marlow Street and Coldharb")


def test_too_much_is_answered_by_help_and_a_way_on(applicant: Applicant) -> None:
    at = in_london(datetime.now(UTC) - timedelta(days=6))
    applicant.open("/ask/about-you-or-someone")
    applicant.answer("about", "Video of me")
    applicant.tell_date("when", at, "I know the date")
    applicant.answer("time", "I do not know the time")
    applicant.page.get_by_label("Where was it?").fill("by a pub")
    applicant.press("Continue")
    applicant.press("Describe the place")
    applicant.page.get_by_label("Which borough was it in?").select_option("I am not sure")
    applicant.press("Continue")
    assert applicant.heading() == "Can you tell us more?"
    applicant.see("too-much-video")
    applicant.press("Go on as it is")
    assert applicant.heading() == "What happened?"


@pytest.fixture
def too_wide(gazetteer: LivePortal) -> Iterator[str]:
    """A request for anywhere in a week; the worker searches a part of it. Its reference."""
    database = open_database(gazetteer.database_url)
    with database.writing() as session:
        made = received(session, at=datetime.now(UTC))
        sighting = session.get_one(SightingRow, made.id)
        sighting.latest_at = sighting.earliest_at + timedelta(days=7)

    def is_searched() -> bool:
        with database.reading() as session:
            return is_search_too_wide(session, made.id)

    until(is_searched, "the worker's search")
    yield made.reference
    database.engine.dispose()


def test_a_handler_is_led_to_ask_and_to_search_by_the_answer(
    new_page: Open, gazetteer: LivePortal, staff: dict[str, SignIn], look: Look, too_wide: str
) -> None:
    handler = Staff(new_page(wide=True), gazetteer, look)
    handler.sign_in(staff["handler"])
    handler.request(too_wide)
    handler.see("too-wide-overview")
    handler.press("Ask when or where")
    handler.see("too-wide-question")
    questions = handler.page.get_by_label("What do you need to know?")
    assert "On which day was it" in questions.input_value()
    handler.open("/office/requests/new")
    handler.page.get_by_label("Street, place or postcode").fill("marlow st and coldharbour ln")
    handler.press("Register this request")
    handler.page.get_by_label("Marlow Street and Coldharbour Lane, Lambeth").check()
    handler.see("register-corner")
