"""Copies that reach people without a link: by post, in person, or by watching them here. Each is a
release like one over a link: the same gate is asked, two people stand behind it, and it is written
down who handed what to whom, and what showed who it was."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.audit.commands import record
from portal.db import locked
from portal.disclosure.commands.gating import is_barred, refuse_barred
from portal.disclosure.models import FileKind, Handover, HandoverWay, Release, ReleaseFile
from portal.disclosure.queries.releases import release_of
from portal.errors import Gone, NotAllowed, NotFound, Refused
from portal.requests.models import FootageRequest

_BARRED = "A hold came after this answer. Do not hand over the video."


def prepare_handover(
    session: Session, *, release_id: UUID, way: HandoverWay, by: Actor, at: datetime
) -> Handover:
    """Prepare handing over all copies of a release. Nothing leaves before somebody else agrees.

    Refused when there is no video in it, when one is prepared already, and when the gate bars a
    recording. Gone when the files are deleted.
    """
    by.must_have(Role.INTAKE, Role.DECISION_MAKER)
    locked(session, Release, release_id)
    release = _that_may_go(session, release_id, at)
    open_one = sa.select(Handover.id).where(
        Handover.release_id == release_id,
        Handover.handed_at.is_(None),
        Handover.stopped_at.is_(None),
    )
    if session.scalar(open_one) is not None:
        raise Refused("A handover is prepared already. Finish or stop it first.")
    made = Handover(
        release_id=release_id,
        way=way,
        copies=[str(file.id) for file in _copies(release)],
        prepared_by=UUID(by.id),
        prepared_at=at,
    )
    session.add(made)
    session.flush()
    _note(session, "handover.prepared", release, made, by, at)
    return made


def agree_handover(session: Session, *, handover_id: UUID, by: Actor, at: datetime) -> Handover:
    """Agree, as somebody else than the one who prepared it: the database says so too."""
    by.must_have(Role.SECONDER)
    found, release = _open(session, handover_id, at)
    if found.agreed_at is not None:
        raise Refused("Somebody has agreed to this already.")
    if found.prepared_by == UUID(by.id):
        raise NotAllowed("You prepared this yourself. Somebody else must agree.")
    found.agreed_by, found.agreed_at = UUID(by.id), at
    _note(session, "handover.agreed", release, found, by, at)
    return found


def take_copy(
    session: Session, *, handover_id: UUID, file_id: UUID, by: Actor, at: datetime
) -> ReleaseFile:
    """A copy, for a handler to put on a disc or to show. Refused before somebody agreed, and when
    the gate bars the recording: it is asked under lock, so in the book none is taken after a hold
    was placed."""
    by.must_have(Role.INTAKE, Role.DECISION_MAKER, Role.SECONDER)
    found, release = _open(session, handover_id, at)
    _agreed(found)
    file = next((each for each in _copies(release) if each.id == file_id), None)
    if file is None or str(file.id) not in found.copies:
        raise NotFound("There is no such copy.")
    refuse_barred(session, release, file)
    _note(session, "copy.taken", release, found, by, at, file=str(file.id))
    return file


def note_handed_over(
    session: Session, *, handover_id: UUID, shown: str, by: Actor, at: datetime
) -> Handover:
    """Write down that the copies were handed over, and what showed who it was for.

    The gate is asked once more, at the last moment before they leave the building.
    """
    by.must_have(Role.INTAKE, Role.DECISION_MAKER, Role.SECONDER)
    found, release = _open(session, handover_id, at)
    _agreed(found)
    found.handed_by, found.handed_at, found.shown = UUID(by.id), at, shown
    if found.way is HandoverWay.POST and release.posted_at is None:
        release.posted_at, release.posted_by = at, by.id
    _note(session, "release.handed_over", release, found, by, at, copies=len(found.copies))
    return found


def stop_handover(session: Session, *, handover_id: UUID, by: Actor, at: datetime) -> Handover:
    """Stop one that was not handed over. Stopping twice is no error."""
    by.must_have(Role.INTAKE, Role.DECISION_MAKER, Role.SECONDER)
    found = _locked(session, handover_id)
    if found.handed_at is not None:
        raise Refused("The copies were handed over already.")
    if found.stopped_at is None:
        found.stopped_by, found.stopped_at = UUID(by.id), at
        _note(session, "handover.stopped", release_of(session, found.release_id), found, by, at)
    return found


def _open(session: Session, handover_id: UUID, at: datetime) -> tuple[Handover, Release]:
    found = _locked(session, handover_id)
    if found.handed_at is not None or found.stopped_at is not None:
        raise Refused("This handover is over.")
    return found, _that_may_go(session, found.release_id, at)


def _locked(session: Session, handover_id: UUID) -> Handover:
    found = locked(session, Handover, handover_id)
    if found is None:
        raise NotFound("There is no such handover.")
    return found


def _that_may_go(session: Session, release_id: UUID, at: datetime) -> Release:
    release = release_of(session, release_id)
    if release.files_deleted_at is not None or at >= release.expires_at:
        raise Gone("The copies have been deleted. Make the answer again.")
    if not _copies(release):
        raise Refused("There is no video in this answer.")
    if is_barred(session, release):
        raise Refused(_BARRED)
    return release


def _copies(release: Release) -> list[ReleaseFile]:
    return [file for file in release.files if file.kind is FileKind.COPY]


def _agreed(found: Handover) -> None:
    if found.agreed_at is None:
        raise Refused("Nobody else has agreed yet.")


def _note(
    session: Session,
    deed: str,
    release: Release,
    handover: Handover,
    by: Actor,
    at: datetime,
    **details: str | int,
) -> None:
    record(
        session,
        deed,
        subject=session.get_one(FootageRequest, release.request_id).reference,
        by=by,
        at=at,
        handover=str(handover.id),
        way=handover.way.value,
        **details,
    )
