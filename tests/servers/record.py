"""The delivery record of a mail server: whether it has a message, by the hash of its Message-ID."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from portal.ids import digest


@contextmanager
def delivery_record(message_ids: Callable[[], list[str]]) -> Iterator[str]:
    """The address of a record of these messages, for as long as the block lasts."""

    class Record(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.path.rpartition("/")[2]
            has_it = wanted in {digest(message_id) for message_id in message_ids()}
            self.send_response(200 if has_it else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever asked was killed in the middle of asking."""

    server = Server(("127.0.0.1", 0), Record)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/delivered"
    server.shutdown()
    thread.join()
    server.server_close()
