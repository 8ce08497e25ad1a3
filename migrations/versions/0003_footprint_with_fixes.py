"""The footprint carries the tracks: a row for an hour and a square, not for each recording.

The index is made from the tracks, in the same transaction and by the portal itself
(`recordings.indexing.index_all`): nothing can be searched while it lacks something. A later
migration that changes these rows again makes the index itself, and takes that step out of this one.

The index on every recording's start becomes one for each category, of the living alone: the rows of
what was deleted stay for ever, and nothing asks for them by their start.

The record of a search has its window in columns, so that new recordings find whom they may matter
to. The records that are there get theirs from their criteria.

A hold says why it ended, and each look at it is kept.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from portal.altering import add_only, end_add_only
from portal.recordings.indexing import index_all

revision = "0003"
down_revision = "0002"

_CATEGORIES = ("non_evidential", "evidential")


_WINDOW, _OF_REQUEST = "ix_recording_search_window", "ix_recording_search_request_id"
_AT_ONCE = 1_000

MATTER, OFFICER = "ix_recording_matter_reference", "ix_recording_shoulder_number_started_at"


def upgrade() -> None:
    # An officer's number weighs and is never searched by; most recordings are in no matter.
    op.drop_index(OFFICER, table_name="recording")
    op.drop_index(MATTER, table_name="recording")
    named = sa.text("matter_reference IS NOT NULL")
    op.create_index(
        MATTER, "recording", ["matter_reference"], sqlite_where=named, postgresql_where=named
    )
    op.drop_table("footprint")
    op.create_table(
        "footprint",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("heads", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("slot", "cell", "part", name=op.f("pk_footprint")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # A row is written to fit a page: it stays in it, and is not squeezed for a few bytes.
        op.execute("ALTER TABLE footprint SET (toast_tuple_target = 8160)")
        for column in ("heads", "points"):
            op.execute(f"ALTER TABLE footprint ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.drop_index("ix_recording_started_at", "recording")
    for category in _CATEGORIES:
        living = sa.text(f"deleted_at IS NULL AND category = '{category}'")
        op.create_index(
            f"ix_recording_{category}_started_at",
            "recording",
            ["started_at"],
            sqlite_where=living,
            postgresql_where=living,
        )
    with Session(op.get_bind()) as session:
        index_all(session)
        session.flush()
    _give_searches_their_windows()
    _give_holds_an_end()
    # What is in the book stays as it was written; its head goes forward only.
    add_only("audit_entry", "sequence")
    add_only("audit_head", "id", unless_it_grows="sequence")
    _keep_looks_at_holds()


def _give_searches_their_windows() -> None:
    # SQLite adds no column without a value for the rows that are there. It has one at once.
    for name in ("since", "until"):
        column = sa.Column(
            name,
            sa.DateTime(timezone=True),
            nullable=False,
            server_default="1970-01-01 00:00:00.000000",
        )
        op.add_column("recording_search", column)
    _read_windows()
    if op.get_bind().dialect.name == "postgresql":
        for name in ("since", "until"):
            op.alter_column("recording_search", name, server_default=None)
    op.create_index(_WINDOW, "recording_search", ["request_id", "until", "since", "asked_by"])
    op.drop_index(_OF_REQUEST, table_name="recording_search")


def _give_holds_an_end() -> None:
    ended = sa.Column("lifted_why", sa.Text(), nullable=False, server_default="")
    looks = sa.Column("looks", sa.Integer(), nullable=False, server_default="0")
    for column in (ended, looks):
        op.add_column("hold", column)
        if op.get_bind().dialect.name == "postgresql":
            op.alter_column("hold", column.name, server_default=None)


def _keep_looks_at_holds() -> None:
    op.create_table(
        "hold_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("finding", _one_of("hold_finding", "continue", "narrow", "end"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("level", _one_of("level", "L1", "L2", "L3"), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("was_due_on", sa.Date(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_review")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_review_hold_id")),
        sa.UniqueConstraint("hold_id", "number", name=op.f("uq_hold_review_hold_id_number")),
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _read_windows() -> None:
    searches = sa.table(
        "recording_search",
        sa.column("id", sa.BigInteger()),
        sa.column("criteria", sa.JSON()),
        sa.column("since", sa.DateTime(timezone=True)),
        sa.column("until", sa.DateTime(timezone=True)),
    )
    held = sa.select(searches.c.id, searches.c.criteria).order_by(searches.c.id).limit(_AT_ONCE)
    change = searches.update().where(searches.c.id == sa.bindparam("number"))
    change = change.values(since=sa.bindparam("begins"), until=sa.bindparam("ends"))
    bind, last = op.get_bind(), 0
    while rows := bind.execute(held.where(searches.c.id > last)).all():
        windows = [
            {"number": number, "begins": _instant(asked["from"]), "ends": _instant(asked["until"])}
            for number, asked in rows
        ]
        bind.execute(change, windows)
        last = rows[-1].id


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def downgrade() -> None:
    for table in ("audit_head", "audit_entry"):
        end_add_only(table)
    op.drop_table("hold_review")
    for column in ("looks", "lifted_why"):
        op.drop_column("hold", column)
    op.create_index(_OF_REQUEST, "recording_search", ["request_id"])
    op.drop_index(_WINDOW, table_name="recording_search")
    for name in ("since", "until"):
        op.drop_column("recording_search", name)
    for category in _CATEGORIES:
        op.drop_index(f"ix_recording_{category}_started_at", "recording")
    op.create_index("ix_recording_started_at", "recording", ["started_at"])
    op.drop_index(MATTER, table_name="recording")
    op.create_index(MATTER, "recording", ["matter_reference"])
    op.create_index(OFFICER, "recording", ["shoulder_number", "started_at"])
    op.drop_table("footprint")
    op.create_table(
        "footprint",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("slot", "cell", "recording_id", name=op.f("pk_footprint")),
        sqlite_with_rowid=False,
    )
