"""Routine deletion."""

from datetime import timedelta

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, counting, enter, show
from portal.holds.commands import run_retention


@click.group()
def retention() -> None:
    """Routine deletion of footage that is not evidence."""


@retention.command()
@click.option("--really", is_flag=True, help="Delete. Without it, only show what would be deleted.")
@as_json
def run(really: bool, as_json: bool) -> None:
    """Delete non-evidential footage past its time (31 days unless set otherwise).

    Whatever an open hold, a preservation for a request, or its category keeps, stays. What was
    deleted, and why, is written in the book.
    """
    house = enter()
    report = run_retention(
        house.db,
        retention=timedelta(days=house.settings.retention_days),
        by=COMMAND_LINE,
        at=house.now(),
        really=really,
        progress=counting("recordings"),
    )
    show(
        {
            "deleted" if really else "would_delete": report.deleted,
            **{f"kept_{by_what}": count for by_what, count in report.kept.items()},
        },
        as_json=as_json,
    )
