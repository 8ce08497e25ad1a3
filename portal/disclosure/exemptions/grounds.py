"""A lawful ground to withhold, as data: its statute, its questions, and what it is for."""

from dataclasses import dataclass
from enum import StrEnum

from portal.disclosure.exemptions.questions import (
    ASKED_OF_NEITHER,
    USED_ALIKE,
    WHY_NEITHER,
    Answers,
    Question,
)
from portal.requests.endings import Ending


class Weighing(StrEnum):
    """Whether the public interest is weighed before a ground is used (FOIA s.2)."""

    ABSOLUTE = "absolute"
    QUALIFIED = "qualified"
    BY_CONDITION = "by_condition"
    OUTSIDE = "outside"

    @property
    def label(self) -> str:
        """The weighing as handlers read it."""
        return _WEIGHING_LABELS[self]


_WEIGHING_LABELS = {
    Weighing.ABSOLUTE: "Absolute",
    Weighing.QUALIFIED: "Qualified: weigh the public interest",
    Weighing.BY_CONDITION: "Absolute under the first condition, otherwise qualified",
    Weighing.OUTSIDE: "Not weighed",
}

# FOIA s.2(3)(fa): s.40(2) is absolute where its first condition is met, and only there.
FIRST_CONDITION, OTHER_CONDITIONS = "first", ("second", "third")
# The answer to "for how long?" that promises another look.
FOR_NOW = "for_now"


@dataclass(frozen=True)
class Exemption:
    """A lawful ground. `plain` follows "we hold it back …" in a letter; `questions` are the test
    to record; `confirm_or_deny` is the provision that lets us say neither "yes" nor "no".

    `is_for_recordings` when one recording can be withheld on it, `ends` how a whole request
    ends that is refused on it (None when it can only be used for recordings).
    """

    code: str
    statute: str
    plain: str
    questions: tuple[Question, ...]
    weighing: Weighing = Weighing.OUTSIDE
    confirm_or_deny: str = ""
    is_for_recordings: bool = True
    ends: Ending | None = None

    @property
    def may_neither_confirm(self) -> bool:
        """Whether a whole request can be answered by neither confirming nor denying on it. The
        cost limit has a provision of its own (s.12(2)), which ends it as over the limit."""
        return bool(self.confirm_or_deny) and self.ends in (None, Ending.REFUSED)

    @property
    def neither_questions(self) -> tuple[Question, ...]:
        """What is asked when we neither confirm nor deny on this ground: nothing of it is told."""
        own = (each.untold() for each in self.questions if each.name in ASKED_OF_NEITHER)
        return (WHY_NEITHER, USED_ALIKE, *own)

    @property
    def held_questions(self) -> tuple[Question, ...]:
        """What is asked when evidence is held back: how long is the hold's own answer."""
        return tuple(each for each in self.questions if each.name != "how_long")

    def is_weighed(self, answers: Answers) -> bool:
        """Whether the public interest must be weighed (FOIA s.2(2)(b)), as it was answered."""
        if self.weighing is Weighing.BY_CONDITION:
            return answers.get("condition") in OTHER_CONDITIONS
        return self.weighing is Weighing.QUALIFIED
