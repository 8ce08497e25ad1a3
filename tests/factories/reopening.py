"""What the worker does for requests that wait for a hold to end."""

from portal.disclosure.jobs import reopen
from portal.house import House
from portal.outbox.commands import lease, settle


def pay_reopenings(house: House) -> None:
    """Take every job that is owed, as a worker does, and do those that open requests again."""
    while True:
        with house.db.writing() as session:
            job = lease(session, at=house.now())
        if job is None:
            return
        write_down = reopen(house, job) if job.job == "reopen" else None
        with house.db.writing() as session:
            if write_down is not None:
                write_down(session)
            assert settle(session, job, at=house.now())
