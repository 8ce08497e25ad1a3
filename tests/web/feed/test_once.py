"""A call is done once, however often and however much at once it is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from portal.audit.models import AuditEntry
from portal.feed.models import IdempotencyKey
from portal.holds.models import Matter
from portal.house import House
from portal.recordings.models import Recording
from tests.conftest import Clock
from tests.factories.machines import Machine, batch, matter, recording
from tests.web.feed.conftest import Calling


def is_repeat(told: TestResponse) -> bool:
    return told.headers.get("Idempotency-Replayed") == "true"


def count(house: House, table: type[Recording] | type[Matter] | type[IdempotencyKey]) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def deeds(house: House) -> list[str]:
    with house.db.reading() as session:
        found = sa.select(AuditEntry.deed).where(AuditEntry.actor_kind == "machine")
        return list(session.scalars(found.order_by(AuditEntry.sequence)))


def test_the_same_call_again_is_answered_the_same_and_not_done_again(
    evidence_system: Machine, house: House, clock: Clock
) -> None:
    body = batch(recording("A"), {"id": "bad"})
    first = evidence_system.post("/recordings", body, Idempotency_Key="k")
    clock.forward(hours=23)
    again = evidence_system.post("/recordings", body, Idempotency_Key="k")
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert first.mimetype == again.mimetype == "application/json"
    assert not is_repeat(first) and is_repeat(again)
    assert deeds(house) == ["recordings.imported"]


def test_another_body_or_another_address_under_the_same_key_is_refused(
    evidence_system: Machine, house: House
) -> None:
    assert evidence_system.post("/matters", matter("A"), Idempotency_Key="k").status_code == 201
    closing = {"why": "It ended."}
    for path, body in [
        ("/matters", matter("B")),
        ("/recordings", batch(recording("A"))),
        ("/matters/A/close", closing),
    ]:
        told = evidence_system.post(path, body, Idempotency_Key="k")
        assert told.status_code == 422, path
        assert told.json is not None
        assert told.json["type"].endswith(":idempotency-key-reused")
        assert not is_repeat(told)
    assert (count(house, Matter), count(house, Recording)) == (1, 0)
    assert evidence_system.post("/matters/A/close", closing).status_code == 200


def test_a_refusal_is_remembered_too(evidence_system: Machine, house: House) -> None:
    first = evidence_system.post("/matters/A/close", {"why": "x"}, Idempotency_Key="404")
    assert first.status_code == 404
    body = matter("A", "R")
    unknown = evidence_system.post("/matters", body, Idempotency_Key="422")
    assert unknown.status_code == 422
    evidence_system.post("/recordings", batch(recording("R")))
    assert evidence_system.post("/matters", body).status_code == 201
    taken = evidence_system.post("/matters", body, Idempotency_Key="409")
    assert taken.status_code == 409
    for path, sent, key, was in [
        ("/matters/A/close", {"why": "x"}, "404", first),
        ("/matters", body, "422", unknown),
        ("/matters", body, "409", taken),
    ]:
        again = evidence_system.post(path, sent, Idempotency_Key=key)
        assert (again.status_code, again.data) == (was.status_code, was.data)
        assert is_repeat(again) and again.mimetype == "application/problem+json"
    assert deeds(house) == ["recordings.imported", "matter.opened", "hold.placed"]


def test_each_system_has_keys_of_its_own(calling: Calling, house: House) -> None:
    one, other = calling(), calling()
    assert one.post("/matters", matter("A"), Idempotency_Key="k").status_code == 201
    assert other.post("/matters", matter("B"), Idempotency_Key="k").status_code == 201
    assert count(house, Matter) == 2


def test_after_a_day_a_key_is_free_again_and_forgotten(
    evidence_system: Machine, house: House, clock: Clock
) -> None:
    for number in range(3):
        evidence_system.post("/matters", matter(f"M{number}"), Idempotency_Key=str(number))
    assert count(house, IdempotencyKey) == 3
    clock.forward(hours=24)
    told = evidence_system.post("/matters", matter("B"), Idempotency_Key="0")
    assert told.status_code == 201 and not is_repeat(told)
    assert count(house, IdempotencyKey) == 1


def test_what_failed_on_our_side_is_done_when_it_is_sent_again(
    evidence_system: Machine, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_given: object) -> None:
        raise RuntimeError("a disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("portal.feed.views.calls.open_with_holds", fails)
        assert evidence_system.post("/matters", matter("A"), Idempotency_Key="k").status_code == 500
    assert (count(house, IdempotencyKey), count(house, Matter)) == (0, 0)
    told = evidence_system.post("/matters", matter("A"), Idempotency_Key="k")
    assert told.status_code == 201 and not is_repeat(told)


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "é", "a\tb"])
def test_a_call_without_a_proper_name_is_refused(evidence_system: Machine, key: str) -> None:
    told = evidence_system.post("/matters", matter("A"), Idempotency_Key=key)
    assert (told.status_code, told.mimetype) == (400, "application/problem+json")
    assert told.json is not None
    assert told.json["type"].endswith(":idempotency-key-missing")


def test_a_name_may_be_as_long_as_it_is_said(evidence_system: Machine) -> None:
    told = evidence_system.post("/matters", matter("A"), Idempotency_Key="~" * 128)
    assert told.status_code == 201


def at_once(
    app: Flask, system: Machine, calls: list[tuple[str, object, str]]
) -> list[TestResponse]:
    """Send calls at the same moment, each from a connection of its own."""

    def send(call: tuple[str, object, str]) -> TestResponse:
        path, body, key = call
        twin = Machine(app.test_client(), system.key_id, system.key)
        return twin.post(path, body, Idempotency_Key=key)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(send, calls))


def test_twins_at_the_same_moment_are_one_deed(
    evidence_system: Machine, feed_app: Flask, house: House
) -> None:
    body = matter("A")
    told = at_once(feed_app, evidence_system, [("/matters", body, "k")] * 8)
    assert [one.status_code for one in told] == [201] * 8
    assert len({one.data for one in told}) == 1
    assert [is_repeat(one) for one in told].count(False) == 1
    assert deeds(house) == ["matter.opened"]


def test_twins_that_are_refused_get_one_answer(
    evidence_system: Machine, feed_app: Flask, house: House
) -> None:
    told = at_once(feed_app, evidence_system, [("/matters", matter("A", "NONE"), "k")] * 8)
    assert [one.status_code for one in told] == [422] * 8
    assert len({one.data for one in told}) == 1
    assert (count(house, Matter), count(house, IdempotencyKey)) == (0, 1)


def test_twins_with_different_bodies_under_one_key_are_one_deed(
    evidence_system: Machine, feed_app: Flask, house: House
) -> None:
    calls: list[tuple[str, object, str]] = [
        ("/matters", matter(f"M{number}"), "k") for number in range(6)
    ]
    told = at_once(feed_app, evidence_system, calls)
    assert sorted(one.status_code for one in told) == [201] + [422] * 5
    assert count(house, Matter) == 1


def test_one_reference_opened_by_many_calls_at_once_is_one_matter(
    evidence_system: Machine, feed_app: Flask, house: House
) -> None:
    evidence_system.post("/recordings", batch(recording("R")))
    calls: list[tuple[str, object, str]] = [
        ("/matters", matter("A", "R"), str(number)) for number in range(8)
    ]
    told = at_once(feed_app, evidence_system, calls)
    assert sorted(one.status_code for one in told) == [201] + [409] * 7
    assert count(house, Matter) == 1


def test_batches_and_matters_at_once_wait_for_each_other_and_all_are_done(
    evidence_system: Machine, feed_app: Flask, house: House
) -> None:
    """Recordings that name a matter, and calls that open and hold the same ones: no deadlock."""
    names = [f"R{number}" for number in range(20)]
    evidence_system.post("/recordings", batch(*(recording(name) for name in names)))
    calls: list[tuple[str, object, str]] = []
    for number in range(4):
        named = [recording(name, matter=f"M{number}", camera=f"C{number}") for name in names]
        calls.append(("/recordings", batch(*named), f"r{number}"))
        calls.append(("/matters", matter(f"M{number}", *reversed(names)), f"m{number}"))
    told = at_once(feed_app, evidence_system, calls)
    assert {one.status_code for one in told} <= {200, 201, 409}, [one.text for one in told]
    assert count(house, Matter) == 4
