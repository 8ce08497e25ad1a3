"""Reading what decides who may second a decision."""

from datetime import date

from sqlalchemy.orm import Session

from portal.disclosure.exemptions import Outcome
from portal.disclosure.models import Decision
from portal.disclosure.seconding import SecondFacts, is_child
from portal.holds.override_queries import is_any_overridden
from portal.holds.policy import Level
from portal.requests.endings import Ending
from portal.requests.models import Applicant, Representative


def second_facts(session: Session, decision: Decision, *, on: date) -> SecondFacts:
    """The facts of a decision that was read with its lines, as they stand that day."""
    representative = session.get(Representative, decision.request_id)
    applicant = session.get_one(Applicant, decision.request_id)
    acting = representative.acting if representative else None
    released = [line.recording_id for line in decision.lines if line.outcome is Outcome.RELEASE]
    return SecondFacts(
        is_child=is_child(acting, applicant.date_of_birth, on=on),
        has_secret_hold=any(
            line.level is Level.NEITHER_CONFIRM_NOR_DENY for line in decision.lines
        ),
        is_neither=decision.answer is Ending.NCND,
        is_ordered=is_any_overridden(session, decision.request_id, released),
    )
