"""Release and collection rounded off.

A track no longer points to its recording by a foreign key (ADR 0024). Plain copies that another
server sends are known, and so is what was passed on to it (ADR 0022).
"""

import sqlalchemy as sa
from alembic import op

from portal.altering import add_foreign_key, drop_foreign_key

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _catalogue()
    _offloading()


def downgrade() -> None:
    _undo_offloading()
    _undo_catalogue()


def _catalogue() -> None:
    drop_foreign_key("track", "fk_track_recording_id", "recording_id", "recording")


def _undo_catalogue() -> None:
    add_foreign_key("track", "fk_track_recording_id", "recording_id", "recording")


def _offloading() -> None:
    op.create_table(
        "opened_copy",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recording_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["release_file.id"], name=op.f("fk_opened_copy_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_opened_copy_recording_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "recording_id", name=op.f("pk_opened_copy")),
    )
    op.create_index(op.f("ix_opened_copy_recording_id"), "opened_copy", ["recording_id"])
    op.create_index(op.f("ix_opened_copy_key"), "opened_copy", ["key"])
    op.add_column(
        "opening",
        sa.Column("is_passed_on", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _undo_offloading() -> None:
    op.drop_column("opening", "is_passed_on")
    op.drop_table("opened_copy")
