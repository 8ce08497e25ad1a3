"""Matters and the holds that serve them."""

import json
from dataclasses import asdict

import click

from portal.actors import COMMAND_LINE
from portal.cli.opening import as_json, enter, show
from portal.holds.commands import close_matter, open_matter
from portal.holds.courses import Course, course_of
from portal.holds.policy import HoldKind
from portal.holds.queries import MatterRow, matter_by_reference
from portal.holds.queries import matters as all_matters


@click.group()
def matters() -> None:
    """Matters: investigations and the like, and the evidence they hold."""


@matters.command("list")
@click.option("--closed", is_flag=True, help="List closed matters too.")
@as_json
def list_matters(closed: bool, as_json: bool) -> None:
    """List matters, newest first, with how many recordings each holds."""
    house = enter()
    with house.db.reading() as session:
        rows = all_matters(session, with_closed=closed)
    for row in rows:
        click.echo(json.dumps(_facts(row), default=str) if as_json else _line(row))


def _facts(row: MatterRow) -> dict[str, object]:
    return {
        "matter": row.matter.reference,
        "kind": row.matter.kind.value,
        "opened_at": row.matter.opened_at,
        "closed_at": row.matter.closed_at,
        "recordings_held": row.open_holds,
    }


def _line(row: MatterRow) -> str:
    standing = "closed" if row.matter.closed_at else f"holds {row.open_holds}"
    return f"{row.matter.reference:<24} {row.matter.kind.label:<20} {standing}"


@matters.command("open")
@click.argument("reference")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in HoldKind]),
    default=HoldKind.INVESTIGATION.value,
    show_default=True,
    help="What kind of matter it is: "
    + ", ".join(f"{kind.value} {kind.label[0].lower()}{kind.label[1:]}" for kind in HoldKind)
    + ".",
)
@as_json
def open_one(reference: str, kind: str, as_json: bool) -> None:
    """Open a matter."""
    house = enter()
    with house.db.writing() as session:
        matter = open_matter(
            session, reference=reference, kind=HoldKind(kind), by=COMMAND_LINE, at=house.now()
        )
    show({"matter": matter.reference, "opened_at": matter.opened_at}, as_json=as_json)


@matters.command("kinds")
@as_json
def list_kinds(as_json: bool) -> None:
    """Say of each kind of matter what opens it, what ends it, and who decides."""
    settings = enter().settings
    for kind in HoldKind:
        course = course_of(kind, settings)
        facts = {"kind": kind.value, "label": kind.label, **asdict(course)}
        click.echo(json.dumps(facts) if as_json else "\n".join(_told(kind, course)))


def _told(kind: HoldKind, course: Course) -> list[str]:
    ends = [f"    ends: {end}" for end in course.ends]
    note = [f"    note: {course.note}"] if course.note else []
    first = [f"{kind.value} {kind.label}", f"    opens: {course.opens}"]
    return [*first, *ends, f"    decided by: {course.decided_by}", *note]


@matters.command("close")
@click.argument("reference")
@click.option("--why", required=True, help="How the matter ended.")
@as_json
def close_one(reference: str, why: str, as_json: bool) -> None:
    """Close a matter: its holds end, and requests that waited for them reopen by themselves.

    `portal matters kinds` says what must have happened first.
    """
    house = enter()
    with house.db.writing() as session:
        matter = matter_by_reference(session, reference)
        lifted = close_matter(session, matter=matter, why=why, by=COMMAND_LINE, at=house.now())
    show({"matter": reference, "holds_lifted": lifted}, as_json=as_json)
