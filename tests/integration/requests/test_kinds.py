"""One ask for two things, another law than the one we took, and wanting less."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC
from portal.errors import Refused
from portal.house import House
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.letters.queries import letters_of
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.requests.commands.clarifying import ask
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.commands.moving import move
from portal.requests.commands.narrowing import narrow
from portal.requests.commands.reclassifying import reclassify
from portal.requests.commands.splitting import split
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Regime, Status
from portal.requests.messages import Meaning, Sender
from portal.requests.models import FootageRequest, Representative
from portal.requests.queries import by_id
from portal.requests.regimes import Because
from portal.requests.waiting import waiting_of
from tests.factories.applicants import asked_who_they_are, intake_handler, received


def on(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


class Story:
    """One request from the second of November."""

    def __init__(self, house: House, **given: Any) -> None:
        self.house = house
        with house.db.writing() as session:
            self.id: UUID = received(session, at=on(2), **given).id
            self.handler = intake_handler(session, at=on(2))

    def now(self, request_id: UUID | None = None) -> FootageRequest:
        with self.house.db.reading() as session:
            return by_id(session, request_id or self.id)

    def moved(self, event: Event, at: datetime) -> None:
        with self.house.db.writing() as session:
            move(session, request_id=self.id, event=event, by=self.handler, at=at)

    def reclassified(self, because: Because, day: int = 5) -> None:
        with self.house.db.writing() as session:
            reclassify(session, request_id=self.id, because=because, by=self.handler, at=on(day))

    def asked_who_they_are(self, day: int) -> None:
        with self.house.db.writing() as session:
            asked_who_they_are(session, self.id, by=self.handler, at=on(day))

    def splits(self, asked: str = "How many cameras?") -> FootageRequest:
        with self.house.db.writing() as session:
            return split(session, request_id=self.id, asked=asked, by=self.handler, at=on(4))

    def letters(self) -> list[Letter]:
        with self.house.db.reading() as session:
            found = letters_of(session, self.id)
            return sorted(found, key=lambda letter: letter.issued_at)

    def notices(self) -> int:
        with self.house.db.reading() as session:
            wanted = sa.select(sa.func.count()).where(Notice.kind == NoticeKind.MESSAGE)
            return session.scalar(wanted) or 0

    def requests(self) -> int:
        with self.house.db.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(FootageRequest)) or 0


@pytest.fixture
def story(house: House) -> Story:
    return Story(house)


# 30 November is a holiday in Scotland, so the 20th working day is the first of December.


def test_asking_for_ones_own_video_as_information_is_subject_access_from_the_same_day(
    house: House,
) -> None:
    story = Story(house, about=AboutWhom.GENERAL)
    assert story.now().target_due_on == date(2026, 12, 1)
    story.reclassified(Because.OWN_VIDEO)
    known = story.now()
    assert (known.regime, known.about, known.status) == (
        Regime.SAR_PART3,
        AboutWhom.ME,
        Status.RECEIVED,
    )
    assert (known.received_on, known.start_on) == (date(2026, 11, 2), date(2026, 11, 2))
    assert known.target_due_on == date(2026, 12, 2)
    assert known.steps[-1].note == "foi to sar_part3: own_video"
    (message,) = known.messages
    assert message.sender is Sender.US
    assert "We will reply by 2 December 2026." in message.body
    assert story.notices() == 1
    first, second = story.letters()
    assert (first.kind, second.kind) == (LetterKind.ACK, LetterKind.ACK)
    assert (first.fields["regime"], second.fields["regime"]) == ("foi", "sar_part3")
    # Who they are was never asked, and can be now.
    story.asked_who_they_are(6)
    assert story.now().status is Status.AWAITING_IDENTITY


def test_video_that_is_not_of_them_is_information_and_needs_no_proof(story: Story) -> None:
    story.asked_who_they_are(3)
    assert story.now().target_due_on is None
    story.reclassified(Because.NOT_OF_THEM)
    known = story.now()
    assert (known.regime, known.status) == (Regime.FOI, Status.RECEIVED)
    assert known.target_due_on == date(2026, 12, 1)


def test_another_purpose_is_another_law_and_what_we_wait_for_stays(story: Story) -> None:
    story.asked_who_they_are(3)
    story.reclassified(Because.OTHER_PURPOSE)
    known = story.now()
    assert (known.regime, known.status) == (Regime.SAR_GDPR, Status.AWAITING_IDENTITY)
    assert known.target_due_on is None
    story.reclassified(Because.LAW_ENFORCEMENT, 6)
    assert story.now().regime is Regime.SAR_PART3


def test_another_law_asks_for_no_proof_that_is_here_or_was_asked_for(story: Story) -> None:
    story.asked_who_they_are(3)
    story.moved(Event.PROOF_RECEIVED, on(4))
    story.reclassified(Because.OTHER_PURPOSE)
    known = story.now()
    assert known.status is Status.AWAITING_IDENTITY
    assert [step.event for step in known.steps].count(Event.IDENTITY_ASKED) == 1
    # What came is ours to check: nobody is reminded of it.
    assert waiting_of(known.status, known.regime, known.steps) is None
    # Under FOIA nobody is asked; back under subject access, the old ask still stands.
    story.reclassified(Because.NOT_OF_THEM, 6)
    assert story.now().status is Status.RECEIVED
    story.reclassified(Because.OWN_VIDEO, 7)
    assert story.now().status is Status.AWAITING_IDENTITY


@pytest.mark.parametrize(
    ("before", "because"),
    [
        (AboutWhom.ME, Because.OWN_VIDEO),
        (AboutWhom.ME, Because.LAW_ENFORCEMENT),
        (AboutWhom.GENERAL, Because.NOT_OF_THEM),
    ],
)
def test_a_reason_that_does_not_fit_is_refused(
    house: House, before: AboutWhom, because: Because
) -> None:
    story = Story(house, about=before)
    regime = story.now().regime
    with pytest.raises(Refused, match="does not fit"):
        story.reclassified(because)
    assert story.now().regime is regime


@pytest.mark.parametrize("event", [Event.CLARIFICATION_ASKED, Event.FEE_ASKED])
def test_the_law_stays_while_a_question_or_a_fee_is_open(story: Story, event: Event) -> None:
    story.moved(event, on(3))
    with pytest.raises(Refused):
        story.reclassified(Because.NOT_OF_THEM)
    known = story.now()
    assert (known.regime, known.about) == (Regime.SAR_PART3, AboutWhom.ME)
    assert known.messages == []


@pytest.mark.parametrize(
    ("about", "event", "because"),
    [
        (AboutWhom.ME, Event.EXTENDED, Because.NOT_OF_THEM),
        (AboutWhom.GENERAL, Event.INTEREST_EXTENDED, Because.OWN_VIDEO),
    ],
)
def test_more_time_under_one_law_is_none_under_another(
    house: House, about: AboutWhom, event: Event, because: Because
) -> None:
    story = Story(house, about=about)
    story.moved(event, on(3))
    story.reclassified(because)
    plain = {Regime.FOI: date(2026, 12, 1), Regime.SAR_PART3: date(2026, 12, 2)}
    assert story.now().target_due_on == plain[story.now().regime]


def test_what_came_as_one_becomes_two_and_stays_two(story: Story) -> None:
    other = story.splits()
    again = story.splits("Something else")
    assert again.id == other.id
    assert story.requests() == 2
    one, two = story.now(), story.now(other.id)
    assert (one.linked_to, two.linked_to) == (two.id, one.id)
    assert (one.regime, two.regime) == (Regime.SAR_PART3, Regime.FOI)
    assert (one.received_at, two.received_at) == (on(2), on(2))
    assert (one.target_due_on, two.target_due_on) == (date(2026, 12, 2), date(2026, 12, 1))
    assert two.sighting.what_happened == "How many cameras?"
    (message,) = one.messages
    assert one.reference in message.body
    assert two.reference in message.body
    assert two.messages == []
    with story.house.db.writing() as session, pytest.raises(Refused, match="one of two already"):
        split(session, request_id=two.id, asked="More", by=story.handler, at=on(5))


def test_the_other_half_of_information_is_their_own_video(house: House) -> None:
    story = Story(house, about=AboutWhom.GENERAL, latitude=51.5, longitude=-0.1)
    other = story.splits("Video of me.")
    made = story.now(other.id)
    assert (made.regime, made.about) == (Regime.SAR_PART3, AboutWhom.ME)
    assert made.sighting.latitude == 51.5
    assert made.sighting.place == story.now().sighting.place
    assert made.sighting.what_happened == "Video of me."


def test_an_ended_request_is_not_split(story: Story) -> None:
    story.moved(Event.WITHDRAWN, on(3))
    with pytest.raises(Refused, match="has ended"):
        story.splits()
    assert story.requests() == 1


def test_wanting_less_moves_no_date(story: Story) -> None:
    before = story.now()
    with story.house.db.writing() as session:
        narrow(session, request_id=story.id, body="Only the search.", by=PUBLIC, at=on(3))
    after = story.now()
    assert (after.status, after.target_due_on) == (before.status, before.target_due_on)
    assert after.steps[-1].event is Event.NARROWED
    (message,) = after.messages
    assert (message.meaning, message.sender) == (Meaning.NARROWING, Sender.APPLICANT)


def test_wanting_less_is_no_answer_to_a_question(story: Story) -> None:
    with story.house.db.writing() as session:
        ask(
            session,
            request_id=story.id,
            questions="Which street?",
            why_needed="There are two.",
            by=story.handler,
            at=on(3),
        )
        narrow(session, request_id=story.id, body="Only the search.", by=PUBLIC, at=on(4))
    assert story.now().status is Status.AWAITING_CLARIFICATION


def test_nothing_is_narrowed_once_it_is_over(story: Story) -> None:
    story.moved(Event.WITHDRAWN, on(3))
    with story.house.db.writing() as session, pytest.raises(Refused):
        narrow(session, request_id=story.id, body="Only the search.", by=PUBLIC, at=on(4))
    assert story.now().messages == []


@pytest.mark.parametrize("meaning", [Meaning.INFORMATION, Meaning.FORMAT])
def test_a_question_about_the_format_pauses_nothing(story: Story, meaning: Meaning) -> None:
    before = story.now()
    with story.house.db.writing() as session:
        write_to_applicant(
            session,
            request_id=story.id,
            body="On a disc, or as a download?",
            by=story.handler,
            at=on(3),
            meaning=meaning,
        )
    after = story.now()
    assert (after.status, after.target_due_on) == (before.status, before.target_due_on)
    assert len(after.steps) == len(before.steps)
    assert after.messages[0].meaning is meaning


@pytest.mark.parametrize(
    "meaning", [Meaning.IDENTITY, Meaning.AUTHORITY, Meaning.CLARIFICATION, Meaning.NARROWING]
)
def test_what_can_move_a_date_is_no_plain_message(story: Story, meaning: Meaning) -> None:
    with story.house.db.writing() as session, pytest.raises(Refused, match="page of its own"):
        write_to_applicant(
            session, request_id=story.id, body="?", by=story.handler, at=on(3), meaning=meaning
        )
    assert story.now().messages == []


def test_who_acts_for_them_gets_the_letters_of_both_halves(story: Story) -> None:
    with story.house.db.writing() as session:
        session.add(
            Representative(
                request_id=story.id,
                name="Sam Law",
                relationship_to_applicant="Solicitor",
                organisation="Law and Co",
            )
        )
    other = story.splits()

    acting = story.now(other.id).representative
    assert acting is not None
    assert (acting.name, acting.organisation) == ("Sam Law", "Law and Co")
    with story.house.db.reading() as session:
        (letter,) = letters_of(session, other.id)
    assert letter.fields["representative_name"] == "Sam Law"
