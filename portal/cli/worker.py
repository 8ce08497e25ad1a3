"""The worker."""

import click

from portal.cli.opening import enter
from portal.logs import begin_logging
from portal.worker import Worker


@click.command()
def worker() -> None:
    """Pay what the outbox owes, until stopped. Several may run, on several machines."""
    begin_logging()
    Worker(enter()).run()
