"""The catalogue of recordings."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, enter, show
from portal.cli.progress import progress_line
from portal.holds.commands import follow_evidence_flags
from portal.house import House
from portal.recordings.adapters import FORMATS, BadFile, BadMapping, import_any
from portal.recordings.describing import found_by
from portal.recordings.gazetteer import import_places
from portal.recordings.importing import ImportReport, Progress, SideFile, lines_of
from portal.recordings.lines import BadLine
from portal.recordings.searching import answer_line, criteria_from_line

# Standard error is for a person; the side file has them all.
_MOST_SHOWN = 20
_STDIN = "<stdin>"


@click.group()
def recordings() -> None:
    """Recordings: taking in the force's catalogue, and searching it by time and place."""


@recordings.command("import")
@click.argument("files", type=click.File("rb"), nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="What FILE is; by default its name says so, and standard input is jsonl.",
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For CSV: a TOML file that says what the export's columns are (docs/import.md).",
)
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the lines that were skipped; by default FILE.rejected.",
)
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Say how far it has come; by default on a terminal.",
)
@as_json
def import_recordings(
    files: tuple[BinaryIO, ...],
    format_: str | None,
    mapping: Path | None,
    rejects: Path | None,
    progress: bool | None,
    as_json: bool,
) -> None:
    """Take in recordings: newline-delimited JSON, CSV, GPX or GeoJSON (docs/import.md).

    `-` reads standard input. A bad line is skipped, the rest is kept; its number and the reason
    go to FILE.rejected. Importing the same file again changes nothing, and one whose import was
    stopped is gone on with. A line that names an open matter puts a hold on its recording. Exit
    code 1 when a line was bad.
    """
    if rejects and len(files) > 1:
        raise click.UsageError("--rejects is for one FILE.")
    house = enter()
    reports = [
        _import_one(
            house, file, format_, mapping, rejects, progress_line("lines", is_wanted=progress)
        )
        for file in files
    ]
    _tell(reports, as_json=as_json)
    if any(report.rejected_count for report, _ in reports):
        raise SystemExit(1)


def _import_one(
    house: House,
    file: BinaryIO,
    format_: str | None,
    mapping: Path | None,
    rejects: Path | None,
    progress: Progress,
) -> tuple[ImportReport, SideFile | None]:
    name = getattr(file, "name", _STDIN)
    beside = None if name == _STDIN else Path(f"{name}.rejected")
    path = rejects or beside
    side_file = SideFile(path) if path else None
    try:
        report = import_any(
            house.db,
            file,
            name=name,
            format_=format_,
            mapping=mapping.read_bytes() if mapping else None,
            by=COMMAND_LINE,
            at=house.now(),
            flagged=follow_evidence_flags,
            side_file=side_file,
            progress=progress,
        )
    except (BadFile, BadMapping) as fault:
        raise click.ClickException(f"{name}: {fault}") from None
    except OSError as fault:
        raise click.ClickException(
            f"{fault.filename or name} cannot be read or written: {fault.strerror}"
        ) from None
    return report, side_file


def _tell(reports: list[tuple[ImportReport, SideFile | None]], *, as_json: bool) -> None:
    for report, side_file in reports:
        facts = asdict(report)
        bad = facts.pop("rejected")
        if not report.continued_after_line:
            del facts["continued_after_line"]
        if report.rejected_count and side_file:
            facts["rejects"] = str(side_file.path)
        show({**facts, "rejected": bad} if as_json else facts, as_json=as_json)
        for line in [] if as_json else report.rejected[:_MOST_SHOWN]:
            click.echo(f"line {line.line_number}: {line.message}", err=True)


@recordings.command("places")
@click.argument("file", type=click.File("rb"))
@as_json
def import_gazetteer(file: BinaryIO, as_json: bool) -> None:
    """Take in FILE, the gazetteer: streets, places, postcodes and boroughs, one JSON object per
    line (docs/import.md). The same file again changes nothing. Exit code 1 when a line was bad.
    """
    house = enter()
    with house.db.writing() as session:
        report = import_places(session, lines_of(file), by=COMMAND_LINE, at=house.now())
    facts = asdict(report)
    bad = facts.pop("rejected")
    show({**facts, "rejected": bad} if as_json else facts, as_json=as_json)
    for number, message in [] if as_json else report.rejected:
        click.echo(f"line {number}: {message}", err=True)
    if report.rejected:
        raise SystemExit(1)


@recordings.command("search")
@click.option(
    "--input",
    "file",
    type=click.File("rb"),
    default="-",
    help="The file to read; `-`, the default, is standard input.",
)
@click.option("--json", "_as_json", is_flag=True, help="Print JSON lines (the default).")
def search_file(file: BinaryIO, _as_json: bool) -> None:
    """Answer searches, one JSON object per line.

    Each line has `from`, `until`, and one of `point` {lat, lon, radius_m}, `line` with
    `radius_m`, or `area`. The answer is one line for each, in the same order; a line that is no
    search is answered with an `error`, and the exit code is then 1.
    """
    house = enter()
    is_good = True
    for line in lines_of(file):
        if line.strip():
            answer = _answer(house, line)
            is_good = is_good and "error" not in answer
            click.echo(json.dumps(answer, ensure_ascii=False))
    if not is_good:
        raise SystemExit(1)


def _answer(house: House, line: bytes) -> dict[str, object]:
    try:
        criteria = criteria_from_line(line)
    except BadLine as fault:
        return {"error": str(fault)}
    with house.db.reading() as session:
        return {"found": [answer_line(one) for one in found_by(session, criteria)]}
