"""The loop that pays what the outbox owes. Killing it at any moment loses nothing: a lease runs
out, and the job is taken again."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.disclosure.packing import pack
from portal.errors import PortalError, Refused
from portal.holds.jobs import delete_footage
from portal.house import House
from portal.identity.jobs import delete_proofs
from portal.notifications.commands import SEND_NOTICE
from portal.notifications.sending import send_notice
from portal.outbox.commands import LEASE, Lease, beat, extend, fail, lease, owe, settle
from portal.requests.jobs import preserve, reopen, tidy_up

log = logging.getLogger("portal.worker")

# A job does its slow part outside any transaction, and returns what to write down at the end.
# That and settling the job are one transaction: neither happens without the other.
Job = Callable[[House, Lease], Callable[[Session], object]]

JOBS: Mapping[str, Job] = {
    SEND_NOTICE: send_notice,
    "preserve": preserve,
    "pack": pack,
    "reopen": reopen,
    "delete_footage": delete_footage,
    "delete_proofs": delete_proofs,
    "tidy_up": tidy_up,
}

IDLE = timedelta(milliseconds=500)
BEAT_EVERY = timedelta(seconds=10)


class LeaseLost(Exception):
    """Another worker took the job over meanwhile; what this one wrote is rolled back."""


class Worker:
    """Takes one job after another until it is told to stop."""

    def __init__(self, house: House, *, lasting: timedelta = LEASE) -> None:
        self._house = house
        self._lasting = lasting
        self._stopping = threading.Event()
        self._last_beat: datetime | None = None
        self.name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self) -> None:
        """Pay until stopped. A signal lets the job in hand finish first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        while not self._stopping.is_set():
            try:
                self._beat()
                paid = self.pay_one()
            except OperationalError as fault:
                log.error("database did not answer", extra={"kind": type(fault.orig).__name__})
                paid = False
            if not paid:
                self._stopping.wait(IDLE.total_seconds())

    def pay_all(self) -> int:
        """Pay everything that is due now; returns how many jobs were taken."""
        taken = 0
        while self.pay_one():
            taken += 1
        return taken

    def pay_one(self) -> bool:
        """Take one job and pay it. False when nothing was due."""
        with self._house.db.writing() as session:
            held = lease(session, at=self._house.now(), lasting=self._lasting)
        if held is None:
            return False
        log.info("job taken", extra={"job": held.job, "attempt": held.attempt})
        try:
            self._pay(held)
        except LeaseLost:
            log.warning("lease lost", extra={"job": held.job})
        except Refused as refusal:
            self._fail(held, refusal.message, for_good=True)
        except PortalError as trouble:
            self._fail(held, f"{type(trouble).__name__}: {trouble.message}")
        except Exception as fault:
            # One bad job must not stop the others. Its text may hold what somebody typed.
            log.exception("job failed", exc_info=None, extra={"kind": type(fault).__name__})
            self._fail(held, f"{type(fault).__name__} at {_where(fault)}")
        return True

    def _pay(self, held: Lease) -> None:
        with _Kept(self._house, held, self._lasting):
            write_down = JOBS[held.job](self._house, held)
        with self._house.db.writing() as session:
            write_down(session)
            if not settle(session, held, at=self._house.now()):
                raise LeaseLost

    def _fail(self, held: Lease, reason: str, *, for_good: bool = False) -> None:
        log.warning("job not paid", extra={"job": held.job, "attempt": held.attempt})
        with self._house.db.writing() as session:
            fail(session, held, reason=reason, at=self._house.now(), for_good=for_good)

    def _beat(self) -> None:
        """Say that we live, and owe this hour's tidying."""
        at = self._house.now()
        if self._last_beat is not None and at - self._last_beat < BEAT_EVERY:
            return
        self._last_beat = at
        with self._house.db.writing() as session:
            beat(session, name=self.name, at=at)
            owe(session, "tidy_up", payload={}, key=f"tidy_up:{at:%Y-%m-%dT%H}", at=at)


class _Kept:
    """Keeps a lease while a long job runs, from a thread of its own."""

    def __init__(self, house: House, held: Lease, lasting: timedelta) -> None:
        self._house, self._held, self._lasting = house, held, lasting
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._done.wait(self._lasting.total_seconds() / 3):
            with self._house.db.writing() as session:
                if not extend(session, self._held, at=self._house.now(), lasting=self._lasting):
                    return


def _where(fault: BaseException) -> str:
    """The innermost line of a fault, without its text."""
    step = fault.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return "unknown"
    return f"{os.path.basename(step.tb_frame.f_code.co_filename)}:{step.tb_lineno}"
