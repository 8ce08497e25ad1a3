"""Letters about a request that are not its decision: composed from the request, and issued."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.letters.commands import issue
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.letter_fields import common_fields
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id, clock_now, steps_of


def write_letter(
    session: Session,
    footage_request: FootageRequest,
    kind: LetterKind,
    own: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> Letter:
    """Issue a letter of this kind: `own` are its own fields, the rest comes from the request.

    It sends no e-mail: whoever calls says that there is news. Refused, naming what is blank.
    """
    session.flush()
    whole = by_id(session, footage_request.id)
    clock = clock_now(session, whole, steps_of(session, whole.id))
    return issue(
        session,
        subject_id=whole.id,
        reference=whole.reference,
        kind=kind,
        fields={**common_fields(whole, kind, clock, at=at), **own},
        is_to_post=not whole.applicant.email,
        by=by,
        at=at,
    )
