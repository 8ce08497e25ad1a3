"""What the ledger tells the clock. Each waiting is one of its own (DPA 2018 s.54(3)(b))."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bank_holidays import load_shipped
from portal.requests.clock import Clock, WaitingFor, clock_of
from portal.requests.clock.events import (
    AuthorityReceived,
    AuthorityRequested,
    ClarificationAnswered,
    ClarificationAsked,
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
    Reopened,
)
from portal.requests.ledger import clock_events, open_asks
from portal.requests.lifecycle import Event, Regime

HOLIDAYS = load_shipped()
RECEIVED_ON = date(2026, 3, 2)
ASKED, ACCEPTED = Event.IDENTITY_ASKED, Event.IDENTITY_ACCEPTED


@dataclass
class Step:
    event: Event
    on: date


def march(day: int) -> date:
    return RECEIVED_ON + timedelta(days=day - 2)


def told(*steps: tuple[Event, int]) -> list[Step]:
    """Steps by their days, counted on from the first of March 2026."""
    return [Step(Event.RECEIVED, RECEIVED_ON), *(Step(event, march(day)) for event, day in steps)]


def clock(steps: list[Step], regime: Regime = Regime.SAR_PART3) -> Clock:
    return clock_of(regime.value, clock_events(regime, steps), HOLIDAYS)


def test_asking_again_when_the_time_has_ended_does_not_start_it_again() -> None:
    first = told((ASKED, 3), (ACCEPTED, 4))
    assert clock(first).legal_due_on == date(2026, 4, 7)
    assert clock(first).target_due_on == date(2026, 4, 4)
    asked = [*first, Step(ASKED, date(2026, 4, 20))]
    for late in (asked, [*asked, Step(ACCEPTED, date(2026, 4, 21))]):
        assert clock(late).target_due_on == date(2026, 4, 4)
        assert clock(late).waiting_for == ()
        assert clock(late).refused == (
            "The request for proof of identity on Monday 20 April 2026 came after the time had "
            "ended on Tuesday 7 April 2026, so the date stays.",
        )


@pytest.mark.parametrize(
    ("steps", "start_on"),
    [
        ((), march(2)),
        (((ACCEPTED, 9),), march(2)),
        (((ASKED, 5), (ACCEPTED, 4)), march(2)),
        (((ASKED, 5), (ACCEPTED, 5)), march(5)),
        (((ASKED, 5), (ASKED, 9), (ACCEPTED, 12)), march(12)),
        (((ASKED, 5), (ASKED, 9), (ACCEPTED, 7)), march(7)),
        (((ASKED, 5), (ACCEPTED, 9), (ACCEPTED, 12)), march(9)),
        (((ASKED, 5), (ACCEPTED, 9), (ASKED, 20), (ACCEPTED, 24)), march(24)),
        (((ASKED, 5), (ACCEPTED, 9), (ASKED, 9), (ACCEPTED, 9)), march(9)),
        (((ASKED, 5), (ACCEPTED, 9), (ASKED, 9), (ACCEPTED, 11)), march(11)),
        (((ASKED, 5), (ACCEPTED, 9), (ASKED, 20), (ACCEPTED, 9)), march(9)),
        (((ASKED, 5), (ACCEPTED, 9), (ASKED, 20), (ACCEPTED, 2)), march(9)),
        (((ASKED, 5), (ACCEPTED, 9), (ASKED, 20)), None),
        (((ASKED, 5), (ACCEPTED, 9), (ASKED, 9)), None),
        (((ASKED, 5), (ACCEPTED, 2), (ASKED, 20), (ACCEPTED, 21)), march(21)),
        (((ASKED, 5), (ASKED, 60), (ACCEPTED, 70)), march(70)),
    ],
    ids=[
        "never asked",
        "accepted, never asked",
        "here before we asked",
        "asked and accepted the same day",
        "asked twice before it came: one waiting",
        "asked twice, and what came between was enough",
        "accepted twice",
        "asked again in time",
        "asked again and accepted the same day",
        "asked again the day it was accepted",
        "asked again, and the earlier proof was enough",
        "asked again, and known since the day of receipt",
        "asked again in time, nothing came yet",
        "asked again the day it was accepted, nothing came yet",
        "here before we asked, then asked again",
        "asked again late, but the time never ran",
    ],
)
def test_where_the_time_starts(steps: tuple[tuple[Event, int], ...], start_on: date | None) -> None:
    counted = clock(told(*steps))
    assert counted.start_on == start_on
    assert counted.refused == ()
    assert counted.waiting_for == ((WaitingFor.IDENTITY,) if start_on is None else ())


def test_one_pair_for_each_waiting() -> None:
    steps = told((ASKED, 3), (ASKED, 4), (ACCEPTED, 6), (ACCEPTED, 7), (ASKED, 9), (ACCEPTED, 11))
    pairs: list[ClockEvent] = [
        IdentityRequested(march(3)),
        IdentityReceived(march(6)),
        IdentityRequested(march(9)),
        IdentityReceived(march(11)),
    ]
    assert clock_events(Regime.SAR_PART3, steps)[1:] == pairs
    assert open_asks(steps) == []
    assert open_asks(steps[:3]) == steps[1:3]


def more_asks(first: date, latest: int) -> st.SearchStrategy[list[Step]]:
    """Asks and acceptances from `first` on, in the order of the ledger: an acceptance may be by a
    proof that came earlier."""
    pairs = st.tuples(st.sampled_from([ASKED, ACCEPTED]), st.integers(0, latest))
    return st.lists(pairs, max_size=6).map(
        lambda drawn: [
            Step(event, first + timedelta(days=days))
            for event, days in sorted(drawn, key=lambda one: one[1])
        ]
    )


BEGUN = st.builds(
    lambda asked, waited: told((ASKED, 2 + asked), (ACCEPTED, 2 + asked + waited)),
    st.integers(0, 25),
    st.integers(0, 40),
)


@given(begun=BEGUN, data=st.data())
def test_more_asks_never_make_the_date_earlier(begun: list[Step], data: st.DataObject) -> None:
    more = data.draw(more_asks(begun[-1].on, 90))
    before, after = clock(begun), clock([*begun, *more])
    assert before.legal_due_on is not None
    if after.legal_due_on is None:
        assert after.waiting_for == (WaitingFor.IDENTITY,)
    else:
        assert after.legal_due_on >= before.legal_due_on


@given(begun=BEGUN, data=st.data())
def test_asks_after_the_time_never_move_the_date(begun: list[Step], data: st.DataObject) -> None:
    before = clock(begun)
    assert before.legal_due_on is not None
    more = data.draw(more_asks(before.legal_due_on + timedelta(days=1), 90))
    after = clock([*begun, *more])
    assert (after.legal_due_on, after.target_due_on) == (before.legal_due_on, before.target_due_on)
    assert after.start_on == before.start_on
    assert bool(after.refused) is any(step.event is ASKED for step in more)


# The other steps

SAR = (Regime.SAR_PART3, Regime.SAR_GDPR)
FEES = ((Event.FEE_ASKED, 9), (Event.FEE_PAID, 18))
AUTHORITY = ((Event.AUTHORITY_ASKED, 5), (Event.AUTHORITY_ACCEPTED, 20))
QUESTION = ((Event.CLARIFICATION_ASKED, 9), (Event.CLARIFICATION_ANSWERED, 16))
SILENCE = ((Event.CLARIFICATION_ASKED, 9), (Event.REMINDED, 23), (Event.CLOSED, 40))


@pytest.mark.parametrize("regime", Regime)
@pytest.mark.parametrize(
    ("event", "says"),
    [
        (Event.CLARIFICATION_ASKED, ClarificationAsked(march(9))),
        (Event.EXTENDED, ExtensionNotified(march(9))),
        (Event.INTEREST_EXTENDED, PublicInterestNotified(march(9))),
        (Event.HOLD_ENDED, Reopened(march(9))),
    ],
)
def test_steps_that_say_the_same_under_every_law(
    regime: Regime, event: Event, says: ClockEvent
) -> None:
    assert clock_events(regime, told((event, 9))) == [Received(RECEIVED_ON), says]


def test_an_answer_is_told_after_its_question() -> None:
    assert clock_events(Regime.FOI, told(*QUESTION))[1:] == [
        ClarificationAsked(march(9)),
        ClarificationAnswered(march(16)),
    ]


def test_a_fee_is_another_thing_under_each_law() -> None:
    for regime in SAR:
        assert clock_events(regime, told(*FEES))[1:] == [FeeRequested(march(9)), FeePaid(march(18))]
        assert clock(told(*FEES), regime).start_on == march(18)
    assert clock_events(Regime.FOI, told(*FEES))[1:] == [
        FeesNoticeGiven(march(9)),
        FeesNoticePaid(march(18)),
    ]
    assert clock(told(*FEES), Regime.FOI).legal_due_on == date(2026, 4, 13)


def test_a_fee_asked_for_under_another_law_means_nothing() -> None:
    changed = told(*FEES, (Event.RECLASSIFIED, 19))
    for regime in Regime:
        assert clock_events(regime, changed) == [Received(RECEIVED_ON)]
    again = told(*FEES, (Event.RECLASSIFIED, 19), (Event.FEE_ASKED, 20), (Event.FEE_PAID, 23))
    assert clock_events(Regime.SAR_GDPR, again)[1:] == [FeeRequested(march(20)), FeePaid(march(23))]


def test_a_request_for_ones_own_footage_under_foi_is_a_sar_from_the_same_day() -> None:
    changed = told((Event.RECLASSIFIED, 12))
    assert clock(changed).start_on == RECEIVED_ON
    assert clock(changed).legal_due_on == date(2026, 4, 2)


def test_what_was_asked_before_another_law_governed_still_counts() -> None:
    """The days we waited for an answer are days we waited, by whichever law we asked."""
    changed = clock(told(*QUESTION, (Event.RECLASSIFIED, 19)))
    assert (changed.paused_days, changed.legal_due_on) == (8, date(2026, 4, 10))


@pytest.mark.parametrize("regime", SAR)
def test_authority_moves_the_start_of_a_subject_access_request(regime: Regime) -> None:
    assert clock_events(regime, told(*AUTHORITY))[1:] == [
        AuthorityRequested(march(5)),
        AuthorityReceived(march(20)),
    ]
    waiting = clock(told(AUTHORITY[0]), regime)
    assert (waiting.start_on, waiting.waiting_for) == (None, (WaitingFor.AUTHORITY,))


def test_neither_proof_nor_authority_moves_foi() -> None:
    steps = told((ASKED, 3), *AUTHORITY, (ACCEPTED, 25))
    assert clock_events(Regime.FOI, steps) == [Received(RECEIVED_ON)]


def test_the_latest_of_identity_and_authority_starts_the_time() -> None:
    """Rules, fact S32: one waiting each, side by side."""
    steps = told((ASKED, 2), (Event.AUTHORITY_ASKED, 2), (ACCEPTED, 10), AUTHORITY[1])
    assert clock(steps).start_on == march(20)
    assert clock(steps[:-1]).waiting_for == (WaitingFor.AUTHORITY,)
    assert clock(steps[:3]).waiting_for == (WaitingFor.AUTHORITY, WaitingFor.IDENTITY)


def test_authority_accepted_that_was_never_asked_for_moves_nothing() -> None:
    assert clock(told(AUTHORITY[1])).start_on == RECEIVED_ON


def test_two_more_months_and_more_time_to_weigh() -> None:
    assert clock(told((Event.EXTENDED, 30))).legal_due_on == date(2026, 6, 2)
    weighed = clock(told((Event.INTEREST_EXTENDED, 30)), Regime.FOI)
    assert weighed.legal_due_on == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("regime", "event"),
    [(Regime.FOI, Event.EXTENDED), (Regime.SAR_PART3, Event.INTEREST_EXTENDED)],
)
def test_more_time_under_the_wrong_law_is_refused_and_moves_nothing(
    regime: Regime, event: Event
) -> None:
    counted = clock(told((event, 9)), regime)
    assert counted.legal_due_on == clock(told(), regime).legal_due_on
    (reason,) = counted.refused
    assert reason.endswith("cannot change the time for this kind of request.")


def test_an_answer_that_came_after_we_had_closed_is_one_all_the_same() -> None:
    silent = clock(told(*SILENCE))
    assert (silent.legal_due_on, silent.waiting_for) == (None, (WaitingFor.CLARIFICATION,))
    taken_up = told(*SILENCE, (Event.TAKEN_UP, 50))
    assert clock_events(Regime.SAR_PART3, taken_up)[1:] == [
        ClarificationAsked(march(9)),
        ClarificationAnswered(march(50)),
    ]
    # 42 days from 9 March to 20 April did not count.
    assert clock(taken_up).paused_days == 42
    assert clock(taken_up, Regime.FOI).start_on == march(50)


def test_taking_up_answers_no_question_that_was_answered_or_never_asked() -> None:
    for steps in ((), QUESTION, (*SILENCE, (Event.TAKEN_UP, 50))):
        before = told(*steps)
        more = [*before, Step(Event.TAKEN_UP, march(60))]
        assert clock_events(Regime.SAR_PART3, more) == clock_events(Regime.SAR_PART3, before)


def test_a_question_after_taking_up_is_one_of_its_own() -> None:
    steps = told(*SILENCE, (Event.TAKEN_UP, 50), (Event.CLARIFICATION_ASKED, 51))
    assert clock(steps).waiting_for == (WaitingFor.CLARIFICATION,)
    assert clock([*steps, Step(Event.TAKEN_UP, march(55))]).paused_days == 42 + 5


def test_a_fee_that_came_after_we_had_closed_is_paid_on_that_day() -> None:
    asked = told((Event.FEE_ASKED, 9), (Event.CLOSED, 40))
    taken_up = [*asked, Step(Event.TAKEN_UP, march(50))]
    assert clock(asked).waiting_for == (WaitingFor.FEE,)
    assert clock(taken_up).start_on == march(50)
    assert clock_events(Regime.FOI, taken_up)[1:] == [
        FeesNoticeGiven(march(9)),
        FeesNoticePaid(march(50)),
    ]
    assert clock(taken_up, Regime.FOI).legal_due_on == date(2026, 5, 12)


def test_taking_up_brings_no_proof() -> None:
    steps = told((ASKED, 3), (Event.CLOSED, 40), (Event.TAKEN_UP, 50))
    assert clock(steps).waiting_for == (WaitingFor.IDENTITY,)
    assert clock([*steps, Step(ACCEPTED, march(50))]).start_on == march(50)


SILENT = set(Event) - {
    Event.RECEIVED,
    *(event for event, _ in (*FEES, *AUTHORITY, *QUESTION)),
    Event.EXTENDED,
    Event.INTEREST_EXTENDED,
    Event.HOLD_ENDED,
    ASKED,
}


@pytest.mark.parametrize("event", sorted(SILENT))
@pytest.mark.parametrize("regime", Regime)
def test_no_other_step_moves_a_date(regime: Regime, event: Event) -> None:
    """A hold placed, an address confirmed, a reminder, a decision: none is told to the clock."""
    assert clock_events(regime, told((event, 9))) == [Received(RECEIVED_ON)]


def test_a_fee_between_two_changes_of_law_means_nothing_either() -> None:
    twice = told((Event.RECLASSIFIED, 5), *FEES, (Event.RECLASSIFIED, 19))
    assert clock_events(Regime.SAR_GDPR, twice) == [Received(RECEIVED_ON)]


def test_what_is_still_waited_for_was_asked_for_first() -> None:
    steps = told((ASKED, 5), (ASKED, 9))
    assert clock_events(Regime.SAR_PART3, steps)[1:] == [IdentityRequested(march(5))]
