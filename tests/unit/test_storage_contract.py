"""What every storage promises: whole or not at all, never overwritten, never outside itself. The
same tests for the local folder and for the S3-compatible store."""

import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.errors import NotFound, Refused
from portal.sealing import Damaged, Named, Sealer, Vault, generate_key, rewrap_all
from portal.storage import AlreadyStored, FolderStorage, Storage, UnsafeKey
from portal.storage.bucket import Bucket, BucketStorage, connect
from tests.servers.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server, s3_server

LARGE = 40 * 1024 * 1024 + 12_345  # three parts of an upload


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: S3Server) -> Any:
    return connect(Bucket(BUCKET, REGION, server.endpoint, ACCESS_KEY, SECRET_KEY))


@pytest.fixture(params=["folder", "bucket"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, server: S3Server, client: Any
) -> Storage:
    server.objects.clear()
    server.uploads.clear()
    folder, bucket = FolderStorage(tmp_path / "store"), BucketStorage(client, BUCKET)
    return folder if request.param == "folder" else bucket


def test_what_is_put_comes_back(storage: Storage) -> None:
    content = os.urandom(3_000_001)
    assert storage.put("releases/ab/one.age", io.BytesIO(content)) == len(content)
    with storage.open("releases/ab/one.age") as file:
        assert file.read() == content
        file.seek(2_999_999)
        assert file.read() == content[2_999_999:]
        assert file.seek(-10, io.SEEK_END) == len(content) - 10
        assert file.read(4) == content[-10:-6]
        assert file.seek(2, io.SEEK_CUR) == len(content) - 4
        assert file.tell() == len(content) - 4
        file.seek(len(content) + 5)
        assert file.read(1) == b""
        assert (file.seekable(), file.readable(), file.writable()) == (True, True, False)
    assert storage.size("releases/ab/one.age") == len(content)
    assert storage.exists("releases/ab/one.age")


@pytest.mark.parametrize("size", [0, 1, LARGE])
def test_any_size_comes_back(storage: Storage, size: int) -> None:
    content = os.urandom(size)
    with storage.writing("one") as target:
        for begin in range(0, size, 700_001):
            target.write(content[begin : begin + 700_001])
        assert target.tell() == size
    assert storage.size("one") == size
    with storage.open("one") as file:
        for begin in (0, size // 2, max(0, size - 3)):
            file.seek(begin)
            assert file.read(1_500_000) == content[begin : begin + 1_500_000]


def test_nothing_is_overwritten(storage: Storage) -> None:
    storage.put("one", io.BytesIO(b"first"))
    with pytest.raises(AlreadyStored):
        storage.put("one", io.BytesIO(b"second"))
    assert content_of(storage, "one") == b"first"


class Overtaken(io.RawIOBase):
    """A slow sender, during whose sending somebody else stores under the same key."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def read(self, size: int = -1) -> bytes:
        if self.storage.exists("one"):
            return b""
        self.storage.put("one", io.BytesIO(b"early"))
        return b"late"


def test_of_two_writers_at_once_one_wins(storage: Storage) -> None:
    late = Overtaken(storage)
    with pytest.raises(AlreadyStored):
        storage.put("one", late)  # type: ignore[arg-type]
    assert content_of(storage, "one") == b"early"
    assert list(storage.keys()) == ["one"]
    assert storage.sweep_unfinished(before=tomorrow()) == 0


class BrokenSource(io.RawIOBase):
    """Gives so much, looks whether anything can be seen already, and breaks."""

    def __init__(self, storage: Storage, size: int) -> None:
        self.storage, self.left, self.seen = storage, size, ["not looked"]

    def read(self, size: int = -1) -> bytes:
        if self.left > 0:
            self.left -= size
            return b"x" * size
        self.seen = list(self.storage.keys())
        raise ConnectionResetError("the sender went away")


@pytest.mark.parametrize("size", [1, LARGE])
def test_a_broken_source_leaves_nothing(storage: Storage, size: int) -> None:
    source = BrokenSource(storage, size)
    with pytest.raises(ConnectionResetError):
        storage.put("one", source)  # type: ignore[arg-type]
    assert source.seen == []
    assert not storage.exists("one")
    assert list(storage.stored()) == []
    assert storage.sweep_unfinished(before=tomorrow()) == 0


def test_a_killed_writer_shows_nothing_and_is_swept(storage: Storage) -> None:
    writing = storage.writing("one")
    writing.__enter__().write(b"x" * LARGE)  # and nothing more is heard of it
    assert not storage.exists("one")
    assert list(storage.keys()) == []
    assert storage.sweep_unfinished(before=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert storage.sweep_unfinished(before=tomorrow()) == 1
    storage.put("one", io.BytesIO(b"another"))
    assert content_of(storage, "one") == b"another"


@pytest.mark.parametrize(
    "key",
    ["", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..", "a//b", "a/", "./a", ".hidden",
     "a/.b", ".unfinished/a", "a\\b", "a\0b", "a b", "a\n", "é", "a:b", "~/x", "x" * 201],
)  # fmt: skip
def test_names_that_could_lead_elsewhere_are_refused(storage: Storage, key: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: storage.put(key, io.BytesIO(b"x")),
        lambda: storage.open(key),
        lambda: storage.size(key),
        lambda: storage.delete(key),
        lambda: storage.exists(key),
        lambda: storage.replacing(key).__enter__(),
    ]
    for attempt in attempts:
        with pytest.raises(UnsafeKey):
            attempt()
    assert list(storage.stored()) == []


def test_what_is_not_there_is_not_found(storage: Storage) -> None:
    for ask in (storage.open, storage.size, lambda key: storage.replacing(key).__enter__()):
        with pytest.raises(NotFound):
            ask("no/such")
    assert not storage.exists("no/such")


def test_deleting_twice_is_no_error(storage: Storage) -> None:
    storage.put("a/one", io.BytesIO(b"x"))
    storage.delete("a/one")
    storage.delete("a/one")
    storage.delete("a/one/below")
    assert list(storage.keys()) == []


def test_all_is_listed_below_a_prefix_with_size_and_age(storage: Storage) -> None:
    for key in ("b/2", "a/10", "a/1/x", "ab", "c"):
        storage.put(key, io.BytesIO(b"x" * len(key)))
    with storage.writing("a/unfinished") as target:
        target.write(b"x")
        assert sorted(storage.keys()) == ["a/1/x", "a/10", "ab", "b/2", "c"]
    assert sorted(storage.keys("a/1")) == ["a/1/x", "a/10"]
    assert sorted(storage.keys("a")) == ["a/1/x", "a/10", "a/unfinished", "ab"]
    assert list(storage.keys("nothing/")) == []
    (found,) = storage.stored("b/")
    assert (found.key, found.size) == ("b/2", 3)
    assert abs(found.kept_at - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(UnsafeKey):
        list(storage.keys("../"))


def test_more_than_a_page_is_listed_and_may_be_deleted_meanwhile(storage: Storage) -> None:
    for number in range(120):
        storage.put(f"many/{number}", io.BytesIO(b"x"))
    for each in storage.stored("many/"):
        storage.delete(each.key)
    assert list(storage.keys()) == []


def test_replacing_puts_all_of_it_there_or_leaves_the_old(storage: Storage) -> None:
    storage.put("one", io.BytesIO(b"old"))
    with storage.replacing("one") as target:
        target.write(b"new")
        assert content_of(storage, "one") == b"old"
    assert content_of(storage, "one") == b"new"
    with pytest.raises(ConnectionResetError):
        replace_and_break(storage)
    assert content_of(storage, "one") == b"new"
    assert storage.sweep_unfinished(before=tomorrow()) == 0


def replace_and_break(storage: Storage) -> None:
    with storage.replacing("one") as target:
        target.write(b"x" * LARGE)
        raise ConnectionResetError


@pytest.mark.parametrize("size", [10, LARGE])
def test_what_is_deleted_while_it_is_replaced_does_not_come_back(
    storage: Storage, size: int
) -> None:
    storage.put("one", io.BytesIO(b"old"))

    def replace_while_it_is_deleted() -> None:
        with storage.replacing("one") as target:
            target.write(b"x" * size)
            storage.delete("one")

    with pytest.raises(NotFound):
        replace_while_it_is_deleted()
    assert list(storage.stored()) == []


def test_readiness_leaves_nothing_behind(storage: Storage) -> None:
    assert storage.writable()
    assert list(storage.stored()) == []
    assert storage.sweep_unfinished(before=tomorrow()) == 0


def test_sealed_files_are_kept_read_from_the_middle_rewrapped_and_known(storage: Storage) -> None:
    old, new = generate_key(), generate_key()
    vault, content = Vault(storage, Sealer([old])), os.urandom(2_500_000)
    kept = vault.keep("releases", io.BytesIO(content))
    after = Vault(storage, Sealer([old, new]))
    assert rewrap_all(after, progress=lambda count: None).anew == 1
    with Vault(storage, Sealer([new])).open(kept) as reader:
        for begin in (0, 2_400_000, 1_200_000, 65_536):
            reader.seek(begin)
            assert reader.read(200_000) == content[begin : begin + 200_000]
    with pytest.raises(Damaged):
        after.open(Named("proofs", kept.key, kept.sha256, kept.seal))


def test_refusals_are_refused() -> None:
    assert issubclass(UnsafeKey, Refused)
    assert issubclass(AlreadyStored, Refused)


def content_of(storage: Storage, key: str) -> bytes:
    with storage.open(key) as file:
        return file.read()


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)
