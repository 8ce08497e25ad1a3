"""One gate: whatever leaves the portal is listed in `ways_out.py`, and what is made from footage
asks whether it may go. Each way that asks is taken here with a held recording, and is refused."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import click
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.cli.main import main
from portal.disclosure.models import Decision, DownloadLink, FileKind, Handover
from portal.disclosure.offloading import open_copy
from portal.disclosure.queries.decisions import latest
from portal.errors import Refused
from portal.holds.policy import Level
from portal.house import House
from portal.identity.commands.codes import grant_visit
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_id
from portal.letters.kinds import LetterKind, known_fields
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import Lease
from portal.recordings.models import Recording
from portal.storage import FolderStorage
from portal.web.guards import guard_of
from portal.worker import JOBS
from tests.architecture import ways_out
from tests.architecture.reach import Place, definitions, place_of, reached
from tests.architecture.source import TEMPLATES, calls
from tests.architecture.ways_out import OPENS_FOOTAGE, OPENS_OTHERS, Way
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import (
    Ready,
    answered,
    decided,
    link_of,
    pay_pack,
    place_hold,
    published,
    ready_to_decide,
    seconded,
    sign_in,
    status_of,
)

GATE = {("portal/holds/queries.py", name) for name in ("bar", "first_bar", "locked_bar")}
# What can be done with storage without a byte of it being read.
HARMLESS = {"delete", "exists", "forget", "keep", "sealer", "size", "unnamed", "writable"}
HELD_CONTENT = b"a held recording " * 100
FREE_CONTENT = b"a free recording " * 100


def commands(group: click.Command = main, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command of the command line, by what is typed."""
    if not isinstance(group, click.Group):
        yield name, group
        return
    context = click.Context(group)
    for word in group.list_commands(context):
        found = group.get_command(context, word)
        assert found is not None
        yield from commands(found, f"{name} {word}".strip())


def ways(app: Flask) -> dict[str, Mapping[str, object]]:
    """Every registry of the portal: what is in it, by name."""
    return {
        "ROUTES": app.view_functions,
        "JOBS": JOBS,
        "COMMANDS": {name: found.callback for name, found in commands()},
        "NOTICES": {kind.value: kind for kind in NoticeKind},
        "LETTERS": {kind.value: kind for kind in LetterKind},
    }


def declared(table: str) -> Mapping[str, Way]:
    found: Mapping[str, Way] = getattr(ways_out, table)
    return found


def test_every_way_out_is_declared(app: Flask) -> None:
    for table, registry in ways(app).items():
        unlisted, gone = registry.keys() - declared(table), declared(table).keys() - registry
        assert not unlisted, f"give each a line in {table} of ways_out.py: {sorted(unlisted)}"
        assert not gone, f"take these out of {table} of ways_out.py: {sorted(gone)}"


def test_every_way_that_asks_is_taken_with_a_held_recording() -> None:
    asking = {
        (table, name)
        for table in ("ROUTES", "JOBS", "COMMANDS", "NOTICES")
        for name, way in declared(table).items()
        if way.asks_gate
    }
    assert asking == TAKEN.keys()


# Who opens footage


def opening() -> set[Place]:
    """Every function and class that opens stored files, makes a store, or hands one on whole."""
    return {
        place for place, node in definitions().items() if any(_touched(node)) and _is_room(place)
    }


def _is_room(place: Place) -> bool:
    """Not the storage itself."""
    return not place[0].startswith(("portal/storage", "portal/sealing"))


def _touched(node: ast.AST) -> Iterator[bool]:
    next_word = {
        id(outer.value): outer.attr for outer in ast.walk(node) if isinstance(outer, ast.Attribute)
    }
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(attr="footage" | "offload" | "vault"):
                used = next_word.get(id(inner), "")
                used = next_word.get(_outer(node, inner), used) if used == "storage" else used
                yield used not in HARMLESS
            case ast.Attribute(attr="footage_folder" | "data_folder" | "offload_folder"):
                # Past the storages, by a path of one's own.
                yield True
            case ast.Call(func=ast.Name(id="FolderStorage" | "Vault")):
                yield True


def _outer(node: ast.AST, inner: ast.AST) -> int:
    return next(
        id(outer)
        for outer in ast.walk(node)
        if isinstance(outer, ast.Attribute) and outer.value is inner
    )


def test_every_function_that_opens_what_is_stored_is_declared() -> None:
    known = OPENS_FOOTAGE.keys() | OPENS_OTHERS.keys()
    assert not opening() - known, "say in ways_out.py what each of these opens"
    assert not known - opening(), "take these out of ways_out.py"


def entrances(app: Flask) -> Iterator[tuple[str, Way, frozenset[Place]]]:
    """Every way that is code, with all that it can come to."""
    for table in ("ROUTES", "JOBS", "COMMANDS"):
        for name, entered in ways(app)[table].items():
            place = place_of(entered)
            if place is not None:
                yield f"{table} {name}", declared(table)[name], reached(place)


def test_what_comes_to_footage_is_declared_and_asks(app: Flask) -> None:
    for name, way, found in entrances(app):
        if found & OPENS_FOOTAGE.keys():
            assert way.asks_gate or way.is_inside, f"{name} comes to {found & OPENS_FOOTAGE.keys()}"
        if way.asks_gate:
            assert found & GATE, f"{name} never asks the gate"


def test_every_opening_of_footage_is_found_on_its_way(app: Flask) -> None:
    """The graph sees what it is drawn for: none of its arrows to footage was lost."""
    seen = frozenset[Place]().union(*(found for _, _, found in entrances(app)))
    assert OPENS_FOOTAGE.keys() <= seen


def test_only_the_forces_own_people_come_to_what_is_inside(app: Flask) -> None:
    for name, way in declared("ROUTES").items():
        guard = guard_of(app, name)
        assert guard is not None
        if way.is_inside:
            assert guard.roles or guard.scope, name
        if guard.is_public:
            assert not way.is_inside, name


def test_letters_that_tell_of_copies_are_written_by_packing_alone() -> None:
    """`pack` asks, and so does every opening of what it packed; a letter that is issued on its own
    would go past both."""
    telling = {kind.value for kind in LetterKind if "clips" in known_fields(kind)}
    assert telling == {name for name, way in ways_out.LETTERS.items() if way.asks_gate}
    for path, call in calls("write_letter"):
        assert not set(_letter_kinds(call)) & telling, f"{path}:{call.lineno}"


def _letter_kinds(call: ast.Call) -> Iterator[str]:
    for node in ast.walk(call):
        match node:
            case ast.Attribute(value=ast.Name(id="LetterKind"), attr=name):
                yield LetterKind[name].value


def test_there_is_no_still_of_any_video() -> None:
    """Neither thumbnail nor poster frame: one would be a thing made from footage."""
    for page in TEMPLATES.rglob("*.html"):
        players = re.findall(r"<video[^>]*>", page.read_text(encoding="utf-8"))
        assert not any("poster" in player for player in players), page
    assert not any(word in kind.value for kind in FileKind for word in ("thumb", "poster", "still"))


# Every way that asks, taken with a held recording


@dataclass(frozen=True)
class Scene:
    """A request with two recordings, one of which is held, and browsers of its people."""

    house: House
    ready: Ready
    client: FlaskClient
    decider: FlaskClient
    seconder: FlaskClient

    @property
    def link(self) -> DownloadLink:
        return link_of(self.house, self.ready)

    @property
    def newest(self) -> Decision:
        with self.house.db.reading() as session:
            found = latest(session, self.ready.request_id)
        assert found is not None
        return found

    def hold(self) -> None:
        """The first recording is held, at a level at which not even that may be told."""
        place_hold(self.house, self.ready.recording_ids[0], level=Level.NEITHER_CONFIRM_NOR_DENY)

    def is_sent_back(self) -> bool:
        return status_of(self.house, self.ready) == "reviewing"

    def round_page(self, deed: str) -> str:
        return f"/office/requests/{self.ready.reference}/decision/{self.newest.round}/{deed}"


@pytest.fixture
def scene(app: Flask, sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> Scene:
    draw_no_pdf(monkeypatch)
    ready = ready_to_decide(sqlite_house, contents=[HELD_CONTENT, FREE_CONTENT])
    browsers = [app.test_client() for _ in range(3)]
    sign_in(browsers[1], sqlite_house, ready.staff.decider)
    sign_in(browsers[2], sqlite_house, ready.staff.seconder)
    return Scene(sqlite_house, ready, *browsers)


def a_decision(scene: Scene) -> None:
    """Whoever decides sees no way to release it, and whoever sends that nonetheless is refused."""
    scene.hold()
    page = f"/office/requests/{scene.ready.reference}/decision"
    wanted = {f"outcome_{number}": "release" for number in scene.ready.recording_ids}
    assert scene.decider.get(page).status_code == 200
    assert scene.decider.post(page, data=wanted).status_code in (409, 422)
    assert scene.is_sent_back()
    with pytest.raises(Refused, match="held as evidence"):
        decided(scene.house, scene.ready)


def seconding(scene: Scene) -> None:
    decided(scene.house, scene.ready)
    scene.hold()
    assert scene.seconder.post(scene.round_page("second")).status_code == 409
    assert status_of(scene.house, scene.ready) == "decided"


def publishing(scene: Scene) -> None:
    seconded(scene.house, scene.ready)
    scene.hold()
    scene.seconder.post(scene.round_page("publish"))
    assert scene.is_sent_back()


def packing(scene: Scene) -> None:
    made = published(scene.house, scene.ready)
    scene.hold()
    pay_pack(scene.house, made)
    assert scene.is_sent_back()
    assert list(scene.house.vault.storage.keys("releases/")) == []


def opening_a_copy(scene: Scene) -> None:
    """A plain copy: for a hold that comes while it is written, and for one that came before."""
    place = FolderStorage(scene.house.settings.data_folder.parent / "opened")
    house = replace(scene.house, offload=place)
    answered(house, scene.ready)
    held = next(
        file
        for file in scene.link.release.files
        if file.recording_id == scene.ready.recording_ids[0]
    )
    lease = Lease(new_id(), "open_copy", {"file_id": str(held.id)}, 1, "token")
    write_down = open_copy(house, lease)
    assert len(list(place.keys())) == 1
    scene.hold()
    with house.db.writing() as session:
        write_down(session)
    assert list(place.keys()) == []
    with house.db.writing() as session:
        open_copy(house, lease)(session)
    assert list(place.keys()) == []


def collecting(scene: Scene) -> FlaskClient:
    """The answer went out before the hold; the applicant shows everything they are asked for."""
    answered(scene.house, scene.ready)
    let_in(scene.client, scene.house, scene.link)
    for file in scene.link.release.files:
        with scene.client.get(path_of(scene.link, file.id)) as answer:
            assert answer.status_code == 200
    scene.hold()
    return scene.client


def each_file(scene: Scene) -> None:
    """Every file but the copy of the other recording, which nothing bars."""
    client, link = collecting(scene), scene.link
    assert {file.kind for file in link.release.files} == set(FileKind)
    for file in link.release.files:
        is_free = file.recording_id == scene.ready.recording_ids[1]
        for asked in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=5-"}):
            for path in (path_of(link, file.id), f"{path_of(link, file.id)}?play=1"):
                for method in (client.get, client.head):
                    answer = method(path, headers=asked)
                    assert (answer.status_code in (200, 206)) == is_free, f"{file.kind} {asked}"
                    assert_silent(scene, answer)
                    answer.close()


def letter_page(scene: Scene) -> None:
    answer = collecting(scene).get(f"/f/{scene.link.selector}/letter")
    assert answer.status_code == 409
    assert_silent(scene, answer)


def collect_page(scene: Scene) -> None:
    answer = collecting(scene).get(f"/f/{scene.link.selector}")
    assert answer.status_code == 200
    free = next(
        f for f in scene.link.release.files if f.recording_id == scene.ready.recording_ids[1]
    )
    assert free.sha256 in answer.text
    assert_silent(scene, answer)


def envelope(scene: Scene) -> None:
    ready = ready_to_decide(scene.house, contents=[HELD_CONTENT], email="")
    release_id = answered(scene.house, ready).release_id
    place_hold(scene.house, ready.recording_ids[0])
    done = f"/office/requests/letters-to-post/answers/{release_id}"
    assert scene.decider.post(done).status_code == 409
    assert "Do not post it" in scene.decider.get("/office/requests/letters-to-post").text


def preparing_to_hand_over(scene: Scene) -> None:
    page = handover_page(scene)
    scene.hold()
    assert scene.decider.post(page, data={"way": "in_person"}).status_code == 409


def agreeing_to_hand_over(scene: Scene) -> None:
    page = handover_page(scene, prepared=True)
    scene.hold()
    assert scene.seconder.post(f"{page}/agree").status_code == 409


def taking_a_copy(scene: Scene) -> None:
    page = handover_page(scene, prepared=True, agreed=True)
    scene.hold()
    for file in scene.link.release.files:
        answer = scene.decider.post(f"{page}/copies/{file.id}")
        assert answer.status_code in (404, 409)
        assert_silent(scene, answer)


def handing_over(scene: Scene) -> None:
    page = handover_page(scene, prepared=True, agreed=True)
    scene.hold()
    handed = scene.decider.post(f"{page}/handed", data={"shown": "A passport."})
    assert handed.status_code == 409


def handover_page(scene: Scene, *, prepared: bool = False, agreed: bool = False) -> str:
    """Where copies of an answer are handed over, or the page of one that was prepared."""
    release_id = answered(scene.house, scene.ready).release_id
    page = f"/office/requests/{scene.ready.reference}/release/{release_id}/handover"
    if not prepared:
        return page
    assert scene.decider.post(page, data={"way": "in_person"}).status_code == 303
    with scene.house.db.reading() as session:
        page = f"{page}/{session.scalars(sa.select(Handover.id)).one()}"
    if agreed:
        assert scene.seconder.post(f"{page}/agree").status_code == 303
    return page


def assert_silent(scene: Scene, answer: TestResponse) -> None:
    """Nothing of the held recording is in an answer: neither picture nor name nor fingerprint."""
    for fact in told_by(scene):
        assert fact not in answer.data, fact
        assert fact.decode() not in str(answer.headers), fact


def told_by(scene: Scene) -> list[bytes]:
    """What only somebody who has the held recording, or a thing made from it, could say."""
    held = scene.ready.recording_ids[0]
    with scene.house.db.reading() as session:
        recording = session.get_one(Recording, held)
    facts = [HELD_CONTENT[:17].decode(), recording.source_id, recording.media or "?"]
    for file in scene.link.release.files:
        if file.recording_id == held:
            facts += [file.name, file.sha256]
    return [fact.encode() for fact in facts]


TAKEN: Mapping[tuple[str, str], Callable[[Scene], None]] = {
    ("ROUTES", "disclosure.collect"): collect_page,
    ("ROUTES", "disclosure.file"): each_file,
    ("ROUTES", "disclosure.letter"): letter_page,
    ("ROUTES", "office.disclosure.agree"): agreeing_to_hand_over,
    ("ROUTES", "office.disclosure.answer_posted"): envelope,
    ("ROUTES", "office.disclosure.decision"): a_decision,
    ("ROUTES", "office.disclosure.handed"): handing_over,
    ("ROUTES", "office.disclosure.prepare"): preparing_to_hand_over,
    ("ROUTES", "office.disclosure.publish"): publishing,
    ("ROUTES", "office.disclosure.second"): seconding,
    ("ROUTES", "office.disclosure.take"): taking_a_copy,
    ("JOBS", "open_copy"): opening_a_copy,
    ("JOBS", "pack"): packing,
}


@pytest.mark.parametrize("way", TAKEN, ids=" ".join)
def test_a_held_recording_is_refused(scene: Scene, way: tuple[str, str]) -> None:
    TAKEN[way](scene)


# What the public sees, whatever page it is


def test_no_page_of_the_public_tells_a_fact_of_a_held_recording(app: Flask, scene: Scene) -> None:
    """Every public address, by a browser that may see all that its applicant may: no name of a
    file, no snippet of a search, nothing in an answer to a machine."""
    collecting(scene)
    allowed = everything_allowed(scene)
    values = {
        "reference": scene.ready.reference,
        "selector": scene.link.selector,
        "file_id": scene.link.release.files[0].id,
        **SOMETHING,
    }
    asked = 0
    for rule in app.url_map.iter_rules():
        guard = guard_of(app, rule.endpoint)
        if guard is None or not guard.is_public or "GET" not in (rule.methods or ()):
            continue
        missing = rule.arguments - values.keys()
        assert not missing, f"give {missing} of {rule.endpoint} a value in SOMETHING"
        address = app.url_map.bind("localhost").build(
            rule.endpoint, {name: values[name] for name in rule.arguments}
        )
        answer = allowed.get(address, headers={"Accept": "text/html"})
        assert_silent(scene, answer)
        answer.close()
        asked += 1
    assert asked > 40


# A value for each part of a public address that is no part of the scene.
_NOBODYS = "00000000-0000-4000-8000-000000000000"
SOMETHING = {
    "proof_id": _NOBODYS,
    "draft_id": _NOBODYS,
    "letter_id": _NOBODYS,
    "page": 1,
    "form": "html",
    "question": "where",
    "slug": "ask-us",
    "filename": "portal.css",
}


def everything_allowed(scene: Scene) -> FlaskClient:
    with scene.client.session_transaction() as cookie:
        browser = digest(cookie["browser"])
    with scene.house.db.writing() as session:
        for purpose in CodePurpose:
            grant_visit(
                session,
                purpose=purpose,
                subject_id=scene.ready.request_id,
                browser=browser,
                at=scene.house.now(),
            )
    return scene.client
