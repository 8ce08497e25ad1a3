"""Forms of collecting, of sending back and of looking at a restriction again."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from portal.disclosure.models import Finding
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
