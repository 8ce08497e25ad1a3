"""What a handler is told who decides on a ground that does not carry it, word by word."""

from collections.abc import Callable

import pytest

from portal.disclosure.exemptions import (
    Line,
    Outcome,
    PublicInterest,
    Whole,
    check_interest,
    check_line,
    check_whole,
    neither_grounds,
)
from portal.disclosure.exemptions.cost import TOGETHER_WITHIN_WORKING_DAYS
from portal.disclosure.exemptions.grounds import Weighing
from portal.errors import Refused
from portal.requests.lifecycle import Regime
from tests.factories.grounds import answers_to, ground

P3, FOI = Regime.SAR_PART3, Regime.FOI


def withheld(code: str) -> Line:
    return Line(7, Outcome.WITHHOLD, code, answers_to(ground(code).questions))


def whole(code: str, *, is_neither: bool = False) -> Whole:
    found = ground(code)
    asked = found.neither_questions if is_neither else found.questions
    return Whole(code, answers_to(asked), is_neither)


SHORT = {asked.name: "1" for asked in ground("FOI-12").questions if asked.is_hours}


def line(regime: Regime, one: Line) -> Callable[[], None]:
    return lambda: check_line(regime, one)


def answer(regime: Regime, one: Whole, note: str = "Why.") -> Callable[[], None]:
    return lambda: check_whole(regime, one, note=note, is_about_video=True)


def test_the_outcomes_are_stored_and_read_by_these_words() -> None:
    assert [(outcome.value, outcome.label) for outcome in Outcome] == [
        ("release", "Release"),
        ("withhold", "Withhold"),
        ("held", "Held as evidence"),
    ]


def test_how_a_ground_is_weighed_in_words() -> None:
    assert [(weighing.value, weighing.label) for weighing in Weighing] == [
        ("absolute", "Absolute"),
        ("qualified", "Qualified: weigh the public interest"),
        ("by_condition", "Absolute under the first condition, otherwise qualified"),
        ("outside", "Not weighed"),
    ]


def test_requests_within_60_working_days_are_counted_together() -> None:
    """Fees Regulations 2004, regulation 5(2)(b)."""
    assert TOGETHER_WITHIN_WORKING_DAYS == 60


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (
            line(P3, Line(7, Outcome.HELD, "P3-45-4-e", {})),
            "Recording 7: select a ground that fits the kind of its hold.",
        ),
        (
            line(P3, withheld("P3-53")),
            "This ground answers a whole request. It cannot withhold one recording.",
        ),
        (
            answer(FOI, Whole("FOI-12", {**whole("FOI-12").answers, **SHORT})),
            "18 hours or fewer are within the cost limit. Answer it.",
        ),
        (
            answer(FOI, Whole("FOI-12", whole("FOI-12").answers, is_neither=True)),
            "On this ground we must say whether we hold it.",
        ),
        (answer(P3, whole("P3-45-4-b")), "On this ground, decide on each recording."),
        (
            answer(P3, whole("P3-53"), note=" "),
            "Enter our reasons, as they read them in the letter.",
        ),
        (
            answer(FOI, whole("FOI-30", is_neither=True)),
            "This letter has no place for reasons. Leave them empty.",
        ),
        (
            lambda: check_interest(FOI, [withheld("FOI-31")], PublicInterest()),
            "Write down what speaks for release, what speaks against, and which weighs.",
        ),
    ],
)
def test_each_refusal_in_full(check: Callable[[], None], words: str) -> None:
    with pytest.raises(Refused) as refused:
        check()
    assert refused.value.message == words


OF_NEITHER = {
    *("necessary", "proportionate", "certificate", "harm"),
    *("likelihood", "who", "condition", "principle"),
}


@pytest.mark.parametrize("regime", Regime)
def test_what_is_asked_when_we_neither_confirm_nor_deny(regime: Regime) -> None:
    """Of the ground's own test all that makes sense then, and why the answer alone would harm."""
    for each in neither_grounds(regime):
        own = [asked.name for asked in each.questions if asked.name in OF_NEITHER]
        names = [asked.name for asked in each.neither_questions]
        assert names == ["why_neither", "used_alike", *own]


def test_every_question_that_is_asked_of_neither_is_one_of_a_ground() -> None:
    asked = {q.name for regime in Regime for one in neither_grounds(regime) for q in one.questions}
    assert asked >= OF_NEITHER


def test_what_is_missing_is_named_in_full_sentences() -> None:
    asked = [question for question in ground("P3-45-4-e").questions if question.is_needed]
    empty = {question.name: "" for question in asked}
    with pytest.raises(Refused) as refused:
        check_line(P3, Line(7, Outcome.WITHHOLD, "P3-45-4-e", empty))
    first, *_ = refused.value.message.split(". ")
    assert first.startswith("Recording 7: ")
    assert refused.value.message.endswith(".")
    assert refused.value.message.count(". ") == len(asked) - 1
