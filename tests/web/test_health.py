"""Alive, and ready: what a load balancer asks, and what it is told when a part is away."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.actors import COMMAND_LINE
from portal.app import create_app
from portal.bank_holidays import DIVISIONS
from portal.db import Database, open_database
from portal.house import House
from portal.outbox.commands import beat
from portal.outbox.queries import HEARTBEAT_AGE
from portal.requests.commands.importing_holidays import import_holidays
from portal.sealing import Vault
from portal.storage import FolderStorage
from tests.conftest import Clock


def seen(house: House, name: str = "here:1") -> None:
    with house.db.writing() as session:
        beat(session, name=name, at=house.now())


def away(make_house: Callable[[Database], House]) -> FlaskClient:
    """A browser on a portal whose database is on a port where nothing listens."""
    return create_app(make_house(open_database("postgresql://portal@127.0.0.1:1/x"))).test_client()


def test_alive_needs_nothing_else(make_house: Callable[[Database], House]) -> None:
    told = away(make_house).get("/healthz")
    assert (told.status_code, told.json) == (200, {"alive": True})


def test_ready_when_every_part_answers(house: House) -> None:
    seen(house)
    told = create_app(house).test_client().get("/readyz")
    assert told.status_code == 200
    assert told.json == {
        "ready": True,
        "parts": {"database": True, "worker": True, "storage": True},
        "warnings": [],
    }


def test_not_ready_while_no_worker_was_ever_seen(client: FlaskClient) -> None:
    told = client.get("/readyz")
    assert told.status_code == 503
    assert told.json is not None
    assert told.json["parts"] == {"database": True, "worker": False, "storage": True}


def test_not_ready_when_the_last_worker_was_seen_too_long_ago(
    client: FlaskClient, sqlite_house: House, clock: Clock
) -> None:
    seen(sqlite_house)
    clock.at += HEARTBEAT_AGE
    assert client.get("/readyz").status_code == 200
    clock.forward(seconds=1)
    assert client.get("/readyz").status_code == 503
    seen(sqlite_house, "elsewhere:2")
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_its_database(make_house: Callable[[Database], House]) -> None:
    told = away(make_house).get("/readyz")
    assert told.status_code == 503
    assert told.json is not None
    assert told.json["parts"] == {"database": False, "worker": False, "storage": True}


def test_not_ready_when_nothing_can_be_stored(sqlite_house: House, tmp_path: Path) -> None:
    seen(sqlite_house)
    in_the_way = tmp_path / "a-file"
    in_the_way.write_text("not a folder")
    vault = Vault(FolderStorage(in_the_way), sqlite_house.vault.sealer)
    told = create_app(dataclasses.replace(sqlite_house, vault=vault)).test_client().get("/readyz")
    assert told.status_code == 503
    assert told.json is not None and not told.json["parts"]["storage"]


def test_bank_holidays_that_run_out_are_a_warning_and_no_more(
    client: FlaskClient, sqlite_house: House, clock: Clock
) -> None:
    clock.at = datetime(2028, 10, 1, 12, 0, tzinfo=UTC)
    seen(sqlite_house)
    told = client.get("/readyz")
    assert told.status_code == 200
    assert told.json is not None
    (warning,) = told.json["warnings"]
    assert warning.startswith("bank holidays are known for")


def test_imported_bank_holidays_end_the_warning(
    client: FlaskClient, sqlite_house: House, clock: Clock
) -> None:
    clock.at = datetime(2028, 10, 1, 12, 0, tzinfo=UTC)
    seen(sqlite_house)
    for last, warnings in ((6, ["bank holidays are known for 8 months ahead only"]), (7, [])):
        events = [{"title": "A day", "date": f"2029-{n:02}-01"} for n in range(1, last + 1)]
        file = {name: {"events": events} for name in DIVISIONS}
        with sqlite_house.db.writing() as session:
            content = json.dumps(file).encode()
            import_holidays(session, content=content, by=COMMAND_LINE, at=clock())
        told = client.get("/readyz").json
        assert told is not None and told["warnings"] == warnings


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_asking_leaves_no_cookie(client: FlaskClient, path: str) -> None:
    assert "Set-Cookie" not in client.get(path).headers
