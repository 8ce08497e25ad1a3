"""Reading a sealed file in the steps of somebody who sends it."""

import io
import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from portal.sealing import Damaged, SealedReader, Sealer, generate_key
from portal.sealing.reading import AT_ONCE, CHUNK

CHUNKS = 2 * AT_ONCE // CHUNK + 1
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE + 5, CHUNKS * CHUNK]


class Trickling(io.BytesIO):
    """A file that gives a little less than it was asked for, as one over a network may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size if size is None or size < 2000 else size - 1000)

    def readinto(self, buffer: Any, /) -> int:
        room = memoryview(buffer)
        return super().readinto(room if len(room) < 2000 else room[:-1000])


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    return Sealer([generate_key()])


def sealed_by(sealer: Sealer, content: bytes) -> bytes:
    target = io.BytesIO()
    sealer.seal(io.BytesIO(content), target)
    return target.getvalue()


def rest(reader: SealedReader, most: int = 1024 * 1024) -> bytes:
    return b"".join(iter(lambda: reader.read1(most), b""))


@pytest.mark.parametrize("size", SIZES)
def test_the_steps_are_the_file_from_wherever_they_begin(sealer: Sealer, size: int) -> None:
    content = os.urandom(size)
    sealed, chance = sealed_by(sealer, content), random.Random(size)
    for source in (io.BytesIO(sealed), Trickling(sealed)):
        reader = sealer.open(source)
        for begin in (
            0,
            CHUNK,
            AT_ONCE,
            size,
            size + 1,
            *(chance.randint(0, size) for _ in "1234"),
        ):
            reader.seek(begin)
            assert rest(reader) == content[begin:]
            assert reader.tell() == max(begin, size)


@pytest.mark.parametrize("most", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, AT_ONCE + 1])
def test_no_step_is_longer_than_asked_or_than_is_opened_at_once(sealer: Sealer, most: int) -> None:
    content = os.urandom(2 * AT_ONCE + 5)
    reader = sealer.open(io.BytesIO(sealed_by(sealer, content)))
    for begin in (0, 5, CHUNK - 1, AT_ONCE):
        reader.seek(begin)
        step = reader.read1(most)
        assert 0 < len(step) <= min(most, AT_ONCE)
        assert step == content[begin : begin + len(step)]
    assert reader.read1(0) == b""


def test_steps_and_reads_may_be_mixed(sealer: Sealer) -> None:
    content = os.urandom(3 * AT_ONCE + 77)
    reader = sealer.open(io.BytesIO(sealed_by(sealer, content)))
    came, chance = b"", random.Random(1)
    while len(came) < len(content):
        count = chance.randint(1, 2 * AT_ONCE)
        came += reader.read1(count) if chance.random() < 0.5 else reader.read(count)
    assert came == content


def test_a_file_on_disk_is_read_the_same(sealer: Sealer, tmp_path: Path) -> None:
    content = os.urandom(2 * AT_ONCE + 5)
    path = tmp_path / "sealed"
    path.write_bytes(sealed_by(sealer, content))
    with sealer.open(path.open("rb")) as reader:
        assert rest(reader) == content
        reader.seek(7)
        assert reader.read(100_000) == content[7:100_007]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_of_a_step_is_given_when_a_chunk_of_it_was_altered(
    sealer: Sealer, chunk: int
) -> None:
    content = os.urandom(CHUNKS * CHUNK + 1)
    sealed = bytearray(sealed_by(sealer, content))
    begin = len(sealed) - (CHUNKS * (CHUNK + 16) + 1 + 16)
    sealed[begin + chunk * (CHUNK + 16) + 10] ^= 1
    reader = sealer.open(io.BytesIO(bytes(sealed)))
    came: list[bytes] = []
    with pytest.raises(Damaged):
        came.extend(iter(lambda: reader.read1(1024 * 1024), b""))
    good = b"".join(came)
    assert len(good) == chunk * CHUNK // AT_ONCE * AT_ONCE
    assert content.startswith(good)


@pytest.mark.parametrize("cut", [CHUNK + 17, 2 * CHUNK, AT_ONCE])
def test_a_file_that_shrinks_while_it_is_sent_gives_nothing_false(
    sealer: Sealer, tmp_path: Path, cut: int
) -> None:
    content = os.urandom(CHUNKS * CHUNK)
    path = tmp_path / "sealed"
    path.write_bytes(sealed_by(sealer, content))
    reader = sealer.open(path.open("rb"))
    os.truncate(path, path.stat().st_size - cut)
    came: list[bytes] = []
    with pytest.raises(Damaged):
        came.extend(iter(lambda: reader.read1(1024 * 1024), b""))
    assert content.startswith(b"".join(came))
    reader.close()


def test_many_who_read_at_once_get_their_own_bytes_alone(sealer: Sealer, tmp_path: Path) -> None:
    contents = [os.urandom(5 * AT_ONCE + number) for number in range(8)]
    paths = [tmp_path / str(number) for number in range(8)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(sealed_by(sealer, content))
    flipped = bytearray(paths[0].read_bytes())
    flipped[-3 * AT_ONCE] ^= 1
    paths[0].write_bytes(flipped)

    def read(number: int) -> None:
        for _ in range(5):
            with sealer.open(paths[number].open("rb")) as reader:
                if number:
                    assert rest(reader) == contents[number]
                else:
                    with pytest.raises(Damaged):
                        rest(reader)

    with ThreadPoolExecutor(8) as readers:
        assert list(readers.map(read, range(8))) == [None] * 8
