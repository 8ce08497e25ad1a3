"""What may be decided, what must be written down, and the whole answer's code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.exemptions import (
    CATALOGUE,
    HOLD_GROUND,
    Line,
    Outcome,
    PublicInterest,
    answer_of,
    check_interest,
    check_line,
    exemption,
    told,
)
from portal.disclosure.letter_choice import letter_for
from portal.errors import Refused
from portal.holds.policy import Level
from portal.letters.kinds import REGIMES_OF, LetterKind
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime

RELEASE = Line(1, Outcome.RELEASE)
WITHHOLD = Line(2, Outcome.WITHHOLD, "P3-45-4-e", "A child.")
OPEN, LIMITED, SECRET = (
    Line(number, Outcome.HELD, "P3-45-4-b", "The case.", level)
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
    assert answer_of(lines) is answer
    assert answer_of(tuple(reversed(lines))) is answer


@given(st.lists(st.sampled_from([RELEASE, WITHHOLD, OPEN, LIMITED]), min_size=1))
def test_a_secret_hold_beside_anything_else_changes_nothing(lines: list[Line]) -> None:
    assert answer_of((*lines, SECRET)) is answer_of(tuple(lines))
    assert told((*lines, SECRET)) == tuple(lines)


@pytest.mark.parametrize("regime", Regime)
def test_the_ground_for_evidence_is_a_ground_of_its_law(regime: Regime) -> None:
    assert exemption(regime, HOLD_GROUND[regime]).statute


@pytest.mark.parametrize("regime", Regime)
@pytest.mark.parametrize("answer", [each for each in Ending if each is not Ending.REFUSED])
def test_each_answer_has_a_letter_that_speaks_for_its_law(regime: Regime, answer: Ending) -> None:
    kind = letter_for(regime, answer)
    assert regime.value in REGIMES_OF.get(kind, [each.value for each in Regime])


@pytest.mark.parametrize(
    ("regime", "answer", "kind"),
    [
        (Regime.SAR_PART3, Ending.DISCLOSED_FULL, LetterKind.DISCLOSURE),
        (Regime.FOI, Ending.DISCLOSED_FULL, LetterKind.DISCLOSURE_FOI),
        (Regime.SAR_PART3, Ending.DISCLOSED_PART, LetterKind.RESTRICTION),
        (Regime.SAR_GDPR, Ending.DISCLOSED_PART, LetterKind.REFUSAL_GDPR),
        (Regime.FOI, Ending.DISCLOSED_PART, LetterKind.DISCLOSURE_FOI),
        (Regime.SAR_PART3, Ending.RESTRICTED_HELD, LetterKind.RESTRICTION),
        (Regime.FOI, Ending.RESTRICTED_HELD, LetterKind.FOI_REFUSAL),
        (Regime.SAR_GDPR, Ending.RESTRICTED, LetterKind.REFUSAL_GDPR),
        (Regime.FOI, Ending.NCND, LetterKind.NCND),
        (Regime.SAR_PART3, Ending.NOT_HELD, LetterKind.NOT_HELD),
    ],
)
def test_which_letter(regime: Regime, answer: Ending, kind: LetterKind) -> None:
    assert letter_for(regime, answer) is kind


def test_a_line_needs_what_its_outcome_requires() -> None:
    check_line(Regime.SAR_PART3, RELEASE)
    check_line(Regime.SAR_PART3, WITHHOLD)
    check_line(Regime.SAR_PART3, OPEN)
    for wrong in (
        Line(1, Outcome.WITHHOLD),
        Line(1, Outcome.WITHHOLD, "FOI-31", "A ground of another law."),
        Line(1, Outcome.WITHHOLD, "P3-45-4-e", "\n"),
        Line(1, Outcome.HELD, "P3-45-4-e", "Not the ground for evidence."),
    ):
        with pytest.raises(Refused):
            check_line(Regime.SAR_PART3, wrong)


@pytest.mark.parametrize("ground", CATALOGUE[Regime.FOI])
def test_only_qualified_grounds_want_the_public_interest(ground: object) -> None:
    code, is_qualified = ground.code, ground.is_qualified  # type: ignore[attr-defined]
    lines = (Line(1, Outcome.WITHHOLD, code, "Why."),)
    check_interest(Regime.FOI, lines, PublicInterest("For.", "Against.", "The harm."))
    for half in (PublicInterest(), PublicInterest("For.", "Against.", " ")):
        if is_qualified:
            with pytest.raises(Refused):
                check_interest(Regime.FOI, lines, half)
        else:
            check_interest(Regime.FOI, lines, half)
