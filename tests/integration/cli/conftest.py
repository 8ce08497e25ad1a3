"""The command line as a person meets it, in a house of its own."""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.config import Settings
from portal.db import Database
from portal.hall import open_portal
from portal.house import House
from tests.servers.programs import environment_of

Portal = Callable[..., Result]


@pytest.fixture
def environment(settings: Settings, sqlite_database: Database) -> dict[str, str]:
    """The settings of a house with every table, as environment variables."""
    return environment_of(settings, sqlite_database.url)


@pytest.fixture
def portal(environment: dict[str, str]) -> Portal:
    """Call it with the words of a command; `stdin` and `env` may be given."""

    def run(*words: str | Path, stdin: str | bytes | None = None, **changed: str | None) -> Result:
        given: dict[str, str | None] = {
            **{name: None for name in os.environ if name.startswith("PORTAL_")},
            **environment,
            **changed,
        }
        result = CliRunner().invoke(main, [str(word) for word in words], input=stdin, env=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def own_house(settings: Settings, sqlite_database: Database) -> House:
    """The house the commands work in, on the real clock."""
    return open_portal(dataclasses.replace(settings, database_url=sqlite_database.url))
