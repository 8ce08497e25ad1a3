"""The form that decides on each recording, and the one for a request about information."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.disclosure.exemptions import (
    HOLD_GROUND,
    Line,
    Outcome,
    PublicInterest,
    Question,
    is_weighed,
    line_grounds,
    line_questions,
)
from portal.disclosure.question_fields import (
    QuestionForm,
    Typed,
    ground_field,
    interest_fields,
    question_fields,
)
from portal.requests.lifecycle import Regime
from portal.web.fields import OneOfField, ParagraphField, options

_OUTCOMES = options(
    {outcome.value: outcome.label for outcome in (Outcome.RELEASE, Outcome.WITHHOLD)}
)


@dataclass(frozen=True)
class Asked:
    """A recording to decide on, as the form needs it, with what was decided before: held ones can
    only be held, on one of the grounds of the kinds of their holds (`held_grounds`)."""

    recording_id: int
    is_held: bool
    outcome: str = ""
    ground: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    held_grounds: tuple[str, ...] = ()

    @property
    def has_choice_of_ground(self) -> bool:
        """Whether there is a ground to select: always, but where the one hold has only one."""
        return not self.is_held or len(self.held_grounds) > 1


class DecisionForm(QuestionForm):
    """What is decided for each recording. Made for one request by `decision_form`."""

    regime: Regime
    asked: Sequence[Asked]

    @property
    def is_information_given(self) -> bool:
        """Whether the note is the information that was asked for; never where video is."""
        return False

    def part(self, name: str, recording_id: int) -> Any:
        """The field of that name (`outcome`, `ground`) for one recording."""
        return self[f"{name}_{recording_id}"]

    def questions(self, asked: Asked) -> tuple[Question, ...]:
        """What must be answered for one recording, as it stands on the form."""
        return _questions(self.regime, asked, self.typed)

    def question_parts(self, recording_id: int) -> list[tuple[Question, Any]]:
        """The questions of one recording with their fields, in their order."""
        asked = next(each for each in self.asked if each.recording_id == recording_id)
        stem = _stem(recording_id)
        return [(each, self[f"{stem}{each.name}"]) for each in self.questions(asked)]

    @property
    def has_unseen(self) -> bool:
        """Whether a ground was chosen whose questions were not on the page that was sent."""
        return self.is_unseen(
            {
                f"asked_{asked.recording_id}": self.ground_of(asked.recording_id)
                for asked in self.asked
                if self._is_ground_chosen(asked)
            }
        )

    def _is_ground_chosen(self, asked: Asked) -> bool:
        """Whether the ground is one that was chosen; a held recording has a usual one, too."""
        if asked.is_held:
            return f"ground_{asked.recording_id}" in self.typed
        return self._is_withheld(asked)

    def ground_of(self, recording_id: int) -> str:
        """The ground chosen for a recording, "" while there is none: the mark of its questions."""
        asked = next(each for each in self.asked if each.recording_id == recording_id)
        return _ground(self.regime, asked, self.typed)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the ground, and the answer to each of its questions, of every recording that
        is not released."""
        is_valid = bool(super().validate(extra_validators))
        for asked in self.asked:
            is_valid = self._is_reasoned(asked) and is_valid
        return is_valid

    def _is_reasoned(self, asked: Asked) -> bool:
        if not self._is_withheld(asked):
            return True
        of = f" for recording {asked.recording_id}"
        is_wrong = self.fault(_stem(asked.recording_id), self.questions(asked), of)
        if asked.is_held:
            return not is_wrong
        ground = self.part("ground", asked.recording_id)
        if not ground.data and not ground.errors:
            ground.errors = [f"Select a ground{of}"]
        return not is_wrong and not ground.errors

    def _is_withheld(self, asked: Asked) -> bool:
        outcome = None if asked.is_held else self.part("outcome", asked.recording_id).data
        return asked.is_held or outcome == Outcome.WITHHOLD

    def to_lines(self) -> tuple[Line, ...]:
        """What was decided for each recording."""
        return tuple(self._line(asked) for asked in self.asked)

    def _line(self, asked: Asked) -> Line:
        number = asked.recording_id
        answers = {each.name: self.answer(_stem(number), each) for each in self.questions(asked)}
        if asked.is_held:
            return Line(number, Outcome.HELD, self.ground_of(number), answers)
        if not self._is_withheld(asked):
            return Line(number, Outcome.RELEASE)
        return Line(number, Outcome.WITHHOLD, self.part("ground", number).data or "", answers)


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
        "typed": {},
        "is_weighed": False,
        "note": ParagraphField(
            "Our answer",
            description="They read this in the letter, word for word.",
            at_most=20_000,
            subject="Our answer",
        ),
    }
    made: InformationForm = type("InformationFormFor", (InformationForm,), fields)()
    return made


def decision_form(
    regime: Regime,
    asked: Sequence[Asked],
    typed: Typed,
    interest: PublicInterest = PublicInterest(),  # noqa: B008 -- frozen
) -> DecisionForm:
    """The form for these recordings under this law, with the questions of the grounds that are
    chosen in what was typed, else of those that were decided before."""
    every = [question for each in line_grounds(regime) for question in each.questions]
    weighed = is_weighed(regime, [_line_typed(regime, each, typed) for each in asked])
    fields: dict[str, Any] = {
        "regime": regime,
        "asked": tuple(asked),
        "typed": typed,
        "is_weighed": weighed,
    }
    for each in asked:
        stem, questions = _stem(each.recording_id), _questions(regime, each, typed)
        fields |= _choices(regime, each)
        fields |= question_fields(stem, questions, typed, each.answers, every)
    fields |= interest_fields(weighed, typed, interest)
    # Made last, because errors are listed in the order in which fields are made.
    fields["note"] = ParagraphField(
        "Note to the applicant",
        description="They read this in the letter. Leave it empty when there is nothing to add.",
        at_most=2000,
        subject="Note to the applicant",
    )
    made: DecisionForm = type("DecisionFormFor", (DecisionForm,), fields)()
    return made


def _choices(regime: Regime, asked: Asked) -> dict[str, Any]:
    number = asked.recording_id
    if asked.is_held:
        grounds = [each for each in line_grounds(regime) if each.code in asked.held_grounds]
        usual = _ground(regime, asked, {})
        choice = {f"ground_{number}": ground_field(grounds, usual, is_chosen=True)}
        return choice if asked.has_choice_of_ground else {}
    return {
        f"outcome_{number}": OneOfField(
            f"Recording {number}",
            choices=_OUTCOMES,
            default=asked.outcome,
            missing=f"Select what becomes of recording {number}",
        ),
        f"ground_{number}": ground_field(line_grounds(regime), asked.ground),
    }


def _stem(recording_id: int) -> str:
    return f"answer_{recording_id}_"


def _questions(regime: Regime, asked: Asked, typed: Typed) -> tuple[Question, ...]:
    ground = _ground(regime, asked, typed)
    outcome = Outcome.HELD if asked.is_held else Outcome.WITHHOLD
    return line_questions(regime, outcome, ground)


def _ground(regime: Regime, asked: Asked, typed: Typed) -> str:
    """The ground chosen on the form, "" when it is none that withholds a recording."""
    chosen = typed.get(f"ground_{asked.recording_id}", "" if typed else asked.ground)
    if asked.is_held:
        allowed = asked.held_grounds or (HOLD_GROUND[regime],)
        return chosen if chosen in allowed else allowed[0]
    return chosen if chosen in {each.code for each in line_grounds(regime)} else ""


def _line_typed(regime: Regime, asked: Asked, typed: Typed) -> Line:
    """What the form says of a recording so far, as far as weighing the public interest goes."""
    number, ground = asked.recording_id, _ground(regime, asked, typed)
    chosen = typed.get(f"outcome_{number}", "" if typed else asked.outcome)
    if not ground or not (asked.is_held or chosen == Outcome.WITHHOLD):
        return Line(number, Outcome.RELEASE)
    condition = typed.get(f"{_stem(number)}condition", "" if typed else _condition(asked))
    return Line(number, Outcome.WITHHOLD, ground, {"condition": condition})


def _condition(asked: Asked) -> str:
    return asked.answers.get("condition", "")
