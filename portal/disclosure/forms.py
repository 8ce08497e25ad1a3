"""Forms of collecting, of passphrases, of sending back and of looking at a restriction again."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField

from portal.disclosure.models import Finding, HandoverWay
from portal.identity.addresses import Way
from portal.identity.hashing import hashed
from portal.identity.passphrases import LONGEST, fault_of, tidied
from portal.requests.forms.addresses import fault_of as fault_of_address
from portal.web.fields import LineField, OneOfField, ParagraphField, options


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code somebody was sent."""

    code = LineField(
        "Enter your code",
        description="8 digits, from our e-mail",
        missing="Enter the code from our e-mail",
        at_most=40,
        subject="Code",
    )


class ReferenceForm(FlaskForm):  # type: ignore[misc]
    """Something that a person reads in our e-mail and types: a program that presses buttons does
    not."""

    reference = LineField(
        "What are the last 4 letters and numbers of your reference?",
        missing="Enter the last 4 letters and numbers of your reference",
        at_most=40,
        subject="Reference",
    )


class PassphraseForm(FlaskForm):  # type: ignore[misc]
    """The passphrase, to open the video."""

    passphrase = PasswordField("What is your passphrase?")

    def validate(self, extra_validators: Any = None) -> bool:
        """Something was typed, and not more than anybody chose."""
        super().validate(extra_validators)
        if not self.typed() or len(self.typed()) > LONGEST:
            self.passphrase.errors = ["Enter your passphrase"]
        return not self.errors

    def typed(self) -> str:
        """What was typed, as it was."""
        return _text(self.passphrase)


class NewPassphraseForm(FlaskForm):  # type: ignore[misc]
    """A new passphrase, twice. `known` is what others know of the applicant."""

    passphrase = PasswordField("New passphrase")
    again = PasswordField("Type it again")

    def __init__(self, known: tuple[str, ...]) -> None:
        self._known = known
        super().__init__()

    def validate(self, extra_validators: Any = None) -> bool:
        """One that nobody guesses, typed the same way twice."""
        super().validate(extra_validators)
        typed = _text(self.passphrase)
        fault = fault_of(typed, self._known) if typed else "Enter a passphrase"
        if fault:
            self.passphrase.errors = [fault]
        elif tidied(typed) != tidied(_text(self.again)):
            self.again.errors = ["Enter the same passphrase again"]
        return not self.errors

    def to_hash(self) -> str:
        """The hash to keep. Only of a form that was found right."""
        return hashed(_text(self.passphrase))


def _text(field: PasswordField) -> str:
    return field.data[: LONGEST + 1] if isinstance(field.data, str) else ""


class ShownForm(FlaskForm):  # type: ignore[misc]
    """How an applicant showed again who they are."""

    shown = ParagraphField(
        "How did they show you who they are?",
        description="What you saw, where and when. Such as “Passport, at the front counter of "
        "Lambeth, 3 December”. No numbers of documents.",
        missing="Enter how they showed you who they are",
        at_most=1000,
        subject="How they showed it",
    )


class NewAddressForm(FlaskForm):  # type: ignore[misc]
    """Another e-mail address for an applicant, and how we made sure that it is theirs."""

    email = LineField("New e-mail address", at_most=254, subject="E-mail address")
    way = OneOfField(
        "How did you make sure that it is theirs?",
        choices=options({way.value: way.label for way in Way}),
        missing="Select how you made sure that it is theirs",
    )
    shown = ParagraphField(
        "What did you see or hear, and when?",
        description="Such as “Called the number on file on 3 December, they knew the place and "
        "the time they asked about”. No numbers of documents, and no address.",
        missing="Enter what you saw or heard, and when",
        at_most=1000,
        subject="What you saw or heard",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """An address that can be one, a way, and words."""
        super().validate(extra_validators)
        if not self.email.errors and (fault := fault_of_address(self.email.data or "")):
            self.email.errors = [fault]
        return not self.errors

    def to_way(self) -> Way:
        """What was chosen. Only of a form that was found right."""
        return Way(self.way.data)


class WayForm(FlaskForm):  # type: ignore[misc]
    """How copies reach somebody without a link."""

    way = OneOfField(
        "How do they get the copies?",
        choices=options({way.value: way.label for way in HandoverWay}),
        missing="Select how they get the copies",
    )

    def to_way(self) -> HandoverWay:
        """What was chosen. Only of a form that was found right."""
        return HandoverWay(self.way.data)


class HandedForm(FlaskForm):  # type: ignore[misc]
    """What showed who it was that the copies were for."""

    shown = ParagraphField(
        "Whom did they go to, and what showed that?",
        description="Such as “To her in person, passport seen, front counter of Lambeth” or “By "
        "recorded delivery to the address on file”. No numbers of documents.",
        missing="Enter whom they went to, and what showed that",
        at_most=1000,
        subject="What you saw",
    )


class WhyForm(FlaskForm):  # type: ignore[misc]
    """A reason, for sending a decision back or for closing a link."""

    why = ParagraphField("Why?", missing="Enter the reason", at_most=1000, subject="Reason")


class RestrictionForm(FlaskForm):  # type: ignore[misc]
    """What a look at a restriction found, and why. `look` is which one it is: a second press of
    the button must not be taken for the next."""

    look = HiddenField()
    finding = OneOfField(
        "What do you find?",
        choices=options({finding.value: finding.label for finding in Finding}),
        missing="Select what you find",
    )
    reason = ParagraphField(
        "Why?",
        description="For our record. They do not read this.",
        missing="Enter the reason",
        at_most=4000,
        subject="The reason",
    )
    told = ParagraphField(
        "What we tell them",
        description="They read this in the letter, word for word.",
        at_most=2000,
        subject="What we tell them",
    )
    # Where they know why (level L1), the letter gives them reasons.
    needs_told = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for what we tell them, where a letter goes out that gives reasons."""
        is_valid = bool(super().validate(extra_validators))
        if self.needs_told and not self.told.data and not self.told.errors:
            self.told.errors = ["Enter what we tell them"]
            return False
        return is_valid
