"""The form that answers a whole request on one ground: refuse, or neither confirm nor deny."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.disclosure.exemptions import (
    CATALOGUE,
    Exemption,
    PublicInterest,
    Question,
    Whole,
    is_weighed,
    neither_grounds,
    refusal_grounds,
    whole_questions,
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

_STEM = "answer_"


class Way(StrEnum):
    """How a whole request is answered."""

    REFUSE = "refuse"
    NEITHER = "neither"


_WAYS = {Way.REFUSE: "Refuse it", Way.NEITHER: "Neither confirm nor deny that we hold anything"}


class WholeForm(QuestionForm):
    """What is decided about the whole request. Made for one request by `whole_form`."""

    regime: Regime
    ground: str
    is_neither: bool

    @property
    def questions(self) -> tuple[Question, ...]:
        """What must be answered for the ground that is chosen; none while there is none."""
        return _questions(self.regime, self.ground, is_neither=self.is_neither)

    @property
    def question_parts(self) -> list[tuple[Question, Any]]:
        """The questions with their fields, in their order."""
        return [(each, self[f"{_STEM}{each.name}"]) for each in self.questions]

    @property
    def has_unseen(self) -> bool:
        """Whether a ground was chosen whose questions were not on the page that was sent."""
        return self.is_unseen({"asked": self.mark})

    @property
    def mark(self) -> str:
        """Whose questions the page asks, for the page to send back."""
        return f"{self.way.data}.{self.ground}" if self.ground else ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a ground, the answer to each of its questions, and our reasons."""
        is_valid = bool(super().validate(extra_validators))
        is_valid = not self.fault(_STEM, self.questions) and is_valid
        field = self[f"{self.way.data}_ground"] if self.way.data in set(Way) else self.way
        if not self.ground and not field.errors:
            field.errors = ["Select a ground"]
        if self.ground and not self.is_neither and not self.note.data:
            self.note.errors = self.note.errors or ["Enter our reasons"]
        return is_valid and not field.errors and not self.note.errors

    def to_whole(self) -> Whole:
        """What was decided."""
        answers = {each.name: self.answer(_STEM, each) for each in self.questions}
        return Whole(self.ground, answers, self.is_neither)

    @property
    def reasons(self) -> str:
        """Our reasons for the letter; an answer that neither confirms nor denies has none."""
        return "" if self.is_neither else self.note.data or ""


def whole_form(regime: Regime, typed: Typed, *, is_about_video: bool) -> WholeForm:
    """The form for a request under this law, with the questions of the ground that was chosen."""
    refusing = refusal_grounds(regime, is_about_video=is_about_video)
    offered = {Way.REFUSE: refusing, Way.NEITHER: neither_grounds(regime)}
    is_neither, ground = _chosen(typed, offered)
    questions = _questions(regime, ground, is_neither=is_neither)
    every = [
        question
        for each in CATALOGUE[regime]
        for question in (*each.questions, *each.neither_questions)
    ]
    answers = {"condition": typed.get(f"{_STEM}condition", "")}
    weighed = bool(ground) and is_weighed(regime, (), Whole(ground, answers, is_neither))
    fields: dict[str, Any] = {
        "regime": regime,
        "typed": typed,
        "ground": ground,
        "is_neither": is_neither,
        "is_weighed": weighed,
        "way": OneOfField(
            "How do you answer the whole request?",
            choices=options({way.value: _WAYS[way] for way in Way}),
            missing="Select how you answer the whole request",
        ),
        **{f"{way.value}_ground": ground_field(offered[way]) for way in Way},
        **question_fields(_STEM, questions, typed, {}, every),
        **interest_fields(weighed, typed, PublicInterest()),
        # Made last, because errors are listed in the order in which fields are made.
        "note": ParagraphField(
            "Our reasons",
            description="They read this in the letter, word for word. The law is named there.",
            at_most=4000,
            subject="Our reasons",
        ),
    }
    made: WholeForm = type("WholeFormFor", (WholeForm,), fields)()
    return made


def _chosen(typed: Typed, offered: Mapping[Way, tuple[Exemption, ...]]) -> tuple[bool, str]:
    """Whether it is to be neither confirmed nor denied, and the ground, "" while it is none."""
    way = typed.get("way", "")
    if way not in set(Way):
        return False, ""
    code = typed.get(f"{way}_ground", "")
    known = {each.code for each in offered[Way(way)]}
    return way == Way.NEITHER, code if code in known else ""


def _questions(regime: Regime, ground: str, *, is_neither: bool) -> tuple[Question, ...]:
    return whole_questions(regime, ground, is_neither=is_neither) if ground else ()
