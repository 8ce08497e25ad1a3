"""Which papers are on offer to send, by who asks."""

from flask import Flask

from portal.house import House
from portal.identity.authority import Acting, Lack
from portal.requests.commands.authorising import ask_authority
from portal.requests.models import Representative
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


def test_one_who_acts_is_told_what_we_wait_for(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    own = Own(app, sqlite_house, clock)
    with sqlite_house.db.writing() as session:
        session.add(
            Representative(
                request_id=own.id,
                name="Cas Example",
                relationship_to_applicant="friend",
                acting=Acting.FAMILY_OR_FRIEND,
            )
        )
    own.do(ask_authority, lacks=[Lack.NOT_SIGNED], note="")
    page = own.page()
    assert "We need something from you" in page
    assert "Send the papers we need" in page
    assert Lack.NOT_SIGNED.explanation in page
    assert "Your time starts on the day we have the signed permission." in page
    assert 'value="own_photo_id"' in own.page("/proofs")
