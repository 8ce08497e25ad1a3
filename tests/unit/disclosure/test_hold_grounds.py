"""What a hold rests on follows the kind of its matter (rules, section 5: legal basis)."""

import pytest

from portal.disclosure.exemptions import HOLD_GROUND, Line, Outcome, check_line, hold_grounds
from portal.errors import Refused
from portal.holds.policy import HoldKind
from portal.requests.lifecycle import Regime
from tests.factories.grounds import answers_to, ground

LIMBS = {
    "H1": "b a",
    "H2": "b a",
    "H3": "a",
    "H4": "a b",
    "H5": "a",
    "H6": "e",
    "H7": "d",
}


@pytest.mark.parametrize(("kind", "limbs"), LIMBS.items())
def test_the_limbs_of_part_3(kind: str, limbs: str) -> None:
    found = hold_grounds(Regime.SAR_PART3, [HoldKind(kind)])
    assert found == tuple(f"P3-45-4-{limb}" for limb in limbs.split())


@pytest.mark.parametrize("regime", Regime)
@pytest.mark.parametrize("kind", HoldKind)
def test_every_ground_of_a_hold_withholds_a_recording_under_its_law(
    regime: Regime, kind: HoldKind
) -> None:
    found = hold_grounds(regime, [kind])
    assert found
    for code in found:
        answers = answers_to(ground(code).held_questions)
        check_line(regime, Line(1, Outcome.HELD, code, answers, kinds=(kind,)))


def test_holds_of_several_kinds_rest_on_the_grounds_of_each() -> None:
    both = hold_grounds(Regime.FOI, [HoldKind.SAFEGUARDING, HoldKind.INQUEST])
    assert both == ("FOI-32", "FOI-30", "FOI-31", "FOI-38")


@pytest.mark.parametrize("regime", Regime)
def test_without_a_kind_it_is_the_usual_ground(regime: Regime) -> None:
    assert hold_grounds(regime, []) == (HOLD_GROUND[regime],)


def test_a_ground_of_another_kind_of_hold_is_refused() -> None:
    answers = answers_to(ground("P3-45-4-b").held_questions)
    line = Line(7, Outcome.HELD, "P3-45-4-b", answers, kinds=(HoldKind.SAFEGUARDING,))
    with pytest.raises(Refused, match="fits the kind of its hold"):
        check_line(Regime.SAR_PART3, line)
