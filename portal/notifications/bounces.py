"""Reading what mail servers send back: delivery reports (RFC 3464), and nothing else.

Anybody can send such a message. It is believed only when it names a Message-ID of ours, which
nobody but that e-mail's recipient and the servers on its way have seen; and all it can do then is
to have a handler told. Nothing is ever sent because of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from typing import cast

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.notifications.commands import note_returned
from portal.notifications.notices import Failure

# A report, with the headers of the e-mail it is about. Ours are a page of text at most.
LONGEST = 256 * 1024


@dataclass(frozen=True)
class Returned:
    """An e-mail that could not be delivered, and why."""

    message_id: str
    failure: Failure


def read_report(content: bytes) -> Returned | None:
    """What a delivery report says for good. None for every other message: a report of a delay,
    an answer by a person, an absence note, spam, or what nobody can read."""
    try:
        report = message_from_bytes(content[:LONGEST])
    except RecursionError:
        return None  # one message in another, and so on: made to be so
    if report.get_content_type() != "multipart/report" or not report.is_multipart():
        return None
    # Its own parts alone: what the returned message holds is no word of a mail server.
    parts = cast(list[Message], report.get_payload())
    failure = next(_failures(parts), None)
    message_id = next(_message_ids(parts), None)
    return Returned(message_id, failure) if failure and message_id else None


def take_report(session: Session, content: bytes, *, by: Actor, at: datetime) -> bool:
    """Note what came back. False when this tells us nothing: it is no such report, it is about
    no e-mail of ours, or we knew."""
    returned = read_report(content)
    if returned is None:
        return False
    return note_returned(session, returned.message_id, failure=returned.failure, by=by, at=at)


def _failures(parts: list[Message]) -> Iterator[Failure]:
    """Why, for each recipient whose delivery failed for good."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in cast(list[Message], part.get_payload()):
            if str(block["Action"] or "").strip().lower() == "failed":
                yield _why(str(block["Status"] or "").strip())


def _why(status: str) -> Failure:
    """By the enhanced status (RFC 3463): 5.1 is about the address, 4 and 5.2 about the mailbox."""
    if status.startswith("5.1."):
        return Failure.ADDRESS
    return Failure.GIVEN_UP if status.startswith(("4.", "5.2.")) else Failure.REFUSED


def _message_ids(parts: list[Message]) -> Iterator[str]:
    """The Message-ID of the e-mail that came back: whole, or its headers alone."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            yield from _named(part.get_payload(0))
        elif part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            yield from _named(HeaderParser().parsestr(str(part.get_payload())))


def _named(returned: object) -> Iterator[str]:
    if isinstance(returned, Message) and returned["Message-ID"]:
        yield str(returned["Message-ID"]).strip()
