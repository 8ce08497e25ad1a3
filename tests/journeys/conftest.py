"""A live portal, a real Chromium, and the accessibility engine on every page that is seen."""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from portal.actors import Role
from portal.demo.footage.filming import film
from portal.demo.footage.overlay import Stamp
from portal.demo.scenes import Shot, Walk
from portal.ids import digest
from tests.factories.catalogue import LATITUDE, LONGITUDE, line
from tests.journeys.people import SignIn
from tests.servers.live import LivePortal, live_portal

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
HOLD_TO = """
    rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found =>
        found.violations.map(fault => [fault.id, fault.nodes.map(node => node.html.slice(0, 200))])
    )
"""
# `make screenshots` names a folder here; otherwise nothing is drawn.
GALLERY = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run; every journey has a context, and so cookies, of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_ARGUMENTS)
        )
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Open]:
    """Call it for a page in a browser of its own: `wide` for staff, `javascript=False` without."""
    contexts = []

    def open_page(*, wide: bool = False, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 900} if wide else {"width": 390, "height": 844},
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def looked_at() -> set[tuple[str, str]]:
    """The pages that the accessibility engine found nothing in, each with the size it had."""
    return set()


@pytest.fixture
def look(looked_at: set[tuple[str, str]]) -> Callable[[Page, str], None]:
    """Hold a page to the accessibility engine, and draw it when a gallery is wanted. A page that
    is the same to the letter as one before, but for the token of its form, is not held twice."""

    def at(page: Page, name: str) -> None:
        page.wait_for_load_state()  # a page that only begins to come has nothing to look at
        same = re.sub(r'(name="csrf_token"[^>]* value=")[^"]*', r"\1", page.content())
        seen = (digest(same), str(page.viewport_size))
        if seen not in looked_at:
            page.evaluate(AXE.read_text())
            # Of everything that the engine has to say, only the faults come over from the browser.
            faults = page.evaluate(HOLD_TO, list(RULES))
            assert not faults, f"{name}: {faults}"
            looked_at.add(seen)
        if GALLERY:
            page.screenshot(path=f"{GALLERY}/{name}.png", full_page=True)

    return at


@pytest.fixture(scope="session")
def running_portal(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[LivePortal]:
    """A live portal on SQLite, for all journeys one after the other."""
    with live_portal(tmp_path_factory.mktemp("portal"), sqlite_template) as running:
        yield running


@pytest.fixture
def portal(running_portal: LivePortal, sqlite_template: Path) -> Iterator[LivePortal]:
    """A live portal with nothing in it."""
    yield running_portal
    running_portal.begin_anew(sqlite_template)


PASSPHRASE = "a passphrase for tests only"
STAFF = {
    "handler": (Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER),
    "second": (Role.SECONDER,),
    "holds": (Role.HOLD_OWNER,),
    "senior": (Role.SENIOR_REVIEWER,),
    "dpo": (Role.DATA_PROTECTION_OFFICER, Role.SECONDER),
    "auditor": (Role.AUDITOR,),
    "admin": (Role.ADMINISTRATOR,),
}


class Staffing(dict[str, SignIn]):
    """Handlers, each added at the command line when a journey first needs one."""

    def __init__(self, portal: LivePortal) -> None:
        super().__init__()
        self._portal = portal

    def __missing__(self, name: str) -> SignIn:
        words = [word for role in STAFF[name] for word in ("--role", role.value)]
        told = self._portal.portal(
            *("handlers", "add", name, "--name", name.capitalize(), "--json", *words),
            HANDLER_PASSPHRASE=PASSPHRASE,
        )
        self[name] = SignIn(name, PASSPHRASE, json.loads(told)["authenticator_secret"])
        return self[name]


@pytest.fixture
def staff(portal: LivePortal) -> dict[str, SignIn]:
    """How the handlers sign in, by their names."""
    return Staffing(portal)


@dataclass(frozen=True)
class Filmed:
    """What happened, and what was filmed of it: one free recording, one that is evidence."""

    at: datetime
    street: str
    free_officer: str
    held_officer: str
    matter: str
    free_sha256: str


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Two real videos: H.264 pictures with moving faces, and AAC sound."""
    folder = tmp_path_factory.mktemp("films")
    at = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
    shot = Shot("street", 3, (Walk(0, ((0.0, 0.3, 0.5, 0.3), (3.0, 0.7, 0.5, 0.3))),))
    made = []
    for number in (1, 2):
        path = folder / f"{number}.mp4"
        film(shot, path, stamp=Stamp(at, f"BWC-{number}", f"L{number}"))
        made.append(path.read_bytes())
    return made[0], made[1]


@pytest.fixture
def filmed(portal: LivePortal, films: tuple[bytes, bytes]) -> Filmed:
    """A catalogue and a gazetteer, taken in at the command line."""
    # An hour of which nobody asks "the night before or after?", whatever the time is now.
    at = (datetime.now(UTC) - timedelta(days=6)).replace(hour=17, minute=0, second=0, microsecond=0)
    for name, content in zip(("free.mp4", "held.mp4"), films, strict=True):
        (portal.folder / "footage" / name).write_bytes(content)
    hashes = [digest(content) for content in films]
    catalogue = [
        line("free", at, officer="L1234", media="free.mp4", sha256=hashes[0]),
        line("held", at, officer="L2087", media="held.mp4", sha256=hashes[1], matter="OP-HERON-1"),
        line("other", at + timedelta(minutes=5), officer="L3000"),
        line("elsewhere", at, north=0.2, officer="L4000"),
    ]
    (portal.folder / "catalogue.ndjson").write_text("\n".join(catalogue) + "\n")
    place = {
        "name": "Marlow Street",
        "kind": "street",
        "borough": "Lambeth",
        "point": [LATITUDE, LONGITUDE],
        "line": [[LATITUDE, LONGITUDE - 0.0005], [LATITUDE, LONGITUDE + 0.0005]],
        "polygon": None,
    }
    (portal.folder / "places.ndjson").write_text(json.dumps(place) + "\n")
    portal.portal("recordings", "places", str(portal.folder / "places.ndjson"))
    portal.portal("recordings", "import", str(portal.folder / "catalogue.ndjson"))
    return Filmed(at, "Marlow Street", "L1234", "L2087", "OP-HERON-1", hashes[0])


@pytest.fixture
def passport(tmp_path: Path) -> Path:
    """A photo of a document, as a phone makes one."""
    picture = Image.new("RGB", (1200, 800), "#e8e2d0")
    ImageDraw.Draw(picture).text((80, 80), "PASSPORT  AMARA LINDSTROM", fill="black")
    path = tmp_path / "passport.jpg"
    picture.save(path, "JPEG")
    return path
