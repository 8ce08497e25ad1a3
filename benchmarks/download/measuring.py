"""What is timed, and how: clients in processes of their own, and only bytes that came in time."""

import hashlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from benchmarks.download.servers import Server

_CLIENT = Path(__file__).with_name("client.py")
_READ_AT_FIRST = 64 * 1024


def rate(server: Server, path: str, cookies: Sequence[str], seconds: float) -> float:
    """Bytes a second that all clients together got, one for each cookie, at the same time."""
    words = [sys.executable, "-S", str(_CLIENT), str(server.port), path, str(seconds)]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(
                subprocess.Popen(
                    [*words, cookie], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for cookie in cookies
        ]
        for each in clients:
            cast(IO[str], each.stdout).readline()
        for each in clients:
            told = cast(IO[str], each.stdin)
            told.write("go\n")
            told.flush()
        came = [int(each.communicate()[0]) for each in clients]
    return sum(came) / seconds


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
