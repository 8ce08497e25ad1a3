"""Where the parts of a request's staff pages are, and whether there is one that may be opened."""

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

from portal.web.guards import Guard, current_actor, guard_of


def part_url(reference: str, part: str = "") -> str:
    """The address of a part of a request's pages, such as `decision`."""
    overview = url_for("office.requests.overview", reference=reference)
    return f"{overview}/{part}" if part else overview


def is_page(path: str) -> bool:
    """Whether there is a page at this address."""
    return _guard(path) is not None


def may_enter(path: str) -> bool:
    """Whether there is a page at this address that the signed-in handler may open."""
    guard = _guard(path)
    return guard is not None and (guard.is_public or current_actor().has(*guard.roles))


def _guard(path: str) -> Guard | None:
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    return guard_of(current_app, endpoint)
