"""Which law governs a request, and what the applicant is told when that is corrected. Law: pure.

The primary purpose for which the footage is processed decides between the two laws of subject
access (DPA 2018 s.29, s.45; UK GDPR Art 15). Who is in it decides between those and FOIA: one's
own data is absolutely exempt there (FOIA s.40(1)), so that such a request is handled as subject
access from the day it came. The name on the form decides nothing.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from portal.requests.letter_writing import answer_by
from portal.requests.lifecycle import Regime


class Because(StrEnum):
    """Why another law governs than the one we took."""

    OWN_VIDEO = "own_video"
    NOT_OF_THEM = "not_of_them"
    OTHER_PURPOSE = "other_purpose"
    LAW_ENFORCEMENT = "law_enforcement"

    @property
    def label(self) -> str:
        """The reason as handlers choose it."""
        return _LABELS[self]

    @property
    def told(self) -> str:
        """The reason in words for the applicant."""
        return _TOLD[self]


_LABELS = {
    Because.OWN_VIDEO: "They ask for video of themselves, or of someone they act for",
    Because.NOT_OF_THEM: "The video they ask for is not of them",
    Because.OTHER_PURPOSE: "The video is now kept only for another purpose than law enforcement",
    Because.LAW_ENFORCEMENT: "The video is kept for law enforcement",
}
_TOLD = {
    Because.OWN_VIDEO: "You asked for video of yourself, or of someone you act for. There is a "
    "law that gives people a right to that. We now use that law, because it lets us give you more.",
    Because.NOT_OF_THEM: "The video you asked for is not of you. So we now deal with it as a "
    "freedom of information request. What we give out under that law, anyone may see.",
    Because.OTHER_PURPOSE: "We keep this video for something other than police work now, like a "
    "complaint or a claim. So another part of the data protection law applies. You do not have to "
    "do anything, and your rights stay as strong.",
    Because.LAW_ENFORCEMENT: "We keep this video for police work. So another part of the data "
    "protection law applies. You do not have to do anything.",
}

# Where it leads, from where, and for which reason (rules 1.1).
CHANGES: Mapping[Because, tuple[frozenset[Regime], Regime]] = {
    Because.OWN_VIDEO: (frozenset({Regime.FOI}), Regime.SAR_PART3),
    Because.NOT_OF_THEM: (frozenset({Regime.SAR_PART3, Regime.SAR_GDPR}), Regime.FOI),
    Because.OTHER_PURPOSE: (frozenset({Regime.SAR_PART3}), Regime.SAR_GDPR),
    Because.LAW_ENFORCEMENT: (frozenset({Regime.SAR_GDPR}), Regime.SAR_PART3),
}
STATUTES: Mapping[Because, str] = {
    Because.OWN_VIDEO: "Freedom of Information Act 2000, section 40(1) and (5A); Data Protection "
    "Act 2018, section 45",
    Because.NOT_OF_THEM: "Freedom of Information Act 2000, section 1",
    Because.OTHER_PURPOSE: "UK GDPR, Article 15",
    Because.LAW_ENFORCEMENT: "Data Protection Act 2018, sections 29 and 45",
}


def reasons_from(regime: Regime) -> tuple[Because, ...]:
    """Why this law could be the wrong one."""
    return tuple(because for because, (before, _) in CHANGES.items() if regime in before)


def told_of_change(because: Because, due_on: date | None, today: date) -> str:
    """What the applicant reads. `due_on` is the new date, None while there is none."""
    words = (
        f"We still count from the day you first asked. {answer_by(due_on, today)}"
        if due_on
        else "We still count from the day you first asked, and tell you the date when there is one."
    )
    return f"{because.told}\n{words}"


# Nobody can look for video without a moment; and no page of ours writes one down afterwards.
NO_TIME_OR_PLACE = (
    "They told us no time and place, so nobody could look for the video. Ask for clarification. "
    "When they answer, register a subject access request with the time and place, received on {}."
)

SPLIT_TOLD = (
    "You asked for two things. We made two requests, because two laws apply. They are {one} and "
    "{other}. Each has its own date, and each gets its own answer."
)
