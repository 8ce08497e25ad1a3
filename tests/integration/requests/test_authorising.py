"""Authority to act is asked for, checked and accepted, and moves the clock as the law says."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC
from portal.errors import Refused
from portal.house import House
from portal.identity.authority import Acting, Answer, Lack, checks_for
from portal.identity.commands.proofs import receive_proof
from portal.identity.files import FileType
from portal.identity.proof import Judged, ProofKind
from portal.identity.queries import checks_of
from portal.identity.viewing import SealedFile
from portal.ids import new_id
from portal.letters.models import Letter
from portal.outbox.models import OutboxJob
from portal.requests.commands.authorising import accept_authority, ask_authority
from portal.requests.commands.proving import Known, accept_identity, proof_received
from portal.requests.commands.receiving import receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, RepresentativeDetails
from portal.requests.lifecycle import Event, Regime, Status, obstacle
from portal.requests.messages import Meaning
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id, facts_of
from portal.requests.waiting_queries import to_remind
from tests.factories.applicants import asked_who_they_are, intake, intake_handler


def on(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def right(acting: Acting = Acting.SOLICITOR, age: int | None = None) -> dict[str, str]:
    return {
        check.name: Answer.NO if check.is_warning else check.right[-1]
        for check in checks_for(acting, age)
    }


class Story:
    """A request of the second of November by one who acts for another."""

    def __init__(
        self, house: House, acting: Acting = Acting.SOLICITOR, born_on: date | None = None
    ) -> None:
        self.house = house
        person = ApplicantDetails("Amina Example", "amina@example.org", date_of_birth=born_on)
        asked = Intake(
            AboutWhom.SOMEONE_I_ACT_FOR,
            person,
            intake().sighting,
            representative=RepresentativeDetails("Cas Example", "solicitor", acting=acting),
        )
        with house.db.writing() as session:
            self.id = receive(
                session, request_id=new_id(), intake=asked, received_at=on(2), by=PUBLIC, at=on(2)
            ).id
            self.handler = intake_handler(session, at=on(2))

    def sends(self, at: datetime, kind: ProofKind = ProofKind.AUTHORITY) -> None:
        kept = self.house.vault.keep("proofs", io.BytesIO(b"%PDF-1.7 sealed"))
        file = SealedFile(FileType.PDF, 1, kept)
        with self.house.db.writing() as session:
            proof_received(session, request_id=self.id, kind=kind, file=file, by=PUBLIC, at=at)

    def sent_with_draft(self, at: datetime) -> None:
        kept = self.house.vault.keep("proofs", io.BytesIO(b"%PDF-1.7 sealed"))
        file = SealedFile(FileType.PDF, 1, kept)
        with self.house.db.writing() as session:
            receive_proof(
                session,
                subject_id=self.id,
                kind=ProofKind.AUTHORITY,
                file=file,
                by=PUBLIC,
                at=at,
            )

    def asked(self, at: datetime, *lacks: Lack, note: str = "") -> None:
        with self.house.db.writing() as session:
            ask_authority(
                session,
                request_id=self.id,
                lacks=lacks or [Lack.NOTHING_SENT],
                note=note,
                by=self.handler,
                at=at,
            )

    def identity_asked(self, at: datetime) -> None:
        with self.house.db.writing() as session:
            asked_who_they_are(session, self.id, by=self.handler, at=at)

    def identity_accepted(self, at: datetime, known: Known = Known.PROOFS) -> None:
        with self.house.db.writing() as session:
            accept_identity(session, request_id=self.id, by=self.handler, at=at, known=known)

    def accepted(self, at: datetime, **given: Any) -> None:
        told: dict[str, Any] = {"found": right(), "signed_on": date(2026, 10, 1)} | given
        with self.house.db.writing() as session:
            accept_authority(session, request_id=self.id, by=self.handler, at=at, **told)

    def now(self) -> FootageRequest:
        with self.house.db.reading() as session:
            return by_id(session, self.id)

    def jobs(self) -> int:
        with self.house.db.reading() as session:
            wanted = sa.select(sa.func.count()).where(OutboxJob.job == "delete_proofs")
            return session.scalar(wanted) or 0


@pytest.fixture
def story(house: House) -> Story:
    return Story(house)


def test_asked_for_and_sent_starts_on_the_day_it_came(story: Story) -> None:
    story.asked(on(5), Lack.TOO_OLD, note="A new one will do.")
    waiting = story.now()
    assert waiting.status is Status.AWAITING_AUTHORITY
    assert waiting.target_due_on is None
    (message,) = waiting.messages
    assert message.meaning is Meaning.AUTHORITY
    assert message.body.splitlines() == [Lack.TOO_OLD.explanation, "A new one will do."]
    story.sends(on(9))
    story.accepted(on(12))
    known = story.now()
    assert known.status is Status.SEARCHING
    assert known.start_on == date(2026, 11, 9)
    assert known.authority_accepted_at == on(12)
    assert known.representative is not None
    assert known.representative.checks == {**right(), "signed_on": "2026-10-01"}
    with story.house.db.reading() as session:
        told = session.scalars(sa.select(Letter).order_by(Letter.issued_at.desc())).first()
        assert told is not None
        assert told.fields["doubt_reason"] == [Lack.TOO_OLD.explanation]
        assert any("signed" in words for words in told.fields["accepted_proofs"])
        asked, accepted = checks_of(session, story.id)
        assert (asked.judged, accepted.judged) == (Judged.AUTHORITY, Judged.AUTHORITY)


def test_never_asked_leaves_the_day_of_receipt(story: Story) -> None:
    story.sends(on(9))
    story.accepted(on(12))
    assert story.now().start_on == date(2026, 11, 2)
    assert story.now().status is Status.RECEIVED


def test_sent_with_the_request_moves_nothing_even_if_asked_again(story: Story) -> None:
    story.sent_with_draft(on(1))
    story.asked(on(5), Lack.UNREADABLE)
    story.accepted(on(6))
    assert story.now().start_on == date(2026, 11, 2)


def test_both_are_waited_for_together_and_the_last_starts_the_time(story: Story) -> None:
    story.asked(on(3))
    story.identity_asked(on(3))
    assert story.now().status is Status.AWAITING_AUTHORITY
    story.sends(on(6))
    story.accepted(on(7))
    assert story.now().status is Status.AWAITING_IDENTITY
    assert story.now().target_due_on is None
    story.sends(on(10), ProofKind.PASSPORT)
    story.identity_accepted(on(11))
    assert story.now().status is Status.SEARCHING
    assert story.now().start_on == date(2026, 11, 10)


def test_authority_that_did_not_come_with_the_proof_is_chased(story: Story) -> None:
    story.identity_asked(on(3))
    story.asked(on(3))
    story.sends(on(5), ProofKind.PASSPORT)
    story.identity_accepted(on(8))
    assert story.now().status is Status.AWAITING_AUTHORITY
    with story.house.db.reading() as session:
        assert to_remind(session, today=date(2026, 11, 21)) == []
        assert to_remind(session, today=date(2026, 11, 22)) == [story.id]
    story.sends(on(23))
    with story.house.db.reading() as session:
        assert to_remind(session, today=date(2026, 11, 24)) == []


def test_authority_asked_for_when_the_time_has_ended_is_refused(story: Story) -> None:
    late = datetime(2026, 12, 10, 12, tzinfo=UTC)
    with pytest.raises(Refused, match="came after the time had ended"):
        story.asked(late)
    standing = story.now()
    assert (standing.status, standing.messages) == (Status.RECEIVED, [])
    assert standing.target_due_on == date(2026, 12, 2)


@pytest.mark.parametrize(
    "given",
    [
        {"found": {}},
        {"found": {**right(), "covers_footage": Answer.NO}},
        {"signed_on": None},
        {"signed_on": date(2026, 5, 8)},
        {"signed_on": date(2026, 11, 10)},
        {"known": Known.SHOWN},
    ],
)
def test_nothing_is_accepted_before_it_is_checked(story: Story, given: dict[str, Any]) -> None:
    story.sends(on(9))
    with pytest.raises(Refused):
        story.accepted(on(12), **given)
    assert story.now().authority_accepted_at is None


def test_an_identity_paper_is_no_authority(story: Story) -> None:
    story.sends(on(9), ProofKind.PASSPORT)
    with pytest.raises(Refused, match="no proof yet"):
        story.accepted(on(12))
    story.accepted(on(12), known=Known.SHOWN, shown_on=date(2026, 11, 10))
    assert story.now().authority_accepted_at == on(12)


def test_nothing_is_decided_without_authority(story: Story) -> None:
    story.identity_accepted(on(3), Known.ESTABLISHED)
    with story.house.db.reading() as session:
        facts = facts_of(session, by_id(session, story.id))
    assert obstacle(Event.DECIDED, facts) == "Accept the representative’s authority to act first."


def test_asking_again_takes_acceptance_back(story: Story) -> None:
    story.sends(on(3))
    story.accepted(on(4))
    story.asked(on(5), Lack.NOT_THIS_VIDEO)
    assert story.now().authority_accepted_at is None
    assert story.now().status is Status.AWAITING_AUTHORITY


def test_a_birth_certificate_stays_until_both_are_known(house: House) -> None:
    story = Story(house, Acting.PARENT, born_on=date(2016, 3, 1))
    story.sends(on(3), ProofKind.BIRTH_CERTIFICATE)
    story.identity_accepted(on(4))
    assert story.jobs() == 0
    story.accepted(on(5), found=right(Acting.PARENT, 10), signed_on=None)
    assert story.jobs() == 1


def test_a_court_order_goes_to_a_specialist(house: House) -> None:
    story = Story(house, Acting.PARENT, born_on=date(2016, 3, 1))
    story.sends(on(3), ProofKind.COURT_ORDER)
    found = {**right(Acting.PARENT, 10), "contact_order": Answer.YES}
    with pytest.raises(Refused, match="specialist"):
        story.accepted(on(5), found=found, signed_on=None)
    story.accepted(on(5), found={**found, "specialist": Answer.YES}, signed_on=None)
    assert story.now().authority_accepted_at == on(5)


def test_where_nobody_acts_nothing_is_asked(house: House) -> None:
    with house.db.writing() as session:
        made = receive(
            session, request_id=new_id(), intake=intake(), received_at=on(2), by=PUBLIC, at=on(2)
        )
        handler = intake_handler(session, at=on(2))
    for deed in (
        lambda session: ask_authority(
            session,
            request_id=made.id,
            lacks=[Lack.NOTHING_SENT],
            note="",
            by=handler,
            at=on(3),
        ),
        lambda session: accept_authority(
            session,
            request_id=made.id,
            found=right(),
            by=handler,
            at=on(3),
            known=Known.ESTABLISHED,
        ),
    ):
        with house.db.writing() as session, pytest.raises(Refused, match="Nobody acts"):
            deed(session)
    assert made.regime is Regime.SAR_PART3
