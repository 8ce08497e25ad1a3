"""Court orders on the holds tab: one person writes it down, another agrees, either ends it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.actors import Actor, Role
from portal.audit.models import AuditEntry
from portal.holds.models import Hold, HoldOverride
from portal.holds.policy import Level
from portal.holds.queries import bar
from portal.house import House
from portal.requests.asking import asker_of
from tests.factories.disclosure import Ready, place_hold, ready_to_decide, sign_in
from tests.web.conftest import SignedIn

RIGHT = {"reference": "County Court at Testborough, 12/2026", "reason": "It names this video."}


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    """A request whose one confirmed recording is held."""
    made = ready_to_decide(sqlite_house)
    place_hold(sqlite_house, made.recording_ids[0])
    return made


def as_one(app: Flask, house: House, who: Actor) -> FlaskClient:
    client = app.test_client()
    sign_in(client, house, who)
    return client


def holds_tab(ready: Ready, rest: str = "") -> str:
    return f"/office/requests/{ready.reference}/holds{rest}"


def is_barred(house: House, ready: Ready) -> bool:
    with house.db.reading() as session:
        to = asker_of(session, ready.request_id)
        return bar(session, ready.recording_ids[0], to=to) is not None


def the_order(house: House) -> HoldOverride:
    with house.db.reading() as session:
        return session.query(HoldOverride).one()


def test_from_the_order_to_its_end(app: Flask, sqlite_house: House, ready: Ready) -> None:
    decider, officer = (
        as_one(app, sqlite_house, who) for who in (ready.staff.decider, ready.staff.officer)
    )
    ask = holds_tab(ready, f"/{ready.recording_ids[0]}/court-order")
    assert ask in decider.get(holds_tab(ready)).text
    assert "Nothing goes before the second has agreed" in decider.get(ask).text
    lacking = decider.post(ask, data={**RIGHT, "reference": ""})
    assert lacking.status_code == 422
    assert "Enter the court and the number of its order" in lacking.text
    assert decider.post(ask, data=RIGHT).status_code == 303
    again = decider.post(ask, data=RIGHT)
    assert again.status_code == 422
    assert "written down already" in again.text

    order = holds_tab(ready, f"/court-orders/{the_order(sqlite_house).id}")
    page = decider.get(holds_tab(ready)).text
    assert "You asked for this. Somebody else must agree." in page
    assert f"{order}/agree" not in page
    refused = decider.post(f"{order}/agree")
    assert refused.status_code == 422
    assert "Somebody else must agree" in refused.text
    assert is_barred(sqlite_house, ready)

    assert f"{order}/agree" in officer.get(holds_tab(ready)).text
    assert RIGHT["reference"] in officer.get(f"{order}/agree").text
    assert is_barred(sqlite_house, ready)
    assert officer.post(f"{order}/agree").status_code == 303
    assert not is_barred(sqlite_house, ready)
    assert "It goes to this request." in officer.get(holds_tab(ready)).text

    assert "cut off" in decider.get(f"{order}/end").text
    assert decider.post(f"{order}/end").status_code == 422
    assert decider.post(f"{order}/end", data={"why": "Set aside"}).status_code == 303
    assert is_barred(sqlite_house, ready)
    assert "Set aside" in decider.get(holds_tab(ready)).text


def test_another_requests_order_is_not_found(app: Flask, sqlite_house: House, ready: Ready) -> None:
    other = ready_to_decide(sqlite_house)
    decider = as_one(app, sqlite_house, ready.staff.decider)
    one = ready.recording_ids[0]
    decider.post(holds_tab(ready, f"/{one}/court-order"), data=RIGHT)
    order = the_order(sqlite_house).id
    assert decider.get(holds_tab(other, f"/{one}/court-order")).status_code == 404
    for deed in ("agree", "end"):
        assert decider.get(holds_tab(other, f"/court-orders/{order}/{deed}")).status_code == 404


@pytest.mark.parametrize("role", [Role.HOLD_OWNER, Role.SECONDER, Role.AUDITOR])
def test_only_those_who_may_are_offered_it(ready: Ready, signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    ask = holds_tab(ready, f"/{ready.recording_ids[0]}/court-order")
    assert ask not in client.get(holds_tab(ready)).text
    assert client.post(ask, data=RIGHT).status_code == 403


def test_what_may_be_told_is_changed_up_and_down(
    ready: Ready, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.HOLD_OWNER)

    def hold() -> Hold:
        with sqlite_house.db.reading() as session:
            return session.query(Hold).one()

    address = holds_tab(ready, f"/{hold().id}/level")
    assert address in client.get(holds_tab(ready)).text
    assert "cannot be taken back" in client.get(address).text
    same = client.post(address, data={"level": "L1", "why": "So."})
    assert same.status_code == 422
    assert "That is what may be told already" in same.text
    assert client.post(address, data={"level": "L3", "why": ""}).status_code == 422
    assert client.post(address, data={"level": "L3", "why": "A witness."}).status_code == 303
    assert hold().level is Level.NEITHER_CONFIRM_NOR_DENY
    assert hold().reason.endswith("L1 to L3: A witness.")
    assert client.post(address, data={"level": "L2", "why": "Charged."}).status_code == 303
    assert hold().level is Level.LIMITED
    with sqlite_house.db.reading() as session:
        changes = session.query(AuditEntry).filter(AuditEntry.deed == "hold.relevelled").count()
    assert changes == 2


def test_a_hold_on_parts_is_placed_and_shown(
    ready: Ready, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.HOLD_OWNER)
    address = holds_tab(ready, f"/{ready.recording_ids[0]}/place")
    data = {"which": "new", "reference": "OP-9", "kind": "H6", "level": "L2", "reason": "Risk."}
    wrong = client.post(address, data={**data, "parts": "half a minute"})
    assert wrong.status_code == 422
    assert "Enter each part like 0:30-2:05" in wrong.text
    assert client.post(address, data={**data, "parts": "9:00:00-9:10:00"}).status_code == 422
    assert client.post(address, data={**data, "parts": "0:30-2:05\n\n3:00-4:00"}).status_code == 303
    assert "Parts: 0:00:30-0:02:05, 0:03:00-0:04:00" in client.get(holds_tab(ready)).text
