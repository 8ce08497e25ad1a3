"""What people type about a review or a complaint."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm

from portal.actors import Actor
from portal.dates import london_day
from portal.recordings.london import readings
from portal.requests.forms.registering import CHANNELS
from portal.requests.intake import Channel
from portal.reviews.commands.answering import Finding
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.reviews.rules import outcomes_on_offer
from portal.web.fields import DatePartsField, OneOfField, ParagraphField, options

LONGEST = 4_000
NOBODY = "nobody"
_ASKED: Mapping[ReviewKind, str] = {
    ReviewKind.INTERNAL_REVIEW: "Enter what you do not agree with",
    ReviewKind.COMPLAINT: "Enter what went wrong",
}
# A letter has a day and no time; noon keeps its day in every time zone of the country.
_NOON = time(12)


class AskForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """What went wrong, and what they want."""

    words = ParagraphField("What went wrong?", at_most=LONGEST, subject="What you tell us")

    def __init__(self, kind: ReviewKind) -> None:
        super().__init__()
        self.words.missing = _ASKED[kind]


class RegisterForm(FlaskForm):  # type: ignore[misc]
    """One that came by telephone, by post or over a counter, on the day it truly came."""

    channel = OneOfField(
        "How did it come?", choices=options(CHANNELS), missing="Select how it came"
    )
    received_on = DatePartsField("When did it reach us?", subject="date it reached us")
    words = ParagraphField(
        "What do they say went wrong, and what do they want?",
        missing="Enter what they say",
        at_most=LONGEST,
        subject="What they say",
    )

    def __init__(self, *, at: datetime) -> None:
        super().__init__()
        self._now = at

    def validate(self, extra_validators: Any = None) -> bool:
        """The day must have come."""
        super().validate(extra_validators)
        day = self.received_on.data
        if day is not None and not self.received_on.errors and day > london_day(self._now):
            self.received_on.errors = ["Date it reached us must be today or in the past"]
        return not self.errors

    @property
    def received_at(self) -> datetime:
        """Noon of that day, or now if that is still to come. Only of a form found right."""
        day: date = self.received_on.data
        noon = readings(datetime.combine(day, _NOON))[0].astimezone(UTC)
        return min(noon, self._now)

    def to_channel(self) -> Channel:
        """The way it came."""
        return Channel(self.channel.data)


class AssignForm(FlaskForm):  # type: ignore[misc]
    """Whose it is."""

    to = OneOfField("Who answers it?", choices=[], missing="Select who answers it")

    def __init__(self, handlers: Sequence[Actor], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.to.choices = options({NOBODY: "Nobody yet", **{one.id: one.name for one in handlers}})

    def to_handler(self) -> UUID | None:
        """The handler that was chosen."""
        return None if self.to.data == NOBODY else UUID(self.to.data)


class LongerForm(FlaskForm):  # type: ignore[misc]
    """Why an internal review is an exceptional case."""

    why = ParagraphField(
        "Why does it need longer?",
        missing="Enter why it needs longer",
        at_most=1_000,
        subject="Reason",
    )


class ProgressForm(FlaskForm):  # type: ignore[misc]
    """How far we are."""

    body = ParagraphField(
        "Message to the applicant", missing="Enter a message", at_most=LONGEST, subject="Message"
    )


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What was found, why, and what changes. Ends in `to_finding`."""

    outcome = OneOfField("What did you find?", choices=[], missing="Select what you found")
    reasons = ParagraphField(
        "Why?", missing="Enter the reasons", at_most=LONGEST, subject="Reasons"
    )
    what_changes = ParagraphField(
        "What happens because of it?",
        missing="Enter what happens because of it",
        at_most=LONGEST,
        subject="What happens",
    )
    again = OneOfField(
        "Must the answer be decided afresh?",
        choices=options(
            yes="Yes, open the request again for a fresh decision", no="No, the answer stays"
        ),
    )

    def __init__(self, kind: ReviewKind, *, is_late: bool, can_open_again: bool) -> None:
        super().__init__()
        offered = outcomes_on_offer(kind, is_late=is_late)
        self.outcome.choices = options({each.value: each.label for each in offered})
        self.can_open_again = can_open_again

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the answer is decided afresh is asked where we agree, and nowhere else."""
        super().validate(extra_validators)
        if self.asks_again and not self.again.data:
            self.again.errors = ["Select whether the answer must be decided afresh"]
        return not self.errors

    @property
    def asks_again(self) -> bool:
        """Whether it must be said if the answer is decided afresh."""
        agreed = {each.value for each in ReviewOutcome if each.changes_the_answer}
        return self.can_open_again and self.outcome.data in agreed

    def to_finding(self) -> Finding:
        """The whole answer. Only of a form that was found right."""
        return Finding(
            ReviewOutcome(self.outcome.data),
            self.reasons.data,
            self.what_changes.data,
            opens_again=self.asks_again and self.again.data == "yes",
        )
