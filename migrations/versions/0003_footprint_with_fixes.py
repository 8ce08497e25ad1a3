"""The footprint carries the tracks: a row for an hour and a square, not for each recording.

The index is made from the tracks, so nothing is moved: it begins empty here, and `portal db
upgrade` makes it anew in the same command (`recordings.indexing.index_if_missing`).

The index on every recording's start becomes one for each category, of the living alone: the rows of
what was deleted stay for ever, and nothing asks for them by their start.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_CATEGORIES = ("non_evidential", "evidential")


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


def downgrade() -> None:
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
