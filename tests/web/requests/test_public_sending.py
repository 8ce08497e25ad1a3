"""From Start to Request sent, through the test client."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from portal.house import House
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.models import OutboxJob
from portal.recordings.models import Place
from portal.requests.lifecycle import Regime, Status
from portal.requests.models import FootageRequest, RequestDraft
from portal.requests.queries import by_reference
from tests.factories.public_journey import FOI, SAR, Visitor, token_on

NewVisitor = Callable[[], Visitor]


def count(house: House, model: type[Any]) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def send(visitor: Visitor) -> TestResponse:
    page = visitor.get("/check-answers").text
    action = page.split('action="')[1].split('"')[0]
    return visitor.client.post(action, data={"csrf_token": token_on(page)})


def test_the_start_page_says_what_matters(visitor: Visitor) -> None:
    page = visitor.get("/").text
    for words in ("It is free", "31 days", "evidence", "You can send it later", "Start now"):
        assert words in page


def test_looking_around_writes_nothing(visitor: Visitor, small_house: House) -> None:
    for path in ("/", "/ask", "/ask/about-you-or-someone", "/ask/when", "/check-answers", "/save"):
        assert visitor.get(path).status_code in (200, 303)
    assert count(small_house, RequestDraft) == 0


def test_a_person_asks_for_video_of_themselves(visitor: Visitor, small_house: House) -> None:
    assert visitor.walk(SAR) == "/check-answers"
    checked = visitor.get("/check-answers").text
    assert "from 5pm to 6pm on Friday 20 November 2026" in checked
    assert "Marlow Street, Lambeth" in checked
    sent = send(visitor)
    assert sent.status_code == 303
    page = visitor.get(sent.location).text
    reference = sent.location.rsplit("/", 1)[1]
    assert reference in page
    assert "Tuesday 22 December 2026" in page
    with small_house.db.reading() as session:
        made = by_reference(session, reference)
        assert made.regime is Regime.SAR_PART3
        assert made.status is Status.RECEIVED
        assert made.applicant.date_of_birth == date(1990, 3, 1)
        assert made.sighting.shoulder_number == "LX 123"
        assert made.sighting.radius_m == 150
        assert len(made.sighting.line) == 3
        jobs = session.scalars(sa.select(OutboxJob.job)).all()
        assert "preserve" in jobs
    assert count(small_house, RequestDraft) == 0


def test_general_information_asks_a_name_and_one_address(
    visitor: Visitor, small_house: House
) -> None:
    assert visitor.walk(FOI) == "/check-answers"
    sent = send(visitor)
    with small_house.db.reading() as session:
        made = by_reference(session, sent.location.rsplit("/", 1)[1])
    assert made.regime is Regime.FOI
    assert made.applicant.date_of_birth is None
    assert made.sighting.place == ""


def test_general_information_without_email_asks_an_address(visitor: Visitor) -> None:
    answers: dict[str, dict[str, Any]] = {**FOI, "email": {"has_none": "y"}}
    answers = {
        **{slug: answers[slug] for slug in list(FOI)[:5]},
        "address": {"address": "2 Mill Hill"},
        "phone": {},
        "delivery": {"delivery": "post"},
    }
    answers["email"] = {"has_none": "y"}
    assert visitor.walk(answers) == "/check-answers"


def test_a_download_needs_somewhere_to_send_the_code(visitor: Visitor) -> None:
    answers = {**SAR, "email": {"has_none": "y"}}
    del answers["delivery"], answers["passphrase"]
    assert visitor.walk(answers) == "/ask/delivery"
    assert 'value="download"' not in visitor.get("/ask/delivery").text
    assert visitor.answer("delivery", delivery="download").status_code == 422


def test_an_address_and_no_address_is_said_and_not_guessed(visitor: Visitor) -> None:
    slugs = list(FOI)
    visitor.walk({slug: FOI[slug] for slug in slugs[: slugs.index("email")]})
    both = visitor.answer("email", email="ben@example.com", has_none="y")
    assert both.status_code == 422
    assert "Enter an e-mail address, or say that you do not have one" in both.text
    assert visitor.answer("email", email="", has_none="y").location == "/ask/address"


def test_an_information_request_speaks_of_no_video(visitor: Visitor) -> None:
    visitor.walk({slug: FOI[slug] for slug in FOI if slug != "delivery"})
    assert 'value="viewing"' not in visitor.get("/ask/delivery").text
    assert visitor.answer("delivery", delivery="viewing").status_code == 422
    visitor.answer("delivery", delivery="download")
    page = visitor.get(send(visitor).location).text
    assert "We look for the information you asked for." in page
    assert "We look for the video now" not in page
    assert "evidence in a case" not in page


def test_what_is_promised_after_sending_is_true(visitor: Visitor) -> None:
    visitor.walk(SAR)
    page = visitor.get(send(visitor).location).text
    assert "We look for the video now" in page
    assert "On the next page we send you a code." in page
    assert "hide other people" not in page


def test_the_start_page_has_its_name_once_in_the_title(visitor: Visitor) -> None:
    title = visitor.get("/").text.split("<title>")[1].split("</title>")[0]
    assert title.count("Ask for police video") == 1


def test_many_places_of_one_name_say_how_to_find_the_right_one(
    visitor: Visitor, small_house: House
) -> None:
    hint = "To find yours, type the street and the borough."
    slugs = list(SAR)
    visitor.walk({slug: SAR[slug] for slug in slugs[: slugs.index("which-place")]})
    assert hint not in visitor.get("/ask/which-place").text
    with small_house.db.writing() as session:
        (street,) = session.scalars(sa.select(Place).where(Place.name == "Marlow Street"))
        columns = [column.name for column in sa.inspect(Place).columns if column.name != "id"]
        same = {name: getattr(street, name) for name in columns}
        for number in range(9):
            session.add(Place(**{**same, "borough": f"Borough {number}"}))
    assert hint in visitor.get("/ask/which-place").text


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("someone_else", "someone-elses-video"),
        ("other_organisation", "another-organisation"),
    ],
)
def test_what_we_cannot_give_is_explained(visitor: Visitor, who: str, page: str) -> None:
    answered = visitor.answer("about-you-or-someone", who=who)
    assert answered.location == f"/ask/{page}"
    assert "Choose another answer" in visitor.get(answered.location).text
    assert visitor.answer(page).status_code == 422
    assert visitor.get("/check-answers").location == f"/ask/{page}"


def test_whoever_wants_video_of_another_is_shown_the_way_by_which_anyone_may_ask(
    visitor: Visitor,
) -> None:
    """FOIA s.1: such a request is valid, whatever its answer."""
    whose = visitor.get("/ask/about-you-or-someone").text
    page = visitor.get(visitor.answer("about-you-or-someone", who="someone_else").location).text
    assert "We cannot give you video of someone else" not in page
    assert "Anyone may ask for what we hold, and we will answer." in page
    assert "choose “General information, or video that is not of me”" in page
    assert "General information, or video that is not of me" in whose


def test_a_double_click_makes_one_request(visitor: Visitor, small_house: House) -> None:
    visitor.walk(SAR)
    page = visitor.get("/check-answers").text
    action = page.split('action="')[1].split('"')[0]
    data = {"csrf_token": token_on(page)}
    first, second = (visitor.client.post(action, data=data) for _ in range(2))
    assert first.location == second.location
    assert count(small_house, FootageRequest) == 1
    assert count(small_house, Notice) == 1


def test_nobody_else_can_send_or_see(
    visitor: Visitor, new_visitor: NewVisitor, small_house: House
) -> None:
    visitor.walk(SAR)
    page = visitor.get("/check-answers").text
    action = page.split('action="')[1].split('"')[0]
    stranger = new_visitor()
    assert stranger.post(action, page="/save").location == "/"
    assert count(small_house, FootageRequest) == 0
    sent = send(visitor).location
    for path in (sent, f"{sent}/copy", sent.replace("sent", "your-request") + "/calendar.ics"):
        assert visitor.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
    assert stranger.get("/sent/BWV-2222-2222").text == stranger.get(sent).text


def test_the_copy_is_a_file_that_fetches_nothing(visitor: Visitor) -> None:
    visitor.walk(SAR)
    copy = visitor.get(f"{send(visitor).location}/copy")
    assert "attachment" in copy.headers["Content-Disposition"]
    assert "Amina Example" in copy.text
    assert "src=" not in copy.text
    assert "href=" not in copy.text


def test_every_link_of_the_sent_page_leads_somewhere(visitor: Visitor) -> None:
    visitor.walk(SAR)
    page = visitor.get(send(visitor).location).text
    links = {link for link in re.findall(r'href="(/[^"#]*)"', page) if "/static/" not in link}
    assert any("confirm-email" in link for link in links)
    for link in links:
        assert visitor.get(link).status_code in (200, 302, 303), link


def test_proof_can_be_sent_now_and_the_journey_goes_on(visitor: Visitor) -> None:
    answers = {**SAR, "proof": {"when": "now"}}
    del answers["delivery"], answers["passphrase"]
    assert visitor.walk(answers) == "/proofs"
    assert "Send a file" in visitor.get("/proofs").text
    assert visitor.get("/ask").location == "/ask/delivery"


def test_an_incomplete_draft_is_led_to_what_is_missing(visitor: Visitor) -> None:
    answers = dict(list(SAR.items())[:4])
    visitor.walk(answers)
    assert visitor.get("/check-answers").location == "/ask/which-place"
    assert visitor.get("/ask/delivery").location == "/ask/which-place"


def test_a_change_comes_back_to_the_check(visitor: Visitor) -> None:
    visitor.walk(SAR)
    assert visitor.answer("name", change=True, name="Amina Other").location == "/check-answers"
    assert "Amina Other" in visitor.get("/check-answers").text
    # Another place needs choosing anew before anything can be sent.
    led = visitor.answer("place", change=True, place="bow yard").location
    assert led == "/ask/which-place?change=1"
    led = visitor.answer("which-place", change=True, choice="4").location
    assert led == "/ask/another-force?change=1"
    assert "City of London Police" in visitor.get(led).text
    assert visitor.answer("another-force", change=True).location == "/check-answers"


def test_turning_to_general_information_drops_what_it_does_not_need(
    visitor: Visitor, small_house: House
) -> None:
    visitor.walk(SAR)
    led = visitor.answer("about-you-or-someone", change=True, who="general").location
    assert led == "/ask/what-information?change=1"
    led = visitor.answer("what-information", change=True, what="information").location
    assert led == "/check-answers"
    sent = send(visitor)
    with small_house.db.reading() as session:
        made = by_reference(session, sent.location.rsplit("/", 1)[1])
    assert made.applicant.date_of_birth is None
    assert made.applicant.address == ""
    assert made.sighting.appearance == ""


def test_old_video_is_said_to_be_gone_and_they_may_go_on(visitor: Visitor) -> None:
    visitor.answer("about-you-or-someone", who="me")
    old: dict[str, Any] = {
        "known": "exact",
        "day__day": "1",
        "day__month": "9",
        "day__year": "2026",
    }
    led = visitor.answer("when", **old).location
    assert led == "/ask/video-may-be-gone"
    assert "Most video from then is gone" in visitor.get(led).text
    assert visitor.answer("video-may-be-gone").location == "/ask/time"


def test_a_place_that_is_not_listed_can_be_described(visitor: Visitor, small_house: House) -> None:
    answers: dict[str, dict[str, Any]] = {}
    for slug, answer in SAR.items():
        if slug == "place":
            answer = {"place": "zzz nowhere"}
        if slug == "how-near":
            continue
        answers[slug] = {"choice": "describe"} if slug == "which-place" else answer
        if slug == "which-place":
            answers["which-borough"] = {"borough": "Lambeth", "details": "by the red pub"}
    assert visitor.walk(answers) == "/check-answers"
    sent = send(visitor)
    with small_house.db.reading() as session:
        made = by_reference(session, sent.location.rsplit("/", 1)[1])
    assert made.sighting.place == "zzz nowhere\nby the red pub"
    assert made.sighting.borough == "Lambeth"
    assert made.sighting.latitude is None


def test_many_sendings_from_one_address_are_slowed(
    new_visitor: NewVisitor, small_house: House
) -> None:
    for _ in range(5):
        visitor = new_visitor()
        visitor.walk(FOI)
        assert send(visitor).status_code == 303
    visitor = new_visitor()
    visitor.walk(FOI)
    refused = send(visitor)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    # Nothing they typed is lost.
    assert "Ben Example" in visitor.get("/check-answers").text


def test_without_the_pages_token_nothing_is_kept(visitor: Visitor, small_house: House) -> None:
    assert visitor.client.post("/ask/about-you-or-someone", data={"who": "me"}).status_code == 400
    assert count(small_house, RequestDraft) == 0


def test_the_acknowledgement_says_nothing_of_the_case(visitor: Visitor, small_house: House) -> None:
    visitor.walk(SAR)
    send(visitor)
    with small_house.db.reading() as session:
        notice = session.scalars(sa.select(Notice)).one()
    assert notice.kind is NoticeKind.ACKNOWLEDGEMENT
    assert notice.to == "amina@example.com"
    assert "Marlow" not in str(notice.fields)
