"""The catalogue of recordings."""

import json
from dataclasses import asdict
from typing import BinaryIO

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, counting, enter, show
from portal.holds.commands import follow_evidence_flag
from portal.house import House
from portal.recordings.finding import search
from portal.recordings.gazetteer import import_places
from portal.recordings.importing import import_lines, lines_of
from portal.recordings.lines import BadLine
from portal.recordings.searching import answer_line, criteria_from_line


@click.group()
def recordings() -> None:
    """Recordings: taking in the force's catalogue, and searching it by time and place."""


@recordings.command("import")
@click.argument("file", type=click.File("rb"))
@as_json
def import_file(file: BinaryIO, as_json: bool) -> None:
    """Take in FILE, one JSON object per line (docs/import.md); `-` reads standard input.

    A bad line is reported and skipped, the rest is kept. Importing the same file again changes
    nothing. A line that names an open matter puts a hold on its recording. Exit code 1 when a
    line was bad.
    """
    house = enter()
    report = import_lines(
        house.db,
        lines_of(file),
        by=COMMAND_LINE,
        at=house.now(),
        flagged=follow_evidence_flag,
        progress=counting("lines"),
    )
    facts = asdict(report)
    bad = facts.pop("rejected")
    show({**facts, "rejected": bad} if as_json else facts, as_json=as_json)
    if not as_json:
        for line in report.rejected:
            click.echo(f"line {line.line_number}: {line.message}", err=True)
    if report.rejected_count:
        raise SystemExit(1)


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
        return {"found": [answer_line(one) for one in search(session, criteria)]}
