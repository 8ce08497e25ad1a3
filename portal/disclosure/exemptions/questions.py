"""What a ground asks to be written down before it may be used. Law: data and pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

Answers = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One part of the test of a ground. With `choices` (value and words) it is answered by one of
    them, with `is_hours` by a number of hours, else in words.

    `is_told` when the letter gives the answer to the applicant: word for word, or as the choice
    is worded.
    """

    name: str
    asks: str
    choices: tuple[tuple[str, str], ...] = ()
    is_hours: bool = False
    is_needed: bool = True
    is_told: bool = False
    hint: str = ""

    def fault(self, answer: str) -> str | None:
        """What is wrong with an answer, in words for the one who decides, or None."""
        if not answer.strip():
            return f"{self._verb} “{self.asks}”" if self.is_needed else None
        if self.choices and answer not in dict(self.choices):
            return f"{self._verb} “{self.asks}”"
        if self.is_hours and hours(answer) is None:
            return f"“{self.asks}” must be a number of hours, such as 2.5"
        return None

    def in_words(self, answer: str) -> str:
        """An answer as people read it."""
        if self.is_hours:
            return f"{answer} hour" if hours(answer) == 1 else f"{answer} hours"
        return dict(self.choices).get(answer, answer)

    def untold(self) -> "Question":
        """The same question where the letter says nothing of the answer."""
        return replace(self, is_told=False, hint="") if self.is_told else self

    @property
    def _verb(self) -> str:
        return "Select an answer to" if self.choices else "Answer"


def hours(answer: str) -> Decimal | None:
    """The number of hours somebody typed, or None when it is not one. Never negative."""
    try:
        number = Decimal(answer.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < 100_000 else None


def faults(questions: Iterable[Question], answers: Answers) -> dict[str, str]:
    """What is still wrong, in words, by the name of the question. Empty when all is answered."""
    found = {each.name: each.fault(answers.get(each.name, "")) for each in questions}
    return {name: words for name, words in found.items() if words is not None}


def answered(questions: Iterable[Question], answers: Answers) -> dict[str, str]:
    """The answers to these questions, trimmed; blank ones and those to others are left out."""
    given = {each.name: answers.get(each.name, "").strip() for each in questions}
    return {name: answer for name, answer in given.items() if answer}


def told_answers(questions: Iterable[Question], answers: Answers) -> list[str]:
    """The answers that the letter gives to the applicant."""
    told = (each for each in questions if each.is_told and answers.get(each.name))
    return [each.in_words(answers[each.name]) for each in told]


# Shared by several grounds, so that what was typed for one is kept when another is chosen.
HARM = Question("harm", "What harm would it do?")
LIKELIHOOD = Question(
    "likelihood",
    "How likely is the harm?",
    choices=(
        ("would", "It would happen: more likely than not"),
        ("would_be_likely", "It would be likely: a real and significant risk"),
    ),
)
WHO_IS_HARMED = Question("who", "Who would be harmed, and how?")
CERTIFICATE = Question(
    "certificate",
    "Is there a minister’s certificate?",
    choices=(("yes", "Yes"), ("no", "No")),
)
WITHOUT_OTHERS = Question(
    "without_others", "Can you answer without the other people, by hiding them?"
)
CONSENT = Question(
    "consent", "Did they consent, or did they refuse?", hint="If you did not ask them, say why."
)
REASONABLE = Question(
    "reasonable",
    "Is it reasonable to release it without their consent?",
    hint="Think of what it shows, what they may expect, whether they can consent, and whether "
    "they refused.",
)
PRIVILEGE = Question("privilege", "Which lawyer and client speak, or which advice is it?")
NOT_WAIVED = Question("not_waived", "How do you know that the privilege was not given up?")

# Asked on top whenever we neither confirm nor deny.
WHY_NEITHER = Question("why_neither", "Why would saying “yes” or “no” do the harm by itself?")
USED_ALIKE = Question(
    "used_alike",
    "How do you make sure that others who ask the same get the same answer?",
    hint="Neither confirm nor deny protects only when it is used whether we hold something or not.",
)
# Of a ground’s own questions, those that make sense when nothing may be said to be held.
ASKED_OF_NEITHER = (
    "necessary",
    "proportionate",
    "certificate",
    "harm",
    "likelihood",
    "who",
    "condition",
    "principle",
)
