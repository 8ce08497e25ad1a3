"""Changing a table's constraints where it stands, on both databases: for migrations only.

SQLite cannot alter a constraint. Its manual names two ways: to make the table anew and copy every
row, or, for a change that touches no stored byte, to edit the table's text in the schema and then
check the whole file. This is the second; everything is in the migration's one transaction.
"""

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition of a CHECK that keeps a column to some words, as the models write it."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def replace_check(table: str, name: str, was: str, becomes: str) -> None:
    """Let a named CHECK of a table say something else."""
    if _is_sqlite():
        _edit(table, f"CONSTRAINT {name} CHECK ({was})", f"CONSTRAINT {name} CHECK ({becomes})")
    else:
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, becomes)


def add_check(table: str, name: str, condition: str) -> None:
    """Give a table one more named CHECK, which every row must already meet."""
    if _is_sqlite():
        _append(table, f"CONSTRAINT {name} CHECK ({condition})")
    else:
        op.create_check_constraint(op.f(name), table, condition)


def drop_check(table: str, name: str, condition: str) -> None:
    """Take a named CHECK away."""
    if _is_sqlite():
        _cut(table, f"CONSTRAINT {name} CHECK ({condition})")
    else:
        op.drop_constraint(op.f(name), table, type_="check")


def add_foreign_key(table: str, name: str, column: str, to: str) -> None:
    """Let a column of a table point to the `id` of another; it must be empty in every row."""
    if _is_sqlite():
        _append(table, f"CONSTRAINT {name} FOREIGN KEY({column}) REFERENCES {to} (id)")
    else:
        op.create_foreign_key(op.f(name), table, to, [column], ["id"])


def drop_foreign_key(table: str, name: str, column: str, to: str) -> None:
    """Take a foreign key away."""
    if _is_sqlite():
        _cut(table, f"CONSTRAINT {name} FOREIGN KEY({column}) REFERENCES {to} (id)")
    else:
        op.drop_constraint(op.f(name), table, type_="foreignkey")


# The moments at which a row could be changed or lost. On SQLite, REPLACE removes the row that is
# there without a word to the trigger on deleting: adding one that is there is refused before that.
_MOMENTS = ("update", "delete", "insert")


def add_only(table: str, key: str, *, unless_it_grows: str = "") -> None:
    """Let the rows of a table be added and never be changed or removed, whoever asks.

    With `unless_it_grows`, a row may change as long as that column gets larger.
    """
    words = f"rows of {table} are only ever added"
    grows = f"NEW.{unless_it_grows} <= OLD.{unless_it_grows}" if unless_it_grows else ""
    if _is_sqlite():
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - our own names
        for moment, only_if in zip(_MOMENTS, (grows, "", there), strict=True):
            op.execute(
                f"CREATE TRIGGER {table}_{moment} BEFORE {moment} ON {table} "
                f"{f'WHEN {only_if} ' if only_if else ''}BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{words}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for moment, scope in (
        ("update", f"FOR EACH ROW {f'WHEN ({grows}) ' if grows else ''}"),
        ("delete", "FOR EACH ROW "),
        ("truncate", "FOR EACH STATEMENT "),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{moment} BEFORE {moment} ON {table} "
            f"{scope}EXECUTE FUNCTION {table}_is_added_to()"
        )


def end_add_only(table: str) -> None:
    """Let the rows of a table be changed and removed again."""
    if _is_sqlite():
        for moment in _MOMENTS:
            op.execute(f"DROP TRIGGER {table}_{moment}")
    else:
        op.execute(f"DROP FUNCTION {table}_is_added_to() CASCADE")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _append(table: str, clause: str) -> None:
    text = _text(table)
    end = text.rindex(")")
    _write(table, f"{text[:end].rstrip()}, {clause}{text[end:]}")


def _cut(table: str, clause: str) -> None:
    # A table that was made whole has its clauses on lines of their own.
    parts = re.split(r",\s*" + re.escape(clause), _text(table))
    _write(table, "".join(_in_two(table, parts)))


def _edit(table: str, was: str, becomes: str) -> None:
    _write(table, becomes.join(_in_two(table, _text(table).split(was))))


def _in_two(table: str, parts: list[str]) -> list[str]:
    if len(parts) != 2:
        raise RuntimeError(f"The table {table} is not as this migration knows it.")
    return parts


def _text(table: str) -> str:
    found = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name")
    return str(op.get_bind().execute(found, {"name": table}).scalar_one())


def _write(table: str, text: str) -> None:
    bind = op.get_bind()
    version = int(bind.exec_driver_sql("PRAGMA schema_version").scalar_one())
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name")
    bind.execute(changed, {"sql": text, "name": table})
    # The new number makes every connection read the schema again.
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
    faults = bind.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if faults != ["ok"]:
        raise RuntimeError(f"The table {table} could not be changed.")
