"""A hold against everything that lets a recording out, at the same time, on PostgreSQL.

Each race runs in two real threads over connections of their own, with a drawn delay in front of
each statement, so that they cut into each other at another place each time. The book judges: it
numbers deeds in the order in which they were committed. `make race` runs ten thousand.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from portal.app import create_app
from portal.audit.models import AuditEntry
from portal.db import Database
from portal.disclosure.commands import decide, publish, second
from portal.disclosure.commands.handing_over import agree_handover, prepare_handover
from portal.disclosure.exemptions import PublicInterest
from portal.disclosure.models import DownloadLink, FileKind, HandoverWay
from portal.disclosure.queries.decisions import latest
from portal.disclosure.queries.releases import file_of
from portal.disclosure.sending import SendingStopped
from portal.errors import Refused
from portal.house import House
from portal.requests.commands import move
from portal.requests.lifecycle import Event
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import (
    Ready,
    answered,
    decided,
    lift_hold,
    link_of,
    pay_pack,
    place_hold,
    published,
    ready_to_decide,
    release_line,
    seconded,
    sign_in,
    status_of,
)

RACES = int(os.environ.get("RACES", "135"))
SEED = int(os.environ.get("RACE_SEED", "20261122"))
MIB = 1024 * 1024
SMALL, LONG = b"a few pictures " * 100, random.Random(SEED).randbytes(2 * MIB + 1)
# What none may come to once a hold was placed, until it is lifted.
LETS_OUT = {
    "decision.made",
    "decision.seconded",
    "decision.published",
    "release.packed",
    "file.opened",
    "copy.taken",
}
# One statement in so many waits, for so long at most.
WAITING, LONGEST = 0.15, 0.003
# After so many races come new requests: a link gives a file only so often.
FRESH = 100
# What a piece of a file takes over the line, in seconds.
LINE = 0.001
# Within so many times what letting out takes, the hold begins. Packing asks at its end once more.
HOLD_WITHIN = {"pack": 2.0}


class Delays:
    """A wait in front of some statements of a race, drawn from its seed, in each of its threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._own = threading.local()
        event.listen(engine, "before_cursor_execute", self._wait)

    def draw_from(self, chance: random.Random) -> None:
        """From now on this thread waits now and then."""
        self._own.chance = chance

    def _wait(self, *_: object) -> None:
        chance = getattr(self._own, "chance", None)
        if chance is not None and chance.random() < WAITING:
            time.sleep(chance.random() * LONGEST)


@dataclass
class Fetched:
    """An answer to a request for a file: when it was asked for, and when each piece came."""

    asked_at: float
    is_given: bool = False
    pieces: list[tuple[float, int]] = field(default_factory=list)

    def since(self, instant: float) -> int:
        """How many bytes of the file came after an instant. A refusal's page is none."""
        return sum(size for at, size in self.pieces if self.is_given and at > instant)


@dataclass
class Arena:
    """Two requests that are raced again and again: one on its way to the door, one answered."""

    house: House
    moving: Ready
    answered: Ready
    link: DownloadLink
    inside: FlaskClient
    office: FlaskClient
    taken_at: str
    stranger: Callable[[], FlaskClient]
    fetched: list[Fetched] = field(default_factory=list)

    # What lets a recording out: each gets ready, and returns what is raced.

    def decide(self) -> Callable[[], object]:
        return self._decide

    def second(self) -> Callable[[], object]:
        made = decided(self.house, self.moving)
        return lambda: self._do(second, decision_id=made, by=self.moving.staff.seconder)

    def publish(self) -> Callable[[], object]:
        made = seconded(self.house, self.moving)
        return lambda: self._do(publish, decision_id=made, by=self.moving.staff.seconder)

    def pack(self) -> Callable[[], object]:
        made = published(self.house, self.moving)
        return lambda: pay_pack(self.house, made)

    def grant(self) -> Callable[[], object]:
        browser = self.stranger()

        def enter_and_fetch() -> None:
            let_in(browser, self.house, self.link)
            self._fetch(browser, self._path(FileKind.COPY), Range="bytes=0-99")

        return enter_and_fetch

    def stream(self) -> Callable[[], object]:
        return lambda: self._fetch(self.inside, self._path(FileKind.COPY))

    def package(self) -> Callable[[], object]:
        return lambda: self._fetch(self.inside, self._path(FileKind.PACKAGE))

    def letter(self) -> Callable[[], object]:
        return lambda: self._fetch(self.inside, self._path(FileKind.LETTER_HTML))

    def take(self) -> Callable[[], object]:
        return lambda: self._fetch(self.office, self.taken_at, method="POST")

    # What they are made of.

    def _decide(self) -> None:
        self._do(
            decide,
            request_id=self.moving.request_id,
            lines=tuple(release_line(each) for each in self.moving.recording_ids),
            note_to_applicant="",
            interest=PublicInterest(),
            by=self.moving.staff.decider,
        )

    def _do(self, command: Callable[..., object], **given: Any) -> None:
        with self.house.db.writing() as session:
            command(session, **given, at=self.house.now())

    def _path(self, kind: FileKind) -> str:
        return path_of(self.link, file_of(self.link.release, kind).id)

    def _fetch(self, browser: FlaskClient, path: str, method: str = "GET", **headers: str) -> None:
        """Ask for a file as a web server does: piece by piece, and closed at the end."""
        cookie = browser.get_cookie("portal")
        assert cookie is not None
        fetched = Fetched(time.monotonic())
        self.fetched.append(fetched)

        def start(status: str, *_: object) -> Callable[[bytes], object]:
            fetched.is_given = status.startswith(("200", "206"))
            return bytes  # nobody writes this way

        given = [("Cookie", f"portal={cookie.value}"), *headers.items()]
        asked = EnvironBuilder(path, method=method, headers=given)
        body: Any = browser.application(asked.get_environ(), start)
        try:
            for piece in body:
                fetched.pieces.append((time.monotonic(), len(piece)))
                time.sleep(LINE)
        except SendingStopped:
            pass
        finally:
            body.close()

    # What comes after each race.

    def push_on(self) -> None:
        """With the hold in place, everybody tries to go on; then the request stands where it
        stood. Whatever was decided before the hold is stopped on its way."""
        request_id, people = self.moving.request_id, self.moving.staff
        with self.house.db.reading() as session:
            found = latest(session, request_id)
        if (stands := self._stands()) == "publishing" and found is not None:
            pay_pack(self.house, found.id)
        elif stands in ("decided", "seconded"):
            with self.house.db.writing() as session:
                move(
                    session,
                    request_id=request_id,
                    event=Event.SENT_BACK,
                    by=people.seconder,
                    at=self.house.now(),
                )
        elif stands == "answered":
            self._must_stay_shut()
            for happened in (Event.REVIEW_UPHELD, Event.SEARCH_STARTED, Event.SEARCH_FINISHED):
                with self.house.db.writing() as session:
                    move(
                        session,
                        request_id=request_id,
                        event=happened,
                        by=people.decider,
                        at=self.house.now(),
                    )
        assert self._stands() == "reviewing"

    def _must_stay_shut(self) -> None:
        """It was packed before the hold: nothing of it is given to anybody now."""
        link, browser = link_of(self.house, self.moving), self.stranger()
        let_in(browser, self.house, link)
        for file in link.release.files:
            assert browser.get(path_of(link, file.id)).status_code == 409, file.kind

    def _stands(self) -> str:
        return status_of(self.house, self.moving)


CONTESTANTS: dict[str, Callable[[Arena], Callable[[], object]]] = {
    "decide": Arena.decide,
    "second": Arena.second,
    "publish": Arena.publish,
    "pack": Arena.pack,
    "grant": Arena.grant,
    "stream": Arena.stream,
    "package": Arena.package,
    "letter": Arena.letter,
    "take": Arena.take,
}
AT_THE_DOOR = {"grant", "stream", "package", "letter", "take"}


@pytest.fixture
def make_arena(
    make_house: Callable[[Database], House],
    postgres_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Arena]:
    """Call it for two requests that were not raced yet, in one house."""
    draw_no_pdf(monkeypatch)
    house = make_house(postgres_database)
    app = create_app(house)
    app.config["WTF_CSRF_ENABLED"] = False

    def make() -> Arena:
        moving = ready_to_decide(house, contents=[SMALL])
        out = ready_to_decide(house, contents=[LONG])
        link = answered(house, out)
        inside, office = app.test_client(), app.test_client()
        let_in(inside, house, link)
        sign_in(office, house, out.staff.decider)
        taken_at = agreed_handover(house, out, link)
        return Arena(house, moving, out, link, inside, office, taken_at, app.test_client)

    return make


def agreed_handover(house: House, ready: Ready, link: DownloadLink) -> str:
    """Two people have prepared to hand over the copy; returns where a handler takes it."""
    release_id, people, at = link.release_id, ready.staff, house.now()
    way = HandoverWay.IN_PERSON
    with house.db.writing() as session:
        made = prepare_handover(session, release_id=release_id, way=way, by=people.decider, at=at)
        agree_handover(session, handover_id=made.id, by=people.seconder, at=at)
    copy = file_of(link.release, FileKind.COPY)
    page = f"/office/requests/{ready.reference}/release/{release_id}/handover"
    return f"{page}/{made.id}/copies/{copy.id}"


@dataclass
class Race:
    """One race. What lets out takes about `lasting` seconds when nothing stops it, so the hold
    begins before it, while it runs, or, now and then, when it is over."""

    delays: Delays
    chance: random.Random
    lasting: float
    hold_within: float
    faults: list[BaseException] = field(default_factory=list)
    is_refused: bool = False
    committed_at: float = 0.0
    hold_id: Any = None

    def run(self, house: House, recording_id: int, contestant: Callable[[], object]) -> float:
        """Race, and return how long the contestant took."""
        begin, lasted = threading.Barrier(2), [0.0]

        def hold() -> None:
            self.hold_id = place_hold(house, recording_id)
            self.committed_at = time.monotonic()

        def contend() -> None:
            since = time.monotonic()
            try:
                contestant()
            except Refused:
                self.is_refused = True
            lasted[0] = time.monotonic() - since

        both = [
            self._thread(begin, hold, self.hold_within),
            self._thread(begin, contend, self.lasting / 2),
        ]
        for each in both:
            each.start()
        for each in both:
            each.join(60)
            assert not each.is_alive(), "the two wait for each other"
        if self.faults:
            raise self.faults[0]
        return lasted[0]

    def _thread(
        self, begin: threading.Barrier, deed: Callable[[], None], within: float
    ) -> threading.Thread:
        own = random.Random(self.chance.random())

        def run() -> None:
            try:
                self.delays.draw_from(own)
                begin.wait()
                time.sleep(own.random() * within)
                deed()
            except BaseException as fault:
                self.faults.append(fault)

        return threading.Thread(target=run, daemon=True)


def races(count: int) -> Iterator[tuple[str, random.Random]]:
    """Each kind of race in turn, with a chance of its own that the seed decides."""
    names = list(CONTESTANTS)
    for number in range(count):
        yield names[number % len(names)], random.Random(f"{SEED}:{number}")


@pytest.mark.slow
@pytest.mark.postgresql
def test_nothing_is_let_out_once_a_hold_is_placed(
    make_arena: Callable[[], Arena], pytestconfig: pytest.Config
) -> None:
    arena = make_arena()
    house, delays = arena.house, Delays(arena.house.db.engine)
    took, hold_first, overrun = dict.fromkeys(CONTESTANTS, 0.05), Counter[str](), 0
    for number, (name, chance) in enumerate(races(RACES), 1):
        if number % FRESH == 0:
            arena = make_arena()
        arena.fetched.clear()
        contestant = CONTESTANTS[name](arena)
        ready = arena.answered if name in AT_THE_DOOR else arena.moving
        within = HOLD_WITHIN.get(name, 1.2) * took[name]
        race, before = Race(delays, chance, took[name], within), head(house)
        took[name] = max(0.9 * took[name], race.run(house, ready.recording_ids[0], contestant))
        hold_first[name] += not LETS_OUT & set(deeds(house, after=before))
        overrun = max([overrun, *(late_bytes(each, race) for each in arena.fetched)])
        arena.push_on()
        lift_hold(house, race.hold_id)
    assert_the_book_agrees(deeds(house))
    told = ", ".join(f"{name} {hold_first[name]}" for name in CONTESTANTS)
    writer = pytestconfig.get_terminal_writer()
    writer.line(f"\n{RACES} races; the hold came first: {told}; most overrun: {overrun} bytes")
    assert 0 < sum(hold_first.values()) < RACES, "one order alone"
    if RACES >= 1000:
        each = RACES // len(CONTESTANTS)
        assert all(0 < hold_first[name] < each for name in CONTESTANTS), "one order alone"


def head(house: House) -> int:
    """The number of the book's last entry."""
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.max(AuditEntry.sequence))) or 0


def deeds(house: House, *, after: int = 0) -> list[str]:
    """What the book has after an entry, in its order."""
    with house.db.reading() as session:
        found = sa.select(AuditEntry.deed).where(AuditEntry.sequence > after)
        return list(session.scalars(found.order_by(AuditEntry.sequence)))


def late_bytes(fetched: Fetched, race: Race) -> int:
    """The bytes that came after the hold was committed: none when it was asked for later, and
    else the piece that was on its way."""
    late = fetched.since(race.committed_at)
    assert late == 0 or fetched.asked_at < race.committed_at, "begun after the hold"
    assert late <= MIB, f"{late} bytes after the hold"
    return late


def assert_the_book_agrees(noted: list[str]) -> None:
    """Nothing let a recording out between a hold and its end."""
    is_held = False
    for number, deed in enumerate(noted, 1):
        is_held = deed == "hold.placed" or (is_held and deed != "hold.lifted")
        assert not (is_held and deed in LETS_OUT), f"entry {number}: {deed} while it was held"
    assert noted.count("hold.placed") == RACES
