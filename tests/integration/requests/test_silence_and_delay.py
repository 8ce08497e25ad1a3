"""Reminding, closing by a person, opening again, and saying that we are late: by the daily job."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC, Actor, Role
from portal.errors import Refused
from portal.holds.policy import Level
from portal.house import House
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.letters.queries import letters_of
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.models import JobStatus, OutboxJob
from portal.requests.applicant_page import takes_proof
from portal.requests.applicant_queries import applicant_page
from portal.requests.clock import WaitingFor
from portal.requests.commands.charging import ask_fee, note_fee_paid
from portal.requests.commands.clarifying import ask
from portal.requests.commands.closing import ClosedBecause, Lack, close, close_duplicate
from portal.requests.commands.messaging import answer_clarification, write_to_us
from portal.requests.commands.moving import move
from portal.requests.commands.proving import Known, accept_identity
from portal.requests.commands.redirecting import redirect_elsewhere
from portal.requests.commands.taking_up import take_up
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status, obstacle
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id, clock_now, facts_of, steps_of
from portal.requests.waiting_queries import came_after_closing, nothing_came, to_remind
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.applicants import asked_who_they_are, intake_handler, received
from tests.factories.disclosure import answered, handler, place_hold, ready_to_decide
from tests.servers.smtp import ScriptedSmtp


@pytest.fixture
def house(house: House, smtp_server: ScriptedSmtp) -> House:
    """A house whose e-mails arrive."""
    settings = dataclasses.replace(house.settings, mail_port=smtp_server.port)
    return dataclasses.replace(house, settings=settings)


@pytest.fixture
def ines(house: House) -> Actor:
    with house.db.writing() as session:
        return intake_handler(session, at=house.now())


@pytest.fixture
def dana(house: House) -> Actor:
    with house.db.writing() as session:
        return handler(session, "Dana", Role.DECISION_MAKER, at=house.now())


def receive_now(house: House, **given: object) -> UUID:
    with house.db.writing() as session:
        return received(session, at=house.now(), **given).id


def ask_a_question(house: House, request_id: UUID, by: Actor) -> None:
    with house.db.writing() as session:
        ask(
            session,
            request_id=request_id,
            questions="Which street?",
            why_needed="We cannot find it.",
            by=by,
            at=house.now(),
        )


def ask_for_proof(house: House, request_id: UUID, by: Actor) -> None:
    with house.db.writing() as session:
        asked_who_they_are(session, request_id, by=by, at=house.now(), note="Show us.")


def each_day(house: House, clock: Clock, days: int) -> None:
    """Let the worker run through whole days, one morning after another."""
    worker = Worker(house)
    for _ in range(days):
        clock.forward(days=1)
        worker._beat()
        worker.pay_all()


def events_of(house: House, request_id: UUID, event: Event) -> list[date]:
    with house.db.reading() as session:
        return [step.on for step in steps_of(session, request_id) if step.event is event]


def the(house: House, request_id: UUID) -> FootageRequest:
    with house.db.reading() as session:
        return by_id(session, request_id)


def notices(house: House, kind: NoticeKind) -> list[Notice]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Notice).where(Notice.kind == kind)))


def kinds_of(house: House, request_id: UUID) -> list[LetterKind]:
    with house.db.reading() as session:
        return [letter.kind for letter in letters_of(session, request_id)]


def the_letter(house: House, request_id: UUID, kind: LetterKind) -> Letter:
    """The newest letter of this kind."""
    with house.db.reading() as session:
        return next(one for one in letters_of(session, request_id) if one.kind is kind)


def close_now(house: House, request_id: UUID, because: ClosedBecause, by: Actor) -> None:
    with house.db.writing() as session:
        close(
            session,
            request_id=request_id,
            because=because,
            reasons="We wrote to them." if because is ClosedBecause.NOT_VALID else "",
            lacks=[Lack.NAME] if because is ClosedBecause.NOT_VALID else [],
            by=by,
            at=house.now(),
        )


def open_again(house: House, request_id: UUID, by: Actor) -> None:
    with house.db.writing() as session:
        take_up(session, request_id=request_id, by=by, at=house.now())


def came(house: House) -> list[UUID]:
    """The requests closed for want of something that has come since."""
    with house.db.reading() as session:
        return list(came_after_closing(session))


def shown_at_a_counter(house: House, request_id: UUID, on: date, by: Actor) -> None:
    with house.db.writing() as session:
        accept_identity(
            session,
            request_id=request_id,
            by=by,
            at=house.now(),
            known=Known.SHOWN,
            shown_on=on,
        )


def closed_without_proof(house: House, clock: Clock, by: Actor) -> UUID:
    """A request of the second of November, closed on the third of December for want of proof;
    now it is the tenth."""
    request_id = receive_now(house)
    ask_for_proof(house, request_id, by)
    clock.at = datetime(2026, 12, 3, 12, tzinfo=UTC)
    close_now(house, request_id, ClosedBecause.NO_PROOF, by)
    assert the(house, request_id).ending is Ending.ID_NOT_CONFIRMED
    clock.at = datetime(2026, 12, 10, 12, tzinfo=UTC)
    return request_id


def test_a_question_is_chased_once_and_closed_by_a_person_only(
    house: House, clock: Clock, ines: Actor
) -> None:
    """Rules R9: chase once; close after a stated reasonable period, saying it can be re-opened."""
    request_id = receive_now(house)
    ask_a_question(house, request_id, ines)  # 2 November
    each_day(house, clock, 13)
    assert events_of(house, request_id, Event.REMINDED) == []
    each_day(house, clock, 30)
    assert events_of(house, request_id, Event.REMINDED) == [date(2026, 11, 16)]

    # It stands in the queue, and nobody but a person ends it.
    assert the(house, request_id).status is Status.AWAITING_CLARIFICATION
    with house.db.reading() as session:
        assert nothing_came(session, today=date(2026, 12, 2)) == []
        assert nothing_came(session, today=date(2026, 12, 3)) == [request_id]

    (told,) = notices(house, NoticeKind.REMINDER)
    assert told.delivered_at is not None
    assert "street" not in (told.body or "")

    close_now(house, request_id, ClosedBecause.NO_CLARIFICATION, ines)
    ended = the(house, request_id)
    assert (ended.status, ended.ending) == (Status.CLOSED, Ending.CLARIFICATION_NOT_RECEIVED)
    assert kinds_of(house, request_id).count(LetterKind.CLOSING) == 1
    each_day(house, clock, 30)
    assert events_of(house, request_id, Event.REMINDED) == [date(2026, 11, 16)]


def test_silence_cannot_be_closed_before_the_day_they_were_given(
    house: House, clock: Clock, ines: Actor
) -> None:
    request_id = receive_now(house)
    ask_a_question(house, request_id, ines)
    clock.at = datetime(2026, 12, 2, 12, tzinfo=UTC)
    with pytest.raises(Refused, match="until the end of 2 December 2026"):
        close_now(house, request_id, ClosedBecause.NO_CLARIFICATION, ines)
    clock.forward(days=1)
    with pytest.raises(Refused):
        close_now(house, request_id, ClosedBecause.NO_PROOF, ines)
    assert the(house, request_id).status is Status.AWAITING_CLARIFICATION
    close_now(house, request_id, ClosedBecause.NO_CLARIFICATION, ines)


def test_a_reminder_is_not_sent_when_the_answer_came_in_between(
    house: House, clock: Clock, ines: Actor
) -> None:
    request_id = receive_now(house)
    ask_a_question(house, request_id, ines)
    clock.forward(days=5)
    with house.db.writing() as session:
        answer_clarification(
            session, request_id=request_id, body="Marlow Street", by=PUBLIC, at=house.now()
        )
    each_day(house, clock, 20)
    assert events_of(house, request_id, Event.REMINDED) == []


def test_an_foi_question_never_answered_is_never_overdue(
    house: House, clock: Clock, ines: Actor
) -> None:
    """FOIA s.1(3), rules 1.6: no due date; closed after the stated period; never "overdue"."""
    request_id = receive_now(house, about=AboutWhom.GENERAL)
    ask_a_question(house, request_id, ines)
    each_day(house, clock, 60)
    waiting = the(house, request_id)
    assert (waiting.legal_due_on, waiting.target_due_on) == (None, None)
    assert events_of(house, request_id, Event.DELAY_TOLD) == []
    close_now(house, request_id, ClosedBecause.NO_CLARIFICATION, ines)
    each_day(house, clock, 14)
    assert events_of(house, request_id, Event.DELAY_TOLD) == []


def test_waiting_for_identity_when_nothing_was_asked_moves_no_start(
    house: House, clock: Clock, ines: Actor
) -> None:
    """Rules 1.6: "waiting for identity" was chosen but nothing was ever asked for."""
    request_id = receive_now(house)
    with house.db.writing() as session:
        session.get_one(FootageRequest, request_id).status = Status.AWAITING_IDENTITY
    each_day(house, clock, 16)
    assert events_of(house, request_id, Event.REMINDED) == []
    shown_at_a_counter(house, request_id, date(2026, 11, 18), ines)
    assert the(house, request_id).start_on == date(2026, 11, 2)
    assert the(house, request_id).legal_due_on == date(2026, 12, 2)


def test_late_is_told_the_day_after_and_every_week(
    house: House, clock: Clock, smtp_server: ScriptedSmtp
) -> None:
    request_id = receive_now(house)  # due Wednesday 2 December
    each_day(house, clock, 30)
    assert events_of(house, request_id, Event.DELAY_TOLD) == []
    with house.db.reading() as session:
        assert not applicant_page(session, by_id(session, request_id)).is_late
    each_day(house, clock, 16)
    told = events_of(house, request_id, Event.DELAY_TOLD)
    assert told == [date(2026, 12, 3), date(2026, 12, 10), date(2026, 12, 17)]
    assert kinds_of(house, request_id).count(LetterKind.DELAY) == 3
    assert len(notices(house, NoticeKind.LETTER)) == 3
    with house.db.reading() as session:
        page = applicant_page(session, by_id(session, request_id))
    assert (page.is_late, page.reply_by_on) == (True, date(2026, 12, 2))
    assert the_letter(house, request_id, LetterKind.DELAY).fields["old_due_on"] == "2026-12-02"


def test_a_day_without_a_worker_is_made_up_for(house: House, clock: Clock) -> None:
    request_id = receive_now(house)
    clock.forward(days=40)
    each_day(house, clock, 1)
    assert events_of(house, request_id, Event.DELAY_TOLD) == [date(2026, 12, 13)]


def test_nothing_is_told_while_we_wait_for_them(house: House, clock: Clock, ines: Actor) -> None:
    request_id = receive_now(house)
    each_day(house, clock, 20)
    ask_a_question(house, request_id, ines)
    each_day(house, clock, 20)
    assert events_of(house, request_id, Event.DELAY_TOLD) == []


@pytest.mark.parametrize("asks", [ask_a_question, ask_for_proof])
def test_nothing_that_is_asked_too_late_hides_that_we_are_late(
    house: House, clock: Clock, ines: Actor, asks: Callable[[House, UUID, Actor], None]
) -> None:
    """Rules R10: a time that has ended cannot be paused. The letter would say that it was, the
    news that we are late would stop, and a month of silence could close the request."""
    request_id = receive_now(house)
    each_day(house, clock, 35)
    before = kinds_of(house, request_id)
    with pytest.raises(Refused, match=r"ended on Wednesday 2 December 2026.*in a message"):
        asks(house, request_id, ines)
    assert the(house, request_id).status is Status.RECEIVED
    assert kinds_of(house, request_id) == before
    assert the(house, request_id).messages == []
    each_day(house, clock, 7)
    assert len(events_of(house, request_id, Event.DELAY_TOLD)) == 2


def test_the_daily_look_runs_in_the_morning_once_a_day(house: House, clock: Clock) -> None:
    clock.at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # 00:30 on 2 July in London
    worker = Worker(house)
    worker._beat()
    with house.db.reading() as session:
        owed = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "look_at_the_day")).one()
    assert owed.key == "look_at_the_day:2026-07-02"
    assert owed.due_at == datetime(2026, 7, 2, 7, 0, tzinfo=UTC)
    for _ in range(10):
        clock.forward(hours=1)
        worker._beat()
    with house.db.reading() as session:
        days = sa.select(sa.func.count()).where(OutboxJob.job == "look_at_the_day")
        assert session.scalar(days) == 1


def test_one_bad_request_does_not_stop_the_others(house: House, clock: Clock, ines: Actor) -> None:
    """A request without a name cannot have a letter: a person is told, the others are served."""
    bad, good = receive_now(house), receive_now(house)
    with house.db.writing() as session:
        by_id(session, bad).applicant.name = ""
    each_day(house, clock, 31)
    assert events_of(house, bad, Event.DELAY_TOLD) == []
    assert events_of(house, good, Event.DELAY_TOLD) == [date(2026, 12, 3)]
    with house.db.reading() as session:
        job = sa.select(OutboxJob.status).where(OutboxJob.key == f"delay:{bad}:2026-12-03")
        assert session.scalar(job) is JobStatus.DEAD


def test_what_comes_after_closing_is_seen_and_opens_it_again(
    house: House, clock: Clock, ines: Actor
) -> None:
    request_id = receive_now(house)
    ask_a_question(house, request_id, ines)
    clock.at = datetime(2026, 12, 3, 12, tzinfo=UTC)
    close_now(house, request_id, ClosedBecause.NO_CLARIFICATION, ines)
    assert came(house) == []

    clock.at = datetime(2026, 12, 10, 12, tzinfo=UTC)
    with house.db.writing() as session:
        write_to_us(session, request_id=request_id, body="Marlow", by=PUBLIC, at=house.now())
    assert came(house) == [request_id]

    clock.at = datetime(2026, 12, 20, 12, tzinfo=UTC)
    open_again(house, request_id, ines)
    again = the(house, request_id)
    assert (again.status, again.ending) == (Status.RECEIVED, None)
    assert again.received_on == date(2026, 11, 2)
    # 3 November to 10 December, when the answer came, did not count: 38 days after 2 December is
    # Saturday the 9th. The days that we took to open it again are our own.
    assert again.legal_due_on == date(2027, 1, 11)
    assert events_of(house, request_id, Event.TAKEN_UP) == [date(2026, 12, 10)]
    assert "We have opened your request again." in again.messages[-1].body
    assert came(house) == []


def test_what_was_sent_elsewhere_says_their_rights_and_is_opened_again(
    house: House, clock: Clock, ines: Actor
) -> None:
    request_id = receive_now(house)
    with house.db.writing() as session:
        redirect_elsewhere(
            session,
            request_id=request_id,
            whom="British Transport Police",
            contact="Phone 0800 40 50 40",
            by=ines,
            at=house.now(),
        )
    ended = the(house, request_id)
    assert (ended.status, ended.ending) == (Status.CLOSED, Ending.REDIRECTED)
    assert "British Transport Police:\nPhone 0800 40 50 40" in ended.messages[-1].body
    assert len(notices(house, NoticeKind.MESSAGE)) == 1
    assert "you can complain to us" in ended.messages[-1].body
    assert "go to court" in ended.messages[-1].body
    open_again(house, request_id, ines)
    assert the(house, request_id).status is Status.RECEIVED


def test_the_same_ask_twice_is_closed_with_the_reference_of_the_other(
    house: House, ines: Actor
) -> None:
    one, other = receive_now(house), receive_now(house)
    stranger = receive_now(house, email="someone@example.org")
    with house.db.writing() as session:
        for wrong in (the(house, stranger).reference, the(house, one).reference, "BWV-2222-2222"):
            with pytest.raises(Refused):
                close_duplicate(session, request_id=one, other=wrong, by=ines, at=house.now())
        reference = the(house, other).reference
        close_duplicate(session, request_id=one, other=reference, by=ines, at=house.now())
    ended = the(house, one)
    assert (ended.status, ended.ending) == (Status.CLOSED, Ending.REDIRECTED)
    assert reference in ended.messages[-1].body


def fee(house: House, request_id: UUID, by: Actor) -> None:
    with house.db.writing() as session:
        ask_fee(
            session,
            request_id=request_id,
            pence=2550,
            reasons="The fourth request for the same.",
            pay_how="Phone us.",
            by=by,
            at=house.now(),
        )


def paid(house: House, request_id: UUID, on: date, by: Actor) -> None:
    with house.db.writing() as session:
        note_fee_paid(session, request_id=request_id, paid_on=on, by=by, at=house.now())


def test_a_subject_access_fee_moves_the_start(house: House, clock: Clock, dana: Actor) -> None:
    """DPA 2018 s.54(3)(c): the period begins when the fee is paid."""
    request_id = receive_now(house)
    fee(house, request_id, dana)
    asked = the(house, request_id)
    assert (asked.status, asked.target_due_on) == (Status.AWAITING_FEE, None)
    with house.db.reading() as session:
        assert clock_now(session, asked, asked.steps).waiting_for == (WaitingFor.FEE,)
    letter = the_letter(house, request_id, LetterKind.FEES_NOTICE)
    assert (letter.fields["fee_amount"], letter.fields["pay_by"]) == ("£25.50", "2026-12-02")

    clock.forward(days=10)
    for wrong in (date(2026, 11, 1), date(2026, 11, 13)):
        with pytest.raises(Refused, match="from the day we asked until today"):
            paid(house, request_id, wrong, dana)
    paid(house, request_id, date(2026, 11, 11), dana)
    after = the(house, request_id)
    assert (after.status, after.start_on) == (Status.SEARCHING, date(2026, 11, 11))
    assert after.legal_due_on == date(2026, 12, 11)


def test_a_fees_notice_not_paid_in_three_months_ends_the_duty(
    house: House, clock: Clock, dana: Actor
) -> None:
    """FOIA s.9(2), s.10(2)."""
    request_id = receive_now(house, about=AboutWhom.GENERAL)
    fee(house, request_id, dana)  # 2 November: the last day to pay is 1 February
    each_day(house, clock, 91)
    assert house.now().date() == date(2027, 2, 1)
    with pytest.raises(Refused, match="until the end of 1 February 2027"):
        close_now(house, request_id, ClosedBecause.NO_FEE, dana)
    each_day(house, clock, 1)
    with house.db.reading() as session:
        assert nothing_came(session, today=date(2027, 2, 2)) == [request_id]
    with pytest.raises(Refused, match="The last day to pay was 1 February 2027"):
        paid(house, request_id, date(2027, 2, 2), dana)
    close_now(house, request_id, ClosedBecause.NO_FEE, dana)
    assert events_of(house, request_id, Event.REMINDED) == [date(2026, 11, 16)]
    assert events_of(house, request_id, Event.DELAY_TOLD) == []
    assert the(house, request_id).ending is Ending.FEE_NOT_PAID
    with pytest.raises(Refused, match="not paid within three months"):
        open_again(house, request_id, dana)
    with house.db.reading() as session:
        facts = facts_of(session, session.get_one(FootageRequest, request_id))
        assert obstacle(Event.TAKEN_UP, facts) is not None


def test_a_subject_access_fee_that_comes_after_closing_starts_the_time(
    house: House, clock: Clock, dana: Actor
) -> None:
    request_id = receive_now(house)
    fee(house, request_id, dana)
    clock.forward(days=40)
    close_now(house, request_id, ClosedBecause.NO_FEE, dana)
    clock.forward(days=5)
    open_again(house, request_id, dana)
    assert the(house, request_id).start_on == date(2026, 12, 17)


def test_a_fee_asked_for_too_late_is_refused_before_anything_is_written(
    house: House, clock: Clock, dana: Actor
) -> None:
    request_id = receive_now(house)
    clock.forward(days=31)
    with pytest.raises(Refused, match="came after the time had ended on Wednesday 2 December 2026"):
        fee(house, request_id, dana)
    assert the(house, request_id).status is Status.RECEIVED
    assert LetterKind.FEES_NOTICE not in kinds_of(house, request_id)


def test_proof_sent_after_closing_is_seen_and_starts_the_time_on_its_day(
    house: House, clock: Clock, ines: Actor
) -> None:
    """DPA 2018 s.54(3)(b): the day on which the information asked for is received."""
    request_id = closed_without_proof(house, clock, ines)
    with house.db.writing() as session:
        assert takes_proof(by_id(session, request_id))
        move(
            session,
            request_id=request_id,
            event=Event.PROOF_RECEIVED,
            by=PUBLIC,
            at=house.now(),
        )
    assert the(house, request_id).ending is Ending.ID_NOT_CONFIRMED
    assert came(house) == [request_id]
    open_again(house, request_id, ines)
    shown_at_a_counter(house, request_id, date(2026, 12, 10), ines)
    assert the(house, request_id).start_on == date(2026, 12, 10)
    assert "We still need" not in the(house, request_id).messages[-1].body


def test_a_request_opened_again_without_the_proof_waits_for_it_again(
    house: House, clock: Clock, ines: Actor
) -> None:
    """Otherwise it had no date, and nobody waited for anything or was told anything."""
    request_id = closed_without_proof(house, clock, ines)
    open_again(house, request_id, ines)
    again = the(house, request_id)
    assert (again.status, again.target_due_on) == (Status.AWAITING_IDENTITY, None)
    with house.db.reading() as session:
        assert nothing_came(session, today=date(2027, 1, 10)) == []
        assert to_remind(session, today=date(2026, 12, 24)) == [request_id]
    assert "We still need what we asked you for." in again.messages[-1].body


def test_proof_is_not_taken_for_a_request_that_ended_otherwise(house: House, ines: Actor) -> None:
    request_id = receive_now(house, about=AboutWhom.GENERAL)
    close_now(house, request_id, ClosedBecause.NOT_VALID, ines)
    with house.db.writing() as session:
        assert not takes_proof(by_id(session, request_id))
        with pytest.raises(Refused):
            move(
                session,
                request_id=request_id,
                event=Event.PROOF_RECEIVED,
                by=PUBLIC,
                at=house.now(),
            )


def test_nothing_asked_after_an_upheld_review_moves_a_date(
    house: House, clock: Clock, ines: Actor, dana: Actor
) -> None:
    """The law's date was kept or missed by the first answer, and silence cannot undo it."""
    ready = ready_to_decide(house)
    clock.forward(days=3)
    answered(house, ready)
    clock.forward(days=5)
    request_id = ready.request_id
    with house.db.writing() as session:
        for event in (Event.REVIEW_UPHELD, Event.SEARCH_STARTED):
            move(session, request_id=request_id, event=event, by=ines, at=house.now())
    before = the(house, request_id)
    for asks in (ask_a_question, ask_for_proof):
        with pytest.raises(Refused, match=r"again for a fresh answer.*in a message"):
            asks(house, request_id, ines)
    with pytest.raises(Refused, match="opened it again for a fresh answer"):
        fee(house, request_id, dana)
    after = the(house, request_id)
    assert (after.status, after.legal_due_on) == (Status.SEARCHING, before.legal_due_on)
    assert after.target_due_on == before.target_due_on


def told_of(house: House, request_id: UUID) -> tuple[list[object], list[tuple[object, ...]]]:
    """Every letter and e-mail that told a request was late, without what names the request."""
    reference = the(house, request_id).reference
    with house.db.reading() as session:
        letters = [
            {name: value for name, value in one.fields.items() if name != "reference"}
            for one in letters_of(session, request_id)
            if one.kind is LetterKind.DELAY
        ]
        mails = session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.LETTER))
        sent = [
            (one.written_at, (one.body or "").replace(reference, ""), one.subject == subject)
            for one in mails
            if one.fields["reference"] == reference
            for subject in [f"There is a letter for you: {reference}"]
        ]
    return list(letters), list(sent)


def test_a_delay_tells_nothing_of_a_secret_hold(house: House, clock: Clock) -> None:
    """DPA 2018 s.45(6): the same letters, e-mails and days, whatever a search found."""
    secret = ready_to_decide(house)
    place_hold(house, secret.recording_ids[0], level=Level.NEITHER_CONFIRM_NOR_DENY)
    open_one, nothing = ready_to_decide(house), ready_to_decide(house, contents=())
    each_day(house, clock, 40)
    one, two, three = (told_of(house, each.request_id) for each in (secret, open_one, nothing))
    assert len(one[0]) == len(one[1]) == 2
    assert one == two == three
