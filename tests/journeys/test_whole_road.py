"""From a request to a download and beyond, in a real browser, on real video."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.dates import in_london, time_in_words
from tests.journeys.conftest import Filmed, Open
from tests.journeys.people import PASSPHRASE, Applicant, SignIn, Staff
from tests.servers.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMAIL = "amara@example.org"
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


def fetched(page: Page, link: str) -> tuple[str, bytes]:
    """The name and the bytes of what a link downloads."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(link)).first.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def open_answer(applicant: Applicant, path: str, codes_before: int) -> None:
    """From the link in the e-mail, through the code, to the answer."""
    applicant.open(path)
    applicant.see("door")
    applicant.press("Send me a code")
    applicant.see("collect-code")
    applicant.page.get_by_label("Enter your code").fill(applicant.code(EMAIL, codes_before))
    applicant.press("Continue")
    assert "Our answer to" in applicant.heading()


def unlock(applicant: Applicant) -> None:
    """Open the video with the passphrase."""
    applicant.press("Type your passphrase")
    applicant.see("passphrase")
    applicant.page.get_by_label("What is your passphrase?").fill(PASSPHRASE)
    applicant.press("Open the video")


def link_in(letter: str) -> str:
    found = re.search(r"https?://[^/\s]+(/f/\S+)", letter)
    assert found
    return found[1]


def status_of(applicant: Applicant, reference: str) -> str:
    applicant.open(f"/your-request/{reference}")
    return applicant.page.inner_text("main")


def test_subject_access_with_evidence_in_it(
    applicant: Applicant,
    hire: Callable[[str], Staff],
    filmed: Filmed,
    passport: Path,
    portal: LivePortal,
) -> None:
    """Two recordings of one stop: the free one goes out, the held one when its matter closes."""
    reference = applicant.ask_about_me(filmed.at, filmed.street, EMAIL, proof=passport)
    assert f"/your-request/{reference}" in applicant.letter(EMAIL, reference)
    applicant.follow("Confirm your e-mail address")
    applicant.see("confirm-email")
    applicant.press("Send me a code")
    applicant.page.get_by_role("textbox").first.fill(applicant.code(EMAIL))
    applicant.press("Confirm")
    assert "Received" in status_of(applicant, reference)
    assert "Confirm your e-mail address" not in applicant.page.inner_text("main")
    applicant.see("your-request")

    handler = hire("handler")
    handler.accept_identity(reference)
    handler.request(reference)
    handler.see("overview")
    handler.find_video(reference, {filmed.free_officer, filmed.held_officer})
    handler.decide(reference)
    second = hire("second")
    second.second(reference)
    handler.publish(reference)

    told = applicant.letter(EMAIL, "answer is ready")
    assert "Marlow" not in told
    assert filmed.free_officer not in told
    open_answer(applicant, link_in(told), codes_before=1)
    applicant.see("collect-locked")
    unlock(applicant)
    applicant.see("collect")
    check_downloads(applicant.page, filmed)
    assert "Answered, and we will look again" in status_of(applicant, reference)
    applicant.see("your-request-answered")

    holds = hire("holds")
    holds.open("/office/matters")
    holds.see("matters")
    holds.follow(filmed.matter)
    holds.see("matter")
    holds.page.get_by_role("link", name=re.compile("Close")).or_(
        holds.page.get_by_role("button", name=re.compile("Close"))
    ).first.click()
    holds.see("close-matter")
    holds.page.get_by_role("textbox").first.fill("Acquitted, and no appeal")
    holds.page.locator("main form button").first.click()
    applicant.letter(EMAIL, "again")
    assert "Reopened" in status_of(applicant, reference)
    portal.portal("audit", "verify")


def check_downloads(page: Page, filmed: Filmed) -> None:
    """What is downloaded is the master to the byte, and everything hashes to the manifest."""
    name, copy = fetched(page, "Download video 1")
    assert name.endswith(".mp4")
    assert hashlib.sha256(copy).hexdigest() == filmed.free_sha256
    assert page.get_by_role("link", name=re.compile("Download video 2")).count() == 0
    _, letter = fetched(page, "Download our letter")
    assert letter.startswith(b"%PDF-")
    _, package = fetched(page, "Download everything")
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        assert files.testzip() is None
        sums = next(name for name in files.namelist() if name.endswith("SHA256SUMS.txt"))
        lines = [line.split(maxsplit=1) for line in files.read(sums).decode().splitlines()]
        hashed = [
            (one, file.lstrip("*")) for one, file in lines if re.fullmatch("[0-9a-f]{64}", one)
        ]
        assert hashed
        folder = sums.rpartition("/")[0]
        for expected, file in hashed:
            content = files.read(f"{folder}/{file}" if folder else file)
            assert hashlib.sha256(content).hexdigest() == expected
    assert filmed.free_sha256 in dict(hashed)
    playable = page.locator("video").first.evaluate(
        "video => new Promise((done, failed) => { video.onloadedmetadata = () => "
        "done([video.duration, video.videoWidth]); video.onerror = () => failed(video.error); "
        "video.preload = 'metadata'; video.load(); })"
    )
    assert playable[0] > 2
    assert playable[1] > 0


def test_freedom_of_information_without_javascript(
    new_page: Open, portal: LivePortal, staff: dict[str, SignIn]
) -> None:
    """The same road by HTML alone, for both sides of the counter."""
    applicant = Applicant(new_page(javascript=False), portal)
    reference = applicant.ask_for_information(EMAIL)
    applicant.letter(EMAIL, reference)
    handler = Staff(new_page(wide=True, javascript=False), portal)
    handler.sign_in(staff["handler"])
    handler.find_video(reference, set())
    handler.give_information(reference, "We keep most video for 31 days.")
    second = Staff(new_page(wide=True, javascript=False), portal)
    second.sign_in(staff["second"])
    second.second(reference)
    handler.publish(reference)
    told = applicant.letter(EMAIL, "answer is ready")
    open_answer(applicant, link_in(told), codes_before=0)
    name, letter = fetched(applicant.page, "Download our letter")
    assert (name.endswith(".pdf"), letter[:5]) == (True, b"%PDF-")
    applicant.follow("Read our letter")
    told = applicant.page.inner_text("body")
    assert "We keep most video for 31 days." in told
    assert "1970" not in told


def test_keyboard_alone_is_enough(new_page: Open, portal: LivePortal, filmed: Filmed) -> None:
    """Nothing but Tab, arrows, Space, Enter and letters, from Start to Request sent."""
    page = new_page()
    page.goto(portal.address + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    hands = Hands(page)
    hands.to("Start now", "Enter")
    for choice in ("Video of me",):
        hands.choose(choice)
    hands.choose("I know the date", go_on=False)
    day = in_london(filmed.at)
    for label, number in (
        ("Day", day.day),
        ("Month", day.month),
        ("Year", day.year),
    ):
        hands.type(label, str(number))
    hands.go_on()
    hands.type("Time", time_in_words(filmed.at))
    hands.choose("Within 2 hours")
    hands.type("Where was it?", filmed.street)
    hands.go_on()
    hands.choose("Marlow Street", exact=False)
    hands.choose("Within 500 metres", exact=False)
    hands.choose("Something else")
    hands.go_on()  # references
    hands.go_on()  # looks
    hands.type("What is your full name?", "Amara Lindström")
    hands.go_on()
    for label, number in (("Day", 3), ("Month", 5), ("Year", 1990)):
        hands.type(label, str(number))
    hands.go_on()
    hands.type("What is your e-mail address?", EMAIL)
    hands.go_on()
    hands.type("What is your address?", "1 High Street")
    hands.go_on()
    hands.go_on()  # phone
    hands.choose("Send it later")
    hands.choose("Download it from this website")
    for label in ("Passphrase", "Type it again"):
        hands.type(label, PASSPHRASE)
    hands.go_on()
    hands.to("Send your request", "Enter")
    page.wait_for_url("**/sent/**")
    assert "Request sent" in page.inner_text("h1")


class Hands:
    """Somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focused(self) -> str:
        """What the focused thing is called: its label, or its words."""
        return str(
            self.page.evaluate(
                "() => { const e = document.activeElement; return (e.labels && e.labels[0] ? "
                "e.labels[0].textContent : e.textContent).trim() }"
            )
        )

    def to(self, name: str, key: str = "", *, exact: bool = True) -> None:
        """Tab until the thing with this name has the focus, then press a key."""
        for _ in range(80):
            said = self.focused()
            if said == name or (not exact and said.startswith(name)):
                break
            # Tab goes to a group of radios once; the arrows go through it.
            kind = self.page.evaluate("document.activeElement.type || ''")
            self.page.keyboard.press(
                "ArrowDown" if kind == "radio" and self.in_group(name) else "Tab"
            )
        else:
            raise AssertionError(f"the keyboard does not reach {name!r}")
        if key:
            before = self.page.url
            self.page.keyboard.press(key)
            if key == "Enter":
                self.page.wait_for_url(lambda url: url != before)

    def in_group(self, name: str) -> bool:
        """Whether the thing wanted is in the group of radios one stands in."""
        return bool(
            self.page.evaluate(
                "name => [...document.querySelectorAll('input[type=radio]')].some(r => "
                "r.name === document.activeElement.name && "
                "r.labels[0].textContent.trim().startsWith(name))",
                name,
            )
        )

    def choose(self, name: str, *, exact: bool = True, go_on: bool = True) -> None:
        """Choose a radio, and go on."""
        self.to(name, "Space", exact=exact)
        if go_on:
            self.go_on()

    def type(self, label: str, words: str) -> None:
        """Type into the box with this label."""
        self.to(label)
        self.page.keyboard.type(words)

    def go_on(self) -> None:
        """Continue."""
        self.to("Continue", "Enter")
