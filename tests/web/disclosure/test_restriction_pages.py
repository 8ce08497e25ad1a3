"""The handlers' pages for looking again at what an answer held back."""

import re

from flask import Flask

from portal.holds.policy import Level
from portal.house import House
from tests.conftest import Clock
from tests.factories.disclosure import (
    Ready,
    answered,
    held_line,
    place_hold,
    ready_to_decide,
    sign_in,
)

LIST = "/office/restrictions"


def held(house: House, level: Level) -> Ready:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one, level=level)
    answered(house, ready, [held_line(house, ready, one)])
    return ready


def page_of(ready: Ready) -> str:
    return f"/office/requests/{ready.reference}/restriction"


def look_in(page: str) -> str:
    """Which look the form on a page is about."""
    found = re.search(r'name="look"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_from_the_list_to_the_look_and_back(app: Flask, sqlite_house: House, clock: Clock) -> None:
    ready = held(sqlite_house, Level.OPEN)
    clock.forward(days=88)
    client = app.test_client()
    sign_in(client, sqlite_house, ready.staff.decider)
    assert "1 restriction to look at again" in client.get("/office/").text
    assert ready.reference in client.get(LIST).text
    assert page_of(ready) in client.get(f"/office/requests/{ready.reference}").text
    assert "What we tell them" in client.get(page_of(ready)).text
    look = look_in(client.get(page_of(ready)).text)
    empty = client.post(page_of(ready), data={"look": look})
    assert empty.status_code == 422
    for words in ("Select what you find", "Enter the reason", "Enter what we tell them"):
        assert words in empty.text
    data = {"finding": "end", "reason": "The trial is over.", "told": "It is over.", "look": look}
    assert client.post(page_of(ready), data=data).status_code == 303
    listed = client.get(LIST).text
    assert "It is no longer needed" in listed
    assert "Nothing waits to be looked at." in listed
    assert "The trial is over." in client.get(page_of(ready)).text
    assert "to look at again" not in client.get("/office/").text
    again = client.post(page_of(ready), data=data, follow_redirects=True)
    assert "This look is written down already." in again.text
    assert client.get(page_of(ready)).text.count("The trial is over.") == 1


def test_of_what_may_not_be_told_nothing_is_asked_to_be_told(
    app: Flask, sqlite_house: House
) -> None:
    secret = held(sqlite_house, Level.NEITHER_CONFIRM_NOR_DENY)
    client = app.test_client()
    sign_in(client, sqlite_house, secret.staff.decider)
    page = client.get(page_of(secret)).text
    assert "They are told nothing, whatever you find." in page
    assert "What we tell them" not in page
    limited = held(sqlite_house, Level.LIMITED)
    page = client.get(page_of(limited)).text
    assert "gives no reasons" in page
    data = {"finding": "continue", "reason": "The trial is near.", "look": look_in(page)}
    assert client.post(page_of(limited), data=data).status_code == 303


def test_there_must_be_something_to_look_at(app: Flask, sqlite_house: House) -> None:
    ready = ready_to_decide(sqlite_house)
    client = app.test_client()
    sign_in(client, sqlite_house, ready.staff.decider)
    page = client.get(page_of(ready))
    assert page.status_code == 409
    assert "Nothing is held back for now in this request." in page.text
