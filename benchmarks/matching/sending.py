"""From "Send your request" to every candidate preserved, with a real worker running.

A request is received as the last page of the form does it; a worker (`portal worker`, a process of
its own, running before) finds the job, searches the whole catalogue, writes the search down and
bars every candidate from deletion. The clock runs from before the request is written until all of
that can be read by somebody else.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from benchmarks.matching.programs import PORTAL, environment
from portal.actors import PUBLIC
from portal.config import read_settings
from portal.db import Database
from portal.hall import open_portal, utc_now
from portal.house import House
from portal.ids import new_id
from portal.outbox.models import JobStatus, OutboxJob, WorkerHeartbeat
from portal.recordings.criteria import Criteria, PointAsked
from portal.recordings.models import Candidate, Preservation
from portal.requests.commands.receiving import PRESERVE, receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting

# Loading owes a job for each of its batches, which the worker pays first.
PATIENCE_S = 1_800.0
LOOK_EVERY_S = 0.01


@dataclass(frozen=True)
class Sent:
    """Seconds from sending to the last preservation, and how many there were."""

    seconds: float
    preserved: int


def sent(folder: Path, url: str, criteria: Criteria) -> Sent:
    """Send a request for what `criteria` (about a point) say, and wait for its preservations."""
    given = environment(folder, url)
    house = open_portal(read_settings(given))
    try:
        begun = utc_now()
        with _worker(given) as worker:
            _wait(worker, lambda: _is_up(house.db, begun) and _is_idle(house.db, utc_now()))
            began = time.perf_counter()
            request_id = _send(house, criteria)
            _wait(worker, lambda: _is_settled(house.db, f"{PRESERVE}:{request_id}"))
            seconds = time.perf_counter() - began
        return Sent(seconds, _preserved(house.db, request_id))
    finally:
        house.db.close()


@contextmanager
def _worker(given: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    worker = subprocess.Popen([PORTAL, "worker"], env=given, stderr=subprocess.DEVNULL)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait()


def _send(house: House, criteria: Criteria) -> UUID:
    place = criteria.place
    if not isinstance(place, PointAsked):
        raise TypeError("a request of this benchmark is about a point")
    seen = Sighting(
        earliest_at=criteria.since,
        latest_at=criteria.until,
        said_time="that evening",
        place="near there",
        latitude=place.lat,
        longitude=place.lon,
        radius_m=round(place.radius_m),
    )
    applicant = ApplicantDetails("A. Example", "applicant@example.org")
    with house.db.writing() as session:
        made = receive(
            session,
            request_id=new_id(),
            intake=Intake(AboutWhom.ME, applicant, seen),
            received_at=utc_now(),
            by=PUBLIC,
            at=utc_now(),
        )
        return made.id


def _wait(worker: "subprocess.Popen[bytes]", is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        if worker.poll() is not None:
            raise RuntimeError("the worker stopped; run `portal worker` to see why")
        if time.monotonic() > until:
            raise TimeoutError("the worker did not get there")
        time.sleep(LOOK_EVERY_S)


def _is_up(database: Database, begun: datetime) -> bool:
    """Whether a worker has said since then that it is there: one that starts takes no job yet."""
    with database.reading() as session:
        return bool(session.scalar(sa.select(sa.exists().where(WorkerHeartbeat.at >= begun))))


def _is_idle(database: Database, at: datetime) -> bool:
    """Whether nothing is being done and nothing is due; what failed waits for another try."""
    is_due = sa.and_(OutboxJob.status == JobStatus.OWED, OutboxJob.due_at <= at)
    busy = sa.or_(OutboxJob.status == JobStatus.LEASED, is_due)
    with database.reading() as session:
        return not session.scalar(sa.select(sa.exists().where(busy)))


def _is_settled(database: Database, key: str) -> bool:
    with database.reading() as session:
        status = session.scalar(sa.select(OutboxJob.status).where(OutboxJob.key == key))
        return status is JobStatus.SETTLED


def _preserved(database: Database, request_id: UUID) -> int:
    """How many recordings are preserved for the request. Raises unless that is every candidate."""
    with database.reading() as session:
        counts = [
            session.scalar(
                sa.select(sa.func.count(table.recording_id)).where(table.request_id == request_id)
            )
            for table in (Candidate, Preservation)
        ]
    if counts[0] != counts[1] or not counts[0]:
        raise RuntimeError(f"{counts[1]} of {counts[0]} candidates were preserved")
    return int(counts[0])
