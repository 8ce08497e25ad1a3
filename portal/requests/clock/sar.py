"""Subject access: one month, under DPA 2018 Part 3 and UK GDPR alike since 5 February 2026.

DPA 2018 s.54, and UK GDPR Art 12A in the same words:

    (2) "The applicable time period" means the period of one month beginning with the relevant
        time, subject to subsection (3A).
    (3) "The relevant time" means the latest of (a) when the controller receives the request,
        (b) when the controller receives the information (if any) requested under section 52(4),
        (c) when the fee (if any) charged is paid.
    (3A) The controller may, by giving notice to the data subject, extend the applicable time
        period by two further months where that is necessary by reason of (a) the complexity of
        requests made by the data subject, or (b) the number of such requests.
    (3B) A notice must (a) be given before the end of the period of one month beginning with the
        relevant time, and (b) state the reasons for the delay.
    (3C) [Where further information is reasonably required to identify what is asked for] the
        period beginning with the day on which the controller makes the request and ending with
        the day on which the controller receives the information does not count towards (i) the
        applicable time period, or (ii) the period described in subsection (3B)(a).
"""

from collections.abc import Iterable
from datetime import date, timedelta

from portal.requests.clock.ledger import Extension, Ledger, Question, Wait
from portal.requests.clock.result import PROMISE, Pause, Sum, WaitingFor
from portal.workdays import ONE_DAY, months_after, next_working_day


def sum_sar(ledger: Ledger, holidays: frozenset[date], as_of: date | None) -> Sum:
    """Start, month or three, paused days, and ONE roll at the end."""
    start_on, missing = _start(ledger)
    if start_on is None:
        return Sum(start_on=None, waiting_for=missing)
    is_extended = ledger.has(Extension)
    pauses = pauses_of(ledger.all(Question), start_on)
    paused_days = sum(pause.days(as_of) for pause in pauses)
    if is_open(pauses):
        return Sum(
            start_on=start_on,
            pauses=pauses,
            paused_days=paused_days,
            waiting_for=(WaitingFor.CLARIFICATION,),
            is_extended=is_extended,
        )
    # s.54(2), (3A): one month, or one and two further; s.54(3C): the paused days do not count.
    raw_on = months_after(start_on, 3 if is_extended else 1) + timedelta(days=paused_days)
    return Sum(
        start_on=start_on,
        raw_on=raw_on,
        # Regulation 1182/71 Art 3(4): "Where the last day of a period … is a public holiday,
        # Sunday or Saturday, the period shall end with the expiry of the last hour of the
        # following working day." Rolled once, after months and pauses.
        legal_due_on=next_working_day(raw_on, holidays),
        # The promise knows no weekend; an extended request is promised the notified date instead.
        promise_due_on=None if is_extended else promise_of(start_on, paused_days),
        pauses=pauses,
        paused_days=paused_days,
        is_extended=is_extended,
    )


def sum_reopened(ledger: Ledger, _holidays: frozenset[date], as_of: date | None) -> Sum:
    """A new promise of 31 days from the day the last hold ended; the law's own date is past."""
    start_on = ledger.received_on
    pauses = pauses_of(ledger.all(Question), start_on)
    paused_days = sum(pause.days(as_of) for pause in pauses)
    waiting = is_open(pauses)
    return Sum(
        start_on=start_on,
        promise_due_on=None if waiting else promise_of(start_on, paused_days),
        pauses=pauses,
        paused_days=paused_days,
        waiting_for=(WaitingFor.CLARIFICATION,) if waiting else (),
    )


def promise_of(start_on: date, paused_days: int = 0) -> date:
    """The 31 days the public was given: start + 31 + paused days, never rolled forward."""
    return start_on + PROMISE + timedelta(days=paused_days)


def _start(ledger: Ledger) -> tuple[date | None, tuple[WaitingFor, ...]]:
    """s.54(3): the latest of request, identity, fee; and of a representative's authority."""
    waits = ledger.all(Wait)
    missing = tuple(WaitingFor(wait.need) for wait in waits if wait.until_on is None)
    if missing:
        return None, missing
    return max([ledger.received_on, *(wait.until_on for wait in waits if wait.until_on)]), ()


def pauses_of(questions: Iterable[Question], start_on: date) -> tuple[Pause, ...]:
    """The union of the questions' days, both ends included, after the start (day 0 never counted).

    Regulation 1182/71 Art 3(1): the day of the event itself "shall not be considered as falling
    within the period in question", so there is nothing on it to pause.
    """
    spans = [(max(q.on, start_on + ONE_DAY), q.answered_on or date.max) for q in questions]
    merged: list[tuple[date, date]] = []
    for first_on, last_on in sorted(spans):
        if last_on < first_on:
            continue
        if merged and first_on - ONE_DAY <= merged[-1][1]:
            begun_on, ended_on = merged.pop()
            merged.append((begun_on, max(ended_on, last_on)))
        else:
            merged.append((first_on, last_on))
    return tuple(Pause(first, None if last == date.max else last) for first, last in merged)


def is_open(pauses: tuple[Pause, ...]) -> bool:
    """True while a question is not answered."""
    return bool(pauses) and pauses[-1].last_on is None
