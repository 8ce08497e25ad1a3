"""The mailbox's own small web pages. They work with HTML alone and load nothing from elsewhere."""

import json
import re
import threading
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path

import flask
import pyotp
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.dates import LONDON
from portal.demo.keeping import Kept, Mailbox

SHOWN = 200
# A full stop or bracket after an address ends the sentence, not the address.
ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]']")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True)
class SignIn:
    """A demonstration handler, with the six-digit code that is good now."""

    name: str
    handler: str
    passphrase: str
    roles: tuple[str, ...]
    code: str
    seconds_left: int


def create_pages(
    mailbox: Mailbox, sign_ins: Path | None = None, portal_url: str = ""
) -> flask.Flask:
    """The mailbox's web application; `sign_ins` is the file that `portal demo build` writes."""
    app = flask.Flask(__name__, template_folder="data", static_folder=None)
    # Another site's page must not read this machine's mail by pointing its own name here.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    app.jinja_env.filters["london"] = _london
    app.context_processor(lambda: {"portal_url": portal_url, "has_sign_ins": sign_ins is not None})
    app.after_request(_with_headers)

    @app.get("/")
    def inbox() -> str:
        kept = mailbox.newest_first()
        rows = [(one, one.headers()) for one in kept[:SHOWN]]
        return flask.render_template("mailbox-inbox.html", rows=rows, total=len(kept))

    @app.get("/messages/<key>/<int:copy>")
    def message(key: str, copy: int) -> str:
        kept = _found(mailbox.find(key, copy))
        parsed = kept.message()
        return flask.render_template(
            "mailbox-message.html",
            kept=kept,
            message=parsed,
            pieces=with_links(_text_of(parsed)),
            copies=mailbox.copies(key),
        )

    @app.get("/messages/<key>/<int:copy>/source")
    def source(key: str, copy: int) -> flask.Response:
        return flask.Response(_found(mailbox.find(key, copy)).source(), mimetype="text/plain")

    @app.get("/delivered/<key>")
    def delivered(key: str) -> tuple[flask.Response, int]:
        copies = mailbox.copies(key)
        status = HTTPStatus.OK if copies else HTTPStatus.NOT_FOUND
        return flask.jsonify(copies=copies), status

    @app.get("/sign-ins")
    def people() -> str:
        at = datetime.now(LONDON)
        return flask.render_template("mailbox-sign-ins.html", people=read_sign_ins(sign_ins, at))

    @app.get("/mailbox.css")
    def style() -> flask.Response:
        css = Path(__file__).parent / "data" / "mailbox.css"
        return flask.Response(css.read_text(encoding="utf-8"), mimetype="text/css")

    return app


class MailboxPages:
    """The pages, served on one loopback port from `start()` to `stop()`; port 0 is any free one."""

    def __init__(
        self, mailbox: Mailbox, *, port: int, sign_ins: Path | None = None, portal_url: str = ""
    ) -> None:
        app = create_pages(mailbox, sign_ins, portal_url)
        self._server = make_server(
            "127.0.0.1", port, app, threaded=True, request_handler=_SilentHandler
        )
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and close the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _SilentHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: every page looked at would drown the deliveries, which matter."""


def with_links(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, in order, each with whether it is a web address."""
    pieces, end = [], 0
    for found in ADDRESS.finditer(text):
        pieces += [(text[end : found.start()], False), (found.group(), True)]
        end = found.end()
    pieces.append((text[end:], False))
    return [piece for piece in pieces if piece[0]]


def read_sign_ins(path: Path | None, at: datetime) -> list[SignIn]:
    """The demonstration handlers with their codes at this moment; empty before they are made."""
    if path is None or not path.is_file():
        return []
    return [_sign_in(entry, at) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _sign_in(entry: dict[str, object], at: datetime) -> SignIn:
    totp = pyotp.TOTP(str(entry["totp_secret"]))
    roles = entry["roles"]
    return SignIn(
        name=str(entry["name"]),
        handler=str(entry["handler"]),
        passphrase=str(entry["passphrase"]),
        roles=tuple(str(role) for role in roles) if isinstance(roles, list) else (),
        code=totp.at(at),
        seconds_left=totp.interval - int(at.timestamp()) % totp.interval,
    )


def _found(kept: Kept | None) -> Kept:
    if kept is None:
        flask.abort(HTTPStatus.NOT_FOUND)
    return kept


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    return str(body.get_content()) if body is not None else ""


def _london(at: datetime) -> str:
    return at.astimezone(LONDON).strftime("%-d %B %Y, %H:%M:%S")


def _with_headers(response: flask.Response) -> flask.Response:
    response.headers.update(HEADERS)
    return response
