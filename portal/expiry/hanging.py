"""Everything that hangs on a row, in whichever room its table is, found by the tables themselves.

A table that is added to the portal and points at a request is deleted with the request, whether or
not its author thought of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.db import Base

# Codes, visits, proofs and letters belong to a draft, request or link by its id alone, without a
# foreign key, because their rooms are below those.
SUBJECT = "subject_id"
_AT_ONCE = 500

T = TypeVar("T")
Key = tuple[Any, ...]
Found = dict[sa.Table, set[Key]]


def hanging_on(session: Session, table: sa.Table, keys: Iterable[Key]) -> Found:
    """The keys of all rows that point at these, those that point at those, and so on; and these."""
    found: Found = {table: set(keys)}
    todo: list[tuple[sa.Table, set[Key]]] = [(table, set(keys))]
    while todo:
        parent, fresh = todo.pop()
        for child, column in _pointing_at(parent):
            known = found.setdefault(child, set())
            more = _keys_where(session, child, column, [key[0] for key in fresh]) - known
            if more:
                known |= more
                todo.append((child, more))
    return found


def erase(session: Session, table: sa.Table, keys: Iterable[Key]) -> int:
    """Delete rows and everything that hangs on them; returns how many rows it was in all."""
    found = hanging_on(session, table, keys)
    session.flush()
    for each in reversed(Base.metadata.sorted_tables):
        for some in _chunks(list(found.get(each, ()))):
            session.execute(sa.delete(each).where(_is_one_of(each, some)))
    return sum(len(keys) for keys in found.values())


def _pointing_at(parent: sa.Table) -> Iterator[tuple[sa.Table, sa.Column[Any]]]:
    """Each table that points at this one by a column. A row is never deleted because it points at
    another of its own table: the two halves of one ask stand by themselves."""
    has_subjects = _is_subject(parent)
    for child in Base.metadata.sorted_tables:
        if child is parent:
            continue
        for column in child.columns:
            if any(key.column.table is parent for key in column.foreign_keys) or (
                column.name == SUBJECT and has_subjects
            ):
                yield child, column


def _is_subject(table: sa.Table) -> bool:
    [first, *_] = table.primary_key.columns
    return isinstance(first.type, sa.Uuid) and SUBJECT not in table.columns


def _keys_where(
    session: Session, table: sa.Table, column: sa.Column[Any], values: Sequence[Any]
) -> set[Key]:
    wanted = sa.select(*table.primary_key.columns)
    return {
        tuple(row)
        for some in _chunks(values)
        for row in session.execute(wanted.where(column.in_(some)))
    }


def _is_one_of(table: sa.Table, keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.tuple_(*columns).in_(keys)


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
