"""A small disk, and what must be so whatever happened."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.audit.verify import verify
from portal.expiry.commands.reconciling import reconcile
from portal.house import House
from portal.outbox.models import OutboxJob
from tests.servers.disk import MEGABYTE, SmallDisk, small_disk

Sound = Callable[[House], None]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """An empty disk of 24 megabytes."""
    with small_disk(tmp_path / "small", size=24 * MEGABYTE) as made:
        yield made


@pytest.fixture
def sound() -> Sound:
    """Call it with a house: rows and files agree both ways, nothing is half written, and the book
    is whole."""

    def check(house: House) -> None:
        found = reconcile(house)
        assert (found.missing, found.loose) == ([], [])
        assert list((house.settings.data_folder / ".unfinished").glob("*")) == []
        with house.db.reading() as session:
            assert verify(session).is_whole

    return check


def bytes_until(chunks: Iterator[bytes], fault: type[Exception]) -> int:
    """How many bytes came before that fault; fails when all came."""
    came = 0
    try:
        for chunk in chunks:
            came += len(chunk)
    except fault:
        return came
    raise AssertionError("it went on to the end")


def job_of(house: House, job: str) -> OutboxJob:
    """The one job of a kind."""
    with house.db.reading() as session:
        return session.scalars(sa.select(OutboxJob).where(OutboxJob.job == job)).one()
