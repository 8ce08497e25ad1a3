"""Draw docs/feed.md from the same description that the feed checks its calls against."""

import json
from collections.abc import Iterator

from portal.feed.commands.once import KEPT_FOR
from portal.feed.operations import OPERATIONS, Operation
from portal.feed.shapes import Members
from portal.web.limits import MACHINE_CALLS, WRONG_MACHINE_KEYS
from portal.web.problems import Kind

_INTRODUCTION = f"""\
# The machine feed

Drawn by `make docs` from `portal/feed/operations.py`; a test holds this page to it. The same \
description is served at `/api/v1/openapi.json` (a copy: [openapi.json](openapi.json)), and a test \
drives every call and every problem on this page and checks the answers against it.

The door for the force's other systems: the evidence system adds recordings, opens and closes \
matters, and asks what it must not delete. The deeds are the same commands that the office and the \
command line use, and each is in the book under the id of the key.

## Keys

    portal clients add "Evidence system" --scope recordings:write --scope preservations:read
    portal clients list
    portal clients end ID

`add` prints `ID.SECRET` once; only the SHA-256 of the secret is kept. Send it in each call:

    Authorization: Bearer ID.SECRET

To change a key, add a new one, let the system use it, and end the old one: an ended key is \
refused from the next call on. No cookie opens the feed, and no key opens the office.

At most {MACHINE_CALLS.most} calls a minute for each key; more get 429 with `Retry-After`. \
{WRONG_MACHINE_KEYS.most} wrong keys an hour from one address get 401, and further ones 429; a \
right key from the same address still enters.

## Bodies

`Content-Type: application/json`, UTF-8, not compressed, and strict: a key given twice, `NaN`, a \
number too large to be finite, or anything nested more than 16 deep is refused, and so is every \
member and every query parameter that is not described, because a misspelt one would be a fact \
quietly lost.

## A call is done once

Every POST names itself with an `Idempotency-Key`: 1 to 128 visible ASCII characters of the \
caller's choosing, a UUID for example. When no answer came, send the same call with the same key \
again: within {int(KEPT_FOR.total_seconds() // 3600)} hours the deed is not done again and the \
answer is the same, with the header `Idempotency-Replayed: true`. That holds for refusals too \
(404, 409 and `unknown-recordings`): a call that was refused stays refused under its key, and is \
tried anew under another. Of two that arrive at the same moment one does the deed and both get its \
answer. The same key with another body, or at another address, gets 422. What was refused before \
it reached the deed (400, 401, 403, 413, 415, `wrong-shape`, 429) or failed on our side (500, 503) \
is not remembered.
"""


def feed_page() -> str:
    """The whole page."""
    return "\n".join(
        [
            _INTRODUCTION,
            *(line for operation in OPERATIONS for line in _section(operation)),
            "## Problems",
            "",
            "Every failure under `/api` is `application/problem+json` (RFC 9457), and never a "
            "page. Go by `type`, which never changes; `detail` and `errors` are for people. "
            "`errors` says what is wrong where.",
            "",
            "```json",
            json.dumps(_example(), indent=2),
            "```",
            "",
            "| `type` | Status | Title |",
            "|---|---|---|",
            *(f"| `{kind.type}` | {kind.status} | {kind.title} |" for kind in _kinds()),
            "",
            "An address that is not described gets `not-found`, another method than described "
            "`method-not-allowed`, whether or not a key was sent.",
            "",
        ]
    )


def _section(operation: Operation) -> Iterator[str]:
    yield from (f"## {operation.method.upper()} {operation.address}", "")
    yield from (f"{operation.summary}. Scope `{operation.scope.value}`.", "")
    yield from (operation.about, "")
    if operation.body is not None:
        yield from (f"At most {operation.most_bytes:,} bytes.", "")
        yield from ("```json", json.dumps(operation.example, ensure_ascii=False), "```", "")
        yield from _members(operation.body)
    if operation.query:
        yield from ("| Query | |", "|---|---|")
        yield from (
            f"| `{name}` | {said['description']} |" for name, said in operation.query.items()
        )
        yield ""
    yield from (f"Answers {operation.status} with `{operation.answer}`, or:", "")
    yield from (f"- {kind.status} `{kind.name}`" for kind in _in_order(operation.problems))
    yield ""


def _members(body: object) -> Iterator[str]:
    if isinstance(body, Members):
        yield from ("| Member | |", "|---|---|")
        for name, shape in body.parts.items():
            yield f"| `{name}` | {shape.schema()['description']}{_bounds(shape.schema())} |"
        yield ""


def _bounds(schema: dict[str, object]) -> str:
    if "maxItems" in schema:
        return f" {schema['minItems']:,} to {schema['maxItems']:,}."
    return f" At most {schema['maxLength']:,} characters." if "maxLength" in schema else ""


def _in_order(kinds: tuple[Kind, ...]) -> list[Kind]:
    return sorted(kinds, key=lambda kind: (kind.status, kind.name))


def _kinds() -> list[Kind]:
    return _in_order(tuple({kind for operation in OPERATIONS for kind in operation.problems}))


def _example() -> dict[str, object]:
    return {
        "type": "urn:x-footage-portal:unknown-recordings",
        "title": "Some of these recordings cannot be held. Nothing was done.",
        "status": 422,
        "errors": [{"pointer": "#/recordings/3", "detail": "we have no such recording"}],
    }
