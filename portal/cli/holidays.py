"""Bank holidays."""

import json
from itertools import groupby
from typing import Any, BinaryIO

import click

from portal.actors import COMMAND_LINE
from portal.bank_holidays import DIVISIONS
from portal.cli.opening import as_json, enter
from portal.dates import london_day, weekday_in_words
from portal.house import House
from portal.requests.commands.importing_holidays import LARGEST_FILE, Imported, import_holidays
from portal.requests.commands.recounting import Moved, recount_open
from portal.requests.holidays import known_holidays, known_table, stored_table
from portal.reviews.commands.recounting import recount_reviews

_NATIONS = dict(zip(DIVISIONS, ("England and Wales", "Scotland", "Northern Ireland"), strict=True))


@click.group()
def holidays() -> None:
    """Bank holidays: the days that the legal time does not count."""


@holidays.command("import")
@click.argument("source", metavar="FILE", type=click.File("rb"))
@as_json
def import_file(source: BinaryIO, as_json: bool) -> None:
    """Take in GOV.UK's bank-holidays.json (`-` reads standard input).

    Then the dates of every open request and review are counted anew. The book says which moved;
    nobody is told, and letters keep the date they were sent with.
    """
    content = source.read(LARGEST_FILE + 1)
    house = enter()
    with house.db.writing() as session:
        imported = import_holidays(session, content=content, by=COMMAND_LINE, at=house.now())
    moved = recount_all(house)
    facts = _imported_facts(imported, moved, months_ahead(house))
    click.echo(json.dumps(facts) if as_json else "\n".join(_imported_lines(imported, moved, facts)))


def recount_all(house: House) -> list[Moved]:
    """Count every open request and review anew; those whose dates moved."""
    moved = recount_open(house.db, by=COMMAND_LINE, at=house.now())
    with house.db.writing() as session:
        return [*moved, *recount_reviews(session, by=COMMAND_LINE, at=house.now())]


def months_ahead(house: House) -> int:
    """For how many whole months from today bank holidays are known."""
    with house.db.reading() as session:
        return known_holidays(session).months_ahead(london_day(house.now()))


def _imported_facts(imported: Imported, moved: list[Moved], months: int) -> dict[str, Any]:
    return {
        "sha256": imported.sha256,
        "days": imported.days,
        "added": [{"on": day.isoformat(), "division": name} for day, name in imported.added],
        "removed": [{"on": day.isoformat(), "division": name} for day, name in imported.removed],
        "requests_moved": [moved_facts(one) for one in moved],
        "months_ahead": months,
    }


def moved_facts(moved: Moved) -> dict[str, Any]:
    """A request's dates, for a machine: each as it was and as it is."""
    iso = {
        name: [day.isoformat() if day else None for day in pair]
        for name, pair in moved.dates.items()
    }
    return {"reference": moved.reference, **iso}


def moved_line(moved: Moved) -> str:
    """The same in one line, for people."""
    dates = (
        f"{name.removesuffix('_on').replace('_', ' ')} {was or 'none'} -> {now or 'none'}"
        for name, (was, now) in moved.dates.items()
    )
    return f"{moved.reference}: {', '.join(dates)}"


def _imported_lines(imported: Imported, moved: list[Moved], facts: dict[str, Any]) -> list[str]:
    if not (imported.added or imported.removed):
        lines = [f"The {imported.days} days of the file change no date we go by."]
    else:
        lines = [
            f"added: {_NATIONS[name]}, {weekday_in_words(day)}" for day, name in imported.added
        ]
        lines += [
            f"gone: {_NATIONS[name]}, {weekday_in_words(day)}" for day, name in imported.removed
        ]
    lines += [f"moved: {moved_line(one)}" for one in moved]
    return [*lines, _ahead(facts["months_ahead"])]


def _ahead(months: int) -> str:
    return f"Bank holidays are known for {months} months ahead."


@holidays.command("list")
@as_json
def list_known(as_json: bool) -> None:
    """List the bank holidays in force, and how many months lie ahead.

    A year that was imported is marked so; the others came with the portal.
    """
    house = enter()
    with house.db.reading() as session:
        known, stored = known_table(session), stored_table(session)
    imported = {(name, day.year) for name, days in stored.items() for day in days}
    rows = [
        {
            "division": name,
            "on": day.isoformat(),
            "title": title,
            "source": "imported" if (name, day.year) in imported else "shipped",
        }
        for name, days in known.items()
        for day, title in days.items()
    ]
    months = months_ahead(house)
    if as_json:
        click.echo(json.dumps({"days": rows, "months_ahead": months}, ensure_ascii=False))
        return
    for (name, source), days in groupby(rows, key=lambda row: (row["division"], row["source"])):
        click.echo(f"{_NATIONS[name]} ({source})")
        for row in days:
            click.echo(f"  {row['on']}  {row['title']}")
    click.echo(_ahead(months))
