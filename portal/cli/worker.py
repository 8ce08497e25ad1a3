"""The worker."""

import click

from portal.cli.opening import enter
from portal.logs import begin_logging


@click.command()
def worker() -> None:
    """Pay what the outbox owes, until stopped. Several may run, on several machines."""
    # The worker brings the PDF library, which takes seconds to load: other commands do without.
    from portal.worker import Worker

    begin_logging()
    Worker(enter()).run()
