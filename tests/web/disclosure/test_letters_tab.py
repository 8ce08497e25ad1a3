"""The letters of a request: on the Letters tab, in the applicant's own page, and in an envelope."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.actors import Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.ids import digest
from portal.letters.commands import PRINT_LETTER
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.letters.printing import print_letter
from portal.requests.models import FootageRequest
from portal.worker import Worker
from tests.factories.applicants import received, seen_by
from tests.factories.disclosure import (
    answered,
    hand_over,
    link_of,
    ready_to_decide,
    withhold_line,
)
from tests.web.conftest import SignedIn


def printed(house: House) -> list[Letter]:
    """Every letter, once the worker has made them all."""
    Worker(house, jobs={PRINT_LETTER: print_letter}).pay_all()
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Letter).order_by(Letter.issued_at)))


def a_request(house: House, **given: str) -> FootageRequest:
    with house.db.writing() as session:
        return received(session, at=house.now(), **given)


def deeds(house: House, deed: str) -> list[AuditEntry]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == deed)))


def test_the_tab_lists_what_went_out_and_the_book_notes_who_read(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    made = a_request(sqlite_house)
    tab = f"/office/requests/{made.reference}/letters"
    client = signed_in(Role.AUDITOR)
    assert "Being made" in client.get(tab).text
    (letter,) = printed(sqlite_house)

    page = client.get(tab).text

    assert "We have your request" in page
    assert "the applicant" in page  # whose request made it go out
    assert letter.html_sha256 and letter.html_sha256 in page
    assert letter.pdf_sha256 and letter.pdf_sha256 in page
    assert "Not needed" in page
    html = client.get(f"{tab}/issued/{letter.id}.html")
    pdf = client.get(f"{tab}/issued/{letter.id}.pdf")
    assert digest(html.data) == letter.html_sha256
    assert digest(pdf.data) == letter.pdf_sha256
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    viewed = deeds(sqlite_house, "letter.viewed")
    assert [entry.details["letter"] for entry in viewed] == [str(letter.id)] * 2


def test_a_letter_belongs_to_its_request(sqlite_house: House, signed_in: SignedIn) -> None:
    one, other = a_request(sqlite_house), a_request(sqlite_house)
    letter = next(each for each in printed(sqlite_house) if each.subject_id == one.id)

    client = signed_in(Role.INTAKE)

    for form in ("html", "pdf"):
        address = f"/office/requests/{other.reference}/letters/issued/{letter.id}.{form}"
        assert client.get(address).status_code == 404
    assert deeds(sqlite_house, "letter.viewed") == []


def test_the_decision_stands_among_them_and_its_hashes_are_in_the_book(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    ready = ready_to_decide(sqlite_house)
    answered(sqlite_house, ready)

    page = signed_in(Role.SECONDER).get(f"/office/requests/{ready.reference}/letters").text

    assert page.index("The decision") < page.index("We have your request")
    (packed,) = deeds(sqlite_house, "release.packed")
    files = {file.kind.value: file.sha256 for file in link_of(sqlite_house, ready).release.files}
    assert packed.details["html_sha256"] == files["letter_html"]
    assert packed.details["pdf_sha256"] == files["letter_pdf"]
    assert files["letter_html"] in page
    assert files["letter_pdf"] in page


class TestTheApplicant:
    """What they may read, from the browser that has shown that the request is theirs."""

    @pytest.fixture
    def made(self, app: Flask, sqlite_house: House) -> FootageRequest:
        return a_request(sqlite_house)

    def test_reads_their_letters_on_their_page(
        self, app: Flask, sqlite_house: House, made: FootageRequest
    ) -> None:
        client = app.test_client()
        with client.session_transaction() as session:
            session["browser"] = "mine"
        with sqlite_house.db.writing() as writing:
            seen_by(writing, made, digest("mine"), at=sqlite_house.now())
        own = f"/your-request/{made.reference}"
        assert "we are making it ready" in client.get(own).text
        (letter,) = printed(sqlite_house)

        page = client.get(own).text

        assert f"{own}/letters/{letter.id}.html" in page
        html = client.get(f"{own}/letters/{letter.id}.html")
        assert digest(html.data) == letter.html_sha256
        assert "sha256-" in html.headers["Content-Security-Policy"]
        assert html.headers["Cache-Control"] == "no-store"
        pdf = client.get(f"{own}/letters/{letter.id}.pdf")
        assert pdf.data.startswith(b"%PDF")
        assert f"{made.reference}-letter-2026-11-02.pdf" in pdf.headers["Content-Disposition"]
        assert len(deeds(sqlite_house, "letter.viewed")) == 2

    def test_is_nobody_else(self, app: Flask, sqlite_house: House, made: FootageRequest) -> None:
        (letter,) = printed(sqlite_house)
        stranger = app.test_client()

        for form in ("html", "pdf"):
            address = f"/your-request/{made.reference}/letters/{letter.id}.{form}"
            assert stranger.get(address).status_code == 404
        assert deeds(sqlite_house, "letter.viewed") == []

    def test_does_not_find_the_decision_here(self, app: Flask, sqlite_house: House) -> None:
        """It stays behind the link and the code, whatever it says."""
        ready = ready_to_decide(sqlite_house)
        link = answered(sqlite_house, ready)
        printed(sqlite_house)
        client = app.test_client()
        with client.session_transaction() as session:
            session["browser"] = "mine"
        with sqlite_house.db.writing() as writing:
            footage_request = writing.get_one(FootageRequest, ready.request_id)
            seen_by(writing, footage_request, digest("mine"), at=sqlite_house.now())

        own = f"/your-request/{ready.reference}"

        assert re.findall(r"/letters/([0-9a-f-]{36})\.html", client.get(own).text) == [
            str(letter.id) for letter in printed(sqlite_house)
        ]
        assert client.get(f"{own}/letters/{link.release_id}.html").status_code == 404


class TestPosting:
    """Letters to people without an e-mail address."""

    def test_is_listed_printed_and_marked(self, sqlite_house: House, signed_in: SignedIn) -> None:
        made = a_request(sqlite_house, email="")
        a_request(sqlite_house)  # has an address: nothing to post
        letter = next(each for each in printed(sqlite_house) if each.subject_id == made.id)
        assert letter.is_to_post
        client = signed_in(Role.INTAKE)
        assert "1 letter to post" in client.get("/office/").text

        page = client.get("/office/requests/letters-to-post").text

        assert page.count("Mark as posted") == 1
        assert made.reference in page
        assert "No address: phone them" in page
        assert "To be posted" in client.get(f"/office/requests/{made.reference}/letters").text
        answer = client.post(f"/office/requests/letters-to-post/{letter.id}")
        assert answer.status_code == 303
        assert "No letter waits to be posted." in client.get(answer.location).text
        assert "to post</a>" not in client.get("/office/").text
        assert "Posted 2 November 2026" in client.get(
            f"/office/requests/{made.reference}/letters"
        ).text.replace("\n", " ")
        assert len(deeds(sqlite_house, "letter.posted")) == 1
        again = client.post(f"/office/requests/letters-to-post/{letter.id}")
        assert again.status_code == 409

    def test_an_answer_goes_by_post_with_its_copies(
        self, sqlite_house: House, signed_in: SignedIn
    ) -> None:
        ready = ready_to_decide(sqlite_house, email="")
        release_id = answered(sqlite_house, ready).release_id
        answered(sqlite_house, ready_to_decide(sqlite_house))  # has an address
        printed(sqlite_house)
        client = signed_in(Role.INTAKE)
        tab = f"/office/requests/{ready.reference}/letters"
        assert "To be posted" in client.get(tab).text

        page = client.get("/office/requests/letters-to-post").text

        assert "With 1 copy of the video on a disc" in page
        (pdf,) = re.findall(rf"{tab}/{release_id}\.pdf", page)
        assert client.get(pdf).data.startswith(b"%PDF")
        # Video takes two people, and never leaves on one person's word.
        assert f"/office/requests/{ready.reference}/release/{release_id}/handover" in page
        address = f"/office/requests/letters-to-post/answers/{release_id}"
        assert address not in page
        assert client.post(address).status_code == 409
        hand_over(sqlite_house, ready, release_id)
        assert str(release_id) not in client.get("/office/requests/letters-to-post").text
        assert "Posted 2 November 2026" in client.get(tab).text.replace("\n", " ")
        assert client.post(address).status_code == 409

    def test_an_answer_without_video_is_posted_by_one_person(
        self, sqlite_house: House, signed_in: SignedIn
    ) -> None:
        ready = ready_to_decide(sqlite_house, email="")
        lines = [withhold_line(ready.recording_ids[0])]
        release_id = answered(sqlite_house, ready, lines).release_id
        client = signed_in(Role.INTAKE)
        address = f"/office/requests/letters-to-post/answers/{release_id}"
        assert address in client.get("/office/requests/letters-to-post").text
        answer = client.post(address)
        assert answer.status_code == 303
        after = client.get(answer.location).text
        assert f"The answer to {ready.reference} is marked as posted." in after
        assert address not in after
        assert client.post(address).status_code == 409
        missing = client.post(f"/office/requests/letters-to-post/answers/{ready.request_id}")
        assert missing.status_code == 404

    def test_a_message_without_a_letter_is_told_by_a_person(
        self, sqlite_house: House, signed_in: SignedIn
    ) -> None:
        made = a_request(sqlite_house, email="")
        reached = a_request(sqlite_house)
        client = signed_in(Role.INTAKE)
        where = {"whom": "British Transport Police", "contact": "0800 40 50 40"}
        for one, said in ((made, "phone them or write to them"), (reached, "is told by e-mail")):
            answer = client.post(f"/office/requests/{one.reference}/redirect", data=where)
            assert said in client.get(answer.location).text

        page = client.get("/office/requests/letters-to-post").text

        assert page.count("Mark as told") == 1
        assert "0800 40 50 40" in page
        assert "1 message to phone or write about" in client.get("/office/").text
        (address,) = re.findall(r"/office/requests/letters-to-post/messages/[0-9a-f-]{36}", page)
        answer = client.post(address)
        assert answer.status_code == 303
        after = client.get(answer.location).text
        assert f"The person who asked in {made.reference} is marked as told." in after
        assert "Nobody has to be told of a message." in after
        assert len(deeds(sqlite_house, "message.told")) == 1
        assert client.post(address).status_code == 409

    def test_is_not_an_auditors_deed(self, sqlite_house: House, signed_in: SignedIn) -> None:
        a_request(sqlite_house, email="")
        (letter,) = printed(sqlite_house)
        client = signed_in(Role.AUDITOR)

        assert client.get("/office/requests/letters-to-post").status_code == 403
        assert client.post(f"/office/requests/letters-to-post/{letter.id}").status_code == 403
        assert "letter to post" not in client.get("/office/").text


def test_receiving_says_which_law_and_until_when(sqlite_house: House) -> None:
    made = a_request(sqlite_house)
    (letter,) = printed(sqlite_house)
    assert letter.kind is LetterKind.ACK
    assert letter.fields["received_on"] == letter.fields["starts_on"] == "2026-11-02"
    assert letter.fields["reply_by"] == "2026-12-02"
    assert letter.fields["clock_working"]
    assert letter.fields["reference"] == made.reference
    assert letter.fields["regime_reason"].startswith("You asked for video of yourself.")
