"""What can be decided about a recording, and on which lawful ground. Law: data and pure functions.

DPA 2018 s.45(4) and Schedule 2; FOIA Part II. Each ground names the test that must be recorded.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.errors import Refused
from portal.holds.policy import Level
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime


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
class Exemption:
    """A lawful ground to withhold. `test` is what the decision-maker must write down."""

    code: str
    statute: str
    plain: str
    test: str
    is_qualified: bool = False


_NECESSARY = (
    "Is it necessary and proportionate? To what extent, and for how long? "
    "Would hiding parts, or viewing in person, be enough?"
)
_THIRD_PARTY = (
    "Can you answer without the other person (hide them)? Did they consent? "
    "Is it reasonable without their consent?"
)
_PUBLIC_INTEREST = "What speaks for release, what against, and which weighs more?"

_SAR_PART3 = (
    Exemption(
        "P3-45-4-a",
        "Data Protection Act 2018 s.45(4)(a)",
        "to avoid obstructing an official or legal inquiry, investigation or procedure",
        _NECESSARY,
    ),
    Exemption(
        "P3-45-4-b",
        "Data Protection Act 2018 s.45(4)(b)",
        "to avoid harming the prevention, detection, investigation or prosecution of crime",
        _NECESSARY,
    ),
    Exemption(
        "P3-45-4-c",
        "Data Protection Act 2018 s.45(4)(c)",
        "to protect public security",
        _NECESSARY,
    ),
    Exemption(
        "P3-45-4-d",
        "Data Protection Act 2018 s.45(4)(d)",
        "to protect national security",
        _NECESSARY + " Is there a certificate under s.79?",
    ),
    Exemption(
        "P3-45-4-e",
        "Data Protection Act 2018 s.45(4)(e)",
        "to protect the rights and freedoms of other people",
        _THIRD_PARTY,
    ),
)
_SAR_GDPR = (
    Exemption(
        "GDPR-S2-2",
        "Data Protection Act 2018 Schedule 2 paragraph 2",
        "because releasing it would be likely to harm the prevention or detection of crime",
        "What harm is likely, and how likely is it?",
    ),
    Exemption(
        "GDPR-S2-5",
        "Data Protection Act 2018 Schedule 2 paragraph 5",
        "because it is needed for legal proceedings or advice",
        "Which proceedings, and what would release harm?",
    ),
    Exemption(
        "GDPR-S2-16",
        "Data Protection Act 2018 Schedule 2 paragraph 16",
        "because it would tell you about another person",
        _THIRD_PARTY,
    ),
)
_FOI = (
    Exemption(
        "FOI-30",
        "Freedom of Information Act 2000 s.30",
        "because it is held for an investigation or criminal proceedings",
        _PUBLIC_INTEREST,
        is_qualified=True,
    ),
    Exemption(
        "FOI-31",
        "Freedom of Information Act 2000 s.31",
        "because releasing it would be likely to harm law enforcement",
        "What harm is likely? " + _PUBLIC_INTEREST,
        is_qualified=True,
    ),
    Exemption(
        "FOI-38",
        "Freedom of Information Act 2000 s.38",
        "because releasing it would be likely to endanger somebody",
        "Who would be endangered, and how? " + _PUBLIC_INTEREST,
        is_qualified=True,
    ),
    Exemption(
        "FOI-40-2",
        "Freedom of Information Act 2000 s.40(2)",
        "because it is personal information about other people",
        "Which data protection principle would release breach?",
    ),
)

CATALOGUE: dict[Regime, tuple[Exemption, ...]] = {
    Regime.SAR_PART3: _SAR_PART3,
    Regime.SAR_GDPR: _SAR_GDPR,
    Regime.FOI: _FOI,
}

# The ground an evidence hold rests on, by regime (rules, section 5: legal basis).
HOLD_GROUND = {
    Regime.SAR_PART3: "P3-45-4-b",
    Regime.SAR_GDPR: "GDPR-S2-2",
    Regime.FOI: "FOI-30",
}


def exemption(regime: Regime, code: str) -> Exemption:
    """The exemption with this code under this regime. Refused when the regime has none such."""
    for ground in CATALOGUE[regime]:
        if ground.code == code:
            return ground
    raise Refused("Select a ground that this request’s law allows.")


@dataclass(frozen=True)
class Line:
    """What is decided for one recording. `level` is set when it is held: what may be told of it."""

    recording_id: int
    outcome: Outcome
    ground: str = ""
    test: str = ""
    level: Level | None = None


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


def check_line(regime: Regime, line: Line) -> None:
    """Refused when a line lacks what its outcome requires: a ground, and its test in words."""
    if line.outcome is Outcome.RELEASE:
        return
    exemption(regime, line.ground)
    if line.outcome is Outcome.HELD and line.ground != HOLD_GROUND[regime]:
        raise Refused("A recording that is held as evidence rests on the ground for evidence.")
    if not line.test.strip():
        raise Refused("Write down the test for each recording you do not release.")


def check_interest(regime: Regime, lines: tuple[Line, ...], interest: PublicInterest) -> None:
    """Refused when a qualified exemption is used and the public interest was not weighed.

    FOIA s.17(3): the refusal notice states the reasons for the balance.
    """
    grounds = {line.ground for line in lines if line.outcome is not Outcome.RELEASE}
    needs_weighing = any(exemption(regime, ground).is_qualified for ground in grounds)
    if needs_weighing and not interest.is_whole:
        raise Refused("Write down what speaks for release, what speaks against, and which weighs.")


def told(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines the applicant may know of: all but those held at level L3 (DPA 2018 s.45(6))."""
    return tuple(line for line in lines if line.level is not Level.NEITHER_CONFIRM_NOR_DENY)


def answer_of(lines: tuple[Line, ...]) -> Ending:
    """The whole answer's code, as the applicant is told it (rules 4.1).

    A recording held at level L3 is as if it were not there, so that the hold cannot be read off
    the answer; when there is nothing else, we neither confirm nor deny.
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
    return Ending.RESTRICTED_HELD if Outcome.HELD in outcomes else Ending.RESTRICTED
