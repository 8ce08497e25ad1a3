"""The root of the command line."""

from errno import EPIPE
from importlib import import_module

import click

from portal.errors import PortalError
from portal.outages import UNANSWERED, kind_of_fault

# Each command's module is loaded when it is called: some bring libraries that take seconds.
COMMANDS = {
    "audit": "The book: the hash-chained record of every deed.",
    "clients": "Clients: the force's other systems, and their keys.",
    "clock": "The legal time: what is due when, and why.",
    "db": "The database.",
    "demo": "A demonstration force, with recordings and real video.",
    "handlers": "Handlers: the staff who work in the office.",
    "holidays": "Bank holidays: the days that the legal time does not count.",
    "holds": "Holds: what bars a recording from leaving, and from deletion.",
    "keys": "The keys that seal files, and that sign checkpoints of the book.",
    "mail": "E-mail that mail servers send back to us.",
    "matters": "Matters, and the evidence they hold.",
    "outbox": "The outbox: e-mails and other work that is owed.",
    "recordings": "The force's catalogue: taking it in, and searching it.",
    "retention": "Routine deletion: of footage that is not evidence, and of old requests.",
    "storage": "The files: whether rows and files agree.",
    "worker": "Pay what the outbox owes, until stopped.",
}


class Root(click.Group):
    """Finds commands by name, and turns a foreseen failure into one plain line and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, by name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"portal.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - our own module
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PortalError as error:
            raise click.ClickException(error.message) from None
        except UNANSWERED as fault:
            # Its own text can repeat what a row holds.
            raise click.ClickException(
                f"The database did not do this ({kind_of_fault(fault)}). Is it there, has its disk "
                "room, and has `portal db upgrade` been run?"
            ) from None
        except OSError as fault:
            if fault.errno == EPIPE:  # whoever read along has seen enough
                raise
            where = f"{fault.filename}: " if fault.filename else ""
            raise click.ClickException(f"{where}{fault.strerror or fault}.") from None


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The footage request portal: commands for those who run it.

    Settings come from the environment (PORTAL_DATABASE_URL, PORTAL_BASE_URL, …); see
    docs/settings.md. Ask any command for --help.
    """
