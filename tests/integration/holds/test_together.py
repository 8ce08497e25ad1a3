"""The gate asked about several recordings at once: one that is barred bars all of them."""

import pytest
import sqlalchemy as sa

from portal.holds.commands import open_matter, place
from portal.holds.policy import Bar, HoldKind, Level
from portal.holds.queries import bar, first_bar
from portal.house import House
from tests.conftest import Clock
from tests.factories.catalogue import line, recording, take_in
from tests.factories.disclosure import HOLD_OWNER

MANY = 12


@pytest.fixture
def numbers(house: House, clock: Clock) -> list[int]:
    """Recordings that nothing holds."""
    take_in(house.db, *(line(f"R{n}", clock()) for n in range(MANY)), at=clock())
    return [recording(house.db, f"R{n}").id for n in range(MANY)]


def hold(house: House, recording_id: int, level: Level) -> None:
    with house.db.writing() as session:
        matter = open_matter(
            session, reference="OP-1", kind=HoldKind.INVESTIGATION, by=HOLD_OWNER, at=house.now()
        )
        place(
            session,
            recording_id=recording_id,
            matter=matter,
            kind=matter.kind,
            level=level,
            reason="It is evidence.",
            by=HOLD_OWNER,
            at=house.now(),
        )


@pytest.mark.parametrize("which", [0, 5, MANY - 1])
def test_one_that_is_held_bars_all(house: House, numbers: list[int], which: int) -> None:
    with house.db.reading() as session:
        assert first_bar(session, numbers) is None
    hold(house, numbers[which], Level.OPEN)
    with house.db.reading() as session:
        assert first_bar(session, numbers) is Bar.HELD
        others = [number for number in numbers if number != numbers[which]]
        assert first_bar(session, others) is None
        assert [bar(session, number) for number in others] == [None] * (MANY - 1)


def test_one_that_nobody_knows_bars_all(house: House, numbers: list[int]) -> None:
    with house.db.reading() as session:
        assert first_bar(session, [*numbers, max(numbers) + 1]) is Bar.UNKNOWN
        assert first_bar(session, []) is None


def test_many_take_no_more_questions_than_one(house: House, numbers: list[int]) -> None:
    def questions(asked: list[int]) -> int:
        said: list[str] = []

        def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        try:
            with house.db.reading() as session:
                first_bar(session, asked)
        finally:
            sa.event.remove(house.db.engine, "before_cursor_execute", note)
        return len(said)

    assert questions(numbers) == questions(numbers[:1])
