"""The door to the cage in which strangers' files are opened (`picturing.py`)."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from portal.errors import Gone, NotFound, Refused, Upstream
from portal.house import House
from portal.identity import picturing
from portal.identity.files import (
    HAS_PASSWORD,
    TOO_MANY_PAGES,
    TOO_MANY_PIXELS,
    UNREADABLE,
    FileType,
    ReadFile,
    refusal_of,
    type_of,
)
from portal.identity.models import PREFIX, Proof
from portal.outages import may_be_committed
from portal.sealing.vault import Kept

_PROGRAM = Path(picturing.__file__)
_PATIENCE = picturing.SECONDS + 15  # seconds by the wall clock; the cage counts its own
# Each cage may take half a gigabyte: a few at a time, the others wait their turn.
_TURNS = threading.BoundedSemaphore(2)
_WORDS = {
    picturing.TOO_MANY_PIXELS: TOO_MANY_PIXELS,
    picturing.TOO_MANY_PAGES: TOO_MANY_PAGES,
    picturing.HAS_PASSWORD: HAS_PASSWORD,
}


@dataclass(frozen=True)
class SealedFile:
    """A proof's file, read and sealed: what its row will say."""

    type: FileType
    pages: int
    kept: Kept


@dataclass(frozen=True)
class Picture:
    """A picture that is safe to show: it was drawn by us."""

    content: bytes
    media_type: str


def read_file(name: str, content: bytes) -> ReadFile:
    """Open a file somebody sent. Refused, in words for them, when it cannot be taken.

    Slow (it decodes, in a process of its own): never call it inside a transaction.
    """
    refusal = refusal_of(content[:32], name)
    file_type = type_of(content[:32], name)
    if refusal or file_type is None:
        raise Refused(refusal or UNREADABLE)
    result = _in_cage(content, "check", file_type.value)
    if file_type.is_picture:
        return ReadFile(file_type, result, 1)
    return ReadFile(file_type, content, int(result))


@contextmanager
def sealed_file(house: House, *, name: str, source: BinaryIO) -> Iterator[SealedFile]:
    """Read a file, seal it and lend what its row needs; write that row inside the block.

    When the block raises, the sealed file is forgotten, so that no file stays without a row. It
    stays when the row may be there all the same; that, and what a killed process leaves behind, is
    swept (`identity/jobs.py`).
    """
    read = read_file(name, source.read())
    kept = house.vault.keep(PREFIX, BytesIO(read.content))
    try:
        yield SealedFile(read.type, read.pages, kept)
    except BaseException as fault:
        if not may_be_committed(fault):
            house.vault.forget(kept.key)
        raise


def picture_of(house: House, proof: Proof, page: int = 1) -> Picture:
    """One page of a proof (from 1) as a picture. Gone when it was deleted, NotFound for no page.

    A PDF itself is never handed out: its pages are drawn in the cage, one at a time.
    """
    named = proof.named
    if named is None:
        raise Gone("We have deleted this picture, as we said we would.")
    if not 1 <= page <= proof.pages:
        raise NotFound("There is no such page.")
    with house.vault.open(named) as sealed:
        content = sealed.read()
    if FileType(proof.content_type).is_picture:
        return Picture(content, proof.content_type)
    return Picture(_in_cage(content, "page", str(page)), FileType.PNG.value)


def _in_cage(content: bytes, task: str, what: str) -> bytes:
    """The program's answer, or Refused in words: nothing a file does reaches this process."""
    if not _TURNS.acquire(timeout=_PATIENCE):
        raise Upstream("Many people are sending files. Try again in a few minutes.")
    try:
        # -I: no environment, no current folder; the program knows neither keys nor database.
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(_PROGRAM), task, what],
            input=content,
            capture_output=True,
            timeout=_PATIENCE,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(UNREADABLE) from None
    finally:
        _TURNS.release()
    if done.returncode != 0:
        raise Refused(_WORDS.get(done.returncode, UNREADABLE))
    return done.stdout
