"""The overview: the two clocks, the next steps, assigning and closing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC, Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.recordings.models import Preservation
from portal.requests.answers import NO_MOMENT
from portal.requests.commands.moving import move
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest, SightingRow
from tests.conftest import Clock
from tests.factories.applicants import received
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case


def _buttons(page: str) -> list[str]:
    return re.findall(r'class="govuk-button[^>]*href="[^"]*"[^>]*>\s*([^<]+?)\s*<', page)


def test_the_page_shows_who_and_the_two_clocks(case: Case, signed_in: SignedIn) -> None:
    page = signed_in(Role.INTAKE).get(case.address).text

    assert "Amina Example" in page
    assert "1 December 2026" in page  # a month from 1 November, and not a weekend
    assert "Kept: 3 recordings" in page


def test_next_steps_are_the_lifecycles_for_this_role(case: Case, signed_in: SignedIn) -> None:
    """An intake handler may ask and accept; looking for video is for searchers, and it says so."""
    intake = signed_in(Role.INTAKE).get(case.address).text
    searcher = signed_in(Role.SEARCHER).get(case.address).text

    assert _buttons(intake) == ["Ask for proof of identity", "Accept identity"]
    assert "For handlers with the role searcher." in intake
    assert _buttons(searcher) == ["Start looking for video"]
    for page in (intake, searcher):
        assert "Ask for clarification" in page.partition("Other things you can do")[2]


def test_an_obstacle_is_told_instead_of_a_button(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        move(
            session,
            request_id=case.request_id,
            event=Event.SEARCH_STARTED,
            by=PUBLIC,
            at=sqlite_house.now(),
        )

    page = signed_in(Role.SEARCHER).get(case.address).text

    assert "Confirm or reject the 3 recordings still on the list." in page
    assert "Finish looking for video" not in _buttons(page)


def test_tabs_are_those_the_handler_may_open(case: Case, signed_in: SignedIn) -> None:
    page = signed_in(Role.HOLD_OWNER).get(case.address).text

    assert f'href="{case.address}/holds"' in page
    assert f'href="{case.address}/identity"' not in page
    assert f'href="{case.address}/find-video"' not in page


def test_an_foi_request_without_video_has_no_deletion_date(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        made = received(session, at=sqlite_house.now(), about=AboutWhom.GENERAL)
    with sqlite_house.db.writing() as session:
        sighting = session.get_one(SightingRow, made.id)
        sighting.earliest_at, sighting.latest_at = NO_MOMENT

    page = signed_in(Role.INTAKE).get(f"/office/requests/{made.reference}").text

    assert "Not about video" in page
    assert "1970" not in page
    assert "Ask for proof of identity" not in page


def test_viewing_is_written_once_an_hour(
    case: Case, sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    client = signed_in(Role.INTAKE)
    client.get(case.address)
    client.get(f"{case.address}/messages")
    clock.forward(minutes=20)
    client.get(case.address)
    assert _viewings(sqlite_house, case) == 1

    clock.forward(minutes=25)
    client.get(case.address)
    clock.forward(minutes=25)
    client.get(case.address)
    assert _viewings(sqlite_house, case) == 2

    signed_in(Role.AUDITOR).get(case.address)
    assert _viewings(sqlite_house, case) == 3


def _viewings(house: House, case: Case) -> int:
    with house.db.reading() as session:
        return (
            session.scalar(
                sa.select(sa.func.count()).where(
                    AuditEntry.subject == case.reference, AuditEntry.deed == "request.viewed"
                )
            )
            or 0
        )


def test_no_such_request_is_404(signed_in: SignedIn) -> None:
    assert signed_in(Role.INTAKE).get("/office/requests/BWV-2222-2222").status_code == 404


@pytest.mark.parametrize("odd", ["%00", "bwv-7k3q-m2xd", "BWV-7K3Q", "%F0%9F%98%80"])
def test_what_is_no_reference_is_404(signed_in: SignedIn, odd: str) -> None:
    client = signed_in(Role.INTAKE)

    assert client.get(f"/office/requests/{odd}").status_code == 404
    assert client.post(f"/office/requests/{odd}/messages", data={"body": "x"}).status_code == 404


def test_assign_to_me_and_give_back(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)

    answer = client.post(f"{case.address}/assign")
    assert answer.status_code == 303
    assert _request(sqlite_house, case).assigned_to is not None
    assert "Give it back" in client.get(case.address).text

    client.post(f"{case.address}/assign")
    assert _request(sqlite_house, case).assigned_to is None


def test_closing_frees_the_video_later(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)
    given = {"whom": "Example Transport Police", "contact": "Phone 0800 40 50 40."}
    client.post(f"{case.address}/redirect", data=given)

    assert _request(sqlite_house, case).status is Status.CLOSED
    with sqlite_house.db.reading() as session:
        kept = session.scalars(sa.select(Preservation)).all()
    assert {one.until for one in kept} == {sqlite_house.now() + timedelta(days=92)}


def _request(house: House, case: Case) -> FootageRequest:
    with house.db.reading() as session:
        return session.get_one(FootageRequest, case.request_id)


@pytest.mark.parametrize(
    ("day", "missed"),
    [(4, set()), (5, {"Promise missed"}), (6, {"Promise missed", "date missed"})],
)
def test_a_missed_promise_and_a_missed_date_of_law_are_told_apart(
    sqlite_house: House, signed_in: SignedIn, clock: Clock, day: int, missed: set[str]
) -> None:
    # Received on 3 September: promised by Sunday 4 October, due in law on Monday the 5th.
    with sqlite_house.db.writing() as session:
        reference = received(session, at=datetime(2026, 9, 3, 9, tzinfo=UTC)).reference
    clock.at = datetime(2026, 10, day, 12, tzinfo=UTC)
    page = signed_in(Role.INTAKE).get(f"/office/requests/{reference}").text
    assert {words for words in ("Promise missed", "date missed") if words in page} == missed
