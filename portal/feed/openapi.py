"""The OpenAPI document (3.1), drawn from the operations and never written by hand."""

import json
from typing import Any

from portal.feed.answers import PROBLEM, SCHEMAS
from portal.feed.operations import OPERATIONS, PREFIX, Operation
from portal.feed.shapes import Schema
from portal.web.problems import MIMETYPE, Kind

VERSION = "1.0.0"
DOCUMENT_PATH = "/openapi.json"
CALL_KEY = r"^[\x21-\x7e]{1,128}$"

_ABOUT = (
    "The door for the force's other systems. Every call but the one for this document needs a key "
    "with the right scope. Every failure is `application/problem+json` (RFC 9457), whose `type` "
    "never changes and whose words may. See docs/feed.md."
)
_BY_STATUS_HEADERS = {
    401: {"WWW-Authenticate": "How to show a key (RFC 6750)."},
    403: {"WWW-Authenticate": "Which scope is needed (RFC 6750)."},
    429: {"Retry-After": "In how many seconds to come back."},
    503: {"Retry-After": "In how many seconds to come back."},
}


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {operation.address: _item(operation) for operation in OPERATIONS}
    paths[f"{PREFIX}{DOCUMENT_PATH}"] = {"get": _itself()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Footage request portal: the machine feed",
            "version": VERSION,
            "description": _ABOUT,
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "ID.SECRET",
                    "description": "A key made by `portal clients add`.",
                }
            },
        },
    }


def document_text() -> str:
    """The document as a file, the same whenever it is drawn."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _item(operation: Operation) -> dict[str, Any]:
    return {operation.method: _described(operation)}


def _described(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"{operation.about}\n\nScope: `{operation.scope.value}`.",
        "security": [{"key": [operation.scope.value]}],
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        schema = operation.body.schema()
        media = {"schema": schema, "example": operation.example}
        told["requestBody"] = {
            "required": True,
            "description": f"At most {operation.most_bytes:,} bytes.",
            "content": {"application/json": media},
        }
    return told


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        _parameter(name, "path", shape.schema(), is_required=True)
        for name, shape in operation.places.items()
    ]
    found += [_parameter(name, "query", schema) for name, schema in operation.query.items()]
    if operation.body is not None:
        schema = {"type": "string", "pattern": CALL_KEY, "description": _CALL_KEY_ABOUT}
        found.append(_parameter("Idempotency-Key", "header", schema, is_required=True))
    return found


_CALL_KEY_ABOUT = (
    "A name of the caller's own for this one call, 1 to 128 visible ASCII characters. Sent again "
    "within 24 hours with the same body, the call is not done again and gets the same answer."
)


def _parameter(
    name: str, where: str, schema: Schema, *, is_required: bool = False
) -> dict[str, Any]:
    bare = {key: value for key, value in schema.items() if key != "description"}
    return {
        "name": name,
        "in": where,
        "required": is_required,
        "description": schema.get("description", ""),
        "schema": bare,
    }


def _responses(operation: Operation) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{operation.answer}"}
    good: dict[str, Any] = {
        "description": operation.summary + ": done.",
        "content": {"application/json": {"schema": reference}},
    }
    if operation.body is not None:
        words = "`true` where the call had been answered before."
        good["headers"] = {"Idempotency-Replayed": _header(words)}
    by_status: dict[int, list[Kind]] = {}
    for kind in sorted(operation.problems, key=lambda kind: kind.status):
        by_status.setdefault(kind.status, []).append(kind)
    problems = {str(status): _problems(status, kinds) for status, kinds in by_status.items()}
    return {str(operation.status): good} | problems


def _problems(status: int, kinds: list[Kind]) -> dict[str, Any]:
    types = {
        "type": "object",
        "properties": {
            "type": {"enum": [kind.type for kind in kinds]},
            "status": {"const": status},
        },
    }
    schema: Schema = {"allOf": [{"$ref": f"#/components/schemas/{PROBLEM}"}, types]}
    told: dict[str, Any] = {
        "description": " ".join(f"`{kind.name}`: {kind.title}" for kind in kinds),
        "content": {MIMETYPE: {"schema": schema}},
    }
    headers = _BY_STATUS_HEADERS.get(status, {})
    if headers:
        told["headers"] = {name: _header(words) for name, words in headers.items()}
    return told


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}


def _itself() -> dict[str, Any]:
    return {
        "operationId": "describe",
        "summary": "This document",
        "description": "Open to everybody: it holds no secret.",
        "security": [],
        "responses": {
            "200": {
                "description": "This document.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }
