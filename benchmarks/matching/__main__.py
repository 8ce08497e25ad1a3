"""How the search by time and place compares: with what memory can do, and with PostGIS.

    python -m benchmarks.matching --recordings 4000000 --folder /somewhere/large

docs/benchmarks.md has a run, and how to read it; `measuring.py` has the method.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from benchmarks.matching.databases import Databases
from benchmarks.matching.report import markdown, terminal
from benchmarks.matching.results import BARS, Results
from benchmarks.matching.running import Plan, run
from benchmarks.matching.server import Server
from tests.servers.postgres import NotInstalled

WRITTEN_BELOW = "<!-- What follows is written by `make bench-matching`. -->"


@click.command()
@click.option("--recordings", default=1_000_000, show_default=True, type=click.IntRange(1_000))
@click.option("--questions", default=600, show_default=True, type=click.IntRange(15))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
@click.option("--scenes", default=300, show_default=True, help="Of 90 adversarial questions each.")
@click.option("--simulated", default=1_500, show_default=True, help="Requests, for the ranking.")
@click.option("--cold", default=15, show_default=True, help="Questions, each a server's first.")
@click.option("--grow-from", default=1_000_000, show_default=True)
@click.option("--grow-to", type=int, help="Also ask the same of a catalogue of so many.")
@click.option("--only", type=click.Choice(list(BARS)), help="Only on this one of the databases.")
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where databases are kept and used again; by default a temporary folder.",
)
@click.option(
    "--markdown",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the results there too.",
)
def main(
    recordings: int,
    questions: int,
    rounds: int,
    scenes: int,
    simulated: int,
    cold: int,
    grow_from: int,
    grow_to: int | None,
    only: str | None,
    seed: int,
    folder: Path | None,
    page: Path | None,
) -> None:
    """Load a synthetic city, compare every answer with an oracle, and measure."""
    names = (only,) if only else tuple(BARS)
    names = (only,) if only else tuple(BARS)
    asked = (questions, rounds, seed, scenes, simulated, cold)
    plan = Plan(recordings, *asked, grow_from, grow_to, names)
    with ExitStack() as stack:
        where = folder or _temporary(stack)
        try:
            results = _run(plan, where.absolute(), stack)
        except NotInstalled as fault:
            raise click.ClickException(str(fault)) from None
    click.echo(terminal(results))
    if page:
        page.write_text(_head_of(page) + markdown(results), encoding="utf-8")


def _head_of(page: Path) -> str:
    """What somebody wrote above the results, if the page is there."""
    head = page.read_text(encoding="utf-8").partition(WRITTEN_BELOW)[0] if page.exists() else ""
    return head + WRITTEN_BELOW + "\n\n"


def _temporary(stack: ExitStack) -> Path:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-matching-")))
    # PostgreSQL's own account must be able to come through to its files.
    folder.chmod(0o711)
    return folder


def _run(plan: Plan, folder: Path, stack: ExitStack) -> Results:
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder / "postgres")
    stack.callback(server.stop)
    server.start()
    return run(plan, Databases(folder, server, plan.seed), click.echo)


if __name__ == "__main__":
    main()
