"""A stand-in for GOV.UK Notify: its documented API over HTTP, as its own client speaks it.

It checks the token as Notify does, keeps what it took in a record of its own, and fails in the
ways a test tells it to: before it took a message, or after.
"""

import base64
import hmac
import json
import random
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SERVICE_ID = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
API_KEY = f"portal_test-{SERVICE_ID}-{SECRET}"
TEMPLATE_ID = "f33517ff-2a88-4f6e-b855-c550268ce08a"
CLOCKS_DIFFER = 30
FOREVER = 3600.0


class Trouble(Enum):
    """What it does with one message, where a plain answer is not enough."""

    ACCEPT = auto()
    HANG_BEFORE_ACCEPTING = auto()
    HANG_AFTER_ACCEPTING = auto()
    DROP_BEFORE_ACCEPTING = auto()
    DROP_AFTER_ACCEPTING = auto()
    FAIL_AFTER_ACCEPTING = auto()
    """Keep the message, and answer 500."""
    ANSWER_NONSENSE = auto()
    """Keep the message, and answer what is no JSON."""


KEEPS = set(Trouble) - {Trouble.HANG_BEFORE_ACCEPTING, Trouble.DROP_BEFORE_ACCEPTING}
HANGS = {Trouble.HANG_BEFORE_ACCEPTING, Trouble.HANG_AFTER_ACCEPTING}
DROPS = {Trouble.DROP_BEFORE_ACCEPTING, Trouble.DROP_AFTER_ACCEPTING}

# By status: the kind of error that Notify's documentation names, and words like its own.
ERRORS = {
    400: ("ValidationError", "email_address is not a valid email address"),
    403: ("AuthError", "Invalid token: API key not found"),
    429: (
        "RateLimitError",
        "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds",
    ),
    500: ("Exception", "Internal server error"),
    503: ("Exception", "Service unavailable"),
}
TRIAL = (400, "BadRequestError", "Can't send to this recipient when service is in trial mode")
Answer = Trouble | int | tuple[int, str, str]
TROUBLES: tuple[Answer, ...] = (*(set(Trouble) - {Trouble.ACCEPT}), *ERRORS)


@dataclass
class Taken:
    """One message as Notify keeps it."""

    id: str
    reference: str | None
    to: str
    subject: str
    body: str
    reply_to_id: str | None
    status: str = "created"


@dataclass
class StandIn:
    """What it took, newest last, and how it answers next. `will` scripts the coming messages;
    after the script it accepts. `refused_tokens` counts calls without a good token."""

    taken: list[Taken] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused_tokens: int = 0
    lookups_fail_with: int = 0
    chance: random.Random | None = None
    script: deque[Answer] = field(default_factory=deque)

    def will(self, *answers: Answer) -> None:
        """Answer the coming messages so, one each."""
        self.script.extend(answers)

    def fail_by_chance(self, chance: random.Random) -> None:
        """From now on take a moment for each message, and fail one time in four."""
        self.chance = chance

    def next_answer(self) -> Answer:
        """How to answer this message."""
        if self.script or self.chance is None:
            return self.script.popleft() if self.script else Trouble.ACCEPT
        time.sleep(self.chance.uniform(0, 0.03))
        is_well = self.chance.random() < 0.75
        return Trouble.ACCEPT if is_well else self.chance.choice(TROUBLES)


class NotifyServer:
    """The stand-in on a free loopback port, from `start()` to `stop()`."""

    def __init__(self, stand_in: StandIn | None = None) -> None:
        self.record = stand_in or StandIn()
        self._stopping = threading.Event()
        handler = type("Handler", (_Handler,), {"record": self.record, "stopping": self._stopping})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End every conversation and close the port."""
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked was killed in the middle of asking."""


class _Handler(BaseHTTPRequestHandler):
    record: StandIn
    stopping: threading.Event
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._is_known():
            return
        if urlsplit(self.path).path != "/v2/notifications/email":
            self._fail(404, "NoResultFound", "Not found")
            return
        fault = _fault(asked)
        if fault:
            self._fail(*fault)
            return
        self.record.attempts.append(asked["reference"])
        self._take(asked, self.record.next_answer())

    def _take(self, asked: dict[str, Any], answer: Answer) -> None:
        if isinstance(answer, int):
            self._fail(answer, *ERRORS[answer])
        elif isinstance(answer, tuple):
            self._fail(*answer)
        else:
            self._do(asked, answer)

    def _do(self, asked: dict[str, Any], trouble: Trouble) -> None:
        kept = _kept(asked)
        if trouble in KEEPS:
            self.record.taken.append(kept)
        if trouble in HANGS:
            self.stopping.wait(FOREVER)
        if trouble in HANGS | DROPS:
            self.close_connection = True
        elif trouble is Trouble.FAIL_AFTER_ACCEPTING:
            self._fail(500, *ERRORS[500])
        elif trouble is Trouble.ANSWER_NONSENSE:
            self._say(HTTPStatus.CREATED, b"<html>Gateway</html>")
        else:
            self._answer(HTTPStatus.CREATED, _created(kept))

    def do_GET(self) -> None:
        if not self._is_known():
            return
        address = urlsplit(self.path)
        reference = parse_qs(address.query).get("reference", [""])[0]
        if address.path != "/v2/notifications" or not reference:
            self._fail(404, "NoResultFound", "Not found")
            return
        self.record.asked.append(reference)
        if self.record.lookups_fail_with:
            status = self.record.lookups_fail_with
            self._fail(status, *ERRORS[status])
            return
        found = [_shown(one) for one in reversed(self.record.taken) if one.reference == reference]
        links = {"current": f"{address.path}?reference={reference}"}
        self._answer(HTTPStatus.OK, {"notifications": found, "links": links})

    def _is_known(self) -> bool:
        """Whether the token is one that Notify would take: HS256, ours, of this half minute."""
        scheme, _, token = (self.headers["Authorization"] or "").partition(" ")
        claims = _claims(token)
        is_now = abs(time.time() - int(claims.get("iat", 0))) <= CLOCKS_DIFFER
        if scheme == "Bearer" and claims.get("iss") == SERVICE_ID and is_now:
            return True
        self.record.refused_tokens += 1
        self._fail(403, *ERRORS[403])
        return False

    def _fail(self, status: int, kind: str, words: str) -> None:
        errors = [{"error": kind, "message": words}]
        self._answer(HTTPStatus(status), {"status_code": status, "errors": errors})

    def _answer(self, status: HTTPStatus, told: dict[str, Any]) -> None:
        self._say(status, json.dumps(told).encode())

    def _say(self, status: HTTPStatus, content: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked was killed meanwhile

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _claims(token: str) -> dict[str, Any]:
    """What a JSON web token claims (RFC 7519), if our secret signed it with HS256."""
    signed, _, signature = token.rpartition(".")
    mine = hmac.new(SECRET.encode(), signed.encode(), "sha256").digest()
    if not hmac.compare_digest(base64.urlsafe_b64encode(mine).rstrip(b"="), signature.encode()):
        return {}
    head, body = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in signed.split("."))
    claims: dict[str, Any] = body
    return claims if head == {"alg": "HS256", "typ": "JWT"} else {}


def _fault(asked: dict[str, Any]) -> tuple[int, str, str] | None:
    if asked.get("template_id") != TEMPLATE_ID:
        return 400, "BadRequestError", "Template not found"
    if "@" not in asked.get("email_address", ""):
        return 400, *ERRORS[400]
    missing = {"subject", "body"} - asked.get("personalisation", {}).keys()
    if missing:
        return 400, "BadRequestError", f"Missing personalisation: {', '.join(sorted(missing))}"
    return None


def _kept(asked: dict[str, Any]) -> Taken:
    words = asked["personalisation"]
    return Taken(
        id=str(uuid.uuid4()),
        reference=asked.get("reference"),
        to=asked["email_address"],
        subject=words["subject"],
        body=words["body"],
        reply_to_id=asked.get("email_reply_to_id"),
    )


def _created(one: Taken) -> dict[str, Any]:
    return {
        "id": one.id,
        "reference": one.reference,
        "content": {"subject": one.subject, "body": one.body, "from_email": "f@notify.example"},
        "template": {"id": TEMPLATE_ID, "version": 1, "uri": ""},
        "uri": "",
    }


def _shown(one: Taken) -> dict[str, Any]:
    return {
        "id": one.id,
        "reference": one.reference,
        "email_address": one.to,
        "type": "email",
        "status": one.status,
        "subject": one.subject,
        "body": one.body,
        "template": {"id": TEMPLATE_ID, "version": 1, "uri": ""},
    }
