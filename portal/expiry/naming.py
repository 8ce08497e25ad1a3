"""Which files the rows name, and which of some files no row names."""

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.disclosure.models import PREFIX as RELEASES
from portal.disclosure.models import Release, ReleaseFile
from portal.holds.models import OpenedCopy
from portal.house import Store
from portal.identity.models import PREFIX as PROOFS
from portal.identity.models import Proof
from portal.letters.models import PREFIX as LETTERS
from portal.letters.models import Letter
from portal.recordings.models import Recording
from portal.requests.models import FootageRequest
from portal.sealing import Named

SEALED, FOOTAGE, OPENED = Store.SEALED, Store.FOOTAGE, Store.OPENED
# Every file that the portal seals lies below one of these.
OURS = (RELEASES, PROOFS, LETTERS)
_AT_ONCE = 1_000

_COLUMNS: tuple[tuple[str, InstrumentedAttribute[Any]], ...] = (
    ("release", ReleaseFile.storage_key),
    ("proof", Proof.storage_key),
    ("letter", Letter.html_key),
    ("letter", Letter.pdf_key),
)
_NOT_SENT = "not sent yet"


@dataclass(frozen=True)
class Expected:
    """A file that must be there, because a row names it; `by` is what the row is, without personal
    data."""

    store: str
    key: str
    by: str


def named_files(session: Session, *, at: datetime) -> Generator[Expected, None, None]:
    """Every file that should be there now. A release whose time is over may be half deleted."""
    for store, what, wanted in _wanted(at):
        yield from _of(session, store, what, wanted)


def names_files(session: Session, store: Store, at: datetime) -> bool:
    """Whether rows name any file that should be in a store now."""
    if store is OPENED:
        return bool(session.scalar(sa.select(sa.exists(sa.select(OpenedCopy.key)))))
    found = [wanted for of, _, wanted in _wanted(at) if of is store]
    return any(session.scalar(sa.select(wanted.exists())) for wanted in found)


def _wanted(at: datetime) -> Iterator[tuple[Store, str, sa.Select[Any, Any]]]:
    """The keys in each store, and whose they are."""
    reference = sa.func.coalesce(FootageRequest.reference, _NOT_SENT)
    release = (
        sa.select(ReleaseFile.storage_key, reference)
        .join(Release, Release.id == ReleaseFile.release_id)
        .outerjoin(FootageRequest, FootageRequest.id == Release.request_id)
        .where(Release.files_deleted_at.is_(None), Release.expires_at > at)
    )
    yield SEALED, "release", release
    for what, column, row in (
        ("proof", Proof.storage_key, Proof),
        ("letter", Letter.html_key, Letter),
        ("letter", Letter.pdf_key, Letter),
    ):
        found = sa.select(column, reference).outerjoin(
            FootageRequest, FootageRequest.id == row.subject_id
        )
        yield SEALED, what, found.where(column.is_not(None))
    footage = sa.select(Recording.media, sa.cast(Recording.id, sa.String)).where(
        Recording.media.is_not(None), Recording.deleted_at.is_(None)
    )
    yield FOOTAGE, "recording", footage


def _of(
    session: Session, store: Store, what: str, wanted: sa.Select[Any, Any]
) -> Iterator[Expected]:
    with session.execute(wanted.execution_options(yield_per=_AT_ONCE)) as rows:
        for key, whose in rows:
            yield Expected(store, key, f"{what} {whose}")


def sealed_as(session: Session, key: str) -> tuple[Named, Expected] | None:
    """What the vault opens a sealed file by, and which row it is needed by. None when no row names
    it any more."""
    for what, column in _COLUMNS:
        row = session.scalars(sa.select(column.class_).where(column == key)).first()
        if row is not None:
            reference = session.scalar(
                sa.select(FootageRequest.reference).where(FootageRequest.id == _whose(session, row))
            )
            return _named(row, key), Expected(SEALED, key, f"{what} {reference or _NOT_SENT}")
    return None


def _whose(session: Session, row: Any) -> Any:
    if isinstance(row, ReleaseFile):
        return session.get_one(Release, row.release_id).request_id
    return row.subject_id


def _named(row: Any, key: str) -> Named:
    known = (row.page, row.pdf) if isinstance(row, Letter) else (row.named,)
    return next(one for one in known if one is not None and one.key == key)


def named_among(session: Session, keys: Collection[str]) -> set[str]:
    """Those of some sealed files that any row names, whether or not their time is over."""
    return {
        key
        for _, column in _COLUMNS
        for key in session.scalars(sa.select(column).where(column.in_(keys)))
    }
