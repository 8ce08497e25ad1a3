"""Whether rows and files agree."""

import json
from pathlib import Path

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, enter, show
from portal.expiry.commands.reconciling import Reconciled, note_missing, reconcile


@click.group()
def storage() -> None:
    """The files: whether rows and files agree."""


@storage.command()
@click.option("--really", is_flag=True, help="Delete files of ours that no row names.")
@click.option(
    "--list",
    "list_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE each file that is gone, and each that no row names: a line of JSON each.",
    metavar="FILE",
)
@as_json
def check(really: bool, list_file: Path | None, as_json: bool) -> None:
    """Look at every file that a row names, at every sealed file, and at every plain copy.

    A file that is gone although a row names it is shown to administrators in the office, and the
    exit code is 1. Sealed files that no row names are leftovers of processes that were killed; the
    worker deletes them after a day, and so does --really; plain copies for another server to send
    (PORTAL_OFFLOAD_FOLDER, PORTAL_OFFLOAD_BUCKET) after an hour. What others have put
    there is listed and never deleted, and neither is master footage.
    """
    house = enter()
    found = reconcile(house, really=really)
    with house.db.writing() as session:
        note_missing(session, found.missing, by=COMMAND_LINE, at=house.now())
    if list_file is not None:
        list_file.write_text("".join(f"{json.dumps(line)}\n" for line in _lines(found)))
    _tell(found, as_json=as_json)
    if found.missing:
        raise click.exceptions.Exit(1)


def _tell(found: Reconciled, *, as_json: bool) -> None:
    show(
        {
            "named_by_rows": found.named,
            "gone": len(found.missing),
            "named_by_no_row": len(found.loose),
            "of_these_old_enough_to_delete": sum(one.may_go for one in found.loose),
            "of_these_not_ours": sum(not one.is_ours for one in found.loose),
            "deleted": found.deleted,
        },
        as_json=as_json,
    )
    if not as_json:
        for one in found.missing:
            click.echo(f"gone: {one.store} {one.key}, {one.by}", err=True)


def _lines(found: Reconciled) -> list[dict[str, object]]:
    gone: list[dict[str, object]] = [
        {"found": "gone", "store": one.store, "key": one.key, "named_by": one.by}
        for one in found.missing
    ]
    loose: list[dict[str, object]] = [
        {
            "found": "named by no row",
            "store": one.store,
            "key": one.stored.key,
            "bytes": one.stored.size,
            "kept_at": one.stored.kept_at.isoformat(),
            "may_go": one.may_go,
        }
        for one in found.loose
    ]
    return [*gone, *loose]
