"""`portal clock explain`: worked sums for dates typed by hand, in the form of the facts file.

What cannot be read is refused entry by entry, with null dates and a reason; the other entries
are worked out as if it were not there.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from portal.errors import Refused
from portal.requests.clock import (
    AuthorityReceived,
    AuthorityRequested,
    ClarificationAnswered,
    ClarificationAsked,
    Clock,
    ClockEvent,
    ExtensionNotified,
    FeePaid,
    FeeRequested,
    FeesNoticeGiven,
    FeesNoticePaid,
    IdentityReceived,
    IdentityRequested,
    PublicInterestNotified,
    Received,
    Regime,
    ReviewFoundExceptional,
    clock_of,
)
from portal.requests.clock.words import days, long_day
from portal.workdays import Holidays

Explained = dict[str, Any]

REGIMES = {
    "sar": Regime.SAR_PART3,
    "sar_part3": Regime.SAR_PART3,
    "sar_gdpr": Regime.SAR_GDPR,
    "foi": Regime.FOI,
    "foi-review": Regime.FOI_REVIEW,
    "dp-complaint": Regime.DP_COMPLAINT,
}
FIRST_YEAR, LAST_YEAR = 2000, 2099
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATES = ("start_on", "legal_due_on", "promise_due_on", "target_due_on", "staff_target_on")


def parse(text: str) -> object:
    """Decode JSON. Refused says at which line and column it stops making sense."""
    try:
        decoded: object = json.loads(text)
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise Refused(f"The input is not JSON: {fault.msg} at {where}.") from None
    except (RecursionError, ValueError):
        raise Refused("The input is not JSON this command can read.") from None
    return decoded


def explain(inputs: object, holidays: Holidays) -> list[Explained]:
    """One result for each entry of a list, in order; or for the one object that is not a list.

    Keys: `start_on`, `paused_days`, `legal_due_on`, `promise_due_on`, `target_due_on`,
    `staff_target_on` (ISO dates, null where they do not apply), `refused` (a reason or null) and
    `working` (lines for people).
    """
    entries = inputs if isinstance(inputs, list) else [inputs]
    return [_explain_one(entry, holidays) for entry in entries]


def as_text(explained: Iterable[Explained]) -> str:
    """The results of `explain` for people, a blank line between them."""
    return "\n\n".join(_one_as_text(result) for result in explained) + "\n"


def _explain_one(entry: object, holidays: Holidays) -> Explained:
    try:
        regime, events = _read(entry)
        return _result(clock_of(regime, events, holidays))
    except Refused as refused:
        return dict.fromkeys(_RESULT) | {"refused": refused.message, "working": []}


_RESULT = (
    "start_on",
    "paused_days",
    "legal_due_on",
    "promise_due_on",
    "target_due_on",
    "staff_target_on",
    "refused",
    "working",
)


def _result(clock: Clock) -> Explained:
    written = {name: getattr(clock, name) for name in _RESULT}
    written |= {name: _iso(written[name]) for name in _DATES}
    refused = " ".join(clock.refused) or None
    return written | {"refused": refused, "working": list(clock.working)}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read(entry: object) -> tuple[Regime, list[ClockEvent]]:
    if not isinstance(entry, dict):
        raise Refused('Each entry must be an object such as {"regime": "sar", "received_on": …}.')
    unknown = [_shown(key) for key in entry if key not in _KNOWN]
    if unknown:
        raise Refused(f"Unknown: {', '.join(unknown[:5])}. There may be: {', '.join(_KNOWN)}.")
    regime = entry.get("regime")
    if not isinstance(regime, str) or regime not in REGIMES:
        raise Refused(f"regime must be one of {', '.join(REGIMES)}, not {_shown(regime)}.")
    received_on = _date("received_on", entry.get("received_on"))
    events: list[ClockEvent] = [Received(received_on)]
    for name, reader in _READERS.items():
        # A null is the same as nothing: it never came.
        if entry.get(name) is not None:
            events += reader(name, entry[name], received_on)
    return REGIMES[regime], events


def _date(name: str, written: object) -> date:
    if not isinstance(written, str) or not _DATE.fullmatch(written):
        raise Refused(f"{name} must be a date such as 2026-03-31, not {_shown(written)}.")
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise Refused(f"{name} is {written}, a date that does not exist.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(f"{name} is {written}: the year must be {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _span(name: str, written: object) -> tuple[date, date | None]:
    """A pair of dates; the second may be null."""
    if not isinstance(written, list) or len(written) != 2:
        raise Refused(f"{name} must be two dates, the second may be null, not {_shown(written)}.")
    first = _date(f"{name}, first date,", written[0])
    if written[1] is None:
        return first, None
    second = _date(f"{name}, second date,", written[1])
    if second < first:
        raise Refused(
            f"{name} ends on {second.isoformat()}, before it began on {first.isoformat()}."
        )
    return first, second


Reader = Callable[[str, Any, date], list[ClockEvent]]


def _waited(requested: type[ClockEvent], came: type[ClockEvent]) -> Reader:
    """What came had been asked for on receipt: otherwise it would not stand in the entry."""

    def read(name: str, written: object, received_on: date) -> list[ClockEvent]:
        return [requested(received_on), came(_date(name, written))]

    return read


def _given(notice: type[ClockEvent]) -> Reader:
    def read(name: str, written: object, _received_on: date) -> list[ClockEvent]:
        return [notice(_date(name, written))]

    return read


def _clarifications(name: str, written: object, _received_on: date) -> list[ClockEvent]:
    if not isinstance(written, list):
        raise Refused(f"{name} must be a list of pairs of dates, not {_shown(written)}.")
    events: list[ClockEvent] = []
    for number, pair in enumerate(written, 1):
        asked_on, answered_on = _span(f"{name}, pair {number}", pair)
        events.append(ClarificationAsked(asked_on, question=str(number)))
        if answered_on is not None:
            events.append(ClarificationAnswered(answered_on, question=str(number)))
    return events


def _fees_notice(name: str, written: object, _received_on: date) -> list[ClockEvent]:
    given_on, paid_on = _span(name, written)
    paid = [] if paid_on is None else [FeesNoticePaid(paid_on)]
    return [FeesNoticeGiven(given_on), *paid]


def _exceptional(name: str, written: object, received_on: date) -> list[ClockEvent]:
    if not isinstance(written, bool):
        raise Refused(f"{name} must be true or false, not {_shown(written)}.")
    return [ReviewFoundExceptional(received_on)] if written else []


_READERS: Mapping[str, Reader] = {
    "identity_received_on": _waited(IdentityRequested, IdentityReceived),
    "authority_received_on": _waited(AuthorityRequested, AuthorityReceived),
    "fee_paid_on": _waited(FeeRequested, FeePaid),
    "clarifications": _clarifications,
    "extension_notice_on": _given(ExtensionNotified),
    "public_interest_notice_on": _given(PublicInterestNotified),
    "fees_notice": _fees_notice,
    "exceptional": _exceptional,
}
_KNOWN = ("regime", "received_on", *_READERS)


def _shown(written: object) -> str:
    """What was typed, cut short, in letters that any terminal can print."""
    if isinstance(written, list | dict):
        return "a list" if isinstance(written, list) else "an object"
    text = json.dumps(written)
    return text if len(text) <= 40 else f"{text[:40]}…"


_LABELS = {
    "start_on": "Time started",
    "legal_due_on": "Last day by law",
    "promise_due_on": "Promised by",
    "target_due_on": "We will reply by",
    "staff_target_on": "Staff work to",
}


def _one_as_text(result: Explained) -> str:
    lines = list(result["working"])
    lines += [
        f"{label + ':':18}{long_day(date.fromisoformat(result[name]))}"
        for name, label in _LABELS.items()
        if result[name]
    ]
    if result["paused_days"]:
        lines.append(f"{'Not counted:':18}{days(result['paused_days'])}")
    if result["refused"]:
        lines.append(f"{'Refused:':18}{result['refused']}")
    return "\n".join(lines)
