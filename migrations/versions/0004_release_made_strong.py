"""Holds, release and collection made strong.

A borough's square says where its recordings without positions are, so that a search asks once.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from portal.altering import add_check, drop_check, one_of, replace_check
from portal.recordings.footprint import unplaced_square

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _catalogue()
    _holds()
    _collection()
    _delivery()
    _storage()
    _outbox()
    _expiry()


def downgrade() -> None:
    _undo_expiry()
    _undo_outbox()
    _undo_storage()
    _undo_delivery()
    _undo_collection()
    _undo_holds()
    _undo_catalogue()


def _catalogue() -> None:
    old = op.get_bind().execute(sa.text("SELECT cell, borough FROM borough_square")).all()
    op.drop_table("borough_square")
    squares = _borough_square(sa.Column("unplaced", sa.Integer(), nullable=False))
    op.bulk_insert(
        squares,
        [{"cell": c, "borough": name, "unplaced": unplaced_square(name)} for c, name in old],
    )


def _undo_catalogue() -> None:
    old = op.get_bind().execute(sa.text("SELECT cell, borough FROM borough_square")).all()
    op.drop_table("borough_square")
    op.bulk_insert(_borough_square(), [{"cell": cell, "borough": name} for cell, name in old])


def _borough_square(*also: sa.Column[int]) -> sa.Table:
    return op.create_table(
        "borough_square",
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("borough", sa.String(200), nullable=False),
        *also,
        sa.PrimaryKeyConstraint("cell", "borough", name=op.f("pk_borough_square")),
    )


def _holds() -> None:
    """Court orders that let a held recording go to one request."""
    op.create_table(
        "hold_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "recording_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("order_reference", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_by_officer", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        *_who_and_when("agreed"),
        *_who_and_when("ended"),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.CheckConstraint("agreed_by <> asked_by", name=op.f("ck_hold_override_two_people")),
        sa.CheckConstraint(
            "(agreed_by IS NULL) = (agreed_at IS NULL)", name=op.f("ck_hold_override_agreed_whole")
        ),
        sa.CheckConstraint(
            "(ended_by IS NULL) = (ended_at IS NULL)", name=op.f("ck_hold_override_ended_whole")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_hold_override_recording_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["footage_request.id"], name=op.f("fk_hold_override_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_override")),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_hold_override_one_standing",
        "hold_override",
        ["request_id", "recording_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _undo_holds() -> None:
    op.drop_table("hold_override")


# Table, check, column, the words before, the words now.
PURPOSES = ("draft", "email", "request", "download")
OPENINGS = ("code_sent", "code_wrong", "entered", "read", "played", "downloaded")
OPENINGS_NOW = (*OPENINGS[:3], "passphrase_wrong", "unlocked", *OPENINGS[3:])
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
)
NOTICES_NOW = (*NOTICES, "holds_to_review", "passphrase_asked", "passphrase_agreed")
REWORDED = (
    ("one_time_code", "ck_one_time_code_code_purpose", "purpose", PURPOSES, (*PURPOSES, "footage")),
    ("visit", "ck_visit_code_purpose", "purpose", PURPOSES, (*PURPOSES, "footage")),
    ("opening", "ck_opening_opening_kind", "what", OPENINGS, OPENINGS_NOW),
    ("notice", "ck_notice_notice_kind", "kind", NOTICES, NOTICES_NOW),
)
SESSIONS_LIMITED = ("ck_download_link_sessions_limited", "sessions <= most_sessions")


def _collection() -> None:
    """A passphrase besides the code, unlockings that are counted, copies handed over by people."""
    for table, name, column, was, becomes in REWORDED:
        replace_check(table, name, one_of(column, was), one_of(column, becomes))
    for column, value in (("sessions", "0"), ("most_sessions", "20")):
        op.add_column(
            "download_link", sa.Column(column, sa.Integer(), nullable=False, server_default=value)
        )
        if op.get_bind().dialect.name == "postgresql":
            op.alter_column("download_link", column, server_default=None)
    add_check("download_link", *SESSIONS_LIMITED)
    _make_passphrases()
    _make_handovers()


def _make_passphrases() -> None:
    op.create_table(
        "passphrase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("passphrase_hash", sa.String(length=200), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        *_who_and_when("accepted"),
        *_who_and_when("seconded"),
        *_who_and_when("stopped"),
        sa.Column("stopped_why", sa.Text(), nullable=False),
        sa.CheckConstraint("seconded_by <> accepted_by", name=op.f("ck_passphrase_two_people")),
        sa.CheckConstraint(
            "seconded_at IS NULL OR accepted_at IS NOT NULL", name=op.f("ck_passphrase_in_order")
        ),
        sa.CheckConstraint(
            "counts_from IS NULL OR is_first OR seconded_at IS NOT NULL",
            name=op.f("ck_passphrase_seconded_first"),
        ),
        sa.CheckConstraint(
            "(accepted_by IS NULL) = (accepted_at IS NULL)"
            " AND (seconded_by IS NULL) = (seconded_at IS NULL)",
            name=op.f("ck_passphrase_people_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passphrase")),
    )
    op.create_index(op.f("ix_passphrase_subject_id"), "passphrase", ["subject_id"])
    asked = sa.text("counts_from IS NULL AND stopped_at IS NULL")
    op.create_index(
        "ix_passphrase_one_asked",
        "passphrase",
        ["subject_id"],
        unique=True,
        sqlite_where=asked,
        postgresql_where=asked,
    )


def _make_handovers() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "post",
                "in_person",
                "viewing",
                name="handover_way",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("copies", sa.JSON(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("agreed_by <> prepared_by", name=op.f("ck_handover_two_people")),
        sa.CheckConstraint(
            "(agreed_by IS NULL) = (agreed_at IS NULL)"
            " AND (handed_by IS NULL) = (handed_at IS NULL)",
            name=op.f("ck_handover_people_whole"),
        ),
        sa.CheckConstraint(
            "handed_at IS NULL OR (agreed_at IS NOT NULL AND stopped_at IS NULL)",
            name=op.f("ck_handover_agreed_first"),
        ),
        sa.CheckConstraint("handed_at IS NULL OR shown <> ''", name=op.f("ck_handover_shown")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_handover_release_id")
        ),
        *(
            sa.ForeignKeyConstraint([name], ["handler.id"], name=op.f(f"fk_handover_{name}"))
            for name in ("prepared_by", "agreed_by", "handed_by", "stopped_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_release_id"), "handover", ["release_id"])


def _who_and_when(deed: str) -> list[sa.Column[Any]]:
    return [
        sa.Column(f"{deed}_by", sa.String(length=64), nullable=True),
        sa.Column(f"{deed}_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _undo_collection() -> None:
    op.drop_table("handover")
    op.drop_table("passphrase")
    drop_check("download_link", *SESSIONS_LIMITED)
    op.drop_column("download_link", "most_sessions")
    op.drop_column("download_link", "sessions")
    for table, name, column, was, becomes in REWORDED:
        known = sa.table(table, sa.column(column))
        unknown = known.c[column].in_(set(becomes) - set(was))
        op.execute(known.delete().where(unknown))
        replace_check(table, name, one_of(column, becomes), one_of(column, was))


FILE_KINDS_0003 = ("copy", "letter_pdf", "letter_html", "manifest", "package")
FILE_KINDS = ("copy", "letter_pdf", "letter_html", "contents", "manifest", "package")


def _delivery() -> None:
    """A page that says what is in a package, and a ledger of what went out of each file."""
    was, becomes = one_of("kind", FILE_KINDS_0003), one_of("kind", FILE_KINDS)
    replace_check("release_file", "ck_release_file_file_kind", was, becomes)
    op.add_column("opening", sa.Column("last_byte", sa.BigInteger(), nullable=True))
    op.add_column("opening", sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "opening",
        sa.Column("is_running", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _undo_delivery() -> None:
    op.drop_column("opening", "is_running")
    op.drop_column("opening", "noted_at")
    op.drop_column("opening", "last_byte")
    gone = "SELECT id FROM release_file WHERE kind = 'contents'"
    op.execute(f"UPDATE opening SET file_id = NULL WHERE file_id IN ({gone})")  # noqa: S608 - our own names
    op.execute("DELETE FROM release_file WHERE kind = 'contents'")
    was, becomes = one_of("kind", FILE_KINDS), one_of("kind", FILE_KINDS_0003)
    replace_check("release_file", "ck_release_file_file_kind", was, becomes)


# The seal by which a row knows its very file. Rows from before have none.
SEALS = (
    ("proof", "seal"),
    ("release_file", "seal"),
    ("letter", "html_seal"),
    ("letter", "pdf_seal"),
)


def _storage() -> None:
    for table, column in SEALS:
        op.add_column(table, sa.Column(column, sa.String(length=64), nullable=True))


def _undo_storage() -> None:
    for table, column in reversed(SEALS):
        op.drop_column(table, column)


# E-mails that did not arrive: why, about which request, and who told the person by another way.
FAILURES = ("address", "refused", "given_up")


def _outbox() -> None:
    op.add_column(
        "notice", sa.Column("about", sa.String(length=13), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_notice_about"), "notice", ["about"], unique=False)
    op.add_column("notice", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("failure", sa.String(length=40), nullable=True))
    add_check("notice", "ck_notice_failure", one_of("failure", FAILURES))
    add_check("notice", "ck_notice_failed_says_why", "(failed_at IS NULL) = (failure IS NULL)")
    op.add_column("notice", sa.Column("seen_to_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("seen_to_by", sa.String(length=64), nullable=True))
    op.add_column(
        "outbox_job", sa.Column("unsure", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("notice", sa.Column("leaving", sa.String(length=64), nullable=True))
    # E-mails on their way when the portal is brought forward may come back afterwards, and
    # nobody has heard yet whether those that were begun have arrived.
    op.execute("UPDATE notice SET about = coalesce(fields ->> 'reference', '')")
    op.execute(
        "UPDATE notice SET leaving = 'before' WHERE body IS NOT NULL AND delivered_at IS NULL"
    )


def _undo_outbox() -> None:
    op.drop_column("outbox_job", "unsure")
    op.drop_column("notice", "leaving")
    op.drop_column("notice", "seen_to_by")
    op.drop_column("notice", "seen_to_at")
    drop_check("notice", "ck_notice_failed_says_why", "(failed_at IS NULL) = (failure IS NULL)")
    drop_check("notice", "ck_notice_failure", one_of("failure", FAILURES))
    op.drop_column("notice", "failure")
    op.drop_column("notice", "failed_at")
    op.drop_index(op.f("ix_notice_about"), table_name="notice")
    op.drop_column("notice", "about")


def _expiry() -> None:
    """What is left of old requests, and files that are gone. Streets are found along a parallel."""
    op.create_table(
        "forgotten_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=13), nullable=False),
        *(
            sa.Column(name, sa.String(length=length), nullable=False)
            for name, length in (("regime", 40), ("about", 40), ("channel", 40), ("borough", 80))
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Date(), nullable=True)
            for name in ("start_on", "legal_due_on", "target_due_on")
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=40), nullable=True),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("steps", "grounds", "reviews")),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_forgotten_request_reference")),
    )
    op.create_index(
        op.f("ix_forgotten_request_forgotten_at"), "forgotten_request", ["forgotten_at"]
    )
    op.create_table(
        "missing_file",
        sa.Column("store", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("named_by", sa.String(length=80), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store", "key", name=op.f("pk_missing_file")),
    )
    op.create_index("ix_place_kind_lat", "place", ["kind", "lat"])


def _undo_expiry() -> None:
    op.drop_index("ix_place_kind_lat", "place")
    op.drop_table("missing_file")
    op.drop_table("forgotten_request")
