"""The public's way to an answer: the door, the code, the files, and every way it is stopped."""

import hashlib
import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.actors import PUBLIC
from portal.audit.models import AuditEntry
from portal.disclosure.commands import revoke
from portal.disclosure.models import DownloadLink, FileKind, Opening, OpeningKind, ReleaseFile
from portal.disclosure.sending import PIECE, SendingStopped
from portal.house import House
from portal.identity.codes import MOST_TRIES
from portal.identity.commands.codes import end_visits
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_token
from portal.notifications.models import Notice
from portal.requests.commands.drafting import keep_answer, open_draft
from tests.conftest import Clock
from tests.factories.disclosure import (
    EMAIL,
    PASSPHRASE,
    Ready,
    answered,
    link_of,
    place_hold,
    ready_to_decide,
)

LONG = random.Random(7).randbytes(3 * PIECE + 12_345)


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house, contents=[LONG, b"a short one"])


@pytest.fixture
def link(sqlite_house: House, ready: Ready) -> DownloadLink:
    return answered(sqlite_house, ready)


def last_code(house: House) -> str:
    with house.db.reading() as session:
        notices = session.scalars(sa.select(Notice).where(Notice.kind == "code")).all()
    newest = max(notices, key=lambda notice: notice.written_at)
    assert newest.to == EMAIL
    return str(
        [notice for notice in notices if notice.written_at == newest.written_at][-1].fields["code"]
    )


def enter(house: House, client: FlaskClient, link: DownloadLink) -> TestResponse:
    """Type the code, and then what opens video."""
    entered = type_the_code(house, client, link)
    unlock(client, link)
    return entered


def type_the_code(house: House, client: FlaskClient, link: DownloadLink) -> TestResponse:
    client.post(f"/f/{link.selector}/send-code")
    return client.post(f"/f/{link.selector}/code", data={"code": last_code(house)})


def unlock(client: FlaskClient, link: DownloadLink, typed: str = PASSPHRASE) -> TestResponse:
    return client.post(f"/f/{link.selector}/passphrase", data={"passphrase": typed})


def copy_of(link: DownloadLink, number: int = 0) -> ReleaseFile:
    return [file for file in link.release.files if file.kind is FileKind.COPY][number]


def file_of(link: DownloadLink, kind: FileKind) -> ReleaseFile:
    return next(file for file in link.release.files if file.kind is kind)


def path_of(link: DownloadLink, file: ReleaseFile) -> str:
    return f"/f/{link.selector}/files/{file.id}"


def openings(house: House, kind: OpeningKind) -> list[Opening]:
    with house.db.reading() as session:
        found = session.scalars(sa.select(Opening).where(Opening.what == kind).order_by(Opening.id))
        return list(found)


@pytest.fixture
def inside(sqlite_house: House, client: FlaskClient, link: DownloadLink) -> FlaskClient:
    """A browser in which the code was typed."""
    assert enter(sqlite_house, client, link).status_code == 303
    return client


# The door


def bare(page: TestResponse, selector: str) -> str:
    """The page without what differs from one address and one browser to the next."""
    text = page.text.replace(selector, "SELECTOR")
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", text)


def test_a_name_nobody_gave_out_gets_the_same_pages(
    app: Flask, link: DownloadLink, sqlite_house: House
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    unknown = new_token(128)
    for path in ("", "/code"):
        known_page = app.test_client().get(f"/f/{link.selector}{path}")
        other_page = app.test_client().get(f"/f/{unknown}{path}")
        assert known_page.status_code == other_page.status_code == 200
        assert bare(known_page, link.selector) == bare(other_page, unknown)
        assert set(known_page.headers.keys()) == set(other_page.headers.keys())
        assert "BWV" not in known_page.text


def test_asking_for_and_typing_codes_goes_the_same_way_for_a_name_nobody_gave_out(
    app: Flask, link: DownloadLink, sqlite_house: House
) -> None:
    unknown = new_token(128)
    told = []
    for selector in (link.selector, unknown):
        client = app.test_client()
        pages = [client.post(f"/f/{selector}/send-code")]
        for _ in range(MOST_TRIES + 1):
            pages.append(client.post(f"/f/{selector}/code", data={"code": "00000000"}))
        pages.append(client.post(f"/f/{selector}/send-code"))
        pages.append(client.post(f"/f/{selector}/send-code"))
        for typed in ("", "2222", "BWV-2222-2222"):
            pages.append(client.post(f"/f/{selector}/ask-again", data={"reference": typed}))
        told.append([(page.status_code, bare(page, selector)) for page in pages])
    assert told[0] == told[1]
    assert told[0][-4][1].count("ask-again")
    assert [status for status, _ in told[0][-3:]] == [422] * 3
    assert code_notices(sqlite_house) == [EMAIL] * 2


def code_notices(house: House) -> list[str]:
    """To whom codes were sent."""
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Notice.to).where(Notice.kind == "code")))


def test_buttons_that_were_pressed_leave_codes_for_people(
    app: Flask, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    for _ in range(30):
        app.test_client().post(f"/f/{link.selector}/send-code")
    assert len(code_notices(sqlite_house)) == 2
    person = app.test_client()
    led = person.post(f"/f/{link.selector}/send-code")
    assert led.location == f"/f/{link.selector}/ask-again"
    typed = {"reference": ready.reference[-4:].lower()}
    assert person.post(led.location, data=typed).location == f"/f/{link.selector}/code"
    entered = person.post(f"/f/{link.selector}/code", data={"code": last_code(sqlite_house)})
    assert entered.status_code == 303
    assert unlock(person, link).location == f"/f/{link.selector}"
    assert person.get(path_of(link, copy_of(link, 1))).data == b"a short one"
    # Somebody who knows the reference comes no further than anybody did before: three in all.
    assert person.post(led.location, data={"reference": ready.reference}).status_code == 429


def test_looking_changes_nothing(
    client: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    def counts() -> list[int]:
        with sqlite_house.db.reading() as session:
            tables = ("one_time_code", "visit", "opening", "notice", "audit_entry")
            return [session.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in tables]

    before = counts()
    for path in ("", "/code", "/not-me", "/letter", f"/files/{copy_of(link).id}"):
        for method in (client.get, client.head):
            method(f"/f/{link.selector}{path}", headers={"Accept": "text/html"})
    assert counts() == before


def test_without_a_code_files_are_nowhere(client: FlaskClient, link: DownloadLink) -> None:
    path = path_of(link, copy_of(link))
    assert client.get(path).status_code == 404
    to_the_door = client.get(path, headers={"Accept": "text/html,*/*"})
    assert to_the_door.status_code == 303
    assert to_the_door.location == f"/f/{link.selector}"
    assert client.get(f"/f/{link.selector}/letter").status_code == 404


# The code


def test_the_code_opens_the_page_for_an_hour(
    inside: FlaskClient, link: DownloadLink, clock: Clock, ready: Ready
) -> None:
    page = inside.get(f"/f/{link.selector}")
    assert ready.reference in page.text
    assert "30 November 2026" in page.text
    assert copy_of(link).sha256 in page.text
    clock.forward(minutes=61)
    assert "Send me a code" in inside.get(f"/f/{link.selector}").text


def test_a_code_typed_wrong_five_times_is_dead(
    client: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    client.post(f"/f/{link.selector}/send-code")
    code = last_code(sqlite_house)
    wrong = "11111111" if code != "11111111" else "22222222"
    for _ in range(MOST_TRIES):
        page = client.post(f"/f/{link.selector}/code", data={"code": wrong})
        assert page.status_code == 422
    page = client.post(f"/f/{link.selector}/code", data={"code": code})
    assert "no longer works" in page.text
    assert len(openings(sqlite_house, OpeningKind.CODE_WRONG)) == MOST_TRIES + 1


def test_a_code_works_once(inside: FlaskClient, link: DownloadLink, sqlite_house: House) -> None:
    page = inside.post(f"/f/{link.selector}/code", data={"code": last_code(sqlite_house)})
    assert page.status_code == 422


def test_a_code_is_good_only_in_the_browser_that_asked(
    app: Flask, client: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    client.post(f"/f/{link.selector}/send-code")
    other = app.test_client()
    page = other.post(f"/f/{link.selector}/code", data={"code": last_code(sqlite_house)})
    assert page.status_code == 422
    assert "Send me a code" in other.get(f"/f/{link.selector}").text


def test_a_browser_key_planted_before_the_code_opens_nothing(
    app: Flask, client: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    client.get(f"/f/{link.selector}")
    with client.session_transaction() as cookie:
        planted = cookie["browser"]
    stranger = app.test_client()
    with stranger.session_transaction() as cookie:
        cookie["browser"] = planted
    assert enter(sqlite_house, client, link).status_code == 303
    with client.session_transaction() as cookie:
        assert cookie["browser"] != planted
    assert client.get(path_of(link, copy_of(link, 1))).data == b"a short one"
    assert "Send me a code" in stranger.get(f"/f/{link.selector}").text
    assert stranger.get(path_of(link, copy_of(link, 1))).status_code == 404


def test_a_wrong_code_leaves_the_browser_its_key(
    client: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    client.post(f"/f/{link.selector}/send-code")
    with client.session_transaction() as cookie:
        before = cookie["browser"]
    code = last_code(sqlite_house)
    wrong = "11111111" if code != "11111111" else "22222222"
    client.post(f"/f/{link.selector}/code", data={"code": wrong})
    with client.session_transaction() as cookie:
        assert cookie["browser"] == before
    assert client.post(f"/f/{link.selector}/code", data={"code": code}).status_code == 303


def test_what_the_browser_had_open_follows_it_to_its_new_key(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    with inside.session_transaction() as cookie:
        browser = digest(cookie["browser"])
    with sqlite_house.db.writing() as session:
        at = sqlite_house.now()
        keep_answer(session, browser=browser, question="about", answer={}, draft_days=7, at=at)
    other = answered(sqlite_house, ready_to_decide(sqlite_house, contents=[b"another"]))
    clock.forward(minutes=1)
    assert enter(sqlite_house, inside, other).status_code == 303
    assert inside.get(path_of(other, copy_of(other))).data == b"another"
    assert inside.get(path_of(link, copy_of(link, 1))).data == b"a short one"
    with inside.session_transaction() as cookie:
        renewed = digest(cookie["browser"])
    with sqlite_house.db.reading() as session:
        assert open_draft(session, browser=renewed, at=at) is not None
        assert open_draft(session, browser=browser, at=at) is None


def test_the_forms_behind_the_code_work_with_their_tokens(
    app: Flask, client: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    def press(page: str, action: str, **data: str) -> TestResponse:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]*)', client.get(page).text)
        assert token
        return client.post(action, data={**data, "csrf_token": token[1]})

    door = f"/f/{link.selector}"
    press(door, f"{door}/send-code")
    typed = press(f"{door}/code", f"{door}/code", code=last_code(sqlite_house))
    assert typed.status_code == 303
    assert press(f"{door}/not-me", f"{door}/not-me").location == "/link-closed"
    assert link_of(sqlite_house, ready).revoked_at is not None


def test_a_code_runs_out(
    client: FlaskClient, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    client.post(f"/f/{link.selector}/send-code")
    clock.forward(minutes=10)
    page = client.post(f"/f/{link.selector}/code", data={"code": last_code(sqlite_house)})
    assert page.status_code == 422


def test_a_visit_opens_one_link_only(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    other = answered(sqlite_house, ready_to_decide(sqlite_house, contents=[b"another"]))
    assert inside.get(path_of(other, copy_of(other))).status_code == 404
    mixed = f"/f/{link.selector}/files/{copy_of(other).id}"
    assert inside.get(mixed).status_code == 404


@pytest.mark.parametrize("typed", ["", "  ", "x" * 1000, "\x00", "１２３４５６７８"])
def test_odd_codes_get_words(client: FlaskClient, link: DownloadLink, typed: str) -> None:
    page = client.post(f"/f/{link.selector}/code", data={"code": typed})
    assert page.status_code == 422
    assert "There is a problem" in page.text


# The files


def test_a_whole_file(inside: FlaskClient, link: DownloadLink, sqlite_house: House) -> None:
    asked = copy_of(link)
    got = inside.get(path_of(link, asked))
    assert got.status_code == 200
    assert got.data == LONG
    assert got.headers["Content-Length"] == str(len(LONG))
    assert got.headers["Accept-Ranges"] == "bytes"
    assert got.headers["ETag"] == f'"{asked.sha256}"'
    assert got.headers["Content-Disposition"] == f'attachment; filename="{asked.name}"'
    assert got.mimetype == "video/mp4"
    assert got.headers["Cache-Control"] == "no-store"
    got.close()
    (opening,) = openings(sqlite_house, OpeningKind.DOWNLOADED)
    assert (opening.first_byte, opening.bytes_sent) == (0, len(LONG))
    with sqlite_house.db.reading() as session:
        deeds = list(session.scalars(sa.select(AuditEntry.deed)))
    assert deeds.count("release.opened") == 1
    assert deeds.count("file.opened") == 1


def test_random_ranges_are_the_slice(inside: FlaskClient, link: DownloadLink) -> None:
    chance = random.Random(20)
    path = path_of(link, copy_of(link))
    for _ in range(40):
        first = chance.randrange(len(LONG))
        last = min(len(LONG) - 1, first + chance.choice([0, 1, 100, 70_000, PIECE, len(LONG)]))
        got = inside.get(path, headers={"Range": f"bytes={first}-{last}"})
        assert got.status_code == 206
        assert got.data == LONG[first : last + 1]
        assert got.headers["Content-Range"] == f"bytes {first}-{last}/{len(LONG)}"
        assert got.headers["Content-Length"] == str(last - first + 1)


def test_the_end_and_the_rest_of_a_file(inside: FlaskClient, link: DownloadLink) -> None:
    path = path_of(link, copy_of(link))
    assert inside.get(path, headers={"Range": "bytes=-500"}).data == LONG[-500:]
    assert inside.get(path, headers={"Range": "bytes=3000000-"}).data == LONG[3_000_000:]


def test_a_range_outside_the_file(inside: FlaskClient, link: DownloadLink) -> None:
    got = inside.get(path_of(link, copy_of(link)), headers={"Range": f"bytes={len(LONG)}-"})
    assert got.status_code == 416
    assert got.headers["Content-Range"] == f"bytes */{len(LONG)}"
    assert got.data == b""


def test_if_range_guards_against_another_file(inside: FlaskClient, link: DownloadLink) -> None:
    asked = copy_of(link)
    ranged = {"Range": "bytes=0-9"}
    same = inside.get(path_of(link, asked), headers={**ranged, "If-Range": f'"{asked.sha256}"'})
    assert same.status_code == 206
    for other in ('"another"', f'W/"{asked.sha256}"', "Mon, 02 Nov 2026 09:30:00 GMT"):
        got = inside.get(path_of(link, asked), headers={**ranged, "If-Range": other})
        assert (got.status_code, len(got.data)) == (200, len(LONG))


def test_head_tells_and_sends_nothing(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    got = inside.head(path_of(link, copy_of(link)))
    assert (got.status_code, got.data) == (200, b"")
    assert got.headers["Content-Length"] == str(len(LONG))
    assert openings(sqlite_house, OpeningKind.DOWNLOADED) == []


def test_a_video_can_be_played_and_nothing_else_is_inline(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    played = inside.get(path_of(link, copy_of(link)) + "?play=1", headers={"Range": "bytes=0-99"})
    assert played.headers["Content-Disposition"].startswith("inline")
    assert len(openings(sqlite_house, OpeningKind.PLAYED)) == 1
    page = inside.get(path_of(link, file_of(link, FileKind.LETTER_HTML)) + "?play=1")
    assert page.headers["Content-Disposition"].startswith("attachment")


def test_the_letter_is_a_page_in_which_nothing_can_run(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    page = inside.get(f"/f/{link.selector}/letter")
    assert "Your video is ready" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert len(openings(sqlite_house, OpeningKind.READ)) == 1


def test_every_file_that_the_manifest_lists_can_be_saved(
    inside: FlaskClient, link: DownloadLink
) -> None:
    page = inside.get(f"/f/{link.selector}").text
    for each in link.release.files:
        assert f'href="{path_of(link, each)}"' in page
        saved = inside.get(path_of(link, each))
        assert saved.headers["Content-Disposition"] == f'attachment; filename="{each.name}"'
        saved.close()


def test_what_is_downloaded_hashes_to_the_manifest(inside: FlaskClient, link: DownloadLink) -> None:
    listed = inside.get(path_of(link, file_of(link, FileKind.MANIFEST))).text
    lines = [line for line in listed.splitlines() if not line.startswith("#")]
    sums = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    package = inside.get(path_of(link, file_of(link, FileKind.PACKAGE))).data
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        inside_zip = {Path(name).name: archive.read(name) for name in archive.namelist()}
    for name, sha256 in sums.items():
        alone = next(file for file in link.release.files if file.name == name)
        content = inside.get(path_of(link, alone)).data
        assert hashlib.sha256(content).hexdigest() == sha256
        assert inside_zip[name] == content


# Everything that stops it


def test_a_hold_placed_later_stops_the_next_range_and_the_package(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    first, second = copy_of(link), copy_of(link, 1)
    assert inside.get(path_of(link, first), headers={"Range": "bytes=0-99"}).status_code == 206
    place_hold(sqlite_house, ready.recording_ids[0])
    stopped = inside.get(path_of(link, first), headers={"Range": "bytes=100-199"})
    assert stopped.status_code == 409
    assert LONG[100:120] not in stopped.data
    assert inside.get(path_of(link, file_of(link, FileKind.PACKAGE))).status_code == 409
    assert inside.get(path_of(link, second)).data == b"a short one"
    for kind in (FileKind.LETTER_PDF, FileKind.LETTER_HTML, FileKind.MANIFEST):
        assert inside.get(path_of(link, file_of(link, kind))).status_code == 409
    page = inside.get(f"/f/{link.selector}")
    assert "We cannot give you this video at the moment" in page.text
    assert "We cannot give you our letter at the moment" in page.text
    assert first.name not in page.text
    assert first.sha256 not in page.text
    assert second.sha256 in page.text


def test_a_hold_cuts_a_stream_that_is_running(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    sent = cut_short(inside, link, lambda: str(place_hold(sqlite_house, ready.recording_ids[0])))
    assert sent == PIECE
    (opening,) = openings(sqlite_house, OpeningKind.DOWNLOADED)
    assert opening.bytes_sent == PIECE


def test_revoking_cuts_a_stream_that_is_running(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    def close_it() -> None:
        with sqlite_house.db.writing() as session:
            revoke(session, link_id=link.id, why="Lost.", by=PUBLIC, at=sqlite_house.now())

    assert cut_short(inside, link, close_it) == PIECE
    assert inside.get(path_of(link, copy_of(link))).status_code == 404


def test_locking_the_video_again_cuts_a_stream_that_is_running(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House
) -> None:
    """As when a new passphrase is stopped: the page stays open, and the video does not."""

    def lock_it() -> None:
        with sqlite_house.db.writing() as session:
            end_visits(
                session, purpose=CodePurpose.FOOTAGE, subject_id=link.id, at=sqlite_house.now()
            )

    assert cut_short(inside, link, lock_it) == PIECE
    assert inside.get(f"/f/{link.selector}").status_code == 200


def test_the_end_of_the_hour_cuts_a_stream_that_is_running(
    inside: FlaskClient, link: DownloadLink, clock: Clock
) -> None:
    assert cut_short(inside, link, lambda: clock.forward(minutes=61)) == PIECE


def cut_short(client: FlaskClient, link: DownloadLink, happens: Callable[[], object]) -> int:
    """Read a little, let something happen, and read on; returns the bytes that came in all."""
    response = client.get(path_of(link, copy_of(link)), buffered=False)
    chunks = response.iter_encoded()
    came = [len(next(chunks))]
    happens()
    with pytest.raises(SendingStopped):
        came.extend(map(len, chunks))
    response.close()
    return sum(came)


def test_this_was_not_me_closes_the_link_and_tells(
    inside: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready
) -> None:
    asked = inside.get(f"/f/{link.selector}/not-me")
    assert "You cannot undo this" in asked.text
    closed = inside.post(f"/f/{link.selector}/not-me", follow_redirects=True)
    assert "The link is closed" in closed.text
    assert inside.get(path_of(link, copy_of(link))).status_code == 404
    inside.post(f"/f/{link.selector}/send-code")
    with sqlite_house.db.reading() as session:
        kinds = [notice.kind.value for notice in session.scalars(sa.select(Notice))]
    assert kinds.count("link_revoked") == 1
    assert kinds.count("code") == 1
    assert link_of(sqlite_house, ready).revoked_why == "The applicant said: this was not me."


def test_a_link_that_ran_out_can_be_had_anew(
    client: FlaskClient, link: DownloadLink, sqlite_house: House, ready: Ready, clock: Clock
) -> None:
    clock.forward(days=30)
    enter(sqlite_house, client, link)
    page = client.get(f"/f/{link.selector}")
    assert "This link has ended" in page.text
    assert client.get(path_of(link, copy_of(link))).status_code == 410
    clock.forward(minutes=1)
    sent = client.post(f"/f/{link.selector}/new-link", follow_redirects=True)
    assert "We have e-mailed you a new link" in sent.text
    anew = link_of(sqlite_house, ready)
    assert anew.selector != link.selector
    with sqlite_house.db.reading() as session:
        paths = [
            notice.fields["path"]
            for notice in session.scalars(sa.select(Notice).where(Notice.kind == "answer_ready"))
        ]
    assert f"/f/{anew.selector}" in paths
    assert enter(sqlite_house, client, anew).status_code == 303
    assert client.get(path_of(anew, copy_of(anew, 1))).data == b"a short one"


def test_a_link_that_still_works_is_not_had_anew(inside: FlaskClient, link: DownloadLink) -> None:
    assert inside.post(f"/f/{link.selector}/new-link").status_code == 409


def test_files_that_were_deleted_are_not_promised(
    client: FlaskClient, link: DownloadLink, sqlite_house: House, clock: Clock
) -> None:
    clock.forward(days=60)
    enter(sqlite_house, client, link)
    assert "We have deleted the files" in client.get(f"/f/{link.selector}").text
    assert client.post(f"/f/{link.selector}/new-link").status_code == 410


def test_every_opening_is_on_the_page(inside: FlaskClient, link: DownloadLink) -> None:
    inside.get(path_of(link, copy_of(link, 1)))
    text = inside.get(f"/f/{link.selector}").text
    assert "The right code was typed" in text
    assert f"Downloaded: {copy_of(link, 1).name}" in text
