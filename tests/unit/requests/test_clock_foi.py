"""Freedom of information (Q1 to Q9), the internal review, and the complaint."""

from datetime import date

import pytest

from portal.bank_holidays import load_shipped
from portal.errors import Refused
from portal.requests.clock import (
    AuthorityReceived,
    AuthorityRequested,
    ClarificationAnswered,
    ClarificationAsked,
    Clock,
    ClockEvent,
    ExtensionNotified,
    FeePaid,
    FeeRequested,
    FeesNoticeGiven,
    FeesNoticePaid,
    IdentityReceived,
    IdentityRequested,
    PublicInterestNotified,
    Received,
    Regime,
    Reopened,
    ReviewFoundExceptional,
    WaitingFor,
    clock_of,
    legal_missed,
    promise_missed,
)
from portal.requests.clock.foi import last_day_to_pay

HOLIDAYS = load_shipped()
MARCH_2 = date(2026, 3, 2)


def foi(*events: ClockEvent, received_on: date = MARCH_2, as_of: date | None = None) -> Clock:
    return clock_of(Regime.FOI, [Received(received_on), *events], HOLIDAYS, as_of=as_of)


def review(*events: ClockEvent, received_on: date = date(2026, 5, 1)) -> Clock:
    return clock_of(Regime.FOI_REVIEW, [Received(received_on), *events], HOLIDAYS)


def question(asked: date, answered: date | None = None, name: str = "q") -> list[ClockEvent]:
    answers = [] if answered is None else [ClarificationAnswered(answered, question=name)]
    return [ClarificationAsked(asked, question=name), *answers]


class TestTwentyWorkingDays:
    """Q2 to Q4."""

    @pytest.mark.parametrize(
        ("received_on", "due_on"),
        [
            (MARCH_2, date(2026, 3, 31)),
            (date(2026, 3, 7), date(2026, 4, 8)),
            (date(2026, 3, 8), date(2026, 4, 8)),
            (date(2026, 4, 3), date(2026, 5, 5)),
            (date(2026, 7, 13), date(2026, 8, 11)),
            (date(2025, 12, 24), date(2026, 1, 27)),
            (date(2026, 12, 24), date(2027, 1, 27)),
        ],
    )
    def test_the_day_of_receipt_is_day_0(self, received_on: date, due_on: date) -> None:
        assert foi(received_on=received_on).legal_due_on == due_on

    def test_the_promise_may_be_earlier(self) -> None:
        clock = foi(received_on=date(2026, 12, 24))
        assert clock.promise_due_on == clock.target_due_on == date(2027, 1, 24)
        assert clock.staff_target_on == date(2027, 1, 22)

    def test_the_law_may_be_missed_before_day_31(self) -> None:
        clock = foi()
        assert not legal_missed(clock, date(2026, 3, 31))
        assert not promise_missed(clock, date(2026, 3, 31))
        assert legal_missed(clock, date(2026, 4, 1))
        assert promise_missed(clock, date(2026, 4, 1))


class TestRestart:
    """Q5."""

    def test_it_starts_again_on_the_day_of_the_answer(self) -> None:
        clock = foi(*question(date(2026, 3, 4), date(2026, 3, 20)))
        assert clock.start_on == date(2026, 3, 20)
        assert (clock.paused_days, clock.pauses) == (0, ())
        assert clock.legal_due_on == date(2026, 4, 21)
        assert clock.promise_due_on == date(2026, 4, 20)

    def test_the_last_answer_counts(self) -> None:
        clock = foi(
            *question(date(2026, 3, 4), date(2026, 3, 20), "a"),
            *question(date(2026, 3, 5), date(2026, 3, 18), "b"),
        )
        assert clock.start_on == date(2026, 3, 20)

    def test_one_unanswered_question_leaves_it_without_a_date(self) -> None:
        clock = foi(
            *question(date(2026, 3, 4), date(2026, 3, 20), "a"),
            *question(date(2026, 3, 24), None, "b"),
        )
        assert clock.legal_due_on is None
        assert clock.waiting_for == (WaitingFor.CLARIFICATION,)

    @pytest.mark.parametrize(
        ("asked", "start_on"),
        [(date(2026, 3, 31), date(2026, 4, 10)), (date(2026, 4, 1), MARCH_2)],
    )
    def test_a_question_after_the_last_day_restarts_nothing(
        self, asked: date, start_on: date
    ) -> None:
        assert foi(*question(asked, date(2026, 4, 10))).start_on == start_on


class TestFees:
    """Q6."""

    @pytest.mark.parametrize(
        ("given_on", "paid_on", "due_on"),
        [
            (date(2026, 3, 9), date(2026, 3, 18), date(2026, 4, 13)),
            (date(2026, 3, 9), date(2026, 3, 9), date(2026, 4, 1)),
            (date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 31)),  # a weekend
            (MARCH_2, date(2026, 3, 3), date(2026, 4, 1)),  # day 0 was never counted
            (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)),
        ],
    )
    def test_working_days_waiting_for_the_fee_are_left_out(
        self, given_on: date, paid_on: date, due_on: date
    ) -> None:
        clock = foi(FeesNoticeGiven(given_on), FeesNoticePaid(paid_on))
        assert clock.legal_due_on == clock.target_due_on == due_on
        assert clock.promise_due_on is None
        assert clock.refused == ()

    @pytest.mark.parametrize(
        ("given_on", "last_on"),
        [
            (date(2026, 3, 9), date(2026, 6, 8)),
            (date(2026, 3, 1), date(2026, 5, 31)),
            (date(2026, 11, 30), date(2027, 2, 28)),
            (date(2027, 11, 29), date(2028, 2, 28)),
            (date(2026, 11, 28), date(2027, 2, 27)),
        ],
    )
    def test_three_months_begin_with_the_day_of_the_notice(
        self, given_on: date, last_on: date
    ) -> None:
        assert last_day_to_pay(given_on) == last_on

    def test_paid_on_the_last_day_the_duty_stands(self) -> None:
        clock = foi(FeesNoticeGiven(date(2026, 3, 9)), FeesNoticePaid(date(2026, 6, 8)))
        assert clock.has_duty
        assert clock.legal_due_on == date(2026, 7, 1)

    def test_paid_a_day_later_there_is_no_duty(self) -> None:
        clock = foi(FeesNoticeGiven(date(2026, 3, 9)), FeesNoticePaid(date(2026, 6, 9)))
        assert not clock.has_duty
        assert clock.start_on == MARCH_2
        assert clock.legal_due_on is clock.target_due_on is clock.staff_target_on is None
        assert clock.waiting_for == ()
        assert clock.refused == (
            "The fee was not paid within three months, so we do not have to answer.",
        )

    @pytest.mark.parametrize(
        ("as_of", "has_duty", "waiting_for"),
        [
            (None, True, (WaitingFor.FEE,)),
            (date(2026, 6, 8), True, (WaitingFor.FEE,)),
            (date(2026, 6, 9), False, ()),
        ],
    )
    def test_unpaid_there_is_no_date(
        self, as_of: date | None, has_duty: bool, waiting_for: tuple[WaitingFor, ...]
    ) -> None:
        clock = foi(FeesNoticeGiven(date(2026, 3, 9)), as_of=as_of)
        assert clock.start_on == MARCH_2
        assert not clock.is_extended
        assert clock.legal_due_on is clock.promise_due_on is None
        assert (clock.has_duty, clock.waiting_for) == (has_duty, waiting_for)

    def test_every_notice_must_be_paid(self) -> None:
        events = [FeesNoticeGiven(date(2026, 3, 9)), FeesNoticePaid(date(2026, 3, 10))]
        assert foi(*events, FeesNoticeGiven(date(2026, 3, 12))).legal_due_on is None
        paid = foi(*events, FeesNoticeGiven(date(2026, 3, 12)), FeesNoticePaid(date(2026, 3, 13)))
        assert paid.legal_due_on == date(2026, 4, 8)

    def test_a_notice_after_the_last_day_stops_nothing(self) -> None:
        clock = foi(FeesNoticeGiven(date(2026, 4, 1)))
        assert clock.legal_due_on == date(2026, 3, 31)
        assert clock.promise_due_on == date(2026, 4, 2)
        assert clock.refused[0].startswith("The fees notice on Wednesday 1 April 2026 came after")

    @pytest.mark.parametrize(
        "events",
        [
            [FeesNoticePaid(date(2026, 3, 9))],
            [FeesNoticeGiven(date(2026, 3, 10)), FeesNoticePaid(date(2026, 3, 9))],
        ],
    )
    def test_a_payment_before_its_notice_is_refused(self, events: list[ClockEvent]) -> None:
        with pytest.raises(Refused, match=r"^A payment came on Monday 9 March 2026, before"):
            foi(*events)


class TestPublicInterest:
    """Q7."""

    @pytest.mark.parametrize("notified_on", [MARCH_2, date(2026, 3, 31)])
    def test_forty_working_days_in_all(self, notified_on: date) -> None:
        clock = foi(PublicInterestNotified(notified_on))
        assert clock.is_extended
        assert clock.promise_due_on is None
        assert clock.legal_due_on == clock.target_due_on == date(2026, 4, 30)

    def test_told_after_the_20th_working_day_it_is_refused(self) -> None:
        clock = foi(PublicInterestNotified(date(2026, 4, 1)))
        assert clock.legal_due_on == date(2026, 3, 31)
        assert clock.promise_due_on == date(2026, 4, 2)
        assert clock.refused == (
            "The notice about the public interest on Wednesday 1 April 2026 came after the time "
            "had ended on Tuesday 31 March 2026, so the date stays.",
        )

    def test_fees_give_more_time_for_the_notice(self) -> None:
        fees = [FeesNoticeGiven(date(2026, 3, 9)), FeesNoticePaid(date(2026, 3, 18))]
        clock = foi(*fees, PublicInterestNotified(date(2026, 4, 13)))
        assert clock.legal_due_on == date(2026, 5, 12)
        assert not foi(*fees, PublicInterestNotified(date(2026, 4, 14))).is_extended

    def test_a_restart_gives_more_time_for_it(self) -> None:
        asked = question(date(2026, 3, 4), date(2026, 3, 20))
        clock = foi(*asked, PublicInterestNotified(date(2026, 4, 21)))
        assert clock.legal_due_on == date(2026, 5, 20)


@pytest.mark.parametrize(
    "events",
    [
        [IdentityRequested(MARCH_2), IdentityReceived(date(2026, 3, 10))],
        [AuthorityRequested(MARCH_2), AuthorityReceived(date(2026, 3, 10))],
        [FeeRequested(MARCH_2), FeePaid(date(2026, 3, 10))],
        [ExtensionNotified(date(2026, 3, 10))],
        [ReviewFoundExceptional(date(2026, 3, 10))],
    ],
)
def test_what_belongs_to_subject_access_moves_nothing(events: list[ClockEvent]) -> None:
    clock = foi(*events)
    assert (clock.start_on, clock.legal_due_on) == (MARCH_2, date(2026, 3, 31))
    assert clock.refused[0].endswith("cannot change the time for this kind of request.")


def test_reopened_it_keeps_the_kingdoms_holidays() -> None:
    # Day 31 from 30 October 2026 is Monday 30 November, St Andrew's Day.
    clock = foi(Reopened(date(2026, 10, 30)))
    assert clock.promise_due_on == date(2026, 11, 30)
    assert clock.staff_target_on == date(2026, 11, 27)


class TestReview:
    """Q9."""

    def test_twenty_working_days_and_no_promise(self) -> None:
        clock = review()
        assert clock.start_on == date(2026, 5, 1)
        assert clock.legal_due_on == clock.target_due_on == date(2026, 6, 2)
        assert clock.staff_target_on == date(2026, 6, 2)
        assert clock.promise_due_on is None
        assert not clock.is_extended

    def test_forty_in_an_exceptional_case(self) -> None:
        clock = review(ReviewFoundExceptional(date(2026, 5, 1)))
        assert clock.is_extended
        assert clock.legal_due_on == date(2026, 7, 1)

    def test_an_exceptional_case_must_be_told_in_time(self) -> None:
        assert review(ReviewFoundExceptional(date(2026, 6, 2))).is_extended
        assert not review(ReviewFoundExceptional(date(2026, 6, 3))).is_extended

    def test_nothing_else_moves_it(self) -> None:
        clock = review(*question(date(2026, 5, 5), date(2026, 5, 8)))
        assert clock.legal_due_on == date(2026, 6, 2)
        assert len(clock.refused) == 1


class TestComplaint:
    """Rules 1.4."""

    @pytest.mark.parametrize(
        ("received_on", "due_on", "staff_on"),
        [
            (date(2026, 7, 1), date(2026, 7, 31), date(2026, 7, 31)),
            (date(2026, 7, 2), date(2026, 8, 1), date(2026, 7, 31)),
            (date(2026, 7, 4), date(2026, 8, 3), date(2026, 8, 3)),  # a holiday in Scotland
        ],
    )
    def test_acknowledged_within_30_days(
        self, received_on: date, due_on: date, staff_on: date
    ) -> None:
        clock = clock_of("dp_complaint", [Received(received_on)], HOLIDAYS)
        assert clock.legal_due_on == clock.target_due_on == due_on
        assert clock.staff_target_on == staff_on
        assert clock.promise_due_on is None
        assert not clock.is_extended

    def test_nothing_moves_it(self) -> None:
        events = [Received(date(2026, 7, 1)), *question(date(2026, 7, 2), date(2026, 7, 9))]
        clock = clock_of("dp_complaint", events, HOLIDAYS)
        assert clock.legal_due_on == date(2026, 7, 31)
        assert len(clock.refused) == 1
