"""A store that speaks the S3 protocol over HTTP and is strict: it checks every signature (version
4, in the header or in the address) with its own arithmetic, and the size of parts."""

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "portal", "a secret of the store", "eu-west-2", "sealed"
LEAST_PART = 5 * 1024 * 1024
PAGE = 50
_SKEW = timedelta(minutes=15)


class Refusal(Exception):
    """An answer that is not what was asked for."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Object:
    """What is stored at a key. Its tag changes whenever it is stored again."""

    content: bytes
    at: datetime
    etag: str = field(default_factory=lambda: f'"{secrets.token_hex(16)}"')


@dataclass
class UploadInParts:
    """Parts that are no object yet."""

    key: str
    at: datetime
    parts: dict[int, bytes] = field(default_factory=dict)


class S3Server:
    """The store: look at `objects` and `uploads`; `fail` and `break_off` make trouble."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.uploads: dict[str, UploadInParts] = {}
        self.asked: Counter[str] = Counter()
        self.failures: list[tuple[int, str]] = []
        self.broken_off = 0
        self.silent_for = 0.0
        self.knows_conditions = True
        self.lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Listen on a free port of the loopback address."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, *answers: tuple[int, str]) -> None:
        """Give these answers (status, code) to the next requests, whatever they are."""
        self.failures += answers

    def break_off(self, times: int) -> None:
        """End the connection in the middle of the body of so many answers to GET."""
        self.broken_off = times


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A store, from here to the end of the block."""
    server = S3Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _handler(store: S3Server) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.store = store
    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    store: S3Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        store = self.store
        body = self._body()
        time.sleep(store.silent_for)
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        _, bucket, *rest = unquote(parts.path).split("/", 2)
        key = rest[0] if rest else ""
        with store.lock:
            store.asked[self.command] += 1
            try:
                if store.failures:
                    raise Refusal(*store.failures.pop(0))
                _check_signature(self.command, parts.path, query, self.headers, body)
                if bucket != BUCKET:
                    raise Refusal(404, "NoSuchBucket")
                self._serve(key, query, body)
            except Refusal as refusal:
                self._say(refusal.status, _error(refusal.code))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - the library's names

    def _serve(self, key: str, query: dict[str, str], body: bytes) -> None:
        {
            "GET": self._list if not key else self._get,
            "HEAD": self._get,
            "PUT": self._put,
            "POST": self._post,
            "DELETE": self._delete,
        }[self.command](key, query, body)

    def _put(self, key: str, query: dict[str, str], body: bytes) -> None:
        if "uploadId" in query:
            self._upload(query).parts[int(query["partNumber"])] = body
            self._say(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')
            return
        self._may_write(key)
        self._say(200, b"", ETag=self._keep(key, body))

    def _post(self, key: str, query: dict[str, str], body: bytes) -> None:
        if "uploadId" in query:
            self._complete(key, query, body)
            return
        number = secrets.token_hex(8)
        self.store.uploads[number] = UploadInParts(key, datetime.now(UTC))
        self._say(200, f"<R><UploadId>{number}</UploadId></R>".encode())

    def _delete(self, key: str, query: dict[str, str], body: bytes) -> None:
        if "uploadId" in query:
            self._upload(query)
            del self.store.uploads[query["uploadId"]]
        else:
            self.store.objects.pop(key, None)
        self._say(204, b"")

    def _get(self, key: str, query: dict[str, str], body: bytes) -> None:
        held = self._existing(key)
        wanted = self.headers.get("If-Match")
        if wanted is not None and wanted != held.etag:
            raise Refusal(412, "PreconditionFailed")
        headers = {"ETag": held.etag, "Last-Modified": f"{held.at:%a, %d %b %Y %H:%M:%S GMT}"}
        for name in ("cache-control", "content-disposition", "content-type"):
            if given := query.get(f"response-{name}"):
                headers[name] = given
        content, status = held.content, 200
        if ranged := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
            first, last = int(ranged[1]), min(int(ranged[2]), len(content) - 1)
            if first >= len(content):
                raise Refusal(416, "InvalidRange")
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            content, status = content[first : last + 1], 206
        self._say(status, content, **headers)

    def _list(self, key: str, query: dict[str, str], body: bytes) -> None:
        if "uploads" in query:
            rows = [
                f"<Upload><Key>{escape(one.key)}</Key><UploadId>{number}</UploadId>"
                f"<Initiated>{_time(one.at)}</Initiated></Upload>"
                for number, one in self.store.uploads.items()
            ]
            self._say(200, f"<R><IsTruncated>false</IsTruncated>{''.join(rows)}</R>".encode())
            return
        after = query.get("continuation-token", "")
        names = sorted(
            key for key in self.store.objects if key.startswith(query["prefix"]) and key > after
        )
        shown = names[:PAGE]
        more = len(names) > PAGE
        rows = [
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.store.objects[key].content)}</Size>"
            f"<LastModified>{_time(self.store.objects[key].at)}</LastModified></Contents>"
            for key in shown
        ]
        token = (
            f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        )
        told = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{''.join(rows)}"
        self._say(200, f"<R>{told}</R>".encode())

    def _complete(self, key: str, query: dict[str, str], body: bytes) -> None:
        upload = self._upload(query)
        listed = [
            int(each.text or "")
            for each in ElementTree.fromstring(body).iter()
            if each.tag.endswith("PartNumber")
        ]
        parts = [upload.parts[number] for number in listed]
        if any(len(part) < LEAST_PART for part in parts[:-1]) or listed != sorted(listed):
            raise Refusal(400, "EntityTooSmall")
        self._may_write(key)
        del self.store.uploads[query["uploadId"]]
        etag = self._keep(key, b"".join(parts))
        self._say(200, f"<R><ETag>{escape(etag)}</ETag></R>".encode())

    def _may_write(self, key: str) -> None:
        held = self.store.objects.get(key)
        if not self.store.knows_conditions:
            return
        if self.headers.get("If-None-Match") == "*" and held is not None:
            raise Refusal(412, "PreconditionFailed")
        wanted = self.headers.get("If-Match")
        if wanted is not None and held is None:
            raise Refusal(404, "NoSuchKey")
        if wanted is not None and held is not None and held.etag != wanted:
            raise Refusal(412, "PreconditionFailed")

    def _keep(self, key: str, content: bytes) -> str:
        self.store.objects[key] = Object(content, datetime.now(UTC))
        return self.store.objects[key].etag

    def _existing(self, key: str) -> Object:
        if key not in self.store.objects:
            raise Refusal(404, "NoSuchKey")
        return self.store.objects[key]

    def _upload(self, query: dict[str, str]) -> UploadInParts:
        if query["uploadId"] not in self.store.uploads:
            raise Refusal(404, "NoSuchUpload")
        return self.store.uploads[query["uploadId"]]

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _say(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.command == "GET" and status in (200, 206) and self.store.broken_off:
            self.store.broken_off -= 1
            self.close_connection = True
            content = content[: len(content) // 2]
        self.wfile.write(content)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.000Z}"


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


def _check_signature(
    method: str, path: str, query: dict[str, str], headers: object, body: bytes
) -> None:
    """As Amazon's "Signature Version 4" describes it. Raises `Refusal`."""
    named = {name.lower(): value for name, value in headers.items()}  # type: ignore[attr-defined]
    if "X-Amz-Signature" in query:
        given = {**query}
        signature = given.pop("X-Amz-Signature")
        at, credential = given["X-Amz-Date"], given["X-Amz-Credential"]
        signed, payload = given["X-Amz-SignedHeaders"], "UNSIGNED-PAYLOAD"
        lasts = timedelta(seconds=int(given["X-Amz-Expires"]))
    else:
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\S+)",
            named.get("authorization", ""),
        )
        if found is None:
            raise Refusal(403, "AccessDenied")
        given, (credential, signed, signature) = query, found.groups()
        at, payload, lasts = named["x-amz-date"], named["x-amz-content-sha256"], _SKEW
        if payload != hashlib.sha256(body).hexdigest():
            raise Refusal(400, "XAmzContentSHA256Mismatch")
    made = datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if not made - _SKEW <= datetime.now(UTC) <= made + lasts:
        raise Refusal(403, "RequestTimeTooSkewed")
    canonical = "\n".join(
        [
            method,
            quote(unquote(path), safe="/-_.~"),
            "&".join(
                f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
                for name, value in sorted(given.items())
            ),
            *(f"{name}:{' '.join(named[name].split())}" for name in signed.split(";")),
            "",
            signed,
            payload,
        ]
    )
    key_id, day, region, *_ = credential.split("/")
    secret = f"AWS4{SECRET_KEY}".encode()
    for word in (day, region, "s3", "aws4_request"):
        secret = hmac.digest(secret, word.encode(), "sha256")
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    expected = hmac.digest(secret, text.encode(), "sha256").hex()
    if key_id != ACCESS_KEY or not hmac.compare_digest(expected, signature):
        raise Refusal(403, "SignatureDoesNotMatch")
