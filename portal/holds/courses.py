"""What opens each kind of hold, what ends it, and who says so. Law: pure (rules, section 5).

A hold ends with its matter, and a matter is closed by a person: this is what that person goes by.
"""

from dataclasses import dataclass
from typing import Protocol

from portal.holds.policy import HoldKind


class Windows(Protocol):
    """How long something can still follow an outcome, as the force has set it."""

    @property
    def victims_review_days(self) -> int:
        """Days in which a victim may have a decision not to charge reviewed."""

    @property
    def appeal_days(self) -> int:
        """Days in which a conviction or a sentence may be appealed."""

    @property
    def conduct_review_days(self) -> int:
        """Working days in which a conduct outcome may be appealed or reviewed."""


@dataclass(frozen=True)
class Course:
    """The course of holds of one kind. Any one of `ends` is enough."""

    opens: str
    ends: tuple[str, ...]
    decided_by: str
    note: str = ""


def course_of(kind: HoldKind, windows: Windows) -> Course:
    """What opens and what ends a hold of this kind, with the times of this force in its words."""
    return _COURSES[kind](windows)


def _investigation(windows: Windows) -> Course:
    return Course(
        opens="It is linked to a crime, is an exhibit, or is marked as evidence.",
        ends=(
            "No further action is final, and the victim’s right to have that reviewed has ended "
            f"({_days(windows.victims_review_days)}).",
            "What was settled out of court has been done.",
            "Somebody is charged.",
        ),
        decided_by="The officer in the case, with the disclosure unit",
        note="When somebody is charged, hold the video for the prosecution first.",
    )


def _prosecution(windows: Windows) -> Course:
    return Course(
        opens="Somebody is charged or summonsed, or the file goes to the Crown Prosecution "
        "Service.",
        ends=(
            "It is discontinued.",
            "They are acquitted.",
            f"They are sentenced, and the time to appeal has ended ({_days(windows.appeal_days)}) "
            "or the appeal is decided.",
        ),
        decided_by="The officer in the case, with the view of the Crown Prosecution Service",
    )


def _conduct(windows: Windows) -> Course:
    working_days = _days(windows.conduct_review_days).replace(" day", " working day")
    return Course(
        opens="A complaint or a conduct matter is recorded, and the video bears on it.",
        ends=(
            "The final outcome is known, and the time to appeal or to ask for a review has ended "
            f"({working_days}).",
        ),
        decided_by="Professional Standards",
    )


def _independent(_: Windows) -> Course:
    return Course(
        opens="A death, a serious injury or a complaint is referred to the Independent Office for "
        "Police Conduct, or is investigated independently.",
        ends=("The Independent Office for Police Conduct says that disclosure harms it no more.",),
        decided_by="Whoever liaises with the Independent Office for Police Conduct",
    )


def _inquest(_: Windows) -> Course:
    return Course(
        opens="A coroner or an inquiry gives notice.",
        ends=("The inquest or inquiry has concluded.", "The coroner consents."),
        decided_by="The coroner’s officer",
    )


def _safeguarding(_: Windows) -> Course:
    return Course(
        opens="Somebody is marked as at risk.",
        ends=("A specialist has reviewed the risk, and it no longer bars disclosure.",),
        decided_by="The safeguarding lead",
    )


def _security(_: Windows) -> Course:
    return Course(
        opens="The counter-terrorism unit marks it.",
        ends=("The counter-terrorism unit confirms that disclosure harms nothing.",),
        decided_by="The counter-terrorism unit",
    )


def _claim(_: Windows) -> Course:
    return Course(
        opens="A claim or a letter before action comes.",
        ends=("It is settled.", "It is judged."),
        decided_by="Legal services",
        note="Alone it keeps nobody from video of themselves.",
    )


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


_COURSES = {
    HoldKind.INVESTIGATION: _investigation,
    HoldKind.PROSECUTION: _prosecution,
    HoldKind.CONDUCT: _conduct,
    HoldKind.INDEPENDENT_INVESTIGATION: _independent,
    HoldKind.INQUEST: _inquest,
    HoldKind.SAFEGUARDING: _safeguarding,
    HoldKind.NATIONAL_SECURITY: _security,
    HoldKind.LEGAL_CLAIM: _claim,
}
