"""The forms of matters."""

from flask_wtf import FlaskForm

from portal.holds.policy import HoldKind
from portal.web.fields import LineField, OneOfField, ParagraphField, options


class MatterForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """A new matter."""

    reference = LineField(
        "Reference", missing="Enter the reference of the matter", at_most=80, subject="Reference"
    )
    kind = OneOfField(
        "What kind of matter is it?",
        choices=options({kind.value: kind.label for kind in HoldKind}),
        missing="Select the kind of matter",
    )


class CloseMatterForm(FlaskForm):  # type: ignore[misc]
    """How a matter ended."""

    why = ParagraphField(
        "How did the matter end?",
        missing="Enter how the matter ended",
        at_most=4000,
        subject="Your answer",
    )
