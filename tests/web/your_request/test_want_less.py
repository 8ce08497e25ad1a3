"""Telling us that less would do."""

from flask import Flask

from portal.house import House
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom
from portal.requests.messages import Meaning
from tests.conftest import Clock
from tests.web.your_request.test_own_page import Own

LINK = "Tell us if you want less"


def test_wanting_less_is_said_once_and_moves_no_date(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    own = Own(app, sqlite_house, clock)
    assert LINK in own.page()
    asked = own.page("/want-less")
    assert "You can ask for the rest at any time." in asked
    assert "cost" not in asked
    empty = own.client.post(own.path("/want-less"), data={"body": " "})
    assert empty.status_code == 422
    assert "Enter what you no longer need" in empty.text
    before = own.now().target_due_on
    sent = own.client.post(own.path("/want-less"), data={"body": "Only <b>the search</b>."})
    assert (sent.status_code, sent.location) == (303, own.path())
    after = own.now()
    assert after.target_due_on == before
    assert [message.meaning for message in after.messages] == [Meaning.NARROWING]
    page = own.page()
    assert "You told us that you want less" in page
    assert "Only &lt;b&gt;the search" in page


def test_it_can_help_with_the_cost_of_information(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    own = Own(app, sqlite_house, clock, about=AboutWhom.GENERAL)
    assert "It can also help with the cost." in own.page("/want-less")


def test_there_is_no_less_of_what_has_ended(app: Flask, sqlite_house: House, clock: Clock) -> None:
    own = Own(app, sqlite_house, clock)
    own.do(withdraw)
    assert LINK not in own.page()
    for answered in (
        own.client.get(own.path("/want-less")),
        own.client.post(own.path("/want-less"), data={"body": "Less."}),
    ):
        assert (answered.status_code, answered.location) == (303, own.path())
    assert own.now().messages == []


def test_strangers_find_no_such_page(app: Flask, sqlite_house: House, clock: Clock) -> None:
    own = Own(app, sqlite_house, clock)
    stranger = app.test_client()
    assert stranger.get(own.path("/want-less")).status_code == 404
    assert stranger.post(own.path("/want-less"), data={"body": "Less."}).status_code == 404
