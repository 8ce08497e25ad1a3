"""Copies that leave without a link: two people, one gate, and a line in the book for each step."""

import errno
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from portal.audit.models import AuditEntry
from portal.disclosure.models import DownloadLink, FileKind, Handover, HandoverWay
from portal.disclosure.sending import PIECE, SendingStopped
from portal.errors import Upstream
from portal.expiry.models import MissingFile
from portal.house import House
from portal.sealing import SealedReader
from portal.worker import Worker
from tests.factories.disclosure import (
    Ready,
    answered,
    hand_over,
    place_hold,
    ready_to_decide,
    sign_in,
    withhold_line,
)

VIDEO = b"v" * (2 * PIECE + 5)


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house, contents=[VIDEO])


@pytest.fixture
def link(sqlite_house: House, ready: Ready) -> DownloadLink:
    return answered(sqlite_house, ready)


class Office:
    """Two handlers at their browsers, and the pages of one release."""

    def __init__(self, app: Flask, house: House, ready: Ready, link: DownloadLink) -> None:
        self.house, self.link = house, link
        self.page = f"/office/requests/{ready.reference}/release/{link.release_id}/handover"
        self.one, self.other = app.test_client(), app.test_client()
        sign_in(self.one, house, ready.staff.decider)
        sign_in(self.other, house, ready.staff.seconder)

    def prepare(self, way: str = "in_person") -> TestResponse:
        return self.one.post(self.page, data={"way": way})

    def do(self, who: FlaskClient, deed: str, **data: str) -> TestResponse:
        return who.post(f"{self.page}/{self.newest().id}/{deed}", data=data, buffered=False)

    def take(self, who: FlaskClient, file_id: UUID | None = None) -> TestResponse:
        copy = next(file for file in self.link.release.files if file.kind is FileKind.COPY)
        return self.do(who, f"copies/{file_id or copy.id}")

    def newest(self) -> Handover:
        with self.house.db.reading() as session:
            return session.scalars(sa.select(Handover).order_by(Handover.prepared_at.desc())).all()[
                0
            ]

    def deeds(self) -> list[str]:
        with self.house.db.reading() as session:
            return list(session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence)))


@pytest.fixture
def office(app: Flask, sqlite_house: House, ready: Ready, link: DownloadLink) -> Office:
    return Office(app, sqlite_house, ready, link)


def test_from_preparing_to_writing_it_down(office: Office, ready: Ready) -> None:
    assert "How do they get the copies?" in office.one.get(office.page).text
    assert office.prepare().status_code == 303
    assert office.take(office.one).status_code == 409
    assert office.do(office.one, "handed", shown="Passport seen").status_code == 409
    assert office.do(office.other, "agree").status_code == 303
    taken = office.take(office.one)
    assert taken.data == VIDEO
    assert taken.headers["Content-Length"] == str(len(VIDEO))
    assert office.do(office.one, "handed", shown="").status_code == 422
    assert office.do(office.one, "handed", shown="Passport seen").status_code == 303
    found = office.newest()
    assert str(found.handed_by) == ready.staff.decider.id
    assert (found.shown, found.way, len(found.copies)) == (
        "Passport seen",
        HandoverWay.IN_PERSON,
        1,
    )
    steps = ["handover.prepared", "handover.agreed", "copy.taken", "release.handed_over"]
    assert [deed for deed in office.deeds() if deed in steps] == steps
    assert "Passport seen" in office.one.get(office.page).text
    assert office.take(office.one).status_code == 409


def test_nobody_does_it_alone(office: Office, sqlite_house: House) -> None:
    office.prepare()
    assert office.do(office.one, "agree").status_code == 403
    with pytest.raises(IntegrityError), sqlite_house.db.writing() as session:
        session.execute(
            sa.update(Handover).values(agreed_by=Handover.prepared_by, agreed_at=sqlite_house.now())
        )


def test_who_may_agree_is_told_and_offered_it(office: Office, ready: Ready) -> None:
    office.prepare()
    for who, is_theirs in ((office.one, False), (office.other, True)):
        work = who.get("/office/").text
        assert ("Copies to hand over, to agree to" in work) is is_theirs
        assert ("Agree to this handover" in who.get(office.page).text) is is_theirs
    office.do(office.other, "agree")
    assert "Copies to hand over" not in office.other.get("/office/").text


def test_a_hold_stops_every_step(office: Office, sqlite_house: House, ready: Ready) -> None:
    office.prepare()
    office.do(office.other, "agree")
    place_hold(sqlite_house, ready.recording_ids[0])
    assert office.take(office.one).status_code == 409
    assert office.do(office.one, "handed", shown="Passport seen").status_code == 409
    assert office.do(office.one, "stop").status_code == 303
    assert office.prepare().status_code == 409
    assert "release.handed_over" not in office.deeds()


@pytest.mark.parametrize("happens", ["hold", "stop"])
def test_a_copy_that_is_being_taken_is_cut(
    office: Office, sqlite_house: House, ready: Ready, happens: str
) -> None:
    office.prepare()
    office.do(office.other, "agree")
    response = office.take(office.one)
    pieces = response.iter_encoded()
    assert len(next(pieces)) == PIECE
    if happens == "hold":
        place_hold(sqlite_house, ready.recording_ids[0])
    else:
        office.do(office.other, "stop")
    with pytest.raises(SendingStopped):
        next(pieces)
    response.close()


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "a bad disk"), Upstream("a store")])
def test_a_copy_that_cannot_be_read_on_ends_quietly(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """What gets to the web server is in its log, with an address that names the request."""
    office.prepare()
    office.do(office.other, "agree")
    response = office.take(office.one)
    pieces = response.iter_encoded()
    next(pieces)

    def broken(self: SealedReader, first: int, count: int = 1) -> list[bytes]:
        raise fault

    monkeypatch.setattr(SealedReader, "_opened", broken)
    with pytest.raises(SendingStopped):
        next(pieces)
    response.close()


def test_staff_hear_of_a_copy_that_was_damaged_further_on(
    office: Office, sqlite_house: House, link: DownloadLink
) -> None:
    office.prepare()
    office.do(office.other, "agree")
    copy = next(file for file in link.release.files if file.kind is FileKind.COPY)
    lies = sqlite_house.settings.data_folder / copy.storage_key
    content = bytearray(lies.read_bytes())
    content[len(content) // 2 + PIECE // 4] ^= 1
    lies.write_bytes(content)
    response = office.take(office.one)
    with pytest.raises(SendingStopped):
        list(response.iter_encoded())
    response.close()
    Worker(sqlite_house).pay_all()
    with sqlite_house.db.reading() as session:
        assert session.scalars(sa.select(MissingFile.key)).all() == [copy.storage_key]


def test_only_its_own_copies(office: Office, link: DownloadLink) -> None:
    office.prepare()
    office.do(office.other, "agree")
    letter = next(file for file in link.release.files if file.kind is FileKind.LETTER_PDF)
    assert office.take(office.one, letter.id).status_code == 404
    assert office.take(office.one, uuid4()).status_code == 404
    mixed = office.page.replace(str(link.release_id), str(uuid4()))
    assert office.one.get(mixed).status_code == 404
    assert office.one.post(f"{mixed}/{office.newest().id}/stop").status_code == 404


def test_one_at_a_time_and_again_after_it_was_stopped(office: Office) -> None:
    office.prepare("post")
    assert office.prepare("post").status_code == 409
    office.do(office.one, "stop")
    assert office.do(office.other, "agree").status_code == 409
    assert office.prepare("viewing").status_code == 303
    assert "Stopped by" in office.one.get(office.page).text


def test_without_video_there_is_nothing_to_hand_over(app: Flask, sqlite_house: House) -> None:
    ready = ready_to_decide(sqlite_house)
    link = answered(sqlite_house, ready, [withhold_line(ready.recording_ids[0])])
    office = Office(app, sqlite_house, ready, link)
    assert office.prepare().status_code == 409


def test_after_the_files_were_deleted_nothing_goes(
    office: Office, sqlite_house: House, ready: Ready, link: DownloadLink
) -> None:
    hand_over(sqlite_house, ready, link.release_id, way=HandoverWay.VIEWING)
    with sqlite_house.db.writing() as session:
        session.merge(link.release).files_deleted_at = sqlite_house.now()
    assert office.prepare().status_code == 410
