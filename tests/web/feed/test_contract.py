"""The OpenAPI document and the feed say the same: every call and every problem that the document
has is made to happen, and what comes back is checked against the document's own schemas."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from portal.actors import Scope
from portal.feed.openapi import DOCUMENT_PATH, document
from portal.feed.operations import OPERATIONS, PREFIX, Operation
from portal.house import House
from portal.ids import digest
from portal.web.limits import MACHINE_CALLS
from portal.web.models import Attempt
from portal.worker import Worker
from tests.factories.machines import Machine, batch, machine, matter, recording

MORE = {"level": "L1", "reason": "Charged.", "recordings": ["HELD"], "segments": []}


@dataclass
class Rig:
    """The feed over a fresh house, a system with every scope, and the call that is made."""

    app: Flask
    house: House
    system: Machine
    operation: Operation
    break_it: Callable[[str, Exception], None]

    @property
    def path(self) -> str:
        return self.operation.path.replace("{reference}", "OP-1")

    @property
    def body(self) -> dict[str, Any]:
        return {
            "takeRecordings": batch(recording("A"), recording("B"), {"id": "C"}, 7),
            "openMatter": matter("OP-2", "HELD"),
            "holdRecordings": MORE,
            "closeMatter": {"why": "It ended."},
        }[self.operation.name]

    def call(self, **headers: str) -> TestResponse:
        if self.operation.method == "get":
            return self.system.get(self.path, **headers)
        return self.system.post(self.path, self.body, raw=None, **headers)

    def raw(self, body: bytes, **headers: str) -> TestResponse:
        return self.system.post(self.path, raw=body, **headers)


@pytest.fixture
def rig(app: Flask, sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rig]:
    def make(operation: Operation) -> Rig:
        system = machine(app, sqlite_house)
        system.post("/recordings", batch(recording("HELD")))
        system.post("/matters", matter("OP-1", "HELD"))
        # Until what was taken in is searched for, the list of what is kept is not given.
        Worker(sqlite_house).pay_all()

        def break_it(place: str, error: Exception) -> None:
            def fails(*_args: object, **_given: object) -> None:
                raise error

            monkeypatch.setattr(place, fails)

        return Rig(app, sqlite_house, system, operation, break_it)

    return make


# How each problem is made to happen. The keys are the names in the document.


def wrong_key(rig: Rig) -> TestResponse:
    return rig.call(Authorization="Bearer nothing")


def other_scope(rig: Rig) -> TestResponse:
    others = [scope for scope in Scope if scope is not rig.operation.scope]
    rig.system = machine(rig.app, rig.house, *others)
    return rig.call()


def too_many(rig: Rig) -> TestResponse:
    key = digest(f"{MACHINE_CALLS.name}:{rig.system.key_id}")
    with rig.house.db.writing() as session:
        at = rig.house.now()
        session.add_all(Attempt(key=key, at=at) for _ in range(MACHINE_CALLS.most))
    return rig.call()


DEEDS = {
    "takeRecordings": "portal.feed.views.calls.take_in_recordings",
    "openMatter": "portal.feed.views.calls.open_with_holds",
    "holdRecordings": "portal.feed.views.calls.hold_more",
    "closeMatter": "portal.feed.views.calls.close_matter",
    "listPreservations": "portal.feed.views.calls.kept",
}


def our_fault(rig: Rig) -> TestResponse:
    rig.break_it(DEEDS[rig.operation.name], RuntimeError("a canary that nobody may read"))
    told = rig.call()
    assert "canary" not in told.text
    return told


def not_now(rig: Rig) -> TestResponse:
    error = OperationalError("SELECT canary", {}, Exception("the database is away"))
    rig.break_it(DEEDS[rig.operation.name], error)
    told = rig.call()
    assert "canary" not in told.text
    return told


def used_for_another(rig: Rig) -> TestResponse:
    assert rig.call(Idempotency_Key="once").status_code < 300
    return rig.raw(json.dumps(rig.body).encode() + b" ", Idempotency_Key="once")


def refused(rig: Rig) -> TestResponse:
    assert rig.call().status_code < 300
    if rig.operation.name == "holdRecordings":
        rig.system.post("/matters/OP-1/close", {"why": "It ended."})
    return rig.call()


def nothing_there(rig: Rig) -> TestResponse:
    if rig.operation.method == "get":
        return rig.system.get(f"{rig.path}?id=NONE")
    return rig.system.post(rig.path.replace("OP-1", "OP-NONE"), rig.body)


def unknown_recording(rig: Rig) -> TestResponse:
    return rig.system.post(rig.path, {**rig.body, "recordings": ["HELD", "NONE"]})


def wrong_shape(rig: Rig) -> TestResponse:
    if rig.operation.method == "get":
        return rig.system.get(f"{rig.path}?cursor=nothing")
    return rig.system.post(rig.path, {"misspelt": 1})


CAUSES: dict[str, Callable[[Rig], TestResponse]] = {
    "key-needed": wrong_key,
    "scope-needed": other_scope,
    "too-many": too_many,
    "our-fault": our_fault,
    "not-now": not_now,
    "malformed-json": lambda rig: rig.raw(b'{"a": NaN}'),
    "idempotency-key-missing": lambda rig: rig.call(Idempotency_Key=""),
    "too-large": lambda rig: rig.raw(b" " * (rig.operation.most_bytes + 1)),
    "not-json": lambda rig: rig.call(Content_Type="text/plain"),
    "wrong-shape": wrong_shape,
    "idempotency-key-reused": used_for_another,
    "unknown-recordings": unknown_recording,
    "refused": refused,
    "not-found": nothing_there,
}
CASES = [
    pytest.param(operation, kind.name, id=f"{operation.name}-{kind.name}")
    for operation in OPERATIONS
    for kind in operation.problems
]


def described(operation: Operation, told: TestResponse) -> dict[str, Any]:
    """What the document says of an answer with this status."""
    responses = document()["paths"][operation.address][operation.method]["responses"]
    assert str(told.status_code) in responses, f"{told.status_code} is not described: {told.text}"
    found: dict[str, Any] = responses[str(told.status_code)]
    return found


def check_described(operation: Operation, told: TestResponse) -> None:
    """The media type, the body and the headers are those that the document has."""
    said = described(operation, told)
    (media, content), *others = said["content"].items()
    assert others == [] and told.mimetype == media
    validator_for(content["schema"]).validate(told.json)
    if told.status_code >= 400:
        for header in said.get("headers", {}):
            assert header in told.headers
    assert "Set-Cookie" not in told.headers


def validator_for(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator whose references are looked up in the document."""
    whole = {**schema, "components": document()["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def test_the_document_is_an_openapi_document() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_the_document_is_served_to_everybody(app: Flask) -> None:
    told = app.test_client().get(f"{PREFIX}{DOCUMENT_PATH}")
    assert told.status_code == 200 and told.mimetype == "application/json"
    assert told.json == document()
    assert "Set-Cookie" not in told.headers


def test_the_document_has_every_address_and_no_other(app: Flask) -> None:
    routes = {
        (rule.rule.replace("<path:", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    paths = document()["paths"]
    assert {(path, method) for path, item in paths.items() for method in item} == routes


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_good_call_is_answered_as_described(
    rig: Callable[..., Rig], operation: Operation
) -> None:
    told = rig(operation).call()
    assert told.status_code == operation.status
    check_described(operation, told)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_example_fits_its_own_description(operation: Operation) -> None:
    if operation.body is not None:
        validator_for(operation.body.schema()).validate(operation.example)
        assert list(operation.body.faults(operation.example)) == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_example_is_taken(rig: Callable[..., Rig], operation: Operation) -> None:
    made = rig(operation)
    if operation.name == "openMatter":
        made.system.post("/recordings", OPERATIONS[0].example)
    if operation.body is not None:
        told = made.system.post(made.path, operation.example)
        assert told.status_code == operation.status, told.text
        assert "rejected" not in str([r["outcome"] for r in (told.json or {}).get("results", [])])


@pytest.mark.parametrize(("operation", "name"), CASES)
def test_every_problem_happens_and_is_as_described(
    rig: Callable[..., Rig], operation: Operation, name: str
) -> None:
    told = CAUSES[name](rig(operation))
    check_described(operation, told)
    assert told.json is not None
    assert told.json["type"] == f"urn:x-footage-portal:{name}"
    assert told.json["status"] == told.status_code


def test_every_cause_belongs_to_a_described_problem() -> None:
    assert {kind.name for operation in OPERATIONS for kind in operation.problems} == set(CAUSES)


# What is described as wrong is wrong, and nothing else is: the check against the schema.

BODIES: list[object] = [
    *(None, True, 1, 1.5, "text", [], {}, [1], {"recordings": None}, {"why": None}),
    *({"why": ""}, {"why": " "}, {"why": "x"}, {"why": "x" * 4000}, {"why": "x" * 4001}),
    *({"why": "x", "more": 1}, {"why": 1}, {"why": ["x"]}),
    *({"recordings": []}, {"recordings": [{}] * 501}, {"recordings": {}}),
    matter("R"),
    matter("R", "A", "B"),
    matter("R", "A", "A"),
    matter("R", ""),
    matter("R" * 80),
    matter("R" * 81),
    matter("R", *(str(number) for number in range(1001))),
    matter("R", kind="H9"),
    matter("R", kind=None),
    matter("R", level="l2"),
    matter("R", level=["L2"]),
    matter("R", reason=None),
    matter("R", recordings="A"),
    {key: value for key, value in matter("R").items() if key != "level"},
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_check_and_the_schema_agree(operation: Operation) -> None:
    if operation.body is not None:
        validator = validator_for(operation.body.schema())
        agreed = 0
        for body in BODIES:
            assert validator.is_valid(body) == (list(operation.body.faults(body)) == []), body
            agreed += 1
        assert agreed > 30


def test_what_the_import_takes_fits_the_schema_of_a_recording() -> None:
    validator = validator_for(document()["components"]["schemas"]["Recording"])
    for good in (recording(), recording(track=[]), OPERATIONS[0].example["recordings"][0]):
        validator.validate(good)
    for bad in ({}, recording(""), recording("A", colour="red"), recording("A", category="x")):
        assert not validator.is_valid(bad)
