"""The package, the list of fingerprints, the names, and the list of openings."""

import hashlib
import io
import random
import re
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.names import (
    contents_name,
    disposition,
    ending_of,
    is_safe,
    letter_name,
    manifest_name,
    package_name,
    stem_of,
    video_name,
    video_type,
)
from portal.disclosure.openings import TOGETHER, Opened, gathered
from portal.disclosure.package import (
    PIECE,
    Entry,
    NotAsListed,
    _end,
    _Head,
    manifest,
    package,
)

ON = date(2026, 11, 2)
FOUR_GIB = 4 * 1024**3


def entry(name: str, content: bytes) -> Entry:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield io.BytesIO(content)

    return Entry(name, hashlib.sha256(content).hexdigest(), crc32(content), len(content), opened)


def zeros(name: str, size: int, checksum: int) -> Entry:
    """A file of nothing but zeros, which takes no room."""

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with Path("/dev/zero").open("rb") as source:
            yield cast(BinaryIO, FirstBytes(source, size))

    return Entry(name, "0" * 64, checksum, size, opened)


@given(st.lists(st.binary(max_size=5000), max_size=5))
def test_the_package_holds_every_file_and_is_the_same_each_time(contents: list[bytes]) -> None:
    entries = [entry(f"file-{number}.bin", each) for number, each in enumerate(contents)]
    whole = package("BWV-7K3Q-M2XD", ON, entries).read()
    assert whole == package("BWV-7K3Q-M2XD", ON, entries).read()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == contents
        assert {info.date_time for info in archive.infolist()} <= {(2026, 11, 2, 0, 0, 0)}


def test_a_small_package_needs_no_new_program(tmp_path: Path) -> None:
    """No ZIP64, and each file's size in front of it, not behind: both trouble some programs."""
    content = package("folder", ON, [entry("a.txt", b"first"), entry("b.bin", b"")]).read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            assert (info.extract_version, info.flag_bits, info.extra) == (20, 0, b"")
            assert info.external_attr >> 16 == 0o100644
    assert content[14:26] == struct.pack("<3I", crc32(b"first"), 5, 5)
    (tmp_path / "a.zip").write_bytes(content)
    for tool in (["unzip", "-tq"], ["7zz", "t"]):
        if shutil.which(tool[0]):
            subprocess.run([*tool, "a.zip"], cwd=tmp_path, check=True, capture_output=True)


class FirstBytes:
    """A long file that takes no room: the first bytes of an endless one."""

    def __init__(self, source: BinaryIO, left: int) -> None:
        self._source, self._left = source, left

    def read(self, size: int) -> bytes:
        piece = self._source.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def test_a_long_file_is_packed_in_little_memory() -> None:
    size = 100_000_000
    checksum = crc32(bytes(size))
    tracemalloc.start()
    source = package("folder", ON, [zeros("long.mp4", size, checksum)])
    count = 0
    while piece := source.read(PIECE):
        count += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > size
    assert peak < 8_000_000


class Holes:
    """A file in which zeros are not written: a file of gigabytes takes a few pages of the disk."""

    def __init__(self, path: Path) -> None:
        self._nothing = bytes(PIECE)
        self._target = path.open("wb")

    def take(self, piece: bytes) -> None:
        if piece == self._nothing:
            self._target.seek(len(piece), io.SEEK_CUR)
        else:
            self._target.write(piece)

    def close(self) -> None:
        self._target.close()


def test_more_than_four_gigabytes(tmp_path: Path) -> None:
    """A file over 4 GiB, and one that begins beyond 4 GiB, as real programs read them."""
    size = FOUR_GIB + 123
    # That of so many zeros; `NotAsListed` is raised if it is not.
    long = zeros("long.mp4", size, 0x15D70E0C)
    source = package("folder", ON, [entry("a.txt", b"first"), long, entry("z.txt", b"last")])
    path = tmp_path / "large.zip"
    sink = Holes(path)
    while piece := source.read(PIECE):
        sink.take(piece)
    sink.close()
    assert path.stat().st_blocks * 512 < 20_000_000
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        assert sizes == {"folder/a.txt": 5, "folder/long.mp4": size, "folder/z.txt": 4}
        assert archive.getinfo("folder/z.txt").header_offset > FOUR_GIB
        assert (archive.read("folder/a.txt"), archive.read("folder/z.txt")) == (b"first", b"last")
        with archive.open("folder/long.mp4") as inside:
            assert inside.read(1000) == bytes(1000)
    for tool in (["unzip", "-p"], ["7zz", "e", "-so"]):
        if shutil.which(tool[0]):
            read = [*tool, "large.zip", "folder/z.txt"]
            done = subprocess.run(read, cwd=tmp_path, check=True, capture_output=True)
            assert done.stdout == b"last"


@pytest.mark.parametrize("large", [0xFFFFFFFE, 0xFFFFFFFF, 0x100000000])
def test_the_edge_of_zip64(large: int) -> None:
    """The largest number of the old format means: look in the new one."""
    head = _Head(b"folder/a.mp4", zeros("a.mp4", large, 1), ON, at=large)
    needs = large >= 0xFFFFFFFF
    assert (len(head.in_front), len(head.listed)) == (
        30 + 12 + (20 if needs else 0),
        46 + 12 + (28 if needs else 0),
    )
    assert (b"PK\6\6" in _end(3, large, 100)) is needs
    assert (b"PK\6\6" in _end(0xFFFF if needs else 0xFFFE, 100, 100)) is needs


@pytest.mark.parametrize("becomes", [b"another", b"shorter"[:3], b"longer than it was", b""])
def test_a_file_that_is_not_as_listed_makes_no_package(becomes: bytes) -> None:
    said, given = entry("a.mp4", b"as said"), entry("a.mp4", becomes)
    with pytest.raises(NotAsListed):
        package("folder", ON, [replace(said, open=given.open)]).read()


UNSAFE = [
    *("", ".", "..", "../a", "a/b", "a\\b", "/a", "C:a", "~", "-rf", "a ", "a.", ".a", "a..b"),
    *("a\nb", "a\0b", "a*", "a?", 'a"', "a<b", "a|b", "$(a)", "a;b", "é.mp4", "٣.mp4", "\u202ea"),
    *("con", "CON.txt", "nul.tar.gz", "Com1.mp4", "LPT9", "aux.c", "a" * 81, "a\n"),
]


@pytest.mark.parametrize("name", UNSAFE)
def test_names_that_mean_something_else_somewhere_are_refused(name: str) -> None:
    assert not is_safe(name)
    with pytest.raises(ValueError, match="taken for something else"):
        package("folder", ON, [entry(name, b"a")])
    with pytest.raises(ValueError, match="taken for something else"):
        package(name, ON, [entry("a.txt", b"a")])


def test_names_that_differ_in_capitals_alone_are_refused() -> None:
    with pytest.raises(ValueError, match="taken for something else"):
        package("folder", ON, [entry("a.txt", b"a"), entry("A.txt", b"b")])


@pytest.mark.parametrize("stem", [stem_of("BWV-7K3Q-M2XD", 1), stem_of("BWV-7K3Q-M2XD", 12)])
def test_every_name_we_give_is_safe(stem: str) -> None:
    names = [
        *(stem, package_name(stem), manifest_name(stem), contents_name(stem)),
        *(letter_name(stem, ending) for ending in (".pdf", ".html")),
        *(video_name(stem, 999, media) for media in ("a.MP4", "b", "../c.mov", "d.exe", "e.é")),
    ]
    assert all(map(is_safe, names))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a-b.mp4", 'attachment; filename="a-b.mp4"'),
        ('a"b.mp4', "attachment; filename=\"a-b.mp4\"; filename*=UTF-8''a%22b.mp4"),
        ("a\\b%41.mp4", "attachment; filename=\"a-b-41.mp4\"; filename*=UTF-8''a%5Cb%2541.mp4"),
        ("€.mp4", "attachment; filename=\"-.mp4\"; filename*=UTF-8''%E2%82%AC.mp4"),
        ("a\r\nX: y", "attachment; filename=\"a--X- y\"; filename*=UTF-8''a%0D%0AX%3A%20y"),
        ("", "attachment; filename=\"file\"; filename*=UTF-8''"),
    ],
)
def test_how_a_file_is_named_to_a_browser(name: str, expected: str) -> None:
    assert disposition("attachment", name) == expected


@given(st.text(max_size=40))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    made = disposition("inline", name)
    assert re.fullmatch(
        r"inline; filename=\"[^\"\\\r\n]+\"(?:; filename\*=UTF-8''[\w.~%-]*)?", made
    )
    assert made.isascii()


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
