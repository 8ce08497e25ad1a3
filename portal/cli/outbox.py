"""The list of work owed."""

import click

from portal.cli.opening import as_json, enter, show
from portal.outbox.queries import count_unsure, counts, oldest_owed_at


@click.group()
def outbox() -> None:
    """The outbox: e-mails and other work that is owed."""


@outbox.command()
@as_json
def status(as_json: bool) -> None:
    """How much is owed, in hand, settled, and dead (in need of a person)."""
    house = enter()
    with house.db.reading() as session:
        facts: dict[str, object] = dict(counts(session))
        facts["oldest_owed_at"] = oldest_owed_at(session)
        facts["may_have_gone_twice"] = count_unsure(session)
    show(facts, as_json=as_json)
