"""Letting a held recording go to one request, because a court ordered it: two people, one of them
the data protection officer. The hold stays, and bars everybody else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import locked_one
from portal.errors import Refused
from portal.holds.commands.lifting import locked_recording, owe_look
from portal.holds.commands.shutting import owe_closing
from portal.holds.models import HoldOverride
from portal.holds.overriding import ROLES, is_officer, why_not_agree
from portal.holds.policy import Asker
from portal.holds.queries import barring_holds
from portal.ids import new_id
from portal.recordings.models import Recording


@dataclass(frozen=True)
class CourtOrder:
    """Which order it is, without names, and why it covers this recording and this applicant."""

    reference: str
    reason: str


def ask_override(
    session: Session, *, recording_id: int, to: Asker, order: CourtOrder, by: Actor, at: datetime
) -> HoldOverride:
    """Write down that a court ordered this recording to go to this request. Nothing goes until
    somebody else agrees.

    Refused without the order and the reason, when no hold bars it from them, and while another
    order for the same stands.
    """
    by.must_have(*ROLES)
    if not order.reference.strip() or not order.reason.strip():
        raise Refused("Enter which order it is, and why it covers this recording.")
    recording = locked_recording(session, recording_id)
    holds = _barring(session, recording_id, to)
    if not holds:
        raise Refused("No hold bars this recording from going to them.")
    if _has_standing(session, recording_id, to):
        raise Refused("A court order for this recording is written down already.")
    made = HoldOverride(
        id=new_id(),
        recording_id=recording_id,
        request_id=to.request_id,
        holds=holds,
        order_reference=order.reference.strip(),
        reason=order.reason.strip(),
        asked_by=by.id,
        asked_by_officer=is_officer(by),
        asked_at=at,
    )
    session.add(made)
    session.flush()
    _write_down(session, "override.asked", made, recording, by, at, order=made.order_reference)
    return made


def agree_override(
    session: Session, *, override_id: UUID, to: Asker, by: Actor, at: datetime
) -> HoldOverride:
    """Be the second behind a court order: from now on its holds do not bar the recording from this
    request, and a request that was answered without it opens again by itself.

    Refused for the one who asked, when neither of the two is the data protection officer, and when
    the holds are not those any more that the first one saw.
    """
    by.must_have(*ROLES)
    made, recording = _locked(session, override_id)
    if made.ended_at is not None or made.agreed_at is not None:
        raise Refused("This court order is agreed or ended already.")
    why = why_not_agree(by, asked_by=made.asked_by, was_officer=made.asked_by_officer)
    if why:
        raise Refused(why)
    if _barring(session, recording.id, to) != made.holds:
        raise Refused("A hold was placed or ended since this was asked for. End it, and ask again.")
    made.agreed_by, made.agreed_at = by.id, at
    session.flush()
    _write_down(session, "override.agreed", made, recording, by, at)
    owe_look(session, made.request_id, recording.id, cause=f"override:{made.id}", at=at)
    return made


def end_override(
    session: Session, *, override_id: UUID, why: str, by: Actor, at: datetime
) -> HoldOverride:
    """Take a court order back: its holds bar again at once, also a download that is running."""
    by.must_have(*ROLES)
    made, recording = _locked(session, override_id)
    if not why.strip():
        raise Refused("Enter why it ends.")
    if made.ended_at is not None:
        raise Refused("This court order has ended already.")
    made.ended_by, made.ended_at, made.ended_why = by.id, at, why.strip()
    owe_closing(session, recordings=[recording.id], cause=f"override:{made.id}", at=at)
    _write_down(session, "override.ended", made, recording, by, at)
    return made


def _locked(session: Session, override_id: UUID) -> tuple[HoldOverride, Recording]:
    """The override under the lock of its recording, as the gate and holds take it."""
    number = session.scalars(
        sa.select(HoldOverride.recording_id).where(HoldOverride.id == override_id)
    ).one()
    recording = locked_recording(session, number)
    return locked_one(session, HoldOverride, override_id), recording


def _barring(session: Session, recording_id: int, to: Asker) -> list[str]:
    found = barring_holds(session, [recording_id], to=to).get(recording_id, [])
    return sorted(str(hold.id) for hold in found)


def _has_standing(session: Session, recording_id: int, to: Asker) -> bool:
    found = sa.select(HoldOverride.id).where(
        HoldOverride.recording_id == recording_id,
        HoldOverride.request_id == to.request_id,
        HoldOverride.ended_at.is_(None),
    )
    return session.scalar(found) is not None


def _write_down(
    session: Session,
    deed: str,
    made: HoldOverride,
    recording: Recording,
    by: Actor,
    at: datetime,
    **details: str,
) -> None:
    record(
        session,
        deed,
        subject=f"recording {recording.source_id}"[:80],
        by=by,
        at=at,
        override=str(made.id),
        request=str(made.request_id),
        holds=len(made.holds),
        **details,
    )
