"""What a search found, in words: the facts of each recording and the reasons. Reads only.

Apart from the search, because words cost far more than finding does, and a search that is only
counted or preserved by number needs none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.criteria import AreaAsked, Criteria, LineAsked, PointAsked
from portal.recordings.finding import Answer, search
from portal.recordings.gazetteer import literal
from portal.recordings.kinds import Category, Certainty
from portal.recordings.matching import Doubt, Window
from portal.recordings.models import Recording
from portal.recordings.reasons import Asked, Seen, reasons
from portal.recordings.scoring import (
    Weights,
    default_said,
    officer_agreement,
    reference_agreement,
)

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Found:
    """One recording a search found, with its place in the ranking and the reasons.

    `score` is in bits; `share` is its part of the belief, from 0 to 1, of all found together.
    `distance_m` is the nearest its track came, None where no position says so. `overlap_s` is
    the time that the recording and the window have in common.
    """

    recording_id: int
    source_id: str
    camera: str
    shoulder_number: str | None
    started_at: datetime
    ended_at: datetime
    area: str | None
    category: Category
    place: Certainty
    score: float
    share: float
    distance_m: float | None
    overlap_s: float
    reasons: tuple[str, ...]


def found_by(session: Session, criteria: Criteria) -> list[Found]:
    """Everything that a search finds, with its reasons, the likeliest first."""
    return described(session, search(session, criteria))


def described(session: Session, answer: Answer) -> list[Found]:
    """What was found, with its facts and reasons, in the order of the answer."""
    facts = _facts(session, answer.numbers.tolist())
    criteria = answer.criteria
    window = Window.between(criteria.since, criteria.until)
    said = criteria.said or default_said(
        window, answer.shape, criteria.shoulder_number, criteria.reference
    )
    asked = _asked(criteria, window)
    found = []
    for k, number in enumerate(answer.numbers.tolist()):
        row = facts[number]
        seen = Seen(
            doubt=Doubt(int(answer.doubt[k])),
            at=_instant(float(answer.at[k])),
            distance_m=_known(float(answer.distance_m[k])),
            overlap_s=_overlap(row, criteria),
            area=row.area,
            officer=officer_agreement(said.shoulder_number, row.shoulder_number),
            reference=reference_agreement(said.references, (row.incident, row.matter_reference)),
            weights=_weights(answer, k),
        )
        found.append(_found(row, seen, float(answer.share[k]), asked))
    return found


def _facts(session: Session, numbers: Sequence[int]) -> dict[int, Any]:
    columns = (
        Recording.id,
        Recording.source_id,
        Recording.camera,
        Recording.shoulder_number,
        Recording.started_at,
        Recording.ended_at,
        Recording.area,
        Recording.category,
        Recording.matter_reference,
        Recording.incident,
    )
    found: dict[int, Any] = {}
    for begin in range(0, len(numbers), _AT_ONCE):
        some = literal(numbers[begin : begin + _AT_ONCE])
        rows = session.execute(sa.select(*columns).where(Recording.id.in_(some)))
        found.update((row.id, row) for row in rows)
    return found


def _weights(answer: Answer, k: int) -> Weights:
    columns = (answer.time_bits, answer.place_bits, answer.officer_bits, answer.reference_bits)
    return Weights(*(float(column[k]) for column in columns))


def _found(row: Any, seen: Seen, share: float, asked: Asked) -> Found:
    is_tracked = seen.doubt is Doubt.NONE
    return Found(
        recording_id=row.id,
        source_id=row.source_id,
        camera=row.camera,
        shoulder_number=row.shoulder_number,
        started_at=row.started_at,
        ended_at=row.ended_at,
        area=row.area,
        category=row.category,
        place=Certainty.TRACKED if is_tracked else Certainty.UNCERTAIN,
        score=seen.weights.total,
        share=share,
        distance_m=seen.distance_m,
        overlap_s=seen.overlap_s,
        reasons=tuple(reasons(asked, seen)),
    )


def _asked(criteria: Criteria, window: Window) -> Asked:
    place = criteria.place
    if isinstance(place, AreaAsked):
        return Asked(place.name.strip(), True, window)
    words = {PointAsked: "the place", LineAsked: "the street"}
    return Asked(words.get(type(place), ""), False, window)


def _instant(at: float) -> datetime | None:
    return None if np.isnan(at) else datetime.fromtimestamp(round(at), UTC)


def _known(metres: float) -> float | None:
    return None if np.isnan(metres) else metres


def _overlap(row: Any, criteria: Criteria) -> float:
    since, until = max(row.started_at, criteria.since), min(row.ended_at, criteria.until)
    return max(0.0, float((until - since).total_seconds()))
