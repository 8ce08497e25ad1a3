"""Workers killed at random while they work, and what a mail server's own record says of it."""

import dataclasses
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from portal.hall import utc_now
from portal.house import House
from portal.notifications.commands import notify
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.models import JobStatus, OutboxJob
from tests.servers.forking import ForkedWorker, WorkerForge
from tests.servers.notify import API_KEY, TEMPLATE_ID, NotifyServer
from tests.servers.programs import environment_of, wait_until
from tests.servers.record import delivery_record
from tests.servers.smtp import ScriptedSmtp

# Long enough that a worker which lives is never thought dead, however busy the machine.
LEASE = 3.0
BACKLOG = 6


def real(house: House, **settings: object) -> House:
    """The house on the real clock, with these settings."""
    changed = dataclasses.replace(house.settings, **settings)  # type: ignore[arg-type]
    return dataclasses.replace(house, settings=changed, now=utc_now)


@dataclasses.dataclass(frozen=True)
class Copy:
    """One message as the receiving side kept it."""

    key: str
    content: bytes


@dataclasses.dataclass(frozen=True)
class Post:
    """A way for e-mail to leave, with a receiving side that fails as real ones do.

    `kept` is its own record, `key_of` how it names an e-mail of ours; `can_be_asked` is whether
    the portal can ask for that.
    """

    name: str
    settings: dict[str, object]
    kept: Callable[[], Sequence[Copy]]
    key_of: Callable[[Notice], str]
    can_be_asked: bool


@contextmanager
def smtp_post(chance: random.Random, *, can_be_asked: bool) -> Iterator[Post]:
    """A mail server; with or without a delivery record that can be asked."""
    server = ScriptedSmtp()
    server.fail_by_chance(chance)
    server.start()
    with ExitStack() as closing:
        closing.callback(server.stop)
        settings: dict[str, object] = {"mail_port": server.port, "mail_seconds": 1}
        if can_be_asked:
            record = delivery_record(lambda: [one.message_id for one in list(server.messages)])
            settings["mail_lookup_url"] = closing.enter_context(record)
        yield Post(
            "SMTP that can be asked" if can_be_asked else "bare SMTP",
            settings,
            lambda: [Copy(one.message_id, one.content) for one in list(server.messages)],
            lambda notice: notice.message_id,
            can_be_asked,
        )


@contextmanager
def notify_post(chance: random.Random) -> Iterator[Post]:
    """The stand-in for GOV.UK Notify."""
    server = NotifyServer()
    server.record.fail_by_chance(chance)
    server.start()
    settings: dict[str, object] = {
        "notify_api_key": API_KEY,
        "notify_template_id": TEMPLATE_ID,
        "notify_url": server.url,
        "mail_seconds": 1,
    }
    try:
        yield Post(
            "GOV.UK Notify",
            settings,
            lambda: [Copy(one.reference or "", one.body.encode()) for one in server.record.taken],
            lambda notice: notice.message_id.strip("<>").partition("@")[0],
            True,
        )
    finally:
        server.stop()


@dataclasses.dataclass
class Toll:
    """What a soak came to, by the record of the receiving side."""

    name: str
    kills: int = 0
    interrupted: int = 0
    e_mails: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    uncounted: int = 0
    different: int = 0

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.kills} kills, {self.interrupted} of them in the middle of a job; "
            f"{self.e_mails} e-mails, {self.refused} refused for good and laid before a person; "
            f"{self.lost} lost, {self.doubled} doubled, of which {self.uncounted} not counted and "
            f"{self.different} not the same"
        )


class Soak:
    """Kills workers of one house while it has e-mails to send."""

    def __init__(
        self, house: House, post: Post, forge: WorkerForge, chance: random.Random, *, workers: int
    ) -> None:
        self._house = real(house, **post.settings)
        self._post, self._forge, self._chance, self._workers = post, forge, chance, workers
        self._owed = 0
        self._lives: list[ForkedWorker] = []
        engine = self._house.db.engine.dialect.name
        self.toll = Toll(f"{post.name}, {workers} worker{'s'[: workers - 1]}, {engine}")

    def run(self, kills: int) -> Toll:
        """Kill so often; let the rest be done in peace; count."""
        living = [self._born() for _ in range(self._workers)]
        for _ in range(kills):
            self._keep_busy()
            dying = living.pop(self._chance.randrange(len(living)))
            wait_until(partial(dying.said, "job taken"))
            time.sleep(self._chance.uniform(0, 0.2))
            dying.kill()
            self.toll.kills += 1
            if not living:
                self._end_leases()
            living.append(self._born())
        wait_until(self._is_all_done)
        for worker in living:
            assert worker.stop() == 0, worker.text()
        self._count()
        return self.toll

    def _born(self) -> ForkedWorker:
        settings = environment_of(self._house.settings, self._house.db.url)
        self._lives.append(self._forge.worker(settings, lease=LEASE))
        return self._lives[-1]

    def _keep_busy(self) -> None:
        """Owe e-mails until enough are due; and let nobody wait for the next try."""
        with self._house.db.writing() as session:
            self._hurry(session)
            is_due = sa.and_(OutboxJob.status == JobStatus.OWED, OutboxJob.job == "send_notice")
            due = session.scalar(sa.select(sa.func.count()).where(is_due)) or 0
            for _ in range(BACKLOG * self._workers - due):
                self._owed += 1
                notify(
                    session,
                    NoticeKind.MESSAGE,
                    to=f"neighbour{self._owed}@example.org",
                    key=f"neighbour:{self._owed}",
                    at=self._house.now(),
                    about="BWV-2222-3333",
                    reference="BWV-2222-3333",
                )

    def _hurry(self, session: sa.orm.Session) -> None:
        """Tries that failed are due again now, and not when patience says: only waits are
        shortened. What is owed for another day stays there."""
        session.execute(
            sa.update(OutboxJob)
            .where(OutboxJob.status == JobStatus.OWED, OutboxJob.attempts > 0)
            .values(due_at=self._house.now())
        )

    def _end_leases(self) -> None:
        """Nobody lives: what the dead held is free at once, and not when its lease runs out."""
        past = self._house.now() - timedelta(seconds=1)
        with self._house.db.writing() as session:
            held = sa.update(OutboxJob).where(OutboxJob.status == JobStatus.LEASED)
            session.execute(held.values(leased_until=past))

    def _is_all_done(self) -> bool:
        with self._house.db.writing() as session:
            self._hurry(session)
            undone = sa.select(sa.func.count()).where(
                OutboxJob.status.in_([JobStatus.OWED, JobStatus.LEASED]),
                sa.or_(OutboxJob.due_at <= self._house.now(), OutboxJob.attempts > 0),
            )
            return not session.scalar(undone)

    def _count(self) -> None:
        copies = Counter(one.key for one in self._post.kept())
        contents: dict[str, set[bytes]] = {}
        for one in self._post.kept():
            contents.setdefault(one.key, set()).add(one.content)
        with self._house.db.reading() as session:
            written = session.scalars(sa.select(Notice)).all()
            settled = sa.select(sa.func.count()).where(OutboxJob.status == JobStatus.SETTLED)
            done = session.scalar(settled) or 0
            shown = sum(session.scalars(sa.select(OutboxJob.unsure)))
        toll, ended = self.toll, done
        for life in self._lives:
            toll.interrupted += life.said("job taken") - life.said("job not paid")
        toll.interrupted -= ended
        assert set(copies) <= {self._post.key_of(notice) for notice in written}
        for notice in written:
            self._judge(notice, copies[self._post.key_of(notice)])
        toll.different = sum(len(each) > 1 for each in contents.values())
        assert shown == sum(notice.deliveries_unsure for notice in written)

    def _judge(self, notice: Notice, copies: int) -> None:
        toll = self.toll
        toll.e_mails += 1
        toll.refused += notice.failed_at is not None
        is_told = notice.delivered_at is not None or notice.failed_at is not None
        toll.lost += not is_told or (copies == 0 and notice.failed_at is None)
        toll.doubled += max(copies - 1, 0)
        toll.uncounted += max(copies - 1 - notice.deliveries_unsure, 0)
