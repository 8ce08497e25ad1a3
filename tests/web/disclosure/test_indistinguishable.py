"""Neither confirm nor deny cannot be told apart from "nothing held" (DPA 2018 s.45(6); FOIA's
duty to confirm or deny). Three requests of one person go their whole way, side by side, through
the public's pages, the handlers' commands, the worker and a mail server:

- `nothing`: we searched and hold nothing;
- `secret`: what we found is held at level L3;
- `whole`: the request was answered by neither confirming nor denying, whatever there is.

Everything that the public can see is written down, byte for byte, and compared. What is taken out
is named in `_bare`: references, tokens, the fingerprints and sizes of files, and, of the letter,
the part that gives the law.
"""

import dataclasses
import difflib
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.actors import PUBLIC
from portal.app import create_app
from portal.db import Database
from portal.disclosure.commands import answer_whole, decide, publish, review_restriction
from portal.disclosure.exemptions import Whole
from portal.disclosure.models import Finding
from portal.disclosure.queries.restrictions import standing_review
from portal.holds.policy import Level
from portal.house import House
from portal.ids import digest, new_id
from portal.notifications.models import Notice
from portal.requests.commands import move, receive
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest, RequestStep
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.applicants import seen_by
from tests.factories.disclosure import (
    EMAIL,
    WEIGHED,
    Ready,
    confirm,
    held_line,
    intake,
    lift_hold,
    place_hold,
    recording,
    second_it,
    staff,
)
from tests.factories.grounds import answers_to, ground
from tests.servers.smtp import ScriptedSmtp

WAYS = ("nothing", "secret", "whole")
GROUND = {AboutWhom.ME: "P3-45-4-b", AboutWhom.GENERAL: "FOI-30"}
MakeHouse = Callable[[Database], House]


class Journey:
    """One request on its whole way, and everything the public sees of it, in `seen`."""

    def __init__(
        self, house: House, clock: Clock, smtp: ScriptedSmtp, way: str, about: AboutWhom
    ) -> None:
        self.house, self.clock, self.smtp, self.way, self.about = house, clock, smtp, way, about
        self.app = create_app(house)
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.client = self.app.test_client()
        self.seen: list[str] = []
        self.secrets: list[str] = []
        self.mails = 0

    def go(self) -> None:
        """From the request to half a year after its answer."""
        self._receive()
        self._look("received")
        self._move(Event.SEARCH_STARTED)
        self._look("searching")
        self._move(Event.SEARCH_FINISHED)
        self._look("reviewing")
        self.clock.forward(days=3)
        made = self._decide()
        self._look("decided")
        second_it(self.house, self.ready, made)
        self._look("seconded")
        with self.house.db.writing() as session:
            by = self.ready.staff.seconder
            publish(session, decision_id=made, by=by, at=self.clock())
        self._look("publishing")
        self._work("answered")
        self._collect()
        for days in (30, 61, 91):
            self.clock.forward(days=days)
            Worker(self.house).pay_all()
            self._look_at_restriction()
            self._work("after the look that is owed every 90 days")

    def _receive(self) -> None:
        at = self.clock()
        with self.client.session_transaction() as cookie:
            cookie["browser"] = "mine"
        with self.house.db.writing() as session:
            people = staff(session, at=at)
            made = receive(
                session,
                request_id=new_id(),
                intake=intake(about=self.about),
                received_at=at,
                by=PUBLIC,
                at=at,
            )
            made.identity_accepted_at = at
            number = self._found(session, made)
        self.ready = Ready(made.id, made.reference, number, people, ())
        if self.way == "secret":
            level = Level.NEITHER_CONFIRM_NOR_DENY
            self.hold = place_hold(self.house, number[0], level=level)
        Worker(self.house).pay_all()

    def _found(self, session: Session, made: FootageRequest) -> tuple[int, ...]:
        found = [] if self.way == "nothing" else [recording(self.house, session, content=b"video")]
        confirm(session, made.id, found, at=self.clock())
        return tuple(each.id for each in found)

    def _move(self, event: Event) -> None:
        self.clock.forward(hours=1)
        by = self.ready.staff.decider
        with self.house.db.writing() as session:
            move(session, request_id=self.ready.request_id, event=event, by=by, at=self.clock())

    def _decide(self) -> UUID:
        given: dict[str, Any] = {
            "request_id": self.ready.request_id,
            "interest": WEIGHED,
            "by": self.ready.staff.decider,
            "at": self.clock(),
        }
        lines = [held_line(self.house, self.ready, each) for each in self.ready.recording_ids]
        with self.house.db.writing() as session:
            if self.way != "whole":
                return decide(session, lines=tuple(lines), note_to_applicant="", **given).id
            asked = ground(GROUND[self.about]).neither_questions
            whole = Whole(GROUND[self.about], answers_to(asked), is_neither=True)
            return answer_whole(session, whole=whole, reasons="", **given).id

    def _look_at_restriction(self) -> None:
        """Only what is held has one, and the public must not notice."""
        if self.way == "secret":
            with self.house.db.writing() as session:
                review_restriction(
                    session,
                    request_id=self.ready.request_id,
                    review_id=standing_review(session, self.ready.request_id)[0].id,
                    finding=Finding.CONTINUE,
                    reason="The case is open.",
                    told="",
                    by=self.ready.staff.decider,
                    at=self.clock(),
                )

    def _work(self, what: str) -> None:
        Worker(self.house).pay_all()
        self._look(what)

    def _look(self, what: str) -> None:
        """The applicant's page, every page it leads to, and the e-mails that have come."""
        with self.house.db.writing() as session:
            made = session.get_one(FootageRequest, self.ready.request_id)
            seen_by(session, made, digest("mine"), at=self.clock())
        self._see(f"--- {what}", "")
        own = f"/your-request/{self.ready.reference}"
        page = self._get(self.client, own)
        for href in dict.fromkeys(re.findall(rf'href="({own}/[^"#]+)"', page)):
            self._get(self.client, href)
        for name in ("calendar.ics", "end", "message", "proof", "want-less", "look-again"):
            self._get(self.client, f"{own}/{name}")
        self._get(self.app.test_client(), own)
        for mail in self.smtp.messages[self.mails :]:
            self._see("E-mail", mail.content.decode())
        self.mails = len(self.smtp.messages)

    def _get(self, client: FlaskClient, path: str) -> str:
        found = client.get(path)
        headers = "\n".join(f"{name}: {value}" for name, value in found.headers)
        body = "" if found.mimetype in ("application/zip", "application/pdf") else found.text
        self._see(f"GET {path} {found.status_code}\n{headers}", body)
        return body

    def _see(self, what: str, body: str) -> None:
        self.seen.append(self._bare(f"{what}\n{body}"))

    def _collect(self) -> None:
        """From the link in the e-mail to every file, with the code that is sent."""
        (selector,) = set(re.findall(r"/f/([\w-]+)", self.smtp.messages[-1].content.decode()))
        self.secrets.append(selector)
        stranger = self.app.test_client()
        door = f"/f/{selector}"
        self._get(stranger, door)
        stranger.post(f"{door}/send-code")
        self._see("code", self._get(stranger, f"{door}/code"))
        stranger.post(f"{door}/code", data={"code": self._code()})
        page = self._get(stranger, door)
        self._get(stranger, f"{door}/letter")
        for path in re.findall(r'href="(/f/[^"]+/files/[^"]+)"', page):
            self._get(stranger, path)
            if (found := stranger.get(path)).mimetype == "application/zip":
                with zipfile.ZipFile(io.BytesIO(found.data)) as whole:
                    self._see(
                        "ZIP", "\n".join(f"{i.filename} {i.date_time}" for i in whole.filelist)
                    )
        self._see("door again", self._get(stranger, door))

    def _code(self) -> str:
        with self.house.db.reading() as session:
            codes = session.scalars(sa.select(Notice).where(Notice.kind == "code"))
            return str(max(codes, key=lambda each: each.written_at).fields["code"])

    def _bare(self, text: str) -> str:
        """Without what differs from any one request to the next, and the letter's legal part."""
        text = text.replace("\r\n ", "")  # a long line of a calendar goes on in the next
        for secret in self.secrets:
            text = text.replace(secret, "SELECTOR")
        text = text.replace(self.ready.reference, "REFERENCE")
        text = re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", text)
        text = re.sub(r"/f/[\w-]{20,}", "/f/SELECTOR", text)
        text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
        text = re.sub(r"\b[0-9a-f]{32}([0-9a-f]{32})?\b", "FINGERPRINT", text)
        text = re.sub(r"\b[\d.,]+ ?(KB|bytes|MB)\b", "SIZE", text)
        text = re.sub(r"(Content-Length|ETag|Set-Cookie|Message-ID|Date): .*", r"\1", text)
        text = re.sub(r"boundary=.*|--=+\d+==(--)?", "BOUNDARY", text)
        text = re.sub(r"\b\d{8}\b", "CODE", text)
        text = re.sub(r'(?s)<p class="book">.*?</p>', "THE BOOK", text)
        return re.sub(r"(Dana|Sol|Ola)[0-9a-f]{6}", "HANDLER", text)

    @property
    def seen_without_law(self) -> list[str]:
        """What was seen, without the part of the letter that gives the law."""
        law = r"(?s)<h2>Our answer</h2>.*?<h2>If you do not agree</h2>"
        return [re.sub(law, "THE LAW", text) for text in self.seen]

    def timing(self) -> list[tuple[str, timedelta]]:
        """What happened to it, as the ledger has it, and how long after the first step."""
        shown = {Event.REFUSED: Event.DECIDED, Event.ANSWERED_WITH_HOLD: Event.ANSWERED}
        with self.house.db.reading() as session:
            found = session.scalars(
                sa.select(RequestStep)
                .where(RequestStep.request_id == self.ready.request_id)
                .order_by(RequestStep.number)
            ).all()
            notices = session.scalars(sa.select(Notice).order_by(Notice.written_at)).all()
        start = found[0].at
        steps = [step for step in found if step.event is not Event.RESTRICTION_REVIEWED]
        moved = [(shown.get(step.event, step.event).value, step.at - start) for step in steps]
        told = [(f"{each.kind} to {each.to}", each.written_at - start) for each in notices]
        return moved + told


@pytest.fixture
def journeys(
    make_house: MakeHouse,
    make_sqlite_database: Callable[[], Database],
    smtp_server: ScriptedSmtp,
    clock: Clock,
) -> Callable[[AboutWhom], dict[str, Journey]]:
    """Call it for these journeys, each in a house of its own, from the same instant on."""
    start = clock.at

    def go(about: AboutWhom, *ways: str) -> dict[str, Journey]:
        made = {}
        for way in ways:
            clock.at = start
            house = make_house(make_sqlite_database())
            settings = dataclasses.replace(house.settings, mail_port=smtp_server.port)
            smtp_server.messages.clear()
            made[way] = Journey(
                dataclasses.replace(house, settings=settings), clock, smtp_server, way, about
            )
            made[way].go()
        return made

    return go


@pytest.mark.slow
@pytest.mark.parametrize("about", [AboutWhom.ME, AboutWhom.GENERAL])
def test_the_three_ways_are_one_to_the_public(
    journeys: Callable[..., dict[str, Journey]], about: AboutWhom
) -> None:
    made = journeys(about, *WAYS)
    nothing, secret, whole = (made[way] for way in WAYS)
    assert sum("THE LAW" in each for each in nothing.seen_without_law) == 2  # page and file
    assert any("We have answered" in each for each in nothing.seen)
    assert any(EMAIL in each for each in nothing.seen if each.startswith("E-mail"))
    assert any("We neither confirm nor deny" in each for each in whole.seen)
    assert not (lines := _differing(secret.seen, whole.seen)), lines  # not even in the law
    assert not (lines := _differing(nothing.seen_without_law, whole.seen_without_law)), lines
    assert nothing.timing() == secret.timing() == whole.timing()


def _differing(one: list[str], other: list[str]) -> list[str]:
    pairs = zip(one, other, strict=True)
    return [
        line
        for here, there in pairs
        if here != there
        for line in difflib.unified_diff(here.splitlines(), there.splitlines(), lineterm="", n=0)
    ]


def test_the_end_of_a_secret_hold_shows_only_once_the_request_is_open_again(
    journeys: Callable[..., dict[str, Journey]],
) -> None:
    """Then it is told: we have opened it again. Before that, nothing flickers."""
    made = journeys(AboutWhom.ME, "secret")["secret"]
    path = f"/your-request/{made.ready.reference}"
    before = made.client.get(path).text
    assert "We have answered" in before
    lift_hold(made.house, made.hold)
    assert made.client.get(path).text == before
    Worker(made.house).pay_all()
    assert "We opened your request again" in made.client.get(path).text
