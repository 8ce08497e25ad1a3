"""Reading decisions, and what there is to decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.disclosure.exemptions import Line, Outcome, PublicInterest, Whole
from portal.disclosure.models import Decision, DecisionLine, Release
from portal.errors import NotFound, Refused
from portal.holds import queries as holds
from portal.holds.policy import Asker, Bar, HoldKind, Level, strictest
from portal.recordings.kinds import CandidateStatus, Category
from portal.recordings.models import Candidate, Recording
from portal.requests.asking import asker_of
from portal.requests.endings import Ending
from portal.requests.lifecycle import Status
from portal.requests.queries import lock_request


@dataclass(frozen=True)
class Standing:
    """A recording to decide on: what bars it, how much may be told, and the last decision.

    `let_past` are the matters whose holds are open and do not bar this request: a legal claim, or
    one that a court's order lets it past.
    """

    recording: Recording
    bar: Bar | None
    level: Level | None
    matters: tuple[str, ...]
    kinds: tuple[HoldKind, ...]
    let_past: tuple[str, ...]
    last: DecisionLine | None

    @property
    def is_held(self) -> bool:
        """Whether an open hold bars it."""
        return self.bar is Bar.HELD

    @property
    def is_evidence_in_nothing(self) -> bool:
        """Whether it is marked as evidence while no matter holds it: one may be missing."""
        is_evidence = self.recording.category is Category.EVIDENTIAL
        return is_evidence and not (self.matters or self.let_past)


@dataclass(frozen=True)
class MasterFile:
    """A recording's file as the catalogue names it, with its fingerprint where that is known."""

    media: str | None
    sha256: str | None


def matches(session: Session, request_id: UUID) -> Sequence[Recording]:
    """The recordings a handler confirmed for a request that still exist, best first."""
    return session.scalars(
        sa.select(Recording)
        .join(Candidate, Candidate.recording_id == Recording.id)
        .where(
            Candidate.request_id == request_id,
            Candidate.status == CandidateStatus.CONFIRMED,
            Recording.deleted_at.is_(None),
        )
        .order_by(Candidate.rank, Recording.id)
    ).all()


def to_decide(session: Session, request_id: UUID) -> Sequence[Recording]:
    """The matches this round decides: all but those an earlier answer released already.

    Where nothing is left that the applicant may know of, all of them again: an answer drawn only
    from what is held at level L3 would tell that it is there (DPA 2018 s.45(6)).
    """
    found = matches(session, request_id)
    released = set(
        session.scalars(
            sa.select(DecisionLine.recording_id)
            .join(Decision, Decision.id == DecisionLine.decision_id)
            .join(Release, Release.decision_id == Decision.id)
            .where(Decision.request_id == request_id, DecisionLine.outcome == Outcome.RELEASE)
        )
    )
    left = [each for each in found if each.id not in released]
    return left if _has_tellable(session, request_id, left) else found


def _has_tellable(session: Session, request_id: UUID, recordings: Iterable[Recording]) -> bool:
    """Whether the applicant may be told of any of these, by the holds that bar them now."""
    numbers = [each.id for each in recordings]
    held = holds.barring_holds(session, numbers, to=asker_of(session, request_id))
    levels = {number: strictest(hold.level for hold in found) for number, found in held.items()}
    return any(levels.get(each) is not Level.NEITHER_CONFIRM_NOR_DENY for each in numbers)


def unjudged(session: Session, request_id: UUID) -> Sequence[int]:
    """The recordings that a search proposed for a request and nobody has confirmed or rejected."""
    return session.scalars(
        sa.select(Candidate.recording_id).where(
            Candidate.request_id == request_id, Candidate.status == CandidateStatus.PROPOSED
        )
    ).all()


def files_now(session: Session, recording_ids: Iterable[int]) -> dict[int, MasterFile]:
    """The master file the catalogue names for each recording now, whatever was read before."""
    found = session.execute(
        sa.select(Recording.id, Recording.media, Recording.sha256).where(
            Recording.id.in_(list(recording_ids))
        )
    )
    return {number: MasterFile(media, sha256) for number, media, sha256 in found}


def standings(session: Session, request_id: UUID) -> tuple[Standing, ...]:
    """What there is to decide, with what the decision needs to know."""
    last, to = last_lines(session, request_id), asker_of(session, request_id)
    return tuple(
        standing(session, recording, to, last.get(recording.id))
        for recording in to_decide(session, request_id)
    )


def standing(
    session: Session, recording: Recording, to: Asker, last: DecisionLine | None = None
) -> Standing:
    """How one recording stands with the gate now, for this request."""
    held = holds.barring_holds(session, [recording.id], to=to).get(recording.id, [])
    open_holds = holds.open_holds(session, [recording.id]).get(recording.id, [])
    return Standing(
        recording=recording,
        bar=holds.bar(session, recording.id, to=to),
        level=strictest(hold.level for hold in held) if held else None,
        matters=tuple(sorted({hold.matter.reference for hold in held})),
        kinds=tuple(sorted({hold.kind for hold in held})),
        let_past=tuple(sorted({hold.matter.reference for hold in open_holds if hold not in held})),
        last=last,
    )


def last_lines(session: Session, request_id: UUID) -> dict[int, DecisionLine]:
    """The newest line about each recording, from whatever round."""
    lines = session.scalars(
        sa.select(DecisionLine)
        .join(Decision, Decision.id == DecisionLine.decision_id)
        .where(Decision.request_id == request_id)
        .order_by(Decision.round)
    )
    return {line.recording_id: line for line in lines}


def rounds(session: Session, request_id: UUID) -> Sequence[Decision]:
    """Every decision on a request with its lines, oldest first."""
    return session.scalars(
        sa.select(Decision)
        .where(Decision.request_id == request_id)
        .options(selectinload(Decision.lines))
        .order_by(Decision.round)
    ).all()


def latest(session: Session, request_id: UUID) -> Decision | None:
    """The newest decision on a request with its lines, or None when none was made."""
    return session.scalars(
        sa.select(Decision)
        .where(Decision.request_id == request_id)
        .options(selectinload(Decision.lines))
        .order_by(Decision.round.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def locked_newest(session: Session, decision_id: UUID) -> Decision:
    """The decision, with its request locked until the transaction ends.

    Refused when a newer one was made; NotFound when there is none.
    """
    request_id = session.scalar(sa.select(Decision.request_id).where(Decision.id == decision_id))
    if request_id is None:
        raise NotFound("There is no such decision.")
    lock_request(session, request_id)
    newest = latest(session, request_id)
    if newest is None or newest.id != decision_id:
        raise Refused("There is a newer decision. Look at it before you go on.")
    return newest


def locked_to_pack(session: Session, decision_id: UUID) -> Decision | None:
    """The published decision whose package is still to be made, with its request locked; None
    when it was packed, stopped or overtaken."""
    request_id = session.scalar(sa.select(Decision.request_id).where(Decision.id == decision_id))
    if request_id is None or lock_request(session, request_id).status is not Status.PUBLISHING:
        return None
    newest = latest(session, request_id)
    packed = sa.select(Release.id).where(Release.decision_id == decision_id)
    if newest is None or newest.id != decision_id or session.scalar(packed) is not None:
        return None
    return newest


def by_round(session: Session, request_id: UUID, number: int) -> Decision:
    """The decision of one round with its lines. NotFound when there is none."""
    found = session.scalars(
        sa.select(Decision)
        .where(Decision.request_id == request_id, Decision.round == number)
        .options(selectinload(Decision.lines))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such decision.")
    return found


def answer_number(session: Session, decision: Decision) -> int:
    """Which answer to its request this decision is or will be: 1 for the first. Only decisions
    that went out count, so the applicant sees no gap."""
    earlier = (
        sa.select(sa.func.count())
        .select_from(Release)
        .join(Decision, Decision.id == Release.decision_id)
        .where(Decision.request_id == decision.request_id, Decision.round < decision.round)
    )
    return (session.scalar(earlier) or 0) + 1


def by_id(session: Session, decision_id: UUID) -> Decision:
    """A decision with its lines. NotFound when there is none."""
    found = session.get(Decision, decision_id, options=[selectinload(Decision.lines)])
    if found is None:
        raise NotFound("There is no such decision.")
    return found


def lines_of(decision: Decision) -> tuple[Line, ...]:
    """The decision's lines as the law reads them."""
    return tuple(
        Line(line.recording_id, line.outcome, line.ground, line.answers, line.level)
        for line in decision.lines
    )


def whole_of(decision: Decision) -> Whole | None:
    """The ground that answers the whole request as the law reads it, or None when the answer is
    drawn from the lines."""
    if not decision.whole_ground:
        return None
    is_neither = decision.answer is Ending.NCND
    return Whole(decision.whole_ground, decision.whole_record, is_neither)


def interest_of(decision: Decision) -> PublicInterest:
    """What was weighed."""
    return PublicInterest(
        decision.interest_for, decision.interest_against, decision.interest_conclusion
    )


def recordings_of(session: Session, decision: Decision) -> dict[int, Recording]:
    """The recordings a decision speaks of, by id."""
    numbers = [line.recording_id for line in decision.lines]
    found = session.scalars(sa.select(Recording).where(Recording.id.in_(numbers)))
    return {recording.id: recording for recording in found}
