"""What only the S3-compatible store has: signatures, parts, faults on the way, addresses."""

import dataclasses
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from portal.config import Settings
from portal.errors import NotFound, Upstream
from portal.house import storage_of
from portal.sealing import Sealer, Vault, load_keys
from portal.sealing.vault import forget_orphans
from portal.storage import AlreadyStored
from portal.storage.bucket import Bucket, BucketStorage, connect
from portal.storage.ranged import PIECE
from portal.storage.upload import PART
from tests.servers.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server, s3_server

BUSY = (503, "SlowDown")


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def storage(server: S3Server) -> BucketStorage:
    return BucketStorage(client_of(server), BUCKET)


def client_of(server: S3Server, secret: str = SECRET_KEY) -> Any:
    return connect(Bucket(BUCKET, REGION, server.endpoint, ACCESS_KEY, secret), tries=2)


def test_with_the_wrong_key_nothing_is_had(server: S3Server, storage: BucketStorage) -> None:
    storage.put("one", io.BytesIO(b"x"))
    stranger = BucketStorage(client_of(server, "a guess"), BUCKET)
    with pytest.raises(Upstream):
        stranger.open("one")
    with pytest.raises(Upstream):
        stranger.put("two", io.BytesIO(b"x"))
    assert not stranger.writable()
    assert list(server.objects) == ["one"]


def test_a_bucket_that_is_not_there_is_not_ready(server: S3Server) -> None:
    assert not BucketStorage(client_of(server), "another").writable()


def test_a_busy_store_is_asked_again(server: S3Server, storage: BucketStorage) -> None:
    server.fail(BUSY)
    storage.put("one", io.BytesIO(b"x"))
    server.fail((500, "InternalError"))
    assert storage.size("one") == 1


def test_a_store_that_stays_busy_is_said_plainly(server: S3Server, storage: BucketStorage) -> None:
    server.fail(*[BUSY] * 20)
    with pytest.raises(Upstream, match="cannot reach our files"):
        storage.size("one")
    server.failures = [BUSY] * 20
    assert not storage.writable()


def test_a_full_store_is_said_plainly_and_keeps_nothing(
    server: S3Server, storage: BucketStorage
) -> None:
    def write_until_full() -> None:
        with storage.writing("one") as target:
            target.write(b"x" * PART)
            server.fail((507, "InsufficientStorage"))
            target.write(b"x" * PART)

    with pytest.raises(Upstream, match="cannot store"):
        write_until_full()
    assert (server.objects, server.uploads) == ({}, {})


def test_a_store_that_is_gone_is_said_plainly() -> None:
    with s3_server() as server:
        storage = BucketStorage(client_of(server), BUCKET)
    with pytest.raises(Upstream):
        storage.exists("one")


def test_parts_left_where_the_store_went_away_are_swept(
    server: S3Server, storage: BucketStorage
) -> None:
    def write_until_it_goes_away() -> None:
        with storage.writing("one") as target:
            target.write(b"x" * PART)
            server.fail(*[BUSY] * 4)
            target.write(b"x" * PART)

    with pytest.raises(Upstream):
        write_until_it_goes_away()
    assert len(server.uploads) == 1
    assert storage.sweep_unfinished(before=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert storage.sweep_unfinished(before=datetime.now(UTC) + timedelta(hours=1)) == 1
    assert server.uploads == {}


def test_a_body_that_breaks_off_is_asked_for_again(
    server: S3Server, storage: BucketStorage
) -> None:
    content = os.urandom(3 * PIECE)
    storage.put("one", io.BytesIO(content))
    with storage.open("one") as file:
        server.break_off(2)
        assert file.read() == content
        server.break_off(5)
        file.seek(PIECE // 2)
        with pytest.raises(Upstream):
            file.read(PIECE)


def test_reading_asks_for_pieces_and_keeps_two(server: S3Server, storage: BucketStorage) -> None:
    storage.put("one", io.BytesIO(bytes(8 * PIECE)))
    server.asked.clear()
    with storage.open("one") as file:
        file.read(100)
        file.seek(-100, io.SEEK_END)
        file.read(100)
        file.seek(50)
        file.read(PIECE - 50)
    assert server.asked == {"HEAD": 1, "GET": 2}


def test_a_file_that_is_replaced_meanwhile_is_not_mixed(storage: BucketStorage) -> None:
    storage.put("one", io.BytesIO(b"a" * 2 * PIECE))
    with storage.open("one") as file:
        file.read(10)
        with storage.replacing("one") as target:
            target.write(b"b" * 2 * PIECE)
        file.seek(PIECE)
        with pytest.raises(Upstream):
            file.read(10)


def test_where_the_store_knows_no_conditions_a_taken_key_is_still_seen(
    server: S3Server, storage: BucketStorage
) -> None:
    server.knows_conditions = False
    storage.put("one", io.BytesIO(b"first"))
    with pytest.raises(AlreadyStored):
        storage.put("one", io.BytesIO(b"second"))

    def be_overtaken() -> None:
        with storage.writing("two") as late:
            late.write(b"late")
            storage.put("two", io.BytesIO(b"early"))

    def replace_while_it_is_deleted() -> None:
        with storage.replacing("one") as target:
            target.write(b"x")
            storage.delete("one")

    with pytest.raises(AlreadyStored):
        be_overtaken()
    with pytest.raises(NotFound):
        replace_while_it_is_deleted()
    assert {key: held.content for key, held in server.objects.items()} == {"two": b"early"}


def test_the_store_itself_refuses_a_second_writer(
    server: S3Server, storage: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when both looked before either was there."""
    monkeypatch.setattr(storage, "exists", lambda key: False)
    for size in (1, PART + 1):
        first = b"a" * size
        storage.put(f"of-{size}", io.BytesIO(first))
        with pytest.raises(AlreadyStored):
            storage.put(f"of-{size}", io.BytesIO(b"b" * size))
        assert server.objects[f"of-{size}"].content == first
    assert server.uploads == {}


def test_an_address_gives_the_bytes_for_a_while_and_no_others(
    server: S3Server, storage: BucketStorage
) -> None:
    storage.put("releases/one.zip", io.BytesIO(b"the package"))
    address = storage.address_of("releases/one.zip", name="answer.zip", media_type="video/mp4")
    with urlopen(address) as answer:
        assert answer.read() == b"the package"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="answer.zip"'
        assert answer.headers["Content-Type"] == "video/mp4"
    assert "X-Amz-Expires=60&" in address
    for changed in (
        address.replace("one.zip", "two.zip"),
        address.replace("Expires=60", "Expires=600"),
        address.replace("answer.zip", "other.zip"),
    ):
        with pytest.raises(HTTPError, match="403"):
            urlopen(changed)
    short = storage.address_of("releases/one.zip", seconds=1, name="a", media_type="video/mp4")
    time.sleep(2.1)
    with pytest.raises(HTTPError, match="403"):
        urlopen(short)


# Writes and reads 160 MiB in a process of its own, and says by how much it grew after the first.
IN_CONSTANT_MEMORY = """
import resource, sys
from portal.storage.bucket import Bucket, BucketStorage, connect

endpoint, *words = sys.argv[1:]
storage = BucketStorage(connect(Bucket(words[0], words[1], endpoint, words[2], words[3])), words[0])

def there_and_back(name, size):
    with storage.writing(name) as target:
        for _ in range(size // 65_536):
            target.write(bytes(65_536))
    with storage.open(name) as file:
        while file.read(65_552):
            pass

def grown():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

there_and_back("first", 64 * 1024 * 1024)
before = grown()
there_and_back("second", 160 * 1024 * 1024)
print(grown() - before)
"""


def test_a_large_file_takes_no_more_memory_than_a_small_one(server: S3Server) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_CONSTANT_MEMORY, server.endpoint,
         BUCKET, REGION, ACCESS_KEY, SECRET_KEY],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) < 20 * 1024  # KiB
    assert len(server.objects["second"].content) == 160 * 1024 * 1024


def test_the_house_keeps_what_is_sealed_in_the_bucket_where_there_is_one(
    server: S3Server, settings: Settings
) -> None:
    """And sweeps there what no row names, once it is old."""
    in_bucket = dataclasses.replace(
        settings,
        bucket=BUCKET,
        bucket_endpoint=server.endpoint,
        bucket_access_key=ACCESS_KEY,
        bucket_secret_key=SECRET_KEY,
    )
    vault = Vault(storage_of(in_bucket), Sealer(load_keys(settings.keys_file)))
    named, orphan = (vault.keep("proofs", io.BytesIO(b"a passport")) for _ in range(2))
    assert sorted(server.objects) == sorted([named.key, orphan.key])
    assert list(settings.data_folder.iterdir()) == []
    soon = datetime.now(UTC) + timedelta(minutes=1)

    def is_named(key: str) -> bool:
        return key == named.key

    day_ago = soon - timedelta(days=1)
    assert forget_orphans(vault, "proofs", before=day_ago, is_named=is_named) == 0
    assert forget_orphans(vault, "proofs", before=soon, is_named=is_named) == 1
    assert list(server.objects) == [named.key]
