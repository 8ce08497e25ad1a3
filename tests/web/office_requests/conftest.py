"""A request with three recordings that the search can find, and who deals with it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from portal.actors import WORKER
from portal.house import House
from portal.recordings.queries import candidates_of
from portal.requests.commands.searching import search_and_preserve
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, take_in


@dataclass(frozen=True)
class Case:
    """A request, and its candidates' numbers by rank."""

    request_id: UUID
    reference: str
    candidates: tuple[int, ...]
    recordings: tuple[int, ...]

    @property
    def address(self) -> str:
        """The request's overview."""
        return f"/office/requests/{self.reference}"


@pytest.fixture
def case(sqlite_house: House) -> Case:
    """A request received a day ago, searched once by the worker: three recordings found."""
    received_at = sqlite_house.now() - timedelta(days=1)
    lines = [
        line(f"REC-{n}", HAPPENED_AT + timedelta(minutes=15 * n), north=0.0004 * n)
        for n in range(3)
    ]
    report = take_in(sqlite_house.db, *lines, at=received_at)
    assert not report.rejected
    with sqlite_house.db.writing() as session:
        footage_request = received(
            session, at=received_at, latitude=LATITUDE, longitude=LONGITUDE, radius_m=150
        )
        search_and_preserve(session, request_id=footage_request.id, by=WORKER, at=received_at)
        found = candidates_of(session, footage_request.id)
        assert len(found) == 3
        return Case(
            footage_request.id,
            footage_request.reference,
            tuple(candidate.id for candidate, _ in found),
            tuple(recording.id for _, recording in found),
        )
