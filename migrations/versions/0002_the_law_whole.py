"""The law, whole: stored holidays, issued letters, reviews and complaints, more ways to end."""

import uuid
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from portal.altering import (
    add_check,
    add_foreign_key,
    drop_check,
    drop_foreign_key,
    one_of,
    replace_check,
)

revision = "0002"
down_revision = "0001"

ANSWERS = (
    "disclosed_full",
    "disclosed_part",
    "restricted_held",
    "restricted",
    "refused",
    "not_held",
    "ncnd",
)
ENDINGS = (
    *ANSWERS,
    "unfounded_or_excessive",
    "over_cost_limit",
    "vexatious_or_repeated",
    "not_valid",
    "id_not_confirmed",
    "clarification_not_received",
    "fee_not_paid",
    "withdrawn",
    "redirected",
)
STATUSES_BEFORE = (
    "received",
    "awaiting_identity",
    "awaiting_clarification",
    "searching",
    "reviewing",
    "decided",
    "seconded",
    "publishing",
    "answered",
    "answered_held",
    "reopened",
    "closed",
)
STATUSES = (
    "received",
    "awaiting_identity",
    "awaiting_authority",
    "awaiting_clarification",
    "awaiting_fee",
    *STATUSES_BEFORE[3:],
)
MEANINGS_BEFORE = ("information", "identity", "clarification")
MEANINGS = ("information", "format", "identity", "authority", "clarification", "narrowing")
EVENTS_BEFORE = (
    "received",
    "identity_asked",
    "proof_received",
    "identity_accepted",
    "clarification_asked",
    "clarification_answered",
    "search_started",
    "search_finished",
    "decided",
    "sent_back",
    "seconded",
    "published",
    "stopped",
    "answered",
    "answered_with_hold",
    "hold_ended",
    "withdrawn",
    "closed",
)
EVENTS = (
    "received",
    "identity_asked",
    "proof_received",
    "identity_accepted",
    "authority_asked",
    "authority_accepted",
    "clarification_asked",
    "clarification_answered",
    "fee_asked",
    "fee_paid",
    "extended",
    "interest_extended",
    "reclassified",
    "narrowed",
    "reminded",
    "delay_told",
    "search_started",
    "search_finished",
    "decided",
    "refused",
    "sent_back",
    "seconded",
    "published",
    "stopped",
    "answered",
    "answered_with_hold",
    "restriction_reviewed",
    "hold_ended",
    "review_upheld",
    "withdrawn",
    "redirected",
    "closed",
    "taken_up",
)
PROOFS_BEFORE = (
    "passport",
    "driving_licence",
    "national_identity_card",
    "birth_certificate",
    "utility_bill",
    "bank_statement",
    "support_letter",
    "authority",
    "photo_of_you",
)
PROOFS = (
    *PROOFS_BEFORE[:7],
    "photo_of_you",
    "authority",
    "power_of_attorney",
    "court_order",
    "own_photo_id",
    "own_address",
)
NOTICES_BEFORE = (
    "acknowledgement",
    "code",
    "draft_code",
    "identity_asked",
    "message",
    "answer_ready",
    "reopened",
    "link_revoked",
    "withdrawn",
)
NOTICES = (*NOTICES_BEFORE, "letter", "reminder")
JUDGED = ("identity", "authority")
REGIMES = ("sar_part3", "sar_gdpr", "foi")
ACTING = ("solicitor", "family_or_friend", "parent", "attorney", "other")

# Table, check, column, the words before, the words now.
REWORDED = (
    ("decision", "ck_decision_answer", "answer", ANSWERS, ENDINGS),
    ("footage_request", "ck_footage_request_status", "status", STATUSES_BEFORE, STATUSES),
    ("proof", "ck_proof_proof_kind", "kind", PROOFS_BEFORE, PROOFS),
    ("notice", "ck_notice_notice_kind", "kind", NOTICES_BEFORE, NOTICES),
    ("message", "ck_message_meaning", "meaning", MEANINGS_BEFORE, MEANINGS),
    ("request_step", "ck_request_step_event", "event", EVENTS_BEFORE, EVENTS),
    (
        "request_step",
        "ck_request_step_status_after",
        "status_after",
        STATUSES_BEFORE,
        STATUSES,
    ),
    (
        "request_step",
        "ck_request_step_status_before",
        "status_before",
        STATUSES_BEFORE,
        STATUSES,
    ),
)

# How the requests that have already ended did: by their answer, or without one.
ENDED = (
    """
    UPDATE footage_request SET ending = (
        SELECT answer FROM decision
        WHERE decision.request_id = footage_request.id AND published_at IS NOT NULL
        ORDER BY round DESC LIMIT 1
    ) WHERE status IN ('answered', 'answered_held')
    """,
    """
    UPDATE footage_request SET ending = (
        SELECT CASE
            WHEN event = 'withdrawn' THEN 'withdrawn'
            WHEN note = 'duplicate' THEN 'redirected'
            WHEN status_before = 'awaiting_clarification' THEN 'clarification_not_received'
            ELSE 'id_not_confirmed'
        END FROM request_step
        WHERE request_step.request_id = footage_request.id AND status_after = 'closed'
        ORDER BY number DESC LIMIT 1
    ) WHERE status = 'closed'
    """,
)


def upgrade() -> None:
    """Forwards."""
    for table, name, column, before, now in REWORDED:
        replace_check(table, name, one_of(column, before), one_of(column, now))
    _widen_tables()
    for statement in ENDED:
        op.execute(statement)
    _make_tables()
    _make_feed_tables()
    _make_unfinished_import()
    _name_the_tests()
    # Before, a request could not come under another law.
    op.execute(
        "UPDATE decision SET regime = (SELECT footage_request.regime FROM footage_request"
        " WHERE footage_request.id = decision.request_id)"
    )
    _owe_looks_at_restrictions()


def _name_the_tests() -> None:
    """What was written down as one text becomes an answer by name; one ground became two."""
    line = sa.table(
        "decision_line", sa.column("id"), sa.column("test"), sa.column("answers", sa.JSON)
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(line.c.id, line.c.test).where(line.c.test != "")).all():
        answers = {"test": row.test}
        bind.execute(sa.update(line).where(line.c.id == row.id).values(answers=answers))
    op.drop_column("decision_line", "test")
    op.execute("UPDATE decision_line SET ground = 'GDPR-S2-5-3' WHERE ground = 'GDPR-S2-5'")


def _owe_looks_at_restrictions() -> None:
    """Answers that were given before, and hold evidence back, are looked at every 90 days too."""
    asked = sa.table("footage_request", sa.column("id", sa.Uuid), sa.column("status"))
    decision = sa.table(
        "decision",
        sa.column("id", sa.Uuid),
        sa.column("request_id", sa.Uuid),
        sa.column("round"),
        sa.column("published_at", sa.DateTime(timezone=True)),
    )
    review = sa.table(
        "restriction_review",
        sa.column("id", sa.Uuid),
        sa.column("decision_id", sa.Uuid),
        sa.column("request_id", sa.Uuid),
        sa.column("due_on", sa.Date),
        sa.column("reason"),
    )
    bind = op.get_bind()
    found = bind.execute(
        sa.select(decision.c.id, decision.c.request_id, decision.c.published_at)
        .join(asked, asked.c.id == decision.c.request_id)
        .where(asked.c.status == "answered_held", decision.c.published_at.is_not(None))
        .order_by(decision.c.round)
    ).all()
    for row in {row.request_id: row for row in found}.values():
        bind.execute(
            sa.insert(review).values(
                id=uuid.uuid4(),
                decision_id=row.id,
                request_id=row.request_id,
                due_on=row.published_at.date() + timedelta(days=90),
                reason="",
            )
        )


def _widen_tables() -> None:
    op.add_column(
        "footage_request",
        sa.Column("authority_accepted_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column("footage_request", sa.Column("ending", sa.String(length=40), nullable=True))
    add_check("footage_request", "ck_footage_request_ending", one_of("ending", ENDINGS))
    op.add_column(
        "footage_request",
        sa.Column("is_under_review", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("footage_request", sa.Column("linked_to", sa.Uuid(), nullable=True))
    op.create_index(
        op.f("ix_footage_request_linked_to"), "footage_request", ["linked_to"], unique=False
    )
    add_foreign_key(
        "footage_request", "fk_footage_request_linked_to", "linked_to", "footage_request"
    )
    op.add_column("representative", _words("acting", "other"))
    add_check("representative", "ck_representative_acting", one_of("acting", ACTING))
    op.add_column("representative", _json("checks"))
    op.add_column("representative", _words("organisation_number", ""))
    op.add_column("identity_check", _words("judged", "identity"))
    add_check("identity_check", "ck_identity_check_judged", one_of("judged", JUDGED))
    op.add_column("decision", _words("whole_ground", ""))
    op.add_column("decision", _json("whole_record"))
    op.add_column("decision", _words("regime", "sar_part3"))
    add_check("decision", "ck_decision_regime", one_of("regime", REGIMES))
    op.add_column("decision_line", _json("answers"))
    op.add_column("release", sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("release", sa.Column("posted_by", sa.String(length=64), nullable=True))
    op.add_column("message", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("told_by", sa.String(length=64), nullable=True))


def _words(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=40), nullable=False, server_default=default)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default="{}")


def _make_tables() -> None:
    op.create_table(
        "bank_holiday",
        sa.Column("division", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("division", "on", name=op.f("pk_bank_holiday")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ack",
                "id_request",
                "clarification",
                "extension",
                "pit_extension",
                "restriction",
                "ncnd",
                "refusal_gdpr",
                "unfounded",
                "lpp",
                "foi_refusal",
                "not_held",
                "disclosure",
                "disclosure_foi",
                "reopened",
                "complaint_ack",
                "review_outcome",
                "complaint_outcome",
                "fees_notice",
                "delay",
                "restriction_review",
                "closing",
                name="letter_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("html_sha256", sa.String(length=64), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("html_key", sa.String(length=200), nullable=True),
        sa.Column("pdf_key", sa.String(length=200), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("is_to_post", sa.Boolean(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_subject_id"), "letter", ["subject_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "internal_review",
                "complaint",
                name="review_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "online",
                "phone",
                "post",
                "counter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exceptional_on", sa.Date(), nullable=True),
        sa.Column("exceptional_why", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_by_name", sa.String(length=120), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "upheld",
                "partly_upheld",
                "not_upheld",
                "too_late",
                name="review_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("what_changes", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL)", name=op.f("ck_review_answered_whole")
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR answered_by IS NOT NULL", name=op.f("ck_review_answered_by_one")
        ),
        sa.CheckConstraint(
            "kind = 'internal_review' OR exceptional_on IS NULL",
            name=op.f("ck_review_exceptional_review"),
        ),
        sa.CheckConstraint("outcome <> 'too_late' OR is_late", name=op.f("ck_review_late_review")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["handler.id"], name=op.f("fk_review_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["handler.id"], name=op.f("fk_review_assigned_to")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["footage_request.id"], name=op.f("fk_review_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_assigned_to"), "review", ["assigned_to"], unique=False)
    op.create_index(op.f("ix_review_due_on"), "review", ["due_on"], unique=False)
    op.create_index(op.f("ix_review_request_id"), "review", ["request_id"], unique=False)
    op.create_index(
        "ix_review_one_open",
        "review",
        ["request_id", "kind"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "restriction_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column(
            "finding",
            sa.Enum(
                "continue",
                "narrow",
                "end",
                name="finding",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_restriction_review_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["done_by"], ["handler.id"], name=op.f("fk_restriction_review_done_by")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["footage_request.id"], name=op.f("fk_restriction_review_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction_review")),
    )
    op.create_index(
        op.f("ix_restriction_review_decision_id"),
        "restriction_review",
        ["decision_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_restriction_review_due_on"), "restriction_review", ["due_on"], unique=False
    )
    op.create_index(
        op.f("ix_restriction_review_request_id"), "restriction_review", ["request_id"], unique=False
    )


def _make_unfinished_import() -> None:
    op.create_table(
        "unfinished_import",
        sa.Column("opening", sa.String(length=64), nullable=False),
        sa.Column("taken_bytes", sa.BigInteger(), nullable=False),
        sa.Column("taken_lines", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("opening", name=op.f("pk_unfinished_import")),
    )


def _make_feed_tables() -> None:
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_api_client_ended_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("key_id", name=op.f("uq_api_client_key_id")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_client.id"], name=op.f("fk_idempotency_key_client_id")
        ),
        sa.PrimaryKeyConstraint("client_id", "key", name=op.f("pk_idempotency_key")),
    )


def downgrade() -> None:
    """Back. Requests that stand where the tables before had no word for refuse to go."""
    for table in ("idempotency_key", "api_client"):
        op.drop_table(table)
    op.drop_table("unfinished_import")
    for table in ("restriction_review", "review", "letter", "bank_holiday"):
        op.drop_table(table)
    op.add_column("decision_line", sa.Column("test", sa.Text(), nullable=False, server_default=""))
    _join_the_tests()
    op.drop_column("message", "told_by")
    op.drop_column("message", "told_at")
    op.drop_column("release", "posted_by")
    op.drop_column("release", "posted_at")
    op.drop_column("decision_line", "answers")
    drop_check("decision", "ck_decision_regime", one_of("regime", REGIMES))
    op.drop_column("decision", "regime")
    op.drop_column("decision", "whole_record")
    op.drop_column("decision", "whole_ground")
    drop_check("identity_check", "ck_identity_check_judged", one_of("judged", JUDGED))
    op.drop_column("identity_check", "judged")
    op.drop_column("representative", "organisation_number")
    op.drop_column("representative", "checks")
    drop_check("representative", "ck_representative_acting", one_of("acting", ACTING))
    op.drop_column("representative", "acting")
    drop_foreign_key(
        "footage_request", "fk_footage_request_linked_to", "linked_to", "footage_request"
    )
    op.drop_index(op.f("ix_footage_request_linked_to"), table_name="footage_request")
    op.drop_column("footage_request", "linked_to")
    op.drop_column("footage_request", "is_under_review")
    drop_check("footage_request", "ck_footage_request_ending", one_of("ending", ENDINGS))
    op.drop_column("footage_request", "ending")
    op.drop_column("footage_request", "authority_accepted_at")
    for table, name, column, before, now in REWORDED:
        replace_check(table, name, one_of(column, now), one_of(column, before))


def _join_the_tests() -> None:
    """Back to one text for each line: the answers, one under the other."""
    line = sa.table(
        "decision_line", sa.column("id"), sa.column("test"), sa.column("answers", sa.JSON)
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(line.c.id, line.c.answers)).all():
        joined = "\n".join(str(answer) for answer in row.answers.values())
        bind.execute(sa.update(line).where(line.c.id == row.id).values(test=joined))
