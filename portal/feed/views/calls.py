"""The calls, and the document that describes them."""

import re

from flask import Blueprint, Response, current_app
from sqlalchemy.orm import Session

from portal.actors import Scope
from portal.audit.commands import record
from portal.feed.commands import (
    Answer,
    HoldsWanted,
    MoreHolds,
    hold_more,
    open_with_holds,
    take_in_recordings,
)
from portal.feed.openapi import DOCUMENT_PATH, document_text
from portal.feed.operations import (
    CLOSE_MATTER,
    HOLD_RECORDINGS,
    MOST_PAGE,
    OPEN_MATTER,
    PREFIX,
    PRESERVED,
    SOURCE_ID,
    TAKE_RECORDINGS,
    USUAL_PAGE,
)
from portal.feed.outcomes import Outcome
from portal.feed.problems import WRONG_SHAPE
from portal.feed.queries import kept, kept_one, refuse_while_incomplete
from portal.feed.views.calling import answer_once, called, check, check_query, json_text
from portal.holds.commands import close_matter
from portal.holds.policy import HoldKind, Level, Segment
from portal.holds.queries import matter_by_reference
from portal.web.guards import current_actor, machines, public
from portal.web.problems import Fault, Problem
from portal.web.session import now, writing

blueprint = Blueprint("feed", __name__, url_prefix=PREFIX)

_CURSOR = re.compile(r"p([0-9a-f]{1,15})")


@blueprint.post(TAKE_RECORDINGS.path)
@machines(Scope.RECORDINGS_WRITE)
def take_recordings() -> Response:
    """Take in a batch of recordings; what became of each."""
    call, said = called(TAKE_RECORDINGS)
    by = current_actor()

    def deed(session: Session) -> Answer:
        results = take_in_recordings(session, recordings=said["recordings"], by=by, at=call.at)
        outcomes = [result["outcome"] for result in results]
        counts = {outcome.value: outcomes.count(outcome.value) for outcome in Outcome}
        return Answer(TAKE_RECORDINGS.status, json_text({**counts, "results": results}))

    return answer_once(call, deed)


@blueprint.post(OPEN_MATTER.path)
@machines(Scope.MATTERS_WRITE)
def open_one() -> Response:
    """Open a matter and hold its recordings."""
    call, said = called(OPEN_MATTER)
    wanted = HoldsWanted(
        reference=said["reference"].strip(),
        kind=HoldKind(said["kind"]),
        level=Level(said["level"]),
        reason=said["reason"],
        recordings=[name.strip() for name in said["recordings"]],
    )
    by = current_actor()

    def deed(session: Session) -> Answer:
        matter, holds = open_with_holds(session, wanted=wanted, by=by, at=call.at)
        told = {
            "reference": matter.reference,
            "kind": matter.kind.value,
            "opened_at": matter.opened_at.isoformat(),
            "holds": holds,
        }
        return Answer(OPEN_MATTER.status, json_text(told))

    return answer_once(call, deed)


@blueprint.post(HOLD_RECORDINGS.path.replace("{reference}", "<path:reference>"))
@machines(Scope.MATTERS_WRITE)
def hold_recordings(reference: str) -> Response:
    """Hold more recordings for a matter, or change what may be told of them."""
    call, said = called(HOLD_RECORDINGS)
    check(HOLD_RECORDINGS.places["reference"], reference, "/reference")
    try:
        segments = [Segment.read(written) for written in said["segments"]]
    except ValueError as fault:
        raise Problem(WRONG_SHAPE, str(fault)) from None
    wanted = MoreHolds(
        level=Level(said["level"]),
        reason=said["reason"],
        recordings=[name.strip() for name in said["recordings"]],
        segments=segments,
    )
    by = current_actor()

    def deed(session: Session) -> Answer:
        placed, changed = hold_more(session, reference=reference, wanted=wanted, by=by, at=call.at)
        told = {"reference": reference, "placed": placed, "changed": changed}
        return Answer(HOLD_RECORDINGS.status, json_text(told))

    return answer_once(call, deed)


@blueprint.post(CLOSE_MATTER.path.replace("{reference}", "<path:reference>"))
@machines(Scope.MATTERS_WRITE)
def close_one(reference: str) -> Response:
    """Close a matter; its holds end."""
    call, said = called(CLOSE_MATTER)
    check(CLOSE_MATTER.places["reference"], reference, "/reference")
    by = current_actor()

    def deed(session: Session) -> Answer:
        matter = matter_by_reference(session, reference)
        lifted = close_matter(session, matter=matter, why=said["why"], by=by, at=call.at)
        told = {
            "reference": reference,
            "closed_at": call.at.isoformat(),
            "holds_lifted": lifted,
        }
        return Answer(CLOSE_MATTER.status, json_text(told))

    return answer_once(call, deed)


@blueprint.get(PRESERVED.path)
@machines(Scope.PRESERVATIONS_READ)
def list_preservations() -> Response:
    """A page of what must not be deleted at its source; who read it is in the book."""
    given = check_query(PRESERVED)
    after, limit = _after(given.get("cursor")), _limit(given.get("limit"))
    one = _one(given)
    with writing() as session:
        refuse_while_incomplete(session, now=now())
        page = (
            kept(session, after=after, limit=limit, now=now())
            if one is None
            else kept_one(session, one, now=now())
        )
        by, listed = current_actor(), len(page.rows)
        record(session, "preservations.read", subject="catalogue", by=by, at=now(), listed=listed)
    told = {
        "preservations": [
            {"id": one.source_id, "reasons": [reason.value for reason in one.reasons]}
            for one in page.rows
        ],
        "next": None if page.last is None else f"p{page.last:x}",
    }
    return _json(json_text(told))


@blueprint.get(DOCUMENT_PATH)
@public
def describe() -> Response:
    """The OpenAPI document: it holds no secret."""
    return _json(document_text())


def _json(text: str) -> Response:
    return current_app.response_class(text, mimetype="application/json")


def _one(given: dict[str, str]) -> str | None:
    one = given.get("id")
    if one is not None:
        check(SOURCE_ID, one, "/id")
        if len(given) > 1:
            raise _wrong("id", "is asked for without a `cursor` and without a `limit`")
    return one


def _after(cursor: str | None) -> int:
    if cursor is None:
        return 0
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise _wrong("cursor", "must be the `next` of the page before")
    return int(match[1], 16)


def _limit(given: str | None) -> int:
    if given is None:
        return USUAL_PAGE
    if not re.fullmatch(r"[0-9]{1,4}", given) or not 1 <= int(given) <= MOST_PAGE:
        raise _wrong("limit", f"must be a whole number from 1 to {MOST_PAGE:,}")
    return int(given)


def _wrong(name: str, detail: str) -> Problem:
    return Problem(
        WRONG_SHAPE, "The query is not as described.", faults=(Fault(f"/{name}", detail),)
    )
