"""The worker."""

from datetime import timedelta

import click

from portal.cli.opening import enter
from portal.logs import begin_logging


@click.command()
@click.option(
    "--lease",
    "seconds",
    type=click.FloatRange(1, 86_400),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="After how long without a word from a worker another may take its job.",
)
def worker(seconds: float) -> None:
    """Pay what the outbox owes, until stopped. Several may run, on several machines."""
    # The worker brings the PDF library, which takes seconds to load: other commands do without.
    from portal.worker import Worker

    begin_logging()
    Worker(enter(), lasting=timedelta(seconds=seconds)).run()
