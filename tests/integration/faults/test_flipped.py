"""Bits flipped at rest, in files and in rows: what can be noticed is refused before its first byte
and laid before staff. What cannot be noticed is said in SECURITY.md."""

import io
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.actors import Role
from portal.audit.models import AuditEntry
from portal.disclosure.models import DownloadLink, FileKind, ReleaseFile
from portal.disclosure.sending import PIECE, SendingStopped
from portal.expiry.models import MissingFile
from portal.house import House
from portal.ids import digest
from portal.outbox.commands import owe
from portal.sealing import Damaged
from portal.sealing.reading import AT_ONCE, CHUNK
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import (
    Ready,
    answered,
    handler,
    place_hold,
    ready_to_decide,
    recording,
    sign_in,
)

STEP = AT_ONCE // CHUNK
LONG = random.Random(7).randbytes(PIECE + 12_345)


@pytest.fixture
def house(sqlite_house: House) -> House:
    return sqlite_house


@pytest.fixture
def ready(house: House, monkeypatch: pytest.MonkeyPatch) -> Ready:
    draw_no_pdf(monkeypatch)
    return ready_to_decide(house, contents=[LONG])


@pytest.fixture
def link(house: House, ready: Ready) -> DownloadLink:
    return answered(house, ready)


@pytest.fixture
def copy(link: DownloadLink) -> ReleaseFile:
    return next(file for file in link.release.files if file.kind is FileKind.COPY)


@pytest.fixture
def inside(client: FlaskClient, house: House, link: DownloadLink) -> FlaskClient:
    """A browser that may collect it all."""
    let_in(client, house, link)
    return client


def flip(path: Path, at: int) -> None:
    """Flip one bit of one byte; a negative place counts from the end."""
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def lies(house: House, file: ReleaseFile) -> Path:
    return house.settings.data_folder / file.storage_key


def came(client: FlaskClient, path: str) -> bytes:
    """What comes of a file before it is refused."""
    got = b""
    with suppress(SendingStopped), client.get(path, buffered=False) as response:
        for chunk in response.iter_encoded():
            got += chunk
    return got


def begin_of_payload(house: House, file: ReleaseFile) -> int:
    sealed = lies(house, file).read_bytes()
    return sealed.index(b"\n", sealed.index(b"\n---") + 1) + 1 + 16


# Files


def test_no_byte_of_a_file_with_a_flipped_head_or_end_goes_out(
    inside: FlaskClient, house: House, link: DownloadLink
) -> None:
    for file in link.release.files:
        whole = lies(house, file).read_bytes()
        for at in (3, 40, begin_of_payload(house, file) - 1, -1, -17):
            flip(lies(house, file), at)
            answer = inside.get(path_of(link, file.id))
            assert answer.status_code == 500
            assert "It is our fault" in answer.text
            lies(house, file).write_bytes(whole)
        assert digest(inside.get(path_of(link, file.id)).data) == file.sha256


def test_what_goes_out_ends_before_a_flipped_bit_in_the_middle(
    inside: FlaskClient, house: House, link: DownloadLink, copy: ReleaseFile
) -> None:
    begin, whole = begin_of_payload(house, copy), lies(house, copy).read_bytes()
    for chunk in (0, 5, STEP, STEP + 3, len(LONG) // CHUNK - 1):
        flip(lies(house, copy), begin + chunk * (CHUNK + 16) + 5)
        got = came(inside, path_of(link, copy.id))
        assert len(got) == chunk // STEP * AT_ONCE
        assert LONG.startswith(got)
        lies(house, copy).write_bytes(whole)
    flip(lies(house, copy), begin + 5)
    with house.vault.open(copy.named) as reader, pytest.raises(Damaged):
        reader.read(1)


def test_staff_hear_of_what_was_found_out_on_the_way(
    inside: FlaskClient, house: House, ready: Ready, link: DownloadLink, copy: ReleaseFile
) -> None:
    flip(lies(house, copy), begin_of_payload(house, copy) + (STEP + 1) * (CHUNK + 16) + 5)
    assert 0 < len(came(inside, path_of(link, copy.id))) < len(LONG)
    Worker(house).pay_all()
    assert damaged(house) == [(copy.storage_key, f"release {ready.reference}")]


def test_staff_hear_of_a_damaged_file_until_it_is_mended(
    inside: FlaskClient,
    app: Flask,
    house: House,
    ready: Ready,
    link: DownloadLink,
    copy: ReleaseFile,
    clock: Clock,
) -> None:
    whole = lies(house, copy).read_bytes()
    flip(lies(house, copy), -1)
    for _ in range(3):
        assert inside.get(path_of(link, copy.id)).status_code == 500
    Worker(house).pay_all()
    assert damaged(house) == [(copy.storage_key, f"release {ready.reference}")]
    office = administrator(app, house)
    assert "1 file that should be there is gone or damaged." in office.get("/office/").text
    assert copy.storage_key in office.get("/office/files").text
    assert "1 files that should be there are gone or damaged" in inside.get("/readyz").text
    look_at_all(house, clock)
    assert damaged(house) == [(copy.storage_key, f"release {ready.reference}")]
    lies(house, copy).write_bytes(whole)
    look_at_all(house, clock)
    assert damaged(house) == []
    assert deeds(house) == ["file.damaged", "file.settled"]


def administrator(app: Flask, house: House) -> FlaskClient:
    office = app.test_client()
    with house.db.writing() as session:
        robin = handler(session, "Robin", Role.ADMINISTRATOR, at=house.now())
    sign_in(office, house, robin)
    return office


def look_at_all(house: House, clock: Clock) -> None:
    """What the worker does each day."""
    clock.forward(minutes=1)
    with house.db.writing() as session:
        owe(session, "check_storage", payload={}, key=f"look:{house.now()}", at=house.now())
    Worker(house).pay_all()


def damaged(house: House) -> list[tuple[str, str]]:
    with house.db.reading() as session:
        rows = session.scalars(sa.select(MissingFile)).all()
    return [(row.key, row.named_by) for row in rows]


def deeds(house: House) -> list[str]:
    with house.db.reading() as session:
        said = session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence))
        return [deed for deed in said if deed.startswith("file.") and deed != "file.opened"]


# Rows


def write(house: House, statement: str, **values: Any) -> None:
    """What somebody does who can write the database, past every rule of ours and of its own."""
    path = str(house.db.engine.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(statement, values).rowcount == 1


@pytest.fixture
def other(house: House) -> ReleaseFile:
    """A whole sealed file, of the same size and for the same purpose, that is not the row's."""
    kept = house.vault.keep("releases", io.BytesIO(LONG[::-1]))
    return ReleaseFile(size=kept.size, sha256=kept.sha256, storage_key=kept.key, seal=kept.seal)


@pytest.mark.parametrize(
    "changed",
    [
        "sha256 = :sha256",
        "seal = :seal",
        "seal = NULL, sha256 = :sha256",
        "seal = NULL, storage_key = :storage_key",
        "size = size - 1",
        "size = size + 1",
        "storage_key = storage_key || 'x'",
        "storage_key = :storage_key",
        "storage_key = :storage_key, sha256 = :sha256",
        "storage_key = :storage_key, seal = :seal",
    ],
)
def test_a_row_that_is_not_about_its_file_gives_nothing(
    inside: FlaskClient,
    house: House,
    link: DownloadLink,
    copy: ReleaseFile,
    other: ReleaseFile,
    changed: str,
) -> None:
    named = ("sha256", "seal", "storage_key")
    wanted = {name: getattr(other, name) for name in named if f":{name}" in changed}
    write(house, f"UPDATE release_file SET {changed} WHERE kind = 'copy'", **wanted)
    answer = inside.get(path_of(link, copy.id))
    assert answer.status_code in (404, 500)
    assert LONG[:16] not in answer.data
    assert LONG[::-1][:16] not in answer.data


def test_a_file_that_is_for_something_else_gives_nothing_with_all_its_facts(
    inside: FlaskClient, house: House, link: DownloadLink, copy: ReleaseFile
) -> None:
    proof = house.vault.keep("proofs", io.BytesIO(b"a passport"))
    write(
        house,
        "UPDATE release_file SET storage_key = :key, sha256 = :sha256, seal = :seal, size = :size"
        " WHERE kind = 'copy'",
        key=proof.key,
        sha256=proof.sha256,
        seal=proof.seal,
        size=proof.size,
    )
    answer = inside.get(path_of(link, copy.id))
    assert answer.status_code == 500
    assert b"passport" not in answer.data


def test_a_row_that_is_made_to_be_of_a_held_recording_gives_nothing(
    inside: FlaskClient, house: House, link: DownloadLink, copy: ReleaseFile
) -> None:
    with house.db.writing() as session:
        held = recording(house, session, content=b"held").id
    place_hold(house, held)
    write(house, "UPDATE release_file SET recording_id = :held WHERE kind = 'copy'", held=held)
    assert inside.get(path_of(link, copy.id)).status_code == 409


@pytest.mark.parametrize(
    "changed",
    [
        "download_link SET expires_at = '2026-1x-02 09:30:00.000000'",
        "download_link SET expires_at = 'x'",
        "download_link SET expires_at = '0026-11-02 09:30:00.000000'",
        "download_link SET selector = substr(selector, 2) || '~'",
        "download_link SET revoked_at = '2026-11-02 09:30:00.000000'",
        "visit SET expires_at = '2026-11-02 0y:30:00.000000' WHERE purpose = 'download'",
        "visit SET purpose = 'emaim' WHERE purpose = 'download'",
        "visit SET browser = 'x' || substr(browser, 2) WHERE purpose = 'download'",
        "visit SET subject_id = 'x' || substr(subject_id, 2) WHERE purpose = 'footage'",
        "release_file SET kind = 'copz' WHERE kind = 'copy'",
        "release_file SET release_id = 'x' || substr(release_id, 2) WHERE kind = 'copy'",
    ],
)
def test_a_bit_flipped_in_what_grants_it_shuts_the_door(
    inside: FlaskClient, house: House, link: DownloadLink, copy: ReleaseFile, changed: str
) -> None:
    write(house, f"UPDATE {changed}")
    answer = inside.get(path_of(link, copy.id))
    assert answer.status_code in (303, 404, 409, 410, 500)
    assert LONG[:16] not in answer.data


@pytest.mark.parametrize(
    "changed", ["kind = 'insestigation'", "level = 'M1'", "segments = '[[1, 2'", "segments = '7'"]
)
def test_a_hold_that_cannot_be_read_bars(
    inside: FlaskClient, house: House, link: DownloadLink, copy: ReleaseFile, changed: str
) -> None:
    assert copy.recording_id is not None
    place_hold(house, copy.recording_id)
    write(house, f"UPDATE hold SET {changed}")
    answer = inside.get(path_of(link, copy.id))
    assert answer.status_code in (409, 500)
    assert LONG[:16] not in answer.data
