"""The demonstration force."""

import tempfile
from pathlib import Path

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import enter
from portal.holds.commands import follow_evidence_flags
from portal.house import House
from portal.recordings.gazetteer import import_places
from portal.recordings.importing import import_lines, lines_of
from portal.recordings.queries import complete_up_to


@click.group()
def demo() -> None:
    """A demonstration force: an invented city, its recordings, real video, and handlers."""


@demo.command()
@click.option("--seed", default=20_260, show_default=True, help="The same seed, the same city.")
@click.option(
    "--recordings", "wanted", default=20_000, show_default=True, help="How many recordings."
)
@click.option(
    "--sign-ins",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write how the handlers sign in; by default beside the keys file.",
)
def build(seed: int, wanted: int, sign_ins: Path | None) -> None:
    """Build the demonstration force and take it in by the same doors as a real one.

    Needs an empty catalogue: it is never mixed with real recordings.
    """
    house = enter()
    with house.db.reading() as session:
        if complete_up_to(session) is not None:
            raise click.ClickException(
                "There are recordings already; this needs an empty database."
            )
    _take_in_city(house, seed, wanted)
    _add_people(house, sign_ins or house.settings.keys_file.parent / "demo-sign-ins.json")
    click.echo("The demonstration force is built.")


def _take_in_city(house: House, seed: int, wanted: int) -> None:
    # Only this command needs the demonstration's video libraries: the others start without them.
    from portal.demo.build import build_city

    with tempfile.TemporaryDirectory() as folder:
        built = build_city(
            Path(folder),
            seed=seed,
            now=house.now(),
            footage_folder=house.settings.footage_folder,
            wanted=wanted,
            progress=lambda step, done, total: click.echo(f"{step}: {done} of {total}"),
        )
        with built.gazetteer.open("rb") as lines, house.db.writing() as session:
            import_places(session, lines_of(lines), by=COMMAND_LINE, at=house.now())
        with built.recordings.open("rb") as lines:
            report = import_lines(
                house.db,
                lines_of(lines),
                by=COMMAND_LINE,
                at=house.now(),
                flagged=follow_evidence_flags,
            )
    click.echo(f"recordings taken in: {report.created}, rejected: {report.rejected_count}")


def _add_people(house: House, sign_ins: Path) -> None:
    from portal.demo.people import add_people

    add_people(house, sign_ins)
