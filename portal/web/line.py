"""The line to a browser while something long is sent: slow readers are cut, and so is what a
server has taken but not sent when the sending is stopped."""

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

# What may lie unsent in this machine when a sending is stopped. What is under way is not counted.
_UNSENT = 256 * 1024
_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Line:
    """A connection. Without a socket (a test client, another server) nothing of it can be done."""

    connection: socket.socket | None

    def keep_pace(self, *, piece: int, slowest: int) -> None:
        """From now on, cut the connection when handing over `piece` bytes takes longer than it
        would at `slowest` bytes a second."""
        if self.connection is None:
            return
        self.connection.settimeout(piece / slowest)
        if self.connection.family in (socket.AF_INET, socket.AF_INET6):
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)

    def cut(self) -> None:
        """End the connection. What was not sent yet is thrown away as soon as the server closes
        it, which it then does without waiting for the reader."""
        if self.connection is None:
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        with suppress(OSError):  # it may have gone already
            self.connection.shutdown(socket.SHUT_RDWR)
