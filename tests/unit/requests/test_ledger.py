"""What the ledger tells the clock about identity: each waiting of its own (DPA 2018 s.54(3)(b))."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bank_holidays import load_shipped
from portal.requests.clock import Clock, WaitingFor, clock_of
from portal.requests.clock.events import ClockEvent, IdentityReceived, IdentityRequested
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


def clock(steps: list[Step]) -> Clock:
    return clock_of("sar_part3", clock_events(Regime.SAR_PART3, steps), HOLIDAYS)


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
