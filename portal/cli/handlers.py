"""Handlers."""

import click

from portal.actors import COMMAND_LINE, Role
from portal.cli.opening import as_json, enter, show
from portal.office.commands.handlers import add_handler


@click.group()
def handlers() -> None:
    """Handlers: the staff who work in the office."""


@handlers.command()
@click.argument("sign_in_name")
@click.option("--name", required=True, help="The handler's name, as colleagues read it.")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What they may do; give it once for each role.",
)
@click.option(
    "--passphrase",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="HANDLER_PASSPHRASE",
    help="At least 15 characters. Asked for when left out.",
)
@as_json
def add(
    sign_in_name: str, name: str, roles: tuple[str, ...], passphrase: str, as_json: bool
) -> None:
    """Add a handler, and print once the secret for their authenticator app."""
    house = enter()
    with house.db.writing() as session:
        made = add_handler(
            session,
            sign_in_name=sign_in_name,
            name=name,
            passphrase=passphrase,
            roles=[Role(role) for role in roles],
            sealer=house.vault.sealer,
            by=COMMAND_LINE,
            at=house.now(),
        )
    show(
        {
            "handler": made.handler.sign_in_name,
            "authenticator_secret": made.secret,
            "authenticator_address": made.address,
        },
        as_json=as_json,
    )
