"""Another e-mail address: what it takes, what it ends, and what is raced against it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.actors import PUBLIC, WORKER, Actor, ActorKind, Role
from portal.audit.models import AuditEntry
from portal.db import Database
from portal.disclosure.commands import (
    agree_address,
    ask_for_new_passphrase,
    change_address,
    propose_address,
    renew,
    stop_address,
)
from portal.disclosure.commands.addresses import CHANGE_ADDRESS
from portal.disclosure.models import DownloadLink
from portal.disclosure.queries.collecting import entered
from portal.errors import NotAllowed, NotFound, Refused
from portal.house import House
from portal.identity.addresses import AGREE_WITHIN, WAIT, Way
from portal.identity.authority import Acting
from portal.identity.codes import CodeVerdict
from portal.identity.commands.codes import grant_visit
from portal.identity.models import AddressChange
from portal.identity.proof import CodePurpose
from portal.identity.queries import visit, waiting_address, waiting_passphrase
from portal.ids import digest, new_id
from portal.notifications.commands import note_failed, send_again
from portal.notifications.models import Notice
from portal.notifications.notices import Failure
from portal.notifications.queries import is_marked, unreached_about
from portal.outbox.commands import lease
from portal.outbox.models import OutboxJob
from portal.requests.commands.confirming import let_in, send_code, type_code
from portal.requests.lifecycle import Event, Status, obstacle
from portal.requests.models import Applicant, FootageRequest, Message, Representative
from portal.requests.queries import by_id, facts_of
from portal.worker import JOBS
from tests.conftest import Clock
from tests.factories.disclosure import EMAIL, Ready, answered, ready_to_decide

NEW = "amara.new@example.net"
BROWSER = digest("a browser")
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def ready(house: House) -> Ready:
    return ready_to_decide(house)


def propose(house: House, ready: Ready, email: str = NEW, way: Way = Way.IN_PERSON) -> UUID:
    with house.db.writing() as session:
        propose_address(
            session,
            request_id=ready.request_id,
            email=email,
            way=way,
            shown="Passport, at the front counter",
            by=ready.staff.decider,
            at=house.now(),
        )
    with house.db.reading() as session:
        waiting = waiting_address(session, ready.request_id)
        assert waiting is not None
        return waiting.id


def agree(house: House, ready: Ready, change_id: UUID, by: Actor | None = None) -> datetime:
    with house.db.writing() as session:
        return agree_address(
            session,
            request_id=ready.request_id,
            change_id=change_id,
            by=by or ready.staff.seconder,
            at=house.now(),
        )


def stop(house: House, ready: Ready) -> bool:
    with house.db.writing() as session:
        return stop_address(
            session, request_id=ready.request_id, why="Not me.", by=PUBLIC, at=house.now()
        )


def take_effect(house: House, change_id: UUID) -> bool:
    with house.db.writing() as session:
        return change_address(session, change_id=change_id, by=WORKER, at=house.now())


def changed(house: House, ready: Ready, clock: Clock) -> UUID:
    """All the way to the new address."""
    change_id = propose(house, ready)
    agree(house, ready, change_id)
    clock.at += WAIT
    assert take_effect(house, change_id)
    return change_id


def address_of(house: House, ready: Ready) -> tuple[str, datetime | None]:
    with house.db.reading() as session:
        applicant = session.get_one(Applicant, ready.request_id)
        return applicant.email, applicant.email_confirmed_at


def told(house: House, kind: str) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Notice.to).where(Notice.kind == kind)))


def deeds(house: House) -> list[tuple[str, dict[str, Any]]]:
    with house.db.reading() as session:
        found = sa.select(AuditEntry).where(AuditEntry.deed.like("address.%"))
        rows = session.scalars(found.order_by(AuditEntry.sequence))
        return [(row.deed, row.details) for row in rows]


def confirm_address(house: House, ready: Ready) -> None:
    with house.db.writing() as session:
        session.get_one(Applicant, ready.request_id).email_confirmed_at = house.now()


# What it takes


def test_two_people_and_three_days_bring_it_and_the_old_address_is_told(
    house: House, ready: Ready, clock: Clock
) -> None:
    confirm_address(house, ready)
    change_id = propose(house, ready)
    assert told(house, "address_asked") == [EMAIL]
    assert agree(house, ready, change_id) == house.now() + WAIT
    assert told(house, "address_agreed") == [EMAIL]
    clock.at += WAIT - timedelta(seconds=1)
    assert not take_effect(house, change_id)
    assert address_of(house, ready)[0] == EMAIL
    clock.forward(seconds=1)
    assert take_effect(house, change_id)
    assert address_of(house, ready) == (NEW, None)
    assert told(house, "address_changed") == [NEW]
    assert not take_effect(house, change_id)
    assert told(house, "address_changed") == [NEW]


def test_the_worker_is_owed_it_for_the_day(house: House, ready: Ready, clock: Clock) -> None:
    change_id = propose(house, ready)
    agree(house, ready, change_id)
    with house.db.reading() as session:
        job = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == CHANGE_ADDRESS)).one()
    assert job.due_at == house.now() + WAIT
    clock.at += WAIT
    with house.db.writing() as session:
        held = lease(session, at=house.now())
        while held is not None and held.job != CHANGE_ADDRESS:
            held = lease(session, at=house.now())
        assert held is not None
    write_down = JOBS[CHANGE_ADDRESS](house, held)
    with house.db.writing() as session:
        write_down(session)
    assert address_of(house, ready)[0] == NEW


def test_the_book_says_who_and_how_and_no_address(house: House, ready: Ready, clock: Clock) -> None:
    change_id = str(changed(house, ready, clock))
    assert deeds(house) == [
        ("address.proposed", {"change": change_id, "way": "in_person", "old": "there"}),
        ("address.agreed", {"change": change_id, "old": "there"}),
        ("address.changed", {"change": change_id}),
    ]
    with house.db.reading() as session:
        book = str([each.details for each in session.scalars(sa.select(AuditEntry))])
    assert NEW not in book and EMAIL not in book


def test_nobody_agrees_to_their_own(house: House, ready: Ready) -> None:
    change_id = propose(house, ready)
    with pytest.raises(NotAllowed):
        agree(house, ready, change_id, by=ready.staff.decider)
    other = Actor(ActorKind.HANDLER, str(new_id()), "Robin", frozenset({Role.SEARCHER}))
    with pytest.raises(NotAllowed):
        agree(house, ready, change_id, by=other)


@pytest.mark.parametrize(
    "given",
    [
        {"agreed_by": "a", "agreed_at": AT},
        {"agreed_by": "b"},
        {"applied_at": AT},
        {"agreed_by": "b", "agreed_at": AT, "applied_at": AT, "stopped_by": "b", "stopped_at": AT},
    ],
)
def test_the_database_says_so_too(database: Database, given: dict[str, Any]) -> None:
    proposed = {
        "subject_id": new_id(),
        "email": NEW,
        "way": Way.PROOF,
        "shown": "x",
        "proposed_by": "a",
        "proposed_at": AT,
    }
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(sa.insert(AddressChange), [proposed | given])


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper()])
def test_the_one_we_have_is_no_new_one(house: House, ready: Ready, email: str) -> None:
    with pytest.raises(Refused, match="that we have"):
        propose(house, ready, email)


@pytest.mark.parametrize("way", [Way.CALLED_BACK, Way.LETTER])
def test_nobody_was_called_on_a_number_that_we_have_not(
    house: House, ready: Ready, way: Way
) -> None:
    with pytest.raises(Refused, match="Make sure in another way"):
        propose(house, ready, way=way)


def test_what_nobody_agreed_to_in_time_is_made_sure_of_again(
    house: House, ready: Ready, clock: Clock
) -> None:
    change_id = propose(house, ready)
    clock.at += AGREE_WITHIN
    with pytest.raises(Refused, match="propose it anew"):
        agree(house, ready, change_id)


def test_a_page_that_shows_another_address_agrees_to_nothing(house: House, ready: Ready) -> None:
    seen = propose(house, ready, "first@example.net")
    assert stop(house, ready)
    later = propose(house, ready)
    with pytest.raises(Refused, match="does not wait any more"):
        agree(house, ready, seen)
    with pytest.raises(NotFound):
        agree(house, ready, new_id())
    with house.db.reading() as session:
        assert session.get_one(AddressChange, later).agreed_at is None


def test_stopped_it_never_counts(house: House, ready: Ready, clock: Clock) -> None:
    change_id = propose(house, ready)
    agree(house, ready, change_id)
    assert stop(house, ready)
    assert not stop(house, ready)
    clock.at += WAIT
    assert not take_effect(house, change_id)
    assert address_of(house, ready)[0] == EMAIL
    assert told(house, "address_changed") == []


# What it ends


def test_whoever_is_inside_is_put_out(house: House, ready: Ready, clock: Clock) -> None:
    link = answered(house, ready)
    change_id = propose(house, ready)
    agree(house, ready, change_id)
    clock.at += WAIT
    with house.db.writing() as session:
        ask_for_new_passphrase(
            session, request_id=ready.request_id, passphrase_hash="x", at=house.now()
        )
        for purpose, subject_id in (
            (CodePurpose.REQUEST, ready.request_id),
            (CodePurpose.DOWNLOAD, link.id),
            (CodePurpose.FOOTAGE, link.id),
        ):
            grant_visit(
                session, purpose=purpose, subject_id=subject_id, browser=BROWSER, at=house.now()
            )
    assert take_effect(house, change_id)
    with house.db.reading() as session:
        assert session.get_one(DownloadLink, link.id).revoked_at == house.now()
        assert entered(session, selector=link.selector, browser=BROWSER, at=house.now()) is None
        for purpose in (CodePurpose.REQUEST, CodePurpose.DOWNLOAD, CodePurpose.FOOTAGE):
            for subject_id in (ready.request_id, link.id):
                assert (
                    visit(
                        session,
                        purpose=purpose,
                        subject_id=subject_id,
                        browser=BROWSER,
                        at=house.now(),
                    )
                    is None
                )
        assert waiting_passphrase(session, ready.request_id, house.now()) is None
    assert told(house, "link_revoked") == []


def test_a_new_link_goes_to_the_new_address(house: House, ready: Ready, clock: Clock) -> None:
    link = answered(house, ready)
    changed(house, ready, clock)
    with house.db.writing() as session:
        renew(
            session,
            release_id=link.release_id,
            days=28,
            by=ready.staff.decider,
            at=house.now(),
        )
    assert told(house, "answer_ready") == [EMAIL, NEW]


def code_to(house: House, ready: Ready) -> str:
    """Have a code sent, and read it where it went."""
    with house.db.writing() as session:
        send_code(
            session,
            reference=ready.reference,
            purpose=CodePurpose.REQUEST,
            browser=BROWSER,
            at=house.now(),
        )
    with house.db.reading() as session:
        found = sa.select(Notice).where(Notice.kind == "code").order_by(Notice.written_at.desc())
        return str(session.scalars(found).all()[0].fields["code"])


def typed(house: House, ready: Ready, code: str) -> CodeVerdict:
    with house.db.writing() as session:
        return type_code(
            session,
            reference=ready.reference,
            purpose=CodePurpose.REQUEST,
            browser=BROWSER,
            typed=code,
            at=house.now(),
        )


def is_let_in(house: House, ready: Ready) -> bool:
    new = digest("another key")
    with house.db.writing() as session:
        let_in(
            session,
            reference=ready.reference,
            old_browser=BROWSER,
            browser=new,
            at=house.now(),
        )
    with house.db.reading() as session:
        found = visit(
            session,
            purpose=CodePurpose.REQUEST,
            subject_id=ready.request_id,
            browser=new,
            at=house.now(),
        )
    return found is not None


def test_a_code_that_went_to_the_old_address_opens_nothing(
    house: House, ready: Ready, clock: Clock
) -> None:
    change_id = propose(house, ready)
    agree(house, ready, change_id)
    clock.at += WAIT - timedelta(minutes=1)
    code = code_to(house, ready)
    clock.forward(minutes=1)
    assert take_effect(house, change_id)
    assert typed(house, ready, code) is CodeVerdict.USED_UP


def test_a_code_that_was_right_a_moment_before_lets_nobody_in_after(
    house: House, ready: Ready, clock: Clock
) -> None:
    change_id = propose(house, ready)
    agree(house, ready, change_id)
    clock.at += WAIT - timedelta(minutes=1)
    code = code_to(house, ready)
    clock.forward(minutes=1)
    assert typed(house, ready, code) is CodeVerdict.ACCEPTED
    assert take_effect(house, change_id)
    assert not is_let_in(house, ready)
    assert address_of(house, ready) == (NEW, None)


def test_a_code_to_the_new_address_lets_in_and_shows_that_it_is_theirs(
    house: House, ready: Ready, clock: Clock
) -> None:
    changed(house, ready, clock)
    with house.db.reading() as session:
        asked = facts_of(session, by_id(session, ready.request_id))
    assert "type" in (obstacle(Event.DECIDED, asked) or "")
    clock.forward(minutes=5)
    code = code_to(house, ready)
    assert typed(house, ready, code) is CodeVerdict.ACCEPTED
    assert is_let_in(house, ready)
    assert address_of(house, ready) == (NEW, house.now())
    with house.db.reading() as session:
        shown = facts_of(session, by_id(session, ready.request_id))
    assert "e-mail address" not in (obstacle(Event.DECIDED, shown) or "")


# What must be shown again


def act_for_them(house: House, ready: Ready) -> None:
    with house.db.writing() as session:
        session.add(
            Representative(
                request_id=ready.request_id,
                name="Ines Okafor",
                relationship_to_applicant="Sister",
                acting=Acting.OTHER,
            )
        )
        session.get_one(FootageRequest, ready.request_id).authority_accepted_at = house.now()


@pytest.mark.parametrize(("days", "is_known"), [(30, True), (200, False)])
def test_what_we_knew_too_long_ago_is_shown_again(
    house: House, ready: Ready, clock: Clock, days: int, is_known: bool
) -> None:
    act_for_them(house, ready)
    clock.forward(days=days)
    changed(house, ready, clock)
    with house.db.reading() as session:
        known = session.get_one(FootageRequest, ready.request_id)
        assert (known.identity_accepted_at is not None) is is_known
        assert (known.authority_accepted_at is not None) is is_known
        bodies = list(session.scalars(sa.select(Message.body)))
    assert len(bodies) == (0 if is_known else 1)
    if not is_known:
        assert "who you are" in bodies[0] and "act for someone" in bodies[0]


def test_where_it_can_be_shown_nowhere_else_it_is_shown_here(
    house: House, ready: Ready, clock: Clock
) -> None:
    answered(house, ready)
    with house.db.writing() as session:
        session.get_one(Applicant, ready.request_id).phone = "020 7946 0000"
    clock.forward(days=200)
    with pytest.raises(Refused, match="in person"):
        propose(house, ready, way=Way.CALLED_BACK)
    changed(house, ready, clock)
    with house.db.reading() as session:
        assert session.get_one(FootageRequest, ready.request_id).status is Status.ANSWERED


# E-mail that came back


def bounce(house: House, ready: Ready, failure: Failure = Failure.ADDRESS) -> int:
    """All that was written about this request comes back."""
    with house.db.writing() as session:
        found = session.scalars(sa.select(Notice).where(Notice.about == ready.reference)).all()
        return sum(
            note_failed(session, notice.id, failure=failure, by=WORKER, at=house.now())
            for notice in found
        )


def test_where_e_mail_came_back_the_days_stay_and_nobody_says_that_they_were_told(
    house: House, ready: Ready, clock: Clock
) -> None:
    assert bounce(house, ready)
    change_id = propose(house, ready)
    assert told(house, "address_asked") == [EMAIL]
    agree(house, ready, change_id)
    assert [details["old"] for _, details in deeds(house)] == ["doubtful", "doubtful"]
    clock.at += WAIT - timedelta(seconds=1)
    assert not take_effect(house, change_id)


def test_without_an_address_on_file_nobody_is_told_and_the_days_stay(
    house: House, clock: Clock
) -> None:
    ready = ready_to_decide(house, email="")
    change_id = propose(house, ready)
    assert told(house, "address_asked") == []
    assert deeds(house)[0][1]["old"] == "none"
    agree(house, ready, change_id)
    clock.at += WAIT
    assert take_effect(house, change_id)
    assert address_of(house, ready)[0] == NEW


def test_the_mark_goes_with_the_address_and_what_came_back_goes_again(
    house: House, ready: Ready, clock: Clock
) -> None:
    came_back = bounce(house, ready)
    with house.db.reading() as session:
        assert is_marked(session, about=ready.reference, to=EMAIL)
    changed(house, ready, clock)
    with house.db.reading() as session:
        assert not is_marked(session, about=ready.reference, to=NEW)
        left = unreached_about(session, ready.reference)
        before = {notice.kind for notice in left}
        asked = [notice.id for notice in session.scalars(sa.select(Notice))]
    assert len(left) == came_back
    again = send(house, ready)
    assert again == came_back
    with house.db.reading() as session:
        fresh = [n for n in session.scalars(sa.select(Notice)) if n.id not in asked]
        assert {notice.kind for notice in fresh} == before
        assert {notice.to for notice in fresh} == {NEW}
        assert unreached_about(session, ready.reference) == []
        jobs = set(session.scalars(sa.select(OutboxJob.key)))
    assert {f"notice:{notice.key}" for notice in fresh} <= jobs
    assert send(house, ready) == 0


def send(house: House, ready: Ready) -> int:
    with house.db.writing() as session:
        return send_again(
            session, about=ready.reference, to=NEW, by=ready.staff.decider, at=house.now()
        )


def test_codes_and_words_to_the_old_address_do_not_go_again(
    house: House, ready: Ready, clock: Clock
) -> None:
    code_to(house, ready)
    answered(house, ready)
    changed(house, ready, clock)
    bounce(house, ready)
    with house.db.reading() as session:
        written = {n.id for n in session.scalars(sa.select(Notice))}
    send(house, ready)
    with house.db.reading() as session:
        fresh = {n.kind.value for n in session.scalars(sa.select(Notice)) if n.id not in written}
        left = {n.kind.value for n in unreached_about(session, ready.reference)}
    assert fresh == {"acknowledgement", "address_changed"}
    assert left == {"answer_ready"}


# At once


def at_once(*deeds: Any) -> list[Any]:
    """Do them at the same moment; what each gave, or the kind of its refusal."""

    def tried(deed: Any) -> Any:
        try:
            return deed()
        except (Refused, NotAllowed, IntegrityError) as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(tried, deeds))


def test_two_proposals_at_once_are_one(house: House, ready: Ready) -> None:
    for number in range(8):
        names = [f"{letter}{number}@example.net" for letter in "abcd"]
        results = at_once(*(lambda name=name: propose(house, ready, name) for name in names))
        assert results.count(Refused) == 3
        with house.db.reading() as session:
            open_ones = sa.select(AddressChange).where(AddressChange.stopped_at.is_(None))
            assert len(session.scalars(open_ones).all()) == 1
        stop(house, ready)


def test_agreeing_twice_at_once_agrees_once(house: House, ready: Ready) -> None:
    for _ in range(8):
        change_id = propose(house, ready)
        results = at_once(*[lambda change_id=change_id: agree(house, ready, change_id)] * 3)
        assert results.count(Refused) == 2
        with house.db.reading() as session:
            keys = [k for k in session.scalars(sa.select(OutboxJob.key)) if str(change_id) in k]
        assert sorted(keys) == [
            f"change_address:{change_id}",
            f"notice:address_agreed:{change_id}",
            f"notice:address_asked:{change_id}",
        ]
        stop(house, ready)


def test_stopping_and_taking_effect_at_once_is_one_or_the_other(house: House, clock: Clock) -> None:
    for _ in range(8):
        ready = ready_to_decide(house)
        change_id = propose(house, ready)
        agree(house, ready, change_id)
        clock.at += WAIT
        stopped, applied, again = at_once(
            lambda ready=ready: stop(house, ready),
            lambda change_id=change_id: take_effect(house, change_id),
            lambda change_id=change_id: take_effect(house, change_id),
        )
        assert [stopped, applied, again].count(True) == 1
        assert (address_of(house, ready)[0] == EMAIL) is stopped


def test_a_code_asked_for_while_it_takes_effect_goes_to_the_new_address_or_is_dead(
    house: House, clock: Clock
) -> None:
    for _ in range(8):
        ready = ready_to_decide(house)
        change_id = propose(house, ready)
        agree(house, ready, change_id)
        clock.at += WAIT
        code, applied = at_once(
            lambda ready=ready: code_to(house, ready),
            lambda change_id=change_id: take_effect(house, change_id),
        )
        assert applied is True
        with house.db.reading() as session:
            sent = session.scalars(
                sa.select(Notice.to).where(Notice.kind == "code", Notice.about == ready.reference)
            ).one()
        is_right = typed(house, ready, code) is CodeVerdict.ACCEPTED
        assert is_right is (sent == NEW)
