"""A real browser as a program that reads e-mail before the person does, and then as the person."""

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Error, Page
from werkzeug.serving import make_server

from portal.actors import Actor
from portal.disclosure.models import DownloadLink
from portal.house import House
from portal.notifications.models import Notice
from tests.conftest import Clock
from tests.factories.disclosure import PASSPHRASE, Ready, answered, ready_to_decide, sign_in
from tests.journeys.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCANS = 3


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house, contents=[b"not a film that plays"])


@pytest.fixture
def link(sqlite_house: House, ready: Ready) -> DownloadLink:
    return answered(sqlite_house, ready)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The portal on a port of this machine, with the tokens that forms need."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()


def press_everything(page: Page, door: str) -> None:
    """Fill in whatever can be filled in and press whatever can be pressed, scripts and all."""
    page.goto(door)
    for number in range(8):
        for box in page.locator("main input:visible, main textarea:visible").all():
            box.fill("12345678")
        buttons = page.locator("main button:visible, main a:visible").all()
        if not buttons:
            return
        try:
            buttons[number % len(buttons)].click(timeout=5_000)
            page.wait_for_load_state()
        except Error:
            page.goto(door)


def newest_code(house: House) -> str:
    with house.db.reading() as session:
        found = sa.select(Notice).where(Notice.kind == "code").order_by(Notice.written_at.desc())
        return str(session.scalars(found.limit(1)).one().fields["code"])


def test_after_a_browser_pressed_everything_the_person_opens_their_video(
    new_page: Open,
    look: Callable[[Page, str], None],
    address: str,
    sqlite_house: House,
    link: DownloadLink,
    ready: Ready,
    clock: Clock,
) -> None:
    door = f"{address}/f/{link.selector}"
    for _ in range(SCANS):
        press_everything(new_page(), door)
    clock.forward(seconds=1)
    page = new_page()
    page.goto(door)
    look(page, "door-scanned")
    page.get_by_role("button", name="Send me a code").click()
    look(page, "ask-again")
    page.get_by_role("textbox").fill(ready.reference[-4:])
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Enter your code").fill(newest_code(sqlite_house))
    page.get_by_role("button", name="Continue").click()
    look(page, "collect-locked")
    page.get_by_role("button", name="Type your passphrase").click()
    look(page, "type-passphrase")
    page.get_by_label("What is your passphrase?").fill("something else")
    page.get_by_role("button", name="Open the video").click()
    look(page, "wrong-passphrase")
    page.get_by_label("What is your passphrase?").fill(PASSPHRASE)
    page.get_by_role("button", name="Open the video").click()
    assert page.get_by_role("link", name="Download video 1").is_visible()


def test_a_new_passphrase_from_both_sides_of_the_counter(
    app: Flask,
    new_page: Open,
    look: Callable[[Page, str], None],
    address: str,
    sqlite_house: House,
    link: DownloadLink,
    ready: Ready,
) -> None:
    page = new_page()
    page.goto(f"{address}/f/{link.selector}")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Enter your code").fill(newest_code(sqlite_house))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="I forgot my passphrase").click()
    page.get_by_label("New passphrase").fill("short")
    page.get_by_role("button", name="Ask for this passphrase").click()
    assert "10 letters or numbers or more" in page.inner_text("main")
    look(page, "new-passphrase")
    for label in ("New passphrase", "Type it again"):
        page.get_by_label(label, exact=True).fill("lantern gravel ostrich")
    page.get_by_role("button", name="Ask for this passphrase").click()
    assert "does not work yet" in page.inner_text("h1")
    look(page, "new-passphrase-waits")
    office = new_page(wide=True)
    handler = app.test_client()
    sign_in(handler, sqlite_house, ready.staff.decider)
    cookie = handler.get_cookie(app.config["SESSION_COOKIE_NAME"], "localhost")
    assert cookie is not None
    office.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    tab = f"{address}/office/requests/{ready.reference}/release"
    office.goto(tab)
    look(office, "release-tab")
    office.goto(f"{tab}/new-passphrase")
    look(office, "new-passphrase-office")
    office.get_by_role("textbox").fill("Passport, at the front counter")
    office.get_by_role("button", name="They showed who they are").click()
    look(office, "new-passphrase-noted")
    office.goto(f"{tab}/{link.release_id}/handover")
    look(office, "handover")
    office.get_by_label("Handed over in person").check()
    office.get_by_role("button", name="Prepare").click()
    look(office, "handover-prepared")


def handlers_page(
    app: Flask, house: House, new_page: Open, address: str, who: Actor, *, wide: bool = True
) -> Page:
    """A browser on which a handler is signed in, on a desk or on a phone."""
    office, handler = new_page(wide=wide), app.test_client()
    sign_in(handler, house, who)
    cookie = handler.get_cookie(app.config["SESSION_COOKIE_NAME"], "localhost")
    assert cookie is not None
    office.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    return office


@pytest.mark.parametrize("wide", [True, False], ids=["desk", "phone"])
def test_a_new_address_from_both_sides_of_the_counter(
    app: Flask,
    new_page: Open,
    look: Callable[[Page, str], None],
    address: str,
    sqlite_house: House,
    ready: Ready,
    wide: bool,
) -> None:
    on = "desk" if wide else "phone"
    tab = f"{address}/office/requests/{ready.reference}/identity"
    office = handlers_page(app, sqlite_house, new_page, address, ready.staff.decider, wide=wide)
    office.goto(tab)
    look(office, f"identity-tab-{on}")
    office.get_by_role("link", name="They cannot read this e-mail address").click()
    office.get_by_role("button", name="Propose the new address").click()
    assert "Enter an e-mail address" in office.inner_text("main")
    look(office, f"new-address-faults-{on}")
    office.get_by_label("New e-mail address", exact=True).fill("amara.new@example.net")
    office.get_by_label("They came to us and showed who they are").check()
    office.get_by_label("What did you see or hear, and when?").fill("Passport, at the counter")
    office.get_by_role("button", name="Propose the new address").click()
    look(office, f"new-address-proposed-{on}")
    second = handlers_page(app, sqlite_house, new_page, address, ready.staff.seconder, wide=wide)
    second.goto(f"{address}/office/")
    second.get_by_role("link", name="New e-mail address to agree to").click()
    look(second, f"new-address-to-agree-{on}")
    second.get_by_role("button", name="Agree to the new address").click()
    assert "We write to it from" in second.inner_text("main")
    look(second, f"new-address-agreed-{on}")

    page = new_page(javascript=False, wide=wide)
    page.goto(f"{address}/your-request/{ready.reference}")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("textbox").fill(newest_code(sqlite_house))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Stop it").click()
    stop = new_page(wide=wide)  # the same browser with scripts, which the engine needs
    stop.context.add_cookies(
        [
            {"name": each["name"], "value": each["value"], "url": address}
            for each in page.context.cookies()
        ]
    )
    stop.goto(page.url)
    look(stop, f"stop-address-{on}")
    page.get_by_role("button", name="Stop the new e-mail address").click()
    assert "We go on writing to this e-mail address" in page.inner_text("body")
    second.goto(f"{tab}/address")
    look(second, f"new-address-stopped-{on}")
