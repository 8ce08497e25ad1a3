"""What is logged on the way of a request, by the web server and the worker: nothing personal."""

import dataclasses
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.actors import COMMAND_LINE, Role
from portal.house import House
from portal.logs import JsonLines, begin_logging
from portal.recordings.gazetteer import import_places
from portal.web.guards import public
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.disclosure import handler, sign_in
from tests.factories.public_journey import NOW, PLACES, SAR, Visitor, token_on
from tests.servers.smtp import ScriptedSmtp

PERSONAL = {
    "what-happened": {"occasion": "stop_and_search", "text": "Zebedee-canary was searched."},
    "looks": {"clothes": "Zebedee-canary coat"},
    "name": {"name": "Zebedee-canary Example"},
    "email": {"email": "zebedee-canary@example.com"},
    "address": {"address": "1 Zebedee-canary Street\nLondon"},
    "passphrase": dict.fromkeys(("passphrase", "again"), "Zebedee-canary otter lamp gravel"),
}


@pytest.fixture
def clock() -> Clock:
    """Two days after what the visitor asks for."""
    return Clock(NOW)


@pytest.fixture
def everything_logged() -> Iterator[list[str]]:
    """All that any logger of the process was given, with every attribute of every record."""
    said: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name == "mail.log":
                return  # the test's own mail server, which is not ours to keep quiet
            said.append(f"{record.getMessage()} {record.__dict__!r} {self.format(record)}")

    listening, root = Listening(), logging.getLogger()
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.INFO)
    yield said
    root.removeHandler(listening)
    root.setLevel(before)


@pytest.fixture(name="app")
def an_app_of_its_own(own_app: Flask) -> Flask:
    """Built for each test, which adds a page that fails."""
    return own_app


def test_a_whole_journey_leaves_no_personal_data_in_any_log(
    app: Flask, sqlite_house: House, smtp_server: ScriptedSmtp, everything_logged: list[str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    @app.get("/fails/<name>")
    @public
    def fails(name: str) -> str:
        raise RuntimeError(f"{name} was typed")

    house = sqlite_house
    with house.db.writing() as session:
        import_places(session, PLACES, by=COMMAND_LINE, at=house.now())
        clerk = handler(session, "Zebedee-canary-staff", *Role, at=house.now())
    visitor = Visitor(app.test_client())
    assert visitor.walk({**SAR, **PERSONAL}) == "/check-answers"
    checked = visitor.get("/check-answers").text
    (action,) = re.findall(r'action="(/send/[^"]+)"', checked)
    sent = visitor.client.post(action, data={"csrf_token": token_on(checked)})
    reference = sent.location.rsplit("/", 1)[1]
    for path in (sent.location, f"/your-request/{reference}", "/your-request"):
        visitor.get(path)
    visitor.get("/fails/Zebedee-canary")
    visitor.get("/zebedee-canary@example.com?e-mail=zebedee-canary@example.com")
    visitor.client.post("/office/sign-in", data={"sign_in_name": "zebedee-canary"})

    staff = app.test_client()
    sign_in(staff, house, clerk)
    for path in ("", "/identity", "/find-video", "/history", "/messages"):
        assert staff.get(f"/office/requests/{reference}{path}").status_code == 200, path
    assert reference in staff.get("/office/requests?reference=zebedee-canary").text

    settings = dataclasses.replace(house.settings, mail_port=smtp_server.port)
    smtp_server.will("451 4.3.0 zebedee-canary@example.com is busy")
    assert Worker(dataclasses.replace(house, settings=settings)).pay_all() >= 2

    said = "\n".join(everything_logged).lower()
    assert said.count("answered") > 30 and "unforeseen failure" in said and "job not paid" in said
    for canary in ("zebedee", reference.lower()):
        assert [line for line in everything_logged if canary in line.lower()] == []


def test_a_line_of_log_is_json_with_named_facts_only() -> None:
    record = logging.LogRecord(
        "portal.worker", logging.WARNING, "x.py", 1, "job not paid", None, None
    )
    record.created = datetime(2026, 11, 2, 9, 30, tzinfo=UTC).timestamp()
    record.__dict__.update(job="pack", attempt=2, email="zebedee@example.com")
    assert json.loads(JsonLines().format(record)) == {
        "at": "2026-11-02T09:30:00.000+00:00",
        "level": "warning",
        "logger": "portal.worker",
        "message": "job not paid",
        "job": "pack",
        "attempt": 2,
    }


def test_the_arguments_of_a_message_are_left_out() -> None:
    record = logging.LogRecord(
        "portal.web", logging.ERROR, "x.py", 1, "could not take %s", ("zebedee@example.com",), None
    )
    assert json.loads(JsonLines().format(record))["message"] == "could not take %s"


def test_logging_twice_begun_says_each_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = io.StringIO()
    root = logging.getLogger("portal")
    before = root.handlers[:], root.level, root.propagate
    monkeypatch.setattr("sys.stderr", heard)
    try:
        begin_logging()
        begin_logging()
        logging.getLogger("portal.anything").info("once")
        logging.getLogger("portal.anything").debug("not at all")
    finally:
        root.handlers[:], root.level, root.propagate = before
    assert [json.loads(line)["message"] for line in heard.getvalue().splitlines()] == ["once"]
