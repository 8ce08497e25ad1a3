"""A request that cannot be searched whole, as handlers see it."""

import re
from datetime import timedelta

import pytest

from portal.actors import WORKER, Role
from portal.house import House
from portal.requests.commands.keeping_safe import keep_safe
from portal.requests.queries import by_id
from tests.factories.applicants import HAPPENED_AT, received
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case


@pytest.fixture
def too_wide(sqlite_house: House) -> str:
    """Somebody was somewhere in London, some time in a week; the worker has searched a part."""
    at = HAPPENED_AT + timedelta(days=8)
    with sqlite_house.db.writing() as session:
        made = received(session, at=at)
        sighting = by_id(session, made.id).sighting
        sighting.latest_at = sighting.earliest_at + timedelta(days=7)
        keep_safe(session, request_id=made.id, by=WORKER, at=at)
    return f"/office/requests/{made.reference}"


def _buttons(page: str) -> list[str]:
    return re.findall(r'class="govuk-button[^>]*href="[^"]*"[^>]*>\s*([^<]+?)\s*<', page)


def test_asking_when_or_where_is_the_first_step(too_wide: str, signed_in: SignedIn) -> None:
    for role in (Role.INTAKE, Role.SEARCHER):
        page = signed_in(role).get(too_wide).text
        assert _buttons(page)[0] == "Ask when or where"
        assert "Ask for clarification" not in page
        assert "Not searched whole" in page


def test_the_question_and_its_reason_are_there_to_begin_from(
    too_wide: str, signed_in: SignedIn
) -> None:
    page = signed_in(Role.INTAKE).get(f"{too_wide}/clarify").text
    assert "On which day was it, and about what time?" in page
    assert "We delete most video 31 days after it was recorded" in page


def test_a_request_that_was_searched_whole_has_none_of_this(
    case: Case, signed_in: SignedIn
) -> None:
    intake = signed_in(Role.INTAKE)
    page = intake.get(case.address).text
    assert "Ask when or where" not in page
    assert "Not searched whole" not in page
    assert "On which day was it" not in intake.get(f"{case.address}/clarify").text


def test_the_search_is_not_finished_on_a_part(too_wide: str, signed_in: SignedIn) -> None:
    page = signed_in(Role.SEARCHER).get(f"{too_wide}/find-video").text
    assert "a part of" in page


def test_what_each_number_is_used_for_is_said(sqlite_house: House, signed_in: SignedIn) -> None:
    at = HAPPENED_AT + timedelta(days=8)
    with sqlite_house.db.writing() as session:
        made = received(session, at=at, vehicle="AB12 CDE", custody_number="77/26")
    page = signed_in(Role.SEARCHER).get(f"/office/requests/{made.reference}/find-video").text
    assert "AB12 CDE (not searched for: recordings carry no vehicle" in page
    assert "77/26 (moves a recording up or down the list, and hides none)" in page
