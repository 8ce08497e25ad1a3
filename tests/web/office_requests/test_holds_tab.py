"""The holds tab: seen by those who decide, changed by hold owners."""

import pytest
import sqlalchemy as sa

from portal.actors import WORKER, Role
from portal.holds.models import Hold, Matter
from portal.holds.policy import HoldKind, Level
from portal.house import House
from portal.recordings.commands import confirm
from portal.requests.models import FootageRequest
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case

RIGHT = {"which": "new", "reference": "CR/77", "kind": "H1", "level": "L2", "reason": "Evidence"}


@pytest.fixture
def confirmed(case: Case, sqlite_house: House) -> Case:
    """The case with its first recording confirmed."""
    with sqlite_house.db.writing() as session:
        confirm(session, candidate_id=case.candidates[0], by=WORKER, at=sqlite_house.now())
    return case


def _holds(house: House) -> list[Hold]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Hold)))


def _place_address(case: Case) -> str:
    return f"{case.address}/holds/{case.recordings[0]}/place"


def test_place_for_a_new_matter_and_end_it(
    confirmed: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.HOLD_OWNER)
    with sqlite_house.db.reading() as session:
        due_on = session.get_one(FootageRequest, confirmed.request_id).target_due_on

    assert client.post(_place_address(confirmed), data=RIGHT).status_code == 303

    (hold,) = _holds(sqlite_house)
    assert (hold.kind, hold.level, hold.reason) == (
        HoldKind.INVESTIGATION,
        Level.LIMITED,
        "Evidence",
    )
    page = client.get(f"{confirmed.address}/holds").text
    assert "CR/77" in page and "Held" in page
    with sqlite_house.db.reading() as session:
        assert session.get_one(FootageRequest, confirmed.request_id).target_due_on == due_on

    lift = f"{confirmed.address}/holds/{hold.id}/lift"
    assert "reopen by themselves" in client.get(lift).text
    assert "Somebody is charged." in client.get(lift).text
    assert _holds(sqlite_house)[0].lifted_at is None
    assert client.post(lift).status_code == 422
    assert _holds(sqlite_house)[0].lifted_at is None
    assert client.post(lift, data={"why": "No charge"}).status_code == 303
    assert _holds(sqlite_house)[0].lifted_why == "No charge"
    assert _holds(sqlite_house)[0].lifted_at == sqlite_house.now()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("which", "Select which matter it is for"),
        ("reference", "Enter the reference of the matter"),
        ("kind", "Select the kind of hold"),
        ("level", "Select what the applicant may be told"),
        ("reason", "Enter the reason"),
    ],
)
def test_everything_is_needed(
    confirmed: Case, sqlite_house: House, signed_in: SignedIn, missing: str, words: str
) -> None:
    answer = signed_in(Role.HOLD_OWNER).post(_place_address(confirmed), data={**RIGHT, missing: ""})

    assert answer.status_code == 422
    assert words in answer.text
    assert _holds(sqlite_house) == []


def test_a_matter_that_is_not_there_or_is_there_already(
    confirmed: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.HOLD_OWNER)
    unknown = client.post(_place_address(confirmed), data={**RIGHT, "which": "open"})
    assert unknown.status_code == 422
    assert "There is no matter with this reference." in unknown.text

    client.post(_place_address(confirmed), data=RIGHT)
    again = client.post(_place_address(confirmed), data=RIGHT)
    assert again.status_code == 422
    assert "There is already a matter with this reference." in again.text

    client.post(_place_address(confirmed), data={**RIGHT, "which": "open"})
    assert len(_holds(sqlite_house)) == 1
    with sqlite_house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Matter)) == 1


def test_others_read_only(confirmed: Case, signed_in: SignedIn) -> None:
    client = signed_in(Role.DECISION_MAKER)

    assert "Place a hold" not in client.get(f"{confirmed.address}/holds").text
    assert client.post(_place_address(confirmed), data=RIGHT).status_code == 403


def test_a_recording_of_no_request_is_not_held_from_here(
    confirmed: Case, signed_in: SignedIn
) -> None:
    client = signed_in(Role.HOLD_OWNER)

    assert client.get(f"{confirmed.address}/holds/9223372036854775807/place").status_code == 404
    assert client.get(f"{confirmed.address}/holds/99999999999999999999/place").status_code == 404
