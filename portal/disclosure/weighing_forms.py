"""The form that takes longer to weigh the public interest."""

from flask_wtf import FlaskForm

from portal.disclosure.commands.weighing import weighable
from portal.web.fields import OneOfField, ParagraphField, options


class WeighForm(FlaskForm):  # type: ignore[misc]
    """Which exemption is weighed, and why that takes longer."""

    code = OneOfField(
        "Which exemption are you weighing?",
        choices=options({one.code: f"{one.statute}: {one.plain}" for one in weighable()}),
        missing="Select the exemption that you are weighing",
    )
    reasons = ParagraphField(
        "Why does weighing it take longer?",
        missing="Enter why you need more time",
        at_most=2_000,
        subject="Reason",
        description="The letter gives this reason. Say nothing that the exemption protects.",
    )
