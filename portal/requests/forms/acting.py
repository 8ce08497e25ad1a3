"""The staff's forms for the acts of time: more time, a fee, closing, redirecting."""

import re
from typing import Any

from flask_wtf import FlaskForm

from portal.ids import tidy_reference
from portal.requests.commands.closing import Lack
from portal.requests.commands.extending import Because
from portal.web.fields import (
    AnyOfField,
    DatePartsField,
    LineField,
    OneOfField,
    ParagraphField,
    options,
)

LONGEST_REASONS = 2_000
_AMOUNT = re.compile(r"£? ?(\d{1,4}|\d,\d{3})(?:\.(\d{2}))?", re.ASCII)
_PAY_HOW = "Phone us, or write to us. How to reach us is at the end of this letter."


class ExtendForm(FlaskForm):  # type: ignore[misc]
    """Why a subject access request takes longer."""

    because = OneOfField(
        "Why does the law allow more time?",
        choices=options({why.value: why.label for why in Because}),
        missing="Select why the law allows more time",
    )
    reasons = ParagraphField(
        "Why do you need it for this request?",
        missing="Enter why you need more time",
        at_most=LONGEST_REASONS,
        subject="Reason",
        description="The letter gives this reason.",
    )


class FeeForm(FlaskForm):  # type: ignore[misc]
    """A fee, why, and how to pay it."""

    amount = LineField(
        "How much is the fee, in pounds?",
        missing="Enter the fee in pounds, such as 25 or 12.50",
        at_most=12,
        subject="Fee",
    )
    reasons = ParagraphField(
        "Why is there a fee, and how did you work it out?",
        missing="Enter why there is a fee",
        at_most=LONGEST_REASONS,
        subject="Reason",
        description="The letter gives this reason.",
    )
    pay_how = ParagraphField(
        "How can they pay?",
        missing="Enter how they can pay",
        at_most=LONGEST_REASONS,
        subject="How they can pay",
        default=_PAY_HOW,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """The fee is an amount of money, and more than nothing."""
        super().validate(extra_validators)
        if not self.amount.errors and self.to_pence() == 0:
            self.amount.errors = ["Enter the fee in pounds, such as 25 or 12.50"]
        return not self.errors

    def to_pence(self) -> int:
        """The fee in pence; 0 for what is no amount."""
        found = _AMOUNT.fullmatch(self.amount.data or "")
        if found is None:
            return 0
        return int(found[1].replace(",", "")) * 100 + int(found[2] or 0)


class FeePaidForm(FlaskForm):  # type: ignore[misc]
    """The day on which the fee was paid."""

    paid_on = DatePartsField("Which day was it paid?", subject="day it was paid")


class CloseForm(FlaskForm):  # type: ignore[misc]
    """What the letter says besides the reason."""

    reasons = ParagraphField(
        "Anything else to tell them",
        at_most=LONGEST_REASONS,
        subject="Reason",
        description="The letter says why it is closed, and how to have it opened again.",
    )


class NotValidForm(FlaskForm):  # type: ignore[misc]
    """What was missing (FOIA s.8(1)), and how we tried to help (FOIA s.16)."""

    lacks = AnyOfField(
        "What is missing?",
        choices=options({lack.value: lack.label for lack in Lack}),
        missing="Select what is missing",
    )
    reasons = ParagraphField(
        "How did you try to help?",
        missing="Enter how you tried to help",
        at_most=LONGEST_REASONS,
        subject="Reason",
        description="The letter gives this reason.",
    )


class DuplicateForm(FlaskForm):  # type: ignore[misc]
    """The other request of the same person."""

    other = LineField(
        "Reference of the other request",
        missing="Enter the reference of the other request",
        at_most=20,
        subject="Reference",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """What was typed reads as a reference."""
        super().validate(extra_validators)
        if not self.other.errors and not self.to_other():
            self.other.errors = ["Enter a reference like BWV-7K3Q-M2XD"]
        return not self.errors

    def to_other(self) -> str:
        """The reference as we write it, or "" for what is none."""
        return tidy_reference(self.other.data or "") or ""


class RedirectForm(FlaskForm):  # type: ignore[misc]
    """Whom to ask instead, and how to reach them."""

    whom = LineField(
        "Who has what they ask for?",
        missing="Enter whom they can ask",
        at_most=200,
        subject="Name",
        description="Such as British Transport Police.",
    )
    contact = ParagraphField(
        "How can they be reached?",
        missing="Enter how they can be reached",
        at_most=1000,
        subject="Contact",
        description="An address on the web, a phone number, or where to write to.",
    )
