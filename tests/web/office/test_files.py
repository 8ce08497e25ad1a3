"""A file that is gone is seen by whoever can put it back, and by the watch of the machine."""

from flask.testing import FlaskClient

from portal.actors import WORKER, Role
from portal.expiry.commands.reconciling import note_missing
from portal.expiry.naming import Expected
from portal.house import House
from tests.web.conftest import SignedIn

GONE = [
    Expected("sealed", "releases/3f9c.age", "release BWV-7K3Q-M2XD"),
    Expected("footage", "REC-1.mp4", "recording 7"),
]


def lose(house: House, *gone: Expected) -> None:
    with house.db.writing() as session:
        note_missing(session, gone, by=WORKER, at=house.now())


def test_what_is_gone_is_listed_with_what_needs_it(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    lose(sqlite_house, *GONE)
    page = signed_in(Role.ADMINISTRATOR).get("/office/files").text
    for words in ("Release BWV-7K3Q-M2XD", "releases/3f9c.age", "Recording 7", "Master footage"):
        assert words in page
    lose(sqlite_house)
    assert "None. Every file" in signed_in(Role.ADMINISTRATOR).get("/office/files").text


def test_my_work_warns_an_administrator_whatever_else_they_do(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    browsers = [signed_in(Role.ADMINISTRATOR), signed_in(Role.ADMINISTRATOR, Role.INTAKE)]
    assert not any("gone or" in browser.get("/office/").text for browser in browsers)
    lose(sqlite_house, *GONE)
    for browser in browsers:
        page = browser.get("/office/").text
        assert "2 files that should be there are gone or damaged." in page
        assert 'href="/office/files"' in page
    lose(sqlite_house, GONE[0])
    assert "1 file that should be there is gone or damaged." in browsers[0].get("/office/").text


def test_nobody_else_sees_them(sqlite_house: House, signed_in: SignedIn) -> None:
    lose(sqlite_house, *GONE)
    other = signed_in(Role.INTAKE)
    assert "gone or" not in other.get("/office/").text
    assert other.get("/office/files").status_code == 403


def test_the_readiness_check_warns_and_stays_as_ready_as_it_was(
    sqlite_house: House, client: FlaskClient
) -> None:
    before = client.get("/readyz").json
    lose(sqlite_house, *GONE)
    after = client.get("/readyz").json
    assert before is not None and after is not None
    told = "2 files that should be there are gone or damaged"
    assert after["warnings"] == [*before["warnings"], told]
    assert after["ready"] == before["ready"]
