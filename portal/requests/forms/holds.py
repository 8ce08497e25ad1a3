"""The forms of the holds on a request's recordings."""

from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.holds.commands import CourtOrder
from portal.holds.policy import HoldKind, Level, Segment
from portal.web.fields import LineField, OneOfField, ParagraphField, options

OPEN_MATTER, NEW_MATTER = "open", "new"
_LEVELS = {level.value: level.label for level in Level}


class EndHoldForm(FlaskForm):  # type: ignore[misc]
    """Why one hold ends before its matter does."""

    why = ParagraphField("Why does it end?", missing="Enter the reason", at_most=4000)


class HoldForm(FlaskForm):  # type: ignore[misc]
    """A hold on one recording: for which matter, of what kind, on which parts, and what may be
    told."""

    which = OneOfField(
        "Which matter is it for?",
        choices=options({OPEN_MATTER: "A matter that is open already", NEW_MATTER: "A new matter"}),
        missing="Select which matter it is for",
    )
    reference = LineField(
        "Reference of the matter",
        missing="Enter the reference of the matter",
        at_most=80,
        subject="Reference",
    )
    kind = OneOfField(
        "What kind of hold is it?",
        choices=options({kind.value: kind.label for kind in HoldKind}),
        missing="Select the kind of hold",
    )
    level = OneOfField(
        "What may the applicant be told?",
        choices=options(_LEVELS),
        missing="Select what the applicant may be told",
    )
    reason = ParagraphField(
        "Why must it be held?", missing="Enter the reason", at_most=4000, subject="Reason"
    )
    parts = ParagraphField(
        "Which parts is it about?",
        description="One part a line, from the start of the recording, such as 0:30-2:05. Empty "
        "is the whole recording. No part of it leaves until the hold ends.",
        at_most=2000,
        subject="The parts",
    )

    def validate_parts(self, field: ParagraphField) -> None:
        """Each line must be a part of a recording."""
        try:
            Segment.read_lines(field.data or "")
        except ValueError:
            raise ValidationError("Enter each part like 0:30-2:05, one on a line") from None

    @property
    def segments(self) -> list[Segment]:
        """The parts that were typed. Only of a form that was found right."""
        return Segment.read_lines(self.parts.data or "")

    @property
    def is_new_matter(self) -> bool:
        """Whether a matter is opened with the hold."""
        return bool(self.which.data == NEW_MATTER)


class LevelForm(FlaskForm):  # type: ignore[misc]
    """What may be told of a hold from now on, more or less than before."""

    level = OneOfField(
        "What may the applicant be told?",
        choices=options(_LEVELS),
        missing="Select what the applicant may be told",
    )
    why = ParagraphField("Why does it change?", missing="Enter the reason", at_most=4000)


class CourtOrderForm(FlaskForm):  # type: ignore[misc]
    """Which order lets a held recording go to one applicant."""

    reference = LineField(
        "Which court, and the number of its order",
        missing="Enter the court and the number of its order",
        at_most=120,
        subject="The court and the number",
        description="Without names of people: it is written in the book.",
    )
    reason = ParagraphField(
        "Why does it cover this recording and this applicant?",
        missing="Enter why it covers this recording and this applicant",
        at_most=4000,
        subject="The reason",
    )

    def to_order(self) -> CourtOrder:
        """The order that was written down."""
        return CourtOrder(self.reference.data or "", self.reason.data or "")


class EndOrderForm(FlaskForm):  # type: ignore[misc]
    """Why a court's order does not count any more."""

    why = ParagraphField(
        "Why does it end?", missing="Enter why it ends", at_most=4000, subject="The reason"
    )
