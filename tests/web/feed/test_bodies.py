"""Bodies that are too large, of another kind, or not what they say they are."""

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.feed.operations import OPERATIONS, Operation
from portal.house import House
from tests.factories.machines import Machine, batch, machine, matter, recording

POSTS = [
    pytest.param(operation, id=operation.name)
    for operation in OPERATIONS
    if operation.body is not None
]


@pytest.fixture
def system(app: Flask, sqlite_house: House) -> Machine:
    return machine(app, sqlite_house)


def path_of(operation: Operation) -> str:
    return operation.path.replace("{reference}", "OP-1")


def assert_problem(told: TestResponse, status: int, name: str) -> None:
    assert (told.status_code, told.mimetype) == (status, "application/problem+json"), told.text
    assert told.json is not None
    assert told.json["type"].endswith(f":{name}")


@pytest.mark.parametrize("operation", POSTS)
def test_one_byte_too_many(system: Machine, operation: Operation) -> None:
    just = b" " * operation.most_bytes
    assert_problem(system.post(path_of(operation), raw=just), 400, "malformed-json")
    assert_problem(system.post(path_of(operation), raw=just + b" "), 413, "too-large")


def sent_without_a_length(client: FlaskClient, system: Machine, body: bytes) -> TestResponse:
    return client.post(
        "/api/v1/matters",
        input_stream=io.BytesIO(body),
        headers={
            "Authorization": f"Bearer {system.key}",
            "Idempotency-Key": "k",
            "Content-Type": "application/json",
            "Transfer-Encoding": "chunked",
        },
        environ_overrides={"wsgi.input_terminated": True},
    )


def test_a_body_that_hides_its_length_is_cut_off_all_the_same(system: Machine) -> None:
    just = 512 * 1024
    told = sent_without_a_length(system.client, system, b" " * just)
    assert_problem(told, 400, "malformed-json")
    for more in (1, 1_000_000):
        told = sent_without_a_length(system.client, system, b" " * (just + more))
        assert_problem(told, 413, "too-large")
    whole = json.dumps(matter("OP-1")).encode()
    told = sent_without_a_length(system.client, system, whole + b" " * just)
    assert_problem(told, 413, "too-large")
    assert sent_without_a_length(system.client, system, whole).status_code == 201


@pytest.mark.parametrize("operation", POSTS)
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 422),
        ("application/json; charset=utf-8", 422),
        ("APPLICATION/JSON", 422),
        ("", 415),
        ("text/plain", 415),
        ("text/json", 415),
        ("application/problem+json", 415),
        ("application/x-ndjson", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json, text/plain", 415),
    ],
)
def test_kinds_of_body(system: Machine, operation: Operation, kind: str, status: int) -> None:
    told = system.post(path_of(operation), {}, Content_Type=kind)
    assert_problem(told, status, "wrong-shape" if status == 422 else "not-json")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity"])
def test_a_compressed_body_is_not_unpacked(system: Machine, coding: str) -> None:
    told = system.post("/matters", matter(), Content_Encoding=coding)
    assert_problem(told, 415, "not-json")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"NaN", b'{"why": "a", "why": "b"}', b"[" * 50_000, b'"\xff"', b"1e999"],
)
@pytest.mark.parametrize("operation", POSTS)
def test_what_is_not_strict_json(system: Machine, operation: Operation, body: bytes) -> None:
    assert_problem(system.post(path_of(operation), raw=body), 400, "malformed-json")


@pytest.mark.parametrize("operation", POSTS)
def test_a_query_has_no_meaning_here_and_is_refused(system: Machine, operation: Operation) -> None:
    told = system.post(f"{path_of(operation)}?dry_run=yes", {})
    assert_problem(told, 422, "wrong-shape")
    assert told.json is not None
    assert told.json["errors"][0]["pointer"] == "#/dry_run"


def test_a_long_list_of_faults_is_cut(system: Machine) -> None:
    told = system.post("/matters", matter("OP-1", *([""] * 1000)))
    assert_problem(told, 422, "wrong-shape")
    assert told.json is not None
    assert len(told.json["errors"]) == 100


def test_too_many_recordings(system: Machine) -> None:
    told = system.post("/recordings", batch(*(recording(str(n)) for n in range(501))))
    assert_problem(told, 422, "wrong-shape")
    assert_problem(system.post("/recordings", batch()), 422, "wrong-shape")


def test_a_large_batch_of_real_tracks_fits(system: Machine) -> None:
    """500 recordings with a fix every 10 seconds for 20 minutes."""
    track = [
        [f"2026-11-01T20:{second // 60:02}:{second % 60:02}Z", 51.4623 + second / 1e5, -0.1145, 6.0]
        for second in range(0, 1200, 10)
    ]
    many = [
        recording(
            f"R{number}",
            track=track,
            started_at="2026-11-01T20:00:00Z",
            ended_at="2026-11-01T20:20:00Z",
        )
        for number in range(500)
    ]
    told = system.post("/recordings", batch(*many))
    assert told.status_code == 200
    assert told.json is not None
    assert told.json["added"] == 500


def test_files_are_never_read_from_a_body(system: Machine, tmp_path: Path) -> None:
    """A form with a file may be as large as an upload elsewhere; here it is refused unread."""
    body = b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n" + b"z" * 3_000_000
    told = system.post("/matters", raw=body, Content_Type="multipart/form-data; boundary=x")
    assert_problem(told, 415, "not-json")
