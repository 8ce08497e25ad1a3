"""The database's schema."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config

from portal.cli.opening import enter

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database's tables up to date. Safe to run again."""
    upgrade_to_head(enter().db.url)
    click.echo("The database is up to date.")


def upgrade_to_head(url: str) -> None:
    """Run every migration the database has not seen."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")
