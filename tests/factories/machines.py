"""Another system of the force, with its key, calling the machine feed."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.actors import COMMAND_LINE, Scope
from portal.feed.commands import add_client
from portal.house import House
from portal.ids import new_id

V1 = "/api/v1"


@dataclass
class Machine:
    """A system that calls, each time under a fresh Idempotency-Key unless one is given."""

    client: FlaskClient
    key_id: str
    key: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET an address of the feed."""
        return self.client.get(f"{V1}{path}", headers=self._headers(headers))

    def post(
        self, path: str, body: object = None, *, raw: bytes | None = None, **headers: str
    ) -> TestResponse:
        """POST a body as JSON, or raw bytes. Underscores in the names of headers become dashes."""
        sent = {"Content-Type": "application/json", "Idempotency-Key": str(new_id())}
        data = json.dumps(body).encode() if raw is None else raw
        given = {**sent, **self._headers(headers)}
        return self.client.post(f"{V1}{path}", data=data, headers=given)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.key}", **self.headers, **named}


def machine(app: Flask, house: House, *scopes: Scope, name: str = "Evidence system") -> Machine:
    """A system with a key of these scopes; of all of them when none is named."""
    with house.db.writing() as session:
        made = add_client(
            session, name=name, scopes=scopes or Scope, by=COMMAND_LINE, at=house.now()
        )
    return Machine(app.test_client(), made.key.key_id, str(made.key))


def recording(source_id: str = "REC-1", **given: Any) -> dict[str, Any]:
    """A recording as a machine sends it."""
    return {
        "id": source_id,
        "camera": "BWC-1",
        "officer": "L1234",
        "started_at": "2026-11-01T20:10:00Z",
        "ended_at": "2026-11-01T20:24:30Z",
        "area": "Lambeth",
        "track": [
            ["2026-11-01T20:10:00Z", 51.4623, -0.1145, 6.0],
            ["2026-11-01T20:12:00Z", 51.46301, -0.11322, None],
        ],
        "category": "non_evidential",
        "matter": None,
        "incident": None,
        "media": None,
        "sha256": None,
        **given,
    }


def batch(*recordings: object) -> dict[str, list[object]]:
    """The body of a call that adds recordings."""
    return {"recordings": list(recordings)}


def matter(reference: str = "OP-1", *recordings: str, **given: Any) -> dict[str, Any]:
    """The body of a call that opens a matter."""
    return {
        "reference": reference,
        "kind": "H1",
        "level": "L2",
        "reason": "Evidence of an assault.",
        "recordings": list(recordings),
        **given,
    }
