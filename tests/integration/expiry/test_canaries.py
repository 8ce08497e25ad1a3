"""Two hundred canaries go through a whole life, and when its time is over none of them is left.

A canary is a word that stands nowhere else: in each field that a person or a handler can fill, in
each file that is sent or made. Before the end all of them are there, or this would prove nothing.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, PUBLIC
from portal.db import Database
from portal.disclosure.commands import decide, publish, revoke, second
from portal.disclosure.exemptions import Line
from portal.expiry.commands.forgetting import Run, forget_requests
from portal.expiry.commands.reconciling import reconcile
from portal.expiry.models import ForgottenRequest
from portal.holds.commands import run_retention
from portal.holds.models import Hold
from portal.house import House
from portal.identity.authority import Acting
from portal.identity.commands.proofs import receive_proof
from portal.identity.proof import ProofKind
from portal.identity.viewing import sealed_file
from portal.ids import new_id
from portal.office.models import Handler
from portal.recordings.kinds import Category
from portal.recordings.models import Candidate
from portal.requests.commands.drafting import keep_answer, save_for_later
from portal.requests.commands.messaging import write_to_applicant, write_to_us
from portal.requests.commands.moving import move
from portal.requests.commands.receiving import receive
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import (
    AboutWhom,
    ApplicantDetails,
    Channel,
    Intake,
    RepresentativeDetails,
    Sighting,
    Wishes,
)
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest, RequestDraft
from portal.reviews.commands.answering import Finding, answer
from portal.reviews.commands.asking import ask_to_look_again
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.worker import Worker, tidy_up
from tests.conftest import Clock
from tests.factories.disclosure import (
    HAPPENED_AT,
    WEIGHED,
    Ready,
    confirm,
    lease_of,
    link_of,
    pay_pack,
    place_hold,
    recording,
    release_line,
    staff,
    withhold_line,
)
from tests.factories.reviews import reviewers
from tests.servers.postgres import PostgresForTests

KEPT_FOR = timedelta(days=730)
AT_LEAST = 200
Dump = Callable[[], bytes]


class Cage:
    """Hands out canaries, and remembers what each was given for."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.in_files: dict[str, str] = {}

    def word(self, what: str) -> str:
        """A canary for something that a row keeps."""
        made = f"canary{len(self.words) + len(self.in_files):03d}q{new_id().hex[:8]}"
        self.words[made] = what
        return made

    def in_file(self, what: str) -> str:
        """A canary for something that only a file holds."""
        made = self.word(what)
        self.in_files[made] = self.words.pop(made)
        return made

    def found_in(self, content: bytes) -> set[str]:
        """What those canaries were given for that are in there."""
        everything = {**self.words, **self.in_files}
        return {what for canary, what in everything.items() if canary.encode() in content}


@pytest.fixture
def cage() -> Cage:
    """An empty cage."""
    return Cage()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def kept(
    request: pytest.FixtureRequest, make_house: Callable[[Database], House]
) -> Iterator[tuple[House, Dump]]:
    """A house, and a way to have everything that is in its database."""
    if request.param == "sqlite":
        database: Database = request.getfixturevalue("sqlite_database")
        yield make_house(database), lambda: vacuumed(database)
        return
    server: PostgresForTests = request.getfixturevalue("postgres_server")
    database = request.getfixturevalue("postgres_database")
    yield make_house(database), lambda: server.dump(database.url)


def vacuumed(database: Database) -> bytes:
    """The bytes of a SQLite database's files, once what was deleted has left them."""
    path = Path(str(database.engine.url.database))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


class Person:
    """Somebody who asks, whose every word is a canary."""

    def __init__(self, cage: Cage, name: str) -> None:
        self._cage, self._name = cage, name

    def word(self, what: str) -> str:
        return self._cage.word(f"{self._name}: {what}")

    def intake(self) -> Intake:
        word = self.word
        return Intake(
            AboutWhom.ME,
            ApplicantDetails(
                word("name"), f"{word('e-mail')}@example.org", word("phone"), word("address")
            ),
            Sighting(
                earliest_at=HAPPENED_AT - timedelta(minutes=30),
                latest_at=HAPPENED_AT + timedelta(minutes=30),
                said_time=word("time"),
                place=word("place"),
                what_happened=word("what happened"),
                shoulder_number=word("number"),
                incident_reference=word("incident"),
                crime_reference=word("crime"),
                custody_number=word("custody"),
                vehicle=word("vehicle"),
                appearance=word("looks"),
            ),
            Wishes(
                safe_contact=word("safe contact"),
                language=word("language"),
                adjustments=word("adjustments"),
            ),
            RepresentativeDetails(
                word("who acts"),
                word("relationship"),
                word("firm"),
                Acting.SOLICITOR,
                word("firm's number"),
            ),
        )


def send(house: House, cage: Cage, name: str) -> UUID:
    """Somebody asks, sends a proof, writes, and is written to."""
    person, request_id, at = Person(cage, name), new_id(), house.now()
    title = cage.in_file(f"{name}: proof")
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Title"] = title
    content = BytesIO()
    document.save(content)
    content.seek(0)
    with (
        sealed_file(house, name=f"{cage.in_file(f'{name}: its name')}.pdf", source=content) as file,
        house.db.writing() as session,
    ):
        by = staff(session, at=at).decider
        made = receive(
            session,
            request_id=request_id,
            intake=person.intake(),
            received_at=at,
            by=PUBLIC,
            at=at,
        )
        receive_proof(
            session,
            subject_id=request_id,
            kind=ProofKind.PASSPORT,
            file=file,
            by=PUBLIC,
            at=at,
        )
        made.identity_accepted_at = made.authority_accepted_at = at
        write_to_us(session, request_id=request_id, body=person.word("to us"), by=PUBLIC, at=at)
        write_to_applicant(
            session, request_id=request_id, body=person.word("from us"), by=by, at=at
        )
    return request_id


def answered(house: House, cage: Cage, name: str, *, withheld: bool = False) -> Ready:
    """Somebody asks and is answered: with a copy, or with the reasons why there is none."""
    request_id, at = send(house, cage, name), house.now()
    content = cage.in_file(f"{name}: video").encode() * 200
    with house.db.writing() as session:
        people = staff(session, at=at)
        found = [recording(house, session, content=content)]
        confirm(session, request_id, found, at=at)
        seen = session.scalars(sa.select(Candidate).where(Candidate.request_id == request_id)).one()
        seen.reasons = [cage.word(f"{name}: reason for the match")]
        for event in (Event.SEARCH_STARTED, Event.SEARCH_FINISHED):
            move(session, request_id=request_id, event=event, by=people.decider, at=at)
        reference = session.get_one(FootageRequest, request_id).reference
    ready = Ready(request_id, reference, (found[0].id,), people, (content,))
    pay_pack(house, _published(house, cage, name, ready, withheld=withheld))
    return ready


def _published(house: House, cage: Cage, name: str, ready: Ready, *, withheld: bool) -> UUID:
    at, people = house.now(), ready.staff
    line = release_line(ready.recording_ids[0])
    if withheld:
        line = withhold_line(ready.recording_ids[0])
        told = {
            question: cage.word(f"{name}: {question}") if words == "A child is in it." else words
            for question, words in line.answers.items()
        }
        line = Line(line.recording_id, line.outcome, line.ground, told)
    with house.db.writing() as session:
        made = decide(
            session,
            request_id=ready.request_id,
            lines=(line,),
            note_to_applicant=cage.word(f"{name}: note"),
            interest=WEIGHED,
            by=people.decider,
            at=at,
        )
        second(session, decision_id=made.id, by=people.seconder, at=at)
        publish(session, decision_id=made.id, by=people.seconder, at=at)
        return made.id


def look_again(house: House, cage: Cage, ready: Ready, name: str) -> None:
    """They complain, and are answered."""
    by = reviewers(house)
    with house.db.writing() as session:
        made = ask_to_look_again(
            session,
            request_id=ready.request_id,
            kind=ReviewKind.COMPLAINT,
            words=cage.word(f"{name}: complaint"),
            channel=Channel.ONLINE,
            received_at=house.now(),
            by=PUBLIC,
            at=house.now(),
        )
        why, what = cage.word(f"{name}: review"), cage.word(f"{name}: what changes")
        answer(
            session,
            review_id=made.id,
            finding=Finding(ReviewOutcome.NOT_UPHELD, why, what),
            by=by.officer,
            at=house.now(),
        )


def draft(house: House, cage: Cage, name: str) -> None:
    """Somebody begins, saves it for later, sends a proof, and never comes back."""
    word, at = Person(cage, name).word, house.now()
    with house.db.writing() as session:
        for question in ("name", "address", "what-happened", "phone"):
            keep_answer(
                session,
                browser=name,
                question=question,
                answer={"text": word(question)},
                draft_days=house.settings.draft_days,
                at=at,
            )
        made = save_for_later(
            session,
            browser=name,
            email=f"{word('e-mail')}@example.org",
            draft_days=house.settings.draft_days,
            at=at,
        )
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Title"] = cage.in_file(f"{name}: proof")
    content = BytesIO()
    document.save(content)
    content.seek(0)
    with (
        sealed_file(house, name="photo.pdf", source=content) as file,
        house.db.writing() as session,
    ):
        receive_proof(
            session,
            subject_id=made.id,
            kind=ProofKind.PASSPORT,
            file=file,
            by=PUBLIC,
            at=at,
        )


def live(house: House, cage: Cage) -> None:
    """Ten people, and all that happens to them."""
    for name in ("Ada", "Bea", "Cyd"):
        ready = answered(house, cage, name)
        look_again(house, cage, ready, name)
        with house.db.writing() as session:
            revoke(
                session,
                link_id=link_of(house, ready).id,
                why=cage.word(f"{name}: why revoked"),
                by=ready.staff.decider,
                at=house.now(),
            )
    for name in ("Dov", "Eve"):
        answered(house, cage, name, withheld=True)
    for name in ("Fay", "Gus"):
        request_id = send(house, cage, name)
        with house.db.writing() as session:
            withdraw(session, request_id=request_id, by=PUBLIC, at=house.now())
    for name in ("Hal", "Ivy", "Jon"):
        draft(house, cage, name)


# What the rules keep: the book and the catalogue's rows, the matter and its hold, who the staff
# are. None of it is about whoever asks (see docs/retention.md).
KEPT = {"the camera", "the officer's number", "the recording's number", "why it is held", "staff"}


def keep(house: House, cage: Cage) -> None:
    """What is kept for good."""
    with house.db.writing() as session:
        row = recording(
            house,
            session,
            source_id=cage.word("the recording's number"),
            camera=cage.word("the camera"),
            shoulder_number=cage.word("the officer's number"),
            category=Category.EVIDENTIAL,
        )
    hold_id = place_hold(house, row.id)
    with house.db.writing() as session:
        session.get_one(Hold, hold_id).reason = cage.word("why it is held")
        handler = session.scalars(sa.select(Handler).limit(1)).one()
        handler.name = cage.word("staff")


def tidy(house: House) -> None:
    finish = tidy_up(house, lease_of(new_id()))
    with house.db.writing() as session:
        finish(session)
    Worker(house).pay_all()


def end(house: House, clock: Clock) -> None:
    """What runs by schedule, for three years."""
    for _ in range(12):
        clock.forward(days=92)
        tidy(house)
    run_retention(
        house.db, retention=timedelta(days=31), by=COMMAND_LINE, now=house.now, really=True
    )
    forget_requests(Run(house.db, KEPT_FOR, COMMAND_LINE, house.now()))
    tidy(house)


def plain_files(house: House) -> bytes:
    """Every file there is: the sealed ones both as they lie there and opened."""
    folders = (house.settings.data_folder, house.settings.footage_folder)
    lying = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    opened = []
    keys = list(house.vault.storage.keys())
    for key in keys:
        with house.vault.sealer.open(house.vault.storage.open(key)) as sealed:
            opened.append(sealed.read())
    names = "\n".join(str(path) for path in lying).encode()
    return b"\n".join([names, *(path.read_bytes() for path in lying), *opened])


@pytest.mark.slow
def test_nothing_is_left_but_what_the_rules_keep(
    kept: tuple[House, Dump], cage: Cage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    house, dump = kept
    caplog.set_level(logging.DEBUG)
    live(house, cage)
    keep(house, cage)
    assert len(cage.words) + len(cage.in_files) >= AT_LEAST

    in_files = {what for what in cage.in_files.values() if "its name" not in what}
    assert in_files <= cage.found_in(plain_files(house))
    Worker(house).pay_all()
    assert cage.found_in(dump()) == set(cage.words.values())

    end(house, clock)
    assert cage.found_in(dump()) == KEPT
    assert cage.found_in(plain_files(house)) == set()
    assert cage.found_in(caplog.text.encode()) == set()
    assert list(house.vault.storage.keys()) == []
    found = reconcile(house)
    assert (found.missing, found.loose) == ([], [])
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RequestDraft)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(FootageRequest)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(ForgottenRequest)) == 7
