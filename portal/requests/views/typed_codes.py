"""Checking a typed code and counting it, and what to say about it then."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.identity.codes import CodeVerdict, tidy_code
from portal.web.limits import CODE_FAILURES, refuse_spent, take, visitor
from portal.web.session import now

_DIGITS = 8


def counted(session: Session, check: Callable[[], CodeVerdict]) -> CodeVerdict:
    """What `check` says of a typed code, with each wrong one counted against the visitor's address.

    From an address that typed too many wrong ones no code is looked at, and a right one neither:
    TooMany. All in one transaction, so that many who type at once get no further.
    """
    refuse_spent(session, CODE_FAILURES, visitor(), at=now())
    verdict = check()
    if verdict is not CodeVerdict.ACCEPTED:
        take(session, CODE_FAILURES, visitor(), at=now())
    return verdict


def in_words(verdict: CodeVerdict, typed: str | None) -> str:
    """The verdict for whoever typed. A code of another length is none we ever sent, so that says
    more than the verdict does, and nothing about the code we did send."""
    if len(tidy_code(typed or "")) != _DIGITS:
        return "The code has 8 numbers"
    return verdict.explanation
