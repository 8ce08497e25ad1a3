"""The keys of sealed files."""

from pathlib import Path

import click

from portal.sealing import ensure_keys


@click.group()
def keys() -> None:
    """The keys that seal proofs and releases."""


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def make(file: Path) -> None:
    """Make FILE with a first key in it, readable by its owner alone.

    A file that has keys already is left as it is. Keep a copy apart from the sealed files:
    without it, nothing that was sealed can be opened again.
    """
    count = len(ensure_keys(file))
    click.echo(f"{file} holds {count} {'key' if count == 1 else 'keys'}.")
