"""Answering a whole request on one ground: refusing it, or neither confirming nor denying."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.disclosure.commands.deciding import new_round, note_deed
from portal.disclosure.exemptions import (
    PublicInterest,
    Whole,
    answered,
    check_interest,
    check_whole,
    ending_of,
    is_weighed,
    whole_questions,
)
from portal.disclosure.models import Decision
from portal.errors import Refused
from portal.requests.answers import is_about_video
from portal.requests.commands import move
from portal.requests.lifecycle import Event, Status, obstacle
from portal.requests.models import FootageRequest, SightingRow
from portal.requests.queries import facts_of, lock_request


def answer_whole(
    session: Session,
    *,
    request_id: UUID,
    whole: Whole,
    reasons: str,
    interest: PublicInterest,
    by: Actor,
    at: datetime,
) -> Decision:
    """Decide on a request as a whole; a new round begins, without a line for any recording.

    `reasons` are read by the applicant; an answer that neither confirms nor denies has none.
    Refused, in words, without what the ground requires; NotAllowed without the role.
    """
    by.must_have(Role.DECISION_MAKER)
    footage_request = lock_request(session, request_id)
    regime = footage_request.regime
    sighting = session.get_one(SightingRow, request_id)
    is_video = is_about_video(sighting.earliest_at)
    check_whole(regime, whole, note=reasons, is_about_video=is_video)
    check_interest(regime, (), interest, whole)
    if whole.is_neither:
        _refuse_short_road(session, footage_request)
    move(session, request_id=request_id, event=Event.REFUSED, by=by, at=at)
    weighed = interest if is_weighed(regime, (), whole) else PublicInterest()
    decision = new_round(session, footage_request, reasons, weighed, by, at)
    decision.answer = ending_of(regime, whole)
    questions = whole_questions(regime, whole.ground, is_neither=whole.is_neither)
    decision.whole_ground = whole.ground
    decision.whole_record = answered(questions, whole.answers)
    decision.lines = []
    session.add(decision)
    session.flush()
    note_deed(
        session, "decision.made", decision, footage_request, by, at, answer=decision.answer.value
    )
    return decision


def short_road(session: Session, footage_request: FootageRequest) -> str | None:
    """Why it cannot be neither confirmed nor denied yet, in words, or None when it can.

    The applicant watches the status. An answer that came without a search would be told apart
    from one that says nothing is held, so this one takes the same road, step for step.
    """
    if footage_request.status is not Status.REVIEWING:
        return "To neither confirm nor deny, first look for video as for every other request."
    return obstacle(Event.DECIDED, facts_of(session, footage_request))


def _refuse_short_road(session: Session, footage_request: FootageRequest) -> None:
    hindrance = short_road(session, footage_request)
    if hindrance:
        raise Refused(hindrance)
