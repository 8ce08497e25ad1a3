"""What every command needs: the house, a plain word when something is wrong, and output."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from portal.config import BadSettings, read_settings
from portal.errors import PortalError
from portal.hall import open_portal
from portal.house import House

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a machine to read.")


def enter() -> House:
    """Open the house named by the environment, or stop and say what is wrong with it."""
    try:
        return open_portal(read_settings(os.environ))
    except (BadSettings, PortalError) as fault:
        raise click.ClickException(str(fault)) from None


def show(fact: dict[str, Any], *, as_json: bool) -> None:
    """Print facts for a machine, or as lines of `name: value` for a person."""
    if as_json:
        click.echo(json.dumps(fact, default=str))
        return
    for name, value in fact.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")


def counting(unit: str) -> Callable[[int], None]:
    """A progress line on standard error, for long work; silent when nobody is looking."""
    if not sys.stderr.isatty():
        return lambda count: None
    return lambda count: click.echo(f"\r{count:,} {unit}", nl=False, err=True)
