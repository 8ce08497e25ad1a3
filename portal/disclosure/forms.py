"""Forms of the decision and of collecting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm

from portal.disclosure.exemptions import CATALOGUE, HOLD_GROUND, Line, Outcome, PublicInterest
from portal.requests.lifecycle import Regime
from portal.web.fields import LineField, OneOfField, ParagraphField, options

_OUTCOMES = options(
    {outcome.value: outcome.label for outcome in (Outcome.RELEASE, Outcome.WITHHOLD)}
)


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code somebody was sent."""

    code = LineField(
        "Enter your code",
        description="8 digits, from our e-mail",
        missing="Enter the code from our e-mail",
        at_most=40,
        subject="Code",
    )


class WhyForm(FlaskForm):  # type: ignore[misc]
    """A reason, for sending a decision back or for closing a link."""

    why = ParagraphField("Why?", missing="Enter the reason", at_most=1000, subject="Reason")


@dataclass(frozen=True)
class Asked:
    """A recording to decide on, as the form needs it: held ones can only be held."""

    recording_id: int
    is_held: bool
    outcome: str = ""
    ground: str = ""
    test: str = ""


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """What is decided for each recording. Made for one request by `decision_form`."""

    regime: Regime
    asked: Sequence[Asked]

    note = ParagraphField(
        "Note to the applicant",
        description="They read this in the letter. Leave it empty when there is nothing to add.",
        at_most=2000,
        subject="Note to the applicant",
    )
    interest_for = ParagraphField("What speaks for release?", subject="What speaks for release")
    interest_against = ParagraphField("What speaks against?", subject="What speaks against")
    interest_conclusion = ParagraphField("Which weighs more, and why?", subject="Which weighs more")

    @property
    def is_information_given(self) -> bool:
        """Whether the note is the information that was asked for; never where video is."""
        return False

    def part(self, name: str, recording_id: int) -> Any:
        """The field of that name (`outcome`, `ground`, `test`) for one recording."""
        return self[f"{name}_{recording_id}"]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the ground and the test of every recording that is not released."""
        is_valid = bool(super().validate(extra_validators))
        for asked in self.asked:
            is_valid = self._is_reasoned(asked) and is_valid
        return is_valid

    def _is_reasoned(self, asked: Asked) -> bool:
        if not asked.is_held and self.part("outcome", asked.recording_id).data != Outcome.WITHHOLD:
            return True
        words = {"ground": "Select a ground", "test": "Write down the test"}
        if asked.is_held:
            del words["ground"]
        is_valid = True
        for name, message in words.items():
            field = self.part(name, asked.recording_id)
            if not field.data and not field.errors:
                field.errors = [f"{message} for recording {asked.recording_id}"]
                is_valid = False
        return is_valid

    def to_lines(self) -> tuple[Line, ...]:
        """What was decided for each recording."""
        return tuple(self._line(asked) for asked in self.asked)

    def to_interest(self) -> PublicInterest:
        """What was weighed."""
        return PublicInterest(
            self.interest_for.data or "",
            self.interest_against.data or "",
            self.interest_conclusion.data or "",
        )

    def _line(self, asked: Asked) -> Line:
        number = asked.recording_id
        test = self.part("test", number).data or ""
        if asked.is_held:
            return Line(number, Outcome.HELD, HOLD_GROUND[self.regime], test)
        outcome = Outcome(self.part("outcome", number).data)
        ground = self.part("ground", number).data or ""
        return Line(number, outcome, ground if outcome is not Outcome.RELEASE else "", test)


class InformationForm(DecisionForm):
    """The answer to a request that is not about video: what we hold, in words (FOIA s.1(1))."""

    given = OneOfField(
        "Do we hold what they ask for?",
        choices=options(yes="Yes: the answer below gives it", no="No, we do not hold it"),
        missing="Select whether we hold what they ask for",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """What is held must be written out."""
        is_valid = super().validate(extra_validators)
        if self.given.data == "yes" and not self.note.data and not self.note.errors:
            self.note.errors = ["Enter the information they asked for"]
            return False
        return is_valid

    @property
    def is_information_given(self) -> bool:
        """Whether the note is the information."""
        return bool(self.given.data == "yes")


def information_form(regime: Regime) -> InformationForm:
    """The form for a request about information; nothing is decided recording by recording."""
    fields: dict[str, Any] = {
        "regime": regime,
        "asked": (),
        "note": ParagraphField(
            "Our answer",
            description="They read this in the letter, word for word.",
            at_most=20_000,
            subject="Our answer",
        ),
    }
    made: InformationForm = type("InformationFormFor", (InformationForm,), fields)()
    return made


def decision_form(regime: Regime, asked: Sequence[Asked]) -> DecisionForm:
    """The form for these recordings under this law, filled with what was decided before."""
    grounds = options(
        {"": "Select a ground"}
        | {each.code: f"{each.statute}: {each.plain}" for each in CATALOGUE[regime]}
    )
    fields: dict[str, Any] = {"regime": regime, "asked": tuple(asked)}
    for each in asked:
        fields |= _fields(each, grounds)
    made: DecisionForm = type("DecisionFormFor", (DecisionForm,), fields)()
    return made


def _fields(asked: Asked, grounds: list[Any]) -> dict[str, Any]:
    number = asked.recording_id
    test = ParagraphField(
        "The test you applied",
        description="Why it is necessary and proportionate. Handlers read this; applicants do not.",
        default=asked.test,
        subject=f"The test for recording {number}",
    )
    if asked.is_held:
        return {f"test_{number}": test}
    return {
        f"outcome_{number}": OneOfField(
            f"Recording {number}",
            choices=_OUTCOMES,
            default=asked.outcome,
            missing=f"Select what becomes of recording {number}",
        ),
        f"ground_{number}": OneOfField("Ground", choices=grounds, default=asked.ground),
        f"test_{number}": test,
    }
