"""The handlers' pages: the queue, one review, registering, and answering with a preview."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.actors import Actor, Role
from portal.holds.policy import Level
from portal.house import House
from portal.letters.kinds import LetterKind
from portal.letters.queries import letters_of
from portal.office.models import Handler
from portal.requests.intake import AboutWhom, Channel
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.reviews.commands.handling import assign
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.reviews.models import Review
from portal.reviews.queries import reviews_of
from tests.conftest import Clock
from tests.factories.disclosure import (
    Ready,
    answered,
    held_line,
    place_hold,
    ready_to_decide,
    sign_in,
)
from tests.factories.reviews import answered_request, asked, reviewers

SignedIn = Callable[..., FlaskClient]
COMPLAINT = ReviewKind.COMPLAINT


@pytest.fixture
def as_handler(app: Flask, sqlite_house: House) -> Callable[[Actor], FlaskClient]:
    """Call it with a handler for a browser on which they are signed in."""

    def make(who: Actor) -> FlaskClient:
        client = app.test_client()
        sign_in(client, sqlite_house, who)
        return client

    return make


def one(ready: Ready, review_id: UUID, rest: str = "") -> str:
    return f"/office/requests/{ready.reference}/reviews/{review_id}{rest}"


def review_at(house: House, review_id: UUID) -> Review:
    with house.db.reading() as session:
        return session.get_one(Review, review_id)


def test_the_queue_has_each_one_with_its_day(
    sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    client = signed_in(Role.SENIOR_REVIEWER)
    shown = client.get("/office/reviews").text
    for words in (one(ready, review_id), "Internal review", "1 December 2026", "Nobody"):
        assert words in shown
    assert "Reviews and complaints</a>" in shown
    assert "Nothing has been answered yet." in client.get("/office/reviews?show=answered").text
    clock.forward(days=40)
    late = signed_in(Role.DATA_PROTECTION_OFFICER).get("/office/reviews").text
    assert "(late)" in late
    assert "portal-clock--late" in late


@pytest.mark.parametrize("role", Role)
def test_who_may_open_what(sqlite_house: House, signed_in: SignedIn, role: Role) -> None:
    ready = answered_request(sqlite_house, about=AboutWhom.ME)
    review_id = asked(sqlite_house, ready.request_id, COMPLAINT)
    client = signed_in(role)
    reads = role is not Role.ADMINISTRATOR
    answers = role in (Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER)
    expected = {
        "/office/reviews": reads,
        f"/office/requests/{ready.reference}/reviews": reads,
        one(ready, review_id): reads,
        f"/office/requests/{ready.reference}/reviews/new": answers or role is Role.INTAKE,
        one(ready, review_id, "/answer"): answers,
        one(ready, review_id, "/progress"): answers,
        one(ready, review_id, "/longer"): role is Role.SENIOR_REVIEWER,
    }
    opened = {path: client.get(path).status_code == 200 for path in expected}
    assert opened == expected
    is_offered = "Reviews and complaints</a>" in client.get("/office/").text
    assert is_offered is answers


def test_my_work_has_what_i_have_and_what_nobody_has(
    sqlite_house: House, as_handler: Callable[[Actor], FlaskClient]
) -> None:
    people, others = reviewers(sqlite_house), reviewers(sqlite_house)
    mine, nobodys, theirs = (answered_request(sqlite_house) for _ in range(3))
    complained = answered_request(sqlite_house, about=AboutWhom.ME)
    taken = asked(sqlite_house, mine.request_id)
    asked(sqlite_house, nobodys.request_id)
    elsewhere = asked(sqlite_house, theirs.request_id)
    asked(sqlite_house, complained.request_id, COMPLAINT)
    for review_id, who in ((taken, people.senior), (elsewhere, others.senior)):
        with sqlite_house.db.writing() as session:
            assign(session, review_id=review_id, to=UUID(who.id), by=who, at=sqlite_house.now())

    def shown(who: Actor) -> set[str]:
        page = as_handler(who).get("/office/").text
        return set(re.findall(r"/office/requests/(BWV-[0-9A-Z-]+)/reviews/", page))

    assert shown(people.senior) == {mine.reference, nobodys.reference, complained.reference}
    assert shown(people.officer) == {complained.reference}
    assert shown(mine.staff.decider) == set()


def test_nobody_signed_out_sees_any_of_it(sqlite_house: House, client: FlaskClient) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    for path in ("/office/reviews", one(ready, review_id), one(ready, review_id, "/answer")):
        assert client.get(path).status_code == 303


def test_one_says_everything_there_is_to_know(sqlite_house: House, signed_in: SignedIn) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    shown = signed_in(Role.SENIOR_REVIEWER).get(one(ready, review_id)).text
    for words in (
        "You did not look at the second camera.",
        "2 November 2026, on the website",
        "How this date was worked out",
        "Decision 1",
        "Disclosed in full",
        f"{ready.staff.decider.name}: Search started, Search finished, Decided (decision 1)",
        f"{ready.staff.seconder.name}: Published, Seconded (decision 1)",
        "None of them may answer it.",
    ):
        assert words in shown, words


def test_a_review_of_another_request_is_not_found(sqlite_house: House, signed_in: SignedIn) -> None:
    ready, other = answered_request(sqlite_house), answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    client = signed_in(Role.SENIOR_REVIEWER)
    assert client.get(one(other, review_id)).status_code == 404
    assert client.post(one(other, review_id, "/answer"), data={}).status_code == 404


def test_whoever_worked_on_it_reads_why_they_may_not_answer(
    sqlite_house: House, as_handler: Callable[[Actor], FlaskClient]
) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    decider = ready.staff.decider
    with sqlite_house.db.writing() as session:
        row = session.get_one(Handler, UUID(decider.id))
        row.roles = [*row.roles, Role.SENIOR_REVIEWER.value]
    client = as_handler(decider)
    shown = client.get(one(ready, review_id)).text
    assert "You worked on this request. Somebody who did not must answer it." in shown
    assert one(ready, review_id, "/answer") not in shown
    for rest in ("/progress", "/longer"):
        assert "You worked on this request" in client.get(one(ready, review_id, rest)).text
    assert client.get(one(ready, review_id, "/answer")).status_code == 403
    assert client.post(one(ready, review_id, "/answer"), data=_answer()).status_code == 403
    assert client.post(one(ready, review_id, "/longer"), data={"why": "x"}).status_code == 403
    assert review_at(sqlite_house, review_id).answered_at is None


def _answer(**more: str) -> dict[str, str]:
    return {
        "outcome": "upheld",
        "reasons": "There was a second camera.",
        "what_changes": "We look at it.",
        "again": "yes",
    } | more


def test_giving_it_to_somebody(
    sqlite_house: House, as_handler: Callable[[Actor], FlaskClient]
) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    people = reviewers(sqlite_house)
    client = as_handler(people.senior)
    shown = client.get(one(ready, review_id)).text
    assert people.senior.id in shown
    assert people.officer.id not in shown
    wrong = client.post(one(ready, review_id, "/assign"), data={"to": people.officer.id})
    assert wrong.status_code == 422
    assert "Select who answers it" in wrong.text
    given = client.post(one(ready, review_id, "/assign"), data={"to": people.senior.id})
    assert given.status_code == 303
    assert review_at(sqlite_house, review_id).assigned_to == UUID(people.senior.id)
    assert people.senior.name in client.get("/office/reviews").text
    client.post(one(ready, review_id, "/assign"), data={"to": "nobody"})
    assert review_at(sqlite_house, review_id).assigned_to is None


def test_taking_forty_days(sqlite_house: House, signed_in: SignedIn) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    client = signed_in(Role.SENIOR_REVIEWER)
    assert client.post(one(ready, review_id, "/longer"), data={"why": ""}).status_code == 422
    done = client.post(one(ready, review_id, "/longer"), data={"why": "It is in two forces."})
    assert done.status_code == 303
    shown = client.get(one(ready, review_id)).text
    assert "31 December 2026" in shown
    assert "It is in two forces." in shown
    assert "We have said already" in client.get(one(ready, review_id, "/longer")).text


def test_telling_how_far_we_are(sqlite_house: House, signed_in: SignedIn) -> None:
    ready = answered_request(sqlite_house, about=AboutWhom.ME)
    review_id = asked(sqlite_house, ready.request_id, COMPLAINT)
    client = signed_in(Role.DATA_PROTECTION_OFFICER)
    assert client.post(one(ready, review_id, "/progress"), data={"body": ""}).status_code == 422
    sent = client.post(one(ready, review_id, "/progress"), data={"body": "We are half way."})
    assert sent.status_code == 303
    messages = client.get(f"/office/requests/{ready.reference}/messages").text
    assert "We are half way." in messages


def test_registering_one_that_came_by_post(
    sqlite_house: House, clock: Clock, signed_in: SignedIn
) -> None:
    ready = answered_request(sqlite_house)
    clock.forward(days=7)
    client = signed_in(Role.INTAKE)
    address = f"/office/requests/{ready.reference}/reviews/new"
    sent = {"channel": "post", "words": "They want it looked at again."}
    day = {"received_on-day": "4", "received_on-month": "11", "received_on-year": "2026"}
    to_come = client.post(address, data={**sent, **day, "received_on-day": "30"})
    assert to_come.status_code == 422
    assert "must be today or in the past" in to_come.text
    before = client.post(address, data={**sent, **day, "received_on-day": "1"})
    assert before.status_code == 422
    assert "before our answer" in before.text
    assert "They want it looked at again." in before.text
    made = client.post(address, data={**sent, **day})
    assert made.status_code == 303
    with sqlite_house.db.reading() as session:
        (review,) = reviews_of(session, ready.request_id)
    assert (review.channel, str(review.received_on)) == (Channel.POST, "2026-11-04")
    assert "by post" in client.get(made.location).text
    assert "cannot be registered now" in client.get(address).text


def test_answering_shows_the_letter_first_and_issues_that_letter(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    ready = answered_request(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id)
    client, address = signed_in(Role.SENIOR_REVIEWER), one(ready, review_id, "/answer")
    assert "Answer the internal review" in client.get(address).text
    empty = client.post(address, data={})
    assert empty.status_code == 422
    for words in ("Select what you found", "Enter the reasons", "Enter what happens"):
        assert words in empty.text
    unsaid = client.post(address, data=_answer(again=""))
    assert unsaid.status_code == 422
    assert "Select whether the answer must be decided afresh" in unsaid.text
    read = client.post(address, data=_answer())
    assert read.status_code == 200
    assert "We have looked again" in read.text
    assert "fresh decision" in read.text
    assert review_at(sqlite_house, review_id).answered_at is None
    fingerprint = re.search(r'name="issue_letter"[^>]*value="(\w+)"', read.text)
    fingerprint = fingerprint or re.search(r'value="(\w+)"[^>]*name="issue_letter"', read.text)
    assert fingerprint is not None
    for _ in range(2):
        issued = client.post(address, data=_answer(issue_letter=fingerprint[1]))
        assert (issued.status_code, issued.location) == (303, one(ready, review_id))
    review = review_at(sqlite_house, review_id)
    assert review.outcome is ReviewOutcome.UPHELD
    with sqlite_house.db.reading() as session:
        kinds = [letter.kind for letter in letters_of(session, ready.request_id)]
        status = session.get_one(FootageRequest, ready.request_id).status
    assert kinds.count(LetterKind.REVIEW_OUTCOME) == 1
    assert status is Status.REOPENED
    done = client.get(one(ready, review_id)).text
    assert "Upheld" in done
    assert "There was a second camera." in done
    assert client.get(address).location == one(ready, review_id)
    assert "Upheld" in client.get("/office/reviews?show=answered").text
    assert "Upheld" in client.get(f"/office/requests/{ready.reference}/reviews").text


def test_a_complaint_before_the_answer_opens_nothing_again(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    ready = ready_to_decide(sqlite_house)
    review_id = asked(sqlite_house, ready.request_id, COMPLAINT)
    client, address = signed_in(Role.DATA_PROTECTION_OFFICER), one(ready, review_id, "/answer")
    assert "decided afresh" not in client.get(address).text
    read = client.post(address, data=_answer())
    assert read.status_code == 200
    assert "What we found about your complaint" in read.text
    assert "fresh decision" not in read.text


def test_a_reviewer_is_warned_where_the_answer_is_silent(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    silent, plain = (
        ready_to_decide(sqlite_house),
        answered_request(sqlite_house, about=AboutWhom.ME),
    )
    number = silent.recording_ids[0]
    place_hold(sqlite_house, number, level=Level.NEITHER_CONFIRM_NOR_DENY)
    answered(sqlite_house, silent, [held_line(sqlite_house, silent, number)])
    client = signed_in(Role.DATA_PROTECTION_OFFICER)
    shown = {
        ready.reference: client.get(
            one(ready, asked(sqlite_house, ready.request_id, COMPLAINT), "/answer")
        ).text
        for ready in (silent, plain)
    }
    assert "Write nothing that tells it" in shown[silent.reference]
    assert "Write nothing that tells it" not in shown[plain.reference]


def test_the_reviewer_may_read_what_is_looked_at_again(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    ready = answered_request(sqlite_house)
    client = signed_in(Role.SENIOR_REVIEWER)
    for part in ("decision", "decision/1", "letters", "holds", "find-video", "messages", "history"):
        shown = client.get(f"/office/requests/{ready.reference}/{part}")
        assert shown.status_code == 200, part
    watched = f"/office/recordings/{ready.recording_ids[0]}?for={ready.reference}"
    assert client.get(watched).status_code == 200
