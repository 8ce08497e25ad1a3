"""Routine deletion."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, counting, enter, show
from portal.dates import day_in_words
from portal.expiry.commands.forgetting import (
    Forgotten,
    Run,
    forget_requests,
    would_forget,
)
from portal.holds.commands import Listing, RetentionReport, run_retention
from portal.holds.keeping_queries import Due, KeptBy
from portal.requests.models import FootageRequest

# A search takes seconds. A worker that has not done what is owed in two minutes does not run.
_WAIT_S = 5
_MOST_WAITS = 24


@click.group()
def retention() -> None:
    """Routine deletion: of footage that is not evidence, and of old requests."""


@retention.command()
@click.option("--really", is_flag=True, help="Delete. Without it, only show what would be deleted.")
@click.option(
    "--list",
    "list_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE each recording that goes, and each past its time that a hold or a "
    "request keeps, with the reason: a line of JSON each.",
    metavar="FILE",
)
@as_json
def run(really: bool, list_file: Path | None, as_json: bool) -> None:
    """Delete non-evidential footage past its time (31 days unless set otherwise).

    Whatever an open hold, a preservation for a request, or its category keeps, stays. What was
    deleted, and why, is written in the book. Without --really it deletes nothing, and shows what
    it would delete by the day it was recorded, and how much is kept by what.
    """
    house = enter()
    with _listing(list_file, really) as listing:
        report = run_retention(
            house.db,
            retention=timedelta(days=house.settings.retention_days),
            by=COMMAND_LINE,
            now=house.now,
            really=really,
            progress=counting("recordings"),
            listing=listing,
            wait=_wait,
        )
    _tell(report, as_json=as_json)


@retention.command()
@click.option("--really", is_flag=True, help="Delete. Without it, only show what would be deleted.")
@click.option(
    "--list",
    "list_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE each request that goes: a line of JSON each.",
    metavar="FILE",
)
@as_json
def requests(really: bool, list_file: Path | None, as_json: bool) -> None:
    """Delete requests that ended long ago (two years unless set otherwise).

    A request goes with all that hangs on it, once nothing has happened in it for that long. One
    whose answer holds something back, or that is looked at again, stays. Its statistics stay, and
    so does the book. The e-mails of that time go too. Without --really it deletes nothing.
    """
    house = enter()
    kept_for = timedelta(days=house.settings.request_days)
    run = Run(house.db, kept_for, COMMAND_LINE, house.now())
    with _naming(list_file, really) as listing:
        if really:
            found = forget_requests(run, listing, counting("requests"))
        else:
            found = would_forget(run, listing)
    _tell_of_requests(found, really=really, as_json=as_json)


def _tell_of_requests(found: Forgotten, *, really: bool, as_json: bool) -> None:
    went = "deleted" if really else "would_delete"
    rows = {"rows": found.rows} if really else {}
    show(
        {f"{went}_requests": found.requests, **rows, "old_e-mails": found.notices}, as_json=as_json
    )


@contextmanager
def _naming(path: Path | None, really: bool) -> Iterator[Callable[[FootageRequest], None]]:
    if path is None:
        yield lambda one: None
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def write(one: FootageRequest) -> None:
            facts = {
                "reference": one.reference,
                "received_on": one.received_on.isoformat(),
                "ending": one.ending and one.ending.value,
                "outcome": "deleted" if really else "would_delete",
            }
            file.write(json.dumps(facts) + "\n")

        yield write


def _tell(report: RetentionReport, *, as_json: bool) -> None:
    gone = "would_delete" if report.is_dry_run else "deleted"
    kept = {f"kept_by_{by_what.value}": count for by_what, count in report.kept.items()}
    if as_json:
        by_day = {day.isoformat(): count for day, count in report.by_day.items()}
        show({gone: report.deleted, **kept, f"{gone}_by_day": by_day}, as_json=True)
        return
    days = {f"recorded on {day_in_words(day)}": n for day, n in report.by_day.items()}
    show({gone: report.deleted, **days, **kept}, as_json=False)


@contextmanager
def _listing(path: Path | None, really: bool) -> Iterator[Listing | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def write(one: Due, why: str, kept_by: KeptBy | None) -> None:
            goes = "deleted" if really else "would_delete"
            facts = {
                "id": one.source_id,
                "started_at": one.started_at.isoformat(),
                "outcome": "kept" if kept_by else goes,
                "why": kept_by.value if kept_by else why,
            }
            file.write(json.dumps(facts, ensure_ascii=False) + "\n")

        yield write


def _wait(waited: int) -> bool:
    """Let the worker pay the searches that are owed; but not for ever before one page."""
    if waited >= _MOST_WAITS:
        return False
    time.sleep(_WAIT_S)
    return True
