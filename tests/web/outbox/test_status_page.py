"""The outbox's page: what waits, what died, and trying again."""

import re

import sqlalchemy as sa

from portal.actors import Role
from portal.house import House
from portal.outbox.commands import Lease, beat, count_unsure, fail, lease, owe
from portal.outbox.models import JobStatus, OutboxJob
from tests.conftest import Clock
from tests.web.conftest import SignedIn

ADDRESS = "/office/outbox"


def _dead_job(house: House) -> OutboxJob:
    with house.db.writing() as session:
        owe(session, "pack", payload={"secret": "x-secret"}, key="pack:1", at=house.now())
    with house.db.writing() as session:
        held = lease(session, at=house.now())
        assert held is not None
        fail(session, held, reason="disk full", at=house.now(), for_good=True)
        return session.scalars(sa.select(OutboxJob)).one()


def test_what_waits_is_shown_and_what_it_carries_is_not(
    sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    with sqlite_house.db.writing() as session:
        owe(session, "send_notice", payload={"to": "x@y.org"}, key="1", at=sqlite_house.now())
    clock.forward(minutes=15)

    page = signed_in(Role.ADMINISTRATOR).get(ADDRESS).text

    assert "send notice" in page
    assert "late" in page
    assert "x@y.org" not in page
    assert "No worker was seen in the last minute." in page


def test_a_living_worker_gives_no_warning(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        beat(session, name="worker", at=sqlite_house.now())

    assert "No worker was seen" not in signed_in(Role.ADMINISTRATOR).get(ADDRESS).text


def test_what_may_have_gone_twice_is_counted(sqlite_house: House, signed_in: SignedIn) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    assert "Extra copies" not in administrator.get(ADDRESS).text
    with sqlite_house.db.writing() as session:
        owe(session, "send_notice", payload={"to": "x@y.org"}, key="1", at=sqlite_house.now())
    for _ in range(2):
        with sqlite_house.db.writing() as session:
            job = session.scalars(sa.select(OutboxJob)).one()
            count_unsure(session, Lease(job.id, job.job, job.payload, 2, "token"))

    page = administrator.get(ADDRESS).text.partition("May have gone twice")[2]

    assert "Extra copies, at most" in page
    assert re.search(r"send notice.*numeric\S*>\s*0.*numeric\S*>\s*2<", page, re.DOTALL)
    assert "x@y.org" not in page


def test_a_dead_job_is_tried_again(sqlite_house: House, signed_in: SignedIn) -> None:
    job = _dead_job(sqlite_house)
    client = signed_in(Role.ADMINISTRATOR)
    page = client.get(ADDRESS).text
    assert "disk full" in page and "x-secret" not in page

    assert client.post(f"{ADDRESS}/{job.id}/retry").status_code == 303

    with sqlite_house.db.reading() as session:
        assert session.get_one(OutboxJob, job.id).status is JobStatus.OWED
    assert client.post(f"{ADDRESS}/{job.id}/retry").status_code == 404
