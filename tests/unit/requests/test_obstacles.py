"""What stands in the way of a request, in words."""

import pytest

from portal.requests.lifecycle import Event, Facts, Regime, obstacle


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (0, None),
        (1, "Confirm or reject the recording still on the list."),
        (2, "Confirm or reject the 2 recordings still on the list."),
    ],
)
def test_what_is_left_to_judge_is_counted_in_good_english(left: int, words: str | None) -> None:
    facts = Facts(Regime.SAR_PART3, is_identity_accepted=True, searches=1, unjudged_candidates=left)
    assert obstacle(Event.SEARCH_FINISHED, facts) == words
    assert obstacle(Event.DECIDED, facts) == words
