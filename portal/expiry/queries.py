"""Which requests ended so long ago that nothing needs them, and what else is past its time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.db import Base
from portal.disclosure.models import DownloadLink, Release
from portal.expiry.hanging import SUBJECT, Key
from portal.expiry.models import MissingFile
from portal.identity.models import Proof
from portal.letters.models import Letter
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.recordings.models import Preservation
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest, Message, RequestDraft, RequestStep
from portal.reviews.models import Review

# An answer that holds something back is looked at every 90 days and opens again by itself: it has
# not ended. Neither has anything that is open.
ENDED = (Status.ANSWERED, Status.CLOSED)
# What a code, a visit or a proof can belong to.
_SUBJECTS = (FootageRequest, RequestDraft, DownloadLink, Release)


def past_their_time(
    session: Session, *, kept_for: timedelta, at: datetime, limit: int | None = None
) -> Sequence[FootageRequest]:
    """The requests in which nothing has happened for that long, and that nothing needs.

    The two halves of one ask for both go together: neither is among them before the other.
    """
    other = aliased(FootageRequest)
    twin = sa.or_(other.linked_to == FootageRequest.id, other.id == FootageRequest.linked_to)
    return session.scalars(
        sa.select(FootageRequest)
        .where(
            _is_over(FootageRequest, at - kept_for, at),
            ~sa.exists().where(twin, ~_is_over(other, at - kept_for, at)),
        )
        .order_by(FootageRequest.received_at, FootageRequest.id)
        .limit(limit)
    ).all()


def _is_over(one: type[FootageRequest], before: datetime, at: datetime) -> sa.ColumnElement[bool]:
    """It ended, nothing was written in it since `before`, and no file or video waits for it."""
    barred = sa.or_(Preservation.until.is_(None), Preservation.until > at)
    return sa.and_(
        one.status.in_(ENDED),
        one.is_under_review.is_(False),
        ~sa.exists().where(RequestStep.request_id == one.id, RequestStep.at > before),
        ~sa.exists().where(Message.request_id == one.id, Message.sent_at > before),
        ~sa.exists().where(Letter.subject_id == one.id, Letter.issued_at > before),
        ~sa.exists().where(
            Review.request_id == one.id,
            sa.or_(Review.answered_at.is_(None), Review.answered_at > before),
        ),
        ~sa.exists().where(Release.request_id == one.id, Release.files_deleted_at.is_(None)),
        ~sa.exists().where(Proof.subject_id == one.id, Proof.storage_key.is_not(None)),
        ~sa.exists().where(Preservation.request_id == one.id, barred),
    )


def old_notices(session: Session, *, before: datetime, is_secret: bool = False) -> Sequence[UUID]:
    """The e-mails written before an instant that are about no request that is still there; with
    `is_secret`, those that carried a code, whatever they are about."""
    old = sa.select(Notice.id).where(Notice.written_at < before)
    if is_secret:
        secrets = [kind for kind in NoticeKind if kind.is_secret]
        return session.scalars(old.where(Notice.kind.in_(secrets))).all()
    is_about_one = sa.exists().where(FootageRequest.reference == Notice.about)
    return session.scalars(old.where(~is_about_one)).all()


def notices_about(session: Session, reference: str) -> Sequence[UUID]:
    """The e-mails about one request."""
    return session.scalars(sa.select(Notice.id).where(Notice.about == reference)).all()


def left_behind(session: Session, *, at: datetime) -> dict[sa.Table, Sequence[Key]]:
    """The keys of all codes, visits, proofs and the like whose draft, request or link is gone. A
    proof whose picture is still to be deleted is not among them, nor a code that has its time."""
    tables = (table for table in Base.metadata.sorted_tables if SUBJECT in table.columns)
    return {table: _without_subject(session, table, at) for table in tables}


def _without_subject(session: Session, table: sa.Table, at: datetime) -> Sequence[Key]:
    wanted = sa.select(*table.primary_key.columns).where(
        *(~sa.exists().where(subject.id == table.c[SUBJECT]) for subject in _SUBJECTS)
    )
    if table.name == Proof.__tablename__:
        wanted = wanted.where(table.c.storage_key.is_(None))
    if "expires_at" in table.columns:
        wanted = wanted.where(table.c.expires_at <= at)
    return [tuple(row) for row in session.execute(wanted)]


def missing_files(session: Session) -> Sequence[MissingFile]:
    """The files that rows name and that are gone, the longest known first."""
    return session.scalars(
        sa.select(MissingFile).order_by(MissingFile.found_at, MissingFile.store, MissingFile.key)
    ).all()
