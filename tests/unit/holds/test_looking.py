"""A hold that becomes less never holds more and never tells less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.holds.looking import why_not_narrower
from portal.holds.policy import Level, Segment

parts = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 20)).map(lambda p: Segment(p[0], p[0] + p[1])),
    max_size=4,
)
levels = st.sampled_from(Level)


def seconds(held: list[Segment]) -> set[int]:
    if not held:
        return set(range(100))
    return {second for part in held for second in range(part.begins, part.ends)}


@given(parts, levels, parts, levels)
def test_it_holds_no_second_that_was_free_and_tells_no_less(
    old: list[Segment], old_level: Level, new: list[Segment], new_level: Level
) -> None:
    may = not why_not_narrower((old, old_level), (new, new_level))
    is_the_same = (set(old), old_level) == (set(new), new_level)
    fits = seconds(new) <= seconds(old) and new_level.value <= old_level.value
    assert may == (fits and not is_the_same)


@pytest.mark.parametrize("level", Level)
def test_the_same_again_is_not_less(level: Level) -> None:
    assert why_not_narrower(([Segment(1, 5)], level), ([Segment(1, 5)], level))
