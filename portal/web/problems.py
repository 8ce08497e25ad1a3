"""What a machine is told when something goes wrong: RFC 9457, `application/problem+json`.

Under `/api` every failure is one of these, and never a page. Knows nothing of the web framework,
so that commands may refuse in these words too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.errors import PortalError

MIMETYPE = "application/problem+json"
# Everything under this address is for machines.
MACHINES = "/api"
# When to come back after 503, in seconds.
SOON = 60


@dataclass(frozen=True)
class Kind:
    """A kind of problem. `name` is the last part of its `type`, and never changes."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The problem's `type`: an identifier, with nothing to be fetched behind it."""
        return f"urn:x-footage-portal:{self.name}"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a body. `pointer` says where (RFC 6901)."""

    pointer: str
    detail: str


KEY_NEEDED = Kind("key-needed", 401, "A valid key is needed.")
SCOPE_NEEDED = Kind("scope-needed", 403, "This key is not for that.")
BAD_REQUEST = Kind("bad-request", 400, "This call cannot be understood.")
OUR_FAULT = Kind("our-fault", 500, "Something went wrong on our side.")
BY_STATUS: Mapping[int, Kind] = {
    400: BAD_REQUEST,
    401: KEY_NEEDED,
    403: SCOPE_NEEDED,
    404: Kind("not-found", 404, "There is nothing here."),
    405: Kind("method-not-allowed", 405, "This address does not take that method."),
    409: Kind("refused", 409, "A rule says no."),
    410: Kind("gone", 410, "This has ended."),
    413: Kind("too-large", 413, "The body is too large."),
    415: Kind("not-json", 415, "The body must be JSON."),
    429: Kind("too-many", 429, "Too many calls."),
    500: OUR_FAULT,
    503: Kind("not-now", 503, "This cannot be answered at the moment."),
}


class Problem(PortalError):
    """A refusal of one kind, with what is wrong where, and headers that belong to it."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        faults: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.faults = faults
        self.headers = dict(headers or {})


def kind_of(status: int) -> Kind:
    """The general kind for a status; one that has none is called what it is nearest to."""
    return BY_STATUS.get(status) or (OUR_FAULT if status >= 500 else BAD_REQUEST)


def problem_text(kind: Kind, detail: str = "", faults: tuple[Fault, ...] = ()) -> str:
    """The document itself, as JSON."""
    told: dict[str, Any] = {"type": kind.type, "title": kind.title, "status": kind.status}
    if detail:
        told["detail"] = detail
    if faults:
        told["errors"] = [
            {"pointer": f"#{fault.pointer}", "detail": fault.detail} for fault in faults
        ]
    return json.dumps(told, ensure_ascii=False)
