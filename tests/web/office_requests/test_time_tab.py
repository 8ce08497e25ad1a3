"""The Time tab and the acts of time: who may, what is shown before a letter goes, what follows."""

import re
from datetime import UTC, date, datetime

import pytest

from portal.actors import PUBLIC, Actor, Role
from portal.house import House
from portal.letters.kinds import LetterKind
from portal.letters.queries import letters_of
from portal.requests.commands.clarifying import ask
from portal.requests.commands.messaging import write_to_us
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from tests.conftest import Clock
from tests.factories.applicants import received
from tests.factories.disclosure import handler
from tests.web.conftest import SignedIn


@pytest.fixture
def reference(sqlite_house: House) -> str:
    """A subject access request received on Monday 2 November; due on 2 December."""
    with sqlite_house.db.writing() as session:
        return received(session, at=sqlite_house.now()).reference


@pytest.fixture
def foi(sqlite_house: House) -> str:
    with sqlite_house.db.writing() as session:
        return received(session, at=sqlite_house.now(), about=AboutWhom.GENERAL).reference


def address(reference: str, part: str = "") -> str:
    return f"/office/requests/{reference}{'/' + part if part else ''}"


def the(house: House, reference: str) -> FootageRequest:
    with house.db.reading() as session:
        return by_reference(session, reference)


def kinds(house: House, reference: str) -> list[LetterKind]:
    with house.db.reading() as session:
        return [one.kind for one in letters_of(session, the(house, reference).id)]


def fingerprint(page: str) -> str:
    found = re.search(r'name="issue_letter" value="([^"]+)"', page) or re.search(
        r'value="([^"]+)"[^>]*name="issue_letter"', page
    )
    assert found, page
    return found[1]


def ask_question(house: House, reference: str) -> None:
    with house.db.writing() as session:
        by: Actor = handler(session, "Ines", Role.INTAKE, at=house.now())
        ask(
            session,
            request_id=the(house, reference).id,
            questions="Which street?",
            why_needed="We cannot find it.",
            by=by,
            at=house.now(),
        )


EXTENSION = {
    "because": "complexity",
    "how": "Nine officers filmed it.",
    "reasons": "Everybody else in it has to be hidden first.",
}


def test_the_tab_shows_dates_working_and_acts(
    reference: str, sqlite_house: House, signed_in: SignedIn
) -> None:
    page = signed_in(Role.DECISION_MAKER).get(address(reference, "time"))
    assert page.status_code == 200
    assert "Wednesday 2 December 2026" in page.text
    assert "We received your request on Monday 2 November 2026." in page.text
    assert f'href="{address(reference, "time/extension")}"' in page.text
    assert "weigh the public interest" not in page.text
    assert "Not while the request is “received”." in page.text  # the fee was paid


def test_an_act_of_another_role_says_whose_it_is(reference: str, signed_in: SignedIn) -> None:
    page = signed_in(Role.SEARCHER).get(address(reference, "time")).text
    assert "For handlers with the role decision-maker." in page
    assert f'href="{address(reference, "time/extension")}"' not in page


@pytest.mark.parametrize(
    "part",
    ["time/extension", "time/fee", "time/fee-paid", "close", "duplicate", "redirect", "open-again"],
)
def test_acts_are_for_their_roles_alone(reference: str, signed_in: SignedIn, part: str) -> None:
    for role in (Role.AUDITOR, Role.SEARCHER, Role.HOLD_OWNER):
        client = signed_in(role)
        assert client.get(address(reference, part)).status_code == 403
        assert client.post(address(reference, part)).status_code == 403
    assert signed_in(Role.DECISION_MAKER).get(address(reference, part)).status_code == 200


def test_an_extension_is_read_before_it_goes_out(
    reference: str, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.DECISION_MAKER)
    form = client.get(address(reference, "time/extension")).text
    assert "The new date is <strong>Tuesday 2 February 2027</strong>" in form
    assert "much work or few staff is not a reason" in form
    for lacking in ("how", "reasons"):
        wrong = client.post(address(reference, "time/extension"), data=EXTENSION | {lacking: ""})
        assert wrong.status_code == 422

    seen = client.post(address(reference, "time/extension"), data=EXTENSION)
    assert "Nine officers filmed it." in seen.text
    assert "We will answer by 2 February 2027." in seen.text
    assert the(sqlite_house, reference).target_due_on == date(2026, 12, 2)

    issue = EXTENSION | {"issue_letter": fingerprint(seen.text)}
    for _ in range(2):  # a double click issues one letter
        assert client.post(address(reference, "time/extension"), data=issue).status_code == 303
    assert the(sqlite_house, reference).target_due_on == date(2027, 2, 2)
    assert kinds(sqlite_house, reference).count(LetterKind.EXTENSION) == 1

    again = client.get(address(reference, "time/extension")).text
    assert "The time can be extended only once." in again
    assert client.post(address(reference, "time/extension"), data=EXTENSION).status_code == 409


def test_an_extension_after_the_first_month_is_refused_and_the_case_is_overdue(
    reference: str, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    """Rules 1.6; DPA 2018 s.54(3B)(a)."""
    clock.at = datetime(2026, 12, 3, 10, tzinfo=UTC)
    client = signed_in(Role.DECISION_MAKER)
    answer = client.post(address(reference, "time/extension"), data=EXTENSION)
    assert answer.status_code == 409
    assert "came after the time had ended on Wednesday 2 December 2026" in answer.text
    after = the(sqlite_house, reference)
    assert after.target_due_on == date(2026, 12, 2)
    assert Event.EXTENDED not in [step.event for step in after.steps]
    assert LetterKind.EXTENSION not in kinds(sqlite_house, reference)
    assert "Promise missed" in client.get(address(reference, "time")).text


def test_an_extension_on_the_last_day_is_in_time(
    reference: str, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    clock.at = datetime(2026, 12, 2, 23, 30, tzinfo=UTC)
    client = signed_in(Role.DECISION_MAKER)
    seen = client.post(address(reference, "time/extension"), data=EXTENSION)
    assert seen.status_code == 200
    assert "We will answer by 2 February 2027." in seen.text


def test_a_fee_is_asked_for_and_noted(
    reference: str, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    client = signed_in(Role.DECISION_MAKER)
    given = {"amount": "12.50", "reasons": "The fourth of the same.", "pay_how": "Phone us."}
    for wrong in ("", "0", "free", "12.5", "-3"):
        answer = client.post(address(reference, "time/fee"), data=given | {"amount": wrong})
        assert answer.status_code == 422
        assert "Enter the fee in pounds" in answer.text
    seen = client.post(address(reference, "time/fee"), data=given)
    assert "£12.50" in seen.text
    client.post(
        address(reference, "time/fee"), data=given | {"issue_letter": fingerprint(seen.text)}
    )
    assert the(sqlite_house, reference).status is Status.AWAITING_FEE
    assert "We wait for them" in client.get(address(reference, "time")).text

    clock.forward(days=4)
    client = signed_in(Role.DECISION_MAKER)
    paid = {"paid_on-day": "4", "paid_on-month": "11", "paid_on-year": "2026"}
    early = client.post(address(reference, "time/fee-paid"), data=paid | {"paid_on-day": "1"})
    assert early.status_code == 422
    assert "from the day we asked until today" in early.text
    assert client.post(address(reference, "time/fee-paid"), data=paid).status_code == 303
    assert the(sqlite_house, reference).start_on == date(2026, 11, 4)


def test_a_fees_notice_charges_copying_and_postage_alone(
    foi: str, sqlite_house: House, signed_in: SignedIn
) -> None:
    """Fees Regulations 2004 reg 6: within the limit, disbursements and no staff time."""
    client = signed_in(Role.DECISION_MAKER)
    page = client.get(address(foi, "time/fee")).text
    assert "never the time of staff" in page
    assert 'name="amount"' not in page
    staff = {"amount": "400", "reasons": "16 hours of staff time", "pay_how": "Phone us."}
    nothing = {"copying": "0", "postage": "0", "pay_how": "Phone us."}
    right = {"copying": "4", "postage": "2.50", "pay_how": "Phone 020 7946 0000 with a card."}
    for wrong in (staff, nothing, right | {"pay_how": ""}, right | {"postage": "much"}):
        assert client.post(address(foi, "time/fee"), data=wrong).status_code == 422
    seen = client.post(address(foi, "time/fee"), data=right).text
    assert "£6.50" in seen
    assert "The fee is £4 for copying and £2.50 for postage." in seen


def test_silence_is_closed_by_one_press_after_the_letter_was_read(
    reference: str, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    ask_question(sqlite_house, reference)
    client = signed_in(Role.INTAKE)
    early = client.get(address(reference, "close")).text
    assert "they have until the end of 2 December 2026" in early
    assert "Read the letter" not in early
    assert "Nobody has let the day pass that we gave them." in client.get("/office/").text

    clock.at = datetime(2026, 12, 3, 10, tzinfo=UTC)
    client = signed_in(Role.INTAKE)
    assert reference in client.get("/office/").text.partition("Nothing came")[2]
    with sqlite_house.db.writing() as session:
        write_to_us(
            session,
            request_id=the(sqlite_house, reference).id,
            body="Wait",
            by=PUBLIC,
            at=sqlite_house.now(),
        )
    form = client.get(address(reference, "close")).text
    assert "We asked a question, and no answer came for a month." in form
    assert "They have written to us since we asked." in form
    seen = client.post(address(reference, "close"), data={"reasons": ""})
    assert "We have closed your request." in seen.text
    issue = {"reasons": "", "issue_letter": fingerprint(seen.text)}
    for _ in range(2):
        assert client.post(address(reference, "close"), data=issue).status_code == 303
    ended = the(sqlite_house, reference)
    assert (ended.status, ended.ending) == (Status.CLOSED, Ending.CLARIFICATION_NOT_RECEIVED)


def test_a_subject_access_request_is_never_not_valid(reference: str, signed_in: SignedIn) -> None:
    """It has no form that it could fail (rules 1.1)."""
    client = signed_in(Role.INTAKE)
    page = client.get(address(reference, "close")).text
    assert "Only a freedom of information request can be not valid" in page
    assert "Read the letter" not in page
    answer = client.post(address(reference, "close"), data={"reasons": "We are too busy."})
    assert "Read the letter" not in answer.text
    assert "Issue" not in answer.text


def test_something_after_closing_is_in_a_queue_and_opens_it_again(
    foi: str, sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)
    given = {"lacks": "description", "reasons": "We could not reach you."}
    for wrong in ({"reasons": "We are too busy."}, {"lacks": "description", "reasons": ""}):
        assert client.post(address(foi, "close"), data=wrong).status_code == 422
    seen = client.post(address(foi, "close"), data=given)
    assert "You did not tell us what you want to know" in seen.text
    client.post(address(foi, "close"), data=given | {"issue_letter": fingerprint(seen.text)})
    assert the(sqlite_house, foi).ending is Ending.NOT_VALID
    clock.forward(hours=1)
    client = signed_in(Role.INTAKE)
    with sqlite_house.db.writing() as session:
        write_to_us(
            session,
            request_id=the(sqlite_house, foi).id,
            body="Marlow Street",
            by=PUBLIC,
            at=sqlite_house.now(),
        )
    queue = client.get("/office/").text.partition("Something came after we closed")[2]
    assert foi in queue
    assert "Open again" in client.get(address(foi)).text
    assert client.post(address(foi, "open-again")).status_code == 303
    assert the(sqlite_house, foi).status is Status.RECEIVED
    assert "Nobody has written about a closed request." in client.get("/office/").text


def test_a_redirect_needs_whom_and_where(
    foi: str, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)
    wrong = client.post(address(foi, "redirect"), data={"whom": "", "contact": ""})
    assert wrong.status_code == 422
    assert "Enter whom they can ask" in wrong.text
    right = {"whom": "Transport for London", "contact": "Phone 0343 222 1234"}
    assert client.post(address(foi, "redirect"), data=right).status_code == 303
    assert the(sqlite_house, foi).ending is Ending.REDIRECTED
    words = the(sqlite_house, foi).messages[-1].body
    assert "ask us to look at it again within 40 working days" in words
    assert client.post(address(foi, "open-again")).status_code == 303
    assert the(sqlite_house, foi).status is Status.RECEIVED


def test_the_same_ask_twice_is_closed_by_the_other_reference(
    reference: str, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        other = received(session, at=sqlite_house.now()).reference
    client = signed_in(Role.INTAKE)
    for wrong in ("", "hello", "BWV-2222-2222"):
        answer = client.post(address(reference, "duplicate"), data={"other": wrong})
        assert answer.status_code == 422
    answer = client.post(address(reference, "duplicate"), data={"other": other.lower()})
    assert answer.status_code == 303
    assert the(sqlite_house, reference).status is Status.CLOSED
