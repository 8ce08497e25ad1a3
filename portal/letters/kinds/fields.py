"""What a letter is made of: its kind, its fields, and when a field is needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Fields = Mapping[str, Any]


class LetterKind(StrEnum):
    """Every formal letter we issue."""

    ACK = "ack"
    ID_REQUEST = "id_request"
    CLARIFICATION = "clarification"
    EXTENSION = "extension"
    PIT_EXTENSION = "pit_extension"
    RESTRICTION = "restriction"
    NCND = "ncnd"
    REFUSAL_GDPR = "refusal_gdpr"
    UNFOUNDED = "unfounded"
    LPP = "lpp"
    FOI_REFUSAL = "foi_refusal"
    NOT_HELD = "not_held"
    DISCLOSURE = "disclosure"
    DISCLOSURE_FOI = "disclosure_foi"
    REOPENED = "reopened"
    COMPLAINT_ACK = "complaint_ack"
    REVIEW_OUTCOME = "review_outcome"
    COMPLAINT_OUTCOME = "complaint_outcome"
    FEES_NOTICE = "fees_notice"
    DELAY = "delay"
    RESTRICTION_REVIEW = "restriction_review"
    CLOSING = "closing"


@dataclass(frozen=True)
class ClipLine:
    """One copy in a letter's list. `duration_s` in whole seconds, `sha256` of the copy, hex."""

    file_name: str
    started_at: datetime
    duration_s: int
    camera: str
    sha256: str


@dataclass(frozen=True)
class Field:
    """A thing a letter says: its name in code, what it is in plain words, when it is needed.

    With `choices`, the value (or each one of a list) must be among them.
    """

    name: str
    plain: str
    choices: tuple[str, ...] = ()
    when: Callable[[Fields], bool] = lambda fields: True


def says(name: str, *values: str) -> Callable[[Fields], bool]:
    """Needed when another field has one of these values."""
    return lambda fields: fields.get(name) in values


def has(name: str) -> Callable[[Fields], bool]:
    """Needed when another field is given."""
    return lambda fields: not is_blank(fields.get(name))


def lacks(name: str) -> Callable[[Fields], bool]:
    """Needed when another field is left out."""
    return lambda fields: is_blank(fields.get(name))


def is_blank(value: object) -> bool:
    """Whether a value says nothing: no text, an empty list, a list of nothing."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | tuple):
        return not value or all(is_blank(each) for each in value)
    return value is None
