"""Going over to a new key: only headers change, and no moment leaves a file unreadable."""

import io
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pyrage
import pytest

from portal.errors import NotFound, Refused
from portal.sealing import (
    Damaged,
    Kept,
    KeyFile,
    Sealer,
    Vault,
    add_key,
    ensure_keys,
    generate_key,
    load_keys,
    rewrap_all,
)
from portal.storage import FolderStorage

SIZES = [0, 1, 65_536, 300_000]


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.txt"
    ensure_keys(path)
    return path


@pytest.fixture
def recovery() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def vault(tmp_path: Path, keys_file: Path, recovery: pyrage.x25519.Identity) -> Vault:
    sealer = Sealer(KeyFile(keys_file), str(recovery.to_public()))
    return Vault(FolderStorage(tmp_path / "store"), sealer)


@pytest.fixture
def kept(vault: Vault) -> dict[Kept, bytes]:
    contents = [os.urandom(size) for size in SIZES]
    return {vault.keep("releases", io.BytesIO(content)): content for content in contents}


def bytes_of(vault: Vault, kept: Kept) -> bytes:
    with vault.storage.open(kept.key) as file:
        return file.read()


def after_the_header(sealed: bytes) -> bytes:
    return sealed[sealed.index(b"\n", sealed.index(b"\n--- ") + 1) + 1 :]


def quietly(count: int) -> None:
    """Nobody looks at the progress."""


def all_open(vault: Vault, kept: dict[Kept, bytes]) -> bool:
    for one, content in kept.items():
        with vault.open(one) as reader:
            if reader.read() != content:
                return False
    return True


def test_only_headers_change(vault: Vault, kept: dict[Kept, bytes], keys_file: Path) -> None:
    (old,) = load_keys(keys_file)
    before = {one: bytes_of(vault, one) for one in kept}
    add_key(keys_file)
    done = rewrap_all(vault, progress=quietly)
    assert (done.anew, done.already, done.damaged) == (len(SIZES), 0, [])
    for one in kept:
        after = bytes_of(vault, one)
        assert after_the_header(after) == after_the_header(before[one])
        assert after != before[one]
        with pytest.raises(Damaged):
            Sealer([old]).open(io.BytesIO(after))
    assert all_open(vault, kept)


def test_stock_age_opens_a_new_header_with_the_new_key_and_the_recovery_key(
    vault: Vault,
    kept: dict[Kept, bytes],
    keys_file: Path,
    recovery: pyrage.x25519.Identity,
    tmp_path: Path,
) -> None:
    add_key(keys_file)
    rewrap_all(vault, progress=quietly)
    newest, offline = tmp_path / "newest.txt", tmp_path / "offline.txt"
    newest.write_text(load_keys(keys_file)[-1])
    offline.write_text(str(recovery))
    for one, content in kept.items():
        for keys in (newest, offline):
            done = subprocess.run(
                ["age", "--decrypt", "-i", keys],
                input=bytes_of(vault, one),
                capture_output=True,
                check=True,
            )
            assert done.stdout == content


def test_a_recovery_recipient_that_is_new_or_given_up_needs_new_headers(
    vault: Vault, kept: dict[Kept, bytes], keys_file: Path
) -> None:
    without = Vault(vault.storage, Sealer(KeyFile(keys_file)))
    assert rewrap_all(without, progress=quietly).anew == len(SIZES)
    assert rewrap_all(without, progress=quietly).already == len(SIZES)
    assert rewrap_all(vault, progress=quietly).anew == len(SIZES)
    assert all_open(vault, kept)


def test_a_process_that_runs_uses_the_new_key_at_once(vault: Vault, keys_file: Path) -> None:
    earlier = vault.keep("proofs", io.BytesIO(b"before"))
    recipient = add_key(keys_file)
    later = vault.keep("proofs", io.BytesIO(b"after"))
    assert vault.sealer.newest_recipient == recipient
    only_newest = Sealer(load_keys(keys_file)[-1:])
    assert only_newest.open(io.BytesIO(bytes_of(vault, later))).read() == b"after"
    with vault.open(earlier) as reader:
        assert reader.read() == b"before"


def test_a_reader_that_has_begun_reads_on(vault: Vault, keys_file: Path) -> None:
    content = os.urandom(500_000)
    kept = vault.keep("releases", io.BytesIO(content))
    with vault.open(kept) as reader:
        begun = reader.read(100_000)
        add_key(keys_file)
        rewrap_all(vault, progress=quietly)
        assert begun + reader.read() == content


def test_what_is_deleted_meanwhile_does_not_come_back(vault: Vault, keys_file: Path) -> None:
    kept = vault.keep("releases", io.BytesIO(b"expired"))

    def replace_while_it_is_deleted() -> None:
        with vault.storage.replacing(kept.key) as target:
            target.write(b"a new header and the old content")
            vault.forget(kept.key)

    with pytest.raises(NotFound):
        replace_while_it_is_deleted()
    assert not vault.storage.exists(kept.key)
    assert list(vault.storage.stored()) == []
    with pytest.raises(NotFound):
        vault.rewrap(kept.key)


def test_what_no_key_opens_is_said_and_left_alone(
    vault: Vault, kept: dict[Kept, bytes], keys_file: Path
) -> None:
    foreign = io.BytesIO()
    Sealer([generate_key()]).seal(io.BytesIO(b"somebody else's"), foreign)
    vault.storage.put("releases/foreign.age", io.BytesIO(foreign.getvalue()))
    add_key(keys_file)
    done = rewrap_all(vault, progress=quietly)
    assert (done.anew, done.damaged) == (len(SIZES), ["releases/foreign.age"])
    with vault.storage.open("releases/foreign.age") as file:
        assert file.read() == foreign.getvalue()


# Each way to end: the process dies at the n-th call of one of these, tidying nothing.
KILLED = """
import os, sys
from pathlib import Path
from portal.sealing import KeyFile, Sealer, Vault, rewrap_all
from portal.storage import FolderStorage
import portal.storage.folder as folder

store, keys, where, number = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
left = [number]

def dying(whole):
    def call(*words, **named):
        if left[0] == 0:
            os._exit(137)
        left[0] -= 1
        return whole(*words, **named)
    return call

if where == "fsync":
    os.fsync = dying(os.fsync)
elif where == "replace":
    Path.replace = dying(Path.replace)
elif where == "copy":
    import shutil
    shutil.copyfileobj = dying(shutil.copyfileobj)
elif where == "sync of the folder":
    folder._sync_folder = dying(folder._sync_folder)
rewrap_all(Vault(FolderStorage(Path(store)), Sealer(KeyFile(Path(keys)))), progress=lambda n: None)
"""


@pytest.mark.parametrize("where", ["copy", "fsync", "replace", "sync of the folder"])
def test_killed_at_any_step_every_file_opens_and_it_goes_on(
    tmp_path: Path, keys_file: Path, where: str
) -> None:
    vault = Vault(FolderStorage(tmp_path / "store"), Sealer(KeyFile(keys_file)))
    kept = {vault.keep("letters", io.BytesIO(bytes([n]) * 200)): bytes([n]) * 200 for n in range(3)}
    add_key(keys_file)
    command: list[str | Path] = [sys.executable, "-c", KILLED, tmp_path / "store", keys_file, where]
    for number in ("0", "1"):
        assert subprocess.run([*command, number], check=False).returncode == 137
        assert all_open(vault, kept)
        assert len(list(vault.storage.stored())) == len(kept)
    rewrap_all(vault, progress=quietly)
    assert rewrap_all(vault, progress=quietly).already == len(kept)
    assert all_open(Vault(vault.storage, Sealer(load_keys(keys_file)[-1:])), kept)


class TestAddingAKey:
    def test_keeps_what_is_in_the_file_and_who_may_read_it(self, keys_file: Path) -> None:
        before = keys_file.read_text()
        recipient = add_key(keys_file)
        assert keys_file.read_text().startswith(before)
        assert keys_file.stat().st_mode & 0o777 == 0o600
        newest = pyrage.x25519.Identity.from_str(load_keys(keys_file)[-1])
        assert str(newest.to_public()) == recipient
        assert [each.name for each in keys_file.parent.iterdir()] == [keys_file.name]

    def test_behind_a_symbolic_link_changes_the_file(self, keys_file: Path) -> None:
        link = keys_file.with_name("link")
        link.symlink_to(keys_file)
        add_key(link)
        assert link.is_symlink()
        assert len(load_keys(keys_file)) == 2

    def test_two_at_once_add_two(self, keys_file: Path) -> None:
        program = "import sys; from pathlib import Path; from portal.sealing import add_key; "
        command: list[str | Path] = [
            sys.executable,
            "-c",
            program + "add_key(Path(sys.argv[1]))",
            keys_file,
        ]
        running = [subprocess.Popen(command) for _ in range(3)]
        assert [each.wait() for each in running] == [0, 0, 0]
        assert len(set(load_keys(keys_file))) == 4

    def test_to_a_file_that_is_not_there_or_open_to_others_is_refused(
        self, keys_file: Path
    ) -> None:
        with pytest.raises(Refused, match="no key file"):
            add_key(keys_file.with_name("none.txt"))
        keys_file.chmod(0o644)
        with pytest.raises(Refused, match="chmod 600"):
            add_key(keys_file)

    def test_that_cannot_be_written_is_said_plainly(
        self, keys_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def read_only(*_: object) -> None:
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(Path, "replace", read_only)
        with pytest.raises(Refused, match=r"Read-only file system.*--resume"):
            add_key(keys_file)
        monkeypatch.undo()
        assert len(load_keys(keys_file)) == 1
        assert [each.name for each in keys_file.parent.iterdir()] == [keys_file.name]


class TestTheKeyFile:
    def test_is_read_again_only_when_it_changed(self, keys_file: Path) -> None:
        keys = KeyFile(keys_file)
        first = keys()
        assert keys() is first
        add_key(keys_file)
        assert list(keys()) == load_keys(keys_file) != list(first)

    def test_opened_to_others_meanwhile_is_refused(self, keys_file: Path) -> None:
        keys = KeyFile(keys_file)
        keys()
        keys_file.chmod(0o640)
        with pytest.raises(Refused, match="chmod 600"):
            keys()

    def test_gone_meanwhile_is_said(self, keys_file: Path) -> None:
        keys = KeyFile(keys_file)
        keys()
        keys_file.unlink()
        with pytest.raises(Refused, match="no key file"):
            keys()


class TestTheSealOfAFile:
    def test_refuses_another_valid_file_in_its_place(self, vault: Vault) -> None:
        mine = vault.keep("releases", io.BytesIO(b"the right copy"))
        other = vault.keep("releases", io.BytesIO(b"the right copy"))  # even with the same content
        put_in_place_of(vault, mine, bytes_of(vault, other))
        with pytest.raises(Damaged):
            vault.open(mine)

    def test_refuses_a_file_for_another_purpose(self, vault: Vault) -> None:
        proof = vault.keep("proofs", io.BytesIO(b"a passport"))
        as_release = Kept("releases", proof.key, proof.sha256, proof.seal, proof.size)
        with pytest.raises(Damaged):
            vault.open(as_release)

    def test_refuses_a_row_whose_hash_was_changed(self, vault: Vault) -> None:
        kept = vault.keep("letters", io.BytesIO(b"a letter"))
        with pytest.raises(Damaged):
            vault.open(Kept("letters", kept.key, "0" * 64, kept.seal, kept.size))

    def test_refuses_what_anybody_can_seal_to_the_public_half(
        self, vault: Vault, keys_file: Path
    ) -> None:
        kept = vault.keep("releases", io.BytesIO(b"the right copy"))
        public = pyrage.x25519.Identity.from_str(load_keys(keys_file)[-1]).to_public()
        put_in_place_of(vault, kept, pyrage.encrypt(b"the right copy", [public]))
        with pytest.raises(Damaged):
            vault.open(kept)

    def test_stays_when_the_header_is_written_anew(self, vault: Vault, keys_file: Path) -> None:
        kept = vault.keep("proofs", io.BytesIO(b"a passport"))
        add_key(keys_file)
        assert vault.rewrap(kept.key)
        with vault.open(kept) as reader:
            assert reader.read() == b"a passport"

    def test_of_a_row_from_before_is_the_hash_of_the_whole(self, vault: Vault) -> None:
        content = os.urandom(200_000)
        kept = vault.keep("releases", io.BytesIO(content))
        older = Kept(kept.purpose, kept.key, kept.sha256, None, kept.size)
        with vault.open(older) as reader:
            assert reader.tell() == 0
            assert reader.read() == content
        other = vault.keep("releases", io.BytesIO(b"another"))
        put_in_place_of(vault, kept, bytes_of(vault, other))
        with pytest.raises(Damaged):
            vault.open(older)

    def test_refused_files_are_closed(self, vault: Vault) -> None:
        kept = vault.keep("proofs", io.BytesIO(b"a passport"))
        before = open_files()
        for _ in range(20):
            with suppress(Damaged):
                vault.open(Kept("letters", kept.key, kept.sha256, kept.seal, kept.size))
        assert open_files() == before


def put_in_place_of(vault: Vault, kept: Kept, content: bytes) -> None:
    vault.forget(kept.key)
    vault.storage.put(kept.key, io.BytesIO(content))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
