"""The score: what agrees better scores higher, and the parts add up."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.recordings.matching import Window, judge
from portal.recordings.scoring import (
    Agreement,
    Said,
    officer_agreement,
    officer_bits,
    place_likelihood,
    reference_agreement,
    reference_bits,
    shares,
    time_and_place_bits,
    time_density,
)
from portal.recordings.shapes import Legs, Near
from portal.recordings.tracks import pack, together

NINE = datetime(2026, 11, 1, 21, tzinfo=UTC)
T = int(NINE.timestamp())
PLACE = Near(Legs.along(np.array([530_000.0]), np.array([175_000.0])), 1_000.0)


def bits(*parked: tuple[int, int, float]) -> tuple[list[float], list[float]]:
    """Scores of cameras standing still: (seconds from nine, how long, metres from the place)."""
    rows = [
        (T + s, T + s + d, 0, pack([0, d * 1000], [530_000 + m] * 2, [175_000] * 2))
        for s, d, m in parked
    ]
    tracks, window = together(rows), Window(T - 7200, T + 7200)
    verdict = judge(tracks, window, PLACE)
    time, place = time_and_place_bits(
        verdict.seen,
        tracks.start.astype(float),
        tracks.end.astype(float),
        verdict.tracked,
        window,
        PLACE,
        Said(NINE),
    )
    return time.tolist(), place.tolist()


def test_nearer_in_time_weighs_more() -> None:
    time, _ = bits((-60, 120, 50), (600, 120, 50), (1800, 120, 50))
    assert time[0] > time[1] > time[2]


def test_nearer_in_place_weighs_more_and_does_not_change_the_time() -> None:
    time, place = bits((-60, 120, 0), (-60, 120, 150), (-60, 120, 900))
    assert place[0] > place[1] > place[2]
    assert time == pytest.approx([time[0]] * 3)


def test_an_hour_out_is_likelier_than_forty_minutes_out() -> None:
    time, _ = bits((3600, 120, 0), (2400, 120, 0))
    assert time[0] > time[1]


def test_a_long_recording_is_not_favoured_for_its_length() -> None:
    time, _ = bits((-60, 120, 0), (-3600, 7200, 0))
    assert time[0] > time[1]


def test_densities_are_densities() -> None:
    at = np.arange(-40 * 3600, 40 * 3600, 10.0)
    assert float(time_density(at, 480.0).sum() * 10) == pytest.approx(1.0, abs=0.01)
    radius = (np.arange(1000) + 0.5) / 1000 * PLACE.radius_m
    x, y = 530_000.0 + radius, np.full(1000, 175_000.0)
    mean = np.average(place_likelihood(Legs(x, y, x, y), 120.0, PLACE), weights=radius)
    assert float(mean) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("said", "known", "agreement"),
    [
        ("L1234", "l 1234", Agreement.AGREES),
        ("L1234", "L1235", Agreement.DIFFERS),
        ("1234", "L1234", Agreement.DIFFERS),
        ("L1234", None, Agreement.UNKNOWN),
        (None, "L1234", Agreement.NOT_SAID),
        ("--", "L1234", Agreement.NOT_SAID),
    ],
)
def test_officers(said: str | None, known: str | None, agreement: Agreement) -> None:
    assert officer_agreement(said, known) is agreement


def test_a_wrong_number_is_evidence_against_and_no_more() -> None:
    assert officer_bits(Agreement.AGREES) == pytest.approx(14.27, abs=0.01)
    assert officer_bits(Agreement.DIFFERS) == pytest.approx(-3.32, abs=0.01)
    assert officer_bits(Agreement.UNKNOWN) == officer_bits(Agreement.NOT_SAID) == 0.0


def test_a_reference_may_be_a_part_of_the_other() -> None:
    known = ("CAD 5512/01NOV26", None)
    assert reference_agreement(("cad 5512",), known) is Agreement.AGREES
    assert reference_agreement(("12",), known) is Agreement.DIFFERS
    assert reference_agreement((), known) is Agreement.NOT_SAID
    assert reference_agreement(("CAD 1",), (None, None)) is Agreement.UNKNOWN
    assert reference_bits(Agreement.AGREES) > 16


@given(st.lists(st.floats(-40, 60), max_size=50))
def test_shares_are_parts_of_one_and_leave_some_for_none_of_these(held: list[float]) -> None:
    share = shares(np.array(held))
    assert np.all(share >= 0)
    assert float(share.sum()) <= 0.9 + 1e-9
    assert np.array_equal(np.argsort(share, kind="stable"), np.argsort(held, kind="stable")) or (
        len(set(held)) < len(held) or np.any(np.diff(np.sort(held)) < 1e-9)
    )


def test_the_default_window_of_what_was_said_holds_the_slips() -> None:
    since, until = Said(NINE).window()
    assert until - NINE == NINE - since == timedelta(minutes=197)
    assert Said(NINE).radius_m() == pytest.approx(1174, abs=1)
