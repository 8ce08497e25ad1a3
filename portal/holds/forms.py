"""The forms of matters, and of looking again at a hold."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, ValidationError

from portal.holds.looking import HoldFinding
from portal.holds.models import Hold
from portal.holds.policy import HoldKind, Level, Segment
from portal.web.fields import DatePartsField, LineField, OneOfField, ParagraphField, options


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


class ReviewHoldForm(FlaskForm):  # type: ignore[misc]
    """What a look at a hold found. `look` is which one it is: a second press of the button must
    not be taken for the next."""

    look = HiddenField()
    finding = OneOfField(
        "What do you find?",
        choices=options({finding.value: finding.label for finding in HoldFinding}),
        missing="Select what you find",
    )
    reason = ParagraphField(
        "Why?",
        description="For our record. The applicant does not read this.",
        missing="Enter the reason",
        at_most=4000,
        subject="The reason",
    )
    parts = ParagraphField(
        "Which parts must stay held?",
        description="Only if less is needed. One part a line, from the start of the recording, "
        "such as 0:30-2:05. Empty is the whole recording.",
        at_most=2000,
        subject="The parts",
    )
    level = OneOfField(
        "What may the applicant be told?",
        choices=options({level.value: level.label for level in Level}),
        description="Change it only if less is needed.",
        missing="Select what the applicant may be told",
    )
    next_on = DatePartsField(
        "When must it be looked at again?",
        subject="date of the next look",
        optional=True,
    )

    def validate_parts(self, field: ParagraphField) -> None:
        """Each line must be a part of a recording."""
        try:
            self.segments  # noqa: B018 - read for its fault
        except ValueError:
            raise ValidationError("Enter each part like 0:30-2:05, one on a line") from None

    @property
    def segments(self) -> list[Segment]:
        """The parts that were typed. ValueError when one is not a part."""
        return Segment.read_lines(self.parts.data or "")

    def says_less_of(self, hold: Hold) -> bool:
        """Whether parts or level were changed beside a finding that changes neither: what somebody
        typed must not be passed by."""
        is_changed = (self.segments, self.level.data) != (list(hold.parts), hold.level.value)
        return is_changed and self.finding.data != HoldFinding.NARROW.value

    @property
    def number(self) -> int:
        """Which look it is; 0, which none is, when the form was not ours."""
        text = self.look.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
