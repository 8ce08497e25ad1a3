"""What the collect page and the staff's release page show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.dates import london_day
from portal.disclosure.delivered import Delivered
from portal.disclosure.links import Ending, Lock, ending
from portal.disclosure.models import DownloadLink, FileKind, Release, ReleaseFile
from portal.disclosure.openings import Opened, gathered
from portal.disclosure.queries.collecting import Entered
from portal.disclosure.queries.delivered import delivered_files
from portal.disclosure.queries.releases import bar_on, facts_of, openings_of, releases_of
from portal.recordings.models import Recording
from portal.requests.models import Applicant, FootageRequest, Representative


@dataclass(frozen=True)
class ShownFile:
    """A file on the page. `is_barred` says that the gate is shut for it now."""

    id: UUID
    kind: FileKind
    name: str
    content_type: str
    size: int
    sha256: str
    is_barred: bool
    started_at: datetime | None = None
    lasting: timedelta | None = None


@dataclass(frozen=True)
class CollectPage:
    """Everything the collect page shows."""

    reference: str
    selector: str
    packed_at: datetime
    collect_by: date
    ended: Ending | None
    may_renew: bool
    lock: Lock
    files: tuple[ShownFile, ...]
    openings: tuple[Opened, ...]

    def of(self, *kinds: str) -> tuple[ShownFile, ...]:
        """The files of these kinds, in their order."""
        return tuple(file for file in self.files if file.kind in kinds)


def collect_page(session: Session, found: Entered) -> CollectPage:
    """What a visitor who typed the code sees: of a file that the gate bars, its kind alone."""
    release = found.link.release
    files = tuple(map(_told, shown_files(session, release)))
    return CollectPage(
        reference=session.get_one(FootageRequest, release.request_id).reference,
        selector=found.link.selector,
        packed_at=release.packed_at,
        collect_by=last_day_of(found.link),
        ended=found.ended,
        may_renew=found.may_renew,
        lock=found.lock,
        files=files,
        openings=shown_openings(session, release, {file.id: file.name for file in files}),
    )


def _told(file: ShownFile) -> ShownFile:
    """The file without what says something of a held recording: how it is named, how long it is
    and when it was filmed."""
    if not file.is_barred:
        return file
    return ShownFile(file.id, file.kind, "", file.content_type, 0, "", is_barred=True)


def known_of(session: Session, request_id: UUID) -> tuple[str, ...]:
    """What others know of the person who asked: no passphrase is made of it."""
    applicant = session.get_one(Applicant, request_id)
    acting = session.get(Representative, request_id)
    born = applicant.date_of_birth.isoformat() if applicant.date_of_birth else ""
    return (applicant.name, applicant.email, born, acting.name if acting else "")


def last_day_of(link: DownloadLink) -> date:
    """The last day on which a link works, in London."""
    return london_day(link.expires_at - timedelta(microseconds=1))


def shown_files(session: Session, release: Release) -> tuple[ShownFile, ...]:
    """The release's files as pages show them."""
    return tuple(_shown(session, release, file) for file in release.files)


def shown_openings(
    session: Session, release: Release, names: Mapping[UUID, str]
) -> tuple[Opened, ...]:
    """Every time something of the release was opened, pieces of one playing taken together, with
    the files' `names` as the reader may know them."""
    return gathered(
        Opened(
            what=opening.what.label,
            file_name=names.get(opening.file_id, "") if opening.file_id else "",
            first_at=opening.at,
            last_at=opening.at,
            bytes_sent=opening.bytes_sent or 0,
            is_passed_on=opening.is_passed_on,
        )
        for opening in openings_of(session, release.id)
    )


def _shown(session: Session, release: Release, file: ReleaseFile) -> ShownFile:
    recording = session.get(Recording, file.recording_id) if file.recording_id else None
    return ShownFile(
        id=file.id,
        kind=file.kind,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        is_barred=bar_on(session, release, file) is not None,
        started_at=recording.started_at if recording else None,
        lasting=recording.ended_at - recording.started_at if recording else None,
    )


def newest_of(links: Sequence[DownloadLink]) -> DownloadLink:
    """The link that was made last."""
    return max(links, key=lambda link: link.made_at)


@dataclass(frozen=True)
class ReleasePage:
    """A release as handlers see it. `are_files_kept` says whether a new link could still lead
    to them, `delivered` what went out of each file."""

    release: Release
    link: DownloadLink
    ended: Ending | None
    collect_by: date
    are_files_kept: bool
    files: tuple[ShownFile, ...]
    delivered: Mapping[UUID, Delivered]
    openings: tuple[Opened, ...]


def release_pages(session: Session, request_id: UUID, *, at: datetime) -> tuple[ReleasePage, ...]:
    """Every release of a request, newest first, as handlers see it."""
    return tuple(_release_page(session, each, at) for each in releases_of(session, request_id))


def _release_page(session: Session, release: Release, at: datetime) -> ReleasePage:
    link = newest_of(release.links)
    names = {file.id: file.name for file in release.files}
    return ReleasePage(
        release=release,
        link=link,
        ended=ending(facts_of(link), at),
        collect_by=last_day_of(link),
        are_files_kept=at < release.expires_at,
        files=shown_files(session, release),
        delivered=delivered_files(session, release, at),
        openings=shown_openings(session, release, names),
    )
