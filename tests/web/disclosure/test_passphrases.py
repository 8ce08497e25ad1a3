"""Video takes a passphrase besides the code, and a new one takes two people and some days."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from portal.db import Database
from portal.disclosure.links import MOST_SESSIONS
from portal.disclosure.models import DownloadLink, FileKind, Opening, OpeningKind
from portal.house import House
from portal.identity.models import Passphrase
from portal.identity.passphrases import WAIT
from portal.identity.queries import waiting_passphrase
from portal.ids import new_id
from portal.notifications.models import Notice
from portal.requests.intake import AboutWhom
from tests.conftest import Clock
from tests.factories.disclosure import PASSPHRASE, Ready, answered, ready_to_decide, sign_in

VIDEO = b"a video of one person"
NEW = "lantern gravel ostrich"
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house, contents=[VIDEO])


@pytest.fixture
def link(sqlite_house: House, ready: Ready) -> DownloadLink:
    return answered(sqlite_house, ready)


def path_of(link: DownloadLink, kind: FileKind = FileKind.COPY) -> str:
    file = next(file for file in link.release.files if file.kind is kind)
    return f"/f/{link.selector}/files/{file.id}"


def type_code(house: House, client: FlaskClient, link: DownloadLink) -> None:
    client.post(f"/f/{link.selector}/send-code")
    with house.db.reading() as session:
        found = sa.select(Notice).where(Notice.kind == "code").order_by(Notice.written_at.desc())
        code = session.scalars(found).all()[0].fields["code"]
    assert client.post(f"/f/{link.selector}/code", data={"code": code}).status_code == 303


def type_words(client: FlaskClient, link: DownloadLink, typed: str) -> TestResponse:
    return client.post(f"/f/{link.selector}/passphrase", data={"passphrase": typed})


@pytest.fixture
def inside(sqlite_house: House, client: FlaskClient, link: DownloadLink) -> FlaskClient:
    """A browser in which the code was typed, and no more."""
    type_code(sqlite_house, client, link)
    return client


def notices(house: House, kind: str) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Notice.to).where(Notice.kind == kind)))


def openings(house: House, kind: OpeningKind) -> int:
    with house.db.reading() as session:
        found = sa.select(sa.func.count()).select_from(Opening).where(Opening.what == kind)
        return session.scalar(found) or 0


# The passphrase


def test_a_code_alone_opens_the_letter_and_no_video(
    inside: FlaskClient, link: DownloadLink
) -> None:
    page = inside.get(f"/f/{link.selector}")
    assert "Type your passphrase" in page.text
    assert "<video" not in page.text
    assert path_of(link) not in page.text
    assert inside.get(f"/f/{link.selector}/letter").status_code == 200
    for kind in (FileKind.COPY, FileKind.PACKAGE):
        stopped = inside.get(path_of(link, kind))
        assert stopped.status_code == 409
        assert VIDEO not in stopped.data
        assert inside.head(path_of(link, kind)).status_code == 409


@pytest.mark.parametrize("typed", [PASSPHRASE, "Kettle-RIVER-Sandpaper ", "kettleriversandpaper"])
def test_the_passphrase_opens_the_video(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House, typed: str
) -> None:
    assert type_words(inside, link, typed).location == f"/f/{link.selector}"
    assert inside.get(path_of(link)).data == VIDEO
    assert openings(sqlite_house, OpeningKind.UNLOCKED) == 1
    assert "The video was unlocked" in inside.get(f"/f/{link.selector}").text


def test_it_opens_it_on_this_browser_for_an_hour(
    app: Flask, inside: FlaskClient, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    type_words(inside, link, PASSPHRASE)
    other = app.test_client()
    assert type_words(other, link, PASSPHRASE).location == f"/f/{link.selector}"
    assert other.get(path_of(link)).status_code == 404
    clock.forward(minutes=61)
    type_code(sqlite_house, inside, link)
    assert inside.get(path_of(link)).status_code == 409


def test_wrong_ones_are_counted_whoever_types_them_and_shown(
    app: Flask, inside: FlaskClient, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    for _ in range(5):
        assert type_words(inside, link, "not this one at all").status_code == 422
    assert type_words(inside, link, PASSPHRASE).status_code == 429
    assert openings(sqlite_house, OpeningKind.PASSPHRASE_WRONG) == 5
    assert "A wrong passphrase was typed" in inside.get(f"/f/{link.selector}").text
    clock.forward(minutes=16)
    other = app.test_client()
    type_code(sqlite_house, other, link)
    for _ in range(5):
        assert type_words(other, link, "nor this").status_code == 422
    clock.forward(minutes=16)
    type_code(sqlite_house, other, link)
    assert type_words(other, link, PASSPHRASE).status_code == 429
    clock.forward(days=1)
    type_code(sqlite_house, inside, link)
    assert type_words(inside, link, PASSPHRASE).status_code == 303
    assert inside.get(path_of(link)).data == VIDEO


@pytest.mark.parametrize("typed", ["", " ", "x" * 10_000, "\x00", "\ud83d"])
def test_odd_ones_get_words(inside: FlaskClient, link: DownloadLink, typed: str) -> None:
    sent = typed.encode("utf-8", "surrogatepass")
    page = inside.post(f"/f/{link.selector}/passphrase", data={"passphrase": sent})
    assert page.status_code == 422
    assert "There is a problem" in page.text


def test_what_is_disclosed_to_everybody_takes_no_passphrase(
    client: FlaskClient, sqlite_house: House
) -> None:
    ready = ready_to_decide(sqlite_house, contents=[VIDEO], about=AboutWhom.GENERAL)
    link = answered(sqlite_house, ready)
    type_code(sqlite_house, client, link)
    assert client.get(path_of(link)).data == VIDEO


# How often


def test_a_link_that_was_used_up_can_be_had_anew(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    with sqlite_house.db.writing() as session:
        session.get_one(DownloadLink, link.id).sessions = MOST_SESSIONS
    page = inside.get(f"/f/{link.selector}")
    assert "as often as it can be" in page.text
    assert type_words(inside, link, PASSPHRASE).location == f"/f/{link.selector}"
    assert inside.get(path_of(link)).status_code == 409
    sent = inside.post(f"/f/{link.selector}/new-link", follow_redirects=True)
    assert "We have e-mailed you a new link" in sent.text
    clock.forward(minutes=20)
    with sqlite_house.db.reading() as session:
        anew = session.scalars(
            sa.select(DownloadLink).where(DownloadLink.revoked_at.is_(None))
        ).one()
    type_code_at(sqlite_house, inside, anew.selector)
    anew_page = inside.get(f"/f/{anew.selector}")
    assert "Type your passphrase" in anew_page.text


def type_code_at(house: House, client: FlaskClient, selector: str) -> None:
    with house.db.reading() as session:
        link = session.scalars(
            sa.select(DownloadLink).where(DownloadLink.selector == selector)
        ).one()
    type_code(house, client, link)


def test_links_had_without_a_person_are_few(
    client: FlaskClient, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    for number in range(5):
        with sqlite_house.db.writing() as session:
            standing = session.scalars(
                sa.select(DownloadLink).where(DownloadLink.revoked_at.is_(None))
            ).one()
            standing.sessions = standing.most_sessions
        type_code(sqlite_house, client, standing)
        anew = client.post(f"/f/{standing.selector}/new-link")
        assert anew.status_code == (303 if number < 4 else 409)
        clock.forward(minutes=1)


# A new passphrase


def ask_new(client: FlaskClient, link: DownloadLink, typed: str = NEW) -> TestResponse:
    return client.post(
        f"/f/{link.selector}/new-passphrase", data={"passphrase": typed, "again": typed}
    )


def staff_page(app: Flask, house: House, ready: Ready, who: str) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, house, getattr(ready.staff, who))
    return browser


def agree(app: Flask, house: House, ready: Ready) -> None:
    base = f"/office/requests/{ready.reference}/release/new-passphrase"
    shown = {"shown": "Passport, at the front counter"}
    accepted = staff_page(app, house, ready, "decider").post(f"{base}/accept", data=shown)
    assert accepted.status_code == 303
    seconded = staff_page(app, house, ready, "seconder").post(f"{base}/second")
    assert seconded.status_code == 303


def test_a_new_one_takes_two_people_and_some_days_and_the_contact_on_file_is_told(
    app: Flask,
    inside: FlaskClient,
    link: DownloadLink,
    sqlite_house: House,
    ready: Ready,
    clock: Clock,
) -> None:
    assert ask_new(inside, link).status_code == 303
    assert "does not work yet" in inside.get(f"/f/{link.selector}/new-passphrase").text
    assert len(notices(sqlite_house, "passphrase_asked")) == 1
    assert type_words(inside, link, NEW).status_code == 422
    agree(app, sqlite_house, ready)
    assert len(notices(sqlite_house, "passphrase_agreed")) == 1
    assert type_words(inside, link, NEW).status_code == 422
    clock.at += WAIT
    type_code(sqlite_house, inside, link)
    assert type_words(inside, link, PASSPHRASE).status_code == 422
    assert type_words(inside, link, NEW).status_code == 303
    assert inside.get(path_of(link)).data == VIDEO


def test_nobody_can_do_it_alone(
    app: Flask, inside: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    ask_new(inside, link)
    base = f"/office/requests/{ready.reference}/release/new-passphrase"
    one = staff_page(app, sqlite_house, ready, "decider")
    assert one.post(f"{base}/second").status_code == 409
    assert one.post(f"{base}/accept", data={"shown": ""}).status_code == 422
    assert "New passphrase: see who they are" in one.get("/office/").text
    assert one.post(f"{base}/accept", data={"shown": "Passport"}).status_code == 303
    assert one.post(f"{base}/second").status_code == 403
    assert "Agree to the new passphrase" not in one.get(base).text
    assert "New passphrase" not in one.get("/office/").text
    other = staff_page(app, sqlite_house, ready, "seconder")
    assert "New passphrase to agree to" in other.get("/office/").text
    assert "Agree to the new passphrase" in other.get(base).text
    with sqlite_house.db.reading() as session:
        waiting = waiting_passphrase(session, ready.request_id, sqlite_house.now())
    assert waiting is not None
    assert waiting.counts_from is None
    assert "Another handler must agree" in one.get(base).text


ACCEPTED = {"accepted_by": "a", "accepted_at": AT}
SECONDED = {"seconded_by": "b", "seconded_at": AT}


@pytest.mark.parametrize(
    "given",
    [
        ACCEPTED | SECONDED | {"seconded_by": "a"},
        {"counts_from": AT},
        ACCEPTED | {"counts_from": AT},
        SECONDED,
        {"accepted_by": "a"},
    ],
)
def test_the_database_says_so_too(database: Database, given: dict[str, Any]) -> None:
    chosen = {"subject_id": new_id(), "passphrase_hash": "x", "is_first": False, "chosen_at": AT}
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(sa.insert(Passphrase), [chosen | given])


def test_the_applicant_stops_it_from_the_page_of_the_link(
    app: Flask,
    inside: FlaskClient,
    link: DownloadLink,
    sqlite_house: House,
    ready: Ready,
    clock: Clock,
) -> None:
    ask_new(inside, link)
    agree(app, sqlite_house, ready)
    inside.post(f"/f/{link.selector}/stop-passphrase")
    clock.at += WAIT
    type_code(sqlite_house, inside, link)
    assert type_words(inside, link, NEW).status_code == 422
    assert type_words(inside, link, PASSPHRASE).status_code == 303


def test_who_says_that_it_was_not_them_stops_it_too(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    ask_new(inside, link)
    assert inside.post(f"/f/{link.selector}/not-me").location == "/link-closed"
    with sqlite_house.db.reading() as session:
        assert waiting_passphrase(session, ready.request_id, sqlite_house.now()) is None


def test_the_applicant_stops_it_from_the_page_of_the_request(
    app: Flask, inside: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    ask_new(inside, link)
    own = app.test_client()
    stop = f"/your-request/{ready.reference}/stop-passphrase"
    assert own.post(stop).status_code == 303
    with sqlite_house.db.reading() as session:
        assert waiting_passphrase(session, ready.request_id, sqlite_house.now()) is not None
    own.post(f"/your-request/{ready.reference}/send-code")
    with sqlite_house.db.reading() as session:
        sent = session.scalars(
            sa.select(Notice).where(Notice.kind == "code").order_by(Notice.written_at)
        ).all()
    codes = [str(notice.fields["code"]) for notice in sent]
    for code in codes:
        own.post(f"/your-request/{ready.reference}/code", data={"code": code})
    assert "Somebody asked for a new passphrase" in own.get(f"/your-request/{ready.reference}").text
    assert "Stop the new passphrase" in own.get(stop).text
    assert own.post(stop).status_code == 303
    with sqlite_house.db.reading() as session:
        assert waiting_passphrase(session, ready.request_id, sqlite_house.now()) is None


def test_a_request_without_a_passphrase_has_a_way_too(
    app: Flask,
    inside: FlaskClient,
    link: DownloadLink,
    sqlite_house: House,
    ready: Ready,
    clock: Clock,
) -> None:
    with sqlite_house.db.writing() as session:
        session.execute(sa.delete(Passphrase))
    page = inside.get(f"/f/{link.selector}")
    assert "none was chosen for this request" in page.text
    assert inside.get(f"/f/{link.selector}/letter").status_code == 200
    assert inside.get(path_of(link)).status_code == 409
    assert ask_new(inside, link).status_code == 303
    agree(app, sqlite_house, ready)
    clock.at += WAIT
    type_code(sqlite_house, inside, link)
    assert type_words(inside, link, NEW).status_code == 303
    assert inside.get(path_of(link)).data == VIDEO


@pytest.mark.parametrize(
    ("typed", "again", "told"),
    [
        ("", "", "Enter a passphrase"),
        ("short one", "short one", "10 letters or numbers or more"),
        (NEW, "lantern gravel", "Enter the same passphrase again"),
        ("Amara Lindström", "Amara Lindström", "harder to guess"),
        ("amaralindstrom amara", "amaralindstrom amara", "harder to guess"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "harder to guess"),
        ("password12345", "password12345", "harder to guess"),
    ],
)
def test_one_that_can_be_guessed_is_refused(
    inside: FlaskClient, link: DownloadLink, typed: str, again: str, told: str
) -> None:
    page = inside.post(
        f"/f/{link.selector}/new-passphrase", data={"passphrase": typed, "again": again}
    )
    assert page.status_code == 422
    assert told in page.text
    assert not re.search(r'type="password"[^>]*value="[^"]+"', page.text)
