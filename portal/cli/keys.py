"""The keys of sealed files, and of checkpoints."""

from pathlib import Path

import click

from portal.audit.checkpoints import ensure_signing_keys, public_halves
from portal.sealing import ensure_keys


@click.group()
def keys() -> None:
    """The keys that seal proofs and releases, and those that sign checkpoints of the book."""


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def make(file: Path) -> None:
    """Make FILE with a first key in it, readable by its owner alone.

    A file that has keys already is left as it is. Keep a copy apart from the sealed files:
    without it, nothing that was sealed can be opened again.
    """
    count = len(ensure_keys(file))
    click.echo(f"{file} holds {count} {'key' if count == 1 else 'keys'}.")


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def sign(file: Path) -> None:
    """Make FILE with a key that signs checkpoints of the book, and print its public half.

    A file that has keys already is left as it is. Give the public half to whoever shall be able
    to check the book, by a road that does not lead through this machine.
    """
    for public in public_halves(ensure_signing_keys(file)):
        click.echo(public.hex())
