"""The door to SMTP: what is final, what is tried again, and what never leaves."""

import dataclasses
import email
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.policy import default as modern
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.config import Settings
from portal.demo.listening import SmtpListener
from portal.errors import Refused, Upstream
from portal.ids import digest
from portal.notifications.smtp import SmtpTransport
from portal.notifications.transport import AddressRefused, Letterhead
from tests.servers.smtp import Behaviour, ScriptedSmtp

LETTER = Letterhead(
    sender="video@example.org",
    to="amina@example.org",
    subject="There is a message for you",
    body="Ünïcode, a long line " + "x" * 200 + "\n.a full stop first\nhttps://example.org/f/abc\n",
    message_id="<one@notices.portal>",
    written_at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
)


@pytest.fixture
def mail(settings: Settings, smtp_server: ScriptedSmtp) -> SmtpTransport:
    return SmtpTransport(dataclasses.replace(settings, mail_port=smtp_server.port))


def test_the_message_arrives_as_it_was_written(
    mail: SmtpTransport, smtp_server: ScriptedSmtp
) -> None:
    mail.send(LETTER)
    (received,) = smtp_server.messages
    assert received.sender == LETTER.sender
    assert received.recipients == (LETTER.to,)
    assert received.message_id == LETTER.message_id
    assert received.message.get_content().replace("\r\n", "\n") == LETTER.body
    assert received.message["Date"].datetime == LETTER.written_at
    assert received.message["Subject"] == LETTER.subject


@pytest.mark.parametrize(
    "to",
    [
        "amina@example.org\r\nBcc: everybody@example.org",
        "amina@example.org\nSubject: other",
        "amina@example.org\r",
        "amina@example.org, ben@example.org",
        "amina@example.org ben@example.org",
        "Amina <amina@example.org>",
        "<amina@example.org>",
        "amina@example.org>\r\nRCPT TO:<ben@example.org",
        "amina",
        "amina@",
        "@example.org",
        "amina@ben@example.org",
        "undisclosed-recipients:;",
        "amina\x00@example.org",
    ],
)
def test_what_is_not_one_address_is_refused_and_never_leaves(
    mail: SmtpTransport, smtp_server: ScriptedSmtp, to: str
) -> None:
    with pytest.raises(Refused) as refusal:
        mail.send(dataclasses.replace(LETTER, to=to))
    assert "amina" not in refusal.value.message
    assert smtp_server.attempts == []


@pytest.mark.parametrize(
    "to", ["o'neil+video@example.co.uk", "a@b.example", "zoë@example.org", "x@[192.0.2.1]"]
)
def test_unusual_addresses_are_written_to(
    mail: SmtpTransport, smtp_server: ScriptedSmtp, to: str
) -> None:
    mail.send(dataclasses.replace(LETTER, to=to))
    assert smtp_server.messages[0].recipients == (to,)


@pytest.mark.parametrize("answer", ["550 5.1.1 No such mailbox", "552 5.2.2 Full", "554 No"])
def test_a_5xx_is_final(mail: SmtpTransport, smtp_server: ScriptedSmtp, answer: str) -> None:
    smtp_server.refuse_recipient(LETTER.to, answer)
    with pytest.raises(AddressRefused, match=answer[:3]):
        mail.send(LETTER)
    smtp_server.will("554 5.6.0 We do not like it")
    with pytest.raises(Refused, match="554") as refusal:
        mail.send(dataclasses.replace(LETTER, to="ben@example.org"))
    assert not isinstance(refusal.value, AddressRefused), "it is the message, not the address"


@pytest.mark.parametrize("answer", ["450 4.2.1 Busy", "421 4.3.2 Going down"])
def test_a_4xx_may_work_later(mail: SmtpTransport, smtp_server: ScriptedSmtp, answer: str) -> None:
    smtp_server.refuse_recipient(LETTER.to, answer)
    with pytest.raises(Upstream):
        mail.send(LETTER)
    smtp_server.will("451 4.3.0 Try again later")
    with pytest.raises(Upstream, match="451"):
        mail.send(dataclasses.replace(LETTER, to="ben@example.org"))


@pytest.mark.parametrize(
    "behaviour", [Behaviour.DROP_BEFORE_ACCEPTING, Behaviour.DROP_AFTER_ACCEPTING]
)
def test_a_line_that_breaks_may_work_later(
    mail: SmtpTransport, smtp_server: ScriptedSmtp, behaviour: Behaviour
) -> None:
    smtp_server.will(behaviour)
    with pytest.raises(Upstream, match="did not answer"):
        mail.send(LETTER)
    mail.send(LETTER)
    assert len({one.content for one in smtp_server.attempts}) == 1


def test_what_comes_back_goes_where_the_force_says(
    settings: Settings, smtp_server: ScriptedSmtp
) -> None:
    apart = dataclasses.replace(
        settings, mail_port=smtp_server.port, mail_bounces_to="returned@example.org"
    )
    SmtpTransport(apart).send(LETTER)
    (received,) = smtp_server.messages
    assert received.sender == "returned@example.org"
    assert received.message["From"] == LETTER.sender


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_set(
    settings: Settings, smtp_server: ScriptedSmtp
) -> None:
    impatient = dataclasses.replace(settings, mail_port=smtp_server.port, mail_seconds=1)
    smtp_server.will(Behaviour.HANG_BEFORE_ACCEPTING)
    with pytest.raises(Upstream, match="did not answer"):
        SmtpTransport(impatient).send(LETTER)


def test_a_server_that_is_away_may_come_back(settings: Settings) -> None:
    with pytest.raises(Upstream):
        SmtpTransport(dataclasses.replace(settings, mail_port=1)).send(LETTER)


class Moody:
    """A server with a fault of its own at one step of the conversation."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.sender_answer = ""
        self.goodbye = "221 Bye"

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender_answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.kept.append(envelope.original_content or b"")
        return "250 Kept"

    async def handle_QUIT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return self.goodbye


@pytest.fixture
def moody() -> Iterator[tuple[Moody, SmtpListener]]:
    handler = Moody()
    listener = SmtpListener(handler)
    listener.start()
    yield handler, listener
    listener.stop()


@pytest.mark.parametrize("goodbye", ["421 Too busy to say goodbye", "550 Go away"])
def test_a_rude_goodbye_does_not_send_the_message_again(
    settings: Settings, moody: tuple[Moody, SmtpListener], goodbye: str
) -> None:
    handler, listener = moody
    handler.goodbye = goodbye
    SmtpTransport(dataclasses.replace(settings, mail_port=listener.port)).send(LETTER)
    (kept,) = handler.kept
    assert email.message_from_bytes(kept, policy=modern)["Message-ID"] == LETTER.message_id


def test_a_sender_the_server_will_not_have_is_our_fault_and_loses_nothing(
    settings: Settings, moody: tuple[Moody, SmtpListener]
) -> None:
    handler, listener = moody
    handler.sender_answer = "550 5.7.1 You may not send as that"
    with pytest.raises(Upstream, match="550"):
        SmtpTransport(dataclasses.replace(settings, mail_port=listener.port)).send(LETTER)
    assert handler.kept == []


def test_a_password_is_never_said_aloud(settings: Settings, smtp_server: ScriptedSmtp) -> None:
    """A server that cannot encrypt gets neither the password nor the message."""
    private = dataclasses.replace(
        settings,
        mail_port=smtp_server.port,
        mail_starttls=True,
        mail_user="portal",
        mail_password="a secret",
    )
    with pytest.raises(Upstream):
        SmtpTransport(private).send(LETTER)
    assert smtp_server.attempts == []


class _Record(BaseHTTPRequestHandler):
    status = 200
    asked: list[str] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def record() -> Iterator[tuple[type[_Record], str]]:
    class Record(_Record):
        asked: list[str] = []

    server = HTTPServer(("127.0.0.1", 0), Record)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Record, f"http://127.0.0.1:{server.server_port}/delivered/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("status", "known"), [(200, True), (404, False)])
def test_the_delivery_record_is_asked_by_hash(
    settings: Settings, record: tuple[type[_Record], str], status: int, known: bool
) -> None:
    handler, address = record
    handler.status = status
    transport = SmtpTransport(dataclasses.replace(settings, mail_lookup_url=address))
    assert transport.already_has(LETTER, at=LETTER.written_at) is known
    assert handler.asked == [f"/delivered/{digest(LETTER.message_id)}"]


def test_a_record_that_does_not_answer_is_no_answer(
    settings: Settings, record: tuple[type[_Record], str]
) -> None:
    handler, address = record
    handler.status = 500
    for url in (address, "http://127.0.0.1:1/delivered"):
        transport = SmtpTransport(dataclasses.replace(settings, mail_lookup_url=url))
        with pytest.raises(Upstream):
            transport.already_has(LETTER, at=LETTER.written_at)


def test_without_a_record_nobody_knows(mail: SmtpTransport) -> None:
    assert mail.already_has(LETTER, at=LETTER.written_at) is None
    assert mail.fate(LETTER) is None
