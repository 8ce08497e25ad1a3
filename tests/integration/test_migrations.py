"""The migrations make exactly the tables that the models describe, and take them away again."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal.cli.db import MIGRATIONS, upgrade_to_head
from portal.db import Base, Database, open_database


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["url"] = url
    return made


def described(database: Database) -> dict[str, object]:
    """Every table with its columns, keys and checks, in an order of its own."""
    look = sa.inspect(database.engine)
    return {
        table: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)),
            sorted(look.get_pk_constraint(table)["constrained_columns"]),
            sorted(str(sorted(k.items(), key=str)) for k in look.get_foreign_keys(table)),
            sorted(str(u["name"]) for u in look.get_unique_constraints(table)),
            sorted(f"{c['name']} {c['sqltext']}" for c in look.get_check_constraints(table)),
            sorted(str(i["name"]) for i in look.get_indexes(table)),
        )
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def check_both_ways(migrated: Database, made: Database) -> None:
    upgrade_to_head(migrated.url)
    Base.metadata.create_all(made.engine)
    assert described(migrated) == described(made)
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    upgrade_to_head(migrated.url)  # again changes nothing
    command.downgrade(config(migrated.url), "base")
    assert described(migrated) == {}
    upgrade_to_head(migrated.url)
    assert described(migrated) == described(made)


def test_sqlite(tmp_path: Path) -> None:
    databases = [
        open_database(f"sqlite:///{tmp_path}/{name}.sqlite", may_make_it=True) for name in "ab"
    ]
    check_both_ways(databases[0], databases[1])
    for database in databases:
        database.close()


def test_postgresql(make_empty_postgres: Callable[[], Database]) -> None:
    check_both_ways(make_empty_postgres(), make_empty_postgres())


def test_one_head_and_it_is_written_down() -> None:
    heads = ScriptDirectory(str(MIGRATIONS)).get_heads()
    assert heads == [(MIGRATIONS / "CURRENT_HEAD").read_text().strip()]
