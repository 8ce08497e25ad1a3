"""A request with confirmed recordings, ready to be decided, and the road from there.

Every state with a history is made by the commands that make it for real.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.actors import WORKER, Actor, ActorKind, Role
from portal.dates import london_day
from portal.disclosure.commands import decide, publish, second
from portal.disclosure.commands.handing_over import (
    agree_handover,
    note_handed_over,
    prepare_handover,
)
from portal.disclosure.exemptions import HOLD_GROUND, Line, Outcome, PublicInterest
from portal.disclosure.models import Decision, DownloadLink, HandoverWay, Release
from portal.disclosure.packing import pack
from portal.disclosure.queries.decisions import latest
from portal.disclosure.queries.releases import newest_link, release_of
from portal.disclosure.queries.seconding import second_facts
from portal.disclosure.seconding import officer_needed
from portal.holds.commands import lift, open_matter, place
from portal.holds.models import Hold
from portal.holds.policy import HoldKind, Level
from portal.house import House
from portal.identity.hashing import hashed
from portal.ids import digest, new_id, new_token
from portal.office.models import Handler, StaffSession
from portal.outbox.commands import Lease
from portal.recordings.commands import preserve
from portal.recordings.kinds import CandidateStatus, Category, Certainty
from portal.recordings.models import Candidate, Recording, Search
from portal.requests.commands import move, receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest
from tests.factories import grounds
from tests.factories.grounds import answers_to

HAPPENED_AT = datetime(2026, 10, 24, 16, 0, tzinfo=UTC)
EMAIL = "amara@example.org"
PASSPHRASE = "kettle river sandpaper"
_HASHED = hashed(PASSPHRASE)
HOLD_OWNER = Actor(ActorKind.HANDLER, str(new_id()), "A hold owner", frozenset({Role.HOLD_OWNER}))
WEIGHED = PublicInterest("People can see how we act.", "It would harm the case.", "The harm.")


@dataclass(frozen=True)
class Staff:
    """Two people who decide and second, and the data protection officer, who seconds what only
    they may."""

    decider: Actor
    seconder: Actor
    officer: Actor


@dataclass(frozen=True)
class Ready:
    """A request at "ready to decide", its confirmed recordings, and the people who deal with it."""

    request_id: UUID
    reference: str
    recording_ids: tuple[int, ...]
    staff: Staff
    contents: tuple[bytes, ...]


def handler(session: Session, name: str, *roles: Role, at: datetime) -> Actor:
    """A handler who may act."""
    row = Handler(
        id=new_id(),
        sign_in_name=name.lower(),
        name=name,
        passphrase_hash="never used",
        sealed_secret=b"never used",
        roles=[role.value for role in roles],
        added_at=at,
    )
    session.add(row)
    session.flush()
    return Actor(ActorKind.HANDLER, str(row.id), name, frozenset(roles))


def staff(session: Session, *, at: datetime) -> Staff:
    """One decision-maker and one seconder, who may do each other's work too, and the officer."""
    both = (Role.DECISION_MAKER, Role.SECONDER)
    mark = new_id().hex[:6]
    return Staff(
        handler(session, f"Dana{mark}", *both, at=at),
        handler(session, f"Sol{mark}", *both, at=at),
        handler(session, f"Ola{mark}", Role.DATA_PROTECTION_OFFICER, at=at),
    )


def sign_in(client: FlaskClient, house: House, who: Actor) -> None:
    """Sign a handler in on a test's browser, without the passphrase and the second factor."""
    key = new_token(256)
    with house.db.writing() as session:
        session.add(
            StaffSession(
                handler_id=UUID(who.id),
                browser=digest(key),
                begun_at=house.now(),
                seen_at=house.now(),
                expires_at=house.now() + timedelta(hours=8),
            )
        )
    with client.session_transaction() as cookie:
        cookie["browser"] = key


def recording(
    house: House, session: Session, *, content: bytes | None = None, **given: Any
) -> Recording:
    """A recording with a master file, unless `content` is None."""
    source_id = given.pop("source_id", f"REC-{new_id().hex[:10]}")
    media = None
    if content is not None:
        media = f"{source_id}.mp4"
        path = house.footage.path_of(media)
        path.write_bytes(content)
    row = Recording(
        **{
            "source_id": source_id,
            "camera": "CAM-1",
            "shoulder_number": "1234AB",
            "started_at": HAPPENED_AT,
            "ended_at": HAPPENED_AT + timedelta(minutes=14, seconds=30),
            "category": Category.NON_EVIDENTIAL,
            "media": media,
            "sha256": hashlib.sha256(content).hexdigest() if content is not None else None,
            "imported_at": HAPPENED_AT + timedelta(hours=8),
            **given,
        }
    )
    session.add(row)
    session.flush()
    return row


def confirm(
    session: Session,
    request_id: UUID,
    found: Sequence[Recording],
    *,
    at: datetime,
    status: CandidateStatus = CandidateStatus.CONFIRMED,
) -> None:
    """A search that found these recordings, each confirmed by a handler, or only proposed yet."""
    judged = status is not CandidateStatus.PROPOSED
    search = Search(
        request_id=request_id,
        criteria={"from": HAPPENED_AT.isoformat(), "until": at.isoformat(), "area": "Lambeth"},
        since=HAPPENED_AT,
        until=at,
        asked_by="worker",
        at=at,
        found=len(found),
    )
    session.add(search)
    session.flush()
    session.add_all(
        Candidate(
            request_id=request_id,
            search_id=search.id,
            recording_id=each.id,
            rank=rank,
            score=1.0,
            share=1.0,
            place=Certainty.TRACKED,
            distance_m=12.0,
            overlap_s=300.0,
            reasons=["It was there."],
            status=status,
            judged_by="handler" if judged else None,
            judged_at=at if judged else None,
        )
        for rank, each in enumerate(found, 1)
    )
    session.flush()


def find_late(
    house: House, ready: Ready, status: CandidateStatus = CandidateStatus.PROPOSED
) -> int:
    """The daily search finds one more recording, which was uploaded late; returns its id."""
    with house.db.writing() as session:
        found = recording(house, session, content=b"uploaded late")
        confirm(session, ready.request_id, [found], at=house.now(), status=status)
        return found.id


def intake(*, about: AboutWhom = AboutWhom.ME, email: str = EMAIL) -> Intake:
    """What the applicant sent. Who asks for video of a person chose a passphrase."""
    return Intake(
        about=about,
        passphrase_hash=_HASHED if about is not AboutWhom.GENERAL else "",
        applicant=ApplicantDetails(name="Amara Lindström", email=email),
        sighting=Sighting(
            earliest_at=HAPPENED_AT - timedelta(minutes=30),
            latest_at=HAPPENED_AT + timedelta(minutes=30),
            said_time="about 5pm on 24 October 2026",
            place="Fountain Street, Testborough",
            what_happened="I was searched outside the station.",
        ),
    )


def ready_to_decide(
    house: House,
    *,
    contents: Sequence[bytes] = (b"one " * 1000,),
    about: AboutWhom = AboutWhom.ME,
    email: str = EMAIL,
) -> Ready:
    """A request that was received, searched for and matched, one recording for each content."""
    at = house.now()
    with house.db.writing() as session:
        people = staff(session, at=at)
        request_id = new_id()
        made = receive(
            session,
            request_id=request_id,
            intake=intake(about=about, email=email),
            received_at=at,
            by=WORKER,
            at=at,
        )
        made.identity_accepted_at = at
        found = [recording(house, session, content=content) for content in contents]
        confirm(session, request_id, found, at=at)
        for event in (Event.SEARCH_STARTED, Event.SEARCH_FINISHED):
            move(session, request_id=request_id, event=event, by=people.decider, at=at)
        numbers = tuple(each.id for each in found)
        return Ready(request_id, made.reference, numbers, people, tuple(contents))


def place_hold(house: House, recording_id: int, *, level: Level = Level.OPEN) -> UUID:
    """Place a hold for a matter of its own, in a transaction of its own."""
    with house.db.writing() as session:
        matter = open_matter(
            session,
            reference=f"CR/{new_id().hex[:8]}",
            kind=HoldKind.INVESTIGATION,
            by=HOLD_OWNER,
            at=house.now(),
        )
        made = place(
            session,
            recording_id=recording_id,
            matter=matter,
            kind=HoldKind.INVESTIGATION,
            level=level,
            reason="It shows the offence.",
            by=HOLD_OWNER,
            at=house.now(),
        )
        return made.id


def lift_hold(house: House, hold_id: UUID) -> None:
    """Lift a hold in a transaction of its own."""
    with house.db.writing() as session:
        hold = session.get_one(Hold, hold_id)
        lift(session, hold=hold, why="The case is over.", by=HOLD_OWNER, at=house.now())


def release_line(recording_id: int) -> Line:
    """Release it."""
    return Line(recording_id, Outcome.RELEASE)


def withhold_line(recording_id: int, ground: str = "P3-45-4-e") -> Line:
    """Withhold it, with its whole test."""
    answers = answers_to(grounds.ground(ground).questions)
    return Line(recording_id, Outcome.WITHHOLD, ground, answers)


def held_line(house: House, ready: Ready, recording_id: int) -> Line:
    """Hold it back on the ground for evidence."""
    with house.db.reading() as session:
        regime = session.get_one(FootageRequest, ready.request_id).regime
    code = HOLD_GROUND[regime]
    asked = grounds.ground(code).held_questions
    answers = answers_to(asked, "Releasing it would harm the case.")
    return Line(recording_id, Outcome.HELD, code, answers)


def decided(
    house: House,
    ready: Ready,
    lines: Sequence[Line] | None = None,
    *,
    interest: PublicInterest = WEIGHED,
    note: str = "",
) -> UUID:
    """Decide; every recording is released unless lines are given. Returns the decision's id."""
    given = lines if lines is not None else [release_line(each) for each in ready.recording_ids]
    with house.db.writing() as session:
        made = decide(
            session,
            request_id=ready.request_id,
            lines=tuple(given),
            note_to_applicant=note,
            interest=interest,
            by=ready.staff.decider,
            at=house.now(),
        )
        return made.id


def seconded(house: House, ready: Ready, lines: Sequence[Line] | None = None) -> UUID:
    """Decide and second."""
    decision_id = decided(house, ready, lines)
    second_it(house, ready, decision_id)
    return decision_id


def second_it(house: House, ready: Ready, decision_id: UUID) -> None:
    """Second, by the officer where nobody else may."""
    at = house.now()
    with house.db.writing() as session:
        found = latest(session, ready.request_id)
        assert found is not None
        needed = officer_needed(second_facts(session, found, on=london_day(at)))
        by = ready.staff.officer if needed else ready.staff.seconder
        second(session, decision_id=decision_id, by=by, at=at)


def published(house: House, ready: Ready, lines: Sequence[Line] | None = None) -> UUID:
    """Decide, second and publish."""
    decision_id = seconded(house, ready, lines)
    with house.db.writing() as session:
        publish(session, decision_id=decision_id, by=ready.staff.seconder, at=house.now())
    return decision_id


def lease_of(decision_id: UUID) -> Lease:
    """The pack job in a worker's hands."""
    return Lease(new_id(), "pack", {"decision_id": str(decision_id)}, 1, "token")


def pay_pack(house: House, decision_id: UUID) -> None:
    """Do what the worker does with a pack job."""
    write_down = pack(house, lease_of(decision_id))
    with house.db.writing() as session:
        write_down(session)


def keep_video(session: Session, ready: Ready, *, at: datetime) -> None:
    """The recordings are kept for the request, as its search would keep them."""
    preserve(
        session,
        request_id=ready.request_id,
        recording_ids=ready.recording_ids,
        by=WORKER,
        at=at,
    )


def answered(house: House, ready: Ready, lines: Sequence[Line] | None = None) -> DownloadLink:
    """All the way to the link, which comes with its release and files."""
    pay_pack(house, published(house, ready, lines))
    return link_of(house, ready)


def hand_over(
    house: House,
    ready: Ready,
    release_id: UUID,
    *,
    way: HandoverWay = HandoverWay.POST,
) -> UUID:
    """Two people hand over the copies of a release; returns the handover's id."""
    at, staff = house.now(), ready.staff
    with house.db.writing() as session:
        made = prepare_handover(session, release_id=release_id, way=way, by=staff.decider, at=at)
    with house.db.writing() as session:
        agree_handover(session, handover_id=made.id, by=staff.seconder, at=at)
    with house.db.writing() as session:
        note_handed_over(
            session, handover_id=made.id, shown="Passport seen", by=staff.decider, at=at
        )
    return made.id


def link_of(house: House, ready: Ready) -> DownloadLink:
    """The newest link of a request, with its release and files."""
    with house.db.reading() as session:
        link = newest_link(session, ready.request_id)
    assert link is not None
    return link


def release_with_files(house: House, release_id: UUID) -> Release:
    """A release as it stands."""
    with house.db.reading() as session:
        return release_of(session, release_id)


def status_of(house: House, ready: Ready) -> str:
    """Where the request stands."""
    with house.db.reading() as session:
        return session.get_one(FootageRequest, ready.request_id).status.value


def decision_of(house: House, decision_id: UUID) -> Decision:
    """A decision as it stands."""
    with house.db.reading() as session:
        return session.get_one(Decision, decision_id)
