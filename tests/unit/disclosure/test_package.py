"""The package, the list of fingerprints, the names, and the list of openings."""

import hashlib
import io
import random
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.names import ending_of, video_name, video_type
from portal.disclosure.openings import TOGETHER, Opened, gathered
from portal.disclosure.package import Entry, manifest, package

ON = date(2026, 11, 2)


def entry(name: str, content: bytes) -> Entry:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield io.BytesIO(content)

    return Entry(name, hashlib.sha256(content).hexdigest(), len(content), opened)


@given(st.lists(st.binary(max_size=5000), max_size=5))
def test_the_package_holds_every_file_and_is_the_same_each_time(contents: list[bytes]) -> None:
    entries = [entry(f"file-{number}.bin", each) for number, each in enumerate(contents)]
    whole = package("BWV-7K3Q-M2XD", ON, entries).read()
    assert whole == package("BWV-7K3Q-M2XD", ON, entries).read()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == contents


class FirstBytes:
    """A long file that takes no room: the first bytes of an endless one."""

    def __init__(self, source: BinaryIO, left: int) -> None:
        self._source, self._left = source, left

    def read(self, size: int) -> bytes:
        piece = self._source.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def test_a_long_file_is_packed_in_little_memory() -> None:
    size = 200_000_000

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with Path("/dev/zero").open("rb") as zeros:
            yield cast(BinaryIO, FirstBytes(zeros, size))

    tracemalloc.start()
    source = package("folder", ON, [Entry("long.mp4", "", size, opened)])
    count = 0
    while piece := source.read(1024 * 1024):
        count += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > size
    assert peak < 16_000_000


def test_the_list_of_fingerprints_is_one_line_each_and_comments() -> None:
    text = manifest("BWV-7K3Q-M2XD", "2 November 2026", [entry("a.mp4", b"a")]).decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == [f"{hashlib.sha256(b'a').hexdigest()}  a.mp4"]


@given(st.text(max_size=60))
def test_names_are_safe_whatever_the_master_is_called(media: str) -> None:
    name = video_name("BWV-7K3Q-M2XD", 3, media)
    assert re.fullmatch(r"BWV-7K3Q-M2XD-video-3\.[a-z0-9]+", name)
    assert video_type(media) == "application/octet-stream" or ending_of(media) != ".bin"


def test_the_pieces_of_one_playing_are_one_line() -> None:
    began = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
    pieces = [
        Opened("Played", "a.mp4", began + timedelta(minutes=n), began + timedelta(minutes=n), 1, 10)
        for n in range(45)
    ]
    later = began + timedelta(minutes=44) + TOGETHER
    pieces.append(Opened("Played", "a.mp4", later, later, 1, 5))
    pieces.append(Opened("Read", "a.html", began, began))
    random.Random(3).shuffle(pieces)
    lines = gathered(pieces)
    assert [(line.what, line.times, line.bytes_sent) for line in lines] == [
        ("Played", 1, 5),
        ("Played", 45, 450),
        ("Read", 1, 0),
    ]
    assert (lines[1].first_at, lines[1].last_at) == (began, began + timedelta(minutes=44))
