"""The questions of a ground as fields of a form.

A form shows the questions of the ground that is chosen, so it is drawn anew when another is. What
was typed for a ground is carried along unseen meanwhile: choosing back brings it back.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from portal.disclosure.exemptions import Exemption, PublicInterest, Question, faults
from portal.web.fields import LineField, OneOfField, ParagraphField, options

# A button that asks for the questions of the ground just chosen, and decides nothing.
SHOW = "show"
INTEREST = ("interest_for", "interest_against", "interest_conclusion")

Typed = Mapping[str, str]


def ground_field(
    grounds: Iterable[Exemption], chosen: str = "", *, is_chosen: bool = False
) -> OneOfField:
    """The list of grounds to choose from, with what each is in plain words; with `is_chosen`, one
    of them always is."""
    named = {each.code: f"{each.statute}: {each.plain}" for each in grounds}
    choices = options(named if is_chosen else {"": "Select a ground"} | named)
    return OneOfField("Ground", choices=choices, default=chosen)


def question_fields(
    stem: str,
    asked: Iterable[Question],
    typed: Typed,
    before: Mapping[str, str],
    every: Iterable[Question],
) -> dict[str, Any]:
    """A field for each question, by its name after the stem, filled with what was decided
    before; and unseen ones for what was typed for `every` other."""
    shown = {f"{stem}{each.name}": _field(each, before.get(each.name, "")) for each in asked}
    names = [f"{stem}{each.name}" for each in every]
    unseen = {name: HiddenField() for name in names if name not in shown and typed.get(name)}
    return {**unseen, **shown}


def _field(asked: Question, before: str) -> Any:
    said: dict[str, Any] = {"description": asked.hint, "default": before}
    if asked.choices:
        return OneOfField(asked.asks, choices=options(dict(asked.choices)), **said)
    if asked.is_hours:
        return LineField(asked.asks, at_most=20, subject="Hours", **said)
    return ParagraphField(asked.asks, at_most=4000, subject="Your answer", **said)


def interest_fields(is_weighed: bool, typed: Typed, before: PublicInterest) -> dict[str, Any]:
    """The three fields of the public interest, unseen while no ground wants it weighed."""
    if not is_weighed:
        return {name: HiddenField() for name in INTEREST if typed.get(name)}
    spoken = (before.speaks_for, before.speaks_against, before.conclusion)
    words = (
        ("What speaks for release?", "Enter what speaks for release"),
        ("What speaks against?", "Enter what speaks against"),
        ("Which weighs more, and why?", "Enter which weighs more, and why"),
    )
    return {
        name: ParagraphField(asks, default=said, missing=missing, subject="Your answer")
        for name, (asks, missing), said in zip(INTEREST, words, spoken, strict=True)
    }


class QuestionForm(FlaskForm):  # type: ignore[misc]
    """A form with questions that depend on what is chosen in it. `is_weighed` when the public
    interest has to be weighed for that."""

    typed: Typed
    is_weighed: bool
    # What `note` would lack, where the answer needs one: none here.
    note: Any

    def is_unseen(self, chosen: Mapping[str, str]) -> bool:
        """Whether a question was not on the page that was sent, so that it must be shown first.

        `chosen` are the grounds by the name of their mark: the page says in it whose questions
        it asked, because a question with choices of which none was chosen is not sent at all.
        """
        interest = INTEREST if self.is_weighed else ()
        if SHOW in self.typed or any(name not in self.typed for name in interest):
            return True
        return any(self.typed.get(mark, "") != ground for mark, ground in chosen.items())

    def fault(self, stem: str, asked: Iterable[Question], of: str = "") -> bool:
        """Mark every question that is not answered as it must be; returns whether one is."""
        questions = tuple(asked)
        answers = {each.name: self.answer(stem, each) for each in questions}
        wrong = faults(questions, answers)
        for name, words in wrong.items():
            field = self[f"{stem}{name}"]
            field.errors = field.errors or [f"{words}{of}"]
        return bool(wrong)

    def answer(self, stem: str, asked: Question) -> str:
        """What was typed or chosen for a question."""
        return str(self[f"{stem}{asked.name}"].data or "")

    def to_interest(self) -> PublicInterest:
        """What was weighed, if anything had to be."""
        if not self.is_weighed:
            return PublicInterest()
        return PublicInterest(*(self[name].data or "" for name in INTEREST))
