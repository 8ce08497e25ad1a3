"""Writing down which plain copies lie open, and that another server sends a file."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.audit.commands import record
from portal.db import locked
from portal.disclosure.commands.delivering import begin_file
from portal.disclosure.commands.gating import locked_bars
from portal.disclosure.delivered import may_pass_on
from portal.disclosure.models import DownloadLink, OpeningKind, Release, ReleaseFile
from portal.disclosure.queries.collecting import may_go_on
from portal.disclosure.queries.delivered import pieces_through
from portal.disclosure.queries.offloading import Lying, key_of, may_lie_open, without_copy
from portal.disclosure.queries.releases import NOT_NOW, file_in, release_of, sources_of
from portal.disclosure.ranges import Slice
from portal.errors import Refused
from portal.holds.models import OpenedCopy
from portal.outbox.commands import owe
from portal.requests.asking import asker_of
from portal.requests.models import FootageRequest

OPEN_COPY = "open_copy"


def owe_opening(session: Session, *, at: datetime, release_id: UUID | None = None) -> None:
    """Owe a plain copy of each file, of one release or of all, that may have one and has none: at
    most once a day for each, so that a full disk is not written to again and again."""
    session.flush()
    for file_id in without_copy(session, at=at, release_id=release_id):
        owe(
            session,
            OPEN_COPY,
            payload={"file_id": str(file_id)},
            key=f"{OPEN_COPY}:{file_id}:{at:%Y-%m-%d}",
            at=at,
        )


def note_opened(session: Session, *, file_id: UUID, key: str, at: datetime) -> bool:
    """Write down that the plain copy of a file lies at `key`. False, and nothing is written, when
    it may not lie there (any more) or another one lies there already: then it has to go.

    It is asked with the link and the recordings locked, so that whoever closes the link or places
    a hold comes before it, or sees this copy and owes its deletion.
    """
    found = session.get(ReleaseFile, file_id)
    if found is None:
        return False
    release = _locked(session, found)
    file = file_in(release, file_id)
    if key_of(session, file_id) is not None or not may_lie_open(session, release, file, at=at):
        return False
    session.add_all(
        OpenedCopy(file_id=file_id, recording_id=number, key=key, opened_at=at)
        for number in sources_of(release, file)
    )
    _write_down(session, "copy.opened", release, file_id, at)
    return True


def note_closed(session: Session, closed: Sequence[Lying], *, at: datetime) -> None:
    """Write down that plain copies are gone."""
    for one in closed:
        went = sa.delete(OpenedCopy).where(OpenedCopy.key == one.key)
        if session.execute(went.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
            release = session.get_one(Release, one.release_id)
            _write_down(session, "copy.closed", release, one.file_id, at)


def pass_on(
    session: Session,
    *,
    link: DownloadLink,
    file: ReleaseFile,
    browser: str,
    part: Slice,
    at: datetime,
) -> bool:
    """Write down that a file, or a part of it, is passed on to the server that sends it.
    False, and nothing is written, when it is for us to send: see `may_pass_on`.

    Refused as `begin_file` is. Whether it may go is asked once more under its locks: once the
    other server has begun, nobody asks again.
    """
    locked(session, DownloadLink, link.id)
    before = pieces_through(session, link.id, file.id, at)
    most_times = link.most_sessions
    if not may_pass_on(before, size=file.size, asked=part.length, most_times=most_times):
        return False
    begin_file(
        session,
        link=link,
        file=file,
        what=OpeningKind.DOWNLOADED,
        first_byte=part.first,
        length=part.length,
        at=at,
        is_passed_on=True,
    )
    if not may_go_on(session, link_id=link.id, file_id=file.id, browser=browser, at=at):
        raise Refused(NOT_NOW)
    return True


def _locked(session: Session, file: ReleaseFile) -> Release:
    """The release of a file, read with its link and its recordings locked in that order, which is
    the order of `begin_file`."""
    standing = session.scalars(
        sa.select(DownloadLink.id).where(
            DownloadLink.release_id == file.release_id, DownloadLink.revoked_at.is_(None)
        )
    ).one_or_none()
    if standing is not None:
        locked(session, DownloadLink, standing)
    release = release_of(session, file.release_id)
    to = asker_of(session, release.request_id)
    locked_bars(session, sources_of(release, file), to=to)
    return release


def _write_down(session: Session, deed: str, release: Release, file_id: UUID, at: datetime) -> None:
    reference = session.get_one(FootageRequest, release.request_id).reference
    record(session, deed, subject=reference, by=WORKER, at=at, file=str(file_id))
