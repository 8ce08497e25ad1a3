"""The search on each database against the benchmark's oracle, on recordings made to be missed."""

from benchmarks.matching import product
from benchmarks.matching.adversarial import trial
from benchmarks.matching.checking import checked, loaded_with
from benchmarks.matching.ground import AREAS, gazetteer
from benchmarks.matching.oracle import Oracle
from benchmarks.matching.running import ground_of_boroughs
from portal.db import Database


def test_every_answer_is_right(database: Database) -> None:
    made = trial(seed=5, scenes=12, each=40)
    loaded_with(database.url, made, gazetteer())
    oracle = Oracle(made.recordings, AREAS, ground_of_boroughs())
    expected = [oracle.expected(question.criteria) for question in made.questions]
    told: list[str] = []
    with product.opened(database.url) as opened, opened.reading() as session:
        found = checked(
            "this database",
            lambda criteria: product.ask(session, criteria),
            made.questions,
            expected,
            told.append,
        )
    assert (found.wrong, told) == (0, [])
    assert found.asked == 480
    assert sum(len(one.must_offer) for one in expected) > found.asked / 4
