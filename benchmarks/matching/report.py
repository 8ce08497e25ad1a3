"""A run as tables: one for each database on the terminal, and a page of Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.matching.measuring import Times
from benchmarks.matching.results import Bar, Portal, Results, shown

Row = Sequence[str]
_TIMES = ("engine", "p50 ms", "p95 ms", "p99 ms", "a second", "cold ms", "loaded a second",
          "bytes each", "wrong")  # fmt: skip
_RATIOS = ("engine", "p50", "p95", "p99", "total", "a second", "loaded a second", "bytes each")


@dataclass(frozen=True)
class _Line:
    """One engine, as the tables have it. Nought is what it does not have."""

    name: str
    times: Times
    cold_ms: float
    rate: float
    bytes_each: float
    wrong: int | None


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
        for base in _bases(results):
            yield from ("", f"as multiples of {base.name}")
            yield from _aligned(_RATIOS, _ratios(results, [portal], base))
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
    for base in _bases(results):
        yield from ("", f"As multiples of {base.name}, in the same run:", "")
        yield from _table(_RATIOS, _ratios(results, results.portals, base))
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


def _lines(results: Results, portals: Sequence[Portal]) -> list[_Line]:
    limit = results.limit
    return [
        *_bases(results),
        _Line("the limit, ranking too", limit.ranked, 0, limit.rate, limit.bytes_each, None),
        *(_line(portal) for portal in portals),
    ]


def _bases(results: Results) -> tuple[_Line, _Line]:
    """What the others are compared with: the limit, and PostGIS."""
    limit, other = results.limit, results.postgis
    loaded = other.loaded
    return (
        _Line("the limit", limit.found, 0, limit.rate, limit.bytes_each, limit.realistic.wrong),
        _Line("PostGIS", other.times, other.cold.percentile(50), loaded.rate,
              loaded.bytes / loaded.recordings, other.realistic.wrong),
    )  # fmt: skip


def _line(portal: Portal) -> _Line:
    loaded, cold_ms = portal.loaded, portal.cold.percentile(50)
    return _Line(
        f"the portal on {portal.name}", portal.times, cold_ms, loaded.prepared_rate,
        loaded.bytes_each, portal.realistic.wrong,
    )  # fmt: skip


def _times(results: Results, portals: Sequence[Portal]) -> Iterator[Row]:
    for line in _lines(results, portals):
        times = line.times
        yield (
            line.name,
            *(f"{times.percentile(part):.2f}" for part in (50, 95, 99)),
            shown(times.per_second),
            shown(line.cold_ms) if line.cold_ms else "",
            shown(round(line.rate)),
            shown(round(line.bytes_each)),
            "" if line.wrong is None else str(line.wrong),
        )


def _ratios(results: Results, portals: Sequence[Portal], base: _Line) -> Iterator[Row]:
    for line in _lines(results, portals):
        if line.name != base.name:
            yield (line.name, *(f"{ratio:.2f}" for ratio in _to(line, base)))


def _to(line: _Line, base: _Line) -> Iterator[float]:
    for part in (50, 95, 99):
        yield line.times.percentile(part) / base.times.percentile(part)
    yield line.times.total / base.times.total
    yield line.times.per_second / base.times.per_second
    yield line.rate / base.rate
    yield line.bytes_each / base.bytes_each


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
