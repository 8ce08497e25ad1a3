"""One ask for two things is two requests, because two laws apply (rules 1.1, hybrid)."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words
from portal.errors import Refused
from portal.requests.answers import is_about_video, no_sighting
from portal.requests.commands.messaging import tell_applicant
from portal.requests.commands.receiving import receive
from portal.requests.intake import (
    AboutWhom,
    ApplicantDetails,
    Intake,
    RepresentativeDetails,
    Sighting,
    Wishes,
)
from portal.requests.lifecycle import Regime
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id, lock_request
from portal.requests.regimes import NO_TIME_OR_PLACE, SPLIT_TOLD


def receive_other(
    session: Session, footage_request: FootageRequest, other: Intake, *, by: Actor, at: datetime
) -> FootageRequest:
    """Receive the second half of what came as one: on the same day, and linked both ways.

    Its id follows from the first one's, so that however often it is done they stay two.
    """
    made = receive(
        session,
        request_id=uuid5(footage_request.id, "other half"),
        intake=other,
        received_at=footage_request.received_at,
        by=by,
        at=at,
    )
    if made.linked_to is None:
        session.flush()
        footage_request.linked_to, made.linked_to = made.id, footage_request.id
        record(
            session,
            "request.linked",
            subject=footage_request.reference,
            by=by,
            at=at,
            to=made.reference,
        )
    return made


def split(
    session: Session, *, request_id: UUID, asked: str, by: Actor, at: datetime
) -> FootageRequest:
    """Make the other half of a request that asks for two things, and tell the applicant.

    `asked` is that half in their words. From a subject access request comes one for general
    information, from one for general information a subject access request: the time and place
    they told us go along. Doing it twice gives the same two. Refused when the request has ended,
    was linked to another one before, or told no time and place for the video.
    """
    footage_request = lock_request(session, request_id)
    if not footage_request.status.is_open:
        raise Refused("This request has ended. Register what else they ask for as a new one.")
    was_linked = footage_request.linked_to is not None
    if was_linked and footage_request.linked_to != uuid5(request_id, "other half"):
        raise Refused("This request is one of two already.")
    if not was_linked and not footage_request.regime.is_sar:
        refuse_without_moment(by_id(session, request_id), Regime.SAR_PART3)
    other = receive_other(
        session, footage_request, _other_half(by_id(session, request_id), asked), by=by, at=at
    )
    if not was_linked:
        words = SPLIT_TOLD.format(one=footage_request.reference, other=other.reference)
        tell_applicant(session, footage_request, words, by=by, at=at)
    return other


def refuse_without_moment(whole: FootageRequest, to: Regime) -> None:
    """Refuse to make a subject access request of a question that is not about video: its search
    could find nothing, and it would end as not held."""
    if to.is_sar and not is_about_video(whole.sighting.earliest_at):
        raise Refused(NO_TIME_OR_PLACE.format(day_in_words(whole.received_on)))


def _other_half(whole: FootageRequest, asked: str) -> Intake:
    person = whole.applicant
    wishes = Wishes(whole.delivery, whole.safe_contact, whole.language, whole.adjustments)
    if whole.regime.is_sar:
        # FOIA s.8 asks for a name and one address, no more.
        details = ApplicantDetails(
            person.name, person.email, person.phone, "" if person.email else person.address
        )
        seen = no_sighting(asked)
        return Intake(AboutWhom.GENERAL, details, seen, wishes, _acting(whole), whole.channel)
    details = ApplicantDetails(person.name, person.email, person.phone, person.address)
    acting = _acting(whole)
    about = AboutWhom.SOMEONE_I_ACT_FOR if acting else AboutWhom.ME
    return Intake(about, details, _seen(whole, asked), wishes, acting, whole.channel)


def _acting(whole: FootageRequest) -> RepresentativeDetails | None:
    """Who acts for them in one half acts for them in the other, and gets its letters."""
    said = whole.representative
    if said is None:
        return None
    return RepresentativeDetails(
        said.name,
        said.relationship_to_applicant,
        said.organisation,
        said.acting,
        said.organisation_number,
    )


def _seen(whole: FootageRequest, asked: str) -> Sighting:
    said = whole.sighting
    same = {name: getattr(said, name) for name in Sighting.__dataclass_fields__}
    line = tuple((lat, lon) for lat, lon in said.line)
    return Sighting(**{**same, "line": line, "what_happened": asked})
