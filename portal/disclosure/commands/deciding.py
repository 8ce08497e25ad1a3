"""Deciding recording by recording. Two different people stand behind every answer."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.audit.commands import record
from portal.disclosure.exemptions import (
    Line,
    Outcome,
    PublicInterest,
    answer_of,
    answered,
    check_interest,
    check_line,
    is_weighed,
    line_questions,
)
from portal.disclosure.models import Decision, DecisionLine
from portal.disclosure.queries.decisions import (
    MasterFile,
    files_now,
    standing,
    to_decide,
)
from portal.errors import Refused
from portal.holds import queries as holds
from portal.holds.policy import Asker, Bar
from portal.recordings.models import Recording
from portal.requests.answers import is_about_video
from portal.requests.asking import asker_of
from portal.requests.commands import move
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event, Regime
from portal.requests.models import FootageRequest, SightingRow
from portal.requests.queries import lock_request


def decide(
    session: Session,
    *,
    request_id: UUID,
    lines: tuple[Line, ...],
    note_to_applicant: str,
    interest: PublicInterest,
    by: Actor,
    at: datetime,
    is_information_given: bool = False,
) -> Decision:
    """Decide for every match what becomes of it; a new round begins.

    Each match must have exactly one line; a held recording can only be held; nothing that is
    barred is released. With `is_information_given` the note is the information that was asked
    for, and there are no recordings to decide on. Refused otherwise, in words; NotAllowed
    without the role.
    """
    by.must_have(Role.DECISION_MAKER)
    footage_request = lock_request(session, request_id)
    recordings = {each.id: each for each in to_decide(session, request_id)}
    if sorted(line.recording_id for line in lines) != sorted(recordings):
        raise Refused("The list of recordings has changed. Look at it again, and decide on each.")
    ordered = sorted(lines, key=lambda line: line.recording_id)
    to = asker_of(session, request_id)
    facing = {line.recording_id: _faced(session, recordings, line, to) for line in ordered}
    faced = tuple(facing[line.recording_id] for line in lines)
    files = files_now(session, recordings)
    if is_information_given and not note_to_applicant.strip():
        raise Refused("Enter the information they asked for.")
    regime = footage_request.regime
    for line in faced:
        check_line(regime, line)
    check_interest(regime, faced, interest)
    move(session, request_id=request_id, event=Event.DECIDED, by=by, at=at)
    weighed = interest if is_weighed(regime, faced) else PublicInterest()
    decision = new_round(session, footage_request, note_to_applicant, weighed, by, at)
    is_information = is_information_given and not faced
    decision.answer = Ending.DISCLOSED_FULL if is_information else answer_of(regime, faced)
    _refuse_note_without_place(session, decision)
    decision.lines = [
        _line(regime, number, line, files[line.recording_id])
        for number, line in enumerate(faced, 1)
    ]
    session.add(decision)
    session.flush()
    note_deed(
        session, "decision.made", decision, footage_request, by, at, answer=decision.answer.value
    )
    return decision


def _refuse_note_without_place(session: Session, decision: Decision) -> None:
    """A letter that says no video is held, and one that neither confirms nor denies, have no
    place for a note: they must read the same. Whoever writes one must know that it is lost."""
    is_silent = decision.answer in (Ending.NOT_HELD, Ending.NCND)
    sighting = session.get_one(SightingRow, decision.request_id)
    if is_silent and decision.note_to_applicant and is_about_video(sighting.earliest_at):
        raise Refused(
            "This letter has no place for a note. Leave it empty, and send a message instead."
        )


def _faced(session: Session, recordings: dict[int, Recording], line: Line, to: Asker) -> Line:
    """The line with the level and the kinds of its holds, once it agrees with the gate."""
    recording = recordings[line.recording_id]
    bar = holds.locked_bar(session, recording.id, to=to)
    if bar is Bar.HELD:
        if line.outcome is not Outcome.HELD:
            raise Refused(f"Recording {recording.id} is held as evidence. It cannot be released.")
        found = standing(session, recording, to)
        return replace(line, level=found.level, kinds=found.kinds)
    if line.outcome is Outcome.HELD:
        raise Refused(f"Recording {recording.id} is not held as evidence any more.")
    if line.outcome is Outcome.RELEASE and (bar is not None or not recording.has_media):
        raise Refused(f"Recording {recording.id} cannot be released: its file is not there.")
    return line


def new_round(
    session: Session,
    footage_request: FootageRequest,
    note: str,
    interest: PublicInterest,
    by: Actor,
    at: datetime,
) -> Decision:
    """A decision that begins the next round, without its answer yet."""
    rounds = sa.select(sa.func.max(Decision.round)).where(Decision.request_id == footage_request.id)
    return Decision(
        request_id=footage_request.id,
        round=(session.scalar(rounds) or 0) + 1,
        regime=footage_request.regime,
        note_to_applicant=note.strip(),
        interest_for=interest.speaks_for,
        interest_against=interest.speaks_against,
        interest_conclusion=interest.conclusion,
        decided_by=UUID(by.id),
        decided_by_name=by.name,
        decided_at=at,
    )


def _line(regime: Regime, number: int, line: Line, file: MasterFile) -> DecisionLine:
    is_release = line.outcome is Outcome.RELEASE
    return DecisionLine(
        recording_id=line.recording_id,
        number=number,
        outcome=line.outcome,
        ground="" if is_release else line.ground,
        answers=answered(line_questions(regime, line.outcome, line.ground), line.answers),
        level=line.level,
        media=file.media,
        sha256=file.sha256,
    )


def note_deed(
    session: Session,
    deed: str,
    decision: Decision,
    footage_request: FootageRequest,
    by: Actor,
    at: datetime,
    **details: str,
) -> None:
    """A line in the book about a round of a decision."""
    record(
        session,
        deed,
        subject=footage_request.reference,
        by=by,
        at=at,
        round=decision.round,
        **details,
    )
