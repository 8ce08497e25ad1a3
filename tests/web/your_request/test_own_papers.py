"""Which papers are on offer to send, by who asks."""

from flask import Flask

from portal.house import House
from tests.conftest import Clock
from tests.web.your_request.test_own_page import Own


def test_only_one_who_acts_for_another_is_offered_their_papers(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    own = Own(app, sqlite_house, clock)
    page = own.page("/proofs")
    assert 'value="passport"' in page
    for kind in ("authority", "power_of_attorney", "court_order", "own_photo_id", "own_address"):
        assert f'value="{kind}"' not in page
    assert "people who ask for someone else" not in page
