"""One client, in a process of its own: downloads a file again and again until the time is up.

    python -S client.py PORT PATH SECONDS COOKIE

Says "ready" once its first answer has begun, waits for a line, and then prints how many bytes came
in the time. It imports next to nothing, so that eight of them start at once.
"""

import socket
import sys
import time

_BUFFER = 1024 * 1024


def main(port: int, path: str, seconds: float, cookie: str) -> int:
    """Returns how many bytes of bodies came before the time was up."""
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    ).encode()
    buffer = bytearray(_BUFFER)
    connection = _begun(port, asked)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    end = time.perf_counter() + seconds
    came = _received(connection, buffer, end)
    while time.perf_counter() < end:
        came += _received(_begun(port, asked), buffer, end)
    return came


def _begun(port: int, asked: bytes) -> socket.socket:
    """A connection on which the body comes next."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(asked)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"the answer was {head[:60]!r}")
    return connection


def _received(connection: socket.socket, buffer: bytearray, end: float) -> int:
    came = 0
    with connection:
        while time.perf_counter() < end and (count := connection.recv_into(buffer)):
            came += count
    return came


if __name__ == "__main__":
    sys.stdout.write(f"{main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4])}\n")
