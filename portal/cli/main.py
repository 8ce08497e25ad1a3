"""The root of the command line."""

import click

from portal.cli.audit import audit
from portal.cli.clock import clock
from portal.cli.database import db
from portal.cli.demo import demo
from portal.cli.handlers import handlers
from portal.cli.matters import matters
from portal.cli.outbox import outbox
from portal.cli.recordings import recordings
from portal.cli.retention import retention
from portal.cli.worker import worker
from portal.errors import PortalError


class Root(click.Group):
    """Turns a foreseen failure into one plain line and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PortalError as error:
            raise click.ClickException(error.message) from None


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The footage request portal: commands for those who run it.

    Settings come from the environment (PORTAL_DATABASE_URL, PORTAL_BASE_URL, …); see
    docs/settings.md. Ask any command for --help.
    """


for group in (audit, clock, db, demo, handlers, matters, outbox, recordings, retention, worker):
    main.add_command(group)
