"""The staff's forms for the acts of time: more time, a fee, closing, redirecting."""

import re
from typing import Any

from flask_wtf import FlaskForm

from portal.ids import tidy_reference
from portal.requests.commands.charging import in_pounds
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
_AN_AMOUNT = "Enter the fee in pounds, such as 25 or 12.50"


def _pay_how() -> ParagraphField:
    return ParagraphField(
        "How can they pay?",
        missing="Enter how they can pay",
        at_most=LONGEST_REASONS,
        subject="How they can pay",
        description="A way that works today, such as a phone number that takes cards, or whom a "
        "cheque is made out to and where to send it.",
    )


def _pence(typed: str | None) -> int | None:
    """An amount in pounds in pence, or None for what is no amount."""
    found = _AMOUNT.fullmatch(typed or "")
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0) if found else None


class ExtendForm(FlaskForm):  # type: ignore[misc]
    """Why a subject access request takes longer."""

    because = OneOfField(
        "Why does the law allow more time?",
        choices=options({why.value: why.label for why in Because}),
        missing="Select why the law allows more time",
    )
    how = ParagraphField(
        "What is complex about it, or how many requests have they made?",
        missing="Enter what is complex, or how many requests they have made",
        at_most=LONGEST_REASONS // 2,
        subject="What is complex, or how many",
        description="Such as “Nine officers filmed it, and 40 people have to be hidden.” That we "
        "have much work or few staff is not a reason in law. The letter says this.",
    )
    reasons = ParagraphField(
        "Why is one month not enough for that?",
        missing="Enter why one month is not enough",
        at_most=LONGEST_REASONS // 2,
        subject="Why one month is not enough",
        description="The letter says this too.",
    )


class FeeForm(FlaskForm):  # type: ignore[misc]
    """A fee for a subject access request, why, and how to pay it."""

    amount = LineField(
        "How much is the fee, in pounds?",
        missing=_AN_AMOUNT,
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
    pay_how = _pay_how()

    def validate(self, extra_validators: Any = None) -> bool:
        """The fee is an amount of money, and more than nothing."""
        super().validate(extra_validators)
        if not self.amount.errors and self.to_pence() == 0:
            self.amount.errors = [_AN_AMOUNT]
        return not self.errors

    def to_pence(self) -> int:
        """The fee in pence; 0 for what is no amount."""
        return _pence(self.amount.data) or 0

    def to_reasons(self) -> str:
        """Why there is a fee, as the letter says it."""
        return self.reasons.data or ""


class DisbursementsForm(FlaskForm):  # type: ignore[misc]
    """What a fees notice may charge within the cost limit: copying and postage, and no staff time
    (Freedom of Information and Data Protection (Appropriate Limit and Fees) Regulations 2004,
    reg 6)."""

    copying = LineField(
        "What does copying cost, in pounds?",
        missing="Enter what copying costs in pounds, or 0",
        at_most=12,
        subject="Copying",
        description="Paper, discs and memory sticks at what they cost us. No staff time.",
    )
    postage = LineField(
        "What does postage cost, in pounds?",
        missing="Enter what postage costs in pounds, or 0",
        at_most=12,
        subject="Postage",
    )
    pay_how = _pay_how()

    def validate(self, extra_validators: Any = None) -> bool:
        """Both are amounts of money, and together more than nothing."""
        super().validate(extra_validators)
        for field in (self.copying, self.postage):
            if not field.errors and _pence(field.data) is None:
                field.errors = [field.missing]
        if not self.errors and self.to_pence() == 0:
            self.copying.errors = ["Enter what copying or postage costs: without either, no fee"]
        return not self.errors

    def to_pence(self) -> int:
        """The fee in pence; 0 for what is no amount."""
        return (_pence(self.copying.data) or 0) + (_pence(self.postage.data) or 0)

    def to_reasons(self) -> str:
        """What the fee is for, as the letter says it."""
        parts = {"copying": _pence(self.copying.data), "postage": _pence(self.postage.data)}
        listed = " and ".join(f"{in_pounds(one)} for {name}" for name, one in parts.items() if one)
        return f"The fee is {listed}. We do not charge for the time of our staff."


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
