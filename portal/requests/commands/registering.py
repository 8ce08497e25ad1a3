"""Writing down a request that came by telephone, by post or over a counter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.errors import Refused
from portal.requests.commands.receiving import receive
from portal.requests.commands.splitting import receive_other
from portal.requests.intake import Channel, Intake
from portal.requests.models import FootageRequest


def register(
    session: Session,
    *,
    request_id: UUID,
    intake: Intake,
    received_at: datetime,
    by: Actor,
    at: datetime,
    other: Intake | None = None,
) -> FootageRequest:
    """Receive a request on the day it truly came: that day starts the clock, not today.

    UK GDPR Art 12(3); FOIA s.10(1). The same `request_id` twice is one request. `other` is
    the other half of an ask for two things: a request of its own, linked to it. Refused for a
    day that has not come, and for a request of the website, which receives its own.
    """
    if intake.channel is Channel.ONLINE:
        raise Refused("A request from the website is received by the website.")
    if received_at > at:
        raise Refused("The day it was received must be today or in the past.")
    made = receive(
        session, request_id=request_id, intake=intake, received_at=received_at, by=by, at=at
    )
    if other is not None:
        receive_other(session, made, other, by=by, at=at)
    return made
