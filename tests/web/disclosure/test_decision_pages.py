"""The handlers' pages: deciding, seconding, publishing, letters, and what became of a release."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.actors import Actor, Role
from portal.audit.models import AuditEntry
from portal.disclosure.models import DecisionLine, DownloadLink
from portal.holds.policy import Level
from portal.house import House
from portal.ids import new_id
from portal.recordings.kinds import Category
from portal.recordings.models import Recording
from portal.requests.commands import move
from portal.requests.commands.reopening import reopen_request
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event
from tests.conftest import Clock
from tests.factories.disclosure import (
    Ready,
    answered,
    decided,
    find_late,
    handler,
    held_line,
    lift_hold,
    link_of,
    pay_pack,
    place_hold,
    published,
    ready_to_decide,
    release_line,
    seconded,
    sign_in,
    status_of,
    withhold_line,
)
from tests.factories.grounds import answers_to, ground


@pytest.fixture
def ready(sqlite_house: House) -> Ready:
    return ready_to_decide(sqlite_house, contents=[b"one", b"two"])


@pytest.fixture
def decider(app: Flask, sqlite_house: House, ready: Ready) -> FlaskClient:
    client = app.test_client()
    sign_in(client, sqlite_house, ready.staff.decider)
    return client


@pytest.fixture
def seconder(app: Flask, sqlite_house: House, ready: Ready) -> FlaskClient:
    client = app.test_client()
    sign_in(client, sqlite_house, ready.staff.seconder)
    return client


def withheld(number: int, code: str, **given: str) -> dict[str, str]:
    """The fields that withhold a recording on a ground, its whole test answered."""
    answers = answers_to(ground(code).questions) | given
    said = {f"answer_{number}_{name}": answer for name, answer in answers.items()}
    chosen = {f"outcome_{number}": "withhold", f"ground_{number}": code, f"asked_{number}": code}
    return chosen | said


def part(ready: Ready, path: str) -> str:
    return f"/office/requests/{ready.reference}/{path}"


def test_evidence_that_no_matter_holds_is_pointed_out_to_both_who_decide(
    decider: FlaskClient, seconder: FlaskClient, sqlite_house: House, ready: Ready
) -> None:
    warning = "No open matter holds it. Ask its hold owner"
    assert warning not in decider.get(part(ready, "decision")).text
    with sqlite_house.db.writing() as session:
        marked = session.get_one(Recording, ready.recording_ids[0])
        marked.category = Category.EVIDENTIAL
    assert decider.get(part(ready, "decision")).text.count(warning) == 1
    hold_id = place_hold(sqlite_house, ready.recording_ids[0])
    assert warning not in decider.get(part(ready, "decision")).text
    lift_hold(sqlite_house, hold_id)
    decided(sqlite_house, ready)
    assert seconder.get(part(ready, "decision/1")).text.count("Marked as evidence") == 1


def test_the_whole_way_through_the_pages(
    decider: FlaskClient, seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    one, two = ready.recording_ids
    page = decider.get(part(ready, "decision"))
    assert page.status_code == 200
    assert f"Recording {one}" in page.text
    made = decider.post(
        part(ready, "decision"),
        data={
            f"outcome_{one}": "release",
            "note": "The second shows a child.",
            **withheld(two, "P3-45-4-e"),
        },
    )
    assert made.location == part(ready, "decision/1")
    own = decider.get(part(ready, "decision/1")).text
    assert "Somebody else must second it" in own
    letter = seconder.get(part(ready, "decision/1/letter"))
    assert "The second shows a child." in letter.text
    assert "unsafe" not in letter.headers["Content-Security-Policy"]
    assert "A child is in it." in seconder.get(part(ready, "decision/1/second")).text
    assert seconder.post(part(ready, "decision/1/second")).status_code == 303
    assert "cannot take it back" in seconder.get(part(ready, "decision/1/publish")).text
    assert seconder.post(part(ready, "decision/1/publish")).status_code == 303
    assert status_of(sqlite_house, ready) == "publishing"
    with sqlite_house.db.reading() as session:
        decision_id = session.scalars(sa.select(DecisionLine.decision_id)).first()
    assert decision_id is not None
    pay_pack(sqlite_house, decision_id)
    release = decider.get(part(ready, "release")).text
    assert f"{ready.reference}-video-1.mp4" in release
    assert "Nobody has opened it yet." in release
    release_id = link_of(sqlite_house, ready).release_id
    letters = decider.get(part(ready, "letters")).text
    assert f"letters/{release_id}.pdf" in letters
    pdf = decider.get(part(ready, f"letters/{release_id}.pdf"))
    assert pdf.data.startswith(b"%PDF")
    assert decider.get(part(ready, f"letters/{release_id}.html")).mimetype == "text/html"
    with sqlite_house.db.reading() as session:
        deeds = list(session.scalars(sa.select(AuditEntry.deed)))
    assert deeds.count("letter.viewed") == 2


def test_a_wrong_form_says_what_is_missing_and_keeps_what_was_typed(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    one, two = ready.recording_ids
    page = decider.post(
        part(ready, "decision"), data={f"outcome_{two}": "withhold", "note": "Keep this."}
    )
    assert page.status_code == 422
    assert f"Select what becomes of recording {one}" in page.text
    assert f"Select a ground for recording {two}" in page.text
    assert "Keep this." in page.text
    data = withheld(two, "P3-45-4-e", consent="") | {"note": "Keep this."}
    page = decider.post(part(ready, "decision"), data=data)
    assert page.status_code == 422
    assert f"Answer “Did they consent, or did they refuse?” for recording {two}" in page.text
    assert "A child is in it." in page.text
    assert "Keep this." in page.text
    assert status_of(sqlite_house, ready) == "reviewing"


def test_a_ground_brings_its_questions_before_anything_is_decided(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    one, two = ready.recording_ids
    data = {f"outcome_{one}": "release", f"outcome_{two}": "withhold", "note": "Keep this."}
    page = decider.get(part(ready, "decision"))
    for chosen in ({f"ground_{two}": "P3-45-4-e"}, {f"ground_{two}": "P3-45A", "show": "2"}):
        page = decider.post(part(ready, "decision"), data=data | chosen)
        assert page.status_code == 200
        assert "Nothing is decided yet." in page.text
        assert "Keep this." in page.text
        assert "There is a problem" not in page.text
    assert f'name="answer_{two}_privilege"' in page.text
    typed = data | withheld(two, "P3-45-4-e") | {f"ground_{two}": "P3-45A"}
    page_text = decider.post(part(ready, "decision"), data=typed).text
    assert 'type="hidden" value="A child is in it."' in page_text
    assert f'name="answer_{two}_not_waived"' in page_text
    assert status_of(sqlite_house, ready) == "reviewing"


def test_what_was_decided_before_is_filled_in(
    decider: FlaskClient, seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    one, two = ready.recording_ids
    decided(sqlite_house, ready, [release_line(one), withhold_line(two)])
    assert seconder.post(part(ready, "decision/1/send-back"), data={"why": "No."}).status_code
    page = decider.get(part(ready, "decision")).text
    assert f'name="answer_{two}_consent"' in page
    assert page.count("A child is in it.") == 3


@pytest.mark.parametrize("odd", ["held", "\x00", "x" * 1_000_000, "‮release", ""])
def test_odd_outcomes_and_grounds_get_words(decider: FlaskClient, ready: Ready, odd: str) -> None:
    one, two = ready.recording_ids
    data = {f"outcome_{one}": odd, f"outcome_{two}": "withhold", f"ground_{two}": odd}
    assert decider.post(part(ready, "decision"), data=data).status_code in (413, 422)


def test_a_held_recording_is_locked_to_held(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    one, two = ready.recording_ids
    place_hold(sqlite_house, two, level=Level.LIMITED)
    page = decider.get(part(ready, "decision")).text
    assert f'name="outcome_{two}"' not in page
    assert Level.LIMITED.label in page
    data = {f"outcome_{one}": "release", f"outcome_{two}": "release"}
    assert decider.post(part(ready, "decision"), data=data).status_code == 422
    answers = answers_to(ground("P3-45-4-b").held_questions)
    data |= {f"answer_{two}_{name}": answer for name, answer in answers.items()}
    lacking = data | {f"answer_{two}_extent": ""}
    assert decider.post(part(ready, "decision"), data=lacking).status_code == 422
    assert decider.post(part(ready, "decision"), data=data).status_code == 303
    with sqlite_house.db.reading() as session:
        line = session.scalars(
            sa.select(DecisionLine).where(DecisionLine.recording_id == two)
        ).one()
    assert (line.outcome.value, line.level) == ("held", Level.LIMITED)


def test_the_ground_of_a_held_recording_follows_the_kind_of_its_hold(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    one, two = ready.recording_ids
    place_hold(sqlite_house, two)
    address = part(ready, "decision")
    page = decider.get(address).text
    offered = page.partition(f'name="ground_{two}"')[2].partition("</select>")[0]
    assert re.findall(r'value="(P3[^"]+)"', offered) == ["P3-45-4-a", "P3-45-4-b"]
    assert re.search(r'value="P3-45-4-b"[^>]* selected', offered)
    chosen = {f"outcome_{one}": "release", f"ground_{two}": "P3-45-4-a"}
    unseen = decider.post(address, data=chosen)
    assert unseen.status_code == 200
    assert "Nothing is decided yet" in unseen.text
    answers = answers_to(ground("P3-45-4-a").held_questions)
    chosen |= {f"answer_{two}_{name}": answer for name, answer in answers.items()}
    odd = chosen | {f"ground_{two}": "P3-45-4-e", f"asked_{two}": "P3-45-4-b"}
    assert decider.post(address, data=odd).status_code == 422
    assert decider.post(address, data=chosen | {f"asked_{two}": "P3-45-4-a"}).status_code == 303
    with sqlite_house.db.reading() as session:
        of_two = sa.select(DecisionLine).where(DecisionLine.recording_id == two)
        line = session.scalars(of_two).one()
    assert (line.outcome.value, line.ground) == ("held", "P3-45-4-a")


def test_public_interest_is_asked_for_under_foi(app: Flask, sqlite_house: House) -> None:
    ready = ready_to_decide(sqlite_house, about=AboutWhom.GENERAL)
    client = app.test_client()
    sign_in(client, sqlite_house, ready.staff.decider)
    assert "What speaks for release?" not in client.get(part(ready, "decision")).text
    (one,) = ready.recording_ids
    absolute = withheld(one, "FOI-44") | {"show": "1"}
    assert "What speaks for" not in client.post(part(ready, "decision"), data=absolute).text
    data = withheld(one, "FOI-31")
    unseen = client.post(part(ready, "decision"), data=data)
    assert unseen.status_code == 200
    assert "What speaks for release?" in unseen.text
    weighed = {"interest_for": "A", "interest_against": "B", "interest_conclusion": ""}
    half = client.post(part(ready, "decision"), data=data | weighed)
    assert half.status_code == 422
    assert "Enter which weighs more, and why" in half.text
    weighed["interest_conclusion"] = "B weighs more."
    assert client.post(part(ready, "decision"), data=data | weighed).status_code == 303
    shown = client.get(part(ready, "decision/1")).text
    assert "Weighed on" in shown
    assert "Why does section 30 not apply?" in shown


def test_pressing_twice_is_answered_in_words(
    decider: FlaskClient, seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    decided(sqlite_house, ready)
    assert seconder.post(part(ready, "decision/1/second")).status_code == 303
    assert seconder.post(part(ready, "decision/1/second")).status_code == 409
    assert seconder.post(part(ready, "decision/1/publish")).status_code == 303
    again = seconder.post(part(ready, "decision/1/publish"))
    assert again.status_code == 409
    assert "being packed" in again.text


def test_who_decided_cannot_second_on_the_page(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    decided(sqlite_house, ready)
    page = decider.post(part(ready, "decision/1/second"))
    assert page.status_code == 409
    assert "Somebody else" in page.text


def test_own_decision_has_no_button_to_second_it(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    decided(sqlite_house, ready)
    for path in ("", "/decision", "/decision/1", "/decision/1/second"):
        page = decider.get(f"/office/requests/{ready.reference}{path}").text
        assert "You made this decision. Somebody else must second it." in page
        assert 'decision/1/second"' not in page
        assert not re.search(r"<button[^>]*>\s*Second this decision", page)


def test_a_recording_is_named_and_watched_wherever_it_is_decided(
    app: Flask, decider: FlaskClient, seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    one = ready.recording_ids[0]
    watching = f'href="/office/recordings/{one}?for={ready.reference}"'
    with sqlite_house.db.reading() as session:
        found = session.get_one(Recording, one)
        named = (found.source_id, found.camera, found.shoulder_number or "")
    shown = [decider.get(part(ready, "decision")).text]
    decided(sqlite_house, ready)
    shown += [seconder.get(part(ready, f"decision/1{end}")).text for end in ("", "/second")]
    for page in shown:
        assert watching in page
        assert all(name in page for name in named)
    assert "Disclosed in full" in shown[1]
    reader = app.test_client()
    sign_in(reader, sqlite_house, _with_role(sqlite_house, Role.AUDITOR))
    assert watching not in reader.get(part(ready, "decision/1")).text


def test_the_next_step_and_the_decision_page_lead_to_the_button(
    decider: FlaskClient, seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    seconded_by_page = part(ready, "decision/1/second")
    decided(sqlite_house, ready)
    for path in ("", "/decision"):
        page = seconder.get(f"/office/requests/{ready.reference}{path}").text
        assert f'href="{seconded_by_page}"' in page
        assert f'href="{part(ready, "decision/1/send-back")}"' in page
        assert f'href="{part(ready, "decision/1/publish")}"' not in page
    page = seconder.get(seconded_by_page).text
    assert re.search(r"<button[^>]*>\s*Second this decision", page)
    assert seconder.post(seconded_by_page).status_code == 303
    for path in ("", "/decision"):
        page = decider.get(f"/office/requests/{ready.reference}{path}").text
        assert f'href="{part(ready, "decision/1/publish")}"' in page
        assert f'href="{seconded_by_page}"' not in page


def test_sending_back_asks_why_and_shows_it(
    decider: FlaskClient, seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    decided(sqlite_house, ready)
    assert seconder.get(part(ready, "decision/1/send-back")).status_code == 200
    empty = seconder.post(part(ready, "decision/1/send-back"), data={"why": " "})
    assert empty.status_code == 422
    assert "Enter the reason" in empty.text
    sent = seconder.post(part(ready, "decision/1/send-back"), data={"why": "Look at the end."})
    assert sent.status_code == 303
    assert "Look at the end." in decider.get(part(ready, "decision")).text


def test_a_hold_before_publishing_is_told_in_words(
    seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    seconded(sqlite_house, ready)
    place_hold(sqlite_house, ready.recording_ids[0])
    page = seconder.post(part(ready, "decision/1/publish"), follow_redirects=True)
    assert "Not published. A hold now bars" in page.text
    assert "The last decision was sent back" in page.text
    assert status_of(sqlite_house, ready) == "reviewing"


def test_a_link_is_closed_and_made_anew_from_the_office(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    link = answered(sqlite_house, ready)
    closing, renewing = (
        part(ready, f"release/{link.release_id}/{deed}") for deed in ("revoke", "renew")
    )
    page = decider.get(part(ready, "release")).text
    assert f'href="{closing}"' in page
    assert f'href="{renewing}"' in page
    assert decider.get(closing).status_code == 200
    assert decider.post(closing, data={"why": ""}).status_code == 422
    closed = decider.post(
        closing,
        data={"why": "Sent to the wrong place."},
        follow_redirects=True,
    )
    assert "Sent to the wrong place." in closed.text
    assert decider.get(renewing).status_code == 200
    assert decider.post(renewing).status_code == 303
    with sqlite_house.db.reading() as session:
        selectors = session.scalars(sa.text("SELECT selector FROM download_link")).all()
    assert len(set(selectors)) == 2
    assert link.selector in selectors


def test_each_of_two_releases_has_its_own_link_to_close(
    decider: FlaskClient, ready: Ready, sqlite_house: House, clock: Clock
) -> None:
    one, two = ready.recording_ids
    placed = place_hold(sqlite_house, two)
    lines = [release_line(one), held_line(sqlite_house, ready, two)]
    first = answered(sqlite_house, ready, lines)
    lift_hold(sqlite_house, placed)
    clock.forward(minutes=5)
    with sqlite_house.db.writing() as session:
        by, at = ready.staff.decider, sqlite_house.now()
        reopen_request(session, request_id=ready.request_id, by=by, at=at)
        move(session, request_id=ready.request_id, event=Event.SEARCH_FINISHED, by=by, at=at)
    again = answered(sqlite_house, ready, [release_line(two)])
    page = decider.get(part(ready, "release")).text
    for link in (first, again):
        assert f'href="{part(ready, f"release/{link.release_id}/revoke")}"' in page
    closing = part(ready, f"release/{first.release_id}/revoke")
    assert decider.post(closing, data={"why": "The first was wrong."}).status_code == 303
    with sqlite_house.db.reading() as session:
        links = {link.id: link.revoked_at for link in session.scalars(sa.select(DownloadLink))}
    assert links[first.id] is not None
    assert links[again.id] is None
    other = ready_to_decide(sqlite_house)
    assert decider.get(part(other, f"release/{first.release_id}/revoke")).status_code == 404


def test_what_is_not_there_is_not_found(decider: FlaskClient, ready: Ready) -> None:
    for path in ("decision/9", "decision/9/letter", f"letters/{new_id()}.pdf", _CLOSING):
        assert decider.get(part(ready, path)).status_code == 404
    assert decider.get("/office/requests/BWV-2222-2222/decision").status_code == 404


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "9" * 400])
def test_a_number_that_is_too_big_is_no_round(
    seconder: FlaskClient, ready: Ready, number: str
) -> None:
    for ending in ("", "/letter", "/second", "/send-back", "/publish"):
        assert seconder.get(part(ready, f"decision/{number}{ending}")).status_code == 404
    assert seconder.get(part(ready, "decision/2147483647")).status_code == 404


def test_late_video_is_told_in_words(
    seconder: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    decided(sqlite_house, ready)
    found = find_late(sqlite_house, ready)
    refused = seconder.post(part(ready, "decision/1/second"))
    assert refused.status_code == 409
    assert f"New video was found since the decision: recording {found}." in refused.text


def test_what_could_not_be_packed_is_told_in_words(
    decider: FlaskClient, ready: Ready, sqlite_house: House
) -> None:
    made = published(sqlite_house, ready)
    for master in Path(sqlite_house.settings.footage_folder).glob("*.mp4"):
        master.unlink()
    pay_pack(sqlite_house, made)
    page = decider.get(part(ready, "decision")).text
    assert "The last decision was sent back: The video file of recording" in page
    assert "could not be copied" in page


_CLOSING = f"release/{new_id()}/revoke"
_PAGES = ("decision", "decision/1", "decision/1/letter", "letters", "release")
_DEEDS = ("decision/1/second", "decision/1/send-back", "decision/1/publish", _CLOSING)


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_is_its_own(
    app: Flask, sqlite_house: House, ready: Ready, role: Role
) -> None:
    decided(sqlite_house, ready)
    who = _with_role(sqlite_house, role)
    client = app.test_client()
    sign_in(client, sqlite_house, who)
    is_reader = role not in (Role.HOLD_OWNER, Role.ADMINISTRATOR)
    for path in _PAGES:
        assert (client.get(part(ready, path)).status_code == 200) is is_reader
    for path in _DEEDS:
        allowed = (
            {Role.SECONDER, Role.DATA_PROTECTION_OFFICER}
            if path.endswith(("second", "send-back"))
            else {
                Role.SECONDER,
                Role.DECISION_MAKER,
            }
        )
        assert (client.get(part(ready, path)).status_code != 403) is (role in allowed)


def _with_role(house: House, role: Role) -> Actor:
    with house.db.writing() as session:
        return handler(session, f"Only{new_id().hex[:6]}", role, at=house.now())


def test_nobody_who_is_not_signed_in_sees_anything(client: FlaskClient, ready: Ready) -> None:
    for path in (*_PAGES, *_DEEDS):
        page = client.get(part(ready, path))
        assert page.status_code == 303
        assert "/office/sign-in" in page.location
