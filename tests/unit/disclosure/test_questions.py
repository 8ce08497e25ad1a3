"""The answers to a ground's questions: whole, kept, told; and the cost limit's arithmetic."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.exemptions import COST, Whole, check_whole
from portal.disclosure.exemptions.cost import Estimate, estimate_of
from portal.disclosure.exemptions.questions import (
    Question,
    answered,
    faults,
    hours,
    told_answers,
)
from portal.errors import Refused
from portal.requests.lifecycle import Regime
from tests.factories.grounds import answers_to, ground

WORDS = Question("words", "Why?")
CHOICE = Question("choice", "Which?", choices=(("a", "The first"), ("b", "The second")))
HOURS = Question("hours", "Hours to find it", is_hours=True)
MAYBE = Question("maybe", "What else?", is_needed=False, is_told=True)


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        (WORDS, "Because.", None),
        (WORDS, " \n", "Answer “Why?”"),
        (CHOICE, "b", None),
        (CHOICE, "", "Select an answer to “Which?”"),
        (CHOICE, "The first", "Select an answer to “Which?”"),
        (HOURS, "2.5", None),
        (HOURS, "0", None),
        (HOURS, "", "Answer “Hours to find it”"),
        (HOURS, "two", "“Hours to find it” must be a number of hours, such as 2.5"),
        (MAYBE, "", None),
    ],
)
def test_what_is_wrong_with_an_answer(question: Question, answer: str, words: str | None) -> None:
    assert question.fault(answer) == words


def test_answers_are_named_kept_and_told() -> None:
    asked = (WORDS, CHOICE, MAYBE)
    given = {"words": " Because. ", "choice": "", "maybe": "This.", "other": "Not asked."}
    assert list(faults(asked, given)) == ["choice"]
    assert answered(asked, given) == {"words": "Because.", "maybe": "This."}
    assert told_answers(asked, given) == ["This."]
    assert told_answers(asked, {"maybe": ""}) == []


def test_answers_in_words() -> None:
    assert CHOICE.in_words("a") == "The first"
    assert HOURS.in_words("3") == "3 hours"
    assert HOURS.in_words("1") == "1 hour"
    assert WORDS.in_words("Because.") == "Because."


@pytest.mark.parametrize("odd", ["-1", "nan", "inf", "1e9", "one", "1,5", "100000"])
def test_odd_hours_are_none(odd: str) -> None:
    assert hours(odd) is None


def cost(total: str) -> dict[str, str]:
    none = {"determine": "0", "retrieve": "0", "extract": "0"}
    return answers_to(ground(COST).questions, help="Ask for one day.", locate=total, **none)


@pytest.mark.parametrize(
    ("total", "is_over"), [("17.99", False), ("18", False), ("18.01", True), ("40", True)]
)
def test_eighteen_hours_are_within_the_limit(total: str, is_over: bool) -> None:
    """FOIA s.12; £450 at £25 an hour."""
    assert estimate_of(cost(total)).is_over_limit is is_over
    whole = Whole(COST, cost(total))
    if is_over:
        check_whole(Regime.FOI, whole, note="Why.", is_about_video=True)
        return
    with pytest.raises(Refused, match="18 hours or fewer"):
        check_whole(Regime.FOI, whole, note="Why.", is_about_video=True)


@given(*[st.decimals(0, 1000, places=1)] * 4)
def test_the_sum_is_the_sum_of_the_four_kinds_of_work(
    one: Decimal, two: Decimal, three: Decimal, four: Decimal
) -> None:
    names = ("determine", "locate", "retrieve", "extract")
    work = dict(zip(names, (one, two, three, four), strict=True))
    found = estimate_of({name: str(number) for name, number in work.items()})
    assert found.total == one + two + three + four
    assert found.cost == found.total * 25
    assert found == Estimate(work)


def test_hiding_people_never_counts() -> None:
    assert estimate_of({"redact": "1000", "locate": "1"}).total == 1


def test_the_estimate_in_words() -> None:
    said = estimate_of({"locate": "12.5", "extract": "10", "retrieve": ""}).in_words()
    assert said == [
        "About 12.5 hours for locating it.",
        "About 10 hours for extracting it.",
        "Together 22.5 hours, which at £25 an hour is £562.50.",
    ]
