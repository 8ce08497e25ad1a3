"""The list of what was found, its map and its keys, in a real browser."""

import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from portal.actors import WORKER
from portal.db import Database, open_database
from portal.requests.commands.searching import search_and_preserve
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import LATITUDE, LONGITUDE, line
from tests.journeys.conftest import Open
from tests.journeys.people import SignIn, Staff
from tests.servers.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOW_MANY = 60
Look = Callable[[Page, str], None]


def walk(number: int, at: datetime) -> str:
    """Ten minutes of walking past the place; one in ten without a position, one in ten from afar
    to afar with a gap in which nobody knows where it was."""
    since = at + timedelta(minutes=number % 20)
    heading, aside = number * 0.7, (number % 9) * 0.0001
    has_gap = number % 10 == 4
    pace = 0.0004 if has_gap else 0.0001
    fixes = [
        [
            (since + timedelta(seconds=20 * step)).isoformat(),
            LATITUDE + aside + (step - 15) * pace * math.sin(heading),
            LONGITUDE + (step - 15) * 1.6 * pace * math.cos(heading),
            5.0,
        ]
        for step in range(31)
        if not (has_gap and 3 < step < 27)
    ]
    return line(
        f"walk-{number}",
        since,
        officer=f"L{1000 + number}",
        camera=f"BWC-{number}",
        media=f"{number}.mp4",
        track=[] if number % 10 == 7 else fixes,
    )


def street(name: str, north: float, east: float) -> str:
    """A line of the gazetteer: a street through there, from west to east or south to north."""
    along = [-0.004, 0.0, 0.004]
    positions = [
        [LATITUDE + (north or step), LONGITUDE + (step * 1.6 if north else east)] for step in along
    ]
    return json.dumps({"name": name, "kind": "street", "borough": "Lambeth", "line": positions})


@pytest.fixture
def database(portal: LivePortal) -> Iterator[Database]:
    """The live portal's database, with a catalogue and a gazetteer."""
    walks = [walk(number, HAPPENED_AT) for number in range(HOW_MANY)]
    streets = [
        street(f"{name} Street", 0.0003 + 0.001 * n, 0.0)
        for n, name in enumerate(("Alder", "Birch"))
    ] + [street(f"{name} Road", 0.0, 0.0004 + 0.0015 * n) for n, name in enumerate(("Elm", "Fir"))]
    (portal.folder / "catalogue.ndjson").write_text("\n".join(walks) + "\n")
    (portal.folder / "places.ndjson").write_text("\n".join(streets) + "\n")
    portal.portal("recordings", "places", str(portal.folder / "places.ndjson"))
    portal.portal("recordings", "import", str(portal.folder / "catalogue.ndjson"))
    database = open_database(portal.database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def reference(database: Database) -> str:
    """A request whose video was searched: everything that walked past was found."""
    with database.writing() as session:
        made = received(
            session,
            at=datetime.now(UTC) - timedelta(days=1),
            latitude=LATITUDE,
            longitude=LONGITUDE,
            borough="Lambeth",
        )
        found = search_and_preserve(
            session, request_id=made.id, by=WORKER, at=datetime.now(UTC)
        ).found
    assert found == HOW_MANY
    return made.reference


def chosen(page: Page) -> tuple[list[str], list[str], list[str]]:
    """The numbers that are chosen in the list, on the map and in the timeline."""
    return (
        page.locator(".office-row--chosen .office-number").all_inner_texts(),
        [text.rstrip("?") for text in page.locator(".office-pin--chosen").all_inner_texts()],
        page.locator(".office-bar--chosen .office-bar__number").all_text_contents(),
    )


def unplaced(page: Page) -> list[str]:
    """The numbers that the page says are not on the map."""
    said = page.locator("figcaption").all_inner_texts()
    return said[0].rpartition(": ")[2].rstrip(".").split(", ") if said else []


def focused(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def number_of(words: list[str]) -> str:
    """The number in the words of a row's link, which say more to who cannot see."""
    (said,) = words
    return "".join(letter for letter in said if letter.isdigit())


def test_the_list_the_map_and_the_keys(
    new_page: Open, portal: LivePortal, staff: dict[str, SignIn], reference: str, look: Look
) -> None:
    handler = Staff(new_page(wide=True), portal, lambda page, name: None)
    handler.sign_in(staff["handler"])
    page = handler.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    handler.request(reference, "/find-video")

    # The map takes the sketch's place, with a number for each row that has a position.
    expect(page.locator(".office-map.leaflet-container")).to_be_visible()
    expect(page.locator("svg.office-sketch")).to_be_hidden()
    rows = page.locator("tr[data-candidate]")
    assert rows.count() == 50
    assert page.locator(".office-pin").count() + len(unplaced(page)) == 50
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith(" m")
    assert page.get_by_role("button", name="Number 1,").count() == 1
    look(page, "find-video-map")
    page.set_viewport_size({"width": 375, "height": 800})
    look(page, "find-video-phone")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert [url for url in asked if not url.startswith(portal.address)] == []
    assert complaints == []

    # On the second page are those whose place is uncertain: told apart by shape, or not drawn.
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2**")
    expect(page.locator(".office-map.leaflet-container")).to_be_visible()
    drawn = page.locator(".office-pin--uncertain")
    assert drawn.count() + len(unplaced(page)) == HOW_MANY - 50
    assert all(text.endswith("?") for text in drawn.all_inner_texts())
    assert unplaced(page)
    page.go_back()
    expect(page.get_by_role("button", name="Number 1,")).to_be_visible()
    expect(page.locator(".office-map.leaflet-container")).to_be_visible()

    # Keys walk along the list, and the pictures follow.
    page.keyboard.press("j")
    page.keyboard.press("j")
    in_list, on_map, in_time = chosen(page)
    assert (number_of(in_list), on_map, in_time) == ("2", ["2"], ["2"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert chosen(page)[2] == ["1"]

    # A number on the map, by mouse and by keyboard, chooses the row; the way back is a link.
    page.get_by_role("button", name="Number 5,").press("Enter")
    assert number_of(chosen(page)[0]) == "5"
    page.get_by_role("button", name="Number 6,").press(" ")
    assert number_of(chosen(page)[0]) == "6"
    page.get_by_role("link", name="Go to its row").first.click()
    assert focused(page) == page.locator(".office-row--chosen").get_attribute("id")

    # The keys are shown, and can be switched off for good; letters in a box are letters.
    page.keyboard.press("?")
    box = page.get_by_label("Use single keys on this page")
    expect(box).to_be_visible()
    look(page, "find-video-keys")
    box.uncheck()
    handler.request(reference, "/find-video")
    page.keyboard.press("j")
    assert chosen(page) == ([], [], [])
    page.get_by_role("button", name="Keys").click()
    box.check()
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("just kicking a ball")
    assert number_of(chosen(page)[0]) == "1"

    # Enter in the box rejects, and the next row is chosen and has the focus.
    page.keyboard.press("Enter")
    expect(page.get_by_text("Number 1 is rejected.")).to_be_visible()
    assert number_of(chosen(page)[0]) == "2"
    assert focused(page) == page.locator(".office-row--chosen").get_attribute("id")
    page.keyboard.press("c")
    expect(page.get_by_text("Number 2 is confirmed.")).to_be_visible()
    assert number_of(chosen(page)[0]) == "3"
    expect(page.get_by_role("heading", name="To be judged (58)")).to_be_visible()
    page.keyboard.press("o")
    page.wait_for_url("**/office/recordings/**")


def test_without_scripts_and_on_a_phone(
    new_page: Open, portal: LivePortal, staff: dict[str, SignIn], reference: str
) -> None:
    handler = Staff(new_page(javascript=False), portal, lambda page, name: None)
    handler.sign_in(staff["handler"])
    page = handler.page
    handler.request(reference, "/find-video")

    expect(page.locator("svg.office-sketch")).to_be_visible()
    expect(page.locator(".office-map")).to_be_hidden()
    expect(page.get_by_role("button", name="Keys")).to_be_hidden()
    first = page.locator("tr[data-candidate]").first
    first.locator(".office-number").click()
    assert page.url.endswith(f"#drawn-{first.get_attribute('data-candidate')}")
    page.locator("svg.office-sketch a").first.click()
    assert "#candidate-" in page.url

    second = page.locator("tr[data-candidate]").nth(1)
    anchor = second.get_attribute("id")
    first.get_by_label("Reason").fill("Another street")
    first.get_by_role("button", name="Reject").click()
    assert page.url.endswith(f"#{anchor}")
    page.get_by_role("link", name="Rejected (1)").click()
    expect(page.get_by_text("Another street")).to_be_visible()
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]

    # A row is a card that is read without scrolling sideways, and still one of a table.
    page.set_viewport_size({"width": 375, "height": 800})
    handler.request(reference, "/find-video")
    pane = page.locator(".portal-scroll", has=page.locator(".office-candidates")).first
    assert pane.evaluate("pane => pane.scrollWidth <= pane.clientWidth")
    headings = pane.get_by_role("columnheader").all_text_contents()
    assert headings == ["Tick", "No.", "Recording", "Why it matched", "Verdict"]
    assert pane.get_by_role("row").count() == 51
    assert pane.get_by_role("row").nth(1).get_by_role("cell").count() == 4
