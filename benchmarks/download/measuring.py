"""What is timed, and how: curl, a process for each client, and only bytes that came in time."""

import hashlib
import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from benchmarks.download.servers import NotInstalled, Server

_READ_AT_FIRST = 64 * 1024
_TIME_IS_UP = 28
_TOO_SHORT_S = 0.01


def rate(server: Server, path: str, cookies: Sequence[str], seconds: float) -> float:
    """Bytes a second that all clients together got, one for each cookie, at the same time.
    Raises `NotInstalled`."""
    program = shutil.which("curl")
    if program is None:
        raise NotInstalled("curl is not installed here: `make setup-bench` installs it.")
    words = [program, "--silent", "--fail", "--output", "/dev/null"]
    words += ["--write-out", "%{size_download}", f"http://127.0.0.1:{server.port}{path}"]
    with ThreadPoolExecutor(len(cookies)) as clients:
        each = [[*words, "--cookie", cookie] if cookie else words for cookie in cookies]
        came = clients.map(lambda asked: _came(asked, seconds), each)
        return sum(came) / seconds


def _came(words: Sequence[str], seconds: float) -> int:
    """How many bytes of bodies one client got, again and again from the first byte on."""
    end, came = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > _TOO_SHORT_S:
        ran = subprocess.run([*words, "--max-time", f"{left:.3f}"], stdout=subprocess.PIPE)
        if ran.returncode not in (0, _TIME_IS_UP):
            raise RuntimeError(f"curl ended with {ran.returncode}")
        came += int(ran.stdout)
    return came


def fingerprint(server: Server, path: str, cookie: str) -> str:
    """The SHA-256 of what a browser gets."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer, found = connection.getresponse(), hashlib.sha256()
    while piece := answer.read(1024 * 1024):
        found.update(piece)
    connection.close()
    return found.hexdigest()


def memory_each(server: Server, path: str, cookies: Sequence[str], count: int) -> float:
    """The bytes that each of `count` downloads takes whose readers have stopped reading."""
    before = server.memory()
    with ExitStack() as stack:
        for number in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            cookie = cookies[number % len(cookies)]
            head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n"
            connection.sendall(head.encode())
            connection.recv(_READ_AT_FIRST)
        time.sleep(0.5)
        return (server.memory() - before) / count
