"""The staff's forms about one request."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm

from portal.identity.proof import Doubt
from portal.requests.commands.proving import Known
from portal.requests.messages import Meaning
from portal.web.fields import (
    AnyOfField,
    DatePartsField,
    OneOfField,
    ParagraphField,
    options,
)


class MessageForm(FlaskForm):  # type: ignore[misc]
    """A message to the applicant. Neither kind can pause the clock (rules R10)."""

    what = OneOfField(
        "What is it?",
        choices=options(
            {
                Meaning.INFORMATION.value: "Information",
                Meaning.FORMAT.value: "A question about the format, or how to send the answer",
            }
        ),
        missing="Select what the message is",
        default=Meaning.INFORMATION.value,
    )
    body = ParagraphField(
        "Message to the applicant", missing="Enter a message", at_most=4000, subject="Message"
    )


class ClarifyForm(FlaskForm):  # type: ignore[misc]
    """A question without which nobody could look, and why it is asked."""

    questions = ParagraphField(
        "What do you need to know?",
        missing="Enter the question",
        at_most=4000,
        subject="Question",
        description="One question on each line.",
    )
    why_needed = ParagraphField(
        "Why do you need it?",
        missing="Enter why you need to know it",
        at_most=1000,
        subject="Reason",
        description="The letter gives this reason.",
    )


# Authority to act is asked for on a page of its own, and waited for by itself.
_ABOUT_IDENTITY = [doubt for doubt in Doubt if doubt is not Doubt.AUTHORITY_MISSING]


class DoubtsForm(FlaskForm):  # type: ignore[misc]
    """Why the applicant must show more."""

    doubts = AnyOfField(
        "Why do you ask?",
        choices=options({doubt.value: doubt.explanation for doubt in _ABOUT_IDENTITY}),
        missing="Select at least one reason",
    )
    note = ParagraphField("Anything else to tell them", at_most=1000, subject="Note")

    def to_doubts(self) -> list[Doubt]:
        """The reasons that were chosen."""
        return [Doubt(value) for value in self.doubts.data or []]


class AcceptForm(FlaskForm):  # type: ignore[misc]
    """How we know who the applicant is."""

    known = OneOfField(
        "How do you know who they are?",
        choices=options({known.value: known.label for known in Known}),
        missing="Select how you know who they are",
    )
    enough = OneOfField("Which proof was enough?", choices=[])
    shown_on = DatePartsField(
        "Which day did they show it?", subject="day they showed it", optional=True
    )

    def __init__(
        self, proofs: Mapping[str, str], *, enough_by_default: str = "", **kwargs: Any
    ) -> None:
        """`proofs` are those to choose from: ids, and how they are read."""
        super().__init__(**kwargs)
        self.enough.choices = options(proofs)
        self.enough.data = self.enough.data or enough_by_default

    def validate(self, extra_validators: Any = None) -> bool:
        """The proof counts only for proofs, the day only for what was shown to us."""
        if self.known.data != Known.PROOFS:
            self.enough.data = ""
        if self.known.data != Known.SHOWN:
            self.shown_on.process(None)
        super().validate(extra_validators)
        is_needed = self.known.data == Known.SHOWN and self.shown_on.data is None
        if is_needed and not self.shown_on.errors:
            self.shown_on.errors = ["Enter the day they showed it"]
        return not self.errors

    def to_known(self) -> Known:
        """The way that was chosen."""
        return Known(self.known.data)

    def to_enough(self) -> UUID | None:
        """The proof that was chosen. Only of a form that was found right."""
        return UUID(self.enough.data) if self.enough.data else None
