"""Which files the rows name, and which of some files no row names."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.disclosure.models import PREFIX as RELEASES
from portal.disclosure.models import Release, ReleaseFile
from portal.identity.models import PREFIX as PROOFS
from portal.identity.models import Proof
from portal.letters.models import PREFIX as LETTERS
from portal.letters.models import Letter
from portal.recordings.models import Recording
from portal.requests.models import FootageRequest

SEALED, FOOTAGE = "sealed", "footage"
# Every file that the portal seals lies below one of these.
OURS = (RELEASES, PROOFS, LETTERS)
_AT_ONCE = 1_000

_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    ReleaseFile.storage_key,
    Proof.storage_key,
    Letter.html_key,
    Letter.pdf_key,
)


@dataclass(frozen=True)
class Expected:
    """A file that must be there, because a row names it; `by` is what the row is, without personal
    data."""

    store: str
    key: str
    by: str


def named_files(session: Session, *, at: datetime) -> Iterator[Expected]:
    """Every file that should be there now. A release whose time is over may be half deleted."""
    reference = sa.func.coalesce(FootageRequest.reference, "not sent yet")
    release = (
        sa.select(ReleaseFile.storage_key, reference)
        .join(Release, Release.id == ReleaseFile.release_id)
        .outerjoin(FootageRequest, FootageRequest.id == Release.request_id)
        .where(Release.files_deleted_at.is_(None), Release.expires_at > at)
    )
    yield from _of(session, SEALED, "release", release)
    for what, column, row in (
        ("proof", Proof.storage_key, Proof),
        ("letter", Letter.html_key, Letter),
        ("letter", Letter.pdf_key, Letter),
    ):
        found = sa.select(column, reference).outerjoin(
            FootageRequest, FootageRequest.id == row.subject_id
        )
        yield from _of(session, SEALED, what, found.where(column.is_not(None)))
    footage = sa.select(Recording.media, sa.cast(Recording.id, sa.String)).where(
        Recording.media.is_not(None), Recording.deleted_at.is_(None)
    )
    yield from _of(session, FOOTAGE, "recording", footage)


def _of(session: Session, store: str, what: str, wanted: sa.Select[Any, Any]) -> Iterator[Expected]:
    for key, whose in session.execute(wanted.execution_options(yield_per=_AT_ONCE)):
        yield Expected(store, key, f"{what} {whose}")


def named_among(session: Session, keys: Collection[str]) -> set[str]:
    """Those of some sealed files that any row names, whether or not their time is over."""
    return {
        key
        for column in _COLUMNS
        for key in session.scalars(sa.select(column).where(column.in_(keys)))
    }
