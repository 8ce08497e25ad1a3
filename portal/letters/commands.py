"""Issuing letters. What is issued is complete, kept as data, and printed by the worker."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.config import Settings
from portal.db import locked
from portal.errors import NotFound, Refused
from portal.letters.composing import with_standard_words
from portal.letters.kinds import Fields, LetterKind, refuse_incomplete
from portal.letters.models import Letter
from portal.outbox.commands import owe

PRINT_LETTER = "print_letter"

# What the settings say of the force. It is put in when a letter is shown or printed, so that no
# command needs the settings; they are never blank, because the portal does not start without.
FORCE_FIELDS = ("force_name", "contact", "dpo_contact", "regulator_name", "regulator_address")


def issue(
    session: Session,
    *,
    subject_id: UUID,
    reference: str,
    kind: LetterKind,
    fields: Fields,
    is_to_post: bool,
    by: Actor,
    at: datetime,
) -> Letter:
    """Issue a letter: check that it is complete, keep it, and owe its page and its PDF.

    `fields` are all of the letter's but the force's own; `is_to_post` when it must go into an
    envelope because there is no e-mail address. Refused, naming what is blank.
    """
    refuse_incomplete(kind, with_standard_words(kind, {**fields, **_certain_to_come()}))
    letter = Letter(
        subject_id=subject_id,
        kind=kind,
        fields=_as_json(fields),
        issued_at=at,
        issued_by=by.id,
        is_to_post=is_to_post,
    )
    session.add(letter)
    session.flush()
    owe(
        session,
        PRINT_LETTER,
        payload={"letter_id": str(letter.id)},
        key=f"print-letter:{letter.id}",
        at=at,
    )
    record(
        session,
        "letter.issued",
        subject=reference,
        by=by,
        at=at,
        kind=kind.value,
        letter=str(letter.id),
    )
    return letter


def mark_posted(session: Session, *, letter_id: UUID, by: Actor, at: datetime) -> Letter:
    """Note that a letter went into the post. Refused when it was not for the post, or went."""
    letter = locked(session, Letter, letter_id)
    if letter is None:
        raise NotFound("There is no such letter.")
    if not letter.is_to_post or letter.posted_at is not None:
        raise Refused("This letter does not wait to be posted.")
    letter.posted_at, letter.posted_by = at, by.id
    record(
        session,
        "letter.posted",
        subject=str(letter.fields["reference"]),
        by=by,
        at=at,
        letter=str(letter.id),
    )
    return letter


def note_viewed(session: Session, *, letter: Letter, by: Actor, at: datetime) -> None:
    """Write in the book that somebody opened a letter."""
    record(
        session,
        "letter.viewed",
        subject=str(letter.fields["reference"]),
        by=by,
        at=at,
        letter=str(letter.id),
    )


def force_fields(settings: Settings) -> dict[str, str]:
    """The fields that are the force's own words, from its settings."""
    reached = f"Phone {settings.contact_phone}. E-mail {settings.contact_email}."
    return {
        "force_name": settings.force_name,
        "contact": "\n\n".join([settings.contact_address, reached]),
        "dpo_contact": settings.dpo_contact,
        "regulator_name": settings.regulator_name,
        "regulator_address": settings.regulator_address,
    }


def _certain_to_come() -> dict[str, str]:
    return dict.fromkeys(FORCE_FIELDS, "comes when it is printed")


def _as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Days and instants as ISO text, which letters read as they do dates."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
        if value is not None
    }
