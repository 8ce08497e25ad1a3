"""What a run measured, and the bars it is held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.matching import postgis, ranking
from benchmarks.matching.growing import Rates
from benchmarks.matching.loading import Loaded
from benchmarks.matching.measuring import Times
from benchmarks.matching.sending import Sent

LEAST_ADVERSARIAL = 27_000
MOST_MEMORY = 500_000_000


@dataclass(frozen=True)
class Bars:
    """What one of the portal's databases must reach."""

    p99_to_limit: float
    total_to_limit: float
    prepared_rate: float
    p50_to_postgis: float = 0.65
    total_to_postgis: float = 0.9
    cold_to_postgis: float = 0.25
    grown_total: float = 1.10
    grown_p99: float = 1.2
    grown_rate: float = 0.9
    file_rate: float = 8_000
    sent_s: float = 5.0


BARS = {
    "SQLite": Bars(p99_to_limit=4.0, total_to_limit=3.0, prepared_rate=60_000),
    "PostgreSQL": Bars(p99_to_limit=5.0, total_to_limit=4.5, prepared_rate=45_000),
}


@dataclass(frozen=True)
class Checked:
    """How many questions were asked, and how many answers were wrong."""

    asked: int
    wrong: int


@dataclass(frozen=True)
class Growth:
    """The same questions of a small catalogue and of the large one that holds it, and the same
    recordings added to both."""

    small: Loaded
    large: Loaded
    before: Times
    after: Times
    different: int
    added: Rates


@dataclass(frozen=True)
class Portal:
    """The portal's search on one database: a name of `BARS`."""

    name: str
    loaded: Loaded
    times: Times
    cold: Times
    realistic: Checked
    adversarial: Checked
    ranked: ranking.Report | None
    sent: Sent | None
    growth: Growth | None


@dataclass(frozen=True)
class Limit:
    """The arrays in memory: finding alone, and ranking as well. `rate` is how many recordings a
    second were packed and sorted."""

    found: Times
    ranked: Times
    rate: float
    bytes_each: float
    realistic: Checked


@dataclass(frozen=True)
class PostGis:
    """The other engine: the same answers, in no order."""

    loaded: postgis.Loaded
    times: Times
    cold: Times
    realistic: Checked


@dataclass(frozen=True)
class Results:
    """A whole run."""

    machine: Sequence[tuple[str, str]]
    recordings: int
    fixes_each: float
    rounds: int
    found: int
    limit: Limit
    postgis: PostGis
    portals: Sequence[Portal]
    notes: Sequence[str] = field(default=())

    def bars(self) -> "Iterator[Bar]":
        """Every bar, with what was measured."""
        for portal in self.portals:
            yield from _bars(portal, self.limit, self.postgis)


@dataclass(frozen=True)
class Bar:
    """One thing that must be reached. `most` and `least` are what it may be."""

    name: str
    what: str
    measured: float
    most: float = float("inf")
    least: float = float("-inf")
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether what was measured is within the bar."""
        return self.least <= self.measured <= self.most

    @property
    def words(self) -> str:
        """The bar, as "at most 4.00 times"."""
        is_most = self.most != float("inf")
        return f"at {'most' if is_most else 'least'} {shown(self.most if is_most else self.least)}"


def shown(value: float) -> str:
    """A figure as people read it: 4, 0.62, 60,000."""
    if value == int(value) or abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def _bars(portal: Portal, limit: Limit, other: PostGis) -> Iterator[Bar]:
    bars, name, times = BARS[portal.name], portal.name, portal.times
    yield Bar(name, f"wrong of {portal.realistic.asked:,} realistic", portal.realistic.wrong, 0)
    yield Bar(name, f"wrong of {portal.adversarial.asked:,} adversarial",
              portal.adversarial.wrong, 0)  # fmt: skip
    yield Bar(name, "adversarial questions", portal.adversarial.asked, least=LEAST_ADVERSARIAL)
    yield Bar(name, "p99, to the limit", times.percentile(99) / limit.found.percentile(99),
              bars.p99_to_limit)  # fmt: skip
    yield Bar(name, "total, to the limit", times.total / limit.found.total, bars.total_to_limit)
    yield Bar(name, "p50, to PostGIS", times.percentile(50) / other.times.percentile(50),
              bars.p50_to_postgis)  # fmt: skip
    yield Bar(name, "total, to PostGIS", times.total / other.times.total, bars.total_to_postgis)
    cold = portal.cold.percentile(50) / other.cold.percentile(50)
    yield Bar(name, "cold first query, to PostGIS", cold, bars.cold_to_postgis)
    yield from _loading_bars(name, bars, portal.loaded)
    if portal.growth:
        yield from _growth_bars(name, bars, portal.growth)
    if portal.ranked:
        yield Bar(name, "reciprocal rank, to overlap over distance", portal.ranked.gain,
                  least=ranking.LEAST_GAIN)  # fmt: skip
        missed = portal.ranked.by_rule[ranking.SCORE].missed
        yield Bar(name, "missed at the 99.5 % window (%)", missed * 100, ranking.MOST_MISSED * 100)
    if portal.sent:
        yield Bar(name, "from sending to all preserved (s)", portal.sent.seconds, bars.sent_s)


def _loading_bars(name: str, bars: Bars, loaded: Loaded) -> Iterator[Bar]:
    size = f"at {loaded.recordings:,}"
    yield Bar(name, f"prepared batches a second {size}", loaded.prepared_rate,
              least=bars.prepared_rate)  # fmt: skip
    yield Bar(name, f"lines of JSON a second {size}", loaded.from_file_rate, least=bars.file_rate)
    yield Bar(name, f"memory of the import (MB) {size}", loaded.from_file_peak_bytes / 1e6,
              MOST_MEMORY / 1e6)  # fmt: skip


def _growth_bars(name: str, bars: Bars, growth: Growth) -> Iterator[Bar]:
    before, after = growth.before, growth.after
    small, large = growth.small, growth.large
    grown = f"{small.recordings:,} to {large.recordings:,}"
    yield Bar(name, f"answers that differ, {grown}", growth.different, 0)
    yield Bar(name, f"total, {grown}", after.total / before.total, bars.grown_total)
    yield Bar(name, f"p99, {grown}", after.percentile(99) / before.percentile(99), bars.grown_p99)
    yield Bar(name, f"rate of prepared batches, {grown}", growth.added.prepared,
              least=bars.grown_rate)  # fmt: skip
    yield Bar(name, f"rate of lines of JSON, {grown}", growth.added.from_file,
              least=bars.grown_rate)  # fmt: skip
    yield Bar(name, f"lines of JSON a second at {large.recordings:,}", large.from_file_rate,
              least=bars.file_rate)  # fmt: skip
    yield Bar(name, f"memory of the import (MB) at {large.recordings:,}",
              large.from_file_peak_bytes / 1e6, MOST_MEMORY / 1e6)  # fmt: skip
