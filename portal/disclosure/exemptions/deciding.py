"""What can be decided, about one recording or a whole request, and what it requires. Law: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.disclosure.exemptions.catalogue import exemption, hold_grounds, refusal_grounds
from portal.disclosure.exemptions.cost import LIMIT_HOURS, estimate_of
from portal.disclosure.exemptions.grounds import FOR_NOW
from portal.disclosure.exemptions.questions import Question, faults
from portal.errors import Refused
from portal.holds.policy import HoldKind, Level
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime

COST = "FOI-12"


class Outcome(StrEnum):
    """What is decided for one recording."""

    RELEASE = "release"
    WITHHOLD = "withhold"
    HELD = "held"

    @property
    def label(self) -> str:
        """The outcome as handlers read it."""
        return {"release": "Release", "withhold": "Withhold", "held": "Held as evidence"}[
            self.value
        ]


@dataclass(frozen=True)
class Line:
    """What is decided for one recording. `answers` are those to the ground's questions, by their
    names; `level` is set when it is held: what may be told of it, and `kinds` when that is being
    decided: of the holds that bar it."""

    recording_id: int
    outcome: Outcome
    ground: str = ""
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    level: Level | None = None
    kinds: tuple[HoldKind, ...] = ()

    @property
    def is_for_now(self) -> bool:
        """Whether we have to look at it again: it is evidence, or it was limited in time."""
        is_limited = self.outcome is Outcome.WITHHOLD and self.answers.get("how_long") == FOR_NOW
        return self.outcome is Outcome.HELD or is_limited


@dataclass(frozen=True)
class Whole:
    """A request answered as a whole on one ground: refused, or (with `is_neither`) neither
    confirmed nor denied, whether or not anything is held."""

    ground: str
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_neither: bool = False


@dataclass(frozen=True)
class PublicInterest:
    """What was weighed before a qualified exemption (FOIA s.2(2)(b))."""

    speaks_for: str = ""
    speaks_against: str = ""
    conclusion: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether both sides and the conclusion are written down."""
        return all(map(str.strip, (self.speaks_for, self.speaks_against, self.conclusion)))


def line_questions(regime: Regime, outcome: Outcome, ground: str) -> tuple[Question, ...]:
    """The questions to answer for a recording; none while no ground was chosen."""
    if outcome is Outcome.RELEASE or not ground:
        return ()
    found = exemption(regime, ground)
    return found.held_questions if outcome is Outcome.HELD else found.questions


def whole_questions(regime: Regime, ground: str, *, is_neither: bool) -> tuple[Question, ...]:
    """The questions to answer for a whole request on this ground."""
    found = exemption(regime, ground)
    return found.neither_questions if is_neither else found.questions


def check_line(regime: Regime, line: Line) -> None:
    """Refused when a line lacks what its outcome requires: a ground, and an answer to each of
    its questions."""
    if line.outcome is Outcome.RELEASE:
        return
    ground = exemption(regime, line.ground)
    if line.outcome is Outcome.HELD and line.ground not in hold_grounds(regime, line.kinds):
        raise Refused(
            f"Recording {line.recording_id}: select a ground that fits the kind of its hold."
        )
    if not ground.is_for_recordings:
        raise Refused("This ground answers a whole request. It cannot withhold one recording.")
    wrong = faults(line_questions(regime, line.outcome, line.ground), line.answers)
    if wrong:
        raise Refused(f"Recording {line.recording_id}: {'. '.join(wrong.values())}.")


def check_whole(regime: Regime, whole: Whole, *, note: str, is_about_video: bool) -> None:
    """Refused when an answer to a whole request lacks what its ground requires, and when the
    ground cannot carry such an answer.

    The note is our reasons in the letter; a letter that neither confirms nor denies has none.
    """
    ground = exemption(regime, whole.ground)
    if whole.is_neither and not ground.may_neither_confirm:
        raise Refused("On this ground we must say whether we hold it.")
    if not whole.is_neither and ground not in refusal_grounds(
        regime, is_about_video=is_about_video
    ):
        raise Refused("On this ground, decide on each recording.")
    questions = whole_questions(regime, whole.ground, is_neither=whole.is_neither)
    wrong = faults(questions, whole.answers)
    if wrong:
        raise Refused(f"{'. '.join(wrong.values())}.")
    if whole.ground == COST and not estimate_of(whole.answers).is_over_limit:
        raise Refused(f"{LIMIT_HOURS} hours or fewer are within the cost limit. Answer it.")
    _check_note(whole, note)


def _check_note(whole: Whole, note: str) -> None:
    if whole.is_neither and note.strip():
        raise Refused("This letter has no place for reasons. Leave them empty.")
    if not whole.is_neither and not note.strip():
        raise Refused("Enter our reasons, as they read them in the letter.")


def is_weighed(regime: Regime, lines: Iterable[Line], whole: Whole | None = None) -> bool:
    """Whether the public interest must be weighed for any ground that is used (FOIA s.2)."""
    used = [(line.ground, line.answers) for line in lines if line.outcome is not Outcome.RELEASE]
    if whole is not None:
        used.append((whole.ground, whole.answers))
    return any(exemption(regime, ground).is_weighed(answers) for ground, answers in used)


def check_interest(
    regime: Regime, lines: Iterable[Line], interest: PublicInterest, whole: Whole | None = None
) -> None:
    """Refused when a qualified exemption is used and the public interest was not weighed.

    FOIA s.17(3): the refusal notice states the reasons for the balance.
    """
    if is_weighed(regime, lines, whole) and not interest.is_whole:
        raise Refused("Write down what speaks for release, what speaks against, and which weighs.")


def told(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines the applicant may know of: all but those held at level L3 (DPA 2018 s.45(6))."""
    return tuple(line for line in lines if line.level is not Level.NEITHER_CONFIRM_NOR_DENY)


def answer_of(regime: Regime, lines: tuple[Line, ...]) -> Ending:
    """The whole answer's code, as the applicant is told it (rules 4.1).

    A recording held at level L3 is as if it were not there, so that the hold cannot be read off
    the answer; when there is nothing else, we neither confirm nor deny. Part 3 restricts a
    right; an exemption of the other two laws refuses.
    """
    if not lines:
        return Ending.NOT_HELD
    outcomes = {line.outcome for line in told(lines)}
    if not outcomes:
        return Ending.NCND
    if outcomes == {Outcome.RELEASE}:
        return Ending.DISCLOSED_FULL
    if Outcome.RELEASE in outcomes:
        return Ending.DISCLOSED_PART
    if Outcome.HELD in outcomes:
        return Ending.RESTRICTED_HELD
    return Ending.RESTRICTED if regime is Regime.SAR_PART3 else Ending.REFUSED


def ending_of(regime: Regime, whole: Whole) -> Ending:
    """How a request ends that is answered as a whole."""
    ends = exemption(regime, whole.ground).ends
    return Ending.NCND if whole.is_neither or ends is None else ends
