"""More time to weigh the public interest: FOIA s.10(3) and s.17(2)."""

import re
from datetime import UTC, date, datetime

import pytest

from portal.actors import Role
from portal.bank_holidays import load_shipped
from portal.disclosure.commands.weighing import extend_to_weigh, weighable
from portal.errors import Refused
from portal.house import House
from portal.letters.kinds import LetterKind
from portal.letters.queries import letters_of
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.workdays import add_working_days
from tests.conftest import Clock
from tests.factories.applicants import received
from tests.factories.disclosure import handler
from tests.web.conftest import SignedIn

GIVEN = {"code": "FOI-31", "reasons": "We have to ask another force first."}


@pytest.fixture
def reference(sqlite_house: House) -> str:
    """A freedom of information request received on Monday 2 November 2026."""
    with sqlite_house.db.writing() as session:
        return received(session, at=sqlite_house.now(), about=AboutWhom.GENERAL).reference


def address(reference: str) -> str:
    return f"/office/requests/{reference}/time/public-interest"


def the(house: House, reference: str) -> FootageRequest:
    with house.db.reading() as session:
        return by_reference(session, reference)


def fingerprint(page: str) -> str:
    return str(re.findall(r"[0-9a-f]{64}", page)[-1])


def test_only_weighed_exemptions_are_offered() -> None:
    codes = {one.code for one in weighable()}
    assert {"FOI-30", "FOI-31", "FOI-38"} <= codes
    assert not any("s.40(1)" in one.statute or "s.21" in one.statute for one in weighable())


def test_the_notice_names_the_exemption_and_a_date_20_working_days_on(
    reference: str, sqlite_house: House, signed_in: SignedIn
) -> None:
    latest = add_working_days(date(2026, 11, 2), 40, load_shipped().uk)
    client = signed_in(Role.DECISION_MAKER)
    assert address(reference) in client.get(f"/office/requests/{reference}/time").text
    assert client.post(address(reference), data={"code": "FOI-40-1"}).status_code == 422

    seen = client.post(address(reference), data=GIVEN)
    assert "We have to ask another force first." in seen.text
    assert f"We expect to decide by {latest.day} {latest:%B %Y}." in seen.text
    assert Event.INTEREST_EXTENDED not in [s.event for s in the(sqlite_house, reference).steps]

    issue = GIVEN | {"issue_letter": fingerprint(seen.text)}
    assert client.post(address(reference), data=issue).status_code == 303
    after = the(sqlite_house, reference)
    assert (after.legal_due_on, after.target_due_on, after.promise_due_on) == (latest, latest, None)
    with sqlite_house.db.reading() as session:
        (letter,) = [
            one for one in letters_of(session, after.id) if one.kind is LetterKind.PIT_EXTENSION
        ]
    assert "31" in letter.fields["exemption_section"]


def test_too_late_is_refused(
    reference: str, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    due_on = the(sqlite_house, reference).legal_due_on
    assert due_on is not None
    clock.at = datetime(due_on.year, due_on.month, due_on.day, 12, tzinfo=UTC)
    client = signed_in(Role.DECISION_MAKER)
    assert client.post(address(reference), data=GIVEN).status_code == 200
    clock.forward(days=1)
    client = signed_in(Role.DECISION_MAKER)
    late = client.post(address(reference), data=GIVEN)
    assert late.status_code == 409
    assert "came after the time had ended" in late.text
    assert the(sqlite_house, reference).legal_due_on == due_on


def test_a_subject_access_request_is_not_weighed(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        made = received(session, at=sqlite_house.now())
        by = handler(session, "Dana", Role.DECISION_MAKER, at=sqlite_house.now())
        with pytest.raises(Refused):
            extend_to_weigh(
                session,
                request_id=made.id,
                code="FOI-31",
                reasons="x",
                by=by,
                at=sqlite_house.now(),
            )
    page = signed_in(Role.DECISION_MAKER).get(address(made.reference)).text
    assert "Read the letter" not in page


@pytest.mark.parametrize("role", [Role.INTAKE, Role.SEARCHER, Role.AUDITOR])
def test_it_is_for_decision_makers(reference: str, signed_in: SignedIn, role: Role) -> None:
    assert signed_in(role).post(address(reference), data=GIVEN).status_code == 403


def test_it_can_be_done_once(reference: str, signed_in: SignedIn) -> None:
    client = signed_in(Role.DECISION_MAKER)
    seen = client.post(address(reference), data=GIVEN)
    client.post(address(reference), data=GIVEN | {"issue_letter": fingerprint(seen.text)})
    again = client.post(address(reference), data=GIVEN)
    assert again.status_code == 409
    assert "It can be extended only once." in again.text
