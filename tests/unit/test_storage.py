"""What only the local folder has: who may read it, and what a full disk or a kill leave behind.
What every storage promises is in test_storage_contract.py."""

import errno
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.errors import Refused, Upstream
from portal.storage import FolderStorage


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "store")


def test_only_this_account_may_read(storage: FolderStorage) -> None:
    storage.put("proofs/one", io.BytesIO(b"passport"))
    with storage.replacing("proofs/one") as target:
        target.write(b"passport")
    assert storage.path_of("proofs/one").stat().st_mode & 0o077 == 0
    assert storage.path_of("proofs").stat().st_mode & 0o077 == 0


def test_a_name_is_only_given_to_what_is_down_on_the_disk(
    storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: done.append(f"sync {_kind(fd)}"))
    monkeypatch.setattr(os, "link", _noting(done, "name", os.link))
    monkeypatch.setattr(Path, "replace", _noting(done, "name", Path.replace))
    storage.put("releases/one", io.BytesIO(b"x"))
    assert done == ["sync file", "name", "sync folder", "sync folder"]
    done.clear()
    with storage.replacing("releases/one") as target:
        target.write(b"y")
    assert done == ["sync file", "name", "sync folder"]
    done.clear()
    storage.delete("releases/one")
    assert done == ["sync folder"]


def _kind(descriptor: int) -> str:
    return "folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "file"


def _noting(done: list[str], word: str, whole):  # type: ignore[no-untyped-def]
    def call(*words: object) -> object:
        done.append(word)
        return whole(*words)

    return call


class FullDisk(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_plainly(storage: FolderStorage) -> None:
    with pytest.raises(Upstream, match="cannot store"):
        storage.put("one", FullDisk())  # type: ignore[arg-type]
    assert every_file(storage) == []


# The system itself refuses to let any file grow beyond 300 kB, in a process of its own.
WITH_LITTLE_ROOM = """
import io, resource, sys
from pathlib import Path
from portal.errors import Refused, Upstream
from portal.sealing import Sealer, Vault, generate_key
from portal.storage import FolderStorage

resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
vault = Vault(FolderStorage(Path(sys.argv[1])), Sealer([generate_key()]))
small = vault.keep("releases", io.BytesIO(b"fits"))
for size in (299_990, 400_000, 5_000_000):
    try:
        vault.keep("releases", io.BytesIO(bytes(size)))
    except Upstream as full:
        print(full.message)
with vault.open(small) as reader:
    assert reader.read() == b"fits"
"""


def test_where_there_is_no_room_nothing_is_half_written(storage: FolderStorage) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_LITTLE_ROOM, storage.root],
        capture_output=True,
        text=True,
        check=True,
    )
    words = "We cannot store files at the moment. Try again later."
    assert done.stdout.splitlines() == [words] * 3
    assert len(every_file(storage)) == 1


# Writes file after file, each as long and of such bytes as its name says, until it is killed.
WRITING = """
import io, itertools, sys
from pathlib import Path
from portal.storage import FolderStorage

storage = FolderStorage(Path(sys.argv[1]))
print("begun", flush=True)
for number in itertools.count():
    size = 200_000 + number * 1_000
    storage.put(f"{sys.argv[2]}/{size}", io.BytesIO(bytes([number % 251]) * size))
    if number % 3 == 2:
        with storage.replacing(f"{sys.argv[2]}/{size}") as target:
            target.write(bytes([number % 251]) * size)
"""


def test_killed_at_any_moment_every_name_has_a_whole_file(storage: FolderStorage) -> None:
    chance = random.Random(11)
    for life in range(6):
        program = subprocess.Popen(
            [sys.executable, "-c", WRITING, storage.root, str(life)], stdout=subprocess.PIPE
        )
        assert program.stdout is not None
        program.stdout.readline()
        time.sleep(chance.uniform(0.01, 0.15))
        program.send_signal(signal.SIGKILL)
        program.wait()
        program.stdout.close()
    seen = 0
    for each in storage.stored():
        size = int(each.key.rpartition("/")[2])
        with storage.open(each.key) as file:
            content = file.read()
        assert len(content) == each.size == size
        assert len(set(content)) == 1
        seen += 1
    assert seen > 6
    storage.sweep_unfinished(before=datetime.now(UTC) + timedelta(minutes=1))
    assert len(every_file(storage)) == seen


def test_what_is_deleted_in_the_last_moment_of_replacing_does_not_come_back(
    storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody deletes after it was seen to be there, and before the new file has its name."""
    storage.put("one", io.BytesIO(b"old"))
    deleting = threading.Thread(target=storage.delete, args=("one",))
    replace = Path.replace

    def late(path: Path, target: Path) -> Path:
        deleting.start()
        deleting.join(0.3)  # it must wait for its turn
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", late)
    with storage.replacing("one") as target:
        target.write(b"new")
    deleting.join()
    assert not storage.exists("one")


def test_another_account_replaces_nothing(
    storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The superuser could, and then the portal could not read its own files."""
    storage.put("one", io.BytesIO(b"old"))
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(Refused, match="as the account that owns"):
        storage.replacing("one").__enter__()
    assert every_file(storage) == ["one"]


def test_a_folder_of_many_is_never_held_as_a_list(
    storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.put("many/first", io.BytesIO(b"x"))
    for number in range(2_000):
        os.link(storage.path_of("many/first"), storage.path_of(f"many/{number}"))
    looked = 0
    stat = Path.stat

    def counted(path: Path, **words: bool) -> os.stat_result:
        nonlocal looked
        looked += 1
        return stat(path, **words)

    monkeypatch.setattr(Path, "stat", counted)
    found = storage.stored("many/")
    next(found)
    assert looked == 1
    assert sum(1 for _ in found) == 2_000


def test_links_and_strangers_names_are_not_listed(storage: FolderStorage, tmp_path: Path) -> None:
    storage.put("a/one", io.BytesIO(b"x"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret").write_text("x")
    (storage.root / "a" / "away").symlink_to(tmp_path / "elsewhere")
    (storage.root / "a" / "not a key").write_text("x")
    assert list(storage.keys()) == ["a/one"]


def test_readiness_tells_whether_a_byte_can_be_stored(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "store")
    assert storage.writable()
    assert every_file(storage) == []
    (tmp_path / "in-the-way").write_text("a file where the folder should be")
    assert not FolderStorage(tmp_path / "in-the-way").writable()


def every_file(storage: FolderStorage) -> list[str]:
    """Whatever lies in the folder, hidden or not, but for the lock of names."""
    return sorted(
        path.relative_to(storage.root).as_posix()
        for path in storage.root.rglob("*")
        if path.is_file() and path.name != ".names"
    )
