"""Forms of the applicant's own page."""

from flask_wtf import FlaskForm
from wtforms.validators import StopValidation

from portal.ids import tidy_reference
from portal.requests.forms.question import AT_MOST_TEXT
from portal.web.fields import LineField, ParagraphField


class ReferenceField(LineField):
    """A reference in whatever way it is typed."""

    def pre_validate(self, form: object) -> None:
        """It must look like one; whether there is such a request is not said here."""
        super().pre_validate(form)
        if tidy_reference(self.data) is None:
            raise StopValidation("Enter the reference as it is in our e-mail, like BWV-7K3Q-M2XD")


class ReferenceForm(FlaskForm):  # type: ignore[misc]
    """Which request."""

    reference = ReferenceField("Your reference", missing="Enter your reference", at_most=60)

    @property
    def tidied(self) -> str:
        """The reference as we write it. Only of a form that was found right."""
        return tidy_reference(self.reference.data) or ""


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code from the e-mail."""

    code = LineField("Code", missing="Enter the code from the e-mail", at_most=40)


class WordsForm(FlaskForm):  # type: ignore[misc]
    """Something they want to tell us."""

    body = ParagraphField("Your message", at_most=AT_MOST_TEXT, subject="Your message")

    def __init__(self, missing: str) -> None:
        super().__init__()
        self.body.missing = missing
