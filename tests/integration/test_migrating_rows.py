"""A database with rows in it moves forwards: nothing is lost, and what has ended says how."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from portal.cli.db import MIGRATIONS, upgrade_to_head
from portal.db import Database, open_database
from portal.recordings.criteria import Criteria, PointAsked
from portal.recordings.describing import found_by
from portal.recordings.models import Footprint, Search
from portal.recordings.projection import to_grid
from portal.recordings.tracks import pack
from tests.factories.catalogue import LATITUDE, LONGITUDE

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at_revision(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, revision)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(
    request: pytest.FixtureRequest, tmp_path: Path, make_empty_postgres: Callable[[], Database]
) -> Iterator[Database]:
    """A database as the first migration left it."""
    if request.param == "postgresql":
        database = make_empty_postgres()
    else:
        database = open_database(f"sqlite:///{tmp_path}/old.sqlite")
    at_revision(database.url, "0001")
    yield database
    database.close()


def tables(database: Database) -> sa.MetaData:
    metadata = sa.MetaData()
    metadata.reflect(database.engine)
    return metadata


def add_request(connection: sa.Connection, known: sa.MetaData, status: str, number: int) -> object:
    table = known.tables["footage_request"]
    key = uuid4()
    connection.execute(
        table.insert(),
        {
            "id": key if not isinstance(table.c.id.type, sa.CHAR) else key.hex,
            "reference": f"BWV-0000-000{number}",
            "regime": "sar_part3",
            "about": "me",
            "channel": "online",
            "status": status,
            "received_at": AT.replace(tzinfo=None),
            "received_on": AT.date(),
            "delivery": "download",
            "safe_contact": "",
            "language": "",
            "adjustments": "",
        },
    )
    return key if not isinstance(table.c.id.type, sa.CHAR) else key.hex


def add_step(
    connection: sa.Connection,
    known: sa.MetaData,
    key: object,
    *,
    event: str,
    before: str,
    note: str,
) -> None:
    connection.execute(
        known.tables["request_step"].insert(),
        {
            "request_id": key,
            "number": 1,
            "event": event,
            "status_before": before,
            "status_after": "closed",
            "at": AT.replace(tzinfo=None),
            "on": AT.date(),
            "actor_kind": "handler",
            "actor_id": "x",
            "note": note,
        },
    )


CLOSED = (
    ("withdrawn", "searching", "", "withdrawn"),
    ("closed", "awaiting_identity", "nothing_came", "id_not_confirmed"),
    ("closed", "awaiting_clarification", "nothing_came", "clarification_not_received"),
    ("closed", "awaiting_identity", "duplicate", "redirected"),
)


def test_what_was_closed_before_says_how_it_ended(old: Database) -> None:
    known = tables(old)
    with old.engine.execution_options(portal_writing=True).begin() as connection:
        for number, (event, before, note, _) in enumerate(CLOSED):
            key = add_request(connection, known, "closed", number)
            add_step(connection, known, key, event=event, before=before, note=note)
        add_request(connection, known, "searching", 8)
    at_revision(old.url, "head")
    with old.engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT ending FROM footage_request ORDER BY reference")
        ).scalars()
        assert list(rows) == [*(ending for *_, ending in CLOSED), None]


def test_the_new_words_are_allowed_and_others_still_are_not(old: Database) -> None:
    known = tables(old)
    with old.engine.execution_options(portal_writing=True).begin() as connection:
        add_request(connection, known, "received", 1)
    at_revision(old.url, "head")
    with old.engine.execution_options(portal_writing=True).begin() as connection:
        connection.execute(sa.text("UPDATE footage_request SET status = 'awaiting_authority'"))
    with (
        pytest.raises(sa.exc.IntegrityError),
        old.engine.execution_options(portal_writing=True).begin() as connection,
    ):
        connection.execute(sa.text("UPDATE footage_request SET status = 'lost'"))


def test_the_index_of_recordings_is_made_from_their_tracks(old: Database) -> None:
    at_revision(old.url, "0002")
    add_recording(old, "A")
    upgrade_to_head(old.url)
    criteria = Criteria(AT, AT + timedelta(minutes=5), PointAsked(LATITUDE, LONGITUDE, 50.0))
    with old.reading() as session:
        assert [found.source_id for found in found_by(session, criteria)] == ["A"]
        before = session.scalar(sa.select(sa.func.count()).select_from(Footprint))
    upgrade_to_head(old.url)  # again adds nothing
    with old.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Footprint)) == before


def test_searches_get_their_windows_from_what_was_asked(old: Database) -> None:
    at_revision(old.url, "0002")
    until = AT + timedelta(minutes=30)
    summer = timezone(timedelta(hours=1))
    with old.engine.execution_options(portal_writing=True).begin() as connection:
        connection.execute(
            tables(old).tables["recording_search"].insert(),
            {
                "id": 1,
                "criteria": {"from": AT.isoformat(), "until": until.astimezone(summer).isoformat()},
                "asked_by": "worker",
                "at": AT.replace(tzinfo=None),
                "found": 0,
            },
        )
    upgrade_to_head(old.url)
    with old.reading() as session:
        made = session.get_one(Search, 1)
        assert (made.since, made.until) == (AT, until)


def add_recording(old: Database, name: str) -> None:
    """A recording as it was kept before: standing still for ten minutes."""
    known = tables(old)
    (x,), (y,) = to_grid([LATITUDE], [LONGITUDE])
    start, ended_at = int(AT.timestamp()), AT + timedelta(minutes=10)
    facts = {"source_id": name, "camera": "C", "category": "non_evidential", "id": 1}
    with old.engine.execution_options(portal_writing=True).begin() as connection:
        connection.execute(
            known.tables["recording"].insert(),
            facts
            | {
                name: at.replace(tzinfo=None)
                for name, at in (
                    ("started_at", AT), ("ended_at", ended_at), ("imported_at", ended_at)
                )
            },
        )  # fmt: skip
        connection.execute(
            known.tables["track"].insert(),
            {
                "recording_id": 1,
                "start": start,
                "end": start + 600,
                "slack_dm": 0,
                "points": pack([0, 300_000, 600_000], [x] * 3, [y] * 3),
            },
        )


def add_notice(database: Database, key: str, *, body: str | None, is_delivered: bool) -> None:
    table, notice_id = tables(database).tables["notice"], uuid4()
    row = {
        "id": notice_id.hex if isinstance(table.c.id.type, sa.CHAR) else notice_id,
        "key": key,
        "kind": "message",
        "to": "amina@example.org",
        "fields": {"reference": "BWV-2222-3333"} if key != "code" else {},
        "body": body,
        "message_id": f"<{key}@notices.portal>",
        "written_at": AT.replace(tzinfo=None),
        "delivered_at": AT.replace(tzinfo=None) if is_delivered else None,
        "deliveries_unsure": 0,
    }
    with database.engine.execution_options(portal_writing=True).begin() as connection:
        connection.execute(table.insert(), row)


def test_e_mails_on_their_way_know_their_request_and_that_nobody_knows_how_they_ended(
    old: Database,
) -> None:
    """A worker of the old version can have been killed with one in its hands."""
    add_notice(old, "begun", body="words", is_delivered=False)
    add_notice(old, "code", body=None, is_delivered=True)
    add_notice(old, "delivered", body="words", is_delivered=True)
    add_notice(old, "waiting", body=None, is_delivered=False)
    at_revision(old.url, "head")
    with old.engine.connect() as connection:
        found = sa.text("SELECT key, about, leaving IS NULL FROM notice ORDER BY key")
        rows = [(key, about, bool(known)) for key, about, known in connection.execute(found)]
    assert rows == [
        ("begun", "BWV-2222-3333", False),
        ("code", "", True),
        ("delivered", "BWV-2222-3333", True),
        ("waiting", "BWV-2222-3333", True),
    ]
