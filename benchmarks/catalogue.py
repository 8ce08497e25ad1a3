"""How long it takes to take in a force's catalogue, and to search it by time and place.

    python -m benchmarks.catalogue --recordings 20000

The city, its catalogue and the searches are drawn from a seed, so that two runs on one machine
can be compared. Every search is asked in several rounds, in a new order each time, and its
fastest answer counts: the others measure what else the machine was doing.
"""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import numpy as np
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE
from portal.audit.commands import seal
from portal.cli.db import upgrade_to_head
from portal.db import Database, open_database
from portal.demo.city import City, draw_city
from portal.demo.patrol import as_json, recordings
from portal.holds.commands import follow_evidence_flags
from portal.recordings.criteria import Criteria, LineAsked, PointAsked
from portal.recordings.finding import search
from portal.recordings.gazetteer import import_places
from portal.recordings.importing import import_lines

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
DAYS = 40


@click.command()
@click.option("--recordings", "wanted", default=20_000, show_default=True)
@click.option("--searches", default=300, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--database-url", help="An empty database; by default a SQLite file, then removed.")
def main(wanted: int, searches: int, rounds: int, seed: int, database_url: str | None) -> None:
    """Measure the catalogue: taking it in, and searching it."""
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{Path(folder) / 'portal.sqlite'}"
        upgrade_to_head(url)
        database = open_database(url, before_commit=(seal,))
        try:
            city = draw_city(seed)
            report_import(database, city, wanted, seed)
            report_searches(database, list(questions(city, searches, seed)), rounds, seed)
        finally:
            database.close()


def report_import(database: Database, city: City, wanted: int, seed: int) -> None:
    """Take the whole city in, and say how fast that went."""
    lines = [
        as_json(line) for line in recordings(city, seed=seed, now=NOW, filmed={}, wanted=wanted)
    ]
    with database.writing() as session:
        places = (place.as_line() for place in city.places)
        import_places(session, places, by=COMMAND_LINE, at=NOW)
    began = time.perf_counter()
    report = import_lines(database, lines, by=COMMAND_LINE, at=NOW, flagged=follow_evidence_flags)
    took = time.perf_counter() - began
    if report.rejected_count:
        raise click.ClickException(f"{report.rejected_count} lines were refused")
    speed = report.created / took
    click.echo(f"import: {report.created:,} recordings in {took:.1f} s, {speed:,.0f} a second")


def questions(city: City, wanted: int, seed: int) -> Iterator[Criteria]:
    """Searches such as applicants ask: near a place or along a street, for a while."""
    luck = random.Random(seed)  # noqa: S311 (a benchmark, not a secret)
    streets = [place for place in city.places if place.line]
    for number in range(wanted):
        street = luck.choice(streets)
        since = NOW - timedelta(days=DAYS * luck.random())
        until = since + timedelta(minutes=luck.choice((10, 30, 120, 720)))
        radius = float(luck.choice((50, 150, 500, 1500)))
        line = street.line or ()
        if number % 2:
            yield Criteria(since=since, until=until, place=LineAsked(tuple(line), radius))
        else:
            yield Criteria(since=since, until=until, place=PointAsked(*line[0], radius))


def report_searches(database: Database, asked: Sequence[Criteria], rounds: int, seed: int) -> None:
    """Ask everything in every round; say how long the fastest answer to each took."""
    luck = random.Random(seed)  # noqa: S311
    fastest = np.full(len(asked), np.inf)
    found = np.zeros(len(asked), dtype=int)
    with database.reading() as session:
        for _ in range(rounds):
            for number in luck.sample(range(len(asked)), len(asked)):
                milliseconds, found[number] = timed(session, asked[number])
                fastest[number] = min(fastest[number], milliseconds)
    middle, most, nearly_all = np.percentile(fastest, [50, 95, 99])
    click.echo(
        f"search: {len(asked)} asked, {found.sum():,} recordings found; milliseconds: "
        f"p50 {middle:.2f}, p95 {most:.2f}, p99 {nearly_all:.2f}"
    )


def timed(session: Session, criteria: Criteria) -> tuple[float, int]:
    """Milliseconds for one answer, and how many recordings are in it."""
    began = time.perf_counter()
    answer = search(session, criteria)
    return (time.perf_counter() - began) * 1000, len(answer)


if __name__ == "__main__":
    main()
