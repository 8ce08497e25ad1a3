"""Programs that open e-mail before people do, and press everything they find, burn nothing; and
guessing comes nowhere.

`make scan` scans a thousand times, and `make guess` guesses a million.
"""

import os
import random
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.disclosure.models import DownloadLink, FileKind, Release
from portal.house import House
from portal.identity.codes import MOST_ISSUED, MOST_PRESSED, MOST_TRIES
from portal.identity.models import Visit
from portal.notifications.models import Notice
from tests.conftest import Clock
from tests.factories.disclosure import PASSPHRASE, Ready, answered, ready_to_decide

SCANS = int(os.environ.get("SCANS", "12"))
GUESSES = int(os.environ.get("GUESSES", "200"))
VIDEO = b"a video of one person"
# A scanner follows links from the page it was sent, and from the pages those lead to.
DEPTH = 2


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house, contents=[VIDEO])


@pytest.fixture
def link(sqlite_house: House, ready: Ready) -> DownloadLink:
    return answered(sqlite_house, ready)


class Found(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what can be followed, and what can be filled in."""
        given = {name: value or "" for name, value in attrs}
        address = given.get("href") or given.get("src") or ""
        if tag in ("a", "img", "video", "iframe") and address.startswith("/"):
            self.links.add(address.partition("#")[0])
        elif tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag in ("input", "textarea", "select", "button") and self.forms and "name" in given:
            self.forms[-1][1][given["name"]] = given.get("value", "")


class Scanner:
    """A program with cookies of its own. It keeps tokens, and types what chance gives it."""

    def __init__(self, client: FlaskClient, chance: random.Random) -> None:
        self.client, self.chance, self.seen = client, chance, set[str]()

    def scan(self, address: str, depth: int = DEPTH) -> None:
        """Fetch a page, press its every button with nothing and with something typed, and go on."""
        if address in self.seen or "/static/" in address:
            return
        self.seen.add(address)
        self.client.head(address)
        page = self.client.get(address, follow_redirects=True)
        if page.mimetype != "text/html" or depth < 0:
            return
        found = Found(page.text)
        for action, fields in found.forms:
            for typed in ("", self._something()):
                self._press(action or page.request.path, fields, typed)
        for further in sorted(found.links):
            self.scan(further, depth - 1)

    def _press(self, action: str, fields: dict[str, str], typed: str) -> None:
        data = {name: value or typed for name, value in fields.items()}
        led = self.client.post(action, data=data, follow_redirects=True)
        for further, more in Found(led.text).forms if led.mimetype == "text/html" else []:
            filled = {name: value or self._something() for name, value in more.items()}
            self.client.post(further or led.request.path, data=filled)

    def _something(self) -> str:
        digits = "".join(self.chance.choices("0123456789", k=8))
        letters = "".join(self.chance.choices("23456789BCDFGHJKMNPQRSTVWXYZ", k=4))
        return self.chance.choice([digits, letters, "test", "scanner@example.org", "1", "x" * 300])


def newest_code(house: House) -> str:
    with house.db.reading() as session:
        found = sa.select(Notice).where(Notice.kind == "code").order_by(Notice.written_at.desc())
        return str(session.scalars(found.limit(1)).one().fields["code"])


def visits(house: House) -> list[str]:
    with house.db.reading() as session:
        return [kind.value for kind in session.scalars(sa.select(Visit.purpose))]


def test_after_scanners_the_link_works_for_the_person(
    app: Flask, link: DownloadLink, sqlite_house: House, ready: Ready, clock: Clock
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    chance = random.Random(2026)
    for number in range(SCANS):
        Scanner(app.test_client(), chance).scan(f"/f/{link.selector}")
        assert not {"download", "footage"} & set(visits(sqlite_house)), number
    app.config["WTF_CSRF_ENABLED"] = False
    with sqlite_house.db.reading() as session:
        assert session.get_one(DownloadLink, link.id).revoked_at is None
        sent = len(session.scalars(sa.select(Notice).where(Notice.kind == "code")).all())
    assert sent <= MOST_PRESSED[0][0]
    clock.forward(seconds=1)
    person = app.test_client()
    led = person.post(f"/f/{link.selector}/send-code").location
    person.post(led, data={"reference": ready.reference})
    entered = person.post(f"/f/{link.selector}/code", data={"code": newest_code(sqlite_house)})
    assert entered.status_code == 303
    assert person.post(
        f"/f/{link.selector}/passphrase", data={"passphrase": PASSPHRASE}
    ).location.endswith(link.selector)
    copy = next(file for file in link.release.files if file.kind is FileKind.COPY)
    assert person.get(f"/f/{link.selector}/files/{copy.id}").data == VIDEO


@pytest.mark.slow
def test_guessing_opens_nothing(
    app: Flask, link: DownloadLink, sqlite_house: House, ready: Ready, clock: Clock
) -> None:
    """Whoever has the link and the reference, and as many addresses and browsers as they like,
    and waits out every limit there is, on a link that never runs out."""
    with sqlite_house.db.writing() as session:
        found = session.get_one(DownloadLink, link.id)
        found.expires_at = clock.at + timedelta(days=40_000)
        session.get_one(Release, link.release_id).expires_at = found.expires_at
    chance, guessed = random.Random(8), 0
    while guessed < GUESSES:
        guesser = app.test_client()
        here = {"REMOTE_ADDR": f"2001:db8:{chance.randrange(65_536):x}:{guessed % 65_536:x}::1"}
        while ask(guesser, link, ready, here) == 429:
            clock.forward(hours=1)
        guesses = {f"{chance.randrange(10**8):08}" for _ in range(MOST_TRIES)}
        for guess in guesses - {newest_code(sqlite_house)}:
            said = guesser.post(f"/f/{link.selector}/code", data={"code": guess}, environ_base=here)
            assert said.status_code == 422
            guessed += 1
    assert not {"download", "footage"} & set(visits(sqlite_house))


def ask(client: FlaskClient, link: DownloadLink, ready: Ready, here: dict[str, str]) -> int:
    """Ask for a code, as somebody who has our e-mail; says how that was answered."""
    typed = {"reference": ready.reference}
    answered = client.post(f"/f/{link.selector}/ask-again", data=typed, environ_base=here)
    return answered.status_code


def test_how_far_guessing_can_come() -> None:
    """The limits' arithmetic: a code at random is right once in 10^8. So many codes a day, and so
    many tries at each, on every day that a link can stand."""
    codes_a_day, within = MOST_ISSUED[1]
    assert within.days == 1
    tries = codes_a_day * MOST_TRIES * 60
    assert tries == 3_000
    # Before the passphrase: less than one link in thirty thousand, guessed at for two months.
    assert tries / 10**8 <= 1 / 30_000
