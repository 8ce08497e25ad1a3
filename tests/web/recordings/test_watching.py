"""Watching a recording: for a request, in ranges, and written in the book."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.actors import Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.recordings.models import Preservation, Recording
from portal.requests.models import FootageRequest
from tests.conftest import Clock
from tests.factories.applicants import received
from tests.factories.disclosure import confirm, recording
from tests.web.conftest import SignedIn

CONTENT = bytes(range(256)) * 40


@dataclass(frozen=True)
class Filmed:
    """A recording on a request's list."""

    recording_id: int
    reference: str

    @property
    def page(self) -> str:
        """Its page."""
        return f"/office/recordings/{self.recording_id}?for={self.reference}"

    @property
    def footage(self) -> str:
        """Its video."""
        return f"/office/recordings/{self.recording_id}/footage?for={self.reference}"


@pytest.fixture
def filmed(sqlite_house: House) -> Filmed:
    """A recording with a file, confirmed for a request."""
    with sqlite_house.db.writing() as session:
        footage_request = received(session, at=sqlite_house.now())
        found = recording(sqlite_house, session, content=CONTENT)
        confirm(session, footage_request.id, [found], at=sqlite_house.now())
        return Filmed(found.id, footage_request.reference)


def _deeds(house: House, filmed: Filmed) -> list[str]:
    with house.db.reading() as session:
        found = session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.subject == filmed.reference)
            .order_by(AuditEntry.sequence)
        )
        return [one.deed for one in found if one.details.get("recording") == filmed.recording_id]


def _fetch(client: FlaskClient, address: str, wanted: str | None = None) -> TestResponse:
    """The video's bytes, with the file shut again."""
    answer = client.get(address, headers={"Range": wanted} if wanted else {})
    answer.get_data()
    answer.close()
    return answer


def test_every_view_of_the_page_is_in_the_book(
    filmed: Filmed, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SEARCHER)

    assert "<video" in client.get(filmed.page).text
    client.get(filmed.page)

    assert _deeds(sqlite_house, filmed) == ["recording.viewed", "recording.viewed"]


def test_the_video_comes_whole_or_in_ranges(
    filmed: Filmed, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SECONDER)

    whole = _fetch(client, filmed.footage)
    part = _fetch(client, filmed.footage, "bytes=1000-1999")
    beyond = _fetch(client, filmed.footage, "bytes=999999-")

    assert (whole.status_code, whole.data, whole.mimetype) == (200, CONTENT, "video/mp4")
    assert (part.status_code, part.data) == (206, CONTENT[1000:2000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(CONTENT)}"
    assert beyond.status_code == 416
    assert whole.headers["Cache-Control"] == "no-store"


def test_one_playing_is_one_entry_not_one_a_range(
    filmed: Filmed, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.DECISION_MAKER)
    for begin in (0, 1000, 2000, 3000):
        _fetch(client, filmed.footage, f"bytes={begin}-")
    assert _deeds(sqlite_house, filmed) == ["footage.played"]

    _fetch(client, filmed.footage, "bytes=0-")
    assert _deeds(sqlite_house, filmed) == ["footage.played"] * 2


def test_skipping_the_first_byte_hides_nothing(
    filmed: Filmed, sqlite_house: House, signed_in: SignedIn, clock: Clock
) -> None:
    client = signed_in(Role.DECISION_MAKER)

    _fetch(client, filmed.footage, "bytes=1-")
    _fetch(client, filmed.footage, "bytes=-500")
    assert _deeds(sqlite_house, filmed) == ["footage.played"]

    _fetch(signed_in(Role.SEARCHER), filmed.footage, "bytes=1-")
    assert _deeds(sqlite_house, filmed) == ["footage.played"] * 2


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.INTAKE, Role.HOLD_OWNER])
def test_the_others_see_no_footage(
    filmed: Filmed, sqlite_house: House, signed_in: SignedIn, role: Role
) -> None:
    client = signed_in(role)

    assert client.get(filmed.page).status_code == 403
    assert client.get(filmed.footage).status_code == 403
    assert _deeds(sqlite_house, filmed) == []


def test_nobody_watches_without_a_request_that_wants_it(
    filmed: Filmed, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        other = received(session, at=sqlite_house.now())
    client, address = signed_in(Role.SEARCHER), f"/office/recordings/{filmed.recording_id}"

    for wanted in ("", "?for=", "?for=BWV-2222-2222", f"?for={other.reference}"):
        assert client.get(address + wanted).status_code == 404
        assert client.get(f"{address}/footage{wanted}").status_code == 404
    assert _deeds(sqlite_house, filmed) == []


def test_the_page_says_what_keeps_the_video(
    filmed: Filmed, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SEARCHER)
    assert "unless it is held" in client.get(filmed.page).text
    with sqlite_house.db.writing() as session:
        reference = FootageRequest.reference == filmed.reference
        wanted_for = session.scalars(sa.select(FootageRequest.id).where(reference)).one()
        session.add(
            Preservation(
                request_id=wanted_for,
                recording_id=filmed.recording_id,
                placed_at=sqlite_house.now(),
            )
        )
    kept = client.get(filmed.page).text
    assert "For 1 request" in kept
    assert "Usual deletion" not in kept


def test_what_was_deleted_is_gone(filmed: Filmed, sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        row = session.get_one(Recording, filmed.recording_id)
        row.deleted_at, row.deleted_why = sqlite_house.now(), "not evidence, and older than 31 days"
    client = signed_in(Role.SEARCHER)

    page = client.get(filmed.page).text

    assert "<video" not in page
    assert "This recording was deleted on 2 November 2026" in page
    assert client.get(filmed.footage).status_code == 410
