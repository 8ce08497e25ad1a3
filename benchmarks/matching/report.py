"""A run as tables: one for each database on the terminal, and a page of Markdown."""

from collections.abc import Iterator, Sequence

from benchmarks.matching.measuring import Times
from benchmarks.matching.results import Bar, Portal, Results, shown

Row = Sequence[str]
_TIMES = ("engine", "p50 ms", "p95 ms", "p99 ms", "a second", "cold ms", "bytes each",
          "loaded a second", "wrong")  # fmt: skip
_RATIOS = ("engine", "p50", "p99", "total", "p50", "p99", "total")


def terminal(results: Results) -> str:
    """Everything, for a terminal."""
    return "\n".join(_terminal(results))


def markdown(results: Results) -> str:
    """Everything, as a page of Markdown (docs/benchmarks.md has one)."""
    return "\n".join(_markdown(results)) + "\n"


def _terminal(results: Results) -> Iterator[str]:
    yield ""
    yield summary(results)
    for portal in results.portals:
        yield ""
        yield f"{portal.name}, {portal.loaded.recordings:,} recordings"
        yield from _aligned(_TIMES, _times(results, [portal]))
        yield ""
        yield f"{'times the figure of':<28}{'the limit':<26}PostGIS"
        yield from _aligned(_RATIOS, _ratios(results, [portal]))
        yield ""
        bars = [bar for bar in results.bars() if bar.name == portal.name]
        yield from _aligned(("bar", "measured", "wanted", ""), map(_bar, bars))
        if portal.ranked:
            yield ""
            yield portal.ranked.table()
    yield from ("", *results.notes)


def _markdown(results: Results) -> Iterator[str]:
    yield from (f"- {name}: {value}" for name, value in results.machine)
    yield from ("", summary(results), "")
    yield from _table(_TIMES, _times(results, results.portals))
    yield from ("", "As multiples in the same run, first of the limit and then of PostGIS:", "")
    yield from _table(_RATIOS, _ratios(results, results.portals))
    yield ""
    yield from _table(("database", "bar", "measured", "wanted", ""),
                      ((bar.name, *_bar(bar)) for bar in results.bars()))  # fmt: skip
    for portal in results.portals:
        if portal.ranked:
            yield from ("", f"Ranking, on {portal.name}:", "", "```")
            yield from (portal.ranked.table(), "```")
    yield from ("", *results.notes)


def summary(results: Results) -> str:
    """What was asked of what, in a sentence."""
    asked = results.limit.realistic.asked
    return (
        f"{results.recordings:,} recordings with {results.fixes_each:.1f} fixes each; {asked:,} "
        f"questions that find {results.found:,} recordings in all; {results.rounds} rounds, "
        "interleaved; the least time of each question."
    )


def _times(results: Results, portals: Sequence[Portal]) -> Iterator[Row]:
    limit, other = results.limit, results.postgis
    checked = str(limit.realistic.wrong)
    yield ("the limit: sorted arrays", *_figures(limit.found), "", shown(limit.bytes_each), "",
           checked)  # fmt: skip
    yield ("the limit, ranking too", *_figures(limit.ranked), "", "", "", "")
    yield ("PostGIS, GiST with time", *_figures(other.times), shown(other.cold.percentile(50)),
           shown(other.loaded.bytes / other.loaded.recordings), shown(round(other.loaded.rate)),
           str(other.realistic.wrong))  # fmt: skip
    for portal in portals:
        loaded = portal.loaded
        yield (f"the portal on {portal.name}", *_figures(portal.times),
               shown(portal.cold.percentile(50)), shown(loaded.bytes_each),
               shown(round(loaded.prepared_rate)), str(portal.realistic.wrong))  # fmt: skip


def _figures(times: Times) -> Row:
    return (*(f"{times.percentile(part):.2f}" for part in (50, 95, 99)), shown(times.per_second))


def _ratios(results: Results, portals: Sequence[Portal]) -> Iterator[Row]:
    bases = (results.limit.found, results.postgis.times)
    rows = [("PostGIS", results.postgis.times), ("the limit, ranking too", results.limit.ranked)]
    rows += [(f"the portal on {portal.name}", portal.times) for portal in portals]
    for name, times in rows:
        yield (name, *(f"{ratio:.2f}" for base in bases for ratio in _to(times, base)))


def _to(times: Times, base: Times) -> Iterator[float]:
    yield times.percentile(50) / base.percentile(50)
    yield times.percentile(99) / base.percentile(99)
    yield times.total / base.total


def _bar(bar: Bar) -> Row:
    return bar.what, shown(round(bar.measured, 2)), bar.words, "met" if bar.is_met else "NOT met"


def _aligned(head: Row, rows: Iterator[Row] | Sequence[Row]) -> Iterator[str]:
    held = [head, *rows]
    widths = [max(len(row[k]) for row in held) for k in range(len(head))]
    for row in held:
        first, *rest = (f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join([first.strip().ljust(widths[0]), *rest]).rstrip()


def _table(head: Row, rows: Iterator[Row] | Sequence[Row]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
