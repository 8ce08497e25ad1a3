"""The legal time."""

import json
from typing import TextIO

import click

from portal.bank_holidays import load_shipped
from portal.requests.clock_explaining import as_text, explain, parse


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
    """
    answers = explain(parse(source.read()), load_shipped())
    click.echo(as_text(answers) if text else json.dumps(answers, indent=1, ensure_ascii=False))
