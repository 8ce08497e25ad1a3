"""The mailbox's folder: a message is on the disk before its sender hears "250".

Each file is named after its Message-ID, so that a sender who never heard the answer can ask
whether the message arrived.
"""

import hashlib
import logging
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger("portal.demo.keeping")

KEY = re.compile(r"[0-9a-f]{64}")
ARRIVING = ".arriving-"


def delivery_key(message_id: str) -> str:
    """What a delivery is asked for by: SHA-256 of the Message-ID with its angle brackets."""
    return hashlib.sha256(message_id.strip().encode()).hexdigest()


@dataclass(frozen=True)
class Kept:
    """One copy of one message, as it lies in the folder. `copy` counts from 1."""

    key: str
    copy: int
    at: datetime
    path: Path

    def source(self) -> bytes:
        """The message as it came over the wire."""
        return self.path.read_bytes()

    def message(self) -> EmailMessage:
        """The message, parsed."""
        return BytesParser(policy=modern).parsebytes(self.source())

    def headers(self) -> EmailMessage:
        """Its headers alone, which is all that a list needs."""
        return BytesParser(policy=modern).parsebytes(self.source(), headersonly=True)


class Mailbox:
    """A folder of messages. One process writes to it; a half-written message is never seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob(f"{ARRIVING}*"):
            unfinished.unlink()  # its sender was never told that it arrived

    def keep(self, content: bytes) -> Kept:
        """Put the message on the disk for good.

        A message that came before is kept again and counted: hiding a second delivery would
        hide a fault of the sender's.
        """
        key = _key_of(content)
        copy = self.copies(key) + 1
        path = self._path(key, copy)
        self._write(path, content)
        return Kept(key, copy, _arrived_at(path), path)

    def copies(self, key: str) -> int:
        """How many times this message was delivered."""
        return sum(1 for _ in self._copies(key))

    def find(self, key: str, copy: int) -> Kept | None:
        """One copy of a message, or `None` when there is none such."""
        path = self._path(key, copy)
        if not KEY.fullmatch(key) or not path.is_file():
            return None
        return Kept(key, copy, _arrived_at(path), path)

    def newest_first(self) -> list[Kept]:
        """Every copy of every message."""
        kept = [self._kept(path) for path in self.folder.glob("*.eml")]
        return sorted(kept, key=lambda one: (one.path.stat().st_mtime_ns, one.copy), reverse=True)

    def _copies(self, key: str) -> Iterator[Path]:
        return self.folder.glob(f"{key}.*.eml") if KEY.fullmatch(key) else iter(())

    def _path(self, key: str, copy: int) -> Path:
        return self.folder / f"{key}.{copy}.eml"

    def _kept(self, path: Path) -> Kept:
        key, copy, _ = path.name.split(".")
        return Kept(key, int(copy), _arrived_at(path), path)

    def _write(self, path: Path, content: bytes) -> None:
        arriving = self.folder / f"{ARRIVING}{uuid.uuid4().hex}"
        with arriving.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        arriving.rename(path)
        # The new name must survive a power cut too, not only the bytes.
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Keeper:
    """What the SMTP server does with a message: keep it, and only then say so."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message; `452` asks the sender to come again when the disk will not have it."""
        try:
            kept = self._mailbox.keep(envelope.original_content or b"")
        except OSError as fault:
            log.error("a message could not be kept: %s", fault.strerror)
            return "452 4.3.1 The mailbox cannot keep this now"
        if kept.copy == 1:
            log.info("kept %s", kept.key)
        else:
            log.warning("delivered again: %s, now %d copies", kept.key, kept.copy)
        return "250 2.0.0 Kept"


def _key_of(content: bytes) -> str:
    headers = BytesParser(policy=modern).parsebytes(content, headersonly=True)
    message_id = str(headers["Message-ID"] or "").strip()
    # Without an id nobody can ask for it; its own bytes name it.
    return delivery_key(message_id) if message_id else hashlib.sha256(content).hexdigest()


def _arrived_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
