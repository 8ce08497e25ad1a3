"""Subject access, rule by rule (R1 to R13), with the promise."""

from datetime import date

import pytest

from portal.bank_holidays import load_shipped
from portal.errors import Refused
from portal.requests.clock import (
    About,
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
    IdentityReceived,
    IdentityRequested,
    Pause,
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

HOLIDAYS = load_shipped()
MARCH_2 = date(2026, 3, 2)


def sar(*events: ClockEvent, received_on: date = MARCH_2, as_of: date | None = None) -> Clock:
    return clock_of(Regime.SAR_PART3, [Received(received_on), *events], HOLIDAYS, as_of=as_of)


def question(asked: date, answered: date | None = None, name: str = "q") -> list[ClockEvent]:
    answers = [] if answered is None else [ClarificationAnswered(answered, question=name)]
    return [ClarificationAsked(asked, question=name), *answers]


def test_without_a_receipt_there_is_no_clock() -> None:
    with pytest.raises(Refused, match=r"^The clock needs the day the request was received"):
        clock_of("sar_part3", [], HOLIDAYS)


def test_what_cannot_be_told_to_the_clock_is_said_in_full() -> None:
    with pytest.raises(Refused) as refused:
        clock_of("sar_part3", [], HOLIDAYS)
    assert refused.value.message == "The clock needs the day the request was received."
    with pytest.raises(Refused) as refused:
        sar(ClarificationAnswered(date(2026, 3, 9)))
    assert refused.value.message == (
        "An answer came on Monday 9 March 2026, before we had asked for it."
    )


def test_it_is_received_when_any_part_of_the_force_has_it() -> None:
    clock = sar(Received(date(2026, 3, 5)))
    assert clock.received_on == clock.start_on == MARCH_2


def test_both_regimes_count_alike() -> None:
    part3, gdpr = (clock_of(r, [Received(MARCH_2)], HOLIDAYS) for r in ("sar_part3", "sar_gdpr"))
    assert (part3.legal_due_on, part3.working) == (gdpr.legal_due_on, gdpr.working)
    assert (part3.regime, gdpr.regime) == (Regime.SAR_PART3, Regime.SAR_GDPR)


class TestStart:
    """R2."""

    @pytest.mark.parametrize(
        ("asked", "came"),
        [
            (IdentityRequested, IdentityReceived),
            (AuthorityRequested, AuthorityReceived),
            (FeeRequested, FeePaid),
        ],
    )
    def test_it_waits_for_what_was_asked(
        self, asked: type[ClockEvent], came: type[ClockEvent]
    ) -> None:
        clock = sar(asked(date(2026, 3, 3)), came(date(2026, 3, 10)))
        assert clock.start_on == date(2026, 3, 10)
        assert clock.legal_due_on == date(2026, 4, 10)

    @pytest.mark.parametrize(
        ("asked", "waiting_for"),
        [
            (IdentityRequested, WaitingFor.IDENTITY),
            (AuthorityRequested, WaitingFor.AUTHORITY),
            (FeeRequested, WaitingFor.FEE),
        ],
    )
    def test_it_has_no_date_while_that_is_missing(
        self, asked: type[ClockEvent], waiting_for: WaitingFor
    ) -> None:
        clock = sar(asked(date(2026, 3, 3)))
        assert clock.waiting_for == (waiting_for,)
        assert not clock.is_extended
        assert clock.start_on is clock.legal_due_on is clock.target_due_on is None
        assert clock.staff_target_on is clock.promise_due_on is None
        assert clock.has_duty

    def test_it_waits_for_the_last_of_all(self) -> None:
        clock = sar(
            IdentityRequested(MARCH_2),
            IdentityReceived(date(2026, 3, 12)),
            AuthorityRequested(MARCH_2),
            AuthorityReceived(date(2026, 3, 10)),
        )
        assert clock.start_on == date(2026, 3, 12)

    def test_one_missing_thing_is_enough_to_wait(self) -> None:
        clock = sar(
            IdentityRequested(MARCH_2),
            IdentityReceived(date(2026, 3, 12)),
            AuthorityRequested(MARCH_2),
        )
        assert clock.start_on is None
        assert clock.waiting_for == (WaitingFor.AUTHORITY,)

    def test_what_came_before_the_request_does_not_start_it_earlier(self) -> None:
        clock = sar(IdentityRequested(MARCH_2), IdentityReceived(date(2026, 2, 20)))
        assert clock.start_on == MARCH_2

    def test_the_first_proof_since_we_asked_ends_the_waiting(self) -> None:
        came = [IdentityReceived(date(2026, 3, day)) for day in (20, 10, 1)]
        assert sar(IdentityRequested(MARCH_2), *came).start_on == date(2026, 3, 10)
        assert sar(IdentityRequested(date(2026, 3, 10)), *came).start_on == date(2026, 3, 10)
        assert sar(IdentityRequested(date(2026, 3, 11)), *came).start_on == date(2026, 3, 20)

    def test_of_proofs_that_came_before_we_asked_the_first_was_enough(self) -> None:
        came = [IdentityReceived(date(2026, 3, day)) for day in (5, 9)]
        assert sar(*came, IdentityRequested(date(2026, 3, 12))).start_on == date(2026, 3, 5)

    def test_asked_again_later_it_is_still_the_first_request_that_counts(self) -> None:
        asked = [IdentityRequested(day) for day in (date(2026, 4, 10), date(2026, 3, 3))]
        clock = sar(*asked, IdentityReceived(date(2026, 4, 20)))
        assert (clock.start_on, clock.refused) == (date(2026, 4, 20), ())

    @pytest.mark.parametrize(
        ("asked", "name"),
        [
            (IdentityRequested, "The request for proof of identity"),
            (AuthorityRequested, "The request for authority to act"),
            (FeeRequested, "The request for a fee"),
        ],
    )
    def test_asked_when_the_time_is_over_it_is_refused_by_name(
        self, asked: type[ClockEvent], name: str
    ) -> None:
        assert sar(asked(date(2026, 4, 3))).refused == (
            f"{name} on Friday 3 April 2026 came after the time had ended on Thursday 2 April "
            "2026, so the date stays.",
        )

    def test_identity_asked_when_the_time_is_over_does_not_start_it_again(self) -> None:
        clock = sar(IdentityRequested(date(2026, 4, 3)), IdentityReceived(date(2026, 4, 10)))
        assert clock.start_on == MARCH_2
        assert clock.refused[0].startswith("The request for proof of identity on Friday 3 April")

    def test_identity_asked_on_the_last_day_does(self) -> None:
        clock = sar(IdentityRequested(date(2026, 4, 2)), IdentityReceived(date(2026, 4, 10)))
        assert (clock.start_on, clock.refused) == (date(2026, 4, 10), ())


class TestMonth:
    """R3 and R5, with the regulator's own examples."""

    @pytest.mark.parametrize(
        ("received_on", "due_on"),
        [
            (date(2026, 5, 1), date(2026, 6, 1)),
            (date(2024, 11, 25), date(2024, 12, 27)),
            (date(2026, 1, 31), date(2026, 3, 2)),
            (date(2028, 1, 31), date(2028, 2, 29)),
            (date(2026, 6, 30), date(2026, 7, 30)),
            (date(2027, 11, 25), date(2027, 12, 29)),
            (date(2027, 12, 1), date(2028, 1, 4)),
            (date(2027, 11, 30), date(2027, 12, 30)),
            (date(2026, 5, 15), date(2026, 6, 15)),  # a holiday in Scotland alone
        ],
    )
    def test_one_month_rolled_once(self, received_on: date, due_on: date) -> None:
        assert sar(received_on=received_on).legal_due_on == due_on


class TestPause:
    """R4, R9."""

    def test_days_touching_are_one_pause(self) -> None:
        clock = sar(
            *question(date(2026, 3, 9), date(2026, 3, 11), "a"),
            *question(date(2026, 3, 12), date(2026, 3, 13), "b"),
        )
        assert clock.pauses == (Pause(date(2026, 3, 9), date(2026, 3, 13)),)
        assert clock.paused_days == 5

    def test_days_apart_are_two(self) -> None:
        clock = sar(
            *question(date(2026, 3, 9), date(2026, 3, 11), "a"),
            *question(date(2026, 3, 13), date(2026, 3, 13), "b"),
        )
        assert [pause.days() for pause in clock.pauses] == [3, 1]
        assert clock.legal_due_on == date(2026, 4, 7)  # 2 + 4 = 6 April, Easter Monday

    def test_a_third_joins_the_one_before_it(self) -> None:
        clock = sar(
            *question(date(2026, 3, 9), date(2026, 3, 11), "a"),
            *question(date(2026, 3, 13), date(2026, 3, 13), "b"),
            *question(date(2026, 3, 14), date(2026, 3, 15), "c"),
        )
        assert clock.pauses == (
            Pause(date(2026, 3, 9), date(2026, 3, 11)),
            Pause(date(2026, 3, 13), date(2026, 3, 15)),
        )

    def test_one_inside_another_adds_nothing(self) -> None:
        clock = sar(
            *question(date(2026, 3, 9), date(2026, 3, 20), "a"),
            *question(date(2026, 3, 10), date(2026, 3, 12), "b"),
        )
        assert clock.pauses == (Pause(date(2026, 3, 9), date(2026, 3, 20)),)

    def test_answered_by_the_start_is_no_pause(self) -> None:
        clock = sar(
            IdentityRequested(MARCH_2),
            IdentityReceived(date(2026, 3, 10)),
            *question(date(2026, 3, 4), date(2026, 3, 10)),
        )
        assert (clock.paused_days, clock.pauses) == (0, ())

    def test_asked_and_answered_on_one_day_after_the_start_is_one_day(self) -> None:
        assert sar(*question(date(2026, 3, 9), date(2026, 3, 9))).paused_days == 1

    def test_unanswered_it_stays_paused_without_a_date(self) -> None:
        clock = sar(*question(date(2026, 3, 5), date(2026, 3, 6), "a"), *question(date(2026, 3, 9)))
        assert clock.start_on == MARCH_2
        assert clock.pauses[-1] == Pause(date(2026, 3, 9), None)
        assert clock.paused_days == 2
        assert clock.waiting_for == (WaitingFor.CLARIFICATION,)
        assert clock.legal_due_on is clock.promise_due_on is clock.target_due_on is None
        assert clock.refused == ()

    @pytest.mark.parametrize(
        ("as_of", "paused_days"),
        [
            (date(2026, 3, 7), 0),
            (date(2026, 3, 8), 0),
            (date(2026, 3, 9), 1),
            (date(2026, 3, 12), 4),
        ],
    )
    def test_an_open_pause_has_lasted_until_today(self, as_of: date, paused_days: int) -> None:
        assert sar(*question(date(2026, 3, 9)), as_of=as_of).paused_days == paused_days

    def test_asked_on_the_last_day_it_still_pauses(self) -> None:
        clock = sar(*question(date(2026, 4, 2), date(2026, 4, 3)))
        assert clock.legal_due_on == date(2026, 4, 7)
        assert clock.refused == ()

    @pytest.mark.parametrize("answered", [date(2026, 4, 20), None])
    def test_asked_when_the_time_is_over_it_cannot_pause(self, answered: date | None) -> None:
        clock = sar(*question(date(2026, 4, 3), answered))
        assert (clock.legal_due_on, clock.paused_days) == (date(2026, 4, 2), 0)
        assert clock.refused[0].startswith("The question asked on Friday 3 April 2026 came after")

    def test_asked_before_receipt_it_cannot_pause(self) -> None:
        clock = sar(*question(date(2026, 3, 1), date(2026, 3, 9)))
        assert clock.paused_days == 0
        assert clock.refused == (
            "The question asked on Sunday 1 March 2026 came before the request was received, so "
            "the date stays.",
        )

    def test_a_later_question_may_fall_in_the_time_an_earlier_one_gave(self) -> None:
        clock = sar(
            *question(date(2026, 3, 9), date(2026, 3, 16), "a"),
            *question(date(2026, 4, 8), date(2026, 4, 9), "b"),
        )
        assert (clock.paused_days, clock.refused) == (10, ())

    def test_an_answer_before_its_question_is_refused(self) -> None:
        with pytest.raises(Refused, match=r"^An answer came on Sunday 8 March 2026, before"):
            sar(*question(date(2026, 3, 9), date(2026, 3, 8)))

    def test_an_answer_to_another_question_is_refused(self) -> None:
        with pytest.raises(Refused, match="before we had asked"):
            sar(
                ClarificationAsked(date(2026, 3, 9), question="a"),
                ClarificationAnswered(date(2026, 3, 10), question="b"),
            )

    def test_the_first_answer_ends_it(self) -> None:
        answers = [ClarificationAnswered(date(2026, 3, day), question="q") for day in (20, 12)]
        clock = sar(*question(date(2026, 3, 9)), *answers)
        assert clock.pauses == (Pause(date(2026, 3, 9), date(2026, 3, 12)),)

    def test_without_ids_an_answer_ends_every_question_then_open(self) -> None:
        clock = sar(
            ClarificationAsked(date(2026, 3, 9)),
            ClarificationAsked(date(2026, 3, 11)),
            ClarificationAnswered(date(2026, 3, 12)),
            ClarificationAsked(date(2026, 3, 12)),
        )
        assert clock.pauses == (Pause(date(2026, 3, 9), None),)
        clock = sar(
            ClarificationAsked(date(2026, 3, 9)),
            ClarificationAsked(date(2026, 3, 11)),
            ClarificationAnswered(date(2026, 3, 12)),
        )
        assert clock.pauses == (Pause(date(2026, 3, 9), date(2026, 3, 12)),)


class TestExtension:
    """R6."""

    @pytest.mark.parametrize(
        ("received_on", "notified_on", "due_on"),
        [
            (MARCH_2, date(2026, 4, 2), date(2026, 6, 2)),
            (MARCH_2, MARCH_2, date(2026, 6, 2)),
            (date(2026, 11, 30), date(2026, 12, 1), date(2027, 3, 1)),
            # The first month ends on a Saturday and so, in law, on the Monday.
            (date(2026, 9, 3), date(2026, 10, 5), date(2026, 12, 3)),
        ],
    )
    def test_three_months_from_the_start(
        self, received_on: date, notified_on: date, due_on: date
    ) -> None:
        clock = sar(ExtensionNotified(notified_on), received_on=received_on)
        assert clock.is_extended
        assert clock.promise_due_on is None
        assert clock.legal_due_on == clock.target_due_on == due_on

    @pytest.mark.parametrize(
        ("received_on", "notified_on"),
        [(MARCH_2, date(2026, 4, 3)), (date(2026, 9, 3), date(2026, 10, 6))],
    )
    def test_a_day_too_late_is_refused(self, received_on: date, notified_on: date) -> None:
        clock = sar(ExtensionNotified(notified_on), received_on=received_on)
        assert not clock.is_extended
        assert clock.promise_due_on is not None
        assert len(clock.refused) == 1

    def test_a_pause_gives_more_time_for_the_notice(self) -> None:
        paused = question(date(2026, 3, 9), date(2026, 3, 16))
        assert sar(*paused, ExtensionNotified(date(2026, 4, 10))).is_extended
        assert not sar(*paused, ExtensionNotified(date(2026, 4, 11))).is_extended

    def test_a_pause_after_the_first_month_does_not_save_a_late_notice(self) -> None:
        clock = sar(
            ExtensionNotified(date(2026, 4, 6)), *question(date(2026, 4, 7), date(2026, 4, 20))
        )
        assert clock.legal_due_on == date(2026, 4, 2)
        assert len(clock.refused) == 2

    def test_a_pause_in_the_added_months_moves_their_end(self) -> None:
        clock = sar(
            ExtensionNotified(date(2026, 4, 1)), *question(date(2026, 5, 1), date(2026, 5, 3))
        )
        assert clock.legal_due_on == date(2026, 6, 5)

    def test_it_may_be_told_before_the_time_starts(self) -> None:
        clock = sar(
            IdentityRequested(MARCH_2),
            IdentityReceived(date(2026, 5, 11)),
            ExtensionNotified(date(2026, 4, 20)),
        )
        assert clock.legal_due_on == date(2026, 8, 11)

    def test_it_may_be_told_while_paused_and_the_date_stays_open(self) -> None:
        clock = sar(*question(date(2026, 3, 9)), ExtensionNotified(date(2026, 5, 20)))
        assert clock.is_extended
        assert clock.legal_due_on is None

    def test_it_works_only_once(self) -> None:
        clock = sar(ExtensionNotified(date(2026, 3, 20)), ExtensionNotified(date(2026, 5, 20)))
        assert clock.legal_due_on == date(2026, 6, 2)
        assert clock.refused == (
            "The notice of two more months on Wednesday 20 May 2026 came after an earlier one. "
            "The time can be extended only once.",
        )


class TestPromise:
    """Rules 1.5."""

    @pytest.mark.parametrize(
        ("received_on", "promise_on", "target_on", "staff_on"),
        [
            (date(2026, 9, 3), date(2026, 10, 4), date(2026, 10, 4), date(2026, 10, 2)),
            (date(2026, 1, 31), date(2026, 3, 3), date(2026, 3, 2), date(2026, 3, 2)),
            (date(2026, 11, 25), date(2026, 12, 26), date(2026, 12, 26), date(2026, 12, 24)),
            # A holiday in Scotland alone is a working day for the staff of an English force.
            (date(2026, 5, 15), date(2026, 6, 15), date(2026, 6, 15), date(2026, 6, 15)),
        ],
    )
    def test_one_date_is_shown(
        self, received_on: date, promise_on: date, target_on: date, staff_on: date
    ) -> None:
        clock = sar(received_on=received_on)
        assert clock.promise_due_on == promise_on
        assert clock.target_due_on == target_on
        assert clock.staff_target_on == staff_on

    def test_law_and_promise_are_missed_apart(self) -> None:
        clock = sar(received_on=date(2026, 9, 3))  # promised Sunday 4, lawful Monday 5 October
        missed = [
            (promise_missed(clock, day), legal_missed(clock, day))
            for day in (date(2026, 10, 4), date(2026, 10, 5), date(2026, 10, 6))
        ]
        assert missed == [(False, False), (True, False), (True, True)]

    def test_the_promise_is_the_date_that_was_shown(self) -> None:
        clock = sar(received_on=date(2026, 1, 31))  # shown 2 March, though day 31 is the 3rd
        assert not promise_missed(clock, date(2026, 3, 2))
        assert promise_missed(clock, date(2026, 3, 3))

    def test_an_extended_request_has_no_promise_to_miss(self) -> None:
        clock = sar(ExtensionNotified(date(2026, 3, 20)))
        assert promise_missed(clock, date(2027, 1, 1)) is False
        assert legal_missed(clock, date(2027, 1, 1)) is True


class TestReopened:
    """Rules 10, stage 16."""

    def test_a_new_promise_starts_when_the_last_hold_ends(self) -> None:
        clock = sar(Reopened(date(2026, 9, 1)), Reopened(date(2026, 8, 1)))
        assert clock.received_on == MARCH_2
        assert not clock.is_extended
        assert clock.start_on == date(2026, 9, 1)
        assert clock.legal_due_on is None
        assert clock.promise_due_on == clock.target_due_on == date(2026, 10, 2)
        assert clock.staff_target_on == date(2026, 10, 2)
        assert promise_missed(clock, date(2026, 10, 3))
        assert not legal_missed(clock, date(2026, 10, 3))

    def test_only_questions_since_then_pause_it(self) -> None:
        clock = sar(
            *question(date(2026, 3, 9), date(2026, 3, 16), "a"),
            Reopened(date(2026, 9, 1)),
            *question(date(2026, 9, 1), date(2026, 9, 3), "b"),
        )
        assert (clock.paused_days, clock.refused) == (2, ())
        assert clock.promise_due_on == date(2026, 10, 4)
        assert clock.staff_target_on == date(2026, 10, 2)

    def test_an_open_question_leaves_it_without_a_date(self) -> None:
        clock = sar(Reopened(date(2026, 9, 1)), *question(date(2026, 9, 2)))
        assert clock.promise_due_on is clock.target_due_on is None
        assert clock.waiting_for == (WaitingFor.CLARIFICATION,)

    def test_a_question_after_the_new_promise_cannot_pause_it(self) -> None:
        clock = sar(Reopened(date(2026, 9, 1)), *question(date(2026, 10, 3)))
        assert clock.promise_due_on == date(2026, 10, 2)
        assert len(clock.refused) == 1

    def test_a_request_cannot_be_reopened_before_it_was_received(self) -> None:
        assert sar(Reopened(date(2026, 3, 1))).legal_due_on == date(2026, 4, 2)

    def test_it_can_be_reopened_on_the_day_it_was_received(self) -> None:
        assert sar(Reopened(MARCH_2)).legal_due_on is None


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (PublicInterestNotified(date(2026, 3, 9)), "The notice about the public interest"),
        (FeesNoticeGiven(date(2026, 3, 9)), "The fees notice"),
        (ReviewFoundExceptional(date(2026, 3, 9)), "The notice of an exceptional case"),
    ],
)
def test_what_belongs_to_freedom_of_information_moves_nothing(event: ClockEvent, name: str) -> None:
    clock = sar(event)
    assert clock.legal_due_on == date(2026, 4, 2)
    assert clock.refused == (
        f"{name} on Monday 9 March 2026 cannot change the time for this kind of request.",
    )


def test_an_open_pause_has_no_length_of_its_own() -> None:
    assert Pause(date(2026, 3, 9), None).days() == 0


def test_what_we_wait_for_is_stored_by_these_words() -> None:
    assert [str(need) for need in WaitingFor] == ["identity", "authority", "fee", "clarification"]
    assert [str(about) for about in About] == ["information", "format"]
