"""Every answer under every law becomes a whole letter, and none says what it may not."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from portal.disclosure.contents import as_text, contents_of
from portal.disclosure.exemptions import (
    HOLD_GROUND,
    Line,
    Outcome,
    PublicInterest,
    Whole,
    answer_of,
    line_grounds,
)
from portal.disclosure.letter_writing import LetterFacts, letter_of
from portal.errors import Refused
from portal.holds.policy import Level
from portal.letters.composing import render_html
from portal.letters.kinds import ClipLine, LetterKind
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime
from tests.factories.grounds import answers_to, ground

GROUND = {Regime.SAR_PART3: "P3-45-4-e", Regime.SAR_GDPR: "GDPR-S2-16", Regime.FOI: "FOI-31"}
FILMED_AT = datetime(2026, 10, 24, 16, 0, tzinfo=UTC)


def facts(regime: Regime, *lines: Line) -> LetterFacts:
    clips = tuple(
        ClipLine(f"video-{line.recording_id}.mp4", FILMED_AT, 870, "Officer 1", "a3" * 32)
        for line in lines
        if line.outcome is Outcome.RELEASE
    )
    return LetterFacts(
        reference="BWV-7K3Q-M2XD",
        regime=regime,
        applicant_name="Amara Lindström",
        place="Fountain Street",
        said_time="about 5pm",
        earliest_at=FILMED_AT,
        latest_at=FILMED_AT.replace(hour=17),
        what_happened="I was searched.",
        shoulder_number="",
        crime_reference="CR/123",
        answer=answer_of(regime, lines),
        lines=lines,
        interest=PublicInterest("People can see.", "It would harm.", "The harm weighs more."),
        note_to_applicant="",
        decided_by="Dana Example",
        dated_on=date(2026, 11, 2),
        expires_on=date(2026, 11, 30),
        clips=clips,
        force={
            "force_name": "Testshire Police",
            "contact": "Phone 101.",
            "dpo_contact": "dpo@example.org",
            "regulator_name": "The regulator",
            "regulator_address": "Its address",
        },
        retention_days=31,
        searched=("5pm to 6pm on Saturday 24 October 2026, in all of Lambeth",),
        last_searched=("We last searched on 1 November 2026.",),
    )


def some_lines(regime: Regime, *kinds: str) -> tuple[Line, ...]:
    return tuple(_line(regime, kind, number) for number, kind in enumerate(kinds, 1))


def _line(regime: Regime, kind: str, number: int) -> Line:
    if kind == "release":
        return Line(number, Outcome.RELEASE)
    if kind == "withhold":
        asked = ground(GROUND[regime]).questions
        said = {each.name: "It would harm." for each in asked if each.is_told and not each.choices}
        answers = answers_to(asked, "INTERNAL TEST", **said)
        return Line(number, Outcome.WITHHOLD, GROUND[regime], answers)
    answers = answers_to(ground(HOLD_GROUND[regime]).held_questions, "INTERNAL TEST")
    return Line(number, Outcome.HELD, HOLD_GROUND[regime], answers, Level(kind))


def written(given: LetterFacts) -> str:
    return render_html(*letter_of(given)).partition("<main>")[2]


KINDS = ("release", "withhold", *(level.value for level in Level))
MIXES = [(), *product(KINDS), *product(KINDS, KINDS), *product(KINDS, KINDS, KINDS)]


@pytest.mark.parametrize("regime", Regime)
def test_every_mix_of_outcomes_makes_a_whole_letter(regime: Regime) -> None:
    for mix in MIXES:
        letter = written(facts(regime, *some_lines(regime, *mix)))
        assert "Dana Example" in letter
        assert "INTERNAL TEST" not in letter
        assert ("video-" in letter) is ("release" in mix)


@pytest.mark.parametrize("regime", Regime)
def test_a_secret_hold_changes_no_letter_that_has_something_else_to_say(regime: Regime) -> None:
    for mix in MIXES[1:]:
        if set(mix) == {"L3"}:
            continue
        without = [kind for kind in mix if kind != "L3"]
        with_hold = facts(
            regime, *some_lines(regime, *without, *["L3"] * (len(mix) - len(without)))
        )
        assert written(with_hold) == written(facts(regime, *some_lines(regime, *without)))


@pytest.mark.parametrize("regime", Regime)
def test_neither_confirm_nor_deny_takes_nothing_from_any_recording(regime: Regime) -> None:
    one = facts(regime, *some_lines(regime, "L3"))
    three = facts(regime, *some_lines(regime, "L3", "L3", "L3"))
    assert letter_of(one)[0] is LetterKind.NCND
    assert written(one) == written(replace(three, crime_reference="", note_to_applicant=""))
    assert "check again" not in written(one)


def test_an_open_hold_promises_to_look_again_and_names_the_limb() -> None:
    letter = written(facts(Regime.SAR_PART3, *some_lines(Regime.SAR_PART3, "L1")))
    assert "45(4)(b)" in letter
    assert "31 January 2027" in letter
    assert "CR/123" in letter


@pytest.mark.parametrize(("limb", "is_case"), [("a", True), ("d", False), ("e", False)])
def test_only_of_a_case_is_it_said_that_it_is_evidence_in_one(limb: str, is_case: bool) -> None:
    code = f"P3-45-4-{limb}"
    answers = answers_to(ground(code).held_questions, "INTERNAL TEST")
    held = (Line(1, Outcome.HELD, code, answers, Level.OPEN),)
    letter = written(facts(Regime.SAR_PART3, *held))
    assert f"45(4)({limb})" in letter
    assert ("evidence in a case" in letter) is is_case
    assert "31 January 2027" in letter


def test_a_limited_hold_gives_no_reason() -> None:
    letter = written(facts(Regime.SAR_PART3, *some_lines(Regime.SAR_PART3, "L2")))
    assert "We cannot say more" in letter
    assert "45(4)(b)" not in letter
    assert "CR/123" not in letter


@pytest.mark.parametrize(
    ("regime", "code"), [(law, each.code) for law in Regime for each in line_grounds(law)]
)
def test_every_ground_makes_a_whole_letter_and_says_what_is_told(regime: Regime, code: str) -> None:
    """Alone, beside a copy, and beside another ground."""
    answers = answers_to(ground(code).questions, "INTERNAL TEST")
    told = {each.name: "TOLD" for each in ground(code).questions if each.is_told}
    withheld = Line(2, Outcome.WITHHOLD, code, {**answers, **told})
    other = _line(regime, "withhold", 3)
    for lines in ((withheld,), (Line(1, Outcome.RELEASE), withheld), (withheld, other)):
        letter = written(facts(regime, *lines))
        assert "INTERNAL TEST" not in letter
        assert ("TOLD" in letter) is bool(told)
        assert ("video-1.mp4" in letter) is (len(lines) == 2 and lines[0].ground == "")


def test_a_refusal_names_the_law_once_the_part_of_it_and_the_harm() -> None:
    """FOIA s.17(1)(b) and (c)."""
    answers = answers_to(ground("FOI-31").questions, harm="It shows where we wait.", part_of_31="a")
    line = Line(1, Outcome.WITHHOLD, "FOI-31", answers)
    for lines in ((line,), (line, Line(2, Outcome.RELEASE))):
        letter = written(facts(Regime.FOI, *lines))
        assert "<li" in letter
        assert ">Section 31(1)(a): preventing or finding crime<" in letter
        assert ">It shows where we wait.<" in letter
        assert letter.count("Freedom of Information Act 2000 s.31") == 1
        assert "Freedom of Information Act 2000: " not in letter


def test_the_harm_is_not_told_when_we_neither_confirm_nor_deny() -> None:
    asked = {each.name: each for each in ground("FOI-31").neither_questions}
    assert not any(each.is_told for each in asked.values())
    assert asked["harm"].hint == ""


def test_the_reasons_of_a_restriction_do_not_say_its_part_of_the_law_again() -> None:
    lines = some_lines(Regime.SAR_PART3, "L1")
    bare = facts(Regime.SAR_PART3, *lines)
    own = letter_of(replace(bare, note_to_applicant="A trial starts in May."))[1]
    assert own["reasons"] == ["A trial starts in May."]
    assert own["limbs"] == ["b"]
    assert letter_of(bare)[1]["reasons"] == [f"We hold video back {ground('P3-45-4-b').plain}."]


@pytest.mark.parametrize("regime", Regime)
def test_that_nothing_is_held_is_said_with_what_the_records_say_was_searched(
    regime: Regime,
) -> None:
    searched = ("5pm to 6pm, within 150 metres of Marlow Street", "6pm to 7pm, in all of Lambeth")
    letter = written(replace(facts(regime), searched=searched))
    for words in (*searched, "We last searched on 1 November 2026."):
        assert words in letter
    assert "Fountain Street" not in letter.partition("<h2>What we searched</h2>")[2]


def test_no_letter_says_that_nothing_is_held_without_a_record_of_a_search() -> None:
    unsearched = replace(facts(Regime.SAR_PART3), searched=())
    with pytest.raises(Refused, match="the times and places we searched"):
        written(unsearched)


# The page beside the letter that says what is in the package


def listed(given: LetterFacts) -> str:
    return as_text(contents_of(given), given.reference)


@pytest.mark.parametrize("regime", Regime)
def test_the_page_in_the_package_says_no_more_than_the_letter(regime: Regime) -> None:
    for mix in MIXES:
        given = facts(regime, *some_lines(regime, *mix))
        page = listed(given)
        assert "INTERNAL TEST" not in page
        assert page.count("video-") == mix.count("release")
        assert ("Nothing is hidden on these copies." in page) is ("release" in mix)
        if "L2" in mix:
            assert "We hold video back" not in page


@pytest.mark.parametrize("regime", Regime)
def test_a_secret_hold_does_not_show_on_the_page_in_the_package(regime: Regime) -> None:
    for mix in MIXES[1:]:
        without = [kind for kind in mix if kind != "L3"]
        mixed = (*without, *["L3"] * (len(mix) - len(without)))
        with_hold, plain = (facts(regime, *some_lines(regime, *each)) for each in (mixed, without))
        assert listed(with_hold) == listed(plain)


def test_the_page_in_the_package_says_what_is_held_back_and_why() -> None:
    page = listed(facts(Regime.SAR_PART3, *some_lines(Regime.SAR_PART3, "release", "withhold")))
    began = "Video 1, filmed on 24 October 2026 at 5pm, 14 min 30 s long: video-1.mp4"
    assert began in page
    plain = ground(GROUND[Regime.SAR_PART3]).plain
    assert f"What we do not give you, and why\n{'-' * 32}\n\nWe hold video back {plain}." in page


def test_a_refusal_of_the_whole_request_is_told_by_its_letter_alone() -> None:
    given = replace(facts(Regime.FOI), whole=Whole("FOI-14-1"), answer=Ending.VEXATIOUS_OR_REPEATED)
    assert listed(given) == listed(facts(Regime.FOI))
