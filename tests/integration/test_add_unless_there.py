"""Adding a row unless one with the same key is there: whoever asks is told which it was."""

from datetime import UTC, datetime

import sqlalchemy as sa

from portal.db import Database, add_unless_there
from portal.holds.models import Matter
from portal.holds.policy import HoldKind
from portal.ids import new_id

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def test_the_first_is_added_and_the_second_is_not(database: Database) -> None:
    said = []
    for name in ("first", "second"):
        with database.writing() as session:
            said.append(
                add_unless_there(
                    session,
                    Matter,
                    id=new_id(),
                    reference="OP-ONE",
                    kind=HoldKind.INVESTIGATION,
                    opened_at=AT,
                    opened_by=name,
                    closed_why="",
                )
            )
    assert said == [True, False]
    with database.reading() as session:
        assert session.scalars(sa.select(Matter.opened_by)).all() == ["first"]
