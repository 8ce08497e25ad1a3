"""When we ask again and when we close."""

from datetime import date

import pytest

from portal.requests.silence import chase_on, close_on


@pytest.mark.parametrize(
    ("asked_on", "chase", "close"),
    [
        (date(2026, 11, 22), date(2026, 12, 6), date(2026, 12, 22)),
        (date(2027, 1, 31), date(2027, 2, 14), date(2027, 2, 28)),  # no such day: the month's last
        (date(2028, 1, 30), date(2028, 2, 13), date(2028, 2, 29)),
    ],
)
def test_we_ask_again_after_a_fortnight_and_close_after_a_month(
    asked_on: date, chase: date, close: date
) -> None:
    assert chase_on(asked_on) == chase
    assert close_on(asked_on) == close
