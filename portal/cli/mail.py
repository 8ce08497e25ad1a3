"""E-mail that came back."""

import sys
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, enter, show
from portal.errors import PortalError
from portal.house import House
from portal.notifications.bounces import LONGEST, take_report

# What a mail server reads as "keep it, and try again": from sysexits.h.
TRY_AGAIN = 75


@click.group()
def mail() -> None:
    """E-mail that mail servers send back to us."""


@mail.command()
@click.option(
    "--maildir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Read every new message of this Maildir, and mark it as read.",
)
@as_json
def returned(maildir: Path | None, as_json: bool) -> None:
    """Take in delivery reports: one from standard input, or those in a Maildir.

    A report about an e-mail of ours marks its request, and a handler is told. Whatever else comes
    is passed over: exit code 0. It is 75, which has the mail server try again, when the database
    did not answer.
    """
    try:
        house = enter()
        noted = [_take(house, file) for file in _unread(maildir)]
    except (click.ClickException, DBAPIError, PortalError) as fault:
        # Its own text can repeat what a row holds.
        click.echo(f"not taken in: {type(fault).__name__}", err=True)
        raise SystemExit(TRY_AGAIN) from None
    show({"read": len(noted), "noted": sum(noted)}, as_json=as_json)


def _unread(maildir: Path | None) -> list[Path | None]:
    """The new messages of a Maildir, oldest first; None stands for the one on standard input."""
    if maildir is None:
        return [None]
    return [*sorted((maildir / "new").iterdir())]


def _take(house: House, file: Path | None) -> bool:
    with house.db.writing() as session:
        noted = take_report(session, _content(file), by=COMMAND_LINE, at=house.now())
    if file is not None:
        # Killed before this, it reads it again: a second reading changes nothing.
        file.rename(file.parents[1] / "cur" / f"{file.name}:2,S")
    return noted


def _content(file: Path | None) -> bytes:
    if file is not None:
        with file.open("rb") as source:
            return source.read(LONGEST)
    content = sys.stdin.buffer.read(LONGEST)
    while sys.stdin.buffer.read(LONGEST):
        pass  # whoever pipes a longer one in must not be hung up on
    return content
