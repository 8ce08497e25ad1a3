"""Why a recording is on the list, in words and weights."""

import pytest

from portal.recordings.kinds import Certainty
from portal.recordings.matching import Doubt, Window
from portal.recordings.models import Candidate
from portal.recordings.reasons import Asked, Seen, reasons
from portal.recordings.scoring import Agreement, Weights
from portal.requests.staff_views.why import WIDTH, share_in_words, why_of


def _candidate(doubt: Doubt, weights: Weights) -> Candidate:
    """As a search writes it down."""
    seen = Seen(
        doubt=doubt,
        at=None,
        distance_m=None if doubt else 12.0,
        overlap_s=600.0,
        area="Lambeth",
        officer=Agreement.AGREES,
        reference=Agreement.UNKNOWN,
        weights=weights,
    )
    return Candidate(
        place=Certainty.UNCERTAIN if doubt else Certainty.TRACKED,
        score=weights.total,
        share=0.3,
        reasons=reasons(Asked("the place", False, Window(0.0, 3600.0)), seen),
    )


def test_the_arithmetic_is_read_back_from_what_the_search_wrote() -> None:
    found = why_of(_candidate(Doubt.NONE, Weights(1.5, -2.25, 6.0, 0.0)))

    shown = [(weight.name, weight.words, weight.is_against) for weight in found.weights]
    assert shown == [("Time", "+1.5", False), ("Place", "−2.2", True), ("Officer", "+6.0", False)]
    assert found.together == "+5.2"
    assert found.likely == "about 1 in 3"
    assert found.doubt == ""
    assert found.reasons[0].startswith("Passed 12 m from the place")
    assert not any("bits" in reason for reason in found.reasons)


def test_bars_go_left_against_and_right_for_and_stay_in_the_picture() -> None:
    time, place, officer = why_of(_candidate(Doubt.NONE, Weights(0.0, -40.0, 5.0, 0.0))).weights

    assert (time.words, time.width) == ("0.0", 0.0)
    assert (place.x, place.width) == (0.0, WIDTH / 2)
    assert (officer.x, officer.width) == (WIDTH / 2, WIDTH / 4)


def test_a_place_in_doubt_says_why() -> None:
    found = why_of(_candidate(Doubt.GAP, Weights(1.0, -1.0, 0.0, 0.0)))

    assert found.doubt.startswith("Its position was unknown for a time")
    assert found.doubt not in found.reasons


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "more than 19 in 20"),
        (0.9, "about 9 in 10"),
        (0.75, "about 3 in 4"),
        (0.66, "about 2 in 3"),
        (0.5, "about 1 in 2"),
        (0.33, "about 1 in 3"),
        (0.07, "about 1 in 14"),
        (0.0072, "about 1 in 100"),
        (0.001, "about 1 in 1,000"),
        (0.0009, "less than 1 in 1,000"),
        (0.0, "less than 1 in 1,000"),
    ],
)
def test_shares_as_people_say_them(share: float, words: str) -> None:
    assert share_in_words(share) == words
