"""A mail server that does what a test tells it to: accept, refuse, fall silent or hang up."""

import asyncio
import email
import random
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default as modern
from enum import Enum, auto
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.demo.listening import SmtpListener

FOREVER = 3600.0
ACCEPTED = "250 2.0.0 Kept"


class Behaviour(Enum):
    """What the server does with one message, where a plain answer is not enough."""

    ACCEPT = auto()
    HANG_BEFORE_ACCEPTING = auto()
    """Never answer, and do not keep the message."""
    HANG_AFTER_ACCEPTING = auto()
    """Keep the message, and never say so."""
    DROP_BEFORE_ACCEPTING = auto()
    """Hang up, and do not keep the message."""
    DROP_AFTER_ACCEPTING = auto()
    """Keep the message, and hang up instead of saying so."""


KEEPS = {
    Behaviour.ACCEPT,
    Behaviour.HANG_AFTER_ACCEPTING,
    Behaviour.DROP_AFTER_ACCEPTING,
}
# What real servers do, one time in three; a third of that leaves nobody sure how it ended.
TROUBLES: tuple[Behaviour | str, ...] = (
    "451 4.3.0 Try again later",
    "421 4.3.2 Going down",
    "554 5.7.1 We do not like it",
    Behaviour.HANG_BEFORE_ACCEPTING,
    Behaviour.HANG_AFTER_ACCEPTING,
    Behaviour.DROP_BEFORE_ACCEPTING,
    Behaviour.DROP_AFTER_ACCEPTING,
)
REFUSALS = ("450 4.2.1 Busy", "452 4.2.2 The mailbox is full", "550 5.1.1 No such mailbox")
HANGS = {Behaviour.HANG_BEFORE_ACCEPTING, Behaviour.HANG_AFTER_ACCEPTING}


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return email.message_from_bytes(self.content, policy=modern)

    @property
    def message_id(self) -> str:
        """Its Message-ID with the angle brackets, or the empty string."""
        return str(self.message["Message-ID"] or "")


class ScriptedSmtp:
    """An SMTP server on a free loopback port.

    `messages` is what it kept, in order; `attempts` is every message it was offered. Script the
    coming answers with `will(...)`: a `Behaviour`, or an answer such as
    `"451 4.3.0 Try again later"` or `"550 5.1.1 No such mailbox"`, which keeps nothing.
    After the script it accepts.
    """

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.attempts: list[Received] = []
        self._script: deque[Behaviour | str] = deque()
        self._refused_recipients: dict[str, str] = {}
        self._chance: random.Random | None = None
        self._listener = SmtpListener(self)
        self.host = self._listener.host
        self.port = self._listener.port

    def will(self, *answers: Behaviour | str) -> None:
        """Answer the coming messages so, one each."""
        self._script.extend(answers)

    def fail_by_chance(self, chance: random.Random) -> None:
        """From now on take a moment for each message, and fail one time in three, as real servers
        do: at the recipient, in the middle of the message, or at its end."""
        self._chance = chance

    def refuse_recipient(self, address: str, answer: str = "550 5.1.1 No such mailbox") -> None:
        """Refuse this address at RCPT TO, always."""
        self._refused_recipients[address] = answer

    def start(self) -> None:
        """Begin to answer."""
        self._listener.start()

    def stop(self) -> None:
        """End every conversation and close the port."""
        self._listener.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, unless told to refuse it."""
        if address in self._refused_recipients:
            return self._refused_recipients[address]
        if self._chance and self._chance.random() < 0.08:
            return self._chance.choice(REFUSALS)
        if self._chance and self._chance.random() < 0.04:
            # Falls somewhere between here and the end of the message.
            line = cast(asyncio.Transport, server.transport)
            asyncio.get_running_loop().call_later(self._chance.uniform(0, 0.02), line.abort)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Do with the message what the script says."""
        received = _received(envelope)
        self.attempts.append(received)
        answer = self._script.popleft() if self._script else await self._by_chance()
        if isinstance(answer, str):
            return answer
        if answer in KEEPS:
            self.messages.append(received)
        if answer is Behaviour.ACCEPT:
            return ACCEPTED
        if answer not in HANGS:
            cast(asyncio.Transport, server.transport).abort()
        # Losing the connection cancels this wait, whoever ends it.
        await asyncio.sleep(FOREVER)
        return ACCEPTED

    async def _by_chance(self) -> Behaviour | str:
        if self._chance is None:
            return Behaviour.ACCEPT
        await asyncio.sleep(self._chance.uniform(0, 0.03))
        is_well = self._chance.random() < 0.75
        return Behaviour.ACCEPT if is_well else self._chance.choice(TROUBLES)


def _received(envelope: Envelope) -> Received:
    return Received(
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        content=envelope.original_content or b"",
    )
