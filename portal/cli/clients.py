"""The keys of other systems."""

import json

import click

from portal.actors import COMMAND_LINE, Scope
from portal.cli.opening import as_json, enter, show
from portal.feed.commands import add_client, end_client
from portal.feed.models import ApiClient
from portal.feed.queries import clients as every_client


@click.group()
def clients() -> None:
    """Clients: the force's other systems, and their keys to the machine feed."""


@clients.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What the key is for; give it once for each scope.",
)
@as_json
def add(name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Give the system NAME a key, and print it once: only its SHA-256 is kept.

    To change a key, add a new one, let the system use it, and end the old one.
    """
    house = enter()
    with house.db.writing() as session:
        made = add_client(
            session,
            name=name,
            scopes=[Scope(scope) for scope in scopes],
            by=COMMAND_LINE,
            at=house.now(),
        )
    show({"client": made.client.name, "id": made.key.key_id, "key": str(made.key)}, as_json=as_json)


@clients.command("list")
@as_json
def list_clients(as_json: bool) -> None:
    """List every key by its id, with its scopes and whether it was ended; no secrets."""
    house = enter()
    with house.db.reading() as session:
        found = every_client(session)
    for client in found:
        click.echo(json.dumps(_facts(client), default=str) if as_json else _line(client))


def _facts(client: ApiClient) -> dict[str, object]:
    return {
        "id": client.key_id,
        "client": client.name,
        "scopes": client.scopes,
        "made_at": client.made_at,
        "ended_at": client.ended_at,
    }


def _line(client: ApiClient) -> str:
    standing = "ended" if client.ended_at else " ".join(client.scopes)
    return f"{client.key_id}  {client.name:<30} {standing}"


@clients.command()
@click.argument("key_id", metavar="ID")
@as_json
def end(key_id: str, as_json: bool) -> None:
    """End the key ID at once: the next call with it is refused."""
    house = enter()
    with house.db.writing() as session:
        client = end_client(session, key_id=key_id, by=COMMAND_LINE, at=house.now())
    show({"id": client.key_id, "client": client.name, "ended_at": client.ended_at}, as_json=as_json)
