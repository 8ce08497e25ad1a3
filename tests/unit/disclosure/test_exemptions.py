"""What may be decided, what must be written down, and the whole answer's code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.exemptions import (
    CATALOGUE,
    HOLD_GROUND,
    Exemption,
    Line,
    Outcome,
    PublicInterest,
    Whole,
    answer_of,
    check_interest,
    check_line,
    check_whole,
    ending_of,
    exemption,
    is_weighed,
    line_grounds,
    line_questions,
    neither_grounds,
    refusal_grounds,
    told,
    whole_questions,
)
from portal.disclosure.exemptions.grounds import Weighing
from portal.disclosure.letter_choice import LETTERS, letter_for
from portal.errors import Refused
from portal.holds.policy import Level
from portal.letters.kinds import REGIMES_OF, LetterKind
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime
from tests.factories.grounds import answers_to, ground

P3 = Regime.SAR_PART3
WEIGHED = PublicInterest("For.", "Against.", "The harm.")


def withheld(code: str, /, **given: str) -> Line:
    return Line(2, Outcome.WITHHOLD, code, answers_to(ground(code).questions) | given)


RELEASE = Line(1, Outcome.RELEASE)
WITHHOLD = withheld("P3-45-4-e")
OPEN, LIMITED, SECRET = (
    Line(
        number,
        Outcome.HELD,
        "P3-45-4-b",
        answers_to(ground("P3-45-4-b").held_questions),
        level,
    )
    for number, level in enumerate(Level, 3)
)


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ((), Ending.NOT_HELD),
        ((RELEASE,), Ending.DISCLOSED_FULL),
        ((RELEASE, WITHHOLD), Ending.DISCLOSED_PART),
        ((RELEASE, OPEN), Ending.DISCLOSED_PART),
        ((RELEASE, SECRET), Ending.DISCLOSED_FULL),
        ((RELEASE, WITHHOLD, SECRET), Ending.DISCLOSED_PART),
        ((WITHHOLD,), Ending.RESTRICTED),
        ((WITHHOLD, SECRET), Ending.RESTRICTED),
        ((WITHHOLD, OPEN), Ending.RESTRICTED_HELD),
        ((OPEN,), Ending.RESTRICTED_HELD),
        ((LIMITED,), Ending.RESTRICTED_HELD),
        ((SECRET,), Ending.NCND),
        ((SECRET, SECRET), Ending.NCND),
    ],
)
def test_the_whole_answer(lines: tuple[Line, ...], answer: Ending) -> None:
    assert answer_of(P3, lines) is answer
    assert answer_of(P3, tuple(reversed(lines))) is answer
    elsewhere = Ending.REFUSED if answer is Ending.RESTRICTED else answer
    assert answer_of(Regime.SAR_GDPR, lines) is elsewhere
    assert answer_of(Regime.FOI, lines) is elsewhere


@given(
    st.sampled_from(Regime),
    st.lists(st.sampled_from([RELEASE, WITHHOLD, OPEN, LIMITED]), min_size=1),
)
def test_a_secret_hold_beside_anything_else_changes_nothing(
    regime: Regime, lines: list[Line]
) -> None:
    assert answer_of(regime, (*lines, SECRET)) is answer_of(regime, tuple(lines))
    assert told((*lines, SECRET)) == tuple(lines)


EVERY = [(regime, each) for regime in Regime for each in CATALOGUE[regime]]
NAMED = [each.code for _, each in EVERY]


@pytest.mark.parametrize("regime", Regime)
def test_the_ground_for_evidence_is_a_ground_of_its_law(regime: Regime) -> None:
    assert exemption(regime, HOLD_GROUND[regime]).is_for_recordings


def test_the_catalogue_has_every_code_of_the_rules() -> None:
    part3 = [f"P3-45-4-{limb}" for limb in "abcde"] + ["P3-45A", "P3-43-3", "P3-53"]
    gdpr = [f"GDPR-S2-{part}" for part in ("2", "5-2", "5-3", "7", "16", "19")]
    foi = "12 14-1 14-2 21 22 23 24 30 31 32 38 40-1 40-2 41 42 43 44"
    expected = [
        *part3,
        *gdpr,
        "GDPR-26",
        "GDPR-S3",
        "GDPR-12-5",
        *(f"FOI-{each}" for each in foi.split()),
    ]
    assert sorted(NAMED) == sorted(expected)
    assert len(set(NAMED)) == len(NAMED)


@pytest.mark.parametrize(
    ("weighing", "sections"),
    [
        (Weighing.ABSOLUTE, "21 23 32 40-1 41 44"),
        (Weighing.QUALIFIED, "22 24 30 31 38 42 43"),
        (Weighing.BY_CONDITION, "40-2"),
        (Weighing.OUTSIDE, "12 14-1 14-2"),
    ],
)
def test_which_exemptions_are_absolute(weighing: Weighing, sections: str) -> None:
    """FOIA s.2(3)."""
    assert weighing.label
    found = {each.code for each in CATALOGUE[Regime.FOI] if each.weighing is weighing}
    assert found == {f"FOI-{section}" for section in sections.split()}


@pytest.mark.parametrize(
    ("code", "section"),
    [
        ("FOI-12", "s.12(2)"),
        ("FOI-14-1", ""),
        ("FOI-21", ""),
        ("FOI-22", "s.22(2)"),
        ("FOI-23", "s.23(5)"),
        ("FOI-24", "s.24(2)"),
        ("FOI-30", "s.30(3)"),
        ("FOI-31", "s.31(3)"),
        ("FOI-32", "s.32(3)"),
        ("FOI-38", "s.38(2)"),
        ("FOI-40-1", "s.40(5A)"),
        ("FOI-40-2", "s.40(5B)"),
        ("FOI-41", "s.41(2)"),
        ("FOI-42", "s.42(2)"),
        ("FOI-43", "s.43(3)"),
        ("FOI-44", "s.44(2)"),
        ("P3-45-4-d", "s.45(6)"),
        ("P3-45A", ""),
        ("P3-53", ""),
    ],
)
def test_where_the_law_lets_us_neither_confirm_nor_deny(code: str, section: str) -> None:
    assert ground(code).confirm_or_deny == section
    assert ground(code).may_neither_confirm is (section != "" and code != "FOI-12")


@pytest.mark.parametrize(("regime", "each"), EVERY, ids=NAMED)
def test_every_ground_says_what_it_is_in_plain_words(regime: Regime, each: Exemption) -> None:
    assert each.plain.startswith(("to ", "because "))
    assert each.statute
    names = [question.name for question in each.questions]
    assert names
    assert len(set(names)) == len(names)
    assert all(question.asks for question in each.questions)
    assert each.is_for_recordings or each.ends is not None


@pytest.mark.parametrize("limb", "abcd")
def test_a_limb_records_its_whole_test(limb: str) -> None:
    """DPA 2018 s.45(4): necessary, proportionate, to what extent, for how long, and less."""
    names = {question.name for question in ground(f"P3-45-4-{limb}").questions}
    test = {"necessary", "proportionate", "extent", "how_long", "less_intrusive"}
    assert names == test | ({"certificate"} if limb == "d" else set())


@pytest.mark.parametrize(
    ("regime", "code"),
    [(regime, each.code) for regime in Regime for each in line_grounds(regime)],
)
def test_a_line_cannot_be_saved_without_each_answer(regime: Regime, code: str) -> None:
    whole = withheld(code)
    check_line(regime, whole)
    for question in line_questions(regime, Outcome.WITHHOLD, code):
        for wrong in ("", " \n"):
            lacking = withheld(code, **{question.name: wrong})
            if not question.is_needed:
                continue
            with pytest.raises(Refused, match=f"Recording 2.*{question.asks[:20]}"):
                check_line(regime, lacking)
        if question.choices:
            with pytest.raises(Refused):
                check_line(regime, withheld(code, **{question.name: "something else"}))


def test_a_line_needs_what_its_outcome_requires() -> None:
    for fine in (RELEASE, WITHHOLD, OPEN, LIMITED, SECRET):
        check_line(P3, fine)
    assert line_questions(P3, Outcome.RELEASE, "P3-45-4-e") == ()
    assert line_questions(P3, Outcome.WITHHOLD, "") == ()
    for wrong, words in (
        (Line(1, Outcome.WITHHOLD), "Select a ground"),
        (withheld("FOI-31"), "Select a ground"),
        (Line(1, Outcome.HELD, "P3-45-4-e", WITHHOLD.answers), "fits the kind of its hold"),
        (withheld("P3-53"), "whole request"),
    ):
        with pytest.raises(Refused, match=words):
            check_line(P3, wrong)


def test_what_is_held_says_nothing_of_how_long_because_the_hold_does() -> None:
    assert "how_long" not in OPEN.answers
    assert OPEN.is_for_now
    assert not WITHHOLD.is_for_now
    assert withheld("P3-45-4-e", how_long="for_now").is_for_now
    assert not Line(1, Outcome.RELEASE, answers={"how_long": "for_now"}).is_for_now


@pytest.mark.parametrize("each", line_grounds(Regime.FOI), ids=lambda each: each.code)
def test_only_qualified_grounds_want_the_public_interest(each: Exemption) -> None:
    lines = (withheld(each.code),)
    assert is_weighed(Regime.FOI, lines) is (each.weighing is Weighing.QUALIFIED)
    check_interest(Regime.FOI, lines, WEIGHED)
    for half in (PublicInterest(), PublicInterest("For.", "Against.", " ")):
        if each.weighing is Weighing.QUALIFIED:
            with pytest.raises(Refused, match="which weighs"):
                check_interest(Regime.FOI, lines, half)
        else:
            check_interest(Regime.FOI, lines, half)


@pytest.mark.parametrize(
    ("condition", "is_qualified"),
    [("first", False), ("second", True), ("third", True), ("", False)],
)
def test_section_40_2_is_qualified_by_its_condition(condition: str, is_qualified: bool) -> None:
    lines = (withheld("FOI-40-2", condition=condition),)
    assert is_weighed(Regime.FOI, lines) is is_qualified
    assert not is_weighed(Regime.FOI, [Line(1, Outcome.RELEASE, "FOI-40-2", lines[0].answers)])


REFUSALS = [
    (regime, each.code, is_video)
    for regime in Regime
    for is_video in (True, False)
    for each in refusal_grounds(regime, is_about_video=is_video)
]
NEITHERS = [(regime, each.code) for regime in Regime for each in neither_grounds(regime)]


def whole(code: str, is_neither: bool = False, /, **given: str) -> Whole:
    found = ground(code)
    asked = found.neither_questions if is_neither else found.questions
    return Whole(code, answers_to(asked) | given, is_neither)


@pytest.mark.parametrize(("regime", "code", "is_video"), REFUSALS)
def test_a_whole_refusal_needs_each_answer_and_our_reasons(
    regime: Regime, code: str, is_video: bool
) -> None:
    fine = whole(code)
    check_whole(regime, fine, note="Why.", is_about_video=is_video)
    with pytest.raises(Refused, match="our reasons"):
        check_whole(regime, fine, note=" ", is_about_video=is_video)
    for question in whole_questions(regime, code, is_neither=False):
        if question.is_needed:
            lacking = whole(code, **{question.name: ""})
            with pytest.raises(Refused):
                check_whole(regime, lacking, note="Why.", is_about_video=is_video)


@pytest.mark.parametrize(("regime", "code"), NEITHERS)
def test_neither_confirming_nor_denying_needs_its_test_and_has_no_reasons(
    regime: Regime, code: str
) -> None:
    fine = whole(code, True)
    assert ending_of(regime, fine) is Ending.NCND
    check_whole(regime, fine, note="", is_about_video=True)
    with pytest.raises(Refused, match="no place for reasons"):
        check_whole(regime, fine, note="Why.", is_about_video=True)
    for question in whole_questions(regime, code, is_neither=True):
        lacking = whole(code, True, **{question.name: ""})
        with pytest.raises(Refused):
            check_whole(regime, lacking, note="", is_about_video=True)


def test_a_ground_cannot_carry_what_is_not_for_it() -> None:
    cost = Whole("FOI-12", whole("FOI-12").answers, is_neither=True)
    with pytest.raises(Refused, match="must say whether"):
        check_whole(Regime.FOI, cost, note="", is_about_video=True)
    with pytest.raises(Refused, match="decide on each recording"):
        check_whole(Regime.FOI, whole("FOI-30"), note="Why.", is_about_video=True)
    with pytest.raises(Refused, match="decide on each recording"):
        check_whole(P3, whole("P3-45-4-b"), note="Why.", is_about_video=False)
    with pytest.raises(Refused, match="law allows"):
        check_whole(P3, whole("FOI-12"), note="Why.", is_about_video=True)


def test_the_public_interest_of_a_whole_answer() -> None:
    for code, is_qualified in (("FOI-30", True), ("FOI-44", False), ("FOI-14-1", False)):
        assert is_weighed(Regime.FOI, (), whole(code)) is is_qualified
    neither = whole("FOI-40-2", True, condition="third")
    with pytest.raises(Refused, match="which weighs"):
        check_interest(Regime.FOI, (), PublicInterest(), neither)
    check_interest(Regime.FOI, (), WEIGHED, neither)


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("P3-53", Ending.UNFOUNDED_OR_EXCESSIVE),
        ("GDPR-12-5", Ending.UNFOUNDED_OR_EXCESSIVE),
        ("P3-43-3", Ending.REFUSED),
        ("FOI-12", Ending.OVER_COST_LIMIT),
        ("FOI-14-1", Ending.VEXATIOUS_OR_REPEATED),
        ("FOI-14-2", Ending.VEXATIOUS_OR_REPEATED),
        ("FOI-21", Ending.REFUSED),
    ],
)
def test_how_a_request_ends_that_is_refused(code: str, ending: Ending) -> None:
    (regime,) = (regime for regime, each in EVERY if each.code == code)
    assert ending_of(regime, whole(code)) is ending


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_that_needs_a_letter_has_one(ending: Ending) -> None:
    """Rules 4.1: every outcome but the last two is told in a letter."""
    kinds = [kind for regime in Regime if (kind := _letter(regime, ending)) is not None]
    assert bool(kinds) is ending.has_letter
    for regime, kind in LETTERS.get(ending, {}).items():
        assert regime.value in REGIMES_OF.get(kind, [each.value for each in Regime])


def _letter(regime: Regime, ending: Ending) -> LetterKind | None:
    try:
        return letter_for(regime, ending)
    except Refused:
        return None


@pytest.mark.parametrize("regime", Regime)
def test_whatever_can_be_decided_has_a_letter_of_its_law(regime: Regime) -> None:
    lines = ((), (RELEASE,), (RELEASE, WITHHOLD), (WITHHOLD,), (OPEN,), (SECRET,))
    answers = {answer_of(regime, each) for each in lines}
    answers |= {ending_of(regime, whole(code)) for law, code, _ in REFUSALS if law is regime}
    assert all(_letter(regime, answer) for answer in answers)


@pytest.mark.parametrize(
    ("regime", "answer", "kind"),
    [
        (P3, Ending.DISCLOSED_FULL, LetterKind.DISCLOSURE),
        (Regime.FOI, Ending.DISCLOSED_FULL, LetterKind.DISCLOSURE_FOI),
        (P3, Ending.DISCLOSED_PART, LetterKind.RESTRICTION),
        (Regime.SAR_GDPR, Ending.DISCLOSED_PART, LetterKind.REFUSAL_GDPR),
        (Regime.FOI, Ending.DISCLOSED_PART, LetterKind.DISCLOSURE_FOI),
        (P3, Ending.RESTRICTED_HELD, LetterKind.RESTRICTION),
        (Regime.FOI, Ending.RESTRICTED_HELD, LetterKind.FOI_REFUSAL),
        (Regime.SAR_GDPR, Ending.REFUSED, LetterKind.REFUSAL_GDPR),
        (Regime.FOI, Ending.NCND, LetterKind.NCND),
        (P3, Ending.NOT_HELD, LetterKind.NOT_HELD),
        (P3, Ending.UNFOUNDED_OR_EXCESSIVE, LetterKind.UNFOUNDED),
        (Regime.FOI, Ending.OVER_COST_LIMIT, LetterKind.FOI_REFUSAL),
        (Regime.FOI, Ending.CLARIFICATION_NOT_RECEIVED, LetterKind.CLOSING),
        (Regime.FOI, Ending.FEE_NOT_PAID, LetterKind.CLOSING),
    ],
)
def test_which_letter(regime: Regime, answer: Ending, kind: LetterKind) -> None:
    assert letter_for(regime, answer) is kind


def test_what_a_lawyer_said_has_a_letter_of_its_own() -> None:
    """DPA 2018 s.45A(2)."""
    privileged = withheld("P3-45A")
    for answer, lines, kind in (
        (Ending.RESTRICTED, (privileged,), LetterKind.LPP),
        (Ending.RESTRICTED, (privileged, SECRET), LetterKind.LPP),
        (Ending.DISCLOSED_PART, (RELEASE, privileged), LetterKind.LPP),
        (Ending.RESTRICTED, (privileged, WITHHOLD), LetterKind.RESTRICTION),
        (Ending.DISCLOSED_FULL, (RELEASE,), LetterKind.DISCLOSURE),
    ):
        assert letter_for(P3, answer, lines) is kind
    assert letter_for(Regime.FOI, Ending.REFUSED, (withheld("FOI-42"),)) is LetterKind.FOI_REFUSAL


@pytest.mark.parametrize("is_about_video", [True, False])
def test_their_own_information_is_never_refused(is_about_video: bool) -> None:
    """FOIA s.40(1): it is made a subject access request of the same date."""
    codes = {each.code for each in refusal_grounds(Regime.FOI, is_about_video=is_about_video)}
    assert "FOI-12" in codes
    assert "FOI-40-1" not in codes
