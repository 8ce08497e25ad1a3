"""Sending files: parts of them, going on after a break, what is written down, and what stops it."""

import errno
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.app import create_app
from portal.db import Database
from portal.disclosure.delivered import LOST_AFTER, NOTED_EVERY
from portal.disclosure.models import DownloadLink, FileKind, Opening, ReleaseFile
from portal.disclosure.queries.collecting import may_go_on
from portal.disclosure.queries.delivered import delivered_files
from portal.disclosure.sending import ANSWER_HOLDS, PIECE, SendingStopped
from portal.errors import Upstream
from portal.house import House
from portal.ids import new_id
from portal.sealing import SealedReader
from portal.sealing.reading import AT_ONCE, CHUNK
from tests.conftest import Clock
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import Ready, answered, ready_to_decide, sign_in

LONG = random.Random(7).randbytes(3 * PIECE + 12_345)


@pytest.fixture
def ready(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> Ready:
    draw_no_pdf(monkeypatch)
    return ready_to_decide(sqlite_house, contents=[LONG])


@pytest.fixture
def link(sqlite_house: House, ready: Ready) -> DownloadLink:
    return answered(sqlite_house, ready)


@pytest.fixture
def copy(link: DownloadLink) -> ReleaseFile:
    return next(file for file in link.release.files if file.kind is FileKind.COPY)


@pytest.fixture
def path(link: DownloadLink, copy: ReleaseFile) -> str:
    return path_of(link, copy.id)


@pytest.fixture
def inside(client: FlaskClient, sqlite_house: House, link: DownloadLink) -> FlaskClient:
    let_in(client, sqlite_house, link)
    return client


def ledger(house: House) -> list[tuple[int | None, int | None, int | None, bool]]:
    with house.db.reading() as session:
        rows = session.scalars(
            sa.select(Opening).where(Opening.first_byte.is_not(None)).order_by(Opening.id)
        )
        return [(row.first_byte, row.last_byte, row.bytes_sent, row.is_running) for row in rows]


def is_whole(house: House, link: DownloadLink, file: ReleaseFile) -> bool:
    with house.db.reading() as session:
        return delivered_files(session, link.release, house.now())[file.id].is_whole


def broken_off(client: FlaskClient, path: str, after: int, **headers: str) -> int:
    """Read so many bytes at least, and hang up; returns how many came."""
    response = client.get(path, headers=headers, buffered=False)
    count = 0
    for chunk in response.iter_encoded():
        count += len(chunk)
        if count >= after:
            break
    response.close()
    return count


# Which bytes


EDGES = [
    ("bytes=0-0", 0, 0),
    (f"bytes={len(LONG) - 1}-", len(LONG) - 1, len(LONG) - 1),
    ("bytes=-1", len(LONG) - 1, len(LONG) - 1),
    (f"bytes=-{len(LONG) + 5}", 0, len(LONG) - 1),
    (f"bytes={CHUNK - 1}-{CHUNK}", CHUNK - 1, CHUNK),
    (f"bytes={CHUNK}-{2 * CHUNK - 1}", CHUNK, 2 * CHUNK - 1),
    (f"bytes={PIECE - 1}-{PIECE + 1}", PIECE - 1, PIECE + 1),
    (f"bytes=7-{PIECE + 6}", 7, PIECE + 6),
    (f"bytes=0-{10**18}", 0, len(LONG) - 1),
]


def test_the_edges_of_a_range(inside: FlaskClient, path: str) -> None:
    for asked, first, last in EDGES:
        got = inside.get(path, headers={"Range": asked})
        assert (got.status_code, got.data) == (206, LONG[first : last + 1])
        assert got.headers["Content-Range"] == f"bytes {first}-{last}/{len(LONG)}"
        assert got.headers["Content-Length"] == str(last - first + 1)


def test_what_is_not_one_range_is_answered_with_the_whole(inside: FlaskClient, path: str) -> None:
    for asked in ("0-1,5-6", "0-1, -5", "", "-", "5-4", "0-1;", "+1-2", "1.5-2", "0x1-2"):
        got = inside.get(path, headers={"Range": f"bytes={asked}"})
        assert (got.status_code, got.data) == (200, LONG)
        assert "Content-Range" not in got.headers


def test_a_range_of_nothing_is_said_to_be_none(
    inside: FlaskClient, path: str, sqlite_house: House
) -> None:
    for asked in (f"bytes={len(LONG)}-", f"bytes={10**18}-", "bytes=-0"):
        got = inside.get(path, headers={"Range": asked})
        assert (got.status_code, got.data) == (416, b"")
        assert got.headers["Content-Range"] == f"bytes */{len(LONG)}"
    assert ledger(sqlite_house) == []


def test_head_is_about_the_whole_file_whatever_range_it_names(
    inside: FlaskClient, path: str, sqlite_house: House
) -> None:
    for headers in ({}, {"Range": "bytes=5-9"}, {"Range": f"bytes={len(LONG)}-"}):
        got = inside.head(path, headers=headers)
        assert (got.status_code, got.data) == (200, b"")
        assert got.headers["Content-Length"] == str(len(LONG))
        assert "Content-Range" not in got.headers
    assert ledger(sqlite_house) == []


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asked=st.one_of(
        st.from_regex(r"bytes=[0-9]{0,8}-[0-9]{0,8}", fullmatch=True),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    ),
    if_range=st.sampled_from([None, "own", 'W/"a"', '"', "\t", "Mon, 02 Nov 2026 09:30:00 GMT"]),
)
def test_no_header_is_too_odd(
    inside: FlaskClient, path: str, copy: ReleaseFile, asked: str, if_range: str | None
) -> None:
    headers = {"Range": asked}
    if if_range is not None:
        headers["If-Range"] = f'"{copy.sha256}"' if if_range == "own" else if_range
    got = inside.get(path, headers=headers, buffered=False)
    first = next(iter(got.iter_encoded()), b"")
    got.close()
    assert got.status_code in (200, 206, 416)
    if got.status_code == 206:
        said = got.headers["Content-Range"].removeprefix("bytes ").partition("/")[0]
        begin, end = map(int, said.split("-"))
        assert int(got.headers["Content-Length"]) == end - begin + 1
        assert LONG[begin : end + 1].startswith(first)


def test_an_address_of_no_file_leads_nowhere(inside: FlaskClient, link: DownloadLink) -> None:
    for end in ("", "x", f"{new_id()}", "../x", "%00", f"{UUID(int=0)}?play=1"):
        assert inside.get(f"/f/{link.selector}/files/{end}").status_code == 404


def test_a_file_can_only_be_read(inside: FlaskClient, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert inside.open(path, method=method).status_code == 405


# The ledger


def test_a_download_in_parts_is_a_whole_file(
    inside: FlaskClient, path: str, link: DownloadLink, copy: ReleaseFile, sqlite_house: House
) -> None:
    had = broken_off(inside, path, PIECE)
    assert not is_whole(sqlite_house, link, copy)
    tag = f'"{copy.sha256}"'
    # The last step that came was not yet known to have gone when the line broke.
    went = ledger(sqlite_house)[0][2]
    assert went == had - AT_ONCE
    rest = inside.get(path, headers={"Range": f"bytes={went}-", "If-Range": tag})
    assert rest.data == LONG[went:]
    rest.close()
    assert is_whole(sqlite_house, link, copy)
    assert ledger(sqlite_house) == [
        (0, len(LONG) - 1, went, False),
        (went, len(LONG) - 1, len(LONG) - went, False),
    ]


def test_handlers_see_what_of_each_file_they_have(
    inside: FlaskClient,
    app: Flask,
    path: str,
    link: DownloadLink,
    ready: Ready,
    sqlite_house: House,
) -> None:
    office = app.test_client()
    sign_in(office, sqlite_house, ready.staff.decider)
    page = f"/office/requests/{ready.reference}/release"
    assert office.get(page).text.count("Nothing yet") == len(link.release.files)
    broken_off(inside, path, PIECE)
    assert "% of it, last sent 2 November 2026" in office.get(page).text
    inside.get(path).close()
    inside.get(path).get_data()
    assert "The whole file, since 2 November 2026" in office.get(page).text


def test_how_far_it_has_come_is_written_down_on_the_way(
    inside: FlaskClient, path: str, sqlite_house: House, clock: Clock
) -> None:
    """A process that is killed writes down nothing at the end."""
    response = inside.get(path, buffered=False)
    chunks = response.iter_encoded()
    came = len(next(chunks))
    clock.forward(seconds=NOTED_EVERY.total_seconds() + 1)
    while came <= PIECE:
        came += len(next(chunks))
    assert ledger(sqlite_house) == [(0, len(LONG) - 1, PIECE, True)]
    response.close()
    assert ledger(sqlite_house) == [(0, len(LONG) - 1, came - AT_ONCE, False)]


def only_once(house: House, link: DownloadLink) -> None:
    with house.db.writing() as session:
        session.get_one(DownloadLink, link.id).most_sessions = 1


def test_a_resume_is_not_a_new_download_and_a_second_one_is(
    inside: FlaskClient, path: str, link: DownloadLink, sqlite_house: House
) -> None:
    only_once(sqlite_house, link)
    broken_off(inside, path, PIECE)
    (broke,) = ledger(sqlite_house)
    rest = inside.get(path, headers={"Range": f"bytes={broke[2]}-"})
    assert rest.data == LONG[broke[2] :]
    rest.close()
    again = inside.get(path)
    assert again.status_code == 409
    assert "downloaded as often as it can be with this link" in again.text
    assert inside.get(path, headers={"Range": "bytes=0-0"}).status_code == 409


def test_two_at_once_are_two(
    inside: FlaskClient, path: str, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    only_once(sqlite_house, link)
    first = inside.get(path, buffered=False)
    next(first.iter_encoded())
    assert inside.get(path).status_code == 409
    clock.forward(seconds=LOST_AFTER.total_seconds())  # its process was killed
    second = inside.get(path, buffered=False)
    assert second.status_code == 200
    second.close()
    first.close()


# What is asked on the way


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every time the link, the visit and the gate were asked in full."""
    times: list[object] = []

    def counted(*given: object, **named: object) -> bool:
        times.append(named["at"])
        return may_go_on(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("portal.disclosure.sending.may_go_on", counted)
    return times


def test_it_is_asked_again_after_every_commit_and_every_few_seconds_and_not_else(
    inside: FlaskClient,
    path: str,
    sqlite_house: House,
    clock: Clock,
    asked: list[object],
) -> None:
    def mebibyte(chunks: Iterator[bytes]) -> None:
        for _ in range(PIECE // AT_ONCE):
            next(chunks)

    def something() -> None:
        with sqlite_house.db.writing() as session:
            session.execute(sa.update(Opening).values(bytes_sent=Opening.bytes_sent + 1))

    response = inside.get(path, buffered=False)
    chunks = response.iter_encoded()
    mebibyte(chunks)
    assert len(asked) == 1
    mebibyte(chunks)
    assert len(asked) == 1
    something()
    mebibyte(chunks)
    assert len(asked) == 2
    clock.forward(seconds=ANSWER_HOLDS.total_seconds())
    assert sum(map(len, chunks)) == 12_345
    assert len(asked) == 3
    response.close()


def test_a_database_that_is_gone_stops_it(
    inside: FlaskClient, path: str, sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = inside.get(path, buffered=False)
    chunks = response.iter_encoded()
    came = [len(next(chunks))]
    with monkeypatch.context() as gone:
        gone.setattr(Database, "state", _gone)
        with pytest.raises(ConnectionError):
            came.extend(map(len, chunks))
    assert sum(came) == PIECE
    response.close()


def _gone(_database: Database) -> None:
    raise ConnectionError("nobody is there")


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "a bad disk"), Upstream("a store")])
def test_a_file_that_cannot_be_read_on_ends_as_a_line_that_broke(
    inside: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """What gets to the web server is in its log, with an address that names the link."""

    def broken(self: SealedReader, first: int, count: int = 1) -> list[bytes]:
        raise fault

    response = inside.get(path, buffered=False)
    chunks = response.iter_encoded()
    next(chunks)
    monkeypatch.setattr(SealedReader, "_opened", broken)
    with pytest.raises(SendingStopped):
        list(chunks)
    response.close()


# Only so many at once


def test_pages_are_served_while_every_place_for_downloads_is_taken(
    sqlite_house: House, link: DownloadLink, path: str
) -> None:
    house = replace(sqlite_house, settings=replace(sqlite_house.settings, downloads_at_once=2))
    client = create_app(house).test_client()
    let_in(client, house, link)
    running = [client.get(path, buffered=False) for _ in range(2)]
    for each in running:
        next(each.iter_encoded())
    full = client.get(path)
    assert full.status_code == 503
    assert "Many people are collecting files" in full.text
    assert client.get(f"/f/{link.selector}").status_code == 200
    running[0].close()
    assert client.get(path).data == LONG
    running[1].close()


def test_a_place_is_given_back_however_it_ends(
    sqlite_house: House, link: DownloadLink, path: str, clock: Clock
) -> None:
    house = replace(sqlite_house, settings=replace(sqlite_house.settings, downloads_at_once=1))
    client = create_app(house).test_client()
    let_in(client, house, link)
    ways: list[Callable[[], object]] = [
        lambda: sum(map(len, client.get(path, buffered=False).iter_encoded())),
        lambda: broken_off(client, path, 1),
        lambda: _refused(client, path, house, link),
        lambda: client.head(path),
        lambda: _stopped(client, path, clock),
    ]
    for ends in ways:
        ends()
        let_in(client, house, link)
        part = client.get(path, headers={"Range": "bytes=0-9"})
        assert part.data == LONG[:10]
        part.close()


def _refused(client: FlaskClient, path: str, house: House, link: DownloadLink) -> None:
    with house.db.writing() as session:
        session.get_one(DownloadLink, link.id).most_sessions = 0
    assert client.get(path).status_code == 409
    with house.db.writing() as session:
        session.get_one(DownloadLink, link.id).most_sessions = 20


def _stopped(client: FlaskClient, path: str, clock: Clock) -> None:
    response = client.get(path, buffered=False)
    chunks = response.iter_encoded()
    next(chunks)
    clock.forward(minutes=61)
    with pytest.raises(SendingStopped):
        list(chunks)
    response.close()
