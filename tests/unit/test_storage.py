"""The folder of files: whole or not at all, never overwritten, never outside itself."""

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.errors import NotFound, Refused, Upstream
from portal.storage import AlreadyStored, FolderStorage, UnsafeKey


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "store")


def test_what_is_put_comes_back(storage: FolderStorage) -> None:
    content = os.urandom(3_000_001)
    assert storage.put("releases/ab/one.age", io.BytesIO(content)) == len(content)
    with storage.open("releases/ab/one.age") as file:
        assert file.read() == content
        file.seek(2_999_999)
        assert file.read() == content[2_999_999:]
    assert storage.size("releases/ab/one.age") == len(content)
    assert storage.exists("releases/ab/one.age")


def test_only_this_account_may_read(storage: FolderStorage) -> None:
    storage.put("proofs/one", io.BytesIO(b"passport"))
    assert storage.path_of("proofs/one").stat().st_mode & 0o077 == 0
    assert storage.path_of("proofs").stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten(storage: FolderStorage) -> None:
    storage.put("one", io.BytesIO(b"first"))
    with pytest.raises(AlreadyStored):
        storage.put("one", io.BytesIO(b"second"))
    assert content_of(storage, "one") == b"first"


class Overtaken(io.RawIOBase):
    """A slow sender, during whose sending somebody else stores under the same key."""

    def __init__(self, storage: FolderStorage) -> None:
        self.storage = storage

    def read(self, size: int = -1) -> bytes:
        if self.storage.exists("one"):
            return b""
        self.storage.put("one", io.BytesIO(b"early"))
        return b"late"


def test_of_two_writers_at_once_one_wins(storage: FolderStorage) -> None:
    late = Overtaken(storage)
    with pytest.raises(AlreadyStored):
        storage.put("one", late)  # type: ignore[arg-type]
    assert content_of(storage, "one") == b"early"
    assert every_file(storage) == ["one"]


class BrokenSource(io.RawIOBase):
    """Gives a little, looks whether anything can be seen already, and breaks."""

    def __init__(self, storage: FolderStorage) -> None:
        self.storage, self.reads, self.seen = storage, 0, ["not looked"]

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        if self.reads == 1:
            return b"half"
        self.seen = list(self.storage.keys())
        raise ConnectionResetError("the sender went away")


def test_a_broken_source_leaves_nothing(storage: FolderStorage) -> None:
    source = BrokenSource(storage)
    with pytest.raises(ConnectionResetError):
        storage.put("one", source)  # type: ignore[arg-type]
    assert source.seen == []
    assert not storage.exists("one")
    assert every_file(storage) == []


class FullDisk(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_plainly(storage: FolderStorage) -> None:
    with pytest.raises(Upstream, match="cannot store"):
        storage.put("one", FullDisk())  # type: ignore[arg-type]
    assert every_file(storage) == []


@pytest.mark.parametrize(
    "key",
    ["", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..", "a//b", "a/", "./a", ".hidden",
     "a/.b", ".unfinished/a", "a\\b", "a\0b", "a b", "a\n", "é", "a:b", "~/x", "x" * 201],
)  # fmt: skip
def test_names_that_could_lead_elsewhere_are_refused(storage: FolderStorage, key: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: storage.put(key, io.BytesIO(b"x")),
        lambda: storage.open(key),
        lambda: storage.size(key),
        lambda: storage.delete(key),
        lambda: storage.exists(key),
        lambda: storage.path_of(key),
    ]
    for attempt in attempts:
        with pytest.raises(UnsafeKey):
            attempt()
    assert not storage.root.exists()


def test_what_is_not_there_is_not_found(storage: FolderStorage) -> None:
    for ask in (storage.open, storage.size):
        with pytest.raises(NotFound):
            ask("no/such")
    assert not storage.exists("no/such")


def test_deleting_twice_is_no_error(storage: FolderStorage) -> None:
    storage.put("a/one", io.BytesIO(b"x"))
    storage.delete("a/one")
    storage.delete("a/one")
    storage.delete("a/one/below")
    assert sorted(storage.keys()) == []


def test_keys_are_listed_below_a_prefix(storage: FolderStorage) -> None:
    for key in ("b/2", "a/10", "a/1/x", "ab", "c"):
        storage.put(key, io.BytesIO(b"x"))
    with storage.writing("a/unfinished") as target:
        target.write(b"x")
        assert sorted(storage.keys()) == ["a/1/x", "a/10", "ab", "b/2", "c"]
    assert sorted(storage.keys("a/1")) == ["a/1/x", "a/10"]
    assert sorted(storage.keys("a")) == ["a/1/x", "a/10", "a/unfinished", "ab"]
    assert sorted(storage.keys("nothing/")) == []
    with pytest.raises(UnsafeKey):
        list(storage.keys("../"))


def test_readiness_tells_whether_a_byte_can_be_stored(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "store")
    assert storage.writable()
    assert every_file(storage) == []
    (tmp_path / "in-the-way").write_text("a file where the folder should be")
    assert not FolderStorage(tmp_path / "in-the-way").writable()


def test_refusals_are_refused() -> None:
    assert issubclass(UnsafeKey, Refused)
    assert issubclass(AlreadyStored, Refused)


def content_of(storage: FolderStorage, key: str) -> bytes:
    with storage.open(key) as file:
        return file.read()


def every_file(storage: FolderStorage) -> list[str]:
    """Whatever lies in the folder, hidden or not."""
    return sorted(
        path.relative_to(storage.root).as_posix()
        for path in storage.root.rglob("*")
        if path.is_file()
    )
