"""Find video: the list, the pictures, judging, searching again."""

from flask.testing import FlaskClient

from portal.actors import WORKER, Role
from portal.holds.commands import open_matter, place
from portal.holds.policy import HoldKind, Level
from portal.house import House
from portal.recordings.kinds import CandidateStatus
from portal.recordings.models import Candidate
from portal.recordings.queries import candidates_of, searches_of
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import line, take_in
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case


def _candidate(house: House, candidate_id: int) -> Candidate:
    with house.db.reading() as session:
        return session.get_one(Candidate, candidate_id)


def _judge(client: FlaskClient, case: Case, rank: int, **typed: str) -> int:
    address = f"{case.address}/find-video/{case.candidates[rank]}"
    return client.post(address, data=typed).status_code


def test_the_list_says_why(case: Case, signed_in: SignedIn) -> None:
    page = signed_in(Role.SEARCHER).get(f"{case.address}/find-video").text

    assert "To be judged (3)" in page
    assert "Passed 0 m from the place" in page
    assert "L1234" in page
    assert "Kept for this request" in page
    assert page.count("<title id=") == 2  # the timeline and the sketch
    assert "the portal itself" in page  # who searched


def test_only_a_searcher_judges(case: Case, signed_in: SignedIn) -> None:
    page = signed_in(Role.DECISION_MAKER).get(f"{case.address}/find-video").text

    assert 'name="verdict"' not in page
    assert _judge(signed_in(Role.DECISION_MAKER), case, 0, verdict="confirm") == 403


def test_confirm_needs_no_reason_and_reject_does(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SEARCHER)

    assert _judge(client, case, 0, verdict="confirm") == 303
    assert _candidate(sqlite_house, case.candidates[0]).status is CandidateStatus.CONFIRMED

    address = f"{case.address}/find-video/{case.candidates[1]}"
    answer = client.post(address, data={"verdict": "reject", "why": "  "})
    assert answer.status_code == 422
    assert "Enter why this recording is not the one" in answer.text
    assert _candidate(sqlite_house, case.candidates[1]).status is CandidateStatus.PROPOSED

    assert _judge(client, case, 1, verdict="reject", why="Another street") == 303
    assert _candidate(sqlite_house, case.candidates[1]).judged_why == "Another street"


def test_what_was_typed_stays_in_its_row(case: Case, signed_in: SignedIn) -> None:
    address = f"{case.address}/find-video/{case.candidates[1]}"
    answer = signed_in(Role.SEARCHER).post(address, data={"why": "Other side of the river"})

    assert answer.status_code == 422
    assert answer.text.count("Other side of the river") == 1


def test_reject_the_rest(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    address = f"{case.address}/find-video/reject"
    _judge(client, case, 0, verdict="confirm")

    assert client.post(address, data={"because": "Too far"}).status_code == 422
    assert client.post(address, data={"candidates": "all"}).status_code == 422
    answer = client.post(address, data={"candidates": "all", "because": "Too far"})

    assert answer.status_code == 303
    statuses = [_candidate(sqlite_house, one).status for one in case.candidates]
    assert statuses == ["confirmed", "rejected", "rejected"]


def test_only_those_ticked_are_rejected(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    ticked = [str(case.candidates[2])]
    signed_in(Role.SEARCHER).post(
        f"{case.address}/find-video/reject", data={"candidates": ticked, "because": "Too far"}
    )

    statuses = [_candidate(sqlite_house, one).status for one in case.candidates]
    assert statuses == ["proposed", "proposed", "rejected"]


def test_another_requests_recording_is_not_judged(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        other = received(session, at=sqlite_house.now())
    client = signed_in(Role.SEARCHER)
    address = f"/office/requests/{other.reference}/find-video"

    one = client.post(f"{address}/{case.candidates[0]}", data={"verdict": "confirm"})
    several = client.post(
        f"{address}/reject", data={"candidates": str(case.candidates[0]), "because": "x"}
    )

    assert (one.status_code, several.status_code) == (404, 404)
    assert _candidate(sqlite_house, case.candidates[0]).status is CandidateStatus.PROPOSED


def test_the_search_is_finished_when_all_are_judged(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SEARCHER)
    assert client.post(f"{case.address}/find-video/start").status_code == 303
    assert client.post(f"{case.address}/find-video/finish").status_code == 409

    client.post(
        f"{case.address}/find-video/reject", data={"candidates": "all", "because": "Not them"}
    )
    assert client.post(f"{case.address}/find-video/finish").status_code == 303

    with sqlite_house.db.reading() as session:
        status = session.get_one(FootageRequest, case.request_id).status
    assert status is Status.REVIEWING


def test_nothing_is_judged_once_it_is_decided(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        session.get_one(FootageRequest, case.request_id).status = Status.DECIDED
    client = signed_in(Role.SEARCHER)

    assert 'name="verdict"' not in client.get(f"{case.address}/find-video").text
    assert _judge(client, case, 0, verdict="confirm") == 409


def test_every_search_is_kept_even_when_it_finds_nothing(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        made = received(session, at=sqlite_house.now(), latitude=51.0, longitude=-2.0)
    client = signed_in(Role.SEARCHER)
    address = f"/office/requests/{made.reference}/find-video"

    answer = client.post(f"{address}/search", data={"minutes": "60", "metres": "500"})

    assert answer.status_code == 303
    with sqlite_house.db.reading() as session:
        kept = searches_of(session, made.id)
    assert [search.found for search in kept] == [0]
    page = client.get(address).text
    assert "Searched, and nothing was found." in page
    assert "Within 500 m of Marlow Street" in page


def test_a_wider_search_finds_more(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    take_in(sqlite_house.db, line("REC-far", HAPPENED_AT, north=0.005), at=sqlite_house.now())

    signed_in(Role.SEARCHER).post(
        f"{case.address}/find-video/search", data={"minutes": "0", "metres": "1000"}
    )

    with sqlite_house.db.reading() as session:
        assert len(candidates_of(session, case.request_id)) == 4


def test_a_held_recording_is_marked(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        at = sqlite_house.now()
        matter = open_matter(
            session, reference="CR/77", kind=HoldKind.INVESTIGATION, by=WORKER, at=at
        )
        place(
            session,
            recording_id=case.recordings[0],
            matter=matter,
            kind=HoldKind.INVESTIGATION,
            level=Level.LIMITED,
            reason="Evidence",
            by=WORKER,
            at=at,
        )

    page = signed_in(Role.SEARCHER).get(f"{case.address}/find-video").text

    assert "CR/77" in page
    assert "Kept: held as evidence" in page
