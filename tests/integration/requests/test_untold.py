"""Messages to people whom no e-mail reaches, on both engines."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import WORKER, Actor
from portal.audit.models import AuditEntry
from portal.errors import NotFound, Refused
from portal.house import House
from portal.ids import new_id
from portal.requests.commands.clarifying import ask
from portal.requests.commands.messaging import write_to_applicant, write_to_us
from portal.requests.commands.reminding import remind
from portal.requests.commands.telling import note_told
from portal.requests.models import Message
from portal.requests.untold_queries import Untold, untold
from tests.conftest import Clock
from tests.factories.applicants import intake_handler, received


@pytest.fixture
def ines(house: House) -> Actor:
    with house.db.writing() as session:
        return intake_handler(session, at=house.now())


def a_request(house: House, email: str = "") -> UUID:
    with house.db.writing() as session:
        made = received(session, at=house.now(), email=email)
        made.safe_contact = "Only by post"
        return made.id


def waiting(house: House) -> list[Untold]:
    with house.db.reading() as session:
        return list(untold(session))


def tell(house: House, message_id: UUID, by: Actor) -> str:
    with house.db.writing() as session:
        return note_told(session, message_id=message_id, by=by, at=house.now())


def test_a_reminder_waits_until_somebody_tells_them(
    house: House, clock: Clock, ines: Actor
) -> None:
    for email in ("", "amina@example.org"):
        request_id = a_request(house, email)
        with house.db.writing() as session:
            ask(
                session,
                request_id=request_id,
                questions="Which street?",
                why_needed="There are two.",
                by=ines,
                at=house.now(),
            )
    assert waiting(house) == []  # the question went in a letter
    clock.forward(days=14)
    with house.db.writing() as session:
        for request_id in session.scalars(sa.select(Message.request_id)).all():
            remind(session, request_id=request_id, by=WORKER, at=house.now())

    (row,) = waiting(house)

    assert row.safe_contact == "Only by post"
    assert "We do not have it yet." in row.lines[0]
    assert tell(house, row.id, ines) == row.reference
    assert waiting(house) == []
    with house.db.reading() as session:
        noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "message.told"))
        assert [(each.subject, each.details["message"]) for each in noted] == [
            (row.reference, str(row.id))
        ]
    with pytest.raises(Refused, match="Nobody has to be told"):
        tell(house, row.id, ines)


def test_only_our_own_words_to_somebody_without_an_address_are_told(
    house: House, ines: Actor
) -> None:
    by_email, without = a_request(house, "amina@example.org"), a_request(house)
    with house.db.writing() as session:
        sent = write_to_applicant(
            session, request_id=by_email, body="Hello.", by=ines, at=house.now()
        )
        theirs = write_to_us(session, request_id=without, body="Hello.", by=ines, at=house.now())
        sent_id, theirs_id = sent.id, theirs.id
    assert waiting(house) == []
    with pytest.raises(Refused, match="Nobody has to be told"):
        tell(house, sent_id, ines)
    for nobody in (theirs_id, new_id()):
        with pytest.raises(NotFound):
            tell(house, nobody, ines)
