"""The people of a journey: what each of them does in a browser, by the words on the page."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Locator, Page

from portal.dates import in_london, time_in_words
from tests.servers.live import LivePortal

PATIENCE = 60.0
PASSPHRASE = "kettle river sandpaper"


def until(found: Callable[[], Any], what: str) -> Any:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not (answer := found()):
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.2)
    return answer


@dataclass
class Person:
    """Somebody at a browser. `look` is called on every page they come to."""

    page: Page
    portal: LivePortal
    look: Callable[[Page, str], None] = field(default=lambda page, name: None)

    def open(self, path: str) -> None:
        """Go to a page of the portal."""
        self.page.goto(self.portal.address + path)

    def see(self, name: str) -> None:
        """Look at the page one is on."""
        self.look(self.page, name)

    def press(self, words: str, within: Locator | None = None) -> None:
        """Press the button with these words."""
        (within or self.page).get_by_role("button", name=words, exact=True).first.click()

    def follow(self, words: str) -> None:
        """Follow the link with these words."""
        self.page.get_by_role("link", name=words).first.click()

    def heading(self) -> str:
        """The page's one first heading."""
        return self.page.locator("h1").inner_text()


class Applicant(Person):
    """A member of the public."""

    def letters(self, to: str, about: str) -> list[str]:
        """The e-mails to an address whose subject has these words, the newest first."""
        kept = [one.message() for one in self.portal.mailbox.newest_first()]
        return [
            str(message.get_content())
            for message in kept
            if to in str(message["To"]) and about in str(message["Subject"])
        ]

    def letter(self, to: str, about: str, beyond: int = 0) -> str:
        """The newest such e-mail, when there are more than `beyond`."""

        def newest() -> str | None:
            found = self.letters(to, about)
            return found[0] if len(found) > beyond else None

        return str(until(newest, f"an e-mail about {about!r}"))

    def code(self, to: str, beyond: int = 0) -> str:
        """The code in the newest e-mail with one."""
        found = re.search(r"\b\d{8}\b", self.letter(to, "code", beyond))
        assert found
        return found[0]

    def answer(self, name: str, *choices: str, **typed: str) -> None:
        """Fill in one question and go on."""
        self.see(name)
        for label, text in typed.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(text)
        for choice in choices:
            self.page.get_by_label(choice, exact=True).check()
        self.press("Continue")

    def tell_date(self, name: str, at: datetime, *choices: str) -> None:
        """Fill in a date in three boxes."""
        self.see(name)
        for choice in choices:
            self.page.get_by_label(choice, exact=True).check()
        for label, number in (("Day", at.day), ("Month", at.month), ("Year", at.year)):
            self.page.get_by_label(label, exact=True).locator("visible=true").first.fill(
                str(number)
            )
        self.press("Continue")

    def tell_where_and_when(self, at: datetime, street: str) -> None:
        """The questions about time and place."""
        local = in_london(at)
        self.tell_date("when", local, "I know the date")
        self.answer("time", "Within 15 minutes", Time=time_in_words(at))
        self.page.get_by_label("Where was it?").fill(street)
        self.see("place")
        self.press("Continue")
        self.see("which-place")
        self.page.get_by_role("radio").first.check()
        self.press("Continue")
        self.answer("how-near", "Within 150 metres, about 2 minutes’ walk")

    def ask_about_me(self, at: datetime, street: str, email: str, *, proof: Path | None) -> str:
        """A whole subject access request, to the page that says it was sent; the reference."""
        self.open("/")
        self.see("start")
        self.page.get_by_role("button", name="Start now").click()
        self.answer("about", "Video of me")
        self.tell_where_and_when(at, street)
        self.page.get_by_label("Tell us more").fill("Two officers stopped me by the shop.")
        self.answer("what-happened", "I was stopped or searched")
        self.answer("references")
        self.answer("looks", Clothes="Orange overalls")
        self.answer("name", **{"What is your full name?": "Amara Lindström"})
        self.tell_date("date-of-birth", datetime(1990, 5, 3))
        self.answer("email", **{"What is your e-mail address?": email})
        self.answer("address", **{"What is your address?": "1 High Street\nTestborough"})
        self.answer("phone")
        self.answer("proof", "Send it now" if proof else "Send it later")
        if proof:
            self.send_proof(proof)
            self.see("proof-list")
            self.press("Continue")
        self.answer("delivery", "Download it from this website")
        self.choose_passphrase("choose-passphrase")
        return self.check_and_send()

    def choose_passphrase(self, name: str) -> None:
        """Choose what the video opens with."""
        self.answer(name, Passphrase=PASSPHRASE, **{"Type it again": PASSPHRASE})

    def ask_for_information(self, email: str) -> str:
        """A whole freedom of information request; the reference."""
        self.open("/ask/about-you-or-someone")
        self.answer("foi-about", "General information, or video that is not of me")
        self.answer("foi-what", "I want other information, like figures or a policy")
        self.answer(
            "foi-describe",
            **{"Describe the video or information you want": "How long do you keep video?"},
        )
        self.answer("foi-name", **{"What is your full name?": "Amara Lindström"})
        self.answer("foi-email", **{"What is your e-mail address?": email})
        self.answer("foi-phone")
        self.answer("foi-delivery", "Download it from this website")
        return self.check_and_send()

    def check_and_send(self) -> str:
        """Check the answers and send them; the reference."""
        self.see("check-answers")
        self.press("Send your request")
        self.see("sent")
        found = re.search(r"BWV-\w{4}-\w{4}", self.page.inner_text("main"))
        assert found
        return found[0]

    def send_proof(self, file: Path) -> None:
        """Upload one file."""
        self.see("proofs")
        self.page.get_by_label("Passport", exact=True).check()
        self.page.locator("input[type=file]").set_input_files(file)
        self.press("Send this file")
        self.see("check-file")
        self.press("Use this file")


@dataclass
class SignIn:
    """How a handler signs in."""

    name: str
    passphrase: str
    secret: str


class Staff(Person):
    """A handler."""

    def sign_in(self, who: SignIn) -> None:
        """Passphrase, then the code from the app."""
        self.open("/office/sign-in")
        self.see("sign-in")
        self.page.get_by_label("Sign-in name").fill(who.name)
        self.page.get_by_label("Passphrase", exact=True).fill(who.passphrase)
        self.press("Continue")
        self.see("sign-in-code")
        self.page.get_by_label("Six-digit code").fill(pyotp.TOTP(who.secret).now())
        self.press("Sign in")
        assert self.heading() == "My work"
        self.see("my-work")

    def request(self, reference: str, tab: str = "") -> None:
        """Open a request, or one of its tabs."""
        self.open(f"/office/requests/{reference}{tab}")

    def accept_identity(self, reference: str) -> None:
        """Compare proof and words, and accept."""
        self.request(reference, "/identity")
        self.see("office-identity")
        for picture in self.page.locator("img.office-proof__page, .office-proof__page img").all():
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        self.page.get_by_label("What they sent is enough").or_(
            self.page.locator("#accept ~ form input[type=radio]")
        ).first.check()
        self.press("Accept identity")

    def find_video(self, reference: str, wanted: set[str]) -> None:
        """Start the search, confirm what the officer wore, reject the rest."""
        self.request(reference, "/find-video")
        self.press("Start looking for video")
        self.see("find-video")
        self.confirm_only(wanted)
        self.see("find-video-judged")
        self.press("Search finished")

    def confirm_only(self, wanted: set[str]) -> None:
        """Confirm the recordings of these officers, and reject the others."""
        for officer in sorted(wanted):
            row = (
                self.page.get_by_role("row")
                .filter(has_text=officer)
                .filter(has=self.page.get_by_role("button", name=re.compile("^Confirm")))
            )
            row.first.get_by_role("button", name=re.compile("^Confirm")).click()
        if self.page.locator("#reject-several").count():
            self.page.locator("#candidates").check()
            self.page.locator("#because").fill("Another place")
            self.press("Reject those")

    def give_information(self, reference: str, answer: str) -> None:
        """Answer a request that is not about video, in words."""
        self.request(reference, "/decision")
        self.page.get_by_label("Yes: the answer below gives it").check()
        self.page.get_by_label("Our answer").fill(answer)
        self.press("Decide")

    def decide(self, reference: str) -> None:
        """Release what is free; hold what is held."""
        self.request(reference, "/decision")
        self.see("decision")
        for radio in self.page.get_by_role("radio", name="Release").all():
            radio.check()
        for box in self.page.locator("textarea[name^=answer_]").all():
            box.fill("It is evidence, and a trial is near.")
        for radio in self.page.get_by_role("radio", name="It would happen").all():
            radio.check()
        self.press("Decide")
        self.see("decided")

    def second(self, reference: str) -> None:
        """The other pair of eyes."""
        self.request(reference, "/decision/1/second")
        self.see("second")
        self.press("Second this decision")

    def publish(self, reference: str, number: int = 1) -> None:
        """Send the answer on its way."""
        self.request(reference, f"/decision/{number}/publish")
        self.see("publish")
        self.press("Publish the answer")
