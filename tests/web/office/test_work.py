"""My work and the list of all requests: what is due, what is about to be lost, what waits."""

import csv
import io
import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.actors import PUBLIC, WORKER, Actor, Role
from portal.house import House
from portal.identity.commands.proofs import receive_proof
from portal.identity.models import Proof
from portal.identity.proof import ProofKind
from portal.identity.viewing import sealed_file
from portal.office.models import Handler
from portal.office.queues import PAGE_SIZE
from portal.recordings.models import Preservation
from portal.requests.commands.assigning import assign
from portal.requests.commands.proving import Known, accept_identity, proof_received
from portal.requests.commands.searching import search_and_preserve
from portal.requests.intake import AboutWhom, Sighting
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id
from tests.conftest import Clock
from tests.factories.applicants import HAPPENED_AT, asked_who_they_are, intake_handler, received
from tests.factories.catalogue import line, take_in
from tests.factories.disclosure import (
    Ready,
    answered,
    decided,
    ready_to_decide,
    recording,
    sign_in,
)
from tests.factories.files import picture
from tests.web.conftest import SignedIn

SECTIONS = (
    "Assigned to me",
    "New or reopened, and nobody has them",
    "Proof to check",
    "Video about to be deleted",
    "Waiting for you to second",
    "Due in the next 7 days",
)


def as_handler(app: Flask, house: House, who: Actor) -> FlaskClient:
    client = app.test_client()
    sign_in(client, house, who)
    return client


def sections(client: FlaskClient) -> dict[str, list[str]]:
    """The references in each list of My work."""
    page = client.get("/office/").text
    places = sorted((_heading(page, name), name) for name in SECTIONS)
    ends = [*(start for start, _ in places[1:]), len(page)]
    return {
        name: re.findall(r">(BWV-[A-Z0-9-]+)</a>", page[start:end])
        for (start, name), end in zip(places, ends, strict=True)
    }


def _heading(page: str, name: str) -> int:
    """Where a list begins: at its caption, or at its heading when it is empty."""
    found = re.search(rf"<(?:caption|h2)[^>]*>{re.escape(name)}<", page)
    assert found, name
    return found.start()


def listed(client: FlaskClient, **query: str | int) -> list[str]:
    page = client.get("/office/requests", query_string=query)
    assert page.status_code == 200
    return re.findall(r">(BWV-[A-Z0-9-]+)</a>", page.text)


def receive(house: House, *, days_ago: int = 0, **given: object) -> FootageRequest:
    at = house.now() - timedelta(days=days_ago)
    with house.db.writing() as session:
        return received(session, at=at, **given)


def test_what_is_due_within_a_week_is_listed_the_late_first(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    soon = receive(sqlite_house, days_ago=28)
    late = receive(sqlite_house, days_ago=40)
    receive(sqlite_house, days_ago=2)
    client = signed_in(Role.INTAKE)
    assert sections(client)["Due in the next 7 days"] == [late.reference, soon.reference]
    page = client.get("/office/").text
    assert page.count("(late)") == 2  # it is due, and nobody has it
    assert "portal-clock--late" in page and "portal-clock--soon" in page


def test_what_is_answered_is_due_no_more(
    sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    ready = ready_to_decide(sqlite_house)
    clock.forward(days=28)
    client = signed_in(Role.INTAKE)
    assert sections(client)["Due in the next 7 days"] == [ready.reference]
    answered(sqlite_house, ready)
    assert sections(client)["Due in the next 7 days"] == []


def test_what_waits_for_a_second_handler_is_shown_to_seconders_who_did_not_decide_it(
    app: Flask, sqlite_house: House
) -> None:
    ready: Ready = ready_to_decide(sqlite_house)
    decided(sqlite_house, ready)

    def waiting_for(who: Actor) -> list[str]:
        return sections(as_handler(app, sqlite_house, who))["Waiting for you to second"]

    assert waiting_for(ready.staff.seconder) == [ready.reference]
    assert waiting_for(ready.staff.decider) == []
    with sqlite_house.db.writing() as session:
        clerk = intake_handler(session, at=sqlite_house.now())
    assert waiting_for(clerk) == []


def test_video_about_to_be_deleted_is_listed_until_it_is_kept_or_gone(
    sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    threatened = receive(sqlite_house)
    kept = receive(sqlite_house, email="ben@example.org")
    with sqlite_house.db.writing() as session:
        held = recording(sqlite_house, session)
        session.add(
            Preservation(request_id=kept.id, recording_id=held.id, placed_at=sqlite_house.now())
        )
    last_day = HAPPENED_AT + timedelta(days=31)
    for days, shown in (
        (4, []),
        (3, [threatened.reference]),
        (0, [threatened.reference]),
        (-1, []),
    ):
        clock.at = last_day - timedelta(days=days)
        assert sections(signed_in(Role.SEARCHER))["Video about to be deleted"] == shown, days


def test_what_is_kept_only_in_part_is_listed_until_the_rest_is_gone(
    sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    received_at, week = HAPPENED_AT + timedelta(days=8), timedelta(days=7)
    with sqlite_house.db.writing() as session:
        wide = received(session, at=received_at)
        by_id(session, wide.id).sighting.latest_at = HAPPENED_AT + week
    take_in(sqlite_house.db, line("R", HAPPENED_AT), at=received_at)
    with sqlite_house.db.writing() as session:
        made = search_and_preserve(session, request_id=wide.id, by=WORKER, at=received_at)
        assert made.found == 1
    first_day = HAPPENED_AT + timedelta(days=31)
    for day, shown in ((-4, []), (-3, [wide.reference]), (7, [wide.reference]), (8, [])):
        clock.at = first_day + timedelta(days=day)
        client = signed_in(Role.SEARCHER)
        assert sections(client)["Video about to be deleted"] == shown, day
        words = "Only a part was searched, and 1 recording kept. The rest is deleted by"
        assert (words in client.get("/office/requests").text) is (day < 8)
    clock.at = first_day
    narrower = Sighting(HAPPENED_AT, HAPPENED_AT + timedelta(hours=1), "", "")
    with sqlite_house.db.writing() as session:
        search_and_preserve(session, request_id=wide.id, by=PUBLIC, at=clock(), elsewhere=narrower)
    assert sections(signed_in(Role.SEARCHER))["Video about to be deleted"] == []


def test_mine_is_what_is_assigned_to_me(
    app: Flask, sqlite_house: House, handler_with: object
) -> None:
    with sqlite_house.db.writing() as session:
        me, other = (intake_handler(session, at=sqlite_house.now()) for _ in range(2))
    mine, others, nobodys = (receive(sqlite_house) for _ in range(3))
    with sqlite_house.db.writing() as session:
        for request_id, who in ((mine.id, me), (others.id, other)):
            assign(session, request_id=request_id, to=UUID(who.id), by=me, at=sqlite_house.now())
    client = as_handler(app, sqlite_house, me)
    assert sections(client)["Assigned to me"] == [mine.reference]
    assert listed(client, assigned="me") == [mine.reference]
    assert listed(client, assigned="nobody") == [nobodys.reference]
    assert len(listed(client, assigned="anyone")) == 3
    assert other.name in client.get("/office/requests").text


def test_what_is_new_is_listed_until_somebody_has_it_or_it_moves(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    new, taken, asked = (receive(sqlite_house, days_ago=days) for days in (1, 8, 15))
    client = signed_in(Role.INTAKE)
    listed_first = sections(client)["New or reopened, and nobody has them"]
    assert listed_first == [asked.reference, taken.reference, new.reference]
    with sqlite_house.db.writing() as session:
        me, at = intake_handler(session, at=sqlite_house.now()), sqlite_house.now()
        assign(session, request_id=taken.id, to=UUID(me.id), by=me, at=at)
        asked_who_they_are(session, asked.id, by=me, at=at)
    assert sections(client)["New or reopened, and nobody has them"] == [new.reference]


def test_what_is_reopened_and_nobodys_is_listed(sqlite_house: House, signed_in: SignedIn) -> None:
    made = receive(sqlite_house)
    with sqlite_house.db.writing() as session:
        session.get_one(FootageRequest, made.id).status = Status.REOPENED
    lists = sections(signed_in(Role.SEARCHER))
    assert lists["New or reopened, and nobody has them"] == [made.reference]


def test_what_is_reopened_after_its_handler_left_is_listed(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    made = receive(sqlite_house)
    with sqlite_house.db.writing() as session:
        gone, at = intake_handler(session, at=sqlite_house.now()), sqlite_house.now()
        assign(session, request_id=made.id, to=UUID(gone.id), by=gone, at=at)
        session.get_one(FootageRequest, made.id).status = Status.REOPENED
    client, section = signed_in(Role.SEARCHER), "New or reopened, and nobody has them"
    assert made.reference not in sections(client).get(section, [])
    with sqlite_house.db.writing() as session:
        session.get_one(Handler, UUID(gone.id)).ended_at = at
    assert sections(client)[section] == [made.reference]


def send_proof(house: House, made: FootageRequest) -> None:
    with (
        sealed_file(house, name="a.jpg", source=io.BytesIO(picture())) as file,
        house.db.writing() as session,
    ):
        proof_received(
            session,
            request_id=made.id,
            kind=ProofKind.PASSPORT,
            file=file,
            by=PUBLIC,
            at=house.now(),
        )


def test_proof_that_has_come_is_listed_until_it_is_judged(
    sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    made = receive(sqlite_house)
    client = signed_in(Role.INTAKE)
    with sqlite_house.db.writing() as session:
        me = intake_handler(session, at=clock())

    def ask() -> None:
        clock.forward(minutes=1)
        with sqlite_house.db.writing() as session:
            asked_who_they_are(session, made.id, by=me, at=clock())

    def send() -> None:
        clock.forward(minutes=1)
        send_proof(sqlite_house, made)

    for deed, is_listed in ((ask, False), (send, True), (ask, False), (send, True)):
        deed()
        assert sections(client)["Proof to check"] == ([made.reference] if is_listed else [])
        rows = client.get("/office/requests").text
        assert ("Waiting for the applicant" in rows) != is_listed
        assert ("Proof to check" in rows) == is_listed
    with sqlite_house.db.writing() as session:
        accept_identity(session, request_id=made.id, by=me, at=clock(), known=Known.PROOFS)
    assert sections(client)["Proof to check"] == []


def test_proof_sent_with_the_request_is_listed_while_we_have_it(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    made = receive(sqlite_house)
    client = signed_in(Role.DECISION_MAKER)
    assert sections(client)["Proof to check"] == []
    with (
        sealed_file(sqlite_house, name="a.jpg", source=io.BytesIO(picture())) as file,
        sqlite_house.db.writing() as session,
    ):
        proof = receive_proof(
            session,
            subject_id=made.id,
            kind=ProofKind.PASSPORT,
            file=file,
            by=PUBLIC,
            at=sqlite_house.now(),
        )
    assert sections(client)["Proof to check"] == [made.reference]
    with sqlite_house.db.writing() as session:
        session.get_one(Proof, proof.id).storage_key = None
    assert sections(client)["Proof to check"] == []


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ({}, ["open", "all", "anyone"]),
        ({"status": "closed", "assigned": "me"}, ["closed", "all", "me"]),
        ({"status": "everything", "regime": "foi"}, ["open", "foi", "anyone"]),
    ],
)
def test_the_filter_shows_what_is_in_force(
    signed_in: SignedIn, query: dict[str, str], chosen: list[str]
) -> None:
    page = signed_in(Role.INTAKE).get("/office/requests", query_string=query).text
    radios = re.findall(r'<input[^>]*type="radio"[^>]*>', page)
    assert [value(radio) for radio in radios if " checked" in radio] == chosen


def value(radio: str) -> str:
    found = re.search(r'value="([^"]*)"', radio)
    assert found
    return found.group(1)


def test_staff_pages_say_in_their_title_that_they_are_for_staff(signed_in: SignedIn) -> None:
    title = signed_in(Role.INTAKE).get("/office/").text.split("<title>")[1].split("</title>")[0]
    assert title.startswith("My work – Video requests: staff – ")
    assert "Ask for police video" not in title


def test_an_administrator_sees_no_requests(sqlite_house: House, signed_in: SignedIn) -> None:
    made = receive(sqlite_house, days_ago=28)
    client = signed_in(Role.ADMINISTRATOR)
    assert made.reference not in client.get("/office/").text
    assert client.get("/office/requests").status_code == 403
    assert client.get("/office/requests.csv").status_code == 403


def test_the_list_is_filtered_by_status_and_law(sqlite_house: House, signed_in: SignedIn) -> None:
    open_one = receive(sqlite_house)
    foi = receive(sqlite_house, about=AboutWhom.GENERAL)
    done = ready_to_decide(sqlite_house)
    answered(sqlite_house, done)
    client = signed_in(Role.AUDITOR)
    assert set(listed(client)) == {open_one.reference, foi.reference}
    assert listed(client, status="answered") == [done.reference]
    assert listed(client, status="closed") == []
    assert len(listed(client, status="all")) == 3
    assert listed(client, status="all", regime="foi") == [foi.reference]
    assert set(listed(client, status="all", regime="sar")) == {open_one.reference, done.reference}


@pytest.mark.parametrize(
    "typed", ["{reference}", "{lower}", "{bare}", "{part}", "amina exa", "AMINA"]
)
def test_a_request_is_found_by_reference_or_name(
    sqlite_house: House, signed_in: SignedIn, typed: str
) -> None:
    made = receive(sqlite_house)
    ready_to_decide(sqlite_house)  # somebody else's
    reference = made.reference
    words = typed.format(
        reference=reference,
        lower=reference.lower(),
        bare=reference.replace("-", ""),
        part=reference[4:8],
    )
    assert listed(signed_in(Role.INTAKE), reference=words) == [reference]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "' OR 1=1 --", "\x00", "<script>", "é" * 3000])
def test_a_search_is_text_and_nothing_else(
    sqlite_house: House, signed_in: SignedIn, typed: str
) -> None:
    receive(sqlite_house)
    page = signed_in(Role.INTAKE).get("/office/requests", query_string={"reference": typed})
    assert page.status_code == 200
    assert ("No request matches." in page.text) == (typed != "\x00")
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "9" * 5000},
        {"page": "²"},
        {"page": "two"},
        {"sort": "reference; DROP TABLE handler"},
        {"status": "everything"},
        {"regime": "\x00", "assigned": ["me", "nobody"]},
        {"reference": "x" * 100_000},
    ],
)
def test_an_odd_address_is_a_list_all_the_same(signed_in: SignedIn, query: dict[str, str]) -> None:
    client = signed_in(Role.INTAKE)
    assert client.get("/office/requests", query_string=query).status_code == 200
    assert client.get("/office/requests.csv", query_string=query).status_code == 200


def test_the_list_is_sorted_as_asked(sqlite_house: House, signed_in: SignedIn) -> None:
    made = [receive(sqlite_house, days_ago=days) for days in (5, 20, 1)]
    client = signed_in(Role.INTAKE)
    newest_first = [made[2].reference, made[0].reference, made[1].reference]
    assert listed(client, sort="received") == newest_first
    assert listed(client, sort="due") == listed(client) == newest_first[::-1]
    assert listed(client, sort="reference") == sorted(newest_first)


def test_a_long_list_comes_in_pages_that_miss_and_repeat_nothing(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    made = {receive(sqlite_house).reference for _ in range(PAGE_SIZE + 3)}
    client = signed_in(Role.INTAKE)
    for sort in ("due", "received", "reference", "status"):
        pages = [listed(client, sort=sort, page=number) for number in (1, 2, 3)]
        assert [len(page) for page in pages] == [PAGE_SIZE, 3, 0]
        assert set(pages[0]) | set(pages[1]) == made, sort
    first = client.get("/office/requests", query_string={"sort": "received", "status": "all"}).text
    assert f"{PAGE_SIZE + 3} requests" in first
    (to_second,) = set(re.findall(r'href="(/office/requests\?[^"]*page=2[^"]*)"', first))
    assert "sort=received" in to_second and "status=all" in to_second


def test_the_page_is_given_as_csv_without_names(sqlite_house: House, signed_in: SignedIn) -> None:
    for _ in range(PAGE_SIZE + 2):
        receive(sqlite_house)
    client = signed_in(Role.INTAKE)
    second = client.get("/office/requests", query_string={"page": 2, "sort": "reference"}).text
    (address,) = re.findall(r'href="(/office/requests\.csv[^"]*)"', second)
    file = client.get(address.replace("&amp;", "&"))
    assert file.mimetype == "text/csv"
    assert file.headers["Content-Disposition"] == "attachment; filename=requests.csv"
    rows = list(csv.reader(io.StringIO(file.text)))
    assert rows[0] == ["Reference", "Law", "Status", "Received", "Reply by", "Video deleted"]
    shown = listed(client, page=2, sort="reference")
    assert [row[0] for row in rows[1:]] == shown and len(shown) == 2
    assert "Amina" not in file.text
