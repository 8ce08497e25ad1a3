"""Another e-mail address for an applicant: its pages, for handlers and whoever has the old."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.actors import PUBLIC, WORKER, Role
from portal.disclosure.commands import change_address
from portal.house import House
from portal.identity.addresses import AGREE_WITHIN, WAIT
from portal.identity.queries import waiting_address
from portal.ids import new_id
from portal.notifications.commands import note_failed
from portal.notifications.models import Notice
from portal.notifications.notices import Failure
from portal.requests.models import Applicant
from tests.conftest import Clock
from tests.factories.disclosure import EMAIL, Ready, ready_to_decide, sign_in
from tests.web.conftest import SignedIn

NEW = "amara.new@example.net"
GIVEN = {"email": NEW, "way": "in_person", "shown": "Passport, at the front counter"}


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house)


@pytest.fixture
def proposer(app: Flask, sqlite_house: House, ready: Ready) -> FlaskClient:
    return staff_page(app, sqlite_house, ready, "decider")


@pytest.fixture
def other(app: Flask, sqlite_house: House, ready: Ready) -> FlaskClient:
    return staff_page(app, sqlite_house, ready, "seconder")


def staff_page(app: Flask, house: House, ready: Ready, who: str) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, house, getattr(ready.staff, who))
    return browser


def page_of(ready: Ready) -> str:
    return f"/office/requests/{ready.reference}/identity/address"


def propose(client: FlaskClient, ready: Ready, **given: str) -> TestResponse:
    return client.post(page_of(ready), data=GIVEN | given)


def waiting_id(house: House, ready: Ready) -> UUID | None:
    with house.db.reading() as session:
        waiting = waiting_address(session, ready.request_id)
    return waiting.id if waiting else None


def agree(client: FlaskClient, house: House, ready: Ready) -> TestResponse:
    return client.post(f"{page_of(ready)}/{waiting_id(house, ready)}/agree")


def take_effect(house: House, clock: Clock, change_id: UUID | None) -> bool:
    assert change_id is not None
    clock.at += WAIT
    with house.db.writing() as session:
        return change_address(session, change_id=change_id, by=WORKER, at=house.now())


def codes(house: House) -> list[str]:
    with house.db.reading() as session:
        found = sa.select(Notice).where(Notice.kind == "code").order_by(Notice.written_at)
        return [str(notice.fields["code"]) for notice in session.scalars(found)]


@pytest.fixture
def own(app: Flask, sqlite_house: House, ready: Ready) -> FlaskClient:
    """A browser in which a code to the old address was typed."""
    client = app.test_client()
    client.post(f"/your-request/{ready.reference}/send-code")
    (code,) = codes(sqlite_house)
    client.post(f"/your-request/{ready.reference}/code", data={"code": code})
    assert client.get(f"/your-request/{ready.reference}").status_code == 200
    return client


# Handlers


def test_one_proposes_another_agrees_and_my_work_says_so(
    proposer: FlaskClient, other: FlaskClient, sqlite_house: House, ready: Ready
) -> None:
    identity = proposer.get(f"/office/requests/{ready.reference}/identity").text
    assert page_of(ready) in identity
    assert "Propose the new address" in proposer.get(page_of(ready)).text
    assert propose(proposer, ready).location == page_of(ready)
    mine = proposer.get(page_of(ready)).text
    assert NEW in mine and "They came to us and showed who they are" in mine
    assert "Another handler must agree" in mine
    assert "Agree to the new address" not in mine
    assert "New e-mail address to agree to" not in proposer.get("/office/").text
    work = other.get("/office/").text
    assert "New e-mail address to agree to" in work and page_of(ready) in work
    assert "Agree to the new address" in other.get(page_of(ready)).text
    agreed = agree(other, sqlite_house, ready)
    assert agreed.status_code == 303
    seen = other.get(page_of(ready)).text
    assert "We write to it from" in seen and "unless it is stopped" in seen
    assert "Agree to the new address" not in seen
    assert "New e-mail address to agree to" not in other.get("/office/").text


def test_nobody_agrees_to_their_own_nor_twice(
    proposer: FlaskClient, other: FlaskClient, sqlite_house: House, ready: Ready
) -> None:
    propose(proposer, ready)
    assert agree(proposer, sqlite_house, ready).status_code == 403
    assert agree(other, sqlite_house, ready).status_code == 303
    assert agree(other, sqlite_house, ready).status_code == 409


@pytest.mark.parametrize(
    ("role", "may_read", "may_propose", "may_agree"),
    [
        (Role.INTAKE, True, True, False),
        (Role.DECISION_MAKER, True, True, False),
        (Role.SECONDER, True, False, True),
        (Role.SEARCHER, True, False, False),
        (Role.AUDITOR, True, False, False),
        (Role.ADMINISTRATOR, False, False, False),
        (Role.HOLD_OWNER, False, False, False),
    ],
)
def test_who_may_do_what(
    proposer: FlaskClient,
    signed_in: SignedIn,
    sqlite_house: House,
    ready: Ready,
    role: Role,
    may_read: bool,
    may_propose: bool,
    may_agree: bool,
) -> None:
    client = signed_in(role)
    page = client.get(page_of(ready))
    assert page.status_code == (200 if may_read else 403)
    assert ("Propose the new address" in page.text) is may_propose
    assert propose(client, ready).status_code == (303 if may_propose else 403)
    if not may_propose:
        propose(proposer, ready)
    assert agree(client, sqlite_house, ready).status_code == (303 if may_agree else 403)
    may_stop = may_propose or may_agree
    assert ("Stop the new address" in client.get(page_of(ready)).text) is may_stop
    stopped = client.post(f"{page_of(ready)}/stop", data={"why": "They called."})
    assert stopped.status_code == (303 if may_stop else 403)
    assert (waiting_id(sqlite_house, ready) is None) is may_stop


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"email": ""}, "Enter an e-mail address"),
        ({"email": "amara at example"}, "like name@example.com"),
        ({"email": "a@b@example.org"}, "like name@example.com"),
        ({"email": "x" * 300 + "@example.org"}, "must be 254 characters or fewer"),
        ({"email": EMAIL.upper()}, "This is the e-mail address that we have"),
        ({"way": ""}, "Select how you made sure"),
        ({"way": "they_said_so"}, "Select how you made sure"),
        ({"way": "called_back"}, "We have no phone number of theirs"),
        ({"shown": ""}, "Enter what you saw or heard"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    proposer: FlaskClient, sqlite_house: House, ready: Ready, given: dict[str, str], words: str
) -> None:
    page = propose(proposer, ready, **given)
    assert page.status_code == 422
    assert "There is a problem" in page.text and words in page.text
    typed = GIVEN | given
    assert typed["shown"] in page.text
    assert f'value="{typed["email"]}"' in page.text or not typed["email"]
    assert waiting_id(sqlite_house, ready) is None


@pytest.mark.parametrize("name", ["email", "way", "shown"])
def test_odd_parts_get_words(proposer: FlaskClient, ready: Ready, name: str) -> None:
    assert propose(proposer, ready, **{name: "\x00 \x07"}).status_code == 422


def test_a_second_one_waits_for_the_first(
    proposer: FlaskClient, sqlite_house: House, ready: Ready
) -> None:
    propose(proposer, ready)
    first = waiting_id(sqlite_house, ready)
    again = propose(proposer, ready, email="other@example.net")
    assert again.status_code == 422
    assert "Another new address waits already" in again.text
    assert waiting_id(sqlite_house, ready) == first


def test_a_proposal_that_is_not_the_one_on_the_page_is_not_agreed_to(
    proposer: FlaskClient, other: FlaskClient, sqlite_house: House, ready: Ready, clock: Clock
) -> None:
    propose(proposer, ready)
    seen = f"{page_of(ready)}/{waiting_id(sqlite_house, ready)}/agree"
    proposer.post(f"{page_of(ready)}/stop", data={"why": "A letter was wrong."})
    clock.forward(minutes=1)
    propose(proposer, ready, email="other@example.net")
    assert other.post(seen).status_code == 409
    assert other.post(f"{page_of(ready)}/{new_id()}/agree").status_code == 404
    clock.at += AGREE_WITHIN
    fresh = staff_again(other, sqlite_house, ready)
    assert "proposed too long ago" in fresh.get(page_of(ready)).text
    assert agree(fresh, sqlite_house, ready).status_code == 409


def staff_again(client: FlaskClient, house: House, ready: Ready) -> FlaskClient:
    """Sessions end while days pass."""
    sign_in(client, house, ready.staff.seconder)
    return client


def test_stopping_takes_a_reason_that_stays_on_the_page(
    proposer: FlaskClient, sqlite_house: House, ready: Ready
) -> None:
    propose(proposer, ready)
    stop = f"{page_of(ready)}/stop"
    assert "Stop the new e-mail address" in proposer.get(stop).text
    assert proposer.post(stop, data={"why": ""}).status_code == 422
    said = proposer.post(stop, data={"why": "They called us."}, follow_redirects=True)
    assert "The new address is stopped" in said.text
    assert "Stopped on" in said.text and "They called us." in said.text
    said = proposer.post(stop, data={"why": "Again."}, follow_redirects=True)
    assert "There was no address to stop" in said.text


# Whoever has the old address


def test_whoever_reads_the_old_mailbox_stops_it(
    proposer: FlaskClient,
    other: FlaskClient,
    own: FlaskClient,
    sqlite_house: House,
    ready: Ready,
    clock: Clock,
) -> None:
    page, stop = f"/your-request/{ready.reference}", f"/your-request/{ready.reference}/stop-address"
    assert own.get(stop).location == page
    propose(proposer, ready)
    agree(other, sqlite_house, ready)
    change_id = waiting_id(sqlite_house, ready)
    shown = own.get(page).text
    assert "Somebody asked us to write to another e-mail address" in shown and stop in shown
    assert NEW not in shown
    assert "Stop the new e-mail address" in own.get(stop).text
    said = own.post(stop, follow_redirects=True)
    assert "We go on writing to this e-mail address" in said.text
    assert "Somebody asked us to write" not in said.text
    assert not take_effect(sqlite_house, clock, change_id)


@pytest.mark.parametrize("page", ["stop-address", "stop-passphrase"])
def test_strangers_stop_nothing_and_learn_nothing(
    app: Flask, proposer: FlaskClient, sqlite_house: House, ready: Ready, page: str
) -> None:
    propose(proposer, ready)
    stranger = app.test_client()
    for reference in (ready.reference, "BWV-7K3Q-M2XD"):
        for ask in (stranger.get, stranger.post):
            answer = ask(f"/your-request/{reference}/{page}")
            assert (answer.status_code, answer.location) == (303, f"/your-request/{reference}")
    assert waiting_id(sqlite_house, ready) is not None


def test_when_it_counts_the_old_mailbox_is_out_and_the_new_one_shows_that_it_is_theirs(
    proposer: FlaskClient,
    other: FlaskClient,
    own: FlaskClient,
    sqlite_house: House,
    ready: Ready,
    clock: Clock,
) -> None:
    propose(proposer, ready)
    agree(other, sqlite_house, ready)
    change_id = waiting_id(sqlite_house, ready)
    clock.at += WAIT - timedelta(minutes=70)
    own.post(f"/your-request/{ready.reference}/send-code")
    clock.forward(minutes=69)
    own.post(f"/your-request/{ready.reference}/send-code")
    own.post(f"/your-request/{ready.reference}/code", data={"code": codes(sqlite_house)[-1]})
    assert own.get(f"/your-request/{ready.reference}").status_code == 200
    clock.at += timedelta(minutes=1) - WAIT
    assert take_effect(sqlite_house, clock, change_id)
    assert own.get(f"/your-request/{ready.reference}").status_code == 303
    confirm = f"/confirm-email/{ready.reference}"
    with sqlite_house.db.reading() as session:
        told = session.scalars(sa.select(Notice).where(Notice.kind == "address_changed")).one()
    assert (told.to, told.fields["path"]) == (NEW, confirm)
    clock.forward(minutes=5)
    own.post(f"{confirm}/send-code")
    shown = own.post(confirm, data={"code": codes(sqlite_house)[-1]}, follow_redirects=True)
    assert "You have confirmed your e-mail address" in shown.text
    with sqlite_house.db.reading() as session:
        applicant = session.get_one(Applicant, ready.request_id)
    assert (applicant.email, applicant.email_confirmed_at) == (NEW, sqlite_house.now())


# E-mail that came back


def bounce(house: House, ready: Ready, failure: Failure = Failure.ADDRESS) -> None:
    with house.db.writing() as session:
        found = session.scalars(sa.select(Notice).where(Notice.about == ready.reference)).all()
        assert found
        for notice in found:
            note_failed(session, notice.id, failure=failure, by=PUBLIC, at=house.now())


def test_where_e_mail_came_back_the_page_does_not_say_that_they_were_told(
    proposer: FlaskClient, sqlite_house: House, ready: Ready
) -> None:
    assert "did not arrive" not in proposer.get(page_of(ready)).text
    bounce(sqlite_house, ready)
    assert "nobody may have read it" in proposer.get(page_of(ready)).text
    overview = proposer.get(f"/office/requests/{ready.reference}").text
    assert page_of(ready) in overview
    assert "Send again" not in overview


def test_what_came_back_goes_to_the_new_address_by_one_button(
    proposer: FlaskClient, other: FlaskClient, sqlite_house: House, ready: Ready, clock: Clock
) -> None:
    bounce(sqlite_house, ready)
    propose(proposer, ready)
    agree(other, sqlite_house, ready)
    take_effect(sqlite_house, clock, waiting_id(sqlite_house, ready))
    handler = staff_again(other, sqlite_house, ready)
    overview = handler.get(f"/office/requests/{ready.reference}").text
    assert "E-mail does not reach them" not in overview
    assert "E-mail that did not arrive at their old address" in overview
    said = handler.post(f"/office/requests/{ready.reference}/send-again", follow_redirects=True)
    assert "1 e-mail is sent again." in said.text
    assert "did not arrive" not in said.text
    with sqlite_house.db.reading() as session:
        found = sa.select(Notice.to).where(Notice.kind == "acknowledgement")
        assert sorted(session.scalars(found)) == sorted([EMAIL, NEW])
    said = handler.post(f"/office/requests/{ready.reference}/send-again", follow_redirects=True)
    assert "There was nothing to send again." in said.text


def test_a_full_mailbox_is_tried_again(
    proposer: FlaskClient, sqlite_house: House, ready: Ready
) -> None:
    bounce(sqlite_house, ready, Failure.GIVEN_UP)
    assert "Send again" in proposer.get(f"/office/requests/{ready.reference}").text


def test_who_only_reads_sends_nothing_again(
    signed_in: SignedIn, sqlite_house: House, ready: Ready
) -> None:
    bounce(sqlite_house, ready, Failure.GIVEN_UP)
    reader = signed_in(Role.AUDITOR)
    assert "Send again" not in reader.get(f"/office/requests/{ready.reference}").text
    assert reader.post(f"/office/requests/{ready.reference}/send-again").status_code == 403
