"""The keys of other systems, from the command line."""

import json
from collections.abc import Callable

import sqlalchemy as sa
from click.testing import Result

from portal.actors import ActorKind, Scope
from portal.audit.models import AuditEntry
from portal.feed.keys import read_key
from portal.feed.models import ApiClient
from portal.feed.queries import actor_of, client_with
from portal.house import House

Portal = Callable[..., Result]


def add(portal: Portal, *more: str) -> dict[str, str]:
    told = portal("clients", "add", "Evidence system", "--json", *more)
    assert told.exit_code == 0, told.output
    made: dict[str, str] = json.loads(told.output)
    return made


def test_a_key_is_told_once_and_works(portal: Portal, own_house: House) -> None:
    made = add(portal, "--scope", "matters:write", "--scope", "recordings:write")
    key = read_key(made["key"])
    assert key is not None and key.key_id == made["id"]
    with own_house.db.reading() as session:
        client = client_with(session, key)
        assert client is not None
        acting = actor_of(client)
        entry = session.scalars(sa.select(AuditEntry)).one()
    assert acting.kind is ActorKind.MACHINE and acting.roles == frozenset()
    assert acting.scopes == {Scope.MATTERS_WRITE, Scope.RECORDINGS_WRITE}
    assert (entry.deed, entry.subject, entry.actor_id) == (
        "client.added",
        key.key_id,
        "command line",
    )
    assert key.secret not in portal("clients", "list").output
    assert key.secret not in portal("clients", "list", "--json").output
    assert key.secret not in json.dumps(entry.details)


def test_an_ended_key_is_listed_as_ended(portal: Portal, own_house: House) -> None:
    made = add(portal, "--scope", "preservations:read")
    kept = add(portal, "--scope", "preservations:read")
    for _ in range(2):
        told = portal("clients", "end", made["id"], "--json")
        assert told.exit_code == 0, told.output
        assert json.loads(told.output)["client"] == "Evidence system"
    listed = {
        row["id"]: row for row in map(json.loads, _lines(portal("clients", "list", "--json")))
    }
    assert listed[made["id"]]["ended_at"] is not None
    assert listed[kept["id"]]["ended_at"] is None
    assert listed[kept["id"]]["scopes"] == ["preservations:read"]
    first, second = sorted(_lines(portal("clients", "list")), key=lambda line: "ended" not in line)
    assert first.startswith(made["id"]) and first.endswith("ended")
    assert second.startswith(kept["id"]) and second.endswith("preservations:read")
    with own_house.db.reading() as session:
        deeds = session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence)).all()
        key = read_key(made["key"])
        assert key is not None and client_with(session, key) is None
    assert list(deeds) == ["client.added", "client.added", "client.ended"]


def _lines(told: Result) -> list[str]:
    assert told.exit_code == 0, told.output
    return told.output.splitlines()


def test_what_cannot_be_is_one_plain_line(portal: Portal, own_house: House) -> None:
    for words, said in [
        (("add", " ", "--scope", "matters:write"), "Enter a name"),
        (("add", "x" * 121, "--scope", "matters:write"), "Enter a name"),
        (("add", "a\x1b[2J", "--scope", "matters:write"), "Enter a name"),
        (("end", "key-0000-0000"), "There is no key with this id."),
    ]:
        told = portal("clients", *words)
        assert told.exit_code == 1, words
        assert said in told.output
    assert portal("clients", "add", "Evidence system").exit_code == 2
    assert portal("clients", "add", "E", "--scope", "everything").exit_code == 2
    with own_house.db.reading() as session:
        assert session.scalars(sa.select(ApiClient)).all() == []
