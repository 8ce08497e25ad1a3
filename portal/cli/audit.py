"""The book."""

import click

from portal.audit.verify import verify
from portal.cli.opening import as_json, enter, show


@click.group()
def audit() -> None:
    """The book: the hash-chained record of every deed."""


@audit.command("verify")
@as_json
def verify_book(as_json: bool) -> None:
    """Walk the whole book and name the first line that is not what was written.

    Exit code 0 when every entry is whole, 1 when one is changed, missing or out of place.
    """
    house = enter()
    with house.db.reading() as session:
        verdict = verify(session)
    show(
        {
            "whole": verdict.is_whole,
            "entries": verdict.entries,
            "broken_at": verdict.broken_at,
            "reason": verdict.reason,
        },
        as_json=as_json,
    )
    if not verdict.is_whole:
        raise SystemExit(1)
