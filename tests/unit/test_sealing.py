"""Sealed files: the same for us, for the library and for stock age; worthless when altered."""

import hashlib
import io
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from portal.errors import NotFound, Refused
from portal.sealing import Damaged, Kept, Sealer, Vault, ensure_keys, generate_key, load_keys
from portal.storage import FolderStorage

SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]
SEALED_CHUNK = 65_536 + 16


@pytest.fixture(scope="module")
def key() -> str:
    return generate_key()


@pytest.fixture(scope="module")
def sealer(key: str) -> Sealer:
    return Sealer([key])


def sealed_by(sealer: Sealer, content: bytes) -> bytes:
    target = io.BytesIO()
    sealer.seal(io.BytesIO(content), target)
    return target.getvalue()


def opened_by(sealer: Sealer, sealed: bytes) -> bytes:
    return sealer.open(io.BytesIO(sealed)).read()


def payload_begins(sealed: bytes) -> int:
    """The first byte after the header; the 16 bytes of nonce come before the chunks."""
    return sealed.index(b"\n", sealed.index(b"\n--- ") + 1) + 1


@pytest.mark.parametrize("size", SIZES)
def test_round_trip(sealer: Sealer, size: int) -> None:
    content = os.urandom(size)
    target = io.BytesIO()
    told = sealer.seal(io.BytesIO(content), target)
    reader = sealer.open(io.BytesIO(target.getvalue()))
    assert (told.plain_size, told.plain_sha256) == (size, hashlib.sha256(content).hexdigest())
    assert reader.size == size
    assert reader.read() == content
    assert content[:1000] not in target.getvalue() or size < 1000


# 2,000 in a test run; `make prove-sealing` tries 100,000.
RANGES = int(os.environ.get("SEALED_RANGES", "2000"))


@pytest.mark.parametrize("size", SIZES)
def test_random_ranges_equal_the_slice(sealer: Sealer, size: int) -> None:
    content = os.urandom(size)
    reader = sealer.open(io.BytesIO(sealed_by(sealer, content)))
    chance = random.Random(size)
    for _ in range(-(-RANGES // len(SIZES))):
        begin, length = chance.randint(0, size + 10), chance.randint(0, 140_000)
        assert reader.seek(begin) == begin
        assert reader.read(length) == content[begin : begin + length]
        assert reader.tell() == begin + len(content[begin : begin + length])


def test_it_behaves_as_a_file(sealer: Sealer) -> None:
    content = os.urandom(100_000)
    sealed = io.BytesIO(sealed_by(sealer, content))
    with sealer.open(sealed) as reader:
        assert reader.readable()
        assert reader.seekable()
        assert not reader.writable()
        assert reader.seek(-5, io.SEEK_END) == 99_995
        assert reader.read() == content[-5:]
        reader.seek(10)
        assert reader.seek(5, io.SEEK_CUR) == 15
        assert io.BufferedReader(reader).read(70_000) == content[15:70_015]
        with pytest.raises(ValueError, match="negative"):
            reader.seek(-1)
    assert sealed.closed


@pytest.mark.parametrize("size", SIZES)
def test_the_library_agrees_both_ways(sealer: Sealer, key: str, size: int) -> None:
    content, identity = os.urandom(size), pyrage.x25519.Identity.from_str(key)
    assert pyrage.decrypt(sealed_by(sealer, content), [identity]) == content
    assert opened_by(sealer, pyrage.encrypt(content, [identity.to_public()])) == content


@pytest.mark.parametrize("size", SIZES)
def test_stock_age_agrees_both_ways(sealer: Sealer, key: str, tmp_path: Path, size: int) -> None:
    content, keys = os.urandom(size), tmp_path / "keys.txt"
    keys.write_text(key + "\n")
    assert age("--decrypt", "-i", str(keys), given=sealed_by(sealer, content)) == content
    assert opened_by(sealer, age("--encrypt", "-i", str(keys), given=content)) == content


def test_files_for_several_people_open(sealer: Sealer, key: str, tmp_path: Path) -> None:
    ours = str(pyrage.x25519.Identity.from_str(key).to_public())
    theirs = str(pyrage.x25519.Identity.from_str(generate_key()).to_public())
    for order in ([ours, theirs], [theirs, ours]):
        recipients = [word for one in order for word in ("-r", one)]
        assert opened_by(sealer, age("--encrypt", *recipients, given=b"hello")) == b"hello"


def test_armour_is_not_read(sealer: Sealer, key: str) -> None:
    public = pyrage.x25519.Identity.from_str(key).to_public()
    with pytest.raises(Damaged):
        opened_by(sealer, pyrage.encrypt(b"x", [public], armored=True))


@pytest.mark.parametrize("size", [0, 1, 65_536, 140_000])
def test_no_byte_can_be_altered(sealer: Sealer, size: int) -> None:
    """Every byte of the header and the nonce, and bytes in each chunk, at its edges and inside."""
    sealed = sealed_by(sealer, os.urandom(size))
    begin = payload_begins(sealed)
    chunk_starts = range(begin + 16, len(sealed), SEALED_CHUNK)
    inside = {
        min(start + step, len(sealed) - 1)
        for start in chunk_starts
        for step in (0, 1, 40_000, SEALED_CHUNK - 17, SEALED_CHUNK - 16, SEALED_CHUNK - 1)
    }
    for at in [*range(begin + 16), *sorted(inside), len(sealed) - 1]:
        for bit in (0x01, 0x80):
            altered = bytearray(sealed)
            altered[at] ^= bit
            with pytest.raises(Damaged):
                opened_by(sealer, bytes(altered))


@pytest.mark.parametrize("size", [0, 40])
def test_no_bit_of_a_small_file_can_be_flipped(sealer: Sealer, size: int) -> None:
    sealed = sealed_by(sealer, os.urandom(size))
    for bit in range(8 * len(sealed)):
        assert is_refused(sealer, flipped(sealed, bit)), bit


def test_no_bit_of_a_large_file_can_be_flipped(sealer: Sealer) -> None:
    sealed = sealed_by(sealer, os.urandom(1_500_000))
    chance = random.Random(7)
    for bit in (chance.randrange(8 * len(sealed)) for _ in range(150)):
        assert is_refused(sealer, flipped(sealed, bit)), bit


def test_an_altered_chunk_gives_nothing_and_spares_the_others(sealer: Sealer) -> None:
    content = os.urandom(200_000)
    altered = bytearray(sealed_by(sealer, content))
    altered[payload_begins(bytes(altered)) + 16 + SEALED_CHUNK + 5] ^= 1
    reader = sealer.open(io.BytesIO(altered))
    assert reader.read(65_536) == content[:65_536]
    with pytest.raises(Damaged):
        reader.read(1)
    reader.seek(131_072)
    assert reader.read() == content[131_072:]


@pytest.mark.parametrize("size", [1, 65_536, 65_537, 196_608, 200_000])
def test_a_file_cut_short_is_refused_on_opening(sealer: Sealer, size: int) -> None:
    sealed = sealed_by(sealer, os.urandom(size))
    begin = payload_begins(sealed)
    boundaries = range(begin + 16, len(sealed), SEALED_CHUNK)
    cuts = {cut + by for cut in boundaries for by in (-1, 0, 1, 15, 16, 17)}
    for cut in sorted({0, 5, begin - 1, begin, len(sealed) - 1} | cuts):
        if cut < len(sealed):
            with pytest.raises(Damaged):
                sealer.open(io.BytesIO(sealed[:cut]))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole, begin: whole + b"x",
        lambda whole, begin: whole + bytes(16),
        lambda whole, begin: whole + whole[begin + 16 :],
        lambda whole, begin: whole[: begin + 16] + swapped(whole[begin + 16 :]),
        lambda whole, begin: whole[: begin + 16] + whole[begin + 16 + SEALED_CHUNK :],
    ],
    ids=["byte added", "tag added", "doubled", "chunks swapped", "first chunk gone"],
)
def test_chunks_cannot_be_moved_or_added(
    sealer: Sealer, spoil: Callable[[bytes, int], bytes]
) -> None:
    whole = sealed_by(sealer, os.urandom(196_608))
    with pytest.raises(Damaged):
        opened_by(sealer, spoil(whole, payload_begins(whole)))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not age at all\n",
        b"age-encryption.org/v1\n",
        b"age-encryption.org/v2\n-> X25519 a\n\n--- a\n",
        b"age-encryption.org/v1\n--- " + b"A" * 43 + b"\n",
        b"age-encryption.org/v1\n-> \n\n--- " + b"A" * 43 + b"\n",
        b"age-encryption.org/v1\n-> X25519\n\n--- " + b"A" * 43 + b"\n",
        b"age-encryption.org/v1\n-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n--- A\n",
        b"age-encryption.org/v1\n-> X25519 !!\n" + b"A" * 99 + b"\n--- A\n",
        b"age-encryption.org/v1\n" + b"-> x\n\n" * 20_000,
        b"age-encryption.org/v1\n" + b"x" * 200_000,
    ],
)
def test_what_is_no_age_file_is_refused(sealer: Sealer, text: bytes) -> None:
    with pytest.raises(Damaged):
        sealer.open(io.BytesIO(text))


def test_a_share_of_low_order_is_refused(sealer: Sealer) -> None:
    """With an all-zero share every key gives the same secret."""
    header = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n--- " + b"A" * 43 + b"\n"
    with pytest.raises(Damaged):
        sealer.open(io.BytesIO(b"age-encryption.org/v1\n" + header + bytes(64)))


def test_the_wrong_key_opens_nothing(sealer: Sealer) -> None:
    file = io.BytesIO(sealed_by(sealer, b"secret"))
    with pytest.raises(Damaged):
        Sealer([generate_key()]).open(file)
    assert file.closed


def test_old_periods_open_and_the_newest_seals() -> None:
    old, new = generate_key(), generate_key()
    of_old = sealed_by(Sealer([old]), b"then")
    both = Sealer([old, new])
    assert opened_by(both, of_old) == b"then"
    of_new = sealed_by(both, b"now")
    assert opened_by(Sealer([new]), of_new) == b"now"
    with pytest.raises(Damaged):
        opened_by(Sealer([old]), of_new)


def test_the_recovery_key_opens_what_daily_keys_sealed(key: str) -> None:
    recovery = pyrage.x25519.Identity.generate()
    sealed = sealed_by(Sealer([key], str(recovery.to_public())), b"lost and found")
    assert pyrage.decrypt(sealed, [recovery]) == b"lost and found"
    assert opened_by(Sealer([key]), sealed) == b"lost and found"
    with pytest.raises(Refused, match="recovery"):
        Sealer([key], "age1nonsense")


class TooBig(Refused):
    """A limit raised by whoever reads the upload."""


class Source(io.RawIOBase):
    def __init__(self, fault: Exception) -> None:
        self.fault, self.given = fault, 0

    def read(self, size: int = -1) -> bytes:
        self.given += 1
        if self.given > 3:
            raise self.fault
        return b"x" * min(size, 65_536)


def test_a_fault_in_the_source_comes_out_as_it_was(sealer: Sealer) -> None:
    with pytest.raises(TooBig):
        sealer.seal(Source(TooBig("20 MB at most")), io.BytesIO())  # type: ignore[arg-type]


class TestKeyFile:
    def test_is_made_once_and_only_for_its_owner(self, tmp_path: Path) -> None:
        path = tmp_path / "secrets" / "keys.txt"
        first = ensure_keys(path)
        assert ensure_keys(path) == first == load_keys(path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert [entry.name for entry in path.parent.iterdir()] == ["keys.txt"]

    def test_can_be_given_to_stock_age(self, tmp_path: Path) -> None:
        sealer = Sealer(ensure_keys(tmp_path / "keys.txt"))
        sealed = sealed_by(sealer, b"readable for ever")
        assert age("-d", "-i", str(tmp_path / "keys.txt"), given=sealed) == b"readable for ever"

    def test_keeps_the_order_of_periods(self, tmp_path: Path) -> None:
        old, new, path = generate_key(), generate_key(), tmp_path / "keys.txt"
        path.write_text(f"# spring\n{old}\n\n# summer\n  {new}  \n")
        path.chmod(0o600)
        assert load_keys(path) == [old, new]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
    def test_is_refused_when_others_can_read_it(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "keys.txt"
        ensure_keys(path)
        path.chmod(mode)
        with pytest.raises(Refused, match="chmod 600"):
            load_keys(path)

    @pytest.mark.parametrize("text", ["", "# nothing\n", "AGE-SECRET-KEY-1WRONG\n", "hello\n"])
    def test_is_refused_when_it_holds_no_key(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "keys.txt"
        path.write_text(text)
        path.chmod(0o600)
        with pytest.raises(Refused) as refusal:
            load_keys(path)
        assert "WRONG" not in refusal.value.message

    def test_missing_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="no key file"):
            load_keys(tmp_path / "none.txt")

    def test_without_a_key_nothing_is_sealed(self) -> None:
        with pytest.raises(Refused, match="no key"):
            Sealer([])


class TestVault:
    @pytest.fixture
    def vault(self, tmp_path: Path, sealer: Sealer) -> Vault:
        return Vault(FolderStorage(tmp_path / "store"), sealer)

    def test_keeps_opens_and_forgets(self, vault: Vault) -> None:
        content = os.urandom(150_000)
        kept = vault.keep("proofs", io.BytesIO(content))
        digest = hashlib.sha256(content).hexdigest()
        assert kept == Kept("proofs", kept.key, digest, kept.seal, 150_000)
        assert kept.key.startswith("proofs/")
        with vault.open(kept) as reader:
            reader.seek(100_000)
            assert reader.read(10) == content[100_000:100_010]
        vault.forget(kept.key)
        vault.forget(kept.key)
        with pytest.raises(NotFound):
            vault.open(kept)

    def test_nothing_plain_lies_in_storage(self, vault: Vault) -> None:
        kept = vault.keep("proofs", io.BytesIO(b"passport number 123456789"))
        with vault.storage.open(kept.key) as sealed:
            assert b"123456789" not in sealed.read()

    def test_a_fault_half_way_keeps_nothing(self, vault: Vault) -> None:
        source = Source(ConnectionResetError("gone"))
        with pytest.raises(ConnectionResetError):
            vault.keep("proofs", source)  # type: ignore[arg-type]
        assert list(vault.storage.keys()) == []


def flipped(sealed: bytes, bit: int) -> bytes:
    altered = bytearray(sealed)
    altered[bit // 8] ^= 1 << bit % 8
    return bytes(altered)


def is_refused(sealer: Sealer, sealed: bytes) -> bool:
    try:
        opened_by(sealer, sealed)
    except Damaged:
        return True
    return False


def swapped(chunks: bytes) -> bytes:
    """The first two chunks in the other order."""
    return (
        chunks[SEALED_CHUNK : 2 * SEALED_CHUNK] + chunks[:SEALED_CHUNK] + chunks[2 * SEALED_CHUNK :]
    )


def age(*arguments: str, given: bytes) -> bytes:
    """What Debian's `age` answers; without that package these tests fail."""
    return subprocess.run(["age", *arguments], input=given, capture_output=True, check=True).stdout
