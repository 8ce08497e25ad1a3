"""One table from kinds of failure to pages. Every page is friendly and loses nothing typed; where
machines call, every failure is a problem document instead."""

import logging
from collections.abc import Callable

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from portal.errors import Gone, NotAllowed, NotFound, PortalError, Refused, TooMany, Upstream
from portal.house import House
from portal.outages import UNANSWERED, is_away, is_no_room, kind_of_fault
from portal.sealing import Damaged
from portal.storage.door import CANNOT_STORE, Missing
from portal.web.guards import SignInFirst
from portal.web.problems import (
    MACHINES,
    MIMETYPE,
    SOON,
    Fault,
    Kind,
    Problem,
    kind_of,
    problem_text,
)
from portal.web.session import house

NUMBERS: dict[type[PortalError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Refused: 409,
    Gone: 410,
    TooMany: 429,
    Upstream: 503,
}
PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 429, 500, 503})

log = logging.getLogger("portal.web")


def number_of(error: PortalError) -> int:
    """The status of a foreseen failure; a kind below another takes its parent's, and one that
    nobody put in the table (a damaged file) is our fault."""
    return next((number for kind, number in NUMBERS.items() if isinstance(error, kind)), 500)


def error_page(number: int, message: str = "") -> Response:
    """The page for a status, with a message in plain words where there is one."""
    if is_for_machines():
        return problem_answer(kind_of(number), message)
    shown = number if number in PAGES else 500 if number >= 500 else 400
    return make_response(render_template(f"errors/{shown}.html", message=message), number)


def is_for_machines() -> bool:
    """Whether a machine is calling: by the address, which no header can change."""
    return request.path == MACHINES or request.path.startswith(f"{MACHINES}/")


def problem_answer(kind: Kind, detail: str = "", faults: tuple[Fault, ...] = ()) -> Response:
    """A problem document as the answer to a machine."""
    response = make_response(problem_text(kind, detail, faults), kind.status)
    response.mimetype = MIMETYPE
    if kind.status == 503:
        response.headers["Retry-After"] = str(SOON)
    return response


def install(app: Flask, look_at: Callable[[House, str], None]) -> None:
    """Register the table. `look_at` is told the key of a sealed file that was damaged, so that
    people hear of it and not only whoever wanted it; also by who finds it out after the answer
    has begun (`app.extensions["look_at"]`)."""
    app.extensions["look_at"] = look_at

    @app.before_request
    def send_no_machine_elsewhere() -> None:
        # A redirect is a page, and a machine that follows it may drop its key or its body.
        if is_for_machines() and isinstance(request.routing_exception, RequestRedirect):
            raise NotFound()

    app.register_error_handler(Problem, _problem)
    app.register_error_handler(SignInFirst, _to_sign_in)

    @app.errorhandler(Damaged)
    def tell_of_damage(error: Damaged) -> Response:
        if error.key is not None:
            look_at(house(), error.key)
        return _unforeseen(error)

    app.register_error_handler(Missing, _unforeseen)
    app.register_error_handler(PortalError, _foreseen)
    app.register_error_handler(CSRFError, _stale_form)
    for unanswered in UNANSWERED:
        app.register_error_handler(unanswered, _database_down)
    app.register_error_handler(OSError, _no_room)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _to_sign_in(_error: SignInFirst) -> AnyResponse:
    wanted = request.path if request.method == "GET" else None
    return redirect(url_for("office.sign_in.enter", next=wanted), 303)


def _problem(error: Problem) -> Response:
    response = problem_answer(error.kind, error.message, error.faults)
    response.headers.update(error.headers)
    return response


def _foreseen(error: PortalError) -> Response:
    if number_of(error) == 500:
        return _unforeseen(error)
    # "Not found" and "not yours" must read the same: the page's own words, never the error's.
    message = "" if isinstance(error, NotFound) else error.message
    response = error_page(number_of(error), message)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _stale_form(_error: CSRFError) -> Response:
    return error_page(400, "This page was open for too long. Go back, and send it again.")


def _database_down(error: Exception) -> Response:
    if not is_away(error):
        return _unforeseen(error)
    log.error("database did not answer", extra={"kind": kind_of_fault(error)})
    return error_page(503)


def _no_room(error: OSError) -> Response:
    """What is sent is laid on a disk while it comes in: that one may be full too."""
    if not is_no_room(error):
        return _unforeseen(error)
    log.error("no room on a disk", extra={"kind": type(error).__name__})
    return error_page(503, CANNOT_STORE)


def _http(error: HTTPException) -> Response:
    response = error_page(error.code or 500)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "Content-Range"):
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    # The trace names code, never values: exception texts can carry what somebody typed.
    trace = []
    step = error.__traceback__
    while step is not None:
        trace.append(f"{step.tb_frame.f_code.co_filename}:{step.tb_lineno}")
        step = step.tb_next
    log.error("unforeseen failure", extra={"kind": type(error).__name__, "trace": trace[-12:]})
    return error_page(500)
