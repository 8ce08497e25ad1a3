"""The legal time."""

import json
import os
import sys
from typing import TextIO

import click
from sqlalchemy.exc import SQLAlchemyError

from portal.bank_holidays import load_shipped
from portal.cli.holidays import moved_facts, moved_line, recount_all
from portal.cli.opening import as_json, enter
from portal.db import open_database
from portal.requests.clock_explaining import as_text, explain, parse
from portal.requests.commands.recounting import differing
from portal.requests.holidays import known_holidays
from portal.reviews.commands.recounting import differing_reviews
from portal.workdays import Holidays


@click.group()
def clock() -> None:
    """The legal time: what is due when, and why."""


@clock.command("explain")
@click.option(
    "--input",
    "source",
    type=click.File(encoding="utf-8"),
    required=True,
    help="A file of JSON: one object or a list. `-` reads standard input.",
)
@click.option("--text", "text", is_flag=True, help="Print it for people instead of as JSON.")
@click.option("--json", "_as_json", is_flag=True, help="Print JSON (the default).")
def explain_clock(source: TextIO, text: bool, _as_json: bool) -> None:
    """Work out dates from dated events, and show the working.

    Each object has `regime` (sar, foi, foi-review or dp-complaint) and `received_on`, and where
    they apply identity_received_on, authority_received_on, fee_paid_on, clarifications
    [[asked, answered or null], …], extension_notice_on, public_interest_notice_on, fees_notice
    [given, paid] and exceptional. What is not allowed is named in `refused`.

    The bank holidays are those of the database that PORTAL_DATABASE_URL names, or without one
    those that came with the portal.
    """
    answers = explain(parse(source.read()), _holidays())
    click.echo(as_text(answers) if text else json.dumps(answers, indent=1, ensure_ascii=False))


def _holidays() -> Holidays:
    """The house's, where there is one; sums on paper need no house, so its lack is only said."""
    url = os.environ.get("PORTAL_DATABASE_URL")
    if not url:
        return load_shipped()
    try:
        database = open_database(url)
        with database.reading() as session:
            return known_holidays(session)
    except SQLAlchemyError:
        click.echo("The database did not answer: these are the shipped bank holidays.", err=True)
        return load_shipped()


@clock.command("check")
@click.option("--mend", is_flag=True, help="Keep the right dates, and say so in the book.")
@as_json
def check(mend: bool, as_json: bool) -> None:
    """Count every open request and review, and name those that keep another date.

    Exits with 1 when there are any that were not mended.
    """
    house = enter()
    if mend:
        found = recount_all(house)
    else:
        with house.db.reading() as session:
            found = [*differing(session), *differing_reviews(session)]
    for one in found:
        click.echo(json.dumps(moved_facts(one)) if as_json else moved_line(one))
    if found and not mend:
        sys.exit(1)
    if not found and not as_json:
        click.echo("Every open request and review keeps the dates that its ledger gives.")
