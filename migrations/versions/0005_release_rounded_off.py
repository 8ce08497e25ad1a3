"""Release and collection rounded off.

A track no longer points to its recording by a foreign key (ADR 0024). Plain copies that another
server sends are known, and so is what was passed on to it (ADR 0022). An applicant's address can be
another one (ADR 0023).
"""

import sqlalchemy as sa
from alembic import op

from portal.altering import add_foreign_key, drop_foreign_key, one_of, replace_check

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _catalogue()
    _offloading()
    _addresses()


def downgrade() -> None:
    _undo_addresses()
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


# The words before, and those that are new.
NOTICES = (
    "acknowledgement",
    "code",
    "draft_code",
    "identity_asked",
    "message",
    "answer_ready",
    "reopened",
    "link_revoked",
    "withdrawn",
    "letter",
    "reminder",
    "holds_to_review",
    "passphrase_asked",
    "passphrase_agreed",
)
NEW_NOTICES = ("address_asked", "address_agreed", "address_changed")
KIND_OF_NOTICE = ("notice", "ck_notice_notice_kind")


def _addresses() -> None:
    """Another e-mail address for an applicant, which two people agree to."""
    now = (*NOTICES, *NEW_NOTICES)
    replace_check(*KIND_OF_NOTICE, one_of("kind", NOTICES), one_of("kind", now))
    op.create_table(
        "address_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "called_back",
                "proof",
                "in_person",
                "letter",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.String(length=64), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(length=64), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_why", sa.Text(), nullable=False),
        sa.CheckConstraint("agreed_by <> proposed_by", name=op.f("ck_address_change_two_people")),
        sa.CheckConstraint(
            "(agreed_by IS NULL) = (agreed_at IS NULL)"
            " AND (stopped_by IS NULL) = (stopped_at IS NULL)",
            name=op.f("ck_address_change_people_whole"),
        ),
        sa.CheckConstraint(
            "applied_at IS NULL OR (agreed_at IS NOT NULL AND stopped_at IS NULL)",
            name=op.f("ck_address_change_agreed_first"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    op.create_index(op.f("ix_address_change_subject_id"), "address_change", ["subject_id"])
    waiting = sa.text("applied_at IS NULL AND stopped_at IS NULL")
    op.create_index(
        "ix_address_change_one_waiting",
        "address_change",
        ["subject_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _undo_addresses() -> None:
    # An e-mail of a kind that nobody knew before cannot stay.
    kinds = ", ".join(repr(kind) for kind in NEW_NOTICES)
    op.execute(f"DELETE FROM notice WHERE kind IN ({kinds})")  # noqa: S608 - our own words
    now = (*NOTICES, *NEW_NOTICES)
    replace_check(*KIND_OF_NOTICE, one_of("kind", now), one_of("kind", NOTICES))
    op.drop_table("address_change")
