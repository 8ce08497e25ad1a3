"""The whole life of a request, in any order that can be thought of.

A machine draws what people, the worker, the mail server and time do next, and each of it is done
by the portal's own commands. After every step it holds up the four promises that matter most:

- nothing held ever leaves;
- nobody else opens it;
- no e-mail is lost or doubled;
- nothing is altered unnoticed.

`make whole-life` lives a thousand lives; the test run a few.
"""

import hashlib
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from portal.actors import PUBLIC
from portal.app import create_app
from portal.audit.models import AuditEntry
from portal.audit.verify import verify
from portal.db import Database
from portal.disclosure.commands import publish, renew, revoke, send_back
from portal.disclosure.models import DownloadLink, HandoverWay, Release, ReleaseFile
from portal.disclosure.queries.decisions import latest
from portal.disclosure.queries.releases import link_by_id, sources_of
from portal.disclosure.sending import SendingStopped
from portal.errors import PortalError, Upstream
from portal.holds.commands import close_matter, lift, open_matter, place
from portal.holds.models import Hold, Matter
from portal.holds.policy import HoldKind, Level
from portal.house import House
from portal.identity.commands.codes import VISIT_LASTING
from portal.ids import new_id
from portal.notifications.commands import SEND_NOTICE
from portal.notifications.models import Notice
from portal.notifications.sending import send_notice
from portal.notifications.transport import Letterhead
from portal.outbox.commands import Lease, owe
from portal.outbox.models import JobStatus, OutboxJob
from portal.recordings.kinds import CandidateStatus
from portal.recordings.models import Candidate, Recording
from portal.requests.commands import move, receive
from portal.requests.commands.finding import confirm_candidate, reject_candidate
from portal.requests.commands.proving import Known, accept_identity
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.lifecycle import Event
from portal.worker import JOBS, Worker
from tests.conftest import Clock
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, take_in
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import (
    HAPPENED_AT,
    HOLD_OWNER,
    Ready,
    decided,
    hand_over,
    held_line,
    release_line,
    second_it,
    staff,
    withhold_line,
)

LIVES = int(os.environ.get("LIVES", "12"))
STEPS = int(os.environ.get("STEPS", "30"))
MIB = 1024 * 1024
# Each recording's video; the first is longer than the piece that is sent at a time.
CONTENTS = (random.Random(1).randbytes(MIB + 4321), b"the second " * 50, b"the third " * 50)
MOST_REQUESTS = 3
one_of = st.integers(0, 10_000)


class Post:
    """A mail server that can be asked what it has, and whose line breaks when it is told to."""

    def __init__(self) -> None:
        self.taken: list[Letterhead] = []
        self.breaks: list[str] = []

    def already_has(self, letterhead: Letterhead, *, at: datetime) -> bool:
        return any(each.message_id == letterhead.message_id for each in self.taken)

    def send(self, letterhead: Letterhead) -> None:
        trouble = self.breaks.pop() if self.breaks else ""
        if trouble != "before":
            self.taken.append(letterhead)
        if trouble:
            raise Upstream("the line broke")

    def fate(self, letterhead: Letterhead) -> None:
        return None


@dataclass
class World:
    """A portal with three recordings and nobody's request yet."""

    house: House
    clock: Clock
    app: Flask
    post: Post
    recordings: tuple[int, ...]

    @property
    def worker(self) -> Worker:
        def send(house: House, held: Lease) -> Callable[[Any], object]:
            return send_notice(house, held, self.post)

        return Worker(self.house, jobs={**JOBS, SEND_NOTICE: send})


@dataclass
class Door:
    """A link as its applicant and strangers come to it, and when the applicant last showed who
    they are."""

    request_id: UUID
    client: FlaskClient
    entered_at: datetime | None = None


@dataclass
class Lives:
    """What the machine itself knows: it never asks the portal what it should allow."""

    asked: dict[UUID, Ready] = field(default_factory=dict)
    matters: dict[UUID, set[tuple[int, UUID]]] = field(default_factory=dict)
    doors: dict[UUID, Door] = field(default_factory=dict)
    shut: set[UUID] = field(default_factory=set)
    owed: Counter[str] = field(default_factory=Counter)
    decided: list[UUID] = field(default_factory=list)

    def is_held(self, recording_ids: Iterable[int]) -> bool:
        held = {number for holds in self.matters.values() for number, _ in holds}
        return bool(held & set(recording_ids))


class WholeLife(RuleBasedStateMachine):
    """What may happen next, and what must be true after it."""

    make_world: Callable[[], World]
    seen: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.world = self.make_world()
        self.house, self.known = self.world.house, Lives()
        self.book: list[str] = []
        self.turn = 0

    @initialize(is_answered=st.booleans())
    def life_begins(self, is_answered: bool) -> None:
        """Somebody has asked; half the time they have their answer, and are at the door. The
        matter that will want their video is open."""
        self.a_matter_opens(HoldKind.INVESTIGATION)
        self.somebody_asks(wide=True)
        if is_answered:
            self.it_goes_all_the_way(0, careless=True)
            self.they_show_who_they_are(0)

    # People ask, and are dealt with

    @precondition(lambda self: len(self.known.asked) < MOST_REQUESTS)
    @rule(wide=st.booleans())
    def somebody_asks(self, wide: bool) -> None:
        request_id, at = new_id(), self.house.now()
        with self.house.db.writing() as session:
            made = receive(
                session,
                request_id=request_id,
                intake=intake(len(self.known.asked), wide=wide),
                received_at=at,
                by=PUBLIC,
                at=at,
            )
            people = staff(session, at=at)
        self.known.asked[request_id] = Ready(request_id, made.reference, (), people, ())
        self.known.owed["acknowledgement"] += 1

    @precondition(lambda self: self.known.asked)
    @rule(which=one_of)
    def their_identity_is_accepted(self, which: int) -> None:
        ready = self._one(which)
        self._try(
            accept_identity,
            request_id=ready.request_id,
            by=ready.staff.decider,
            known=Known.ESTABLISHED,
        )

    @precondition(lambda self: self.known.asked)
    @rule(which=one_of, is_theirs=st.lists(st.booleans(), min_size=3, max_size=3))
    def their_video_is_looked_for(self, which: int, is_theirs: list[bool]) -> None:
        ready = self._one(which)
        for event in (Event.SEARCH_STARTED, Event.SEARCH_FINISHED):
            if event is Event.SEARCH_FINISHED:
                self._judge(ready, is_theirs)
            self._try(move, request_id=ready.request_id, event=event, by=ready.staff.decider)

    def _judge(self, ready: Ready, is_theirs: list[bool]) -> None:
        with self.house.db.reading() as session:
            proposed = session.execute(
                sa.select(Candidate.id, Candidate.recording_id).where(
                    Candidate.request_id == ready.request_id,
                    Candidate.status == CandidateStatus.PROPOSED,
                )
            ).all()
        for candidate_id, recording_id in proposed:
            judge = (
                confirm_candidate
                if is_theirs[self.world.recordings.index(recording_id)]
                else reject_candidate
            )
            self._try(
                judge,
                request_id=ready.request_id,
                candidate_id=candidate_id,
                why="Seen.",
                by=ready.staff.decider,
            )

    @precondition(lambda self: self.known.asked)
    @rule(which=one_of, careless=st.booleans(), withheld=one_of)
    def it_is_decided(self, which: int, careless: bool, withheld: int) -> None:
        """Someone careless releases everything; else a line for each as the holds want it."""
        ready = self._one(which)
        numbers = self._confirmed(ready)
        lines = [
            held_line(self.house, ready, number)
            if self.known.is_held([number]) and not careless
            else withhold_line(number)
            if withheld % 5 == number % 5 and not careless
            else release_line(number)
            for number in numbers
        ]
        try:
            decided(self.house, ready, lines)
        except PortalError:
            return
        assert not (careless and self.known.is_held(numbers)), "a held recording was released"
        if ready.request_id not in self.known.decided:
            self.known.decided.append(ready.request_id)

    @precondition(lambda self: self.known.decided)
    @rule(which=one_of)
    def it_is_seconded(self, which: int) -> None:
        ready = self._decided_one(which)
        with suppress(PortalError):
            second_it(self.house, ready, self._decision(ready))

    @precondition(lambda self: self.known.decided)
    @rule(which=one_of)
    def it_is_sent_back(self, which: int) -> None:
        ready = self._decided_one(which)
        self._try(
            send_back,
            decision_id=self._decision(ready),
            why="Look again.",
            by=ready.staff.seconder,
        )

    @precondition(lambda self: self.known.decided)
    @rule(which=one_of)
    def it_is_published(self, which: int) -> None:
        ready = self._decided_one(which)
        self._try(publish, decision_id=self._decision(ready), by=ready.staff.seconder)

    @precondition(lambda self: self.known.asked)
    @rule(which=one_of, careless=st.booleans())
    def it_goes_all_the_way(self, which: int, careless: bool) -> None:
        """The usual road at one go, so that lives get somewhere."""
        self.their_identity_is_accepted(which)
        self.the_worker_works()
        self.their_video_is_looked_for(which, [True, True, True])
        self.it_is_decided(which, careless, 0)
        ready = self._one(which)
        if ready.request_id in self.known.decided:
            number = self.known.decided.index(ready.request_id)
            self.it_is_seconded(number)
            self.it_is_published(number)
        self.the_worker_works()

    @precondition(lambda self: self.known.asked)
    @rule(which=one_of)
    def they_withdraw(self, which: int) -> None:
        ready = self._one(which)
        if self._try(withdraw, request_id=ready.request_id, by=PUBLIC):
            self.known.owed["withdrawn"] += 1

    # Holds

    @precondition(lambda self: len(self.known.matters) < 3)
    @rule(kind=st.sampled_from(list(HoldKind)))
    def a_matter_opens(self, kind: HoldKind) -> None:
        with self.house.db.writing() as session:
            made = open_matter(
                session,
                reference=f"CR/{len(self.known.matters)}/{new_id().hex[:6]}",
                kind=kind,
                by=HOLD_OWNER,
                at=self.house.now(),
            )
            self.known.matters[made.id] = set()

    @precondition(lambda self: self.known.matters)
    @rule(
        which=one_of,
        recording=st.sampled_from(range(3)),
        level=st.sampled_from([Level.OPEN, Level.LIMITED, Level.NEITHER_CONFIRM_NOR_DENY]),
    )
    def a_hold_is_placed(self, which: int, recording: int, level: Level) -> None:
        matter_id = self._matter(which)
        number = self.world.recordings[recording]
        with self.house.db.writing() as session:
            made = place(
                session,
                recording_id=number,
                matter=session.get_one(Matter, matter_id),
                kind=HoldKind.INVESTIGATION,
                level=level,
                reason="It shows what happened.",
                by=HOLD_OWNER,
                at=self.house.now(),
            )
            self.known.matters[matter_id].add((number, made.id))

    @precondition(lambda self: any(self.known.matters.values()))
    @rule(which=one_of)
    def a_hold_is_lifted(self, which: int) -> None:
        placed = [(m, each) for m, holds in self.known.matters.items() for each in sorted(holds)]
        matter_id, (number, hold_id) = placed[which % len(placed)]
        with self.house.db.writing() as session:
            hold = session.get_one(Hold, hold_id)
            lift(session, hold=hold, why="Not needed.", by=HOLD_OWNER, at=self.house.now())
        self.known.matters[matter_id].remove((number, hold_id))

    @precondition(lambda self: self.known.matters)
    @rule(which=one_of)
    def a_matter_closes(self, which: int) -> None:
        matter_id = self._matter(which)
        with self.house.db.writing() as session:
            close_matter(
                session,
                matter=session.get_one(Matter, matter_id),
                why="It is over.",
                by=HOLD_OWNER,
                at=self.house.now(),
            )
        del self.known.matters[matter_id]

    # The worker, the mail and time

    @rule()
    def the_worker_works(self) -> None:
        self.world.worker.pay_all()
        self._find_doors()

    @rule(breaks=st.lists(st.sampled_from(["before", "after"]), max_size=3))
    def the_line_breaks(self, breaks: list[str]) -> None:
        self.world.post.breaks = breaks

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 7, 24 * 32]))
    def time_passes(self, hours: int) -> None:
        self.world.clock.forward(hours=hours, minutes=1)
        at = self.house.now()
        with self.house.db.writing() as session:
            owe(session, "tidy_up", payload={}, key=f"tidy_up:{at:%Y-%m-%dT%H}", at=at)

    # At the door

    @precondition(lambda self: self.known.doors)
    @rule(which=one_of)
    def they_show_who_they_are(self, which: int) -> None:
        link_id = self._link_id(which)
        door = self.known.doors[link_id]
        let_in(door.client, self.house, self._link(link_id))
        door.entered_at = self.house.now()

    @precondition(lambda self: self.known.doors)
    @rule(which=one_of, file=one_of, first=st.integers(0, 300))
    def they_collect(self, which: int, file: int, first: int) -> None:
        link = self._link(self._link_id(which))
        self._collect(link, link.release.files[file % len(link.release.files)], first)

    @precondition(lambda self: self.known.doors and self.known.matters)
    @rule(which=one_of, matter=one_of)
    def a_hold_comes_while_they_collect(self, which: int, matter: int) -> None:
        """Whoever has had one piece of a video gets no second."""
        link_id = self._link_id(which)
        link = self._link(link_id)
        long = [f for f in link.release.files if f.recording_id == self.world.recordings[0]]
        if not long or not self._may_collect(link, long[0]):
            return
        answer = self.known.doors[link_id].client.get(path_of(link, long[0].id), buffered=False)
        pieces = iter(answer.iter_encoded())
        size = len(next(pieces))
        self.a_hold_is_placed(matter, 0, Level.OPEN)
        try:
            size += sum(map(len, pieces))
        except SendingStopped:
            pass
        finally:
            answer.close()
        assert size <= MIB
        self.seen["cut"] += 1

    @precondition(lambda self: self.known.doors)
    @rule(which=one_of, way=st.sampled_from(list(HandoverWay)))
    def copies_are_handed_over(self, which: int, way: HandoverWay) -> None:
        """Two people hand the copies over, unless one of them is held."""
        link = self._link(self._link_id(which))
        ready = self.known.asked[link.release.request_id]
        try:
            hand_over(self.house, ready, link.release_id, way=way)
        except PortalError:
            return
        copies = [file for file in link.release.files if file.recording_id is not None]
        assert not any(self.known.is_held(sources_of(link.release, file)) for file in copies)
        self.seen["handed over"] += 1

    @precondition(lambda self: self.known.doors)
    @rule(which=one_of)
    def they_say_it_was_not_them(self, which: int) -> None:
        link_id = self._link_id(which)
        if self._try(revoke, link_id=link_id, why="This was not me.", by=PUBLIC):
            self.known.owed["link_revoked"] += link_id not in self.known.shut
            self.known.shut.add(link_id)

    @precondition(lambda self: self.known.doors)
    @rule(which=one_of, by_applicant=st.booleans())
    def they_are_given_a_new_link(self, which: int, by_applicant: bool) -> None:
        link_id = self._link_id(which)
        link = self._link(link_id)
        by = PUBLIC if by_applicant else self.known.asked[link.release.request_id].staff.decider
        before = {each for each in self.known.doors if self._release_id(each) == link.release_id}
        if self._try(renew, release_id=link.release_id, days=28, by=by):
            self.known.shut |= before
            self._find_doors()

    # What must be true

    @precondition(lambda self: self.known.doors)
    @invariant()
    def nothing_held_leaves(self) -> None:
        """An applicant tries to collect a file of theirs: each in turn."""
        self.turn += 1
        link, file = self._in_turn()
        self._collect(link, file, 0)

    @precondition(lambda self: self.known.doors)
    @invariant()
    def nobody_else_opens_it(self) -> None:
        """Neither a stranger nor the applicant of another request gets a byte."""
        link, file = self._in_turn()
        mine = self.known.doors[link.id].request_id
        others = [door.client for door in self.known.doors.values() if door.request_id != mine]
        for client in (self.world.app.test_client(), *others[:1]):
            for path in (path_of(link, file.id), f"/f/{link.selector}/letter"):
                assert client.get(path).status_code == 404

    @invariant()
    def no_mail_is_doubled(self) -> None:
        doubled = Counter(each.message_id for each in self.world.post.taken)
        assert not doubled or doubled.most_common(1)[0][1] == 1

    @invariant()
    def nothing_is_altered(self) -> None:
        """The book is whole, and has what it had, in its order; the masters are what they were."""
        with self.house.db.reading() as session:
            verdict = verify(session, ())
            hashes = list(session.scalars(sa.select(AuditEntry.hash).order_by(AuditEntry.sequence)))
        assert verdict.is_whole, verdict.reason
        assert hashes[: len(self.book)] == self.book
        self.book = hashes
        for number, content in enumerate(CONTENTS):
            assert self.house.footage.path_of(f"{number}.mp4").read_bytes() == content

    def teardown(self) -> None:
        """In the end the line is mended, and every e-mail has come once: as many as are owed."""
        self.world.post.breaks = []
        while self._owes_mail():
            self.world.worker.pay_all()
            self.world.clock.forward(hours=1)
        self._find_doors()
        with self.house.db.reading() as session:
            notices = session.scalars(sa.select(Notice)).all()
            dead = session.scalars(
                sa.select(OutboxJob.job).where(OutboxJob.status == JobStatus.DEAD)
            ).all()
        assert dead == []
        assert {each.message_id for each in self.world.post.taken} == {
            each.message_id for each in notices
        }
        self.no_mail_is_doubled()
        kinds = Counter(each.kind.value for each in notices)
        assert kinds["answer_ready"] == len(self.known.doors)
        for kind, count in self.known.owed.items():
            assert kinds[kind] == count, kind
        self.nothing_is_altered()

    # What the rules are made of

    def _owes_mail(self) -> bool:
        owed = sa.select(OutboxJob.id).where(
            OutboxJob.job == SEND_NOTICE,
            OutboxJob.status.in_([JobStatus.OWED, JobStatus.LEASED]),
        )
        with self.house.db.reading() as session:
            return session.scalar(owed.limit(1)) is not None

    def _one(self, which: int) -> Ready:
        return list(self.known.asked.values())[which % len(self.known.asked)]

    def _matter(self, which: int) -> UUID:
        return list(self.known.matters)[which % len(self.known.matters)]

    def _link_id(self, which: int) -> UUID:
        return list(self.known.doors)[which % len(self.known.doors)]

    def _in_turn(self) -> tuple[DownloadLink, ReleaseFile]:
        link = self._link(self._link_id(self.turn))
        return link, link.release.files[self.turn // 2 % len(link.release.files)]

    def _decided_one(self, which: int) -> Ready:
        return self.known.asked[self.known.decided[which % len(self.known.decided)]]

    def _decision(self, ready: Ready) -> UUID:
        with self.house.db.reading() as session:
            found = latest(session, ready.request_id)
        assert found is not None
        return found.id

    def _confirmed(self, ready: Ready) -> list[int]:
        with self.house.db.reading() as session:
            return list(
                session.scalars(
                    sa.select(Candidate.recording_id)
                    .where(
                        Candidate.request_id == ready.request_id,
                        Candidate.status == CandidateStatus.CONFIRMED,
                    )
                    .order_by(Candidate.recording_id)
                )
            )

    def _try(self, command: Callable[..., object], **given: Any) -> bool:
        """Whether the portal did it: what does not fit where a request stands, it refuses."""
        try:
            with self.house.db.writing() as session:
                command(session, **given, at=self.house.now())
        except PortalError:
            return False
        return True

    def _find_doors(self) -> None:
        """The links that were e-mailed since the machine last looked."""
        with self.house.db.reading() as session:
            found = session.execute(
                sa.select(DownloadLink.id, Release.request_id)
                .join(Release, Release.id == DownloadLink.release_id)
                .order_by(DownloadLink.made_at)
            ).all()
        for link_id, request_id in found:
            if link_id not in self.known.doors:
                self.known.doors[link_id] = Door(request_id, self.world.app.test_client())

    def _release_id(self, link_id: UUID) -> UUID:
        return self._link(link_id).release_id

    def _link(self, link_id: UUID) -> DownloadLink:
        with self.house.db.reading() as session:
            found = link_by_id(session, link_id)
        assert found is not None
        return found

    def _may_collect(self, link: DownloadLink, file: ReleaseFile) -> bool:
        """What the machine says, from what it did itself."""
        at, door = self.house.now(), self.known.doors[link.id]
        is_here = door.entered_at is not None and at < door.entered_at + VISIT_LASTING
        is_over = link.id in self.known.shut or at >= link.expires_at
        return is_here and not is_over and not self.known.is_held(sources_of(link.release, file))

    def _collect(self, link: DownloadLink, file: ReleaseFile, first: int) -> None:
        ranged = {"Range": f"bytes={first}-{first + 99}"} if file.size > first + 100 else {}
        with self.known.doors[link.id].client.get(path_of(link, file.id), headers=ranged) as answer:
            is_given, content = answer.status_code in (200, 206), answer.data
        assert is_given == self._may_collect(link, file), (answer.status_code, file.kind)
        is_held = self.known.is_held(sources_of(link.release, file))
        self.seen["given" if is_given else "held" if is_held else "shut"] += 1
        if is_given and file.recording_id is not None:
            master = CONTENTS[self.world.recordings.index(file.recording_id)]
            assert content == (master[first : first + 100] if ranged else master)


def intake(number: int, *, wide: bool) -> Intake:
    """Somebody who was there: near all three recordings, or near the first two."""
    return Intake(
        about=AboutWhom.ME,
        applicant=ApplicantDetails(name=f"Applicant {number}", email=f"a{number}@example.org"),
        sighting=Sighting(
            earliest_at=HAPPENED_AT,
            latest_at=HAPPENED_AT + timedelta(minutes=50 if wide else 25),
            said_time="in the afternoon",
            place="Marlow Street",
            what_happened="I was searched.",
            latitude=LATITUDE,
            longitude=LONGITUDE,
            radius_m=150,
        ),
    )


@pytest.fixture
def make_world(
    make_sqlite_database: Callable[[], Database],
    make_house: Callable[[Database], House],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], World]:
    draw_no_pdf(monkeypatch)
    begun_at, apps = clock.at, list[Flask]()

    def make() -> World:
        clock.at = begun_at
        house = make_house(make_sqlite_database())
        if not apps:
            apps.append(create_app(house))
        # One application serves all lives: making one takes as long as a short life.
        apps[0].extensions["portal"] = house
        apps[0].config["WTF_CSRF_ENABLED"] = False
        take_in(house.db, *lines(house), at=begun_at)
        with house.db.writing() as session:
            numbers = session.scalars(sa.select(Recording.id).order_by(Recording.source_id)).all()
        return World(house, clock, apps[0], Post(), tuple(numbers))

    return make


def lines(house: House) -> Iterable[str]:
    """Three recordings at one place, twenty minutes after each other."""
    for number, content in enumerate(CONTENTS):
        house.footage.path_of(f"{number}.mp4").write_bytes(content)
        yield line(
            f"REC-{number}",
            HAPPENED_AT + timedelta(minutes=20 * number),
            media=f"{number}.mp4",
            sha256=hashlib.sha256(content).hexdigest(),
        )


@pytest.mark.slow
def test_the_promises_hold_through_a_whole_life(make_world: Callable[[], World]) -> None:
    class Life(WholeLife):
        seen = Counter[str]()

    Life.make_world = staticmethod(make_world)
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="LIVES" not in os.environ,
            # To shorten a life that fails takes longer than to read it.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    assert all(Life.seen[what] for what in ("given", "held")), Life.seen
