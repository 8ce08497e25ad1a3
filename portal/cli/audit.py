"""The book."""

from functools import partial
from typing import BinaryIO

import click

from portal.actors import COMMAND_LINE
from portal.audit.checkpoints import checkpoint_now, kept_checkpoints
from portal.audit.commands import record
from portal.audit.verifier import Broken, Verdict
from portal.audit.verify import export, verify
from portal.cli.opening import as_json, enter, show
from portal.house import House


@click.group()
def audit() -> None:
    """The book: the hash-chained record of every deed."""


@audit.command("verify")
@as_json
def verify_book(as_json: bool) -> None:
    """Walk the whole book and name the first line that is not what was written.

    It is compared with our own checkpoints too, if there are any; `witnessed` is the last entry
    that one of them confirms. One that was cut off while it was written, as by a power cut, is
    named on standard error, and confirms nothing.

    Exit code 0 when every entry is whole, 1 when one is changed, missing or out of place.
    """
    house = enter()
    verdict = _verdict(house)
    show(
        {
            "whole": verdict.is_whole,
            "entries": verdict.entries,
            "broken_at": verdict.broken_at,
            "witnessed": verdict.witnessed,
            "reason": verdict.reason,
        },
        as_json=as_json,
    )
    if not verdict.is_whole:
        raise SystemExit(1)


def _verdict(house: House) -> Verdict:
    try:
        known = kept_checkpoints(house.settings, say=partial(click.echo, nl=False, err=True))
    except Broken as found:
        return Verdict(0, found.at, found.reason)
    with house.db.snapshot() as session:
        return verify(session, known)


@audit.command()
def checkpoint() -> None:
    """Print a signed checkpoint of the book as it is now: one line, to be kept elsewhere.

    The worker adds one to PORTAL_CHECKPOINT_FOLDER each quarter of an hour, and sends one each
    day to PORTAL_CHECKPOINT_MAIL_TO. This is for other places, such as a printer.
    """
    house = enter()
    click.echo(checkpoint_now(house.db, house.settings, at=house.now()), nl=False)


@audit.command("export")
@click.argument("file", type=click.File("wb"), default="-")
def export_book(file: BinaryIO) -> None:
    """Write the whole book to FILE (or to standard output), a line of JSON for each entry.

    Anybody can check it without the portal: give them the file and `portal/audit/verifier.py`,
    which is one program and needs Python alone. The export is itself an entry, after its end.
    """
    house, lines = enter(), 0
    with house.db.snapshot() as session:
        for line in export(session):
            file.write(line.encode())
            lines += 1
    file.flush()  # a disk that is full says so here, and not when the file is closed
    with house.db.writing() as session:
        entries = lines - 1  # the last is the head
        record(
            session,
            "book.exported",
            subject="book",
            by=COMMAND_LINE,
            at=house.now(),
            entries=entries,
        )
