"""A release's files go when its time is over; what was released stays written down."""

import pytest
import sqlalchemy as sa

from portal.disclosure.models import Release
from portal.errors import NotFound
from portal.house import House
from portal.recordings.models import Preservation
from portal.requests.commands.keeping import KEPT_AFTER_CLOSING
from portal.worker import Worker, tidy_up
from tests.conftest import Clock
from tests.factories.disclosure import (
    answered,
    held_line,
    keep_video,
    lease_of,
    place_hold,
    ready_to_decide,
    release_with_files,
)


def tidy(house: House, link_release: Release) -> None:
    finish = tidy_up(house, lease_of(link_release.decision_id))
    with house.db.writing() as session:
        finish(session)
    Worker(house).pay_all()


def test_files_are_deleted_after_the_last_day_and_not_before(house: House, clock: Clock) -> None:
    link = answered(house, ready_to_decide(house))
    release = release_with_files(house, link.release_id)
    clock.at = release.expires_at
    clock.forward(seconds=-1)
    tidy(house, release)
    assert all(house.vault.storage.exists(file.storage_key) for file in release.files)
    clock.forward(seconds=1)
    tidy(house, release)
    for file in release.files:
        with pytest.raises(NotFound):
            house.vault.open(file.named)
    kept = release_with_files(house, link.release_id)
    assert kept.files_deleted_at is not None
    assert [file.sha256 for file in kept.files] == [file.sha256 for file in release.files]


def test_an_answer_keeps_its_video_for_the_time_of_a_review(house: House) -> None:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        keep_video(session, ready, at=house.now())
    answered(house, ready)
    with house.db.reading() as session:
        kept = session.scalars(sa.select(Preservation)).one()
    assert kept.until == house.now() + KEPT_AFTER_CLOSING


def test_a_held_answer_keeps_its_video_without_an_end(house: House) -> None:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        keep_video(session, ready, at=house.now())
    place_hold(house, ready.recording_ids[0])
    answered(house, ready, [held_line(house, ready, ready.recording_ids[0])])
    with house.db.reading() as session:
        assert session.scalars(sa.select(Preservation)).one().until is None
