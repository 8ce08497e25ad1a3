"""Handling and answering: by whom, with what letter, and what becomes of the request."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import Actor, Role
from portal.dates import london_day
from portal.errors import NotAllowed, NotFound, Refused
from portal.house import House
from portal.ids import new_id
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.letters.queries import letters_of
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.office.models import Handler
from portal.recordings.models import Preservation
from portal.requests.commands.keeping import KEPT_AFTER_CLOSING
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest, Message
from portal.requests.queries import steps_of
from portal.reviews.commands.answering import Finding, answer
from portal.reviews.commands.handling import assign, find_exceptional, tell_progress
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.reviews.models import Review
from portal.reviews.queries import (
    queue,
    review_of,
    who_may_answer,
    workers_of,
)
from tests.conftest import Clock
from tests.factories.disclosure import Ready, handler, ready_to_decide
from tests.factories.reviews import NOT_UPHELD, answered_request, asked, reviewers

REVIEW, COMPLAINT = ReviewKind.INTERNAL_REVIEW, ReviewKind.COMPLAINT
UPHELD = Finding(
    ReviewOutcome.UPHELD, "There was a second camera.", "We look there.", opens_again=True
)


def answer_it(house: House, review_id: UUID, finding: Finding, by: Actor) -> Letter:
    with house.db.writing() as session:
        return answer(session, review_id=review_id, finding=finding, by=by, at=house.now())


def review_at(house: House, review_id: UUID) -> Review:
    with house.db.reading() as session:
        return session.get_one(Review, review_id)


def request_at(house: House, ready: Ready) -> FootageRequest:
    with house.db.reading() as session:
        return session.get_one(FootageRequest, ready.request_id)


def kept_until(house: House, ready: Ready) -> list[object]:
    with house.db.reading() as session:
        found = sa.select(Preservation.until).where(Preservation.request_id == ready.request_id)
        return list(session.scalars(found))


@pytest.mark.parametrize(
    ("about", "kind", "letter_kind"),
    [
        (AboutWhom.GENERAL, REVIEW, LetterKind.REVIEW_OUTCOME),
        (AboutWhom.ME, COMPLAINT, LetterKind.COMPLAINT_OUTCOME),
    ],
)
def test_an_answer_is_a_letter_and_an_e_mail_that_there_is_one(
    house: House, about: AboutWhom, kind: ReviewKind, letter_kind: LetterKind
) -> None:
    ready = answered_request(house, about=about)
    review_id = asked(house, ready.request_id, kind)
    by = reviewers(house).senior
    letter = answer_it(house, review_id, NOT_UPHELD, by)
    assert letter.kind is letter_kind
    assert letter.fields["outcome"] == ReviewOutcome.NOT_UPHELD.told
    assert letter.fields["reasons"] == NOT_UPHELD.reasons
    assert letter.fields["what_changes"] == [NOT_UPHELD.what_changes]
    assert letter.fields["decided_by"] == by.name
    review = review_at(house, review_id)
    assert (review.outcome, review.answered_at) == (ReviewOutcome.NOT_UPHELD, house.now())
    assert (review.answered_by, review.answered_by_name) == (UUID(by.id), by.name)
    with house.db.reading() as session:
        keys = session.scalars(sa.select(Notice.key).where(Notice.kind == NoticeKind.LETTER)).all()
    assert f"letter:{letter.id}" in keys


def test_after_the_answer_the_video_is_kept_for_the_regulators_time(
    house: House, clock: Clock
) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    clock.forward(days=20)
    answer_it(house, review_id, NOT_UPHELD, reviewers(house).senior)
    assert kept_until(house, ready) == [house.now() + KEPT_AFTER_CLOSING]
    assert not request_at(house, ready).is_under_review


def test_an_answer_does_not_let_the_video_of_an_open_request_go(house: House) -> None:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        session.add(
            Preservation(
                request_id=ready.request_id,
                recording_id=ready.recording_ids[0],
                placed_at=house.now(),
            )
        )
    review_id = asked(house, ready.request_id, COMPLAINT)
    answer_it(house, review_id, NOT_UPHELD, reviewers(house).officer)
    assert kept_until(house, ready) == [None]
    assert request_at(house, ready).status is Status.REVIEWING


def test_one_that_is_upheld_opens_the_request_for_a_fresh_decision(
    house: House, clock: Clock
) -> None:
    ready = answered_request(house)
    before = request_at(house, ready)
    clock.forward(days=40)
    review_id = asked(house, ready.request_id)
    clock.forward(days=10)
    letter = answer_it(house, review_id, UPHELD, reviewers(house).senior)
    after = request_at(house, ready)
    assert (after.status, after.ending) == (Status.REOPENED, None)
    assert before.ending is Ending.DISCLOSED_FULL
    assert after.legal_due_on == before.legal_due_on
    assert after.promise_due_on == before.promise_due_on
    assert after.answered_at == before.answered_at
    assert after.target_due_on is not None
    assert (after.target_due_on - london_day(house.now())).days == 31
    assert "fresh decision" in letter.fields["what_changes"][-1]
    assert kept_until(house, ready) == [None]
    with house.db.reading() as session:
        step = steps_of(session, ready.request_id)[-1]
    assert (step.event, step.status_after) == (Event.REVIEW_UPHELD, Status.REOPENED)


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding(ReviewOutcome.NOT_UPHELD, "Why.", "Nothing.", opens_again=True), "only when we"),
        (Finding(ReviewOutcome.TOO_LATE, "Why.", "Nothing."), "did not come too late"),
        (Finding(ReviewOutcome.UPHELD, " ", "All of it."), "Enter the reasons"),
        (Finding(ReviewOutcome.UPHELD, "Why.", " "), "Enter what happens"),
    ],
)
def test_a_finding_that_does_not_fit_is_refused(house: House, finding: Finding, words: str) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    with pytest.raises(Refused, match=words):
        answer_it(house, review_id, finding, reviewers(house).senior)


def test_one_that_came_late_can_be_turned_away(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    clock.forward(days=75)
    review_id = asked(house, ready.request_id)
    late = Finding(ReviewOutcome.TOO_LATE, "It was asked in January.", "Our answer stays.")
    letter = answer_it(house, review_id, late, reviewers(house).senior)
    assert "40 working days" in letter.fields["outcome"]


def test_a_second_answer_is_refused(house: House) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    by = reviewers(house).senior
    answer_it(house, review_id, NOT_UPHELD, by)
    with pytest.raises(Refused, match="already"):
        answer_it(house, review_id, NOT_UPHELD, by)
    with house.db.reading() as session:
        kinds = [letter.kind for letter in letters_of(session, ready.request_id)]
    assert kinds.count(LetterKind.REVIEW_OUTCOME) == 1


def test_a_review_that_is_not_there_is_not_found(house: House) -> None:
    by = reviewers(house).senior
    with pytest.raises(NotFound):
        answer_it(house, new_id(), NOT_UPHELD, by)


def _also_senior(who: Actor) -> Actor:
    return Actor(who.kind, who.id, who.name, who.roles | {Role.SENIOR_REVIEWER})


def test_nobody_who_worked_on_it_may_answer_whatever_their_roles(house: House) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    for worker in (ready.staff.decider, ready.staff.seconder):
        with pytest.raises(NotAllowed, match="You worked on this request"):
            answer_it(house, review_id, NOT_UPHELD, _also_senior(worker))


def test_the_officer_answers_complaints_and_no_reviews(house: House) -> None:
    general, own = answered_request(house), answered_request(house, about=AboutWhom.ME)
    officer = reviewers(house).officer
    with pytest.raises(NotAllowed, match="senior reviewer"):
        answer_it(house, asked(house, general.request_id), NOT_UPHELD, officer)
    letter = answer_it(house, asked(house, own.request_id, COMPLAINT), NOT_UPHELD, officer)
    assert letter.kind is LetterKind.COMPLAINT_OUTCOME


def test_who_answered_a_review_that_opened_the_request_may_not_answer_the_next(
    house: House,
) -> None:
    ready = answered_request(house, about=AboutWhom.ME)
    by = reviewers(house).senior
    answer_it(house, asked(house, ready.request_id, COMPLAINT), UPHELD, by)
    again = asked(house, ready.request_id, COMPLAINT)
    with pytest.raises(NotAllowed, match="You worked"):
        answer_it(house, again, NOT_UPHELD, by)


def test_everybody_who_worked_on_it_is_named_with_what_they_did(house: House) -> None:
    ready = answered_request(house)
    with house.db.reading() as session:
        did = {worker.id: worker.did for worker in workers_of(session, ready.request_id)}
    assert "Decided (decision 1)" in did[ready.staff.decider.id]
    assert "Seconded (decision 1)" in did[ready.staff.seconder.id]
    assert "Judged video" in did["handler"]


def test_only_those_who_may_answer_are_offered_and_can_be_given_it(house: House) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    people = reviewers(house)
    with house.db.writing() as session:
        gone = handler(session, "Gwen", Role.SENIOR_REVIEWER, at=house.now())
        session.get_one(Handler, UUID(gone.id)).ended_at = house.now()
        session.flush()
        offered = who_may_answer(session, session.get_one(Review, review_id))
        assert [one.id for one in offered] == [people.senior.id]
        assign(
            session,
            review_id=review_id,
            to=UUID(people.senior.id),
            by=people.senior,
            at=house.now(),
        )
    assert review_at(house, review_id).assigned_to == UUID(people.senior.id)
    for to in (UUID(ready.staff.decider.id), UUID(people.officer.id)):
        with pytest.raises(Refused, match="may not answer"), house.db.writing() as session:
            assign(session, review_id=review_id, to=to, by=people.senior, at=house.now())
    with pytest.raises(NotAllowed), house.db.writing() as session:
        assign(session, review_id=review_id, to=None, by=ready.staff.decider, at=house.now())
    with house.db.writing() as session:
        assign(session, review_id=review_id, to=None, by=people.senior, at=house.now())
    assert review_at(house, review_id).assigned_to is None


def test_an_exceptional_case_has_forty_days_and_the_applicant_is_told(
    house: House, clock: Clock
) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    by = reviewers(house).senior
    first_due = review_at(house, review_id).due_on
    clock.forward(days=5)
    with house.db.writing() as session:
        find_exceptional(
            session, review_id=review_id, why="Six forces hold it.", by=by, at=house.now()
        )
    review = review_at(house, review_id)
    assert review.due_on is not None
    assert first_due is not None
    assert (review.due_on - first_due).days >= 28
    assert (review.exceptional_on, review.exceptional_why) == (
        london_day(house.now()),
        "Six forces hold it.",
    )
    with house.db.reading() as session:
        message = session.scalars(sa.select(Message)).one()
    assert "Six forces hold it." in message.body


def test_after_twenty_working_days_it_is_too_late_to_say_so(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    by = reviewers(house).senior
    clock.forward(days=45)
    with pytest.raises(Refused, match="too late"), house.db.writing() as session:
        find_exceptional(session, review_id=review_id, why="Hard.", by=by, at=house.now())


def test_an_exceptional_case_needs_its_reason(house: House) -> None:
    ready = answered_request(house)
    review_id = asked(house, ready.request_id)
    by = reviewers(house).senior
    with pytest.raises(Refused, match="Enter why"), house.db.writing() as session:
        find_exceptional(session, review_id=review_id, why=" ", by=by, at=house.now())


def test_progress_is_a_message_and_an_e_mail_that_there_is_one(house: House) -> None:
    ready = answered_request(house, about=AboutWhom.ME)
    review_id = asked(house, ready.request_id, COMPLAINT)
    by = reviewers(house).officer
    with house.db.writing() as session:
        tell_progress(session, review_id=review_id, body="Half done.", by=by, at=house.now())
    with house.db.reading() as session:
        assert session.scalars(sa.select(Message.body)).all() == ["Half done."]
        told = sa.select(sa.func.count()).where(Notice.kind == NoticeKind.MESSAGE)
        assert session.scalar(told) == 1
    with pytest.raises(Refused), house.db.writing() as session:
        tell_progress(session, review_id=review_id, body=" ", by=by, at=house.now())


def test_the_queue_is_in_the_order_of_what_is_due(house: House, clock: Clock) -> None:
    first = answered_request(house)
    second = answered_request(house, about=AboutWhom.ME)
    review_id = asked(house, first.request_id)
    complaint_id = asked(house, second.request_id, COMPLAINT)
    with house.db.reading() as session:
        rows = queue(session, is_open=True)
        assert {row.id for row in rows} == {review_id, complaint_id}
        assert [row.due_on for row in rows] == sorted(row.due_on for row in rows if row.due_on)
        assert queue(session, is_open=False) == []
    clock.forward(days=60)
    assert {row.due_is(london_day(house.now())) for row in rows} == {"late"}
    by = reviewers(house).senior
    answer_it(house, review_id, NOT_UPHELD, by)
    with house.db.reading() as session:
        assert [row.id for row in queue(session, is_open=True)] == [complaint_id]
        done = queue(session, is_open=False)
    assert [(row.id, row.assigned_name) for row in done] == [(review_id, by.name)]
    assert done[0].due_is(london_day(house.now())) == ""


def test_a_review_is_found_by_its_own_request_alone(house: House) -> None:
    ready, other = answered_request(house), answered_request(house, about=AboutWhom.ME)
    review_id = asked(house, ready.request_id)
    with house.db.reading() as session:
        assert review_of(session, ready.request_id, review_id).id == review_id
        with pytest.raises(NotFound):
            review_of(session, other.request_id, review_id)
