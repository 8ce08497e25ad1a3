"""Asking us to look again, and complaining: the clock, the acknowledgement, the video kept."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.actors import PUBLIC
from portal.audit.models import AuditEntry
from portal.dates import london_day
from portal.errors import NotFound, Refused
from portal.house import House
from portal.ids import new_id
from portal.letters.kinds import LetterKind
from portal.letters.queries import letters_of
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.recordings.models import Preservation
from portal.requests.commands.keeping import KEPT_AFTER_CLOSING
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom, Channel
from portal.requests.models import FootageRequest
from portal.reviews.commands.answering import answer
from portal.reviews.commands.asking import ask_to_look_again
from portal.reviews.kinds import ReviewKind
from portal.reviews.models import Review
from portal.reviews.queries import reviews_of
from tests.conftest import Clock
from tests.factories.applicants import received
from tests.factories.disclosure import Ready, keep_video, ready_to_decide
from tests.factories.reviews import NOT_UPHELD, answered_request, asked, asked_in, reviewers

REVIEW, COMPLAINT = ReviewKind.INTERNAL_REVIEW, ReviewKind.COMPLAINT


def review_at(house: House, review_id: object) -> Review:
    with house.db.reading() as session:
        return session.get_one(Review, review_id)


def kept_until(house: House, ready: Ready) -> list[object]:
    with house.db.reading() as session:
        found = sa.select(Preservation.until).where(Preservation.request_id == ready.request_id)
        return list(session.scalars(found))


def test_a_review_has_twenty_working_days_from_the_day_it_came(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    clock.forward(days=10)
    review = review_at(house, asked(house, ready.request_id))
    assert review.received_on == london_day(house.now())
    assert review.due_on is not None
    assert timedelta(days=28) <= review.due_on - review.received_on <= timedelta(days=36)
    assert review.acknowledged_at == house.now()
    assert not review.is_late


@pytest.mark.parametrize(
    ("about", "kind"), [(AboutWhom.ME, COMPLAINT), (AboutWhom.GENERAL, REVIEW)]
)
def test_it_is_acknowledged_at_once_by_letter_and_e_mail(
    house: House, about: AboutWhom, kind: ReviewKind
) -> None:
    ready = answered_request(house, about=about)
    review = review_at(house, asked(house, ready.request_id, kind))
    with house.db.reading() as session:
        letters = letters_of(session, ready.request_id)
        letter = next(one for one in letters if one.kind is LetterKind.COMPLAINT_ACK)
        told = session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.LETTER)).all()
        deeds = session.scalars(sa.select(AuditEntry.deed)).all()
    assert letter.fields["reply_by"] == str(review.due_on)
    assert letter.fields["complained_on"] == str(review.received_on)
    assert letter.issued_at == review.received_at
    assert [notice.key for notice in told] == [f"letter:{letter.id}"]
    assert "second camera" not in str(told[0].fields)
    assert f"{kind.value}.received" in deeds


def test_one_without_an_address_is_acknowledged_by_post(house: House) -> None:
    ready = answered_request(house, about=AboutWhom.ME, email="")
    asked(house, ready.request_id, COMPLAINT)
    with house.db.reading() as session:
        letters = letters_of(session, ready.request_id)
        told = session.scalars(sa.select(Notice)).all()
    assert [one.is_to_post for one in letters if one.kind is LetterKind.COMPLAINT_ACK] == [True]
    assert told == []


def test_the_video_is_kept_again_while_a_review_is_open(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    answered_at = house.now()
    assert kept_until(house, ready) == [answered_at + KEPT_AFTER_CLOSING]
    clock.forward(days=80)
    asked(house, ready.request_id)
    assert kept_until(house, ready) == [None]
    with house.db.reading() as session:
        assert session.get_one(FootageRequest, ready.request_id).is_under_review


def test_ending_the_request_does_not_let_the_video_go_while_a_complaint_is_open(
    house: House,
) -> None:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        keep_video(session, ready, at=house.now())
        asked_in(session, house, ready.request_id, COMPLAINT)
        withdraw(session, request_id=ready.request_id, by=PUBLIC, at=house.now())
    assert kept_until(house, ready) == [None]


def test_a_complaint_can_be_made_before_we_answer(house: House) -> None:
    with house.db.writing() as session:
        made = received(session, at=house.now())
        asked_in(session, house, made.id, COMPLAINT)
    with house.db.reading() as session:
        assert [one.kind for one in reviews_of(session, made.id)] == [COMPLAINT]


def test_a_review_before_we_answer_is_refused(house: House) -> None:
    with house.db.writing() as session:
        made = received(session, at=house.now(), about=AboutWhom.GENERAL)
    with pytest.raises(Refused, match="when you have our answer"):
        asked(house, made.id)


def test_the_same_ask_twice_is_refused_and_the_database_knows_it_too(house: House) -> None:
    ready = answered_request(house)
    first = review_at(house, asked(house, ready.request_id))
    with pytest.raises(Refused, match="already"):
        asked(house, ready.request_id)
    with pytest.raises(IntegrityError), house.db.writing() as session:
        session.add(
            Review(
                request_id=first.request_id,
                kind=first.kind,
                channel=first.channel,
                words="Again",
                received_at=first.received_at,
                received_on=first.received_on,
            )
        )


def test_nobodys_request_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        asked(house, new_id())


def test_what_came_by_post_counts_from_the_day_it_came(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    came_at = clock.forward(days=2)
    clock.forward(days=5)
    by = reviewers(house).senior
    with house.db.writing() as session:
        review_id = asked_in(
            session,
            house,
            ready.request_id,
            REVIEW,
            received_at=came_at,
            channel=Channel.POST,
            by=by,
        )
    review = review_at(house, review_id)
    assert (review.channel, review.received_on) == (Channel.POST, london_day(came_at))
    assert review.acknowledged_at == house.now()


@pytest.mark.parametrize(("days", "words"), [(1, "in the past"), (-3, "before our answer")])
def test_a_day_that_cannot_be_is_refused(house: House, days: int, words: str) -> None:
    ready = answered_request(house)
    with pytest.raises(Refused, match=words):
        asked(house, ready.request_id, received_at=house.now() + timedelta(days=days))


def test_a_complaint_may_be_about_what_came_before_the_answer(house: House) -> None:
    ready = answered_request(house, about=AboutWhom.ME)
    came_at = house.now() - timedelta(days=3)
    review = review_at(house, asked(house, ready.request_id, COMPLAINT, received_at=came_at))
    assert review.received_on == london_day(came_at)


def test_a_review_that_comes_late_is_taken_in_and_told_so(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    clock.forward(days=75)
    review = review_at(house, asked(house, ready.request_id))
    assert review.is_late
    with house.db.reading() as session:
        letter = letters_of(session, ready.request_id)[0]
    assert "more than 40 working days" in letter.fields["what_we_check"][-1]


def test_a_withdrawn_request_has_no_answer_to_look_at_again(house: House) -> None:
    with house.db.writing() as session:
        made = received(session, at=house.now(), about=AboutWhom.GENERAL)
        withdraw(session, request_id=made.id, by=PUBLIC, at=house.now())
    with pytest.raises(Refused, match="when you have our answer"), house.db.writing() as session:
        ask_to_look_again(
            session,
            request_id=made.id,
            kind=REVIEW,
            words="Look again.",
            received_at=house.now(),
            by=PUBLIC,
            at=house.now(),
        )


def test_one_dated_on_the_day_of_the_answer_is_about_that_answer(
    house: House, clock: Clock
) -> None:
    """What came by post is dated noon; the answer it is about may have gone out after that."""
    noon = clock.forward(hours=2)
    clock.forward(hours=3)
    ready = answered_request(house)
    review_id = asked(house, ready.request_id, received_at=noon)
    by = reviewers(house).senior
    with house.db.writing() as session:
        answer(session, review_id=review_id, finding=NOT_UPHELD, by=by, at=house.now())
    clock.forward(days=1)
    with pytest.raises(Refused, match="looked at this answer again already"):
        asked(house, ready.request_id)
