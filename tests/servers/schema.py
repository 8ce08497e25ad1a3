"""The one place that knows how a test database gets its tables: by the migrations."""

from portal.cli.db import upgrade_to_head


def build_schema(database_url: str) -> None:
    """Give an empty database every table of the house, as `portal db upgrade` does."""
    upgrade_to_head(database_url)
