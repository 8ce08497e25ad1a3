"""Watching a recording, for a request. Every look is in the book."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.audit.commands import record
from portal.audit.models import AuditEntry
from portal.errors import Gone, NotFound
from portal.ids import tidy_reference
from portal.recordings.models import Candidate, Recording
from portal.recordings.queries import preservations_of
from portal.recordings.queries import recording as recording_by_id
from portal.web.guards import current_actor, roles
from portal.web.session import house, now, reading, settings, writing

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")

VIEWED, PLAYED = "recording.viewed", "footage.played"
# Requests live in a room above this one; the candidates' foreign key already points at their
# table, and this reads two of its columns and nothing else.
_REQUEST = sa.table("footage_request", sa.column("id", sa.Uuid), sa.column("reference", sa.String))
# A reviewer looks at everything afresh, so at the video too.
_WATCHERS = (
    Role.SEARCHER,
    Role.DECISION_MAKER,
    Role.SECONDER,
    Role.SENIOR_REVIEWER,
    Role.DATA_PROTECTION_OFFICER,
)
_PLAYED_LATELY = timedelta(hours=1)
_MEDIA_TYPES = {"mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "mkv": "video/webm"}


@blueprint.get("/<int(max=9223372036854775807):recording_id>")
@roles(*_WATCHERS)
def watch(recording_id: int) -> ResponseReturnValue:
    """The recording's facts and a player. `for` names the request it is watched for."""
    by, at = current_actor(), now()
    with writing() as session:
        reference, candidate, recording = _wanted(session, recording_id)
        kept_for = sum(one.bars_deletion(at) for one in preservations_of(session, recording_id))
        _note(session, VIEWED, reference, recording, by, at)
    return render_template(
        "recordings/watch.html",
        recording=recording,
        candidate=candidate,
        reference=reference,
        kept_for=kept_for,
        deleted_on=recording.started_at + timedelta(days=settings().retention_days),
    )


@blueprint.get("/<int(max=9223372036854775807):recording_id>/footage")
@roles(*_WATCHERS)
def footage(recording_id: int) -> ResponseReturnValue:
    """The video itself, whole or in the ranges that a player asks for."""
    with reading() as session:
        reference, _, recording = _wanted(session, recording_id)
        media = _media_of(recording)
        is_noted = not _is_from_start() and _is_played_lately(session, reference, recording)
    if not house().footage.exists(media):
        raise NotFound("The file of this recording is not in the store.")
    if not is_noted:
        with writing() as session:
            _note(session, PLAYED, reference, recording, current_actor(), now())
    return _sent(media)


def _wanted(session: Session, recording_id: int) -> tuple[str, Candidate, Recording]:
    """The request, and the recording on its list. Nobody watches what no request needs."""
    reference = tidy_reference(request.args.get("for", "")[:40])
    if reference is None:
        raise NotFound("Open a recording from the request it is wanted for.")
    request_id = session.scalar(sa.select(_REQUEST.c.id).where(_REQUEST.c.reference == reference))
    candidate = session.scalars(
        sa.select(Candidate).where(
            Candidate.request_id == cast(UUID, request_id), Candidate.recording_id == recording_id
        )
    ).one_or_none()
    if candidate is None:
        raise NotFound("This recording is not on that request's list.")
    return reference, candidate, recording_by_id(session, recording_id)


def _media_of(recording: Recording) -> str:
    if recording.is_deleted:
        raise Gone("This recording has been deleted.")
    if recording.media is None:
        raise NotFound("There is no video file for this recording.")
    return recording.media


def _is_from_start() -> bool:
    """A player asks for many ranges; only one that holds the first byte begins a viewing."""
    wanted = request.range
    return wanted is None or any(begin == 0 for begin, _ in wanted.ranges)


def _is_played_lately(session: Session, reference: str, recording: Recording) -> bool:
    """Whether the book knows of this playing: skipping the first byte must not hide a viewing."""
    found = session.scalars(
        sa.select(AuditEntry).where(
            AuditEntry.subject == reference,
            AuditEntry.deed == PLAYED,
            AuditEntry.actor_id == current_actor().id,
            AuditEntry.at > now() - _PLAYED_LATELY,
        )
    )
    return any(entry.details.get("recording") == recording.id for entry in found)


def _note(
    session: Session, deed: str, reference: str, recording: Recording, by: Actor, at: datetime
) -> None:
    record(session, deed, subject=reference, by=by, at=at, recording=recording.id)


def _sent(media: str) -> ResponseReturnValue:
    ending = media.rpartition(".")[2].lower()
    response = send_file(
        house().footage.path_of(media),
        mimetype=_MEDIA_TYPES.get(ending, "application/octet-stream"),
        conditional=True,
    )
    # What a browser keeps, somebody else can find.
    response.headers["Cache-Control"] = "no-store"
    return response
