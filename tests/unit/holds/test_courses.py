"""What opens and ends each kind of hold, in words that a person can go by."""

from dataclasses import dataclass

import pytest

from portal.holds.courses import course_of
from portal.holds.policy import HoldKind


@dataclass(frozen=True)
class Set:
    """Times as a force has set them."""

    victims_review_days: int = 61
    appeal_days: int = 1
    conduct_review_days: int = 12


@pytest.mark.parametrize("kind", HoldKind)
def test_each_kind_says_what_opens_it_what_ends_it_and_who_decides(kind: HoldKind) -> None:
    course = course_of(kind, Set())
    assert course.ends
    for sentence in (course.opens, *course.ends):
        assert sentence.endswith(".") and len(sentence.split()) > 2, sentence
    assert course.decided_by and not course.decided_by.endswith(".")


def test_no_two_kinds_have_the_same_course() -> None:
    assert len({course_of(kind, Set()) for kind in HoldKind}) == len(HoldKind) == 8


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (HoldKind.INVESTIGATION, "(61 days)."),
        (HoldKind.PROSECUTION, "(1 day) or the appeal is decided."),
        (HoldKind.CONDUCT, "(12 working days)."),
    ],
)
def test_what_can_still_follow_has_the_forces_own_time(kind: HoldKind, told: str) -> None:
    assert any(end.endswith(told) for end in course_of(kind, Set()).ends)


def test_a_charge_ends_an_investigation_only_once_the_prosecution_holds() -> None:
    assert "prosecution first" in course_of(HoldKind.INVESTIGATION, Set()).note
