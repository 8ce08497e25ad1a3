"""Downloads through a real nginx, set up with the words of `docs/running.md`, which sends them in
the portal's place."""

import hashlib
import http.client
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.download.seeding import Seeded, seeded
from benchmarks.download.servers import portal
from benchmarks.matching.programs import environment, run_portal
from portal.config import read_settings
from portal.disclosure.offloading import tidy_copies
from portal.hall import open_portal
from portal.holds.models import OpenedCopy
from portal.house import House
from portal.recordings.models import Recording
from portal.web.headers import HEADERS
from portal.worker import Worker
from tests.factories.disclosure import place_hold
from tests.servers.nginx import nginx_in_front

CONTENT = hashlib.shake_256(b"a video").digest(1024 * 1024) * 8


@dataclass(frozen=True)
class Front:
    """A portal behind nginx: the port, the folder of plain copies, and what there is to collect."""

    port: int
    folder: Path
    opened: Path
    given: dict[str, str]
    made: Seeded

    def get(self, path: str = "", *, cookie: str | None = None, **headers: str) -> "Got":
        """Ask nginx, with the first browser's cookie."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        sent["Cookie"] = self.made.cookies[0] if cookie is None else cookie
        with closing(connection):
            connection.request("GET", path or self.made.path, headers=sent)
            answer = connection.getresponse()
            return Got(answer.status, dict(answer.getheaders()), answer.read())

    def passed_on(self) -> list[tuple[int, int, int]]:
        """The ledger: first byte, last byte, whether it was passed on."""
        with closing(sqlite3.connect(self.folder / "portal.db")) as connection:
            rows = connection.execute(
                "SELECT first_byte, last_byte, is_passed_on FROM opening ORDER BY id"
            )
            return rows.fetchall()


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    content: bytes


@contextmanager
def opened_house(given: dict[str, str]) -> Iterator[House]:
    house = open_portal(read_settings(given))
    try:
        yield house
    finally:
        house.db.close()


def work(given: dict[str, str]) -> None:
    """What the worker does in an hour, as far as it is about plain copies."""
    with opened_house(given) as house:
        tidy_copies(house)
        Worker(house).pay_all()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    opened = folder / "opened"
    opened.mkdir(mode=0o750)
    given = environment(folder, f"sqlite:///{folder / 'portal.db'}") | {
        "PORTAL_OFFLOAD_FOLDER": str(opened),
        "PORTAL_PROXIES": "1",
    }
    run_portal("db", "upgrade", given=given)
    plain = folder / "plain.mp4"
    plain.write_bytes(CONTENT)
    made = seeded(given, plain, browsers=1)
    work(given)
    with (
        portal(folder, given, processes=1) as server,
        nginx_in_front(folder, portal_port=server.port, opened=opened) as port,
    ):
        yield Front(port, folder, opened, given, made)


def key_of(front: Front) -> str:
    with opened_house(front.given) as house, house.db.reading() as session:
        return session.scalars(sa.select(OpenedCopy.key)).one()


def test_the_whole_file_comes_from_nginx_with_the_portals_headers(front: Front) -> None:
    got = front.get()
    assert (got.status, got.content == CONTENT) == (200, True)
    assert got.headers["Content-Type"] == "video/mp4"
    assert got.headers["Content-Disposition"] == 'attachment; filename="video-1.mp4"'
    assert got.headers["ETag"] == f'"{front.made.sha256}"'
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Content-Length"] == str(len(CONTENT))
    assert got.headers["Accept-Ranges"] == "bytes"
    assert "Last-Modified" not in got.headers
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"):
        assert got.headers[name] == HEADERS[name]
    assert not [name for name in got.headers if name.startswith("X-Accel")]
    assert front.passed_on()[-1] == (0, len(CONTENT) - 1, 1)


def test_a_part_of_it_comes_and_is_written_down_as_asked(front: Front) -> None:
    got = front.get(Range="bytes=1000000-1000009")
    assert (got.status, got.content) == (206, CONTENT[1_000_000:1_000_010])
    assert got.headers["Content-Range"] == f"bytes 1000000-1000009/{len(CONTENT)}"
    assert front.passed_on()[-1] == (1_000_000, 1_000_009, 1)


def test_what_broke_off_goes_on_if_it_is_the_same_file_still(front: Front) -> None:
    tag = f'"{front.made.sha256}"'
    rest = front.get(Range="bytes=3000000-", If_Range=tag)
    assert (rest.status, rest.content == CONTENT[3_000_000:]) == (206, True)
    assert front.passed_on()[-1] == (3_000_000, len(CONTENT) - 1, 1)
    for other in ('"another"', "Mon, 02 Nov 2026 09:30:00 GMT"):
        whole = front.get(Range="bytes=3000000-", If_Range=other)
        assert (whole.status, whole.content == CONTENT) == (200, True)
        assert front.passed_on()[-1] == (0, len(CONTENT) - 1, 1)


def test_what_nginx_began_the_portal_goes_on_with(front: Front) -> None:
    """Where the copy has gone meanwhile. The player's address is one that the portal sends."""
    tag = front.get(Range="bytes=0-9").headers["ETag"]
    rest = front.get(f"{front.made.path}?play=1", Range="bytes=10-", If_Range=tag)
    assert (rest.status, rest.content == CONTENT[10:]) == (206, True)
    assert front.passed_on()[-1] == (10, len(CONTENT) - 1, 0)


def test_several_ranges_are_answered_with_the_whole_by_both(front: Front) -> None:
    got = front.get(Range="bytes=0-9, 20-29")
    assert (got.status, got.content == CONTENT) == (200, True)
    assert front.passed_on()[-1] == (0, len(CONTENT) - 1, 1)


def test_nobody_gets_past_the_portal(front: Front) -> None:
    before = front.passed_on()
    key = key_of(front)
    assert (front.opened / key).read_bytes() == CONTENT
    for path in (f"/opened/{key}", "/opened/", f"/f/../opened/{key}", f"/opened/../opened/{key}"):
        got = front.get(path)
        assert (got.status, CONTENT[:100] in got.content) == (404, False), path
    for cookie in ("", "portal=a guess"):
        assert front.get(cookie=cookie).status == 404
    assert front.passed_on() == before


def test_once_it_is_held_the_next_request_is_refused_and_the_copy_is_gone(front: Front) -> None:
    """Last: nothing can be collected after it."""
    with opened_house(front.given) as house:
        with house.db.reading() as session:
            number = session.scalars(sa.select(Recording.id)).one()
        place_hold(house, number)
    refused = front.get()
    assert (refused.status, CONTENT[:100] in refused.content) == (409, False)
    work(front.given)
    assert list(front.opened.glob("opened-*")) == []
    assert front.get().status == 409
