"""Release and collection rounded off.

A track no longer points to its recording by a foreign key (ADR 0024).
"""

from portal.altering import add_foreign_key, drop_foreign_key

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _catalogue()


def downgrade() -> None:
    _undo_catalogue()


def _catalogue() -> None:
    drop_foreign_key("track", "fk_track_recording_id", "recording_id", "recording")


def _undo_catalogue() -> None:
    add_foreign_key("track", "fk_track_recording_id", "recording_id", "recording")
