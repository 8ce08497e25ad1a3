"""The keys of sealed files, and of checkpoints."""

from pathlib import Path

import click

from portal.actors import COMMAND_LINE
from portal.audit.checkpoints import ensure_signing_keys, public_halves
from portal.cli.opening import as_json, counting, enter, show
from portal.expiry.opening import check_sealed_files
from portal.office.commands.rotating import note_new_key, rewrap_secrets
from portal.sealing import add_key, ensure_keys, rewrap_all


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
@click.option("--resume", is_flag=True, help="Go on with the newest key there is: add no other.")
@as_json
def rotate(resume: bool, as_json: bool) -> None:
    """Begin a new period: add a key to the key file, and put all that is sealed under it.

    Only the header of each file is written anew; what is in it stays locked as it was. Everything
    runs on meanwhile, and every file is whole at any moment: stopped half way, call it again with
    --resume. The exit code is 1 when a file was found that no key opens.
    """
    house = enter()
    sealer = house.vault.sealer
    if not resume:
        add_key(house.settings.keys_file)
        with house.db.writing() as session:
            note_new_key(session, sealer=sealer, by=COMMAND_LINE, at=house.now())
    files = rewrap_all(house.vault, progress=counting("files"))
    with house.db.writing() as session:
        secrets = rewrap_secrets(
            session, sealer=sealer, files=files, by=COMMAND_LINE, at=house.now()
        )
    for key in files.damaged:
        click.echo(f"No key opens {key}.", err=True)
    facts = {
        "key": sealer.newest_recipient,
        "files_sealed_anew": files.anew,
        "files_already_right": files.already,
        "files_no_key_opens": len(files.damaged),
        "secrets_sealed_anew": secrets,
    }
    show(facts, as_json=as_json)
    if files.damaged:
        raise SystemExit(1)


@keys.command()
@click.option("--whole", is_flag=True, help="Read every byte, not only both ends of each file.")
@as_json
def check(whole: bool, as_json: bool) -> None:
    """Open every sealed file that a row names, and compare each row with the book.

    For after a backup was restored or keys were moved, and for whoever doubts that a file is the
    one it was. Names what is gone, does not open, was put in another's place, or is in a row that
    says something else than the book; the exit code is 1 then.
    """
    checked = check_sealed_files(enter(), whole=whole, progress=counting("files"))
    show({"files_opened": checked.opened, "wrong": len(checked.wrong)}, as_json=as_json)
    for one in checked.wrong:
        click.echo(f"{one.key} {one.why}.", err=True)
    if checked.wrong:
        raise SystemExit(1)


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def sign(file: Path) -> None:
    """Make FILE with a key that signs checkpoints of the book, and print its public half.

    A file that has keys already is left as it is. Give the public half to whoever shall be able
    to check the book, by a road that does not lead through this machine.
    """
    for public in public_halves(ensure_signing_keys(file)):
        click.echo(public.hex())
