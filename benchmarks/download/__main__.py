"""How fast downloads are, beside nginx with the same file in plain.

    python -m benchmarks.download

docs/benchmark-download.md has a run, and how to read it.
"""

import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click
import cryptography

from benchmarks.download.measuring import fingerprint, memory_each, rate
from benchmarks.download.seeding import Seeded, seeded, write_plain
from benchmarks.download.servers import NotInstalled, Server, nginx, portal
from benchmarks.matching.machine import named
from benchmarks.matching.programs import environment, run_portal

WRITTEN_BELOW = "<!-- What follows is written by `make bench-download`. -->"
LEAST_RATIO = 0.5
MOST_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Results:
    """Rates in bytes a second, one for each round; memory in bytes for each download."""

    megabytes: int
    clients: int
    seconds: float
    nginx: tuple[float, ...]
    portal: tuple[float, ...]
    is_right: bool
    streams: int
    memory: float

    @property
    def ratio(self) -> float:
        """The portal's bytes to nginx's, of all rounds together."""
        return sum(self.portal) / sum(self.nginx)


@click.command()
@click.option("--megabytes", default=1024, show_default=True, type=click.IntRange(1))
@click.option("--clients", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=3.0, show_default=True, help="Each, in a round.")
@click.option("--streams", default=64, show_default=True, help="Held open, for their memory.")
@click.option("--processes", default=2, show_default=True, help="Of each server.")
@click.option("--database", help="Of PostgreSQL, an empty one; SQLite if not said.")
@click.option(
    "--markdown",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the results there too.",
)
def main(
    megabytes: int,
    clients: int,
    rounds: int,
    seconds: float,
    streams: int,
    processes: int,
    database: str | None,
    page: Path | None,
) -> None:
    """Serve one file by both, in turn, to the same clients."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_memory())))
        plain = folder / "plain"
        plain.mkdir()
        write_plain(plain / "video.mp4", megabytes)
        given = environment(folder, database or f"sqlite:///{folder / 'portal.db'}")
        run_portal("db", "upgrade", given=given)
        made = seeded(given, plain / "video.mp4", browsers=clients)
        try:
            theirs = stack.enter_context(nginx(folder, plain, processes=processes))
            ours = stack.enter_context(portal(folder, given, processes=processes))
            plan = (megabytes, clients, rounds, seconds, streams)
            results = _measured(theirs, ours, made, plan)
        except NotInstalled as fault:
            raise click.ClickException(str(fault)) from None
    text = "\n".join(_lines(results, database))
    click.echo(text)
    if page:
        head = page.read_text(encoding="utf-8").partition(WRITTEN_BELOW)[0]
        page.write_text(f"{head}{WRITTEN_BELOW}\n\n{text}\n", encoding="utf-8")


def _memory() -> str | None:
    """A disk in memory, where there is one: what is measured is not the disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of our own


def _measured(
    theirs: Server, ours: Server, made: Seeded, plan: tuple[int, int, int, float, int]
) -> Results:
    megabytes, clients, rounds, seconds, streams = plan
    is_right = {
        fingerprint(theirs, "/video.mp4", ""),
        *(fingerprint(ours, made.path, cookie) for cookie in made.cookies),
    } == {made.sha256}
    found: dict[str, list[float]] = {"nginx": [], "portal": []}
    turns: dict[str, Callable[[], float]] = {
        "nginx": lambda: rate(theirs, "/video.mp4", made.cookies, seconds),
        "portal": lambda: rate(ours, made.path, made.cookies, seconds),
    }
    for number in range(rounds):
        # Whoever comes second has the warmer machine: they take turns at that too.
        for name in sorted(turns, reverse=bool(number % 2)):
            found[name].append(turns[name]())
    held = memory_each(ours, made.path, made.cookies, streams)
    return Results(
        megabytes, clients, seconds, tuple(found["nginx"]), tuple(found["portal"]), is_right,
        streams, held,
    )  # fmt: skip


def _lines(results: Results, database: str | None) -> Iterator[str]:
    cores = len(os.sched_getaffinity(0))
    yield f"- Processor: {named('/proc/cpuinfo', 'model name')}, {cores} cores"
    yield f"- System: {platform.system()} {platform.release()}"
    yield f"- Python: {platform.python_version()}, cryptography {cryptography.__version__}"
    yield f"- Database: {'PostgreSQL' if database else 'SQLite'}"
    yield f"- Other work at the end: load average {os.getloadavg()[0]:.1f}"
    yield ""
    yield (
        f"{results.clients} clients, a file of {results.megabytes} MiB, {results.seconds:g} s for "
        f"each in each of {len(results.nginx)} rounds, in turn."
    )
    yield ""
    yield "| round | nginx, plain, MB/s | the portal, sealed, MB/s | ratio |"
    yield "|---|---|---|---|"
    for number, (theirs, ours) in enumerate(zip(results.nginx, results.portal, strict=True), 1):
        yield f"| {number} | {theirs / 1e6:,.0f} | {ours / 1e6:,.0f} | {ours / theirs:.2f} |"
    yield ""
    yield "| bar | measured | wanted | |"
    yield "|---|---|---|---|"
    right = "yes" if results.is_right else "no"
    yield f"| every byte as it was sealed | {right} | yes | {_met(results.is_right)} |"
    yield (
        f"| rate, to nginx's | {results.ratio:.2f} | at least {LEAST_RATIO} "
        f"| {_met(results.ratio >= LEAST_RATIO)} |"
    )
    yield (
        f"| memory of each of {results.streams} downloads (MiB) | {results.memory / 2**20:.2f} "
        f"| at most {MOST_MEMORY / 2**20:g} | {_met(results.memory <= MOST_MEMORY)} |"
    )


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


if __name__ == "__main__":
    main()
