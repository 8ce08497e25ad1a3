"""Matters open and close once, and their holds with them."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE
from portal.audit.models import AuditEntry
from portal.db import Database
from portal.errors import NotFound, Refused
from portal.holds.commands import close_matter, lift, open_matter, place
from portal.holds.models import Hold, Matter
from portal.holds.policy import Bar, HoldKind, Level
from portal.holds.queries import bar, holds_of, locked_bar, matter_by_reference, matters, open_holds
from portal.house import House
from portal.recordings.models import Recording
from tests.conftest import Clock
from tests.factories.catalogue import line, recording, take_in


def hold_on(house: House, recording_id: int, reference: str, **given: object) -> None:
    with house.db.writing() as session:
        matter = session.scalars(
            sa.select(Matter).where(Matter.reference == reference)
        ).one_or_none() or open_matter(
            session,
            reference=reference,
            kind=HoldKind.INVESTIGATION,
            by=COMMAND_LINE,
            at=house.now(),
        )
        facts = {"kind": matter.kind, "level": Level.OPEN, "reason": "It is evidence.", **given}
        place(
            session,
            recording_id=recording_id,
            matter=matter,
            by=COMMAND_LINE,
            at=house.now(),
            **facts,  # type: ignore[arg-type]
        )


def bar_on(house: House, recording_id: int) -> Bar | None:
    with house.db.reading() as session:
        return bar(session, recording_id)


def close(house: House, reference: str, *, why: str = "Acquitted") -> int:
    with house.db.writing() as session:
        matter = matter_by_reference(session, reference)
        return close_matter(session, matter=matter, why=why, by=COMMAND_LINE, at=house.now())


@pytest.fixture
def number(house: House, clock: Clock) -> int:
    """A recording that nothing holds."""
    take_in(house.db, line("one", clock()), at=clock())
    return recording(house.db, "one").id


def test_an_import_that_names_a_matter_places_a_hold_in_the_same_breath(
    house: House, clock: Clock
) -> None:
    take_in(house.db, line("flagged", clock(), matter="OP-1"), at=clock())
    assert bar_on(house, recording(house.db, "flagged").id) is Bar.HELD


def test_importing_the_flag_again_adds_no_hold(house: House, clock: Clock) -> None:
    for _ in range(2):
        take_in(house.db, line("flagged", clock(), matter="OP-1"), at=clock())
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Hold)) == 1


@pytest.mark.parametrize("level", Level)
def test_a_flag_takes_the_level_of_its_matter(house: House, number: int, level: Level) -> None:
    """What joins a matter nobody may know of must not tell that there is one."""
    hold_on(house, number, "OP-1", level=level)
    take_in(house.db, line("flagged", house.now(), matter="OP-1"), at=house.now())
    with house.db.reading() as session:
        (hold,) = holds_of(session, recording(house.db, "flagged").id)
    assert hold.level is level


def test_a_flag_of_a_matter_that_holds_nothing_is_limited(house: House, clock: Clock) -> None:
    take_in(house.db, line("flagged", clock(), matter="OP-1"), at=clock())
    with house.db.reading() as session:
        (hold,) = holds_of(session, recording(house.db, "flagged").id)
    assert hold.level is Level.LIMITED


def test_an_old_flag_does_not_bring_a_closed_matter_back(house: House, clock: Clock) -> None:
    take_in(house.db, line("flagged", clock(), matter="OP-1"), at=clock())
    close(house, "OP-1")
    take_in(house.db, line("flagged", clock(), matter="OP-1", incident="CAD 1"), at=clock())
    assert bar_on(house, recording(house.db, "flagged").id) is None


def test_two_matters_hold_until_both_close(house: House, number: int) -> None:
    for reference in ("OP-1", "OP-2"):
        hold_on(house, number, reference)
    assert close(house, "OP-1") == 1
    assert bar_on(house, number) is Bar.HELD
    close(house, "OP-2")
    assert bar_on(house, number) is None


def test_a_matter_closes_once(house: House, number: int) -> None:
    hold_on(house, number, "OP-1")
    close(house, "OP-1")
    with pytest.raises(Refused):
        close(house, "OP-1")
    with pytest.raises(Refused):
        hold_on(house, number, "OP-1")


def test_a_reference_is_one_matter(house: House, number: int) -> None:
    hold_on(house, number, "OP-1")
    with pytest.raises(Refused), house.db.writing() as session:
        open_matter(
            session,
            reference=" OP-1 ",
            kind=HoldKind.INQUEST,
            by=COMMAND_LINE,
            at=house.now(),
        )


@pytest.mark.parametrize("given", [{"reason": "  "}])
def test_a_hold_needs_its_reason(house: House, number: int, given: dict[str, object]) -> None:
    with pytest.raises(Refused):
        hold_on(house, number, "OP-1", **given)
    assert bar_on(house, number) is None


def test_closing_needs_to_say_how_it_ended(house: House, number: int) -> None:
    hold_on(house, number, "OP-1")
    with pytest.raises(Refused):
        close(house, "OP-1", why=" ")
    assert bar_on(house, number) is Bar.HELD


def test_lifting_twice_is_lifting_once(house: House, number: int) -> None:
    hold_on(house, number, "OP-1")
    for _ in range(2):
        with house.db.writing() as session:
            hold = session.scalars(sa.select(Hold)).one()
            lift(session, hold=hold, why="Over", by=COMMAND_LINE, at=house.now())
    assert bar_on(house, number) is None


def test_what_does_not_exist_is_barred_and_cannot_be_held(house: House, number: int) -> None:
    assert bar_on(house, number + 1) is Bar.UNKNOWN
    with pytest.raises(NotFound):
        hold_on(house, number + 1, "OP-1")
    with pytest.raises(NotFound), house.db.reading() as session:
        matter_by_reference(session, "OP-9")


def test_the_lists_count_what_is_held(house: House, number: int) -> None:
    hold_on(house, number, "OP-1")
    with house.db.reading() as session:
        assert [(row.matter.reference, row.open_holds) for row in matters(session)] == [("OP-1", 1)]
        assert list(open_holds(session, [number])) == [number]
        assert locked_bar(session, number) is Bar.HELD
    close(house, "OP-1")
    with house.db.reading() as session:
        assert matters(session) == []
        assert [row.open_holds for row in matters(session, with_closed=True)] == [0]
        assert len(holds_of(session, number)) == 1
        assert open_holds(session, [number]) == {}


def test_a_hold_is_never_placed_on_a_matter_that_is_closing(
    make_house: Callable[[Database], House], postgres_database: Database, clock: Clock
) -> None:
    house = make_house(postgres_database)
    take_in(house.db, line("one", clock()), line("two", clock()), at=clock())
    numbers = [recording(house.db, name).id for name in ("one", "two")]
    for round_number in range(12):
        reference = f"OP-{round_number}"
        hold_on(house, numbers[0], reference)
        with ThreadPoolExecutor(2) as pool:
            closing = pool.submit(close, house, reference)
            placing = pool.submit(hold_on, house, numbers[1], reference)
            closing.result()
            refused = placing.exception()
        assert refused is None or isinstance(refused, Refused)
        assert [bar_on(house, number) for number in numbers] == [None, None]


def test_two_imports_that_meet_a_new_matter_make_one(
    make_house: Callable[[Database], House], postgres_database: Database, clock: Clock
) -> None:
    house = make_house(postgres_database)
    with ThreadPoolExecutor(4) as pool:
        done = [
            pool.submit(take_in, house.db, line(f"r{n}", clock(), matter="OP-1"), at=clock())
            for n in range(4)
        ]
        assert [each.result().created for each in done] == [1] * 4
    with house.db.reading() as session:
        assert [row.open_holds for row in matters(session)] == [4]


def test_lifting_at_once_is_written_once(
    make_house: Callable[[Database], House], postgres_database: Database, clock: Clock
) -> None:
    house = make_house(postgres_database)
    take_in(house.db, line("one", clock()), at=clock())
    hold_on(house, recording(house.db, "one").id, "OP-1")

    def lift_it() -> None:
        with house.db.writing() as session:
            hold = session.scalars(sa.select(Hold)).one()
            lift(session, hold=hold, why="Over", by=COMMAND_LINE, at=house.now())

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(lift_it) for _ in range(4)]:
            each.result()
    with house.db.reading() as session:
        lifted = sa.select(sa.func.count()).where(AuditEntry.deed == "hold.lifted")
        assert session.scalar(lifted) == 1


def open_holds_of(house: House) -> set[tuple[str, str]]:
    """Which recording each open hold is on, and for which matter."""
    with house.db.reading() as session:
        rows = session.execute(
            sa.select(Recording.source_id, Matter.reference)
            .join(Hold, Hold.recording_id == Recording.id)
            .join(Matter, Matter.id == Hold.matter_id)
            .where(Hold.lifted_at.is_(None))
        )
        return {(source_id, reference) for source_id, reference in rows}


def deeds(house: House) -> Counter[str]:
    with house.db.reading() as session:
        return Counter(session.scalars(sa.select(AuditEntry.deed)))


def test_one_batch_may_name_many_matters_old_new_and_closed(
    house: House, number: int, clock: Clock
) -> None:
    hold_on(house, number, "OP-OPEN", level=Level.NEITHER_CONFIRM_NOR_DENY)
    hold_on(house, number, "OP-OPEN-TOO")
    hold_on(house, number, "OP-CLOSED")
    close(house, "OP-CLOSED")
    before = deeds(house)
    named = ("OP-OPEN", "OP-NEW", "OP-CLOSED", "OP-NEW", None, "OP-OPEN", "OP-OPEN-TOO")
    batch = [line(f"r{n}", clock(), matter=matter) for n, matter in enumerate(named)]
    expected = {
        *(("one", "OP-OPEN"), ("one", "OP-OPEN-TOO"), ("r0", "OP-OPEN"), ("r5", "OP-OPEN")),
        *(("r1", "OP-NEW"), ("r3", "OP-NEW"), ("r6", "OP-OPEN-TOO")),
    }
    for _ in range(2):
        take_in(house.db, *batch, at=clock())
        assert open_holds_of(house) == expected
    written = deeds(house) - before
    assert (written["hold.placed"], written["matter.opened"]) == (5, 1)
    with house.db.reading() as session:
        levels = dict(
            session.execute(
                sa.select(Recording.source_id, Hold.level).join(
                    Hold, Hold.recording_id == Recording.id
                )
            ).all()
        )
    assert levels["r0"] is levels["r5"] is Level.NEITHER_CONFIRM_NOR_DENY
    assert levels["r6"] is Level.OPEN
    assert levels["r1"] is Level.LIMITED


def test_a_recording_that_changes_its_matter_is_held_for_both(house: House, clock: Clock) -> None:
    """Who takes a hold away is a person, who closes its matter."""
    for matter in ("OP-1", "OP-2"):
        take_in(
            house.db,
            line("moved", clock(), matter=matter),
            line("stays", clock(), matter="OP-1"),
            at=clock(),
        )
    assert open_holds_of(house) == {("moved", "OP-1"), ("moved", "OP-2"), ("stays", "OP-1")}


def test_imports_gate_and_closings_at_once_never_wait_for_each_other_for_ever(
    make_house: Callable[[Database], House], postgres_database: Database, clock: Clock
) -> None:
    house = make_house(postgres_database)
    names = [f"r{n}" for n in range(40)]
    take_in(house.db, *(line(name, clock()) for name in names), at=clock())
    numbers = [recording(house.db, name).id for name in names]

    def flag(round_number: int, order: int) -> None:
        flagged = [
            line(name, clock(), matter=f"OP-{round_number}-{n % 3}") for n, name in enumerate(names)
        ]
        take_in(house.db, *flagged[::order], at=clock())

    def pass_the_gate() -> None:
        with house.db.writing() as session:
            for number in numbers:
                locked_bar(session, number)

    def close_one(round_number: int) -> None:
        with suppress(NotFound):
            close(house, f"OP-{round_number}-1")

    with ThreadPoolExecutor(4) as pool:
        for n in range(4):
            done = [
                pool.submit(flag, n, 1),
                pool.submit(pass_the_gate),
                pool.submit(flag, n, -1),
                pool.submit(close_one, n),
            ]
            for each in done:
                each.result(timeout=60)
