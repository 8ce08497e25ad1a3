"""Reading a call strictly, and doing its deed once."""

import json
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from portal.errors import NotFound, PortalError, Refused
from portal.feed.commands import Answer, OneCall, answered_once, keep_refusal
from portal.feed.openapi import CALL_KEY
from portal.feed.operations import Operation
from portal.feed.problems import CALL_KEY_MISSING, WRONG_SHAPE
from portal.feed.queries import client_of
from portal.feed.shapes import MOST_FAULTS, Shape
from portal.feed.strict import strict_json
from portal.ids import digest
from portal.web.errors import number_of
from portal.web.guards import current_actor
from portal.web.problems import BY_STATUS, MIMETYPE, Fault, Problem, kind_of, problem_text
from portal.web.session import now, reading, writing

_CALL_KEY = re.compile(CALL_KEY)


def json_text(held: object) -> str:
    """An answer as JSON, in the order in which it was put together."""
    return json.dumps(held, ensure_ascii=False)


def check_query(operation: Operation) -> dict[str, str]:
    """The query's parameters. A 422 `Problem` for one that is not described or is given twice: a
    misspelt cursor would otherwise read the first page for ever."""
    faults = [
        Fault(f"/{name[:60]}", "is not a parameter of this call" if name not in operation.query
              else "is given twice")
        for name, values in request.args.lists()
        if name not in operation.query or len(values) > 1
    ]  # fmt: skip
    if faults:
        raise Problem(WRONG_SHAPE, "The query is not as described.", faults=tuple(faults))
    return request.args.to_dict()


def check(shape: Shape, value: object, at: str = "") -> None:
    """Refuse (422) what does not have the shape, naming the first faults."""
    faults = tuple(islice(shape.faults(value, at), MOST_FAULTS))
    if faults:
        raise Problem(WRONG_SHAPE, faults=faults)


def called(operation: Operation) -> tuple[OneCall, Any]:
    """A call with a body, checked: its name, and what the body says.

    In this order: 415 for another kind of body, 400 without an Idempotency-Key, 413 for too many
    bytes, 400 for what is not strict JSON, 422 for another shape.
    """
    if request.mimetype != "application/json" or request.content_encoding:
        raise Problem(BY_STATUS[415], "Send it as Content-Type: application/json, not compressed.")
    key = request.headers.get("Idempotency-Key", "")
    if not _CALL_KEY.fullmatch(key):
        detail = "Give the call a name of its own: 1 to 128 visible ASCII characters."
        raise Problem(CALL_KEY_MISSING, detail)
    check_query(operation)
    body = _body(operation.most_bytes)
    said = strict_json(body)
    if operation.body is not None:
        check(operation.body, said)
    with reading() as session:
        client = client_of(session, current_actor())
    whole = f"{request.method} {request.path}\n".encode() + body
    return OneCall(client.id, key, digest(whole), now()), said


def _body(most_bytes: int) -> bytes:
    # A body that comes in chunks is cut at the limit without a word: one byte more shows it.
    request.max_content_length = most_bytes + 1
    body = request.get_data(cache=False)
    if len(body) > most_bytes:
        raise Problem(BY_STATUS[413], f"At most {most_bytes:,} bytes.")
    return body


def answer_once(call: OneCall, deed: Callable[[Session], Answer]) -> Response:
    """Do the deed in one transaction, once for all calls of this name, and answer."""
    try:
        with writing() as session:
            answer, is_repeat = answered_once(session, call, deed)
    except (Refused, NotFound, Problem) as refusal:
        with writing() as session:
            answer, is_repeat = keep_refusal(session, call, _told(refusal))
    mimetype = MIMETYPE if answer.status >= 400 else "application/json"
    response = current_app.response_class(answer.text, answer.status, mimetype=mimetype)
    if is_repeat:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _told(refusal: PortalError) -> Answer:
    if isinstance(refusal, Problem):
        text = problem_text(refusal.kind, refusal.message, refusal.faults)
        return Answer(refusal.kind.status, text)
    kind = kind_of(number_of(refusal))
    return Answer(kind.status, problem_text(kind, refusal.message))
