"""Which law a request can be put under, from where, and what the applicant is told."""

from datetime import date

import pytest

from portal.requests.lifecycle import Regime
from portal.requests.regimes import CHANGES, STATUTES, Because, reasons_from, told_of_change


@pytest.mark.parametrize(
    ("regime", "reasons"),
    [
        (Regime.SAR_PART3, (Because.NOT_OF_THEM, Because.OTHER_PURPOSE)),
        (Regime.SAR_GDPR, (Because.NOT_OF_THEM, Because.LAW_ENFORCEMENT)),
        (Regime.FOI, (Because.OWN_VIDEO,)),
    ],
)
def test_each_law_can_be_the_wrong_one_for_its_own_reasons(
    regime: Regime, reasons: tuple[Because, ...]
) -> None:
    assert reasons_from(regime) == reasons
    assert all(CHANGES[reason][1] is not regime for reason in reasons)


@pytest.mark.parametrize("because", Because)
def test_every_reason_has_its_statute_and_its_words(because: Because) -> None:
    assert because.label
    assert STATUTES[because]
    due_on = date(2026, 12, 2)
    words = told_of_change(because, due_on, due_on)
    assert words.startswith(because.told)
    assert "We will reply by 2 December 2026." in words
    assert "from the day you first asked" in told_of_change(because, None, due_on)
    assert "reply by" not in told_of_change(because, None, due_on)
    late = told_of_change(because, due_on, date(2026, 12, 3))
    assert "We should have answered by 2 December 2026. We are sorry" in late
    assert "reply by" not in late


def test_no_applicant_reads_a_lawyers_word() -> None:
    for because in Because:
        assert "pursuant" not in because.told
        assert all(len(line.split()) <= 25 for line in because.told.split(". "))
