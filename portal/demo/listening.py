"""An SMTP server on a thread of its own: the local mailbox and the tests both listen with it."""

import asyncio
import socket
import threading
from typing import Any

from aiosmtpd.smtp import SMTP

BIGGEST_MESSAGE = 32 * 1024 * 1024


class SmtpListener:
    """Listens on one loopback port from `start()` to `stop()`.

    `handler` is an aiosmtpd handler. Port 0 means any free port; `port` tells which it became.
    Raises `OSError` when the port is taken, before any thread is started.
    """

    def __init__(self, handler: Any, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self._handler = handler
        self._socket = socket.create_server((host, port))
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="smtp", daemon=True)

    def start(self) -> None:
        """Begin to answer; returns when the server does."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close every conversation and the port, and wait until that is done."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = await self._loop.create_server(self._conversation, sock=self._socket)
        self._ready.set()
        await self._stopping.wait()
        server.close()
        await self._end_conversations()

    def _conversation(self) -> SMTP:
        return SMTP(
            self._handler,
            loop=self._loop,
            # The name is given, because looking up one's own name can take seconds.
            hostname="localhost",
            data_size_limit=BIGGEST_MESSAGE,
            enable_SMTPUTF8=True,
        )

    async def _end_conversations(self) -> None:
        # A cancelled conversation closes its own socket; leaving that to the garbage
        # collector would warn of a leak.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)
