"""The staff's forms about which law governs."""

from flask_wtf import FlaskForm

from portal.requests.lifecycle import Regime
from portal.requests.regimes import Because, reasons_from
from portal.web.fields import OneOfField, ParagraphField, options


class LawForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """Why another law governs."""

    because = OneOfField(
        "Why does another law apply?", choices=[], missing="Select why another law applies"
    )

    def __init__(self, regime: Regime) -> None:
        super().__init__()
        reasons = {reason.value: reason.label for reason in reasons_from(regime)}
        self.because.choices = options(reasons)

    def to_because(self) -> Because:
        """The reason. Only of a form that was found right."""
        return Because(self.because.data)


class SplitForm(FlaskForm):  # type: ignore[misc]
    """The half that another law governs, in the applicant's words."""

    asked = ParagraphField(
        "What is the other thing they ask for?",
        missing="Enter the other thing they ask for",
        at_most=4000,
        subject="The other thing",
    )
