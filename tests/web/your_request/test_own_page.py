"""The applicant's own page: what it says at each turn, and what can be done from it."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.actors import WORKER, Actor
from portal.holds.policy import Level
from portal.house import House
from portal.identity.proof import Doubt
from portal.ids import digest, new_id
from portal.notifications.commands import write_once
from portal.notifications.models import Notice
from portal.requests.commands.clarifying import ask
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.commands.moving import move
from portal.requests.commands.proving import Known, accept_identity, ask_identity
from portal.requests.commands.reopening import reopen_request
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest, RequestDraft
from portal.requests.queries import by_id
from tests.conftest import Clock
from tests.factories.applicants import intake_handler, received, seen_by
from tests.factories.disclosure import confirm, place_hold, recording
from tests.factories.files import picture


class Own:
    """A request, the browser it belongs to, and the handler who deals with it."""

    def __init__(self, app: Flask, house: House, clock: Clock, **given: Any) -> None:
        self.house, self.clock, self.client = house, clock, app.test_client()
        with self.client.session_transaction() as session:
            session["browser"] = "mine"
        with house.db.writing() as session:
            made = received(session, at=clock(), **given)
            seen_by(session, made, digest("mine"), at=clock())
            self.id: UUID = made.id
            self.reference: str = made.reference
            self.handler: Actor = intake_handler(session, at=clock())

    def path(self, rest: str = "") -> str:
        return f"/your-request/{self.reference}{rest}"

    def page(self, rest: str = "") -> str:
        answered = self.client.get(self.path(rest))
        assert answered.status_code == 200
        return answered.text

    def do(self, command: Callable[..., Any], **given: Any) -> None:
        with self.house.db.writing() as session:
            command(session, request_id=self.id, by=self.handler, at=self.clock(), **given)

    def now(self) -> FootageRequest:
        with self.house.db.reading() as session:
            return by_id(session, self.id)


@pytest.fixture
def own(app: Flask, sqlite_house: House, clock: Clock) -> Own:
    return Own(app, sqlite_house, clock)


def test_a_fresh_request_says_where_it_stands_and_when_we_reply(own: Own) -> None:
    page = own.page()
    for words in (
        "Received",
        "We are looking at your request",
        "Wednesday 2 December 2026",
        "How we worked out this date",
        "The law gives us one month",
        "We received your request",
        "Confirm your e-mail address",
        "End your request",
    ):
        assert words in page
    assert "Amina" not in page
    assert "amina@" not in page


def test_an_hour_later_it_asks_again_who_they_are(own: Own) -> None:
    own.clock.forward(hours=1)
    assert own.client.get(own.path()).location == own.path("/show-it-is-you")


def test_waiting_for_identity_is_said_plainly(own: Own) -> None:
    own.do(ask_identity, doubts=[Doubt.NOTHING_SENT], note="A bill will do.")
    page = own.page()
    for words in (
        "We need something from you",
        "We are waiting for you",
        "Your time starts on the day we have proof of who you are.",
        "We cannot be sure from what you told us that you are the person in the video.",
        "A bill will do.",
        "Send proof of who you are",
    ):
        assert words in page
    assert "We will reply by" not in page
    assert own.client.get(own.path("/calendar.ics")).status_code == 404


def test_a_proof_is_sent_seen_removed_and_told(own: Own) -> None:
    own.do(ask_identity, doubts=[Doubt.NOTHING_SENT], note="")
    own.clock.forward(minutes=5)
    sent = own.client.post(
        own.path("/proofs"),
        data={"kind": "passport", "file": (io.BytesIO(picture()), "a.jpg")},
        content_type="multipart/form-data",
    )
    assert sent.location.startswith(own.path("/proofs/"))
    assert "Check this file" in own.client.get(sent.location).text
    shown = own.client.get(f"{sent.location}/page/1")
    assert shown.content_type == "image/jpeg"
    page = own.page()
    for words in (
        "You sent us proof",
        "We have your proof and are checking it. You do not have to do anything.",
        "If your proof is enough, your time starts on the day we got it.",
    ):
        assert words in page
    for words in ("We are waiting for you", "There is no date before that", "We need something"):
        assert words not in page
    assert own.client.post(f"{sent.location}/remove").location == own.path("/proofs")
    assert own.client.get(sent.location).status_code == 404
    assert "We are waiting for you" in own.page()


def test_proof_asked_for_again_waits_for_them_again(own: Own) -> None:
    own.do(ask_identity, doubts=[Doubt.NOTHING_SENT], note="")
    own.clock.forward(minutes=5)
    own.client.post(
        own.path("/proofs"),
        data={"kind": "passport", "file": (io.BytesIO(picture()), "a.jpg")},
        content_type="multipart/form-data",
    )
    assert "We are checking your proof" in own.page()
    own.clock.forward(minutes=5)
    own.do(ask_identity, doubts=[Doubt.NOTHING_SENT], note="")
    page = own.page()
    assert "We are waiting for you" in page and "We need something from you" in page
    assert "We are checking your proof" not in page


def test_a_wrong_file_moves_nothing(own: Own) -> None:
    wrong = own.client.post(
        own.path("/proofs"),
        data={"kind": "passport", "file": (io.BytesIO(b"MZ"), "a.exe")},
        content_type="multipart/form-data",
    )
    assert wrong.status_code == 422
    assert "We could not read this file" in wrong.text
    assert [step.event for step in own.now().steps] == [Event.RECEIVED]


def test_a_question_is_shown_answered_and_the_date_comes_back(own: Own) -> None:
    own.do(ask, questions="Which end of the street?", why_needed="To find the video.")
    page = own.page()
    assert "Which end of the street?" in page
    assert "Your time stands still until you answer our question." in page
    assert own.client.post(own.path("/answer-question"), data={}).status_code == 422
    own.clock.forward(minutes=30)
    answered = own.client.post(own.path("/answer-question"), data={"body": "By the <bank>."})
    assert answered.location == own.path()
    page = own.page()
    assert "By the &lt;bank&gt;." in page
    assert "We will reply by" in page
    assert own.now().status is Status.SEARCHING
    assert own.client.get(own.path("/answer-question")).location == own.path()


def test_an_information_request_starts_anew_and_asks_for_no_proof(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    own = Own(app, sqlite_house, clock, about=AboutWhom.GENERAL)
    assert "proof of who" not in own.page()
    assert own.client.get(own.path("/proofs")).location == own.path()
    own.do(ask, questions="Which year?", why_needed="To find the video.")
    assert "Your time starts again on the day you answer our question." in own.page()


def test_messages_go_both_ways(own: Own) -> None:
    assert own.client.post(own.path("/message"), data={"body": " "}).status_code == 422
    sent = own.client.post(own.path("/message"), data={"body": "I wore a hat.\nA red one."})
    assert sent.location == own.path()
    own.do(write_to_applicant, body="Thank you.")
    page = own.page()
    for words in ("I wore a hat.", "A red one.", "Thank you.", "Testshire Police"):
        assert words in page
    assert own.now().status is Status.RECEIVED


def test_twenty_messages_an_hour_are_enough(own: Own) -> None:
    path = own.path("/message")
    tries = [own.client.post(path, data={"body": "Hello"}).status_code for _ in range(21)]
    assert tries == [303] * 20 + [429]


def test_ending_asks_first(own: Own) -> None:
    page = own.page("/withdraw")
    assert "Are you sure" in page
    assert own.now().status is Status.RECEIVED
    ended = own.client.post(own.path("/withdraw"))
    assert ended.location == own.path()
    page = own.page()
    assert "Your request is closed" in page
    assert "End your request" not in page
    assert own.client.get(own.path("/withdraw")).location == own.path()
    assert own.client.post(own.path("/withdraw")).location == own.path()
    with own.house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Notice.kind == "withdrawn")) == 1


def test_the_calendar_moves_with_the_date(own: Own) -> None:
    first = own.client.get(own.path("/calendar.ics"))
    assert first.content_type == "text/calendar; charset=utf-8"
    assert "DTSTART;VALUE=DATE:20261202" in first.text
    own.do(ask, questions="Where?", why_needed="To find the video.")
    own.clock.forward(minutes=10)
    own.client.post(own.path("/answer-question"), data={"body": "There."})
    second = own.client.get(own.path("/calendar.ics"))
    assert "DTSTART;VALUE=DATE:20261202" in second.text or "20261203" in second.text
    assert "SEQUENCE:1" in first.text
    assert "SEQUENCE:3" in second.text


def test_confirming_the_address_opens_the_page_too(
    app: Flask, own: Own, sqlite_house: House
) -> None:
    client = app.test_client()
    path = f"/confirm-email/{own.reference}"
    assert client.post(f"{path}/send-code").location == path
    with sqlite_house.db.reading() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "code")).one()
    assert client.post(path, data={"code": ""}).status_code == 422
    assert client.post(path, data={"code": "1"}).status_code == 422
    confirmed = client.post(path, data={"code": notice.fields["code"]})
    assert confirmed.location == own.path()
    page = client.get(own.path()).text
    assert "You have confirmed your e-mail address." in page
    assert "so that our answer reaches you" not in page
    assert own.now().applicant.email_confirmed_at == own.clock()
    assert own.now().received_on == own.clock().date()


def test_the_right_code_gives_a_new_key_and_loses_nothing_typed(
    own: Own, sqlite_house: House
) -> None:
    at = own.clock()
    with sqlite_house.db.writing() as session:
        session.add(
            RequestDraft(
                id=new_id(),
                browser=digest("mine"),
                answers={"name": {"name": "kept"}},
                created_at=at,
                updated_at=at,
                expires_at=at + timedelta(days=14),
            )
        )
    own.client.post(own.path("/send-code"))
    with sqlite_house.db.reading() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "code")).one()
    own.client.post(own.path("/code"), data={"code": notice.fields["code"]})
    with own.client.session_transaction() as cookie:
        new_key = cookie["browser"]
    assert new_key != "mine"
    with sqlite_house.db.reading() as session:
        draft = session.scalars(sa.select(RequestDraft)).one()
        assert draft.browser == digest(new_key)
    assert own.page()


def answered(own: Own, *levels: Level) -> None:
    """Answer the request; each level is a hold on a recording of its own."""
    with own.house.db.writing() as session:
        found = [recording(own.house, session) for _ in levels] or [recording(own.house, session)]
        confirm(session, own.id, found, at=own.clock())
    for one, level in zip(found, levels, strict=False):
        place_hold(own.house, one.id, level=level)
    own.do(accept_identity, known=Known.ESTABLISHED)
    steps = [Event.SEARCH_STARTED, Event.SEARCH_FINISHED, Event.DECIDED, Event.SECONDED]
    last = Event.ANSWERED_WITH_HOLD if levels else Event.ANSWERED
    for event in (*steps, Event.PUBLISHED, last):
        own.do(move, event=event)
    with own.house.db.writing() as session:
        session.get_one(FootageRequest, own.id).answered_at = own.clock()


def test_what_we_do_meanwhile_is_not_told(own: Own) -> None:
    answered(own, Level.OPEN)
    page = own.page()
    for hidden in ("decided", "second", "search", "hold", "Being packed"):
        assert hidden not in page.lower().split("what has happened")[1]


@pytest.mark.parametrize("level", [Level.OPEN, Level.LIMITED])
def test_a_hold_is_told_without_the_reason_its_letter_may_not_give(own: Own, level: Level) -> None:
    answered(own, level)
    page = own.page()
    assert "There is video that we cannot give you now." in page
    assert "until a case is closed" not in page
    assert "Answered, and we will look again" in page
    assert "You do not have to ask again." in page
    assert "End your request" in page


def test_a_hold_that_must_not_be_told_cannot_be_seen(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    plain, secret = Own(app, sqlite_house, clock), Own(app, sqlite_house, clock)
    answered(plain)
    answered(secret, Level.NEITHER_CONFIRM_NOR_DENY)
    assert secret.now().status is Status.ANSWERED_HELD
    for rest in ("", "/withdraw", "/message", "/proofs", "/calendar.ics"):
        one, other = plain.client.get(plain.path(rest)), secret.client.get(secret.path(rest))
        assert one.status_code == other.status_code
        assert one.text.replace(plain.reference, "REF") == other.text.replace(
            secret.reference, "REF"
        )
    one, other = (each.client.post(each.path("/withdraw")) for each in (plain, secret))
    assert (one.status_code, other.status_code) == (409, 409)
    assert one.text == other.text


def test_a_secret_hold_beside_an_open_one_shows_as_the_open_one(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    open_only, both = Own(app, sqlite_house, clock), Own(app, sqlite_house, clock)
    answered(open_only, Level.LIMITED)
    answered(both, Level.LIMITED, Level.NEITHER_CONFIRM_NOR_DENY)
    assert open_only.page().replace(open_only.reference, "") == both.page().replace(
        both.reference, ""
    )


@pytest.mark.parametrize("level", Level)
def test_reopened_is_told_in_words_that_are_true_whatever_was_said_before(
    own: Own, level: Level
) -> None:
    answered(own, level)
    with own.house.db.writing() as session:
        reopen_request(session, request_id=own.id, by=WORKER, at=own.clock())
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "reopened")).one()
        written = write_once(session, notice.id, settings=own.house.settings, token="one")
        assert written is not None
    assert own.now().status is Status.REOPENED
    email = " ".join(written.letter.body.split())
    assert f"We have opened your request {own.reference} again and are looking at it." in email
    assert "You need not ask again." in email
    page = own.page()
    assert "We have opened your request again and are looking at it." in page
    for text in (email, page):
        assert "We said" not in text


def test_reopened_years_later_it_asks_who_they_are_again(own: Own, clock: Clock) -> None:
    with own.house.db.writing() as session:
        session.get_one(FootageRequest, own.id).identity_accepted_at = clock()
    answered(own, Level.OPEN)
    clock.forward(days=1000)
    with own.house.db.writing() as session:
        made = by_id(session, own.id)
        seen_by(session, made, digest("mine"), at=clock())
        reopen_request(session, request_id=own.id, by=WORKER, at=clock())
    page = own.page()
    assert "Show us again who you are" in page
    assert "Confirm your e-mail address" in page
    assert "Reopened" in page
    assert own.client.get(own.path("/proofs")).status_code == 200
    own.do(accept_identity, known=Known.ESTABLISHED)
    assert "Show us again who you are" not in own.page()


VALUES = st.one_of(
    st.sampled_from(
        ["", "\0", "a\0b", "\u202eevil", "x" * 5000, "{{ 7*7 }}", "<script>", "0" * 99]
    ),
    st.text(max_size=40),
)
FILES = st.builds(lambda body, name: (io.BytesIO(body), name), st.binary(max_size=8), VALUES)
PARTS = st.lists(
    st.tuples(st.sampled_from(["body", "code", "reference", "x"]), st.one_of(VALUES, FILES)),
    max_size=6,
)


@pytest.mark.parametrize(
    "rest", ["/message", "/answer-question", "/code", "/send-code", "/withdraw", "confirm", "look"]
)
def test_every_form_survives_anything(own: Own, rest: str) -> None:
    own.do(ask, questions="Where?", why_needed="To find the video.")
    special = {"confirm": f"/confirm-email/{own.reference}", "look": "/your-request"}
    path = special.get(rest, own.path(rest))

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(parts=PARTS)
    def survives(parts: list[tuple[str, Any]]) -> None:
        tried = own.client.post(path, data=MultiDict(parts), content_type="multipart/form-data")
        assert tried.status_code in (303, 422, 429)
        assert own.client.get(own.path()).status_code in (200, 303)

    survives()
