"""The loop that pays what the outbox owes. Killing it at any moment loses nothing: a lease runs
out, and the job is taken again."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from types import FrameType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit.checkpoints import keep_checkpoint
from portal.config import Settings
from portal.dates import LONDON, london_day
from portal.disclosure.commands.addresses import CHANGE_ADDRESS
from portal.disclosure.commands.expiring import expire_releases
from portal.disclosure.commands.offloading import OPEN_COPY
from portal.disclosure.jobs import begin_to_write, delete_release, reopen
from portal.disclosure.offloading import close_copies, open_copy, tidy_copies
from portal.disclosure.packing import pack, sweep_orphaned_releases
from portal.errors import PortalError, Refused
from portal.expiry.commands.forgetting import forget_codes
from portal.expiry.commands.reconciling import LOOK_AT_FILE, owe_look
from portal.expiry.jobs import check_storage, look_at_file
from portal.holds.commands.shutting import CLOSE_COPIES
from portal.holds.jobs import REMIND_OWNERS, delete_footage, remind_owners, week_of
from portal.house import House, Noting
from portal.identity.jobs import delete_proofs, sweep_orphaned_proofs
from portal.letters.commands import PRINT_LETTER
from portal.letters.printing import print_letter, sweep_orphaned_letters
from portal.notifications.asking import ASK_DELIVERY, ask_delivery
from portal.notifications.checkpoint_mail import MAIL_CHECKPOINT, mail_checkpoint
from portal.notifications.commands import SEND_NOTICE
from portal.notifications.sending import send_notice
from portal.outages import UNANSWERED, kind_of_fault, may_be_committed
from portal.outbox.commands import LEASE, Lease, beat, extend, fail, lease, owe, settle
from portal.outbox.models import WorkerHeartbeat
from portal.requests.jobs import (
    DELAY,
    REMIND,
    look_at_the_day,
    preserve,
    remind_one,
    search_again,
    tell_one_of_delay,
)
from portal.requests.jobs import tidy_up as tidy_requests
from portal.sealing import Damaged
from portal.web.attempts import forget_attempts

log = logging.getLogger("portal.worker")

# A job does its slow part outside any transaction, and returns what to write down at the end.
# That and settling the job are one transaction: neither happens without the other.
Job = Callable[[House, Lease], Callable[[Session], object]]

# Longer than any limit on trying looks back, and than any worker goes without a word.
REMEMBERED = timedelta(days=2)


def tidy_up(house: House, held: Lease) -> Callable[[Session], None]:
    """Every hour: forget what nobody came back for, in every room that has such things."""
    forget_drafts, before = tidy_requests(house, held), house.now() - REMEMBERED
    sweep_orphaned_releases(house)
    sweep_orphaned_proofs(house)
    sweep_orphaned_letters(house)
    tidy_copies(house)
    house.vault.storage.sweep_unfinished(before=before)

    def forget(session: Session) -> None:
        forget_drafts(session)
        forget_attempts(session, before=before)
        expire_releases(session, at=house.now())
        forget_codes(session, before=house.now() - timedelta(days=house.settings.draft_days))
        session.execute(sa.delete(WorkerHeartbeat).where(WorkerHeartbeat.at < before))

    return forget


def checkpoint_book(house: House, _held: Lease) -> Callable[[Session], None]:
    """Each quarter of an hour: tell the place outside what the book's head is. Twice does no
    harm."""
    keep_checkpoint(house.db, house.settings, at=house.now())
    return lambda session: None


JOBS: Mapping[str, Job] = {
    SEND_NOTICE: send_notice,
    ASK_DELIVERY: ask_delivery,
    "preserve": preserve,
    "search_again": search_again,
    "pack": pack,
    OPEN_COPY: open_copy,
    CLOSE_COPIES: close_copies,
    PRINT_LETTER: print_letter,
    "reopen": reopen,
    CHANGE_ADDRESS: begin_to_write,
    "delete_release": delete_release,
    "delete_footage": delete_footage,
    "delete_proofs": delete_proofs,
    "tidy_up": tidy_up,
    "check_storage": check_storage,
    LOOK_AT_FILE: look_at_file,
    "checkpoint_book": checkpoint_book,
    MAIL_CHECKPOINT: mail_checkpoint,
    "look_at_the_day": look_at_the_day,
    REMIND: remind_one,
    DELAY: tell_one_of_delay,
    REMIND_OWNERS: remind_owners,
}

IDLE = timedelta(milliseconds=500)
AWAY = timedelta(seconds=2)
BEAT_EVERY = timedelta(seconds=10)
MORNING = time_of_day(8)


class LeaseLost(Exception):
    """Another worker took the job over meanwhile; what this one wrote is rolled back."""


class Worker:
    """Takes one job after another until it is told to stop."""

    def __init__(
        self, house: House, *, lasting: timedelta = LEASE, jobs: Mapping[str, Job] = JOBS
    ) -> None:
        self._house = house
        self._lasting = lasting
        self._jobs = jobs
        self._is_stopping = False
        self._last_beat: datetime | None = None
        self.name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self) -> None:
        """Pay until stopped. A signal lets the job in hand finish first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._is_stopping:
            try:
                self._beat()
                paid = self.pay_one()
            except UNANSWERED as fault:
                log.error("database did not answer", extra={"kind": kind_of_fault(fault)})
                time.sleep(AWAY.total_seconds())
                continue
            if not paid:
                time.sleep(IDLE.total_seconds())

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        # No lock is taken here: the loop might be holding it.
        self._is_stopping = True

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
        except Damaged as damage:
            self._fail(held, damage.message, damaged=damage.key)
        except PortalError as trouble:
            self._fail(held, f"{type(trouble).__name__}: {trouble.message}")
        except Exception as fault:
            # One bad job must not stop the others. Its text may hold what somebody typed.
            log.exception("job failed", exc_info=None, extra={"kind": type(fault).__name__})
            self._fail(held, f"{type(fault).__name__} at {_where(fault)}")
        return True

    def _pay(self, held: Lease) -> None:
        with _Kept(self._house, held, self._lasting, self.name):
            write_down = self._jobs[held.job](self._house, held)
        try:
            with self._house.db.writing() as session:
                write_down(session)
                if not settle(session, held, at=self._house.now()):
                    raise LeaseLost
        except BaseException as fault:
            if isinstance(write_down, Noting) and not may_be_committed(fault):
                write_down.files.forget()
            raise

    def _fail(
        self, held: Lease, reason: str, *, for_good: bool = False, damaged: str | None = None
    ) -> None:
        """Write down that it was not paid; staff are to hear of a file that was `damaged`."""
        log.warning("job not paid", extra={"job": held.job, "attempt": held.attempt})
        at = self._house.now()
        with self._house.db.writing() as session:
            fail(session, held, reason=reason, at=at, for_good=for_good)
            if damaged is not None:
                owe_look(session, key=damaged, at=at)

    def _beat(self) -> None:
        """Say that we live, and owe this hour's tidying and this day's look at every request."""
        at = self._house.now()
        if self._last_beat is not None and at - self._last_beat < BEAT_EVERY:
            return
        self._last_beat = at
        with self._house.db.writing() as session:
            beat(session, name=self.name, at=at)
            owe(session, "tidy_up", payload={}, key=f"tidy_up:{at:%Y-%m-%dT%H}", at=at)
            _owe_checkpoints(session, self._house.settings, at)
            _owe_the_day(session, self._house.settings, at)


def _owe_checkpoints(session: Session, settings: Settings, at: datetime) -> None:
    """Each quarter of an hour to the folder outside, each day to the mailbox, where they are."""
    if settings.checkpoint_folder:
        key = f"checkpoint_book:{at:%Y-%m-%dT%H}:{at.minute // 15}"
        owe(session, "checkpoint_book", payload={}, key=key, at=at)
    if settings.checkpoint_mail_to:
        owe(session, MAIL_CHECKPOINT, payload={}, key=f"{MAIL_CHECKPOINT}:{at:%Y-%m-%d}", at=at)


def _owe_the_day(session: Session, settings: Settings, at: datetime) -> None:
    """Once for each day in London, from the morning on: nobody is woken by a reminder. Rows and
    files are compared once a day too, and once a week those who own holds are reminded."""
    day = london_day(at)
    owe(session, "check_storage", payload={}, key=f"check_storage:{day}", at=at)
    morning = max(at, datetime.combine(day, MORNING, LONDON).astimezone(UTC))
    key = f"look_at_the_day:{day}"
    owe(session, "look_at_the_day", payload={}, key=key, at=at, due_at=morning)
    if settings.hold_owners_email:
        key = f"{REMIND_OWNERS}:{week_of(day)}"
        owe(session, REMIND_OWNERS, payload={}, key=key, at=at, due_at=morning)


class _Kept:
    """Keeps a lease and says that we live while a long job runs, from a thread of its own."""

    def __init__(self, house: House, held: Lease, lasting: timedelta, name: str) -> None:
        self._house, self._held, self._lasting, self._name = house, held, lasting, name
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _keep(self) -> None:
        every = min(self._lasting / 3, BEAT_EVERY)
        while not self._done.wait(every.total_seconds()):
            try:
                if not self._extend():
                    return
            except UNANSWERED as fault:
                # The lease still has time; it is kept when the database is back.
                log.error("database did not answer", extra={"kind": kind_of_fault(fault)})

    def _extend(self) -> bool:
        at = self._house.now()
        with self._house.db.writing() as session:
            beat(session, name=self._name, at=at)
            return extend(session, self._held, at=at, lasting=self._lasting)


def _where(fault: BaseException) -> str:
    """The innermost line of a fault, without its text."""
    step = fault.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return "unknown"
    return f"{Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}"
