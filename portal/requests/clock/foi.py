"""Freedom of information: 20 working days, and the internal review.

FOIA s.10:

    (1) … a public authority must comply with section 1(1) promptly and in any event not later
        than the twentieth working day following the date of receipt.
    (2) Where the authority has given a fees notice to the applicant and the fee is paid …, the
        working days in the period beginning with the day on which the fees notice is given to the
        applicant and ending with the day on which the fee is received by the authority are to be
        disregarded in calculating … the twentieth working day following the date of receipt.
    (3) [Where the public interest is being weighed] the public authority need not comply … until
        such time as is reasonable in the circumstances; but this subsection does not affect the
        time by which any notice under section 17(1) must be given.
    (6) … "the date of receipt" means (a) the day on which the public authority receives the
        request for information, or (b) if later, the day on which it receives the information
        referred to in section 1(3).
"""

from datetime import date
from itertools import islice

from portal.requests.clock.ledger import Exceptional, FeesNotice, Ledger, PublicInterest, Question
from portal.requests.clock.result import Sum, WaitingFor
from portal.requests.clock.sar import promise_of
from portal.workdays import ONE_DAY, add_working_days, months_after, working_days_after

WORKING_DAYS = 20
# The regulator expects no more than 20 further working days for the public interest, and the
# Code of Practice (FOIA s.45) no more than 20 further for an exceptional internal review.
EXTENDED_WORKING_DAYS = 40


def sum_foi(ledger: Ledger, holidays: frozenset[date], as_of: date | None) -> Sum:
    """The 20th (or 40th) working day after receipt, or after the last answer to a question."""
    questions = ledger.all(Question)
    answers = [question.answered_on for question in questions if question.answered_on]
    if len(answers) < len(questions):
        # s.1(3): not obliged to comply "unless it is supplied with that further information".
        return Sum(start_on=None, waiting_for=(WaitingFor.CLARIFICATION,))
    start_on = max([ledger.received_on, *answers])  # s.10(6)(b): a restart, not a pause
    notices = ledger.all(FeesNotice)
    if unpaid := _unpaid(start_on, notices, as_of):
        return unpaid
    is_extended = ledger.has(PublicInterest)
    wanted = EXTENDED_WORKING_DAYS if is_extended else WORKING_DAYS
    due_on = _nth_counted(start_on, wanted, holidays, notices)
    has_promise = not is_extended and not notices
    return Sum(
        start_on=start_on,
        raw_on=due_on,
        legal_due_on=due_on,
        promise_due_on=promise_of(start_on) if has_promise else None,
        is_extended=is_extended,
    )


def sum_review(ledger: Ledger, holidays: frozenset[date], _as_of: date | None) -> Sum:
    """An internal review: 20 working days, 40 in an exceptional case; no promise.

    FOIA s.45 Code of Practice, part 5; the days are counted as s.10 counts them.
    """
    is_extended = ledger.has(Exceptional)
    wanted = EXTENDED_WORKING_DAYS if is_extended else WORKING_DAYS
    due_on = add_working_days(ledger.received_on, wanted, holidays)
    return Sum(
        start_on=ledger.received_on,
        raw_on=due_on,
        legal_due_on=due_on,
        is_extended=is_extended,
    )


def last_day_to_pay(given_on: date) -> date:
    """The last day to pay a fee asked for on `given_on`.

    s.9(2): "within the period of three months beginning with the day on which the fees notice is
    given": that day is the first of the three months, so they end the day before its like.
    """
    like = months_after(given_on, 3)
    return like - ONE_DAY if like.day == given_on.day else like


def _unpaid(start_on: date, notices: tuple[FeesNotice, ...], as_of: date | None) -> Sum | None:
    """No date while a fee is open; no duty at all once three months have passed (s.9(2))."""
    for notice in notices:
        pay_by_on = last_day_to_pay(notice.on)
        seen_on = notice.paid_on or as_of
        if seen_on is not None and seen_on > pay_by_on:
            return Sum(start_on=start_on, has_duty=False)
        if notice.paid_on is None:
            return Sum(start_on=start_on, waiting_for=(WaitingFor.FEE,))
    return None


def _nth_counted(
    start_on: date, wanted: int, holidays: frozenset[date], notices: tuple[FeesNotice, ...]
) -> date:
    """Walk the working days after `start_on`, leaving out those of a fees notice (s.10(2))."""
    days = working_days_after(start_on, holidays)
    counted = (day for day in days if not is_disregarded(day, notices))
    return next(islice(counted, wanted - 1, None))


def is_disregarded(day: date, notices: tuple[FeesNotice, ...]) -> bool:
    """True from the day a fees notice was given to the day it was paid, both included."""
    return any(n.on <= day <= n.paid_on for n in notices if n.paid_on is not None)
