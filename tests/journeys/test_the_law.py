"""The law in a browser: somebody who acts for another, questions and more time, a request by
telephone, a refusal, a review and a complaint."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Filmed, Open
from tests.journeys.people import Applicant, SignIn, Staff, until
from tests.servers.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMAIL = "casework@example.org"
Look = Callable[[Page, str], None]


@pytest.fixture
def applicant(new_page: Open, portal: LivePortal, look: Look) -> Applicant:
    return Applicant(new_page(), portal, look)


@pytest.fixture
def hire(
    new_page: Open, portal: LivePortal, staff: dict[str, SignIn], look: Look
) -> Callable[[str], Staff]:
    def one(name: str) -> Staff:
        handler = Staff(new_page(wide=True), portal, look)
        handler.sign_in(staff[name])
        return handler

    return one


def fill(person: Applicant | Staff, **typed: str) -> None:
    """Type into boxes by the names of their fields."""
    for name, words in typed.items():
        person.page.locator(f"[name={name}]").first.fill(words)


def choose(person: Applicant | Staff, words: str) -> None:
    """Choose a radio or tick a box by its words."""
    person.page.get_by_label(words, exact=True).first.check()


def read_and_issue(handler: Staff, name: str, words: str) -> None:
    """From the form to the letter, which says what was typed, and out with it."""
    handler.press("Read the letter")
    handler.see(f"preview-{name}")
    assert words in handler.page.locator(".office-letter").inner_text()
    handler.press("Issue this letter")
    assert handler.page.locator(".govuk-notification-banner").count()


def text_of(person: Applicant | Staff, path: str) -> str:
    person.open(path)
    return person.page.inner_text("main")


def ask_as_solicitor(applicant: Applicant, filmed: Filmed, paper: Path) -> str:
    """A solicitor's request for a client, with the signed authority; the reference."""
    applicant.open("/ask/about-you-or-someone")
    applicant.answer("law-about", "Video of someone I act for")
    applicant.answer("law-right", "I am their solicitor or lawyer")
    applicant.tell_where_and_when(filmed.at, filmed.street)
    applicant.answer("law-what", "I was stopped or searched")
    applicant.answer("law-references")
    applicant.answer("law-looks", Clothes="Orange overalls")
    for name, words in (("name", "Amara Lindström"),):
        fill(applicant, **{name: words})
        applicant.press("Continue")
    applicant.tell_date("law-born", datetime(1990, 5, 3))
    for name, words in (("email", EMAIL), ("address", "1 High Street\nTestborough"), ("phone", "")):
        fill(applicant, **{name: words})
        applicant.press("Continue")
    applicant.see("law-representative")
    fill(applicant, name="R. Example", organisation="Example & Co", organisation_number="123456")
    applicant.press("Continue")
    applicant.answer("law-proof", "Send it now")
    applicant.see("law-proofs")
    applicant.page.locator("input[type=radio]").first.check()
    applicant.page.locator("input[type=file]").set_input_files(paper)
    applicant.press("Send this file")
    applicant.press("Use this file")
    applicant.press("Continue")
    applicant.answer("law-delivery", "Download it from this website")
    applicant.choose_passphrase("law-passphrase")
    return applicant.check_and_send()


def test_a_solicitor_a_question_more_time_and_a_complaint(
    applicant: Applicant, hire: Callable[[str], Staff], filmed: Filmed, passport: Path
) -> None:
    """A question stops the clock and an answer starts it; more time is told in a letter; a
    complaint is acknowledged at once, and answered by somebody who did not work on it."""
    reference = ask_as_solicitor(applicant, filmed, passport)
    mine = f"/your-request/{reference}"
    handler = hire("handler")
    handler.request(reference, "/identity/authority")
    handler.see("law-authority")

    handler.request(reference, "/clarify")
    handler.see("law-clarify")
    fill(handler, questions="Which side of the street was it?", why_needed="Two stops were filmed.")
    read_and_issue(handler, "clarification", "Which side of the street was it?")
    told = text_of(applicant, mine)
    assert "We need something from you" in told
    assert "Your time stands still" in told
    assert "Which side of the street was it?" in told
    applicant.see("law-question")
    applicant.press("Answer the question")
    applicant.page.get_by_role("textbox").first.fill("The side of the shop.")
    applicant.press("Send answer")
    first_date = reply_by(applicant, mine)

    handler.request(reference, "/time")
    handler.see("law-time")
    handler.request(reference, "/time/extension")
    handler.see("law-extend")
    handler.page.locator("main input[type=radio]").first.check()
    handler.page.get_by_role("textbox").nth(0).fill("Nine cameras filmed that stop.")
    handler.page.get_by_role("textbox").nth(1).fill("Many people have to be hidden first.")
    read_and_issue(handler, "extension", "Nine cameras filmed that stop.")
    assert reply_by(applicant, mine) != first_date
    until(lambda: "We need more time (PDF" in text_of(applicant, mine), "the letter on the page")
    applicant.see("law-letters")
    assert "cameras" not in applicant.letter(EMAIL, reference)

    complain(applicant, hire("dpo"), reference)
    handler.request(reference, "/letters")
    handler.see("law-issued-letters")
    assert "complaint" in handler.page.inner_text("main").lower()


def complain(applicant: Applicant, officer: Staff, reference: str) -> None:
    """From the applicant's page to the outcome in their letters."""
    applicant.follow("Ask us to look again, or complain")
    applicant.see("law-ways")
    applicant.press("Complain to us")
    applicant.see("law-complain")
    applicant.page.get_by_role("textbox").first.fill("It takes too long.")
    applicant.press("Send")
    applicant.see("law-complained")
    assert "We have your complaint" in applicant.heading()
    officer.open("/office/reviews")
    officer.see("law-reviews")
    officer.page.locator("main").get_by_role("link").filter(has_text=reference).first.click()
    officer.see("law-review")
    officer.press("Answer it")
    officer.see("law-answer")
    choose(officer, "Not upheld")
    fill(officer, reasons="The law gives us more time here.", what_changes="Nothing changes.")
    read_and_issue(officer, "outcome", "The law gives us more time here.")
    mine = f"/your-request/{reference}"
    until(lambda: "found" in text_of(applicant, f"{mine}/look-again"), "the outcome")


def reply_by(applicant: Applicant, path: str) -> str:
    """The one date they are told."""
    found = re.search(r"We will reply by (.+?)\.", text_of(applicant, path))
    assert found
    return found[1]


def test_a_request_by_telephone_refused_reviewed_and_opened_again(
    hire: Callable[[str], Staff],
) -> None:
    """Somebody without e-mail: letters are for the post; the cost is too high; a review by
    somebody senior disagrees, and it is to be decided afresh."""
    handler = hire("handler")
    reference = register_by_telephone(handler)
    refuse_for_cost(handler, reference)
    second = hire("second")
    second.second(reference)
    second.publish(reference)

    def letters() -> str:
        handler.request(reference, "/letters")
        return handler.page.inner_text("main")

    until(lambda: "The decision" in letters(), "the decision's letter")
    assert "To be posted" in letters()
    handler.follow("Letters to post")
    handler.see("law-to-post")
    handler.page.get_by_role("button", name=re.compile("Mark as posted")).first.click()

    handler.request(reference, "/reviews")
    handler.press("Register a request for a review")
    handler.see("law-register-review")
    choose(handler, "By telephone")
    tell_day(handler, "received_on", datetime.now(UTC))
    fill(handler, words="I asked for one street only.")
    handler.press("Register")
    assert "None of them may answer it." in handler.page.inner_text("main")
    assert handler.page.get_by_role("button", name="Answer it").count() == 0

    senior = hire("senior")
    senior.open("/office/reviews")
    senior.page.locator("main").get_by_role("link").filter(has_text=reference).first.click()
    senior.press("Answer it")
    choose(senior, "Upheld")
    senior.page.locator("[name=again][value=yes]").check()
    fill(senior, reasons="One street takes 12 hours.", what_changes="We answer afresh.")
    read_and_issue(senior, "review", "One street takes 12 hours.")
    senior.request(reference)
    assert "Reopened" in senior.page.inner_text("main")


def tell_day(handler: Staff, name: str, day: datetime) -> None:
    """A date in three boxes, by the name of its field."""
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        handler.page.locator(f"[name={name}-{part}]").fill(str(number))


def register_by_telephone(handler: Staff) -> str:
    """A freedom of information request from a caller with no e-mail; the reference."""
    handler.open("/office/requests/new")
    handler.see("law-register")
    choose(handler, "By telephone")
    tell_day(handler, "received_on", datetime.now(UTC) - timedelta(days=2))
    choose(handler, "General information, or video that is not of them")
    fill(
        handler,
        name="Amara Lindström",
        address="1 High Street\nTestborough",
        what_happened="All video of every officer in Lambeth last month.",
    )
    handler.page.get_by_label("By post", exact=True).last.check()
    handler.press("Register this request")
    found = re.search(r"BWV-\w{4}-\w{4}", handler.page.inner_text("main"))
    assert found
    return found[0]


def refuse_for_cost(handler: Staff, reference: str) -> None:
    """The whole request, on section 12: the hours that count, and help to ask for less."""
    handler.request(reference, "/decision/refuse")
    choose(handler, "Refuse it")
    handler.page.locator("[name=refuse_ground]").select_option("FOI-12")
    handler.press("Show the questions of this ground")
    handler.see("law-refuse")
    fill(
        handler,
        answer_determine="1",
        answer_locate="20",
        answer_retrieve="9",
        answer_extract="4",
        answer_together="None.",
        answer_help="Ask for one street on one day.",
        note="It would take 34 hours.",
    )
    handler.page.locator("[name=answer_holding][value=held]").check()
    handler.press("Decide")
    handler.see("law-refused")
    assert "Over the cost limit" in handler.page.inner_text("main")
