"""Reading releases, their links, and who opened them."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.disclosure.links import LinkFacts
from portal.disclosure.models import Decision, DownloadLink, FileKind, Opening, Release, ReleaseFile
from portal.errors import NotFound
from portal.holds import queries as holds
from portal.holds.policy import Bar
from portal.requests.asking import asker_of
from portal.requests.lifecycle import Regime

NOT_NOW = "We cannot give you this file at the moment. Contact us to ask why."

_WHOLE = joinedload(DownloadLink.release).selectinload(Release.files)


def by_selector(session: Session, selector: str) -> DownloadLink | None:
    """The link with this name, with its release and files. None is an answer here, and not
    NotFound, because a page must do the same work for a name that nobody gave out."""
    return session.scalars(
        sa.select(DownloadLink).where(DownloadLink.selector == selector).options(_WHOLE)
    ).one_or_none()


def link_by_id(session: Session, link_id: UUID) -> DownloadLink | None:
    """A link with its release and files, read afresh."""
    return session.scalars(
        sa.select(DownloadLink)
        .where(DownloadLink.id == link_id)
        .options(_WHOLE)
        .execution_options(populate_existing=True)
    ).one_or_none()


def facts_of(link: DownloadLink) -> LinkFacts:
    """The link as the law reads it."""
    return LinkFacts(
        link.expires_at,
        link.revoked_at,
        kept_until=link.release.expires_at,
        sessions=link.sessions,
        most_sessions=link.most_sessions,
    )


def is_secret(session: Session, release: Release) -> bool:
    """Whether video in this release is for one person alone. What was disclosed under FOI is
    disclosed to everybody."""
    if not any(file.kind is FileKind.COPY for file in release.files):
        return False
    return session.get_one(Decision, release.decision_id).regime is not Regime.FOI


def releases_of(session: Session, request_id: UUID) -> Sequence[Release]:
    """Every release of a request with files and links, newest first."""
    return session.scalars(
        sa.select(Release)
        .where(Release.request_id == request_id)
        .options(selectinload(Release.files), selectinload(Release.links))
        .order_by(Release.packed_at.desc())
    ).all()


def release_of(session: Session, release_id: UUID) -> Release:
    """A release with files and links. NotFound when there is none."""
    found = session.get(
        Release,
        release_id,
        options=[
            selectinload(Release.files),
            selectinload(Release.links),
        ],
        populate_existing=True,
    )
    if found is None:
        raise NotFound("There is no such release.")
    return found


def release_in(session: Session, request_id: UUID, release_id: UUID) -> Release:
    """A release of this request and of no other. NotFound when there is none."""
    found = release_of(session, release_id)
    if found.request_id != request_id:
        raise NotFound("There is no such release.")
    return found


def newest_link(session: Session, request_id: UUID) -> DownloadLink | None:
    """The newest link of a request's newest release, with release and files."""
    return session.scalars(
        sa.select(DownloadLink)
        .join(Release, Release.id == DownloadLink.release_id)
        .where(Release.request_id == request_id)
        .options(_WHOLE)
        .order_by(Release.packed_at.desc(), DownloadLink.made_at.desc())
        .limit(1)
    ).one_or_none()


def file_in(release: Release, file_id: UUID) -> ReleaseFile:
    """A file of this release and of no other. NotFound when there is none."""
    for file in release.files:
        if file.id == file_id:
            return file
    raise NotFound("There is no such file.")


def file_of(release: Release, kind: FileKind) -> ReleaseFile:
    """The one file of a kind. NotFound when there is none."""
    for file in release.files:
        if file.kind is kind:
            return file
    raise NotFound("There is no such file.")


def sources_of(release: Release, file: ReleaseFile) -> tuple[int, ...]:
    """The recordings a file is made from: a copy from one, and everything else from all, because
    the letter and the list of fingerprints tell of every copy, and the package holds them."""
    if file.recording_id is not None:
        return (file.recording_id,)
    copies = (each.recording_id for each in release.files)
    return tuple(sorted(number for number in copies if number is not None))


def bar_on(session: Session, release: Release, file: ReleaseFile) -> Bar | None:
    """Why this file may not go now, or None when it may: the gate is asked about every source."""
    to = asker_of(session, release.request_id)
    return holds.first_bar(session, sources_of(release, file), to=to)


def openings_of(session: Session, release_id: UUID, *, limit: int = 500) -> Sequence[Opening]:
    """Every time something of a release was opened, through any of its links, newest first."""
    return session.scalars(
        sa.select(Opening)
        .join(DownloadLink, DownloadLink.id == Opening.link_id)
        .where(DownloadLink.release_id == release_id)
        .order_by(Opening.at.desc(), Opening.id.desc())
        .limit(limit)
    ).all()
