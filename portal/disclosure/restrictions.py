"""Looking again at what an answer held back. Law: pure (rules, section 5, rule 5; DPA 2018 s.45).

A restriction lasts "for so long as" it is necessary and proportionate, so it is looked at every
90 days, and each look owes the next.
"""

from collections.abc import Iterable

from portal.disclosure.exemptions import Line, told
from portal.disclosure.models import Finding
from portal.holds.policy import Level, strictest


def for_now(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that must be looked at again, those the applicant may not know of too."""
    return tuple(line for line in lines if line.is_for_now)


def level_told(lines: Iterable[Line]) -> Level | None:
    """How much a letter about the look may say, or None when there can be none: to write of a
    look at what is held at level L3 would tell that there is something."""
    limited = for_now(told(lines))
    if not limited:
        return None
    return strictest(line.level or Level.OPEN for line in limited)


def has_news(finding: Finding, *, is_reopening: bool) -> bool:
    """Whether there is something to write: that it stays as it is, or that it opens again. A
    restriction that should end but is still held has neither yet; its end is told when it ends."""
    return finding is Finding.CONTINUE or is_reopening
