"""Which squares and hours a track leaves in the index."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from portal.recordings.footprint import (
    ANYWHERE,
    WIDTH,
    area_square,
    footprint,
    key_of,
    slots,
    squares,
    squares_around,
    unplaced_square,
)
from portal.recordings.tracks import Tracks, pack, together

HOUR = 498_000


def track(start: int, end: int, *fixes: tuple[int, float, float], slack_m: int = 0) -> Tracks:
    t, x, y = zip(*fixes, strict=True) if fixes else ((), (), ())
    points = pack([(one - start) * 1000 for one in t], x, y)
    return together([(start, end, slack_m * 10, points)])


def left(
    tracks: Tracks, area: str | None = None, known: frozenset[str] = frozenset()
) -> set[tuple[int, int]]:
    _, slot, square = footprint(tracks, [area], known)
    return set(zip(slot.tolist(), square.tolist(), strict=True))


def square(column: int, row: int) -> int:
    return row * WIDTH + column


def test_a_line_leaves_every_square_it_crosses_not_only_those_of_its_fixes() -> None:
    start = HOUR * 3600
    held = track(start, start + 60, (start, 530_500, 175_500), (start + 60, 533_500, 176_400))
    assert left(held) == {
        (HOUR, square(530, 175)),
        (HOUR, square(531, 175)),
        (HOUR, square(532, 175)),
        (HOUR, square(532, 176)),
        (HOUR, square(533, 176)),
    }


def test_a_line_leaves_its_squares_in_every_hour_it_spans() -> None:
    start = HOUR * 3600 - 30
    held = track(start, start + 60, (start, 530_500, 175_500), (start + 60, 530_600, 175_500))
    assert {slot for slot, _ in left(held)} == {HOUR - 1, HOUR}


def test_a_window_that_touches_an_hour_looks_in_both() -> None:
    assert list(slots(HOUR * 3600 - 1, HOUR * 3600)) == [HOUR - 1, HOUR]
    assert list(slots(-1.0, 0.0)) == [-1, 0]


def test_outside_the_frame_everything_belongs_to_the_edge() -> None:
    far = np.array([-5e6, 9e6])
    _, found = squares(far, far, far, far, np.zeros(2))
    assert found.tolist() == [square(0, 0), square(699, 1299)]


def test_a_recording_without_fixes_is_under_its_area_and_where_it_may_be() -> None:
    start = HOUR * 3600 + 5
    held = track(start, start + 5)
    assert left(held) == {(HOUR, ANYWHERE)}
    assert left(held, "Lambeth") == {(HOUR, ANYWHERE), (HOUR, area_square("Lambeth"))}
    assert left(held, "Lambeth", frozenset({"lambeth"})) == {
        (HOUR, unplaced_square("lambeth")),
        (HOUR, area_square("LAMBETH")),
    }


def test_a_gap_of_minutes_leaves_a_circle_and_a_gap_of_an_hour_may_be_anywhere() -> None:
    start = HOUR * 3600
    held = track(start, start + 400, (start, 530_500, 175_500), (start + 400, 530_500, 175_500))
    reached = {cell for _, cell in left(held)}
    assert square(533, 175) in reached
    assert square(534, 175) not in reached
    held = track(start, start + 3599, (start, 530_500, 175_500), (start + 3599, 530_500, 175_500))
    assert (HOUR, ANYWHERE) in left(held)


def test_poor_fixes_reach_further() -> None:
    start = HOUR * 3600
    held = track(start, start + 1, (start, 530_500, 175_500), slack_m=600)
    assert (HOUR, square(529, 175)) in left(held)
    assert (HOUR, square(528, 175)) not in left(held)


def test_names_of_areas_do_not_depend_on_case_or_spacing() -> None:
    assert key_of("  Tower   HAMLETS ") == "tower hamlets"
    assert area_square("Tower Hamlets") == area_square("tower  hamlets")
    assert area_square("Tower Hamlets") != unplaced_square("Tower Hamlets")
    assert -(2**31) < area_square("Lambeth") < ANYWHERE


METRES = st.one_of(
    st.floats(-3_000, 1_400_000), st.integers(-2, 1_302).map(lambda row: row * 1000.0)
)


@given(x=METRES, y=METRES, within=st.floats(0, 4_000))
def test_the_squares_around_a_position_are_those_near_a_line_of_no_length(
    x: float, y: float, within: float
) -> None:
    at, up = np.array([x]), np.array([y])
    _, near = squares(at, up, at, up, np.array([within]))
    assert squares_around(x, y, within).tolist() == np.unique(near).tolist()
