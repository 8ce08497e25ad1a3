"""One client, in a process of its own: downloads a file again and again until the time is up.

    python -S client.py PORT PATH SECONDS COOKIE

Says "ready", waits for a line, and then prints how many bytes came. It imports next to nothing,
so that eight of them start at once.
"""

import socket
import sys
import time

_BUFFER = 1024 * 1024


def main(port: int, path: str, seconds: float, cookie: str) -> int:
    """Returns how many bytes of bodies came before the time was up."""
    buffer = bytearray(_BUFFER)
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    ).encode()
    came = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(asked)
            came += _body(connection, buffer, end)
    return came


def _body(connection: socket.socket, buffer: bytearray, end: float) -> int:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"the answer was {head[:60]!r}")
    came = len(head.partition(b"\r\n\r\n")[2])
    while time.perf_counter() < end and (count := connection.recv_into(buffer)):
        came += count
    return came


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4])}\n")
