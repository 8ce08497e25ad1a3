"""Every call of the machine feed, described once: the views check calls against this, and the
OpenAPI document and docs/feed.md are drawn from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.actors import Scope
from portal.feed.answers import (
    MATTER_CLOSED,
    MATTER_HOLDS,
    MATTER_OPENED,
    PRESERVATIONS,
    RESULTS,
)
from portal.feed.problems import (
    CALL_KEY_MISSING,
    KEY_REUSED,
    NOT_STRICT_JSON,
    UNKNOWN_RECORDINGS,
    WRONG_SHAPE,
)
from portal.feed.shapes import Elsewhere, ListOf, Members, OneOf, Schema, Shape, Text, Written
from portal.holds.policy import HoldKind, Level
from portal.recordings.lines import LONGEST
from portal.web.problems import BY_STATUS, KEY_NEEDED, SCOPE_NEEDED, Kind

PREFIX = "/api/v1"
MOST_RECORDINGS = 500
MOST_HELD = 1_000
MOST_SEGMENTS = 100
MOST_PAGE = 1_000
USUAL_PAGE = 500

_REFERENCE = Text(80, "The matter's reference. No other matter has it.")
SOURCE_ID = Text(
    LONGEST["id"], "One recording, by the `id` it has at its source. Not with the other two."
)
_ANY_KEY_PROBLEM = (KEY_NEEDED, SCOPE_NEEDED, BY_STATUS[429], BY_STATUS[500], BY_STATUS[503])
_ANY_BODY_PROBLEM = (
    *(NOT_STRICT_JSON, CALL_KEY_MISSING, BY_STATUS[413], BY_STATUS[415]),
    *(WRONG_SHAPE, KEY_REUSED),
)


@dataclass(frozen=True)
class Operation:
    """One call: what it takes, what it answers, and every problem it can have."""

    name: str
    method: str
    path: str
    scope: Scope
    summary: str
    about: str
    status: int
    answer: str
    problems: tuple[Kind, ...]
    body: Shape | None = None
    most_bytes: int = 0
    example: Any = None
    places: Mapping[str, Shape] = field(default_factory=dict)
    query: Mapping[str, Schema] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The whole path, as the document writes it."""
        return f"{PREFIX}{self.path}"


TAKE_RECORDINGS = Operation(
    name="takeRecordings",
    method="post",
    path="/recordings",
    scope=Scope.RECORDINGS_WRITE,
    summary="Add recordings to the catalogue, or correct them",
    about=(
        "One batch, one transaction. Each recording has the members of a line of the import "
        "format and is known by its `id`: the same again changes nothing, a changed one updates, "
        "and one that was deleted here stays deleted and counts as `same`. A bad recording is "
        "`rejected` with its reason and the others are taken in. A recording that names an open "
        "`matter` is held for it at once. Of two with the same `id`, the later one counts."
    ),
    status=200,
    answer=RESULTS,
    problems=(*_ANY_BODY_PROBLEM, *_ANY_KEY_PROBLEM),
    body=Members(
        {
            "recordings": ListOf(
                Elsewhere("#/components/schemas/Recording"),
                least=1,
                most=MOST_RECORDINGS,
                about="The recordings, in the order in which they are taken in.",
            )
        }
    ),
    most_bytes=8 * 1024 * 1024,
    example={
        "recordings": [
            {
                "id": "MPS-2026-11-01-0042",
                "camera": "BWC-00917",
                "officer": "L1234",
                "started_at": "2026-11-01T20:10:00Z",
                "ended_at": "2026-11-01T20:24:30Z",
                "area": "Lambeth",
                "track": [
                    ["2026-11-01T20:10:00Z", 51.4623, -0.1145, 6.0],
                    ["2026-11-01T20:12:00Z", 51.46301, -0.11322, 6.0],
                ],
                "category": "non_evidential",
                "matter": None,
                "incident": "CAD 5512/01NOV26",
                "media": "2026/11/01/0042.mp4",
                "sha256": None,
            }
        ]
    },
)

_LEVEL = OneOf(
    Level,
    {level: level.label for level in Level},
    "What the applicant may be told, chosen by a person",
)
_REASON = Text(4_000, "Why the recordings are held (DPA 2018 s.45(7)). Kept for ever.")


def _held(*, least: int) -> ListOf:
    return ListOf(
        Text(LONGEST["id"], "A recording's `id`."),
        least=least,
        most=MOST_HELD,
        about="The recordings to hold, by the `id` they have at their source.",
        is_each_once=True,
    )


OPEN_MATTER = Operation(
    name="openMatter",
    method="post",
    path="/matters",
    scope=Scope.MATTERS_WRITE,
    summary="Open a matter and hold its recordings",
    about=(
        "All or nothing: when one of the recordings is not known or has been deleted, the answer "
        "names each such recording and nothing is done. A held recording can be neither released "
        "nor deleted until every matter that holds it is closed. Further recordings are added to "
        "an open matter by naming it in their `matter`."
    ),
    status=201,
    answer=MATTER_OPENED,
    problems=(*_ANY_BODY_PROBLEM, UNKNOWN_RECORDINGS, BY_STATUS[409], *_ANY_KEY_PROBLEM),
    body=Members(
        {
            "reference": _REFERENCE,
            "kind": OneOf(HoldKind, {kind: kind.label for kind in HoldKind}, "What it is"),
            "level": _LEVEL,
            "reason": _REASON,
            "recordings": _held(least=0),
        }
    ),
    most_bytes=512 * 1024,
    example={
        "reference": "OP-HERON-0417",
        "kind": "H1",
        "level": "L2",
        "reason": "Evidence of an assault.",
        "recordings": ["MPS-2026-11-01-0042"],
    },
)

_TIME = r"(?:[0-9]{1,2}:[0-5]?[0-9]|[0-9]{1,2}):[0-5][0-9]"
HOLD_RECORDINGS = Operation(
    name="holdRecordings",
    method="post",
    path="/matters/{reference}/holds",
    scope=Scope.MATTERS_WRITE,
    summary="Hold more recordings for an open matter, or change what may be told of them",
    about=(
        "All or nothing. A recording that the matter does not hold is held from now on. Of one "
        "that it holds already, as much may be told from now on as `level` says, more or less; "
        "`reason` is kept with it, and the parts it is about stay. A decision that is on its way "
        "is stopped by either, and made again. A `/` in the reference is sent as `%2F`."
    ),
    status=200,
    answer=MATTER_HOLDS,
    problems=(
        *_ANY_BODY_PROBLEM,
        UNKNOWN_RECORDINGS,
        *(BY_STATUS[404], BY_STATUS[409]),
        *_ANY_KEY_PROBLEM,
    ),
    body=Members(
        {
            "level": _LEVEL,
            "reason": _REASON,
            "recordings": _held(least=1),
            "segments": ListOf(
                Written(f"{_TIME}-{_TIME}", "0:30-2:05", "A part, like `0:30-2:05`."),
                least=0,
                most=MOST_SEGMENTS,
                about="The parts of the one recording that a new hold is about, from its start. "
                "None is the whole. A hold on a part bars all of the recording.",
            ),
        }
    ),
    most_bytes=512 * 1024,
    example={
        "level": "L3",
        "reason": "A witness is at risk.",
        "recordings": ["HELD"],
        "segments": [],
    },
    places={"reference": _REFERENCE},
)

CLOSE_MATTER = Operation(
    name="closeMatter",
    method="post",
    path="/matters/{reference}/close",
    scope=Scope.MATTERS_WRITE,
    summary="Close a matter and end its holds",
    about=(
        "A matter closes once. Its holds end with it, and each request that waited for one of "
        "them opens again by itself. A `/` in the reference is sent as `%2F`."
    ),
    status=200,
    answer=MATTER_CLOSED,
    problems=(*_ANY_BODY_PROBLEM, BY_STATUS[404], BY_STATUS[409], *_ANY_KEY_PROBLEM),
    body=Members({"why": Text(4_000, "How the matter ended.")}),
    most_bytes=64 * 1024,
    example={"why": "Charged and convicted."},
    places={"reference": _REFERENCE},
)

PRESERVED = Operation(
    name="listPreservations",
    method="get",
    path="/preservations",
    scope=Scope.PRESERVATIONS_READ,
    summary="List the recordings that must not be deleted at their source",
    about=(
        "Every recording that a hold or a request keeps, a page at a time; `next` is the cursor "
        "of the next page, and null on the last. Read the whole list, from the start, shortly "
        "before each deletion, and delete nothing that is in it, nor anything when a page could "
        "not be read: what begins to be kept while the pages are read may be in none of them "
        "until the next reading. While a request is still being searched for, because it is new or "
        "because recordings were taken in, the answer is 503: the list could lack what that "
        "request keeps. The list says nothing about "
        "who asked, which matter holds a recording, or what may be told about it. With `id`, the "
        "list is of that one recording: it is in it or the list is empty, and 404 says that we do "
        "not have the recording, so that nobody can know whether it is asked for: add it first."
    ),
    status=200,
    answer=PRESERVATIONS,
    problems=(WRONG_SHAPE, BY_STATUS[404], *_ANY_KEY_PROBLEM),
    query={
        "id": SOURCE_ID.schema(),
        "cursor": {
            "type": "string",
            "pattern": "^p[0-9a-f]{1,15}$",
            "description": "The `next` of the page before. Left out for the first page.",
        },
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_PAGE,
            "default": USUAL_PAGE,
            "description": "How many recordings a page has at most.",
        },
    },
)

OPERATIONS = (TAKE_RECORDINGS, OPEN_MATTER, HOLD_RECORDINGS, CLOSE_MATTER, PRESERVED)
