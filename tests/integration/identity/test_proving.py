"""Judging identity moves the start of the clock as the law says, and in no other way."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC, WORKER, Actor
from portal.errors import Refused
from portal.house import House
from portal.identity.commands.proofs import receive_proof
from portal.identity.files import FileType
from portal.identity.jobs import delete_proofs
from portal.identity.proof import CodePurpose, Doubt, ProofKind, Verdict
from portal.identity.queries import checks_of, proofs_of
from portal.identity.viewing import SealedFile
from portal.ids import new_id
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import Lease
from portal.outbox.models import OutboxJob
from portal.recordings.models import Preservation
from portal.requests.commands.confirming import send_code, type_code
from portal.requests.commands.messaging import (
    answer_clarification,
    write_to_applicant,
    write_to_us,
)
from portal.requests.commands.moving import move
from portal.requests.commands.proving import (
    Known,
    accept_identity,
    delete_old_pictures,
    proof_received,
)
from portal.requests.commands.tidying import tidy
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.messages import Meaning
from portal.requests.models import FootageRequest, RequestDraft
from portal.requests.queries import by_id
from tests.factories.applicants import asked_who_they_are, intake_handler, received
from tests.factories.disclosure import confirm, recording


def on(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


class Story:
    """One request from the second of November, and what happens to it."""

    def __init__(self, house: House, **given: Any) -> None:
        self.house = house
        with house.db.writing() as session:
            self.id: UUID = received(session, at=on(2), **given).id
            self.handler: Actor = intake_handler(session, at=on(2))

    def sends(self, at: datetime, kind: ProofKind = ProofKind.PASSPORT) -> None:
        with self.house.db.writing() as session:
            proof_received(
                session, request_id=self.id, kind=kind, file=self._file(), by=PUBLIC, at=at
            )

    def sent_with_draft(self, at: datetime) -> None:
        with self.house.db.writing() as session:
            receive_proof(
                session,
                subject_id=self.id,
                kind=ProofKind.PASSPORT,
                file=self._file(),
                by=PUBLIC,
                at=at,
            )

    def asked(self, at: datetime, *doubts: Doubt, note: str = "") -> None:
        with self.house.db.writing() as session:
            asked_who_they_are(session, self.id, *doubts, by=self.handler, at=at, note=note)

    def accepted(self, at: datetime, **given: Any) -> None:
        with self.house.db.writing() as session:
            accept_identity(session, request_id=self.id, by=self.handler, at=at, **given)

    def now(self) -> FootageRequest:
        with self.house.db.reading() as session:
            return by_id(session, self.id)

    def notices(self, kind: NoticeKind) -> int:
        with self.house.db.reading() as session:
            wanted = sa.select(sa.func.count()).where(Notice.kind == kind)
            return session.scalar(wanted) or 0

    def _file(self) -> SealedFile:
        kept = self.house.vault.keep("proofs", io.BytesIO(b"%PDF-1.7 sealed"))
        return SealedFile(FileType.PDF, 1, kept)


@pytest.fixture
def story(house: House) -> Story:
    return Story(house)


def test_asked_and_then_sent_starts_on_the_day_it_came(story: Story) -> None:
    due_at_first = story.now().target_due_on
    story.asked(on(5))
    waiting = story.now()
    assert waiting.status is Status.AWAITING_IDENTITY
    assert (waiting.start_on, waiting.target_due_on) == (None, None)
    story.sends(on(9, 23))
    assert story.now().status is Status.AWAITING_IDENTITY
    assert story.now().start_on is None
    story.accepted(on(12))
    known = story.now()
    assert known.status is Status.SEARCHING
    assert known.start_on == date(2026, 11, 9)
    assert known.identity_accepted_at == on(12)
    assert due_at_first == date(2026, 12, 2)
    assert known.target_due_on == date(2026, 12, 9)


def test_the_first_proof_since_we_asked_starts_the_time(story: Story) -> None:
    story.asked(on(5))
    story.sends(on(6))
    story.sends(on(15), ProofKind.UTILITY_BILL)
    story.accepted(on(16))
    assert story.now().start_on == date(2026, 11, 6)
    assert story.now().target_due_on == date(2026, 12, 7)


def test_the_handler_may_say_which_proof_was_enough(story: Story) -> None:
    story.asked(on(5))
    story.sends(on(6))
    story.sends(on(15), ProofKind.UTILITY_BILL)
    story.sends(on(15), ProofKind.PHOTO_OF_YOU)
    with story.house.db.reading() as session:
        _, bill, photo = proofs_of(session, story.id)
    for stranger in (photo.id, new_id()):
        with pytest.raises(Refused):
            story.accepted(on(16), enough_id=stranger)
    story.accepted(on(16), enough_id=bill.id)
    assert story.now().start_on == date(2026, 11, 15)


def test_asked_twice_the_first_proof_since_the_second_time_counts(story: Story) -> None:
    story.asked(on(3))
    story.sends(on(4))
    story.asked(on(5), Doubt.UNREADABLE)
    story.sends(on(7))
    story.sends(on(9))
    story.accepted(on(12))
    assert story.now().start_on == date(2026, 11, 7)


def test_asking_again_when_the_time_has_ended_moves_nothing(story: Story) -> None:
    story.asked(on(3))
    story.sends(on(4))
    story.accepted(on(5))
    assert story.now().target_due_on == date(2026, 12, 4)
    late = datetime(2026, 12, 20, 12, tzinfo=UTC)
    with pytest.raises(Refused, match="came after the time had ended"):
        story.asked(late, Doubt.NAME_DIFFERS)
    assert story.now().target_due_on == date(2026, 12, 4)
    story.sends(late + timedelta(days=1))
    story.accepted(late + timedelta(days=1))
    known = story.now()
    assert (known.start_on, known.target_due_on) == (date(2026, 11, 4), date(2026, 12, 4))


def test_asking_again_in_time_starts_it_when_the_new_proof_came(story: Story) -> None:
    story.asked(on(3))
    story.sends(on(4))
    story.accepted(on(5))
    story.asked(on(10), Doubt.NAME_DIFFERS)
    assert story.now().target_due_on is None
    story.sends(on(12))
    story.accepted(on(13))
    assert story.now().start_on == date(2026, 11, 12)


def test_asked_again_and_the_same_proof_accepted_moves_nothing(story: Story) -> None:
    story.asked(on(3))
    story.sends(on(4))
    story.accepted(on(5, 9))
    story.asked(on(5, 10), Doubt.NAME_DIFFERS)
    for job in owed_deletions(story.house):
        delete_proofs(story.house, job)
    story.accepted(on(8))
    assert story.now().start_on == date(2026, 11, 4)
    assert len(owed_deletions(story.house)) == 2


def owed_deletions(house: House) -> list[Lease]:
    with house.db.reading() as session:
        owed = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "delete_proofs"))
        return [Lease(job.id, job.job, job.payload, 1, "token") for job in owed]


def test_never_asked_leaves_the_day_of_receipt(story: Story) -> None:
    story.sends(on(9))
    story.accepted(on(12))
    assert story.now().start_on == date(2026, 11, 2)
    assert story.now().target_due_on == date(2026, 12, 2)


def test_a_proof_that_came_before_we_asked_moves_nothing(story: Story) -> None:
    story.sends(on(4))
    story.asked(on(5), Doubt.UNREADABLE)
    story.accepted(on(6))
    assert story.now().start_on == date(2026, 11, 2)


def test_a_proof_of_the_same_day_moves_nothing_if_it_came_before_we_asked(story: Story) -> None:
    story.sends(on(5, 9))
    story.asked(on(5, 10), Doubt.UNREADABLE)
    story.accepted(on(6))
    assert story.now().start_on == date(2026, 11, 2)


def test_a_proof_sent_with_the_draft_moves_nothing(story: Story) -> None:
    story.sent_with_draft(datetime(2026, 10, 30, 12, tzinfo=UTC))
    story.accepted(on(3))
    assert story.now().start_on == date(2026, 11, 2)
    with story.house.db.reading() as session:
        (check,) = checks_of(session, story.id)
        assert (check.verdict, check.sufficient_on) == (Verdict.ACCEPTED, date(2026, 11, 2))


def test_shown_at_a_counter_counts_from_that_day(story: Story) -> None:
    story.asked(on(5))
    for day in (None, date(2026, 11, 1), date(2026, 11, 13)):
        with pytest.raises(Refused):
            story.accepted(on(12), known=Known.SHOWN, shown_on=day)
    story.accepted(on(12), known=Known.SHOWN, shown_on=date(2026, 11, 10))
    assert story.now().start_on == date(2026, 11, 10)


def test_without_proof_we_must_say_how_we_know(story: Story) -> None:
    story.sends(on(3), ProofKind.PHOTO_OF_YOU)
    with pytest.raises(Refused):
        story.accepted(on(4))
    story.accepted(on(4), known=Known.ESTABLISHED)
    assert story.now().start_on == date(2026, 11, 2)
    assert story.now().steps[-1].note == "established"


def test_asking_says_why_and_the_email_does_not(story: Story) -> None:
    story.asked(on(5), Doubt.EXPIRED, Doubt.ADDRESS_MISSING, note="A bill will do.")
    (message,) = story.now().messages
    assert message.meaning is Meaning.IDENTITY
    assert message.body.splitlines() == [
        Doubt.EXPIRED.explanation,
        Doubt.ADDRESS_MISSING.explanation,
        "A bill will do.",
    ]
    with story.house.db.reading() as session:
        notice = session.scalars(
            sa.select(Notice).where(Notice.kind == NoticeKind.IDENTITY_ASKED)
        ).one()
        assert set(notice.fields) == {"reference", "path"}


def test_asking_anew_takes_acceptance_back(story: Story) -> None:
    story.sends(on(3))
    story.accepted(on(4))
    story.asked(on(5), Doubt.NAME_DIFFERS)
    assert story.now().identity_accepted_at is None
    with story.house.db.writing() as session, pytest.raises(Refused):
        move(session, request_id=story.id, event=Event.DECIDED, by=story.handler, at=on(6))


def test_asking_again_is_a_second_email(story: Story) -> None:
    story.asked(on(5))
    story.asked(on(7), Doubt.UNREADABLE)
    assert story.notices(NoticeKind.IDENTITY_ASKED) == 2


def test_information_requests_take_no_proof(house: House) -> None:
    story = Story(house, about=AboutWhom.GENERAL)
    with pytest.raises(Refused):
        story.sends(on(3))


def test_information_requests_need_a_name_and_an_address_only(house: House) -> None:
    story = Story(house, about=AboutWhom.GENERAL)
    before = story.now()
    with pytest.raises(Refused, match="needs a name and an address"):
        story.asked(on(3))
    with pytest.raises(Refused, match="needs a name and an address"):
        story.accepted(on(3), known=Known.ESTABLISHED)
    after = story.now()
    assert (after.status, after.target_due_on) == (Status.RECEIVED, before.target_due_on)
    assert after.identity_accepted_at is None
    assert after.messages == []
    assert story.notices(NoticeKind.IDENTITY_ASKED) == 0
    with house.db.reading() as session:
        assert checks_of(session, story.id) == []


def test_a_closed_request_takes_no_proof(story: Story) -> None:
    with story.house.db.writing() as session:
        withdraw(session, request_id=story.id, by=PUBLIC, at=on(3))
    with pytest.raises(Refused):
        story.sends(on(4))


def test_confirming_the_email_never_changes_the_day_of_receipt(story: Story) -> None:
    reference = story.now().reference
    with story.house.db.writing() as session:
        send_code(session, reference=reference, purpose=CodePurpose.EMAIL, browser="mine", at=on(9))
    with story.house.db.reading() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.CODE)).one()
    with story.house.db.writing() as session:
        type_code(
            session,
            reference=reference,
            purpose=CodePurpose.EMAIL,
            browser="mine",
            typed=notice.fields["code"],
            at=on(9),
        )
    known = story.now()
    assert known.applicant.email_confirmed_at == on(9)
    assert (known.received_on, known.start_on) == (date(2026, 11, 2), date(2026, 11, 2))


def test_a_code_for_nobody_is_as_limited_and_sends_nothing(house: House) -> None:
    with house.db.writing() as session:
        for _ in range(2):
            send_code(
                session,
                reference="BWV-2222-2222",
                purpose=CodePurpose.EMAIL,
                browser="mine",
                at=on(9),
            )
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 0


def test_answering_a_question_sets_the_clock_going(story: Story) -> None:
    with story.house.db.writing() as session:
        move(
            session,
            request_id=story.id,
            event=Event.CLARIFICATION_ASKED,
            by=story.handler,
            at=on(5),
        )
    assert story.now().target_due_on is None
    with story.house.db.writing() as session:
        write_to_us(session, request_id=story.id, body="Wait a little.", by=PUBLIC, at=on(6))
    assert story.now().status is Status.AWAITING_CLARIFICATION
    with story.house.db.writing() as session:
        answer_clarification(session, request_id=story.id, body="At noon.", by=PUBLIC, at=on(9))
    assert story.now().status is Status.SEARCHING
    assert story.now().target_due_on == date(2026, 12, 7)
    with story.house.db.writing() as session:
        answer_clarification(session, request_id=story.id, body="Or one.", by=PUBLIC, at=on(10))
    meanings = [message.meaning for message in story.now().messages]
    assert meanings == [Meaning.INFORMATION, Meaning.CLARIFICATION, Meaning.INFORMATION]


def test_a_handlers_message_is_one_email_without_its_words(story: Story) -> None:
    with story.house.db.writing() as session:
        write_to_applicant(
            session, request_id=story.id, body="We found it.", by=story.handler, at=on(5)
        )
    assert story.notices(NoticeKind.MESSAGE) == 1
    with story.house.db.reading() as session:
        assert "found" not in str([n.fields for n in session.scalars(sa.select(Notice))])


def test_withdrawing_closes_tells_deletes_proofs_and_keeps_video_three_months(
    story: Story,
) -> None:
    story.sends(on(3))
    with story.house.db.writing() as session:
        found = recording(story.house, session)
        confirm(session, story.id, [found], at=on(3))
        session.add(Preservation(request_id=story.id, recording_id=found.id, placed_at=on(3)))
    with story.house.db.writing() as session:
        withdraw(session, request_id=story.id, by=PUBLIC, at=on(4))
    assert story.now().status is Status.CLOSED
    assert story.notices(NoticeKind.WITHDRAWN) == 1
    with story.house.db.reading() as session:
        kept = session.scalars(sa.select(Preservation)).one()
        assert kept.until is not None
        assert (kept.until - on(4)).days == 92
        job = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "delete_proofs")).one()
        assert job.due_at == on(4)
    with story.house.db.writing() as session, pytest.raises(Refused, match="cannot be ended now"):
        withdraw(session, request_id=story.id, by=PUBLIC, at=on(5))


def test_no_picture_outlives_the_end_by_more_than_thirty_days(story: Story) -> None:
    story.sends(on(3), ProofKind.PHOTO_OF_YOU)
    story.asked(on(4))
    with story.house.db.writing() as session:
        move(session, request_id=story.id, event=Event.CLOSED, by=story.handler, at=on(5))

    def owed(at: datetime) -> int:
        with story.house.db.writing() as session:
            delete_old_pictures(session, at=at)
        with story.house.db.reading() as session:
            wanted = sa.select(sa.func.count()).where(OutboxJob.job == "delete_proofs")
            return session.scalar(wanted) or 0

    assert owed(datetime(2026, 12, 5, 11, tzinfo=UTC)) == 0
    assert owed(datetime(2026, 12, 5, 13, tzinfo=UTC)) == 1


def test_a_draft_nobody_came_back_for_takes_its_proofs_along(house: House) -> None:
    story = Story(house)
    with house.db.writing() as session:
        draft = RequestDraft(
            id=new_id(), browser="mine", created_at=on(2), updated_at=on(2), expires_at=on(16)
        )
        draft.answers = {}
        session.add(draft)
    story.id = draft.id
    story.sent_with_draft(on(3))
    for at, owed in ((on(15), 0), (on(16), 1), (on(17), 1)):
        with house.db.writing() as session:
            tidy(session, by=WORKER, at=at)
        with house.db.reading() as session:
            wanted = sa.select(sa.func.count()).where(OutboxJob.job == "delete_proofs")
            assert session.scalar(wanted) == owed
    with house.db.reading() as session:
        assert session.get(RequestDraft, draft.id) is None
