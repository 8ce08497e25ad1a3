"""The handlers' page that answers a whole request on one ground, and who may second it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.actors import Role
from portal.disclosure.commands import send_back
from portal.disclosure.queries.decisions import latest
from portal.house import House
from portal.requests.commands.reclassifying import reclassify
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom
from portal.requests.regimes import Because
from tests.factories.applicants import received
from tests.factories.disclosure import (
    Ready,
    decided,
    handler,
    ready_to_decide,
    sign_in,
    status_of,
)
from tests.factories.grounds import answers_to, ground

PATH = "decision/refuse"


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house, about=AboutWhom.GENERAL)


@pytest.fixture
def decider(app: Flask, sqlite_house: House, ready: Ready) -> FlaskClient:
    client = app.test_client()
    sign_in(client, sqlite_house, ready.staff.decider)
    return client


def part(ready: Ready, path: str = PATH) -> str:
    return f"/office/requests/{ready.reference}/{path}"


def refusal(code: str, **given: str) -> dict[str, str]:
    answers = answers_to(ground(code).questions) | given
    said = {f"answer_{name}": answer for name, answer in answers.items()}
    chosen = {"way": "refuse", "refuse_ground": code, "asked": f"refuse.{code}"}
    return chosen | {"note": "It is too much."} | said


def neither(code: str) -> dict[str, str]:
    answers = answers_to(ground(code).neither_questions)
    said = {f"answer_{name}": answer for name, answer in answers.items()}
    return {"way": "neither", "neither_ground": code, "asked": f"neither.{code}", **said}


WEIGHED = {"interest_for": "For.", "interest_against": "Against.", "interest_conclusion": "Harm."}


def ending(house: House, ready: Ready) -> Ending:
    with house.db.reading() as session:
        made = latest(session, ready.request_id)
    assert made is not None
    return made.answer


def test_the_ground_brings_its_questions_and_loses_nothing(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    assert f'href="{part(ready)}"' in decider.get(part(ready, "decision")).text
    first = decider.get(part(ready)).text
    assert "The test to record" not in first
    chosen = {"way": "refuse", "refuse_ground": "FOI-12", "show": "ground"}
    page = decider.post(part(ready), data=chosen)
    assert page.status_code == 200
    assert "Hours to locate it" in page.text
    typed = refusal("FOI-12", locate="30") | {"refuse_ground": "FOI-14-1", "show": "ground"}
    page = decider.post(part(ready), data=typed)
    assert "vexatious" in page.text
    assert 'value="30"' in page.text
    assert "It is too much." in page.text
    assert status_of(sqlite_house, ready) == "reviewing"


def test_neither_before_a_search_is_refused_on_the_page_with_what_was_typed(
    app: Flask, sqlite_house: House
) -> None:
    with sqlite_house.db.writing() as session:
        reference = received(session, at=sqlite_house.now(), about=AboutWhom.GENERAL).reference
        decider = handler(session, "Dana", Role.DECISION_MAKER, at=sqlite_house.now())
    client = app.test_client()
    sign_in(client, sqlite_house, decider)
    path = f"/office/requests/{reference}/{PATH}"
    answer = client.post(path, data=neither("FOI-31") | WEIGHED)
    assert answer.status_code == 409
    assert "first look for video as for every other request" in answer.text
    assert "Against.</textarea>" in answer.text


def test_over_the_cost_limit(decider: FlaskClient, ready: Ready, sqlite_house: House) -> None:
    lacking = decider.post(part(ready), data=refusal("FOI-12", help="", locate="many"))
    assert lacking.status_code == 422
    assert "Answer “How can they ask for less?”" in lacking.text
    assert "must be a number of hours" in lacking.text
    within = decider.post(
        part(ready), data=refusal("FOI-12", locate="0", retrieve="0", extract="0")
    )
    assert within.status_code == 409
    assert "are within the cost limit" in within.text
    assert "It is too much.</textarea>" in within.text  # nothing typed is lost
    made = decider.post(part(ready), data=refusal("FOI-12"))
    assert made.location == part(ready, "decision/1")
    assert ending(sqlite_house, ready) is Ending.OVER_COST_LIMIT
    shown = decider.get(part(ready, "decision/1")).text
    assert "Over the cost limit" in shown
    assert "10 hours" in shown
    letter = decider.get(part(ready, "decision/1/letter")).text
    assert "£1,000" in letter
    assert "It is too much." in letter


def test_without_a_way_or_a_ground_or_reasons(decider: FlaskClient, ready: Ready) -> None:
    for data, words in (
        ({}, "Select how you answer the whole request"),
        ({"way": "refuse"}, "Select a ground"),
        ({"way": "neither", "neither_ground": "FOI-14-1"}, "Select one of the answers"),
        ({"way": "odd"}, "Select how you answer the whole request"),
        (refusal("FOI-14-1") | {"note": " "}, "Enter our reasons"),
    ):
        page = decider.post(part(ready), data=data)
        assert page.status_code == 422
        assert words in page.text


def test_neither_confirm_nor_deny_has_no_reasons_and_needs_the_officer(
    app: Flask, decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    page = decider.post(part(ready), data=neither("FOI-31")).text
    assert "What speaks for release?" in page
    assert "Our reasons" not in page
    made = decider.post(part(ready), data=neither("FOI-31") | WEIGHED)
    assert made.status_code == 303
    why = "It neither confirms nor denies. The data protection officer must second it."
    seconder, officer = app.test_client(), app.test_client()
    sign_in(seconder, sqlite_house, ready.staff.seconder)
    sign_in(officer, sqlite_house, ready.staff.officer)
    for path in ("decision", "decision/1", "decision/1/second"):
        page = seconder.get(part(ready, path)).text
        assert why in page
        assert f'href="{part(ready, "decision/1/second")}"' not in page
    refused = seconder.post(part(ready, "decision/1/second"))
    assert refused.status_code == 409
    assert why in refused.text
    assert officer.post(part(ready, "decision/1/second")).status_code == 303


def test_nothing_can_be_refused_that_is_decided(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    decided(sqlite_house, ready)
    page = decider.get(part(ready))
    assert "Nothing can be decided now." in page.text
    assert decider.post(part(ready), data=refusal("FOI-14-1")).status_code == 200
    assert status_of(sqlite_house, ready) == "decided"


def test_a_round_is_read_by_the_law_it_was_decided_under(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    assert decider.post(part(ready), data=refusal("FOI-12", locate="30")).status_code == 303
    with sqlite_house.db.writing() as session:
        made = latest(session, ready.request_id)
        assert made is not None
        by, at = ready.staff.seconder, sqlite_house.now()
        send_back(session, decision_id=made.id, why="It is their own video.", by=by, at=at)
    with sqlite_house.db.writing() as session:
        reclassify(
            session,
            request_id=ready.request_id,
            because=Because.OWN_VIDEO,
            by=ready.staff.decider,
            at=sqlite_house.now(),
        )
    for path in ("decision", "decision/1", "decision/1/letter"):
        assert decider.get(part(ready, path)).status_code == 200
