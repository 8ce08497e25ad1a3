"""Handing a file to another server: who is let in, what is answered, and what is written down."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.actors import PUBLIC
from portal.disclosure.commands import revoke
from portal.disclosure.models import DownloadLink, FileKind, Opening, ReleaseFile
from portal.disclosure.queries.delivered import delivered_files
from portal.errors import Upstream
from portal.house import House
from portal.storage import FolderStorage
from portal.storage.bucket import Bucket, BucketStorage, connect
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import Ready, answered, place_hold, ready_to_decide, sign_in
from tests.factories.offloading import CONTENT, copy_of, keys, lying, pay, with_folder
from tests.servers.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server, s3_server


@pytest.fixture
def house(sqlite_house: House, app: Flask) -> House:
    """The application's house, with a folder from which nginx sends."""
    made = with_folder(sqlite_house)
    app.extensions["portal"] = made
    return made


@pytest.fixture
def ready(house: House, monkeypatch: pytest.MonkeyPatch) -> Ready:
    draw_no_pdf(monkeypatch)
    return ready_to_decide(house, contents=[CONTENT])


@pytest.fixture
def link(house: House, ready: Ready) -> DownloadLink:
    made = answered(house, ready)
    pay(house)
    return made


@pytest.fixture
def copy(link: DownloadLink) -> ReleaseFile:
    return copy_of(link)


@pytest.fixture
def path(link: DownloadLink, copy: ReleaseFile) -> str:
    return path_of(link, copy.id)


@pytest.fixture
def inside(client: FlaskClient, house: House, link: DownloadLink) -> FlaskClient:
    let_in(client, house, link)
    return client


def is_passed_on(answer: TestResponse) -> bool:
    return "X-Accel-Redirect" in answer.headers


def ledger(house: House) -> list[tuple[int | None, int | None, int | None, bool, bool]]:
    with house.db.reading() as session:
        rows = session.scalars(
            sa.select(Opening).where(Opening.first_byte.is_not(None)).order_by(Opening.id)
        )
        return [
            (row.first_byte, row.last_byte, row.bytes_sent, row.is_running, row.is_passed_on)
            for row in rows
        ]


def assert_sent(answer: TestResponse, content: bytes = CONTENT) -> None:
    """The portal sent it itself."""
    assert (answer.status_code, answer.data, is_passed_on(answer)) == (200, content, False)
    answer.close()


# nginx


def test_nginx_is_told_where_it_lies_and_how_it_is_to_be_sent(
    inside: FlaskClient, path: str, copy: ReleaseFile, house: House
) -> None:
    answer = inside.get(path)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["X-Accel-Redirect"] == f"/opened/{keys(house)[copy.id]}"
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{copy.name}"'
    assert answer.headers["ETag"] == f'"{copy.sha256}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert ledger(house) == [(0, len(CONTENT) - 1, None, False, True)]


def test_the_package_goes_the_same_way_and_a_letter_never(
    inside: FlaskClient, link: DownloadLink
) -> None:
    for file in link.release.files:
        answer = inside.get(path_of(link, file.id))
        assert is_passed_on(answer) == (file.kind in (FileKind.COPY, FileKind.PACKAGE)), file.kind
        answer.close()
    assert inside.get(f"/f/{link.selector}/letter").status_code == 200


def test_a_range_is_written_down_as_it_is_asked_and_nginx_takes_it_from_the_browser(
    inside: FlaskClient, path: str, copy: ReleaseFile, house: House
) -> None:
    tag = {"If-Range": f'"{copy.sha256}"'}
    assert inside.get(path, headers={"Range": "bytes=5-9"}).status_code == 200
    assert inside.get(path, headers={"Range": "bytes=100-"} | tag).status_code == 200
    assert inside.get(path, headers={"Range": "bytes=100-", "If-Range": '"a"'}).status_code == 200
    asked = [(first, last) for first, last, *_ in ledger(house)]
    last = len(CONTENT) - 1
    assert asked == [(5, 9), (100, last), (0, last)]
    beyond = inside.get(path, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert (beyond.status_code, is_passed_on(beyond)) == (416, False)


def test_to_look_is_no_asking_and_what_is_played_is_sent_by_the_portal(
    inside: FlaskClient, path: str, house: House
) -> None:
    looked = inside.head(path)
    assert (looked.headers["Content-Length"], is_passed_on(looked)) == (str(len(CONTENT)), False)
    assert ledger(house) == []
    assert_sent(inside.get(f"{path}?play=1"))
    assert ledger(house) == [(0, len(CONTENT) - 1, len(CONTENT), False, False)]


def test_who_may_not_have_it_is_not_given_it(
    app: Flask, inside: FlaskClient, path: str, link: DownloadLink, house: House
) -> None:
    stranger = app.test_client().get(path)
    assert (stranger.status_code, is_passed_on(stranger)) == (404, False)
    with house.db.writing() as session:
        revoke(session, link_id=link.id, why="Not me.", by=PUBLIC, at=house.now())
    closed = inside.get(path)
    assert (closed.status_code, is_passed_on(closed)) == (404, False)
    assert ledger(house) == []


def test_a_hold_stops_the_next_request_and_takes_the_copy(
    inside: FlaskClient, path: str, ready: Ready, house: House
) -> None:
    assert is_passed_on(inside.get(path))
    place_hold(house, ready.recording_ids[0])
    answer = inside.get(path)
    assert (answer.status_code, is_passed_on(answer)) == (409, False)
    pay(house)
    assert lying(house) == []
    assert len(ledger(house)) == 1


def test_a_link_that_is_closed_while_it_is_asked_passes_nothing_on(
    inside: FlaskClient,
    path: str,
    link: DownloadLink,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the first question and the ledger's row: once nginx has begun, nobody asks again."""
    exists = FolderStorage.exists

    def closing(self: FolderStorage, key: str) -> bool:
        with house.db.writing() as session:
            revoke(session, link_id=link.id, why="Not me.", by=PUBLIC, at=house.now())
        return exists(self, key)

    monkeypatch.setattr(FolderStorage, "exists", closing)
    answer = inside.get(path)
    assert (answer.status_code, is_passed_on(answer)) == (409, False)
    assert ledger(house) == []


def test_where_there_is_no_copy_or_no_place_the_portal_sends(
    inside: FlaskClient,
    path: str,
    copy: ReleaseFile,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert house.offload is not None

    def away(_self: FolderStorage, _key: str) -> bool:
        raise Upstream("away")

    def shut(_self: FolderStorage, _key: str) -> bool:
        raise PermissionError("shut")

    for unreachable in (away, shut):
        with monkeypatch.context() as patch:
            patch.setattr(FolderStorage, "exists", unreachable)
            assert_sent(inside.get(path))
    house.offload.delete(keys(house)[copy.id])
    assert_sent(inside.get(path))
    assert [row[4] for row in ledger(house)] == [False] * 3


def test_half_of_what_may_go_is_passed_on_and_the_rest_is_counted(
    inside: FlaskClient, path: str, link: DownloadLink, house: House
) -> None:
    with house.db.writing() as session:
        session.get_one(DownloadLink, link.id).most_sessions = 4
    assert [is_passed_on(inside.get(path)) for _ in range(2)] == [True, True]
    for _ in range(2):
        assert_sent(inside.get(path))
    refused = inside.get(path)
    assert refused.status_code == 409
    assert "downloaded as often as it can be" in refused.text


def test_nobody_is_told_that_they_have_what_was_passed_on(
    app: Flask,
    inside: FlaskClient,
    path: str,
    link: DownloadLink,
    copy: ReleaseFile,
    ready: Ready,
    house: House,
) -> None:
    inside.get(path)
    with house.db.reading() as session:
        found = delivered_files(session, link.release, house.now())[copy.id]
    assert (found.is_whole, found.had, found.last_at) == (False, 0, None)
    assert found.passed_on_at == house.now()
    office = app.test_client()
    sign_in(office, house, ready.staff.decider)
    page = office.get(f"/office/requests/{ready.reference}/release").text
    assert "Passed on to another server, 2 November 2026" in page
    assert "how much of it arrived is not known" in page
    assert "The whole file" not in page
    told = inside.get(f"/f/{link.selector}").text
    assert f"{copy.name} (begun; we cannot see how much of it arrived)" in told
    assert_sent(inside.get(f"{path}?play=1"))
    page = office.get(f"/office/requests/{ready.reference}/release").text
    assert "The whole file, since 2 November 2026" in page
    assert "how much of it arrived is not known" in page


# A bucket


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(app: Flask, sqlite_house: House, server: S3Server) -> House:
    """The application's house, with a bucket from which browsers fetch."""
    client = connect(Bucket(BUCKET, REGION, server.endpoint, ACCESS_KEY, SECRET_KEY), tries=1)
    made = replace(sqlite_house, offload=BucketStorage(client, BUCKET))
    app.extensions["portal"] = made
    return made


@pytest.fixture
def in_bucket(
    bucket: House, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> tuple[Ready, DownloadLink]:
    draw_no_pdf(monkeypatch)
    ready = ready_to_decide(bucket, contents=[CONTENT])
    link = answered(bucket, ready)
    pay(bucket)
    let_in(client, bucket, link)
    return ready, link


def test_a_browser_fetches_from_the_bucket_for_sixty_seconds(
    client: FlaskClient, bucket: House, in_bucket: tuple[Ready, DownloadLink]
) -> None:
    _, link = in_bucket
    copy = copy_of(link)
    answer = client.get(path_of(link, copy.id))
    assert (answer.status_code, answer.data) == (303, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    address = answer.headers["Location"]
    assert re.search(r"[?&]X-Amz-Expires=60(&|$)", address)
    assert f"/{keys(bucket)[copy.id]}?" in address
    for private in ("amara", "Lindstr", link.selector, str(link.id), str(copy.id)):
        assert private.lower() not in address.lower()
    with urlopen(address) as fetched:
        assert fetched.read() == CONTENT
        assert fetched.headers["Content-Type"] == "video/mp4"
        assert fetched.headers["Content-Disposition"] == f'attachment; filename="{copy.name}"'
        assert fetched.headers["Cache-Control"] == "no-store"
    with urlopen(Request(address, headers={"Range": "bytes=10-19"})) as part:
        assert (part.status, part.read()) == (206, CONTENT[10:20])
    assert [row[4] for row in ledger(bucket)] == [True]


def test_after_a_hold_neither_the_portal_nor_an_old_address_gives_it(
    client: FlaskClient, bucket: House, server: S3Server, in_bucket: tuple[Ready, DownloadLink]
) -> None:
    ready, link = in_bucket
    path = path_of(link, copy_of(link).id)
    address = client.get(path).headers["Location"]
    place_hold(bucket, ready.recording_ids[0])
    assert client.get(path).status_code == 409
    pay(bucket)
    assert server.objects == {}
    with pytest.raises(HTTPError, match="404"):
        urlopen(address)


def test_a_store_that_does_not_answer_is_done_without(
    client: FlaskClient, bucket: House, server: S3Server, in_bucket: tuple[Ready, DownloadLink]
) -> None:
    _, link = in_bucket
    server.fail((500, "InternalError"))
    assert_sent(client.get(path_of(link, copy_of(link).id)))
    assert [row[4] for row in ledger(bucket)] == [False]
