"""Plain copies that another server sends: where they lie, which may, and which should."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.links import is_open
from portal.disclosure.models import DownloadLink, FileKind, Release, ReleaseFile
from portal.disclosure.queries.releases import bar_on, facts_of, file_in, release_of, sources_of
from portal.holds.models import OpenedCopy

# Only what is large is worth a plain copy: letters and lists are always sent by the portal.
_LARGE = [kind for kind in FileKind if kind.is_footage]


@dataclass(frozen=True)
class Lying:
    """A file whose plain copy lies at `key`, and the release it belongs to."""

    file_id: UUID
    release_id: UUID
    key: str


def key_of(session: Session, file_id: UUID) -> str | None:
    """Where the plain copy of a file lies, or None when there is none."""
    found = sa.select(OpenedCopy.key).where(OpenedCopy.file_id == file_id)
    return session.scalars(found.limit(1)).one_or_none()


def lying(session: Session, files: Collection[UUID] | None = None) -> list[Lying]:
    """The plain copies of these files, or all there are."""
    found = sa.select(OpenedCopy.file_id, ReleaseFile.release_id, OpenedCopy.key).join(
        ReleaseFile, ReleaseFile.id == OpenedCopy.file_id
    )
    if files is not None:
        found = found.where(OpenedCopy.file_id.in_(files))
    rows = session.execute(found.distinct().order_by(OpenedCopy.key))
    return [Lying(file_id, release_id, key) for file_id, release_id, key in rows]


def is_copy(session: Session, key: str) -> bool:
    """Whether a row says that a plain copy lies at this key."""
    return bool(session.scalar(sa.select(sa.exists().where(OpenedCopy.key == key))))


def over(session: Session, some: Sequence[Lying], *, at: datetime) -> list[Lying]:
    """Those of some plain copies that may not lie there any more."""
    return [one for one in some if not _may_still(session, one, at)]


def _may_still(session: Session, one: Lying, at: datetime) -> bool:
    release = release_of(session, one.release_id)
    return may_lie_open(session, release, file_in(release, one.file_id), at=at)


def may_lie_open(session: Session, release: Release, file: ReleaseFile, *, at: datetime) -> bool:
    """Whether a plain copy of a file may lie where another server sends it from: a link leads to
    it, its sealed file is kept, and the gate is open for every recording that it is made from.

    A file that is made from no recording is never one: nobody would owe its deletion.
    """
    return (
        file.kind.is_footage
        and bool(sources_of(release, file))
        and release.files_deleted_at is None
        and any(is_open(facts_of(link), at) for link in release.links)
        and bar_on(session, release, file) is None
    )


def without_copy(
    session: Session, *, at: datetime, release_id: UUID | None = None
) -> Iterator[UUID]:
    """The files, of one release or of all, that have no plain copy and may have one."""
    found = (
        sa.select(ReleaseFile.id, ReleaseFile.release_id)
        .join(Release, Release.id == ReleaseFile.release_id)
        .join(DownloadLink, DownloadLink.release_id == Release.id)
        .where(
            ReleaseFile.kind.in_(_LARGE),
            Release.files_deleted_at.is_(None),
            DownloadLink.revoked_at.is_(None),
            DownloadLink.expires_at > at,
            ~sa.exists().where(OpenedCopy.file_id == ReleaseFile.id),
        )
        .order_by(ReleaseFile.release_id, ReleaseFile.number)
    )
    if release_id is not None:
        found = found.where(Release.id == release_id)
    for file_id, of in session.execute(found).all():
        release = release_of(session, of)
        if may_lie_open(session, release, file_in(release, file_id), at=at):
            yield file_id
