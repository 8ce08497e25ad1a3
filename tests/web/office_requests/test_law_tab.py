"""Which law a request falls under, and making two requests of one for two things."""

import sqlalchemy as sa

from portal.actors import Role
from portal.house import House
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Regime, Status
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id
from tests.factories.applicants import received
from tests.factories.previews import read_and_issue
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case


def test_the_tab_says_which_law_and_why(case: Case, signed_in: SignedIn) -> None:
    page = signed_in(Role.SEARCHER).get(f"{case.address}/law").text
    assert "Data Protection Act 2018, section 45" in page
    assert "Put it under another law" not in page
    page = signed_in(Role.INTAKE).get(f"{case.address}/law").text
    assert "Put it under another law" in page
    assert "The video they ask for is not of them" in page
    assert "They ask for video of themselves, or of someone they act for" not in page


def test_another_law_is_told_in_a_letter_that_is_read_first(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client, address = signed_in(Role.INTAKE), f"{case.address}/law"
    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"because": "own_video"}).status_code == 422
    answer = read_and_issue(client, address, {"because": "not_of_them"})
    assert answer.status_code == 303
    with sqlite_house.db.reading() as session:
        made = by_id(session, case.request_id)
    assert (made.regime, made.status) == (Regime.FOI, Status.RECEIVED)
    page = client.get(address).text
    assert "Freedom of Information Act 2000, section 1" in page
    assert "20 working days" in page


def test_ones_own_video_asked_for_as_information(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        made = received(session, at=sqlite_house.now(), about=AboutWhom.GENERAL)
    client, address = signed_in(Role.INTAKE), f"/office/requests/{made.reference}/law"
    assert read_and_issue(client, address, {"because": "own_video"}).status_code == 303
    with sqlite_house.db.reading() as session:
        after = by_id(session, made.id)
    assert after.regime is Regime.SAR_PART3
    assert after.received_on == made.received_on
    assert "Ask for proof" in client.get(f"/office/requests/{made.reference}/identity").text


def test_two_things_become_two_requests(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client, address = signed_in(Role.INTAKE), f"{case.address}/law"
    assert client.post(f"{address}/split", data={"asked": " "}).status_code == 422
    answer = client.post(f"{address}/split", data={"asked": "How many cameras?"})
    assert answer.status_code == 303
    client.post(f"{address}/split", data={"asked": "How many cameras?"})
    with sqlite_house.db.reading() as session:
        made = session.scalars(sa.select(FootageRequest)).all()
    assert len(made) == 2
    other = next(one for one in made if one.id != case.request_id)
    page = client.get(address).text
    assert other.reference in page
    assert "Make two requests" not in page
    assert case.reference in client.get(f"/office/requests/{other.reference}/law").text


def test_only_those_who_classify_may_change_the_law(case: Case, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    assert client.post(f"{case.address}/law", data={"because": "not_of_them"}).status_code == 403
    assert client.post(f"{case.address}/law/split", data={"asked": "x"}).status_code == 403
