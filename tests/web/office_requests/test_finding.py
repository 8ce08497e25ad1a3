"""Find video: the list, the pictures, judging, searching again."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.actors import COMMAND_LINE, WORKER, Role
from portal.holds.commands import open_matter, place
from portal.holds.policy import HoldKind, Level
from portal.house import House
from portal.recordings.gazetteer import import_places
from portal.recordings.kinds import CandidateStatus
from portal.recordings.models import Candidate, Recording
from portal.recordings.queries import candidates_of, searches_of
from portal.requests.commands import searching
from portal.requests.commands.keeping_safe import keep_safe
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.requests.staff_views import ground
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, take_in
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


def _shown(client: FlaskClient, case: Case, part: str = "") -> dict[str, str]:
    """What the list's form sends unseen."""
    page = client.get(f"{case.address}/find-video{part}").text
    sent = re.findall(r'<input type="hidden" name="(since_search|newest)" value="([0-9]+)">', page)
    assert len(sent) == 2
    return dict(sent)


def _reject_all(
    client: FlaskClient, case: Case, shown: dict[str, str], part: str = ""
) -> TestResponse:
    typed = {"candidates": "all", "because": "Too far", **shown}
    return client.post(f"{case.address}/find-video/reject{part}", data=typed)


def test_what_was_uploaded_after_the_list_was_shown_is_not_rejected(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SEARCHER)
    shown = _shown(client, case)
    at = sqlite_house.now()
    take_in(sqlite_house.db, line("LATE", HAPPENED_AT), at=at)
    with sqlite_house.db.writing() as session:
        keep_safe(session, request_id=case.request_id, by=WORKER, at=at)

    assert _reject_all(client, case, shown).status_code == 303

    with sqlite_house.db.reading() as session:
        left = [
            one for one, _ in candidates_of(session, case.request_id) if one.status == "proposed"
        ]
        late = session.get_one(Recording, left[0].recording_id)
    assert (len(left), late.source_id) == (1, "LATE")
    assert [_candidate(sqlite_house, one).status for one in case.candidates] == ["rejected"] * 3


def test_another_list_than_the_one_that_was_shown_is_not_rejected(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SEARCHER)
    shown = _shown(client, case)
    _search(client, case, 0, 50)

    answer = _reject_all(client, case, shown)

    assert answer.status_code == 422
    assert "Somebody searched again while you looked at the list" in answer.text
    assert 'value="Too far"' in answer.text
    statuses = [_candidate(sqlite_house, one).status for one in case.candidates]
    assert statuses == ["proposed"] * 3
    # The page that says so shows the new list.
    assert _reject_all(client, case, _shown(client, case)).status_code == 303


def test_reject_the_rest(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    address = f"{case.address}/find-video/reject"
    _judge(client, case, 0, verdict="confirm")

    assert client.post(address, data={"because": "Too far"}).status_code == 422
    assert client.post(address, data={"candidates": "all"}).status_code == 422
    unshown = client.post(address, data={"candidates": "all", "because": "Too far"})
    assert unshown.status_code == 422
    assert "Look at the list again, and then select what to reject" in unshown.text

    assert _reject_all(client, case, _shown(client, case)).status_code == 303
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

    _reject_all(client, case, _shown(client, case))
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


def _search(client: FlaskClient, case: Case, minutes: int, metres: int) -> str:
    """Search again, that many minutes on each side and metres from the place; the page."""
    typed = {"minutes": str(minutes), "metres": str(metres)}
    answer = client.post(f"{case.address}/find-video/search", data=typed)
    assert answer.status_code == 303
    return client.get(f"{case.address}/find-video").text


def test_a_list_that_was_cut_says_how_many_were_found(
    case: Case, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (searching, ground):
        monkeypatch.setattr(module, "MOST_PROPOSED", 2)
    page = _search(signed_in(Role.SEARCHER), case, 0, 250)

    assert "Found 3 recordings. The likeliest 2 are on the list." in page
    assert "It found 3 recordings, and the list has only the likeliest 2 of them." in page
    assert "part of the time" not in page


def test_a_narrower_search_shortens_the_list_and_loses_nothing(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    """They stand 89, 44 and 0 metres away: 50 metres leave the last two to be judged."""
    client = signed_in(Role.SEARCHER)
    page = _search(client, case, 0, 50)

    assert "To be judged (2)" in page
    assert "Found only by an earlier search (1)" in page
    earlier = client.get(f"{case.address}/find-video?part=earlier").text
    assert f'id="candidate-{case.candidates[0]}"' in earlier
    assert "Kept for this request" in earlier
    with sqlite_house.db.reading() as session:
        assert len(candidates_of(session, case.request_id)) == 3
    drawn = client.get(f"{case.address}/find-video/map.json?part=earlier").get_json()
    assert [track["number"] for track in drawn["tracks"]] == [3]

    assert "To be judged (3)" in _search(client, case, 0, 250)


def test_all_of_the_list_are_those_of_the_part_that_is_shown(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SEARCHER)
    _search(client, case, 0, 50)

    _reject_all(client, case, _shown(client, case, "?part=earlier"), "?part=earlier")

    statuses = [_candidate(sqlite_house, one).status for one in case.candidates]
    assert statuses == ["rejected", "proposed", "proposed"]
    assert "Rejected (1)" in client.get(f"{case.address}/find-video").text


def test_the_search_begins_with_what_was_searched_last(case: Case, signed_in: SignedIn) -> None:
    page = _search(signed_in(Role.SEARCHER), case, -15, 250)

    assert re.search(r'<option value="-15" selected>15 minutes less on each side, 5:15pm', page)
    assert re.search(r'<option value="250" selected>Within 250 m<', page)
    assert re.search(r'<option value="150">Within 150 m \(as they said\)', page)


def test_less_time_than_there_is_is_not_on_offer(case: Case, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    address = f"{case.address}/find-video/search"

    assert client.post(address, data={"minutes": "-30", "metres": "150"}).status_code == 422
    assert client.post(address, data={"minutes": "0", "metres": "-1"}).status_code == 422


def test_judging_goes_on_to_the_next_row(case: Case, signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    address = f"{case.address}/find-video"

    answer = client.post(f"{address}/{case.candidates[0]}", data={"verdict": "confirm"})
    assert answer.location == f"{address}#candidate-{case.candidates[1]}"
    assert "Number 1 is confirmed." in client.get(address).text

    # After the last one comes the one before it; after all, the list.
    rejected = {"verdict": "reject", "why": "Another street"}
    answer = client.post(f"{address}/{case.candidates[2]}", data=rejected)
    assert answer.location == f"{address}#candidate-{case.candidates[1]}"
    answer = client.post(f"{address}/{case.candidates[1]}", data=rejected)
    assert answer.location == f"{address}#list"


def test_the_map_draws_what_the_list_shows(case: Case, signed_in: SignedIn) -> None:
    answer = signed_in(Role.AUDITOR).get(f"{case.address}/find-video/map.json")

    assert answer.status_code == 200
    drawn = answer.get_json()
    assert drawn["ground"] == {
        "lines": [[[LATITUDE, LONGITUDE]]],
        "radius_m": 150.0,
        "is_area": False,
    }
    assert [track["number"] for track in drawn["tracks"]] == [1, 2, 3]
    assert [track["candidate"] for track in drawn["tracks"]] == list(case.candidates)
    assert drawn["tracks"][1]["spot"] == pytest.approx((LATITUDE + 0.0004, LONGITUDE), abs=2e-5)
    assert drawn["tracks"][0]["words"] == "Number 1, L1234, 5:30pm to 5:40pm"


def test_the_map_is_for_those_who_may_see_the_list(
    case: Case, app: Flask, signed_in: SignedIn
) -> None:
    address = f"{case.address}/find-video/map.json"

    assert app.test_client().get(address).status_code == 303
    assert signed_in(Role.ADMINISTRATOR).get(address).status_code == 403


def _knows_places(house: House) -> None:
    street = {"kind": "street", "borough": "Lambeth"}
    places = [
        {**street, "name": "Far Street", "point": [LATITUDE + 0.05, LONGITUDE]},
        {**street, "name": "Far Street North", "point": [LATITUDE + 0.06, LONGITUDE]},
    ]
    with house.db.writing() as session:
        import_places(session, places, by=COMMAND_LINE, at=house.now())


_ELSEWHERE = {
    "happened_on-day": "23",
    "happened_on-month": "10",
    "happened_on-year": "2026",
    "since": "9am",
    "until": "10am",
    "place": "Far Street",
    "metres": "150",
}


def test_another_place_and_time_can_be_searched(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    """They named the wrong street and the wrong day."""
    _knows_places(sqlite_house)
    at = datetime(2026, 10, 23, 8, 20, tzinfo=UTC)
    take_in(sqlite_house.db, line("REC-there", at, north=0.05), at=sqlite_house.now())
    client = signed_in(Role.SEARCHER)
    address = f"{case.address}/find-video/elsewhere"
    assert 'value="24"' in client.get(address).text  # the day that was said

    asked_which = client.post(address, data=_ELSEWHERE)
    assert asked_which.status_code == 422
    offered = re.findall(r'name="which_place" type="radio" value="(\d+)"', asked_which.text)
    answer = client.post(address, data={**_ELSEWHERE, "which_place": offered[0]})

    assert answer.status_code == 303
    page = client.get(f"{case.address}/find-video").text
    assert "Within 150 m of Far Street, Lambeth" in page
    assert "To be judged (1)" in page
    assert "Found only by an earlier search (3)" in page
    assert "REC-there" in {recording.source_id for _, recording in _found(sqlite_house, case)}
    # Searching again begins with what they said, and the map follows where we looked.
    assert '<option value="0" selected>As they said' in page
    drawn = client.get(f"{case.address}/find-video/map.json").get_json()
    assert drawn["ground"]["lines"] == [[[LATITUDE + 0.05, LONGITUDE]]]


def _found(house: House, case: Case) -> Sequence[tuple[Candidate, Recording]]:
    with house.db.reading() as session:
        return candidates_of(session, case.request_id)


def test_only_a_searcher_searches_elsewhere(case: Case, signed_in: SignedIn) -> None:
    address = f"{case.address}/find-video/elsewhere"

    assert signed_in(Role.DECISION_MAKER).get(address).status_code == 403
    answer = signed_in(Role.SEARCHER).post(address, data={})
    assert answer.status_code == 422
    assert "Enter the date it happened" in answer.text


def test_everywhere_is_not_elsewhere(case: Case, signed_in: SignedIn) -> None:
    """A place that nobody knows, and no borough, would be a search of the whole city."""
    answer = signed_in(Role.SEARCHER).post(
        f"{case.address}/find-video/elsewhere", data={**_ELSEWHERE, "place": "Atlantis"}
    )

    assert answer.status_code == 422
    assert "Select a borough, or another place" in answer.text


def test_a_deleted_recording_cannot_be_confirmed_on_the_page(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        gone = session.get_one(Recording, case.recordings[0])
        gone.deleted_at, gone.deleted_why = sqlite_house.now(), "Its time was over"

    page = signed_in(Role.SEARCHER).get(f"{case.address}/find-video").text

    assert "Deleted on" in page
    assert page.count('value="confirm"') == 2
    assert page.count('value="reject"') == 3


def test_odd_addresses_show_the_first_part(case: Case, signed_in: SignedIn) -> None:
    page = signed_in(Role.SEARCHER).get(f"{case.address}/find-video?part=all&page=-3").text

    assert "To be judged (3)" in page
