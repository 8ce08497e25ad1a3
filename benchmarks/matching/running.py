"""The steps of a run, in order: load, compare every answer, measure, ask first of all, grow."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.matching import postgis, product, ranking
from benchmarks.matching.adversarial import trial
from benchmarks.matching.checking import Say, checked, different, loaded_with
from benchmarks.matching.city import FIRST_DAY, RECORDINGS_A_DAY, Block, blocks
from benchmarks.matching.databases import POSTGRESQL, SQLITE, Databases
from benchmarks.matching.ground import AREAS, gazetteer
from benchmarks.matching.growing import rates
from benchmarks.matching.limit import Limit
from benchmarks.matching.loading import Loaded
from benchmarks.matching.machine import machine
from benchmarks.matching.measuring import Ask, Times, cold, interleaved
from benchmarks.matching.oracle import Oracle
from benchmarks.matching.postgis import PostGis
from benchmarks.matching.questions import BROAD, Question, questions
from benchmarks.matching.results import Checked, Growth, Portal, Results
from benchmarks.matching.results import Limit as LimitMeasured
from benchmarks.matching.results import PostGis as PostGisMeasured
from benchmarks.matching.sending import Sent, sent
from portal.recordings.criteria import Criteria
from portal.recordings.models import Recording
from portal.recordings.tracks import Floats

_LIMIT, _LIMIT_RANKED, _POSTGIS = "the limit", "the limit, ranking too", "PostGIS"
# There must be a Saturday night among the days that are asked about.
_FEWEST_DAYS = 7


@dataclass(frozen=True)
class Plan:
    """What a run is to do."""

    recordings: int
    questions: int
    rounds: int
    seed: int
    scenes: int
    simulated: int
    cold: int
    grow_from: int
    grow_to: int | None
    names: Sequence[str] = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class _City:
    """The city in memory, and what is asked of it."""

    parts: Sequence[Block]
    whole: Block
    ground: Mapping[str, list[Floats]]
    asked: Sequence[Question]


def run(plan: Plan, databases: Databases, say: Say) -> Results:
    """Everything, in order. `say` is told what is being done.

    Raises `NotInstalled` where there is no PostGIS, before anything is loaded.
    """
    postgis.check(databases.server.url("postgres"))
    about = machine(databases.server.url("postgres"))
    say(f"drawing a city of {plan.recordings:,} recordings")
    city = _drawn(plan)
    loaded = {name: _loaded(databases, name, plan.recordings, say) for name in plan.names}
    say("loading PostGIS")
    postgis_url, postgis_loaded = databases.postgis(city.parts, city.ground)
    urls = {name: url for name, (url, _) in loaded.items()}
    say("comparing every answer with the oracle's")
    oracle = Oracle(city.whole, AREAS, city.ground)
    expected = [oracle.expected(question.criteria) for question in city.asked]
    say("sorting the arrays of the limit")
    began = time.perf_counter()
    limit = Limit(city.whole, AREAS, city.ground)
    sorted_rate = plan.recordings / (time.perf_counter() - began)
    with _everything(limit, urls, postgis_url, city.ground) as engines:
        right = {
            name: checked(name, engines[name], city.asked, expected, say)
            for name in (_LIMIT, *plan.names, _POSTGIS)
        }
        say(f"asking {len(city.asked):,} questions of everyone in {plan.rounds} rounds")
        criteria = [question.criteria for question in city.asked]
        times = interleaved(engines, criteria, rounds=plan.rounds, seed=plan.seed)
    bytes_each = limit.bytes / plan.recordings
    del limit, oracle
    adversarial = _adversarial(plan, databases, city.ground, say)
    ranked = {name: _ranked(plan, urls[name], city.whole, say) for name in plan.names}
    say("asking with cold caches")
    first = city.asked[:: max(1, len(city.asked) // plan.cold)][: plan.cold]
    frozen = _cold(databases, urls, postgis_url, city.ground, first)
    sending = {name: _sent(databases, name, urls[name], city.asked, say) for name in plan.names}
    grown = {name: _grown(plan, databases, name, say) for name in plan.names}
    return Results(
        machine=about,
        recordings=plan.recordings,
        fixes_each=len(city.whole.at) / plan.recordings,
        rounds=plan.rounds,
        found=sum(len(one.must_offer) for one in expected),
        limit=LimitMeasured(
            times[_LIMIT], times[_LIMIT_RANKED], sorted_rate, bytes_each, right[_LIMIT]
        ),
        postgis=PostGisMeasured(postgis_loaded, times[_POSTGIS], frozen[_POSTGIS], right[_POSTGIS]),
        portals=[
            Portal(
                name, loaded[name][1], times[name], frozen[name], right[name], adversarial[name],
                ranked[name], sending[name], grown[name],
            )
            for name in plan.names
        ],
    )  # fmt: skip


def _drawn(plan: Plan) -> _City:
    parts = list(blocks(seed=plan.seed, wanted=plan.recordings))
    whole = _whole(parts)
    asked = _questions(plan, plan.recordings, datetime.fromtimestamp(whole.start[-1], UTC))
    return _City(parts, whole, ground_of_boroughs(), asked)


def _questions(plan: Plan, recordings: int, last: datetime) -> list[Question]:
    """The questions about the days that a catalogue holds whose last recording began at `last`.

    Of less than a week there is no Saturday night: those questions are moved into what there is.
    """
    days = max(_FEWEST_DAYS, recordings // RECORDINGS_A_DAY)
    asked = questions(seed=plan.seed, wanted=plan.questions, days=days)
    if last >= FIRST_DAY + timedelta(days=_FEWEST_DAYS):
        return asked
    return [replace(one, criteria=_moved(one.criteria, last)) for one in asked]


def _moved(criteria: Criteria, last: datetime) -> Criteria:
    lasting = criteria.until - criteria.since
    room = max(last - FIRST_DAY - lasting, timedelta(seconds=1))
    since = FIRST_DAY + (criteria.since - FIRST_DAY) % room
    return replace(criteria, since=since, until=since + lasting)


def _whole(parts: Sequence[Block]) -> Block:
    """All recordings of the blocks, as one."""
    names = [field.name for field in fields(Block)[1:]]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Block(parts[0].first, **columns)


def ground_of_boroughs() -> dict[str, list[Floats]]:
    """The rings of every borough of the gazetteer."""
    found = {}
    for place in gazetteer():
        if place["kind"] == "borough":
            polygon = place["polygon"]
            rings = polygon if isinstance(polygon[0][0], list) else [polygon]
            found[place["name"]] = [np.array(ring, dtype=np.float64) for ring in rings]
    return found


def _loaded(databases: Databases, name: str, wanted: int, say: Say) -> tuple[str, Loaded]:
    say(f"loading {name} with {wanted:,} recordings")
    url, loaded = databases.portal(name, wanted)
    say(
        f"  {loaded.prepared_rate:,.0f} a second prepared, {loaded.from_file_rate:,.0f} from a file"
        f" ({loaded.from_file_peak_bytes / 1e6:,.0f} MB), {loaded.bytes_each:,.0f} bytes each"
    )
    return url, loaded


@contextmanager
def _everything(
    limit: Limit, urls: Mapping[str, str], postgis_url: str, ground: Mapping[str, list[Floats]]
) -> Iterator[dict[str, Ask]]:
    """Every engine, connected."""
    with ExitStack() as stack:
        engines: dict[str, Ask] = {_LIMIT: limit.find, _LIMIT_RANKED: limit.rank}
        engines |= {name: stack.enter_context(_portal(url)) for name, url in urls.items()}
        engines[_POSTGIS] = stack.enter_context(_postgis(postgis_url, ground))
        yield engines


@contextmanager
def _portal(url: str) -> Iterator[Ask]:
    with product.opened(url) as database, database.reading() as session:
        session.execute(sa.select(1))  # connected, and nothing more
        yield partial(product.ask, session)


@contextmanager
def _postgis(url: str, ground: Mapping[str, list[Floats]]) -> Iterator[Ask]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT 1")
        yield PostGis(connection, dict(ground)).find


def _adversarial(
    plan: Plan, databases: Databases, ground: Mapping[str, list[Floats]], say: Say
) -> dict[str, Checked]:
    made = trial(seed=plan.seed, scenes=plan.scenes)
    say(f"asking {len(made.questions):,} adversarial questions")
    oracle = Oracle(made.recordings, AREAS, ground)
    expected = [oracle.expected(question.criteria) for question in made.questions]
    found = {}
    for name in plan.names:
        url = databases.empty(name, "trial")
        loaded_with(url, made, gazetteer())
        with _portal(url) as ask:
            found[name] = checked(name, ask, made.questions, expected, say)
    return found


def _ranked(plan: Plan, url: str, whole: Block, say: Say) -> ranking.Report | None:
    if not plan.simulated:
        return None
    say(f"simulating {plan.simulated:,} requests")
    with product.opened(url) as database, database.reading() as session:
        ask = ranking.by_portal(session, first_number=product.FIRST_NUMBER)
        return ranking.measured(whole, ask, seed=plan.seed, wanted=plan.simulated)


def _cold(
    databases: Databases,
    urls: Mapping[str, str],
    postgis_url: str,
    ground: Mapping[str, list[Floats]],
    asked: Sequence[Question],
) -> dict[str, Times]:
    criteria = [question.criteria for question in asked]
    openings = {name: (url, partial(_portal, url)) for name, url in urls.items()}
    openings[_POSTGIS] = (postgis_url, partial(_postgis, postgis_url, ground))
    return {
        name: cold(opening, criteria, partial(databases.forgotten, name, url))
        for name, (url, opening) in openings.items()
    }


def _sent(
    databases: Databases, name: str, url: str, asked: Sequence[Question], say: Say
) -> Sent | None:
    """Send a request for the first broad question that finds something and may be kept whole."""
    say(f"sending a request to the portal on {name}, with its worker running")
    with _portal(url) as ask:
        for question in asked:
            if question.kind == BROAD and len(ask(question.criteria).found):
                break
        else:
            return None
    done = sent(databases.folder / "portal", url, question.criteria)
    say(f"  {done.preserved:,} candidates preserved after {done.seconds:.2f} s")
    return done


def _grown(plan: Plan, databases: Databases, name: str, say: Say) -> Growth | None:
    if plan.grow_to is None:
        return None
    (small_url, small), (large_url, large) = (
        _loaded(databases, name, wanted, say) for wanted in (plan.grow_from, plan.grow_to)
    )
    with ExitStack() as stack:
        few, many = (
            stack.enter_context(stack.enter_context(product.opened(url)).reading())
            for url in (small_url, large_url)
        )
        asked = _held_whole(few, plan)
        say(f"asking {len(asked):,} questions of {small.recordings:,} and {large.recordings:,}")
        differ = different(few, many, asked)
        engines: dict[str, Ask] = {
            "few": partial(product.ask, few),
            "many": partial(product.ask, many),
        }
        criteria = [question.criteria for question in asked]
        times = interleaved(engines, criteria, rounds=plan.rounds, seed=plan.seed)
    say("adding the same recordings to both, in turn")
    for loaded in (small, large):
        databases.changed(name, loaded.recordings)
    added = rates(small_url, large_url, databases.folder, seed=plan.seed, held=large.recordings)
    return Growth(small, large, times["few"], times["many"], differ, added)


def _held_whole(session: Session, plan: Plan) -> list[Question]:
    """Questions about times that the catalogue holds whole: a larger one has no more there."""
    last = session.scalar(sa.select(sa.func.max(Recording.started_at))) or FIRST_DAY
    asked = _questions(plan, plan.grow_from, last)
    return [question for question in asked if question.criteria.until < last]
