"""Downloads served by real processes: apart from pages, in little memory, slow readers cut."""

import hashlib
import http.client
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.download.measuring import fingerprint, memory_each
from benchmarks.download.seeding import Seeded, seeded
from benchmarks.download.servers import Server, portal
from benchmarks.matching.programs import environment, run_portal

SIZE = 24 * 1024 * 1024
CONTENT = hashlib.shake_256(b"a video").digest(1024 * 1024) * 24
SLOWEST = 128 * 1024  # so that a reader who stalls is cut after two seconds
GUNICORN = str(Path(sys.executable).parent / "gunicorn")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def given(folder: Path) -> dict[str, str]:
    made = environment(folder, f"sqlite:///{folder / 'portal.db'}")
    run_portal("db", "upgrade", given=made)
    return made | {"PORTAL_SLOWEST_DOWNLOAD": str(SLOWEST), "DOWNLOADS": "16"}


@pytest.fixture(scope="module")
def made(folder: Path, given: dict[str, str]) -> Seeded:
    plain = folder / "plain.mp4"
    plain.write_bytes(CONTENT)
    return seeded(given, plain, browsers=2)


@pytest.fixture(scope="module")
def server(folder: Path, given: dict[str, str], made: Seeded) -> Iterator[Server]:
    with portal(folder, given, processes=1) as running:
        assert fingerprint(running, made.path, made.cookies[0]) == made.sha256
        yield running


def asked(server: Server, made: Seeded, *lines: str) -> socket.socket:
    """A connection on which the file was asked for, and nothing read yet."""
    connection = socket.create_connection(("127.0.0.1", server.port), 30)
    head = [
        f"GET {made.path} HTTP/1.1",
        "Host: localhost",
        f"Cookie: {made.cookies[0]}",
        "Connection: close",
        *lines,
    ]
    connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
    return connection


def read_all(connection: socket.socket) -> bytes:
    """The whole answer, or what came of it before the connection was reset."""
    came = bytearray()
    try:
        while piece := connection.recv(1024 * 1024):
            came += piece
    except ConnectionResetError:
        pass
    return bytes(came)


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def ledger(folder: Path, after: int = 0) -> list[tuple[int, int, int, int]]:
    with sqlite3.connect(folder / "portal.db") as connection:
        rows = connection.execute(
            "SELECT id, first_byte, bytes_sent, is_running FROM opening WHERE id > ? ORDER BY id",
            (after,),
        ).fetchall()
    connection.close()
    return rows


def last_opening(folder: Path) -> int:
    return ledger(folder)[-1][0]


def wait_until_ended(folder: Path, after: int) -> list[tuple[int, int, int, int]]:
    until = time.monotonic() + 30
    while True:
        rows = ledger(folder, after)
        if rows and not any(row[3] for row in rows):
            return rows
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_file_arrives_and_is_resumed_after_the_reader_broke_off(
    server: Server, made: Seeded, folder: Path
) -> None:
    before = last_opening(folder)
    with asked(server, made) as connection:
        came = body(connection.recv(65_536) + connection.recv(65_536, socket.MSG_WAITALL))
    ((_, _, sent, _),) = wait_until_ended(folder, before)
    assert sent < SIZE
    with asked(server, made, f"Range: bytes={len(came)}-", f'If-Range: "{made.sha256}"') as again:
        answer = read_all(again)
    assert answer.startswith(b"HTTP/1.1 206 ")
    assert hashlib.sha256(came + body(answer)).hexdigest() == made.sha256


def test_a_reader_that_stalls_is_cut_and_what_it_got_is_in_the_ledger(
    server: Server, made: Seeded, folder: Path
) -> None:
    before = last_opening(folder)
    began = time.monotonic()
    with asked(server, made) as connection:
        ((_, first, sent, _),) = wait_until_ended(folder, before)
        assert time.monotonic() - began < 20
        answer = read_all(connection)
    assert (first, sent < SIZE, len(body(answer)) < SIZE) == (0, True, True)
    assert CONTENT.startswith(body(answer))


def test_a_trickle_is_too_slow_too(server: Server, made: Seeded, folder: Path) -> None:
    before = last_opening(folder)
    began = time.monotonic()
    with asked(server, made) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while any(row[3] for row in ledger(folder, before)) or not ledger(folder, before):
            assert time.monotonic() - began < 60
            try:
                connection.recv(1000)
            except ConnectionResetError:
                break
            time.sleep(0.1)
    ((_, _, sent, _),) = wait_until_ended(folder, before)
    assert sent < SIZE


def test_a_link_that_is_closed_cuts_the_stream_and_what_was_not_sent_is_thrown_away(
    server: Server, made: Seeded, folder: Path
) -> None:
    before = last_opening(folder)
    with ExitStack() as stack:
        connection = stack.enter_context(asked(server, made))
        came = len(connection.recv(65_536))
        set_revoked(folder, "2026-01-01 00:00:00.000000")
        stack.callback(set_revoked, folder, None)
        came += len(read_all(connection))
        ((_, _, sent, _),) = wait_until_ended(folder, before)
    assert came < SIZE
    assert sent < SIZE


def set_revoked(folder: Path, at: str | None) -> None:
    with sqlite3.connect(folder / "portal.db", timeout=15) as connection:
        connection.execute("UPDATE download_link SET revoked_at = ?", (at,))
    connection.close()


@pytest.fixture(scope="module")
def patient(folder: Path, given: dict[str, str], made: Seeded) -> Iterator[Server]:
    """One that lets readers stall for as long as these tests take, at 8 places."""
    with portal(
        folder, given | {"PORTAL_SLOWEST_DOWNLOAD": "1", "DOWNLOADS": "8"}, processes=1
    ) as (running):
        yield running


def test_a_download_takes_little_memory(patient: Server, made: Seeded) -> None:
    assert fingerprint(patient, made.path, made.cookies[0]) == made.sha256
    assert memory_each(patient, made.path, made.cookies, 8) < 8 * 1024 * 1024


def test_pages_are_served_while_readers_stall_on_every_place(
    patient: Server, made: Seeded, folder: Path
) -> None:
    wait_until_ended(folder, 0)
    with ExitStack() as stack:
        for _ in range(8):
            connection = stack.enter_context(asked(patient, made))
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        with asked(patient, made) as one_more:
            assert read_all(one_more).startswith(b"HTTP/1.1 503 ")
        for _ in range(5):
            page = http.client.HTTPConnection("127.0.0.1", patient.port, timeout=20)
            page.request("GET", "/healthz")
            assert page.getresponse().status == 200
            page.close()


def test_its_configuration_is_one_that_gunicorn_takes(given: dict[str, str]) -> None:
    done = subprocess.run(
        [GUNICORN, "--config", "python:portal.web.download_server", "--print-config", "wsgi:app"],
        env=given | {"DOWNLOADS": "7", "DOWNLOAD_PROCESSES": "3"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    said = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    said = {name.strip(): value.strip() for name, value in said.items()}
    assert (said["threads"], said["workers"], said["control_socket_disable"]) == ("15", "3", "True")
    assert "PORTAL_DOWNLOADS_AT_ONCE=7" in said["raw_env"]
    assert os.environ.get("PORTAL_DOWNLOADS_AT_ONCE") is None
