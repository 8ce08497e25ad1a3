"""Messages, the question that pauses the clock, and the history."""

import sqlalchemy as sa

from portal.actors import PUBLIC, Role
from portal.house import House
from portal.notifications.models import Notice
from portal.requests.commands.narrowing import narrow
from portal.requests.lifecycle import Status
from portal.requests.messages import Meaning
from portal.requests.models import FootageRequest, Message
from tests.factories.previews import read_and_issue
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case

HELLO = {"body": "Hello <b>there</b>"}


def _messages(house: House) -> list[Message]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Message).order_by(Message.sent_at)))


def test_a_message_is_sent_and_pauses_nothing(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)

    assert client.post(f"{case.address}/messages", data={"body": " "}).status_code == 422
    answer = client.post(f"{case.address}/messages", data={**HELLO, "what": "information"})

    assert answer.status_code == 303
    assert [m.meaning for m in _messages(sqlite_house)] == [Meaning.INFORMATION]
    with sqlite_house.db.reading() as session:
        assert session.get_one(FootageRequest, case.request_id).status is Status.RECEIVED
        assert "message" in session.scalars(sa.select(Notice.kind)).all()
    assert "Hello &lt;b&gt;there" in client.get(f"{case.address}/messages").text


def test_a_question_about_the_format_is_marked_and_pauses_nothing(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)
    unsaid = client.post(f"{case.address}/messages", data=HELLO)
    assert unsaid.status_code == 422
    assert "Select what the message is" in unsaid.text
    assert "Hello &lt;b&gt;there" in unsaid.text
    for what in ("clarification", "identity", "authority"):
        answer = client.post(f"{case.address}/messages", data={**HELLO, "what": what})
        assert answer.status_code == 422

    answer = client.post(f"{case.address}/messages", data={**HELLO, "what": "format"})

    assert answer.status_code == 303
    assert [m.meaning for m in _messages(sqlite_house)] == [Meaning.FORMAT]
    with sqlite_house.db.reading() as session:
        after = session.get_one(FootageRequest, case.request_id)
    assert after.status is Status.RECEIVED
    assert after.target_due_on is not None
    assert "About the format" in client.get(f"{case.address}/messages").text


def test_wanting_less_is_seen_where_it_matters(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        narrow(
            session,
            request_id=case.request_id,
            body="Only the minutes of the search.",
            by=PUBLIC,
            at=sqlite_house.now(),
        )
    client = signed_in(Role.SEARCHER)
    for part in ("messages", "find-video"):
        page = client.get(f"{case.address}/{part}").text
        assert "They want less" in page
        assert "Only the minutes of the search." in page


def test_a_question_pauses_the_clock(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    assert "cannot pause the clock" in client.get(f"{case.address}/clarify").text

    assert client.post(f"{case.address}/clarify").status_code == 422
    answer = read_and_issue(
        client,
        f"{case.address}/clarify",
        {"questions": "Which side of the street?", "why_needed": "There are two cameras."},
    )

    assert answer.status_code == 303
    assert [m.meaning for m in _messages(sqlite_house)] == [Meaning.CLARIFICATION]
    with sqlite_house.db.reading() as session:
        footage_request = session.get_one(FootageRequest, case.request_id)
    assert footage_request.status is Status.AWAITING_CLARIFICATION
    assert footage_request.target_due_on is None
    assert "Waiting for the applicant" in client.get(case.address).text


def test_asking_twice_is_refused(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    asked = {"questions": "Which side?", "why_needed": "There are two."}
    read_and_issue(client, f"{case.address}/clarify", asked)

    answer = client.post(f"{case.address}/clarify", data=asked)

    assert answer.status_code == 409
    assert "This cannot be done now" in answer.text
    assert len(_messages(sqlite_house)) == 1


def test_an_auditor_reads_and_does_not_write(case: Case, signed_in: SignedIn) -> None:
    client = signed_in(Role.AUDITOR)

    page = client.get(f"{case.address}/messages")

    assert page.status_code == 200
    assert "Send message" not in page.text
    assert (
        client.post(
            f"{case.address}/messages", data={"body": "Hello", "what": "information"}
        ).status_code
        == 403
    )


def test_history_shows_the_ledger_and_the_book(case: Case, signed_in: SignedIn) -> None:
    client = signed_in(Role.INTAKE)
    client.post(f"{case.address}/messages", data={"body": "Hello", "what": "information"})

    page = client.get(f"{case.address}/history").text

    assert "The ledger: what moved this request" in page
    assert "Recordings: searched" in page  # known to the book by the request's id
    assert "Message: sent" in page  # known to it by the reference
    assert "the applicant" in page
