"""Sending proofs before a request is sent: what is taken, what is said, what is kept."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from portal.audit.models import AuditEntry
from portal.config import Settings
from portal.house import House
from portal.identity.commands.codes import end_visits, grant_visit
from portal.identity.models import Proof
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_id
from tests.conftest import Clock
from tests.factories.files import CANARY, pdf, picture

DRAFT = new_id()


@pytest.fixture
def writer(client: FlaskClient, sqlite_house: House, clock: Clock) -> FlaskClient:
    """Somebody whose browser has a draft."""
    let_in(client, sqlite_house, clock)
    return client


def let_in(client: FlaskClient, house: House, clock: Clock, key: str = "mine") -> None:
    with client.session_transaction() as session:
        session["browser"] = key
    with house.db.writing() as session:
        grant_visit(
            session,
            purpose=CodePurpose.DRAFT,
            subject_id=DRAFT if key == "mine" else new_id(),
            browser=digest(key),
            at=clock(),
            lasting=timedelta(days=14),
        )


def send(
    client: FlaskClient, content: bytes, name: str = "passport.jpg", kind: str = "passport"
) -> TestResponse:
    data = {"kind": kind, "file": (io.BytesIO(content), name)}
    return client.post("/proofs", data=data, content_type="multipart/form-data")


def proofs(house: House) -> list[Proof]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Proof).order_by(Proof.received_at)))


def test_without_a_draft_there_is_nothing_to_add_to(client: FlaskClient) -> None:
    assert client.get("/proofs").location == "/ask"
    assert send(client, picture()).location == "/ask"
    assert client.get(f"/proofs/{new_id()}").status_code == 404


def test_the_page_says_what_to_do_and_leads_on(writer: FlaskClient) -> None:
    page = writer.get("/proofs?next=https://evil.example/").text
    assert "evil" not in page
    assert 'href="/ask"' in page
    assert "not larger than 20 MB" in page


def test_a_photo_goes_round_and_is_sealed(
    writer: FlaskClient, sqlite_house: House, settings: Settings
) -> None:
    sent = picture("JPEG", turned=6)
    answered = send(writer, sent)
    (proof,) = proofs(sqlite_house)
    assert answered.location == f"/proofs/{proof.id}"
    checked = writer.get(answered.location).text
    assert "Check this file" in checked
    shown = writer.get(f"/proofs/{proof.id}/page/1")
    assert shown.content_type == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "no-store"
    assert CANARY in sent
    assert CANARY not in shown.data
    with Image.open(io.BytesIO(shown.data)) as upright:
        assert upright.size == (400, 640)
    assert_nothing_plain(settings.data_folder, shown.data, CANARY)
    assert "Passport" in writer.get("/proofs").text


def test_a_pdf_is_only_ever_shown_as_pictures(
    writer: FlaskClient, sqlite_house: House, settings: Settings
) -> None:
    sent = pdf(2)
    send(writer, sent, "bill.pdf", "utility_bill")
    (proof,) = proofs(sqlite_house)
    assert "Page 2 of 2" in writer.get(f"/proofs/{proof.id}").text
    for page in (1, 2):
        shown = writer.get(f"/proofs/{proof.id}/page/{page}")
        assert (shown.status_code, shown.content_type) == (200, "image/png")
        assert shown.data.startswith(b"\x89PNG")
    assert writer.get(f"/proofs/{proof.id}/page/3").status_code == 404
    assert writer.get(f"/proofs/{proof.id}/page/0").status_code == 404
    assert_nothing_plain(settings.data_folder, sent, b"%PDF")


def assert_nothing_plain(folder: Path, *contents: bytes) -> None:
    """No stored file holds any of these, whole or (of long ones) a piece from their middle."""
    kept = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert kept
    for content in contents:
        piece = content if len(content) < 64 else content[len(content) // 2 :][:32]
        assert not any(piece in one for one in kept)


def test_a_file_is_taken_back(writer: FlaskClient, sqlite_house: House) -> None:
    send(writer, picture())
    (proof,) = proofs(sqlite_house)
    assert writer.post(f"/proofs/{proof.id}/remove").location == "/proofs"
    assert "We have removed the file" in writer.get("/proofs").text
    assert writer.get(f"/proofs/{proof.id}").status_code == 404
    assert writer.get(f"/proofs/{proof.id}/page/1").status_code == 410
    assert writer.post(f"/proofs/{proof.id}/remove").status_code == 303


def test_nobody_elses_browser_sees_or_removes_it(
    app: Flask, writer: FlaskClient, sqlite_house: House, clock: Clock
) -> None:
    send(writer, picture())
    (proof,) = proofs(sqlite_house)
    bare, other = app.test_client(), app.test_client()
    let_in(other, sqlite_house, clock, key="theirs")
    for stranger in (bare, other):
        for path in (f"/proofs/{proof.id}", f"/proofs/{proof.id}/page/1"):
            refused, unknown = stranger.get(path), stranger.get(path.replace("-", "-")[:-1] + "9")
            assert refused.status_code == unknown.status_code == 404
        assert stranger.post(f"/proofs/{proof.id}/remove").status_code == 404
    assert proofs(sqlite_house)[0].storage_key is not None


def test_a_sent_draft_takes_no_more_proofs_here(
    writer: FlaskClient, sqlite_house: House, clock: Clock
) -> None:
    with sqlite_house.db.writing() as session:
        end_visits(session, purpose=CodePurpose.DRAFT, subject_id=DRAFT, at=clock())
    assert send(writer, picture()).location == "/ask"
    assert proofs(sqlite_house) == []


@pytest.mark.parametrize(
    ("content", "name", "kind", "words"),
    [
        (picture(), "a.jpg", "", "Select what it is"),
        (picture(), "a.jpg", "pet", "Select what it is"),
        (b"", "", "passport", "Select a file"),
        (b"", "a.jpg", "passport", "This file is empty"),
        (picture(), "a.png", "passport", "We could not read this file. Send a PDF, JPEG or PNG."),
        (b"MZ\x90\0", "a.exe", "passport", "We could not read this file"),
        (b"\0\0\0\x18ftypheic", "a.heic", "passport", "HEIC"),
        (pdf(11), "a.pdf", "passport", "more than 10 pages"),
        (pdf(1, password="x"), "a.pdf", "passport", "has a password"),
        (picture()[:700], "a.jpg", "passport", "We could not read this file"),
    ],
    ids=["kind", "pet", "no file", "empty", "name", "program", "heic", "long", "locked", "cut"],
)
def test_what_is_wrong_is_said_beside_the_field(
    writer: FlaskClient, sqlite_house: House, content: bytes, name: str, kind: str, words: str
) -> None:
    answered = send(writer, content, name, kind)
    assert answered.status_code == 422
    assert "There is a problem" in answered.text
    assert words in answered.text
    assert "<title>Error: " in answered.text
    assert proofs(sqlite_house) == []
    if kind == "passport":
        assert 'value="passport" checked' in answered.text


def test_a_file_that_is_too_big_gets_a_friendly_page(writer: FlaskClient) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    body = head + b"\xff\xd8\xff" * (7 * 1024 * 1024) + b"\r\n--x--\r\n"
    answered = writer.post("/proofs", data=body, content_type="multipart/form-data; boundary=x")
    assert answered.status_code == 413
    assert "choose a smaller file" in answered.text


def test_forty_files_an_hour_are_enough(writer: FlaskClient, clock: Clock) -> None:
    for _ in range(40):
        assert send(writer, b"rubbish", "a.txt").status_code == 422
    assert send(writer, b"rubbish", "a.txt").status_code == 429
    clock.forward(hours=1, seconds=1)
    assert send(writer, b"rubbish", "a.txt").status_code == 422


def test_looking_at_it_is_in_the_book(writer: FlaskClient, sqlite_house: House) -> None:
    send(writer, picture())
    (proof,) = proofs(sqlite_house)
    writer.get(f"/proofs/{proof.id}/page/1")
    with sqlite_house.db.reading() as session:
        deeds = session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence)).all()
    assert deeds == ["proof.received", "proof.viewed"]


VALUES = st.one_of(
    st.sampled_from(["", "\0", "passport", "\u202ea", "x" * 5000, "{{ 7*7 }}", "<script>"]),
    st.text(max_size=30),
)
FILES = st.builds(
    lambda body, name: (io.BytesIO(body), name),
    st.one_of(st.binary(max_size=40), st.sampled_from([b"%PDF-1.7", b"\xff\xd8\xff\xe0", b"GIF8"])),
    st.one_of(VALUES, st.sampled_from(["a.txt", "../../etc/passwd", "a.gif"])),
)
PARTS = st.lists(
    st.tuples(st.sampled_from(["kind", "file", "csrf_token", "x"]), st.one_of(VALUES, FILES)),
    max_size=6,
)


def test_the_form_survives_anything(app: Flask, writer: FlaskClient, clock: Clock) -> None:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(parts=PARTS)
    def survives(parts: list[tuple[str, Any]]) -> None:
        clock.forward(hours=2)
        answered = writer.post("/proofs", data=MultiDict(parts), content_type="multipart/form-data")
        assert answered.status_code == 422
        assert "There is a problem" in answered.text

    survives()
