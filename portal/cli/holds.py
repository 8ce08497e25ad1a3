"""Holds, as the owner of holds places, reads and ends them."""

import json
from collections.abc import Iterable
from datetime import date, datetime

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, enter, show
from portal.dates import london_day
from portal.holds.commands import Found
from portal.holds.commands.owning import (
    HoldWanted,
    change_level_named,
    hold_named,
    lift_named,
    review_named,
)
from portal.holds.looking import HoldFinding
from portal.holds.policy import Level, Segment
from portal.holds.queries import HoldRow, hold_rows

_recordings = click.argument("recordings", nargs=-1, required=True, metavar="RECORDING…")
_LEVELS = ", ".join(f"{level.value} {level.label[0].lower()}{level.label[1:]}" for level in Level)


@click.group()
def holds() -> None:
    """Holds: what bars a recording from leaving and from deletion, for a matter.

    A recording is named as the evidence system names it. Exit code 0 when it is done, 1 when it
    was refused (then nothing is done), 2 when the command is not written as it must be.
    """


def _parts(_context: object, _option: object, written: Iterable[str]) -> list[Segment]:
    try:
        return [Segment.read(each) for each in written]
    except ValueError as fault:
        raise click.BadParameter(str(fault)) from None


_segments = click.option(
    "--segment",
    "segments",
    multiple=True,
    callback=_parts,
    metavar="0:30-2:05",
    help="A part of the one recording, in minutes and seconds from its start; may be given again. "
    "Without it the hold is on the whole.",
)
_DAY = click.DateTime(["%Y-%m-%d"])


@holds.command("place")
@_recordings
@click.option("--matter", required=True, help="The open matter that it serves.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    required=True,
    help=f"What the applicant may be told: {_LEVELS}.",
)
@click.option("--why", required=True, help="Why it must be held: the record of DPA 2018 s.45(7).")
@_segments
@click.option(
    "--review-on",
    type=_DAY,
    help="The day to look at it again, at most 90 days ahead. Without it, in 90 days.",
)
@as_json
def place_holds(
    recordings: tuple[str, ...],
    matter: str,
    level: str,
    why: str,
    segments: list[Segment],
    review_on: datetime | None,
    as_json: bool,
) -> None:
    """Hold recordings for a matter, all or none.

    One that the matter holds already keeps the hold it has.
    """
    if segments and len(recordings) > 1:
        raise click.UsageError("Name one recording with --segment.")
    day = review_on.date() if review_on else None
    wanted = HoldWanted(matter, Level(level), why, segments, day)
    house = enter()
    at = house.now()
    with house.db.writing() as session:
        held = hold_named(session, recordings, wanted=wanted, by=COMMAND_LINE, at=at)
        fresh = sum(hold.placed_at == at for hold in held)
    show({"matter": matter, "placed": fresh, "held_already": len(held) - fresh}, as_json=as_json)


@holds.command("lift")
@_recordings
@click.option("--matter", required=True, help="The matter whose hold ends.")
@click.option("--why", required=True, help="Why it ends before the matter does.")
@as_json
def lift_holds(recordings: tuple[str, ...], matter: str, why: str, as_json: bool) -> None:
    """End a matter's holds on recordings, all or none.

    Requests that waited for the last hold on a recording reopen by themselves.
    """
    house = enter()
    with house.db.writing() as session:
        ended = lift_named(
            session, recordings, reference=matter, why=why, by=COMMAND_LINE, at=house.now()
        )
    show({"matter": matter, "lifted": len(ended)}, as_json=as_json)


@holds.command("review")
@click.argument("recording")
@click.option("--matter", required=True, help="The matter whose hold is looked at.")
@click.option(
    "--finding",
    type=click.Choice([finding.value for finding in HoldFinding]),
    required=True,
    help="; ".join(f"{one.value}: {one.label[0].lower()}{one.label[1:]}" for one in HoldFinding)
    + ".",
)
@click.option("--why", required=True, help="What was found.")
@_segments
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    help="With narrow: what may be told from now on, if that changes.",
)
@click.option("--next-on", type=_DAY, help="The day of the next look, at most 90 days ahead.")
@click.option(
    "--look",
    type=click.IntRange(min=1),
    help="Which look it is, from 1: said again, it is refused. Without it, the next.",
)
@as_json
def review_one(
    recording: str,
    matter: str,
    finding: str,
    why: str,
    segments: list[Segment],
    level: str | None,
    next_on: datetime | None,
    look: int | None,
    as_json: bool,
) -> None:
    """Look again at a matter's hold on a recording: it goes on, becomes less, or ends.

    With narrow, name the parts that stay held, or what may be told, or both.
    """
    is_narrow = finding == HoldFinding.NARROW
    if (segments or level) and not is_narrow:
        raise click.UsageError("--segment and --level go with --finding narrow.")
    found = Found(
        HoldFinding(finding),
        why,
        segments=segments,
        level=Level(level) if level else None,
        next_on=next_on.date() if next_on else None,
    )
    house = enter()
    with house.db.writing() as session:
        made = review_named(
            session,
            recording,
            reference=matter,
            found=found,
            number=look,
            by=COMMAND_LINE,
            at=house.now(),
        )
    told = {"matter": matter, "recording": recording, "look": made.number}
    show({**told, "finding": finding, "next_on": made.next_due_on}, as_json=as_json)


@holds.command("level")
@_recordings
@click.option("--matter", required=True, help="The matter whose holds they are.")
@click.option(
    "--to",
    type=click.Choice([level.value for level in Level]),
    required=True,
    help=f"What the applicant may be told from now on: {_LEVELS}.",
)
@click.option("--why", required=True, help="Why it changes: the record of DPA 2018 s.45(7).")
@as_json
def change_levels(
    recordings: tuple[str, ...], matter: str, to: str, why: str, as_json: bool
) -> None:
    """Let the applicant be told more or less of a matter's holds, all or none.

    A decision that is on its way is stopped and made again; an answer that went out stays.
    """
    house = enter()
    with house.db.writing() as session:
        changed = change_level_named(
            session,
            recordings,
            reference=matter,
            level=Level(to),
            why=why,
            by=COMMAND_LINE,
            at=house.now(),
        )
    show({"matter": matter, "level": to, "changed": len(changed)}, as_json=as_json)


@holds.command("list")
@click.option("--matter", help="Only this matter's.")
@click.option("--recording", help="Only those on this recording.")
@click.option("--due", is_flag=True, help="Only those to look at again today or before.")
@click.option("--ended", is_flag=True, help="List holds that have ended too.")
@as_json
def list_holds(
    matter: str | None, recording: str | None, due: bool, ended: bool, as_json: bool
) -> None:
    """List holds, a line for each, the one to look at again first in front."""
    house = enter()
    today = london_day(house.now())
    with house.db.reading() as session:
        rows = hold_rows(
            session,
            matter=matter,
            recording=recording,
            due_by=today if due else None,
            with_ended=ended,
        )
    for row in rows:
        click.echo(json.dumps(_facts(row, today), default=str) if as_json else _line(row, today))


def _facts(row: HoldRow, today: date) -> dict[str, object]:
    hold = row.hold
    return {
        "hold": hold.id,
        "recording": row.recording,
        "matter": row.matter,
        "kind": hold.kind.value,
        "level": hold.level.value,
        "segments": [str(part) for part in hold.parts],
        "why": hold.reason,
        "placed_at": hold.placed_at,
        "review_due_on": hold.review_due_on,
        "is_overdue": hold.is_overdue(today),
        "lifted_at": hold.lifted_at,
        "lifted_why": hold.lifted_why or None,
    }


def _line(row: HoldRow, today: date) -> str:
    hold = row.hold
    extent = ", ".join(map(str, hold.parts)) or "whole"
    standing = f"look again by {hold.review_due_on}"
    if hold.lifted_at:
        standing = f"ended {london_day(hold.lifted_at)}"
    elif hold.is_overdue(today):
        standing += ", late"
    start = f"{row.recording:<24} {row.matter:<24} {hold.kind.value} {hold.level.value}"
    return f"{start} {extent:<16} {standing}"
