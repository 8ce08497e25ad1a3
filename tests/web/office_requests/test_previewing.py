"""A letter is read before it goes out, and what goes out is what was read."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.actors import Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.ids import digest
from portal.letters.commands import force_fields
from portal.letters.composing import as_part, render_html
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.notifications.models import Notice
from portal.outbox.models import OutboxJob
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest, Message, RequestStep
from tests.conftest import Clock
from tests.factories.previews import carried, issue_shown, read_and_issue
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case

ASKED = {"questions": "Which side?\nWhich end?", "why_needed": "There are <two> cameras."}
KEPT = (Letter, Message, Notice, OutboxJob, RequestStep, AuditEntry)


@pytest.fixture
def searcher(case: Case, signed_in: SignedIn) -> FlaskClient:
    """A searcher, who has opened the page: the book has noted the viewing."""
    client = signed_in(Role.SEARCHER)
    client.get(f"{case.address}/clarify")
    return client


def counted(house: House) -> dict[str, int]:
    """How many rows there are of everything that asking would write."""
    with house.db.reading() as session:
        return {
            row.__name__: session.scalar(sa.select(sa.func.count()).select_from(row)) or 0
            for row in KEPT
        }


def asked_letters(house: House, kind: LetterKind = LetterKind.CLARIFICATION) -> list[Letter]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Letter).where(Letter.kind == kind)))


def page_of(house: House, letter: Letter) -> str:
    return render_html(letter.kind, {**letter.fields, **force_fields(house.settings)})


def test_reading_it_keeps_nothing(case: Case, sqlite_house: House, searcher: FlaskClient) -> None:
    before = counted(sqlite_house)

    page = searcher.post(f"{case.address}/clarify", data=ASKED)

    assert page.status_code == 200
    assert "Nothing has gone out yet" in page.text
    assert "The time is paused from today, 2 November 2026." in page.text
    assert "There are &lt;two&gt; cameras." in page.text
    assert counted(sqlite_house) == before
    with sqlite_house.db.reading() as session:
        assert session.get_one(FootageRequest, case.request_id).status is Status.RECEIVED


def test_what_was_read_is_what_is_issued(
    case: Case, sqlite_house: House, searcher: FlaskClient
) -> None:
    shown = searcher.post(f"{case.address}/clarify", data=ASKED).text

    answer = issue_shown(searcher, f"{case.address}/clarify", shown)

    assert answer.status_code == 303
    (letter,) = asked_letters(sqlite_house)
    issued = page_of(sqlite_house, letter)
    assert str(as_part(issued)) in shown
    assert digest(issued) in shown
    assert letter.fields["questions"] == ["Which side?", "Which end?"]
    assert (letter.fields["chase_on"], letter.fields["close_on"]) == ("2026-11-16", "2026-12-02")


def test_change_comes_back_to_what_was_typed(case: Case, searcher: FlaskClient) -> None:
    shown = searcher.post(f"{case.address}/clarify", data=ASKED).text

    page = searcher.post(
        f"{case.address}/clarify", data={**dict(carried(shown)), "change_letter": "yes"}
    )

    assert page.status_code == 200
    assert "Which side?\nWhich end?</textarea>" in page.text.replace("\r\n", "\n")
    assert "There is a problem" not in page.text
    assert 'name="issue_letter"' not in page.text


@pytest.mark.parametrize("other", [{"questions": "Which year?"}, {"why_needed": "Because."}])
def test_other_words_are_read_again(
    case: Case, sqlite_house: House, searcher: FlaskClient, other: dict[str, str]
) -> None:
    shown = searcher.post(f"{case.address}/clarify", data=ASKED).text
    (fingerprint,) = set(re.findall(r'value="([0-9a-f]{64})"', shown))

    page = searcher.post(
        f"{case.address}/clarify", data={**ASKED, **other, "issue_letter": fingerprint}
    )

    assert page.status_code == 200
    assert "The letter is not the same as the one you read." in page.text
    assert next(iter(other.values())) in page.text
    assert asked_letters(sqlite_house) == []
    assert issue_shown(searcher, f"{case.address}/clarify", page.text).status_code == 303


@pytest.mark.parametrize("odd", ["0" * 64, "x", "é\x00"])
def test_a_fingerprint_that_nobody_gave_out_issues_nothing(
    case: Case, sqlite_house: House, searcher: FlaskClient, odd: str
) -> None:
    page = searcher.post(f"{case.address}/clarify", data={**ASKED, "issue_letter": odd})

    assert page.status_code == 200
    assert asked_letters(sqlite_house) == []


def test_the_next_day_it_is_read_again(
    case: Case, sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    clock.at = clock.at.replace(hour=23, minute=59)
    searcher = signed_in(Role.SEARCHER)
    shown = searcher.post(f"{case.address}/clarify", data=ASKED).text
    clock.forward(minutes=2)

    page = issue_shown(searcher, f"{case.address}/clarify", shown)

    assert page.status_code == 200
    assert "paused from today, 3 November 2026" in page.text
    assert asked_letters(sqlite_house) == []


def test_a_double_click_issues_one(case: Case, sqlite_house: House, searcher: FlaskClient) -> None:
    shown = searcher.post(f"{case.address}/clarify", data=ASKED).text

    first = issue_shown(searcher, f"{case.address}/clarify", shown)
    second = issue_shown(searcher, f"{case.address}/clarify", shown)

    assert (first.status_code, second.status_code) == (303, 303)
    assert len(asked_letters(sqlite_house)) == 1


def test_only_what_is_a_handlers_to_write_is_taken(
    case: Case, sqlite_house: House, searcher: FlaskClient
) -> None:
    """Every other part comes from the request, the clock and the law."""
    plain = searcher.post(f"{case.address}/clarify", data=ASKED).text
    others: dict[str, Any] = dict.fromkeys(
        ("close_on", "chase_on", "regime", "reference", "applicant_name", "request_summary",
         "answer_how", "clock_working", "contact", "force_name", "dated_on", "book_head"),
        "Forged",
    )  # fmt: skip

    forged = searcher.post(f"{case.address}/clarify", data={**ASKED, **others}).text

    assert "Forged" not in forged
    assert re.findall(r'value="([0-9a-f]{64})"', forged) == re.findall(
        r'value="([0-9a-f]{64})"', plain
    )
    assert {name for name, _ in carried(forged)} == {"questions", "why_needed"}
    read_and_issue(searcher, f"{case.address}/clarify", {**ASKED, **others})
    (letter,) = asked_letters(sqlite_house)
    assert "Forged" not in str(letter.fields)


def test_a_refused_deed_is_told_where_it_was_typed(case: Case, searcher: FlaskClient) -> None:
    read_and_issue(searcher, f"{case.address}/clarify", ASKED)

    again = searcher.post(f"{case.address}/clarify", data={**ASKED, "questions": "And the year?"})

    assert again.status_code == 409
    assert "This cannot be done now" in again.text
    assert "And the year?" in again.text


def test_several_choices_are_carried(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    client, address = signed_in(Role.INTAKE), f"{case.address}/identity/ask"

    answer = read_and_issue(client, address, {"doubts": ["expired", "name_differs"], "note": "Hi."})

    assert answer.status_code == 303
    (letter,) = asked_letters(sqlite_house, LetterKind.ID_REQUEST)
    assert letter.fields["note"] == "Hi."
    assert len(letter.fields["doubt_reason"]) == 2
