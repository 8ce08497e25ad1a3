"""The book's tables: the database itself lets nobody change what stands in them."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.actors import PUBLIC
from portal.audit.commands import record, seal
from portal.audit.verify import verify
from portal.db import Database, open_database
from tests.servers.postgres import OWNER

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
RUNNING = Path(__file__).parents[3] / "docs" / "running.md"

FORBIDDEN = [
    "UPDATE audit_entry SET subject = 'x' WHERE sequence = 2",
    "UPDATE audit_entry SET sequence = 99 WHERE sequence = 2",
    "UPDATE audit_entry SET hash = hash",
    "DELETE FROM audit_entry WHERE sequence = 3",
    "DELETE FROM audit_entry",
    "UPDATE audit_head SET sequence = 2",
    "UPDATE audit_head SET hash = 'x'",
    "UPDATE audit_head SET sequence = 3, hash = 'x'",
    "DELETE FROM audit_head",
]
COLUMNS = "sequence, at, actor_kind, actor_id, deed, subject, details, hash"
VALUES = "2, '2026-11-02', 'handler', 'h', 'x.y', 'other', '{}', 'x'"
TWICE = f"INTO audit_entry ({COLUMNS}) VALUES ({VALUES})"
ONLY_HERE = {
    "sqlite": [
        f"INSERT OR REPLACE {TWICE}",
        f"REPLACE {TWICE}",
        f"INSERT {TWICE} ON CONFLICT DO UPDATE SET subject = 'x'",
        "UPDATE OR REPLACE audit_entry SET sequence = 2 WHERE sequence = 3",
        "REPLACE INTO audit_head (id, sequence, hash) VALUES (1, 0, 'x')",
    ],
    "postgresql": [
        f"INSERT {TWICE} ON CONFLICT (sequence) DO UPDATE SET subject = 'x'",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_head",
        "TRUNCATE audit_entry CASCADE",
    ],
}


def write(database: Database, count: int) -> None:
    for number in range(count):
        with database.writing() as session:
            record(session, "request.viewed", subject="BWV", by=PUBLIC, at=AT, number=number)


def do(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(sa.text(statement))


def test_nothing_in_the_book_is_changed_or_removed(database: Database) -> None:
    write(database, 3)
    for statement in [*FORBIDDEN, *ONLY_HERE[database.engine.dialect.name]]:
        with pytest.raises(IntegrityError, match="only ever added"):
            do(database, statement)
    write(database, 2)
    with database.snapshot() as session:
        verdict = verify(session)
    assert (verdict.is_whole, verdict.entries) == (True, 5)


@pytest.fixture
def as_role(postgres_database: Database) -> Iterator[Database]:
    """The same database, entered as the role that docs/running.md tells to make."""
    role = f"app_{uuid.uuid4().hex}"
    (told,) = re.findall(r"```sql\n(.*?)```", RUNNING.read_text(encoding="utf-8"), re.DOTALL)
    with postgres_database.engine.begin() as connection:
        for statement in told.replace("portal_app", role).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    entered = open_database(
        postgres_database.url.replace(f"//{OWNER}@", f"//{role}@"), before_commit=(seal,)
    )
    yield entered
    entered.close()
    with postgres_database.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"DROP ROLE {role}")


@pytest.mark.postgresql
def test_the_portals_own_role_writes_the_book_and_cannot_change_it(as_role: Database) -> None:
    write(as_role, 3)
    for statement in (
        *FORBIDDEN[:5],
        FORBIDDEN[-1],
        "TRUNCATE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "DROP TRIGGER audit_entry_update ON audit_entry",
        "DROP FUNCTION audit_entry_is_added_to() CASCADE",
        "DROP TABLE audit_entry",
        "CREATE TABLE mine (id integer)",
        "UPDATE alembic_version SET version_num = '0001'",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            do(as_role, statement)
    with pytest.raises(IntegrityError, match="only ever added"):
        do(as_role, "UPDATE audit_head SET sequence = 1")
    with as_role.snapshot() as session:
        assert verify(session).entries == 3


@pytest.mark.postgresql
def test_the_portals_own_role_may_do_the_rest(
    as_role: Database, postgres_database: Database
) -> None:
    tables = sa.inspect(postgres_database.engine).get_table_names()
    kept = {"audit_entry", "audit_head", "alembic_version"}
    with as_role.writing() as session:
        for table in set(tables) - kept:
            for deed in ("select", "insert", "update", "delete"):
                may = sa.text("SELECT has_table_privilege(:table, :deed)")
                assert session.scalar(may, {"table": table, "deed": deed}), (table, deed)
