"""What the calls answer, as JSON Schemas: the components of the OpenAPI document. Law."""

from portal.feed.outcomes import Keeping, Outcome
from portal.feed.shapes import Schema
from portal.recordings.kinds import Category
from portal.recordings.lines import LONGEST

RESULTS, MATTER_OPENED, MATTER_CLOSED = "Results", "MatterOpened", "MatterClosed"
MATTER_HOLDS = "MatterHolds"
PRESERVATIONS, PROBLEM, RECORDING = "Preservations", "Problem", "Recording"

_COUNT: Schema = {"type": "integer", "minimum": 0}
_INSTANT: Schema = {"type": "string", "format": "date-time"}


def _members(parts: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": parts,
        "required": [name for name in parts if name not in optional],
        "additionalProperties": False,
    }


def _text(longest: int, about: str, *, required: bool = False) -> Schema:
    return {
        "type": "string" if required else ["string", "null"],
        "maxLength": longest,
        "description": about,
    } | ({"minLength": 1} if required else {})


def _bounded(least: float, most: float) -> Schema:
    return {"type": "number", "minimum": least, "maximum": most}


_FIX: Schema = {
    "type": "array",
    "prefixItems": [
        _INSTANT,
        _bounded(-90, 90),
        _bounded(-180, 180),
        {"type": ["number", "null"], "minimum": 0, "maximum": 100_000},
    ],
    "items": False,
    "minItems": 3,
    "description": "[time, latitude, longitude] or [time, latitude, longitude, accuracy in metres]",
}

_RECORDING: Schema = _members(
    {
        "id": _text(LONGEST["id"], "The source's identifier.", required=True),
        "camera": _text(LONGEST["camera"], "The camera's identifier.", required=True),
        "officer": _text(LONGEST["officer"], "The wearer's shoulder number."),
        "started_at": _INSTANT,
        "ended_at": _INSTANT | {"description": "After the start, at most 24 hours later."},
        "area": _text(LONGEST["area"], "The borough, where the source knows it."),
        "track": {
            "type": "array",
            "items": _FIX,
            "description": "Where the camera was, WGS 84, in order; may be empty.",
        },
        "category": {
            "type": "string",
            "enum": [category.value for category in Category],
            "description": "Drives deletion.",
        },
        "matter": _text(LONGEST["matter"], "The open matter it is evidence in; becomes a hold."),
        "incident": _text(LONGEST["incident"], "A CAD or crime reference."),
        "media": _text(500, "The file's path inside the configured footage store."),
        "sha256": {
            "type": ["string", "null"],
            "pattern": "^[0-9a-fA-F]{64}$",
            "description": "SHA-256 of that file.",
        },
    },
    optional=("officer", "area", "track", "matter", "incident", "media", "sha256"),
)

_RESULT: Schema = _members(
    {
        "id": {
            "type": ["string", "null"],
            "description": "The recording's `id`; null where a rejected one has none to repeat.",
        },
        "outcome": {"type": "string", "enum": [outcome.value for outcome in Outcome]},
        "reason": {"type": "string", "description": "Why it was rejected."},
    },
    optional=("reason",),
)

_KEPT: Schema = _members(
    {
        "id": {"type": "string", "description": "The recording's `id` at its source."},
        "reasons": {
            "type": "array",
            "items": {"type": "string", "enum": [keeping.value for keeping in Keeping]},
            "minItems": 1,
            "uniqueItems": True,
            "description": "`held` for a matter, `preserved` for a request, or both.",
        },
    }
)

_FAULT: Schema = _members(
    {
        "pointer": {"type": "string", "description": "Where in the body (RFC 6901), as `#/…`."},
        "detail": {"type": "string"},
    }
)

SCHEMAS: dict[str, Schema] = {
    RECORDING: _RECORDING,
    RESULTS: _members(
        {
            **{outcome.value: _COUNT for outcome in Outcome},
            "results": {
                "type": "array",
                "items": _RESULT,
                "description": "One for each recording of the batch, in its order.",
            },
        }
    ),
    MATTER_OPENED: _members(
        {
            "reference": {"type": "string"},
            "kind": {"type": "string"},
            "opened_at": _INSTANT,
            "holds": _COUNT | {"description": "How many recordings it holds."},
        }
    ),
    MATTER_HOLDS: _members(
        {
            "reference": {"type": "string"},
            "placed": _COUNT | {"description": "How many holds are new."},
            "changed": _COUNT
            | {"description": "Of how many that were there something else may be told now."},
        }
    ),
    MATTER_CLOSED: _members(
        {
            "reference": {"type": "string"},
            "closed_at": _INSTANT,
            "holds_lifted": _COUNT | {"description": "How many holds ended."},
        }
    ),
    PRESERVATIONS: _members(
        {
            "preservations": {"type": "array", "items": _KEPT},
            "next": {
                "type": ["string", "null"],
                "description": "The cursor of the next page; null on the last.",
            },
        }
    ),
    PROBLEM: _members(
        {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": _FAULT, "minItems": 1},
        },
        optional=("detail", "errors"),
    ),
}
