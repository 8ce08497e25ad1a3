"""Every 90 days somebody looks at each hold: it goes on, becomes less, or ends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE
from portal.audit.models import AuditEntry
from portal.dates import london_day
from portal.db import Database
from portal.errors import NotFound, Refused
from portal.holds.commands import Found, open_matter, place, review_hold
from portal.holds.looking import HoldFinding
from portal.holds.models import Hold, HoldReview
from portal.holds.policy import Bar, HoldKind, Level, Segment, next_review_on
from portal.holds.queries import bar
from portal.house import House
from portal.ids import new_id
from tests.conftest import Clock
from tests.factories.catalogue import line, recording, take_in

LATER = timedelta(days=85)


@pytest.fixture
def held(house: House, clock: Clock) -> House:
    """A house with one held recording, 85 days later."""
    _hold(house, clock)
    clock.at += LATER
    return house


def _hold(house: House, clock: Clock) -> None:
    take_in(house.db, line("one", clock()), at=clock())
    number = recording(house.db, "one").id
    with house.db.writing() as session:
        matter = open_matter(
            session, reference="OP-1", kind=HoldKind.CONDUCT, by=COMMAND_LINE, at=clock()
        )
        place(
            session,
            recording_id=number,
            matter=matter,
            kind=matter.kind,
            level=Level.LIMITED,
            reason="It shows it.",
            by=COMMAND_LINE,
            at=clock(),
        )


def the_hold(house: House) -> Hold:
    with house.db.reading() as session:
        return session.scalars(sa.select(Hold)).one()


def look(house: House, finding: HoldFinding, *, number: int = 1, **given: Any) -> None:
    facts = {"reason": "The file is with the panel.", **given}
    with house.db.writing() as session:
        review_hold(
            session,
            hold_id=the_hold(house).id,
            number=number,
            found=Found(finding, **facts),
            by=COMMAND_LINE,
            at=house.now(),
        )


def looks(house: House) -> list[HoldReview]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(HoldReview).order_by(HoldReview.number)))


def is_barred(house: House) -> bool:
    with house.db.reading() as session:
        return bar(session, recording(house.db, "one").id) is Bar.HELD


def test_it_goes_on_for_another_90_days(held: House) -> None:
    was_due_on = the_hold(held).review_due_on
    look(held, HoldFinding.CONTINUE)
    today = london_day(held.now())
    assert the_hold(held).review_due_on == next_review_on(today)
    (review,) = looks(held)
    assert (review.was_due_on, review.next_due_on) == (was_due_on, next_review_on(today))
    assert (review.reason, review.done_by) == ("The file is with the panel.", COMMAND_LINE.id)
    assert is_barred(held)
    sooner = today + timedelta(days=30)
    look(held, HoldFinding.CONTINUE, number=2, next_on=sooner)
    assert the_hold(held).review_due_on == sooner
    assert the_hold(held).looks == 2


def test_it_becomes_less_and_still_bars(held: House) -> None:
    part = Segment(60, 120)
    look(held, HoldFinding.NARROW, segments=[part], level=Level.OPEN)
    hold = the_hold(held)
    assert (hold.parts, hold.level) == ((part,), Level.OPEN)
    assert is_barred(held)
    look(held, HoldFinding.NARROW, number=2, segments=[Segment(70, 80), Segment(90, 120)])
    assert the_hold(held).parts == (Segment(70, 80), Segment(90, 120))
    assert [review.segments for review in looks(held)] == [[[60, 120]], [[70, 80], [90, 120]]]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Say what becomes less"),
        ({"level": Level.NEITHER_CONFIRM_NOR_DENY}, "cannot tell less"),
        ({"segments": [Segment(700, 800)]}, "begins after the recording ends"),
        ({"segments": [Segment(8, 8)]}, "must end after it begins"),
        ({"segments": [Segment(1, 2)], "next_on": "far"}, "within 90 days"),
        ({"segments": [Segment(1, 2)], "reason": " "}, "Enter the reason"),
    ],
)
def test_what_is_not_less_changes_nothing(held: House, given: dict[str, Any], words: str) -> None:
    if "next_on" in given:
        given = {**given, "next_on": london_day(held.now()) + timedelta(days=91)}
    before = the_hold(held)
    with pytest.raises(Refused, match=words):
        look(held, HoldFinding.NARROW, **given)
    after = the_hold(held)
    assert (after.segments, after.level, after.review_due_on, after.looks) == (
        before.segments,
        before.level,
        before.review_due_on,
        0,
    )
    assert looks(held) == []


def test_an_end_lets_it_go_and_says_why(held: House) -> None:
    look(held, HoldFinding.END, reason="No case to answer.")
    hold = the_hold(held)
    assert (hold.lifted_at, hold.lifted_why) == (held.now(), "No case to answer.")
    assert looks(held)[0].next_due_on is None
    assert not is_barred(held)
    with pytest.raises(Refused, match="has ended"):
        look(held, HoldFinding.CONTINUE, number=2)


def test_every_look_is_in_the_book_without_its_reason(held: House) -> None:
    look(held, HoldFinding.CONTINUE)
    look(held, HoldFinding.END, number=2)
    with held.db.reading() as session:
        deeds = sa.select(AuditEntry).where(AuditEntry.deed.like("hold.%"))
        lines = session.scalars(deeds.order_by(AuditEntry.sequence)).all()
    assert [one.deed for one in lines] == [
        "hold.placed",
        "hold.reviewed",
        "hold.reviewed",
        "hold.lifted",
    ]
    assert "panel" not in str([one.details for one in lines])


def test_pressing_twice_is_looking_once(held: House) -> None:
    look(held, HoldFinding.CONTINUE)
    with pytest.raises(Refused, match="written down already"):
        look(held, HoldFinding.END)
    assert len(looks(held)) == 1
    assert is_barred(held)


def test_there_must_be_a_hold(held: House) -> None:
    found = Found(HoldFinding.END, "Over")
    with pytest.raises(NotFound), held.db.writing() as session:
        review_hold(
            session, hold_id=new_id(), number=1, found=found, by=COMMAND_LINE, at=held.now()
        )


def test_of_two_who_look_at_once_one_is_told(
    make_house: Callable[[Database], House], postgres_database: Database, clock: Clock
) -> None:
    house = make_house(postgres_database)
    _hold(house, clock)

    def look_once(finding: HoldFinding) -> bool:
        try:
            look(house, finding)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(look_once, [HoldFinding.CONTINUE, HoldFinding.END]))
    assert sorted(done) == [False, True]
    assert len(looks(house)) == 1
