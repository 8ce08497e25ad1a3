"""Forms of the pages around the questions: sending, saving, and coming back."""

from typing import Any

from portal.requests.forms.addresses import fault_of
from portal.web.fields import LineField
from portal.web.forms import PlainForm


class SaveForm(PlainForm):
    """Where to send the code to come back with."""

    email = LineField("What is your e-mail address?", at_most=254, subject="E-mail address")

    def validate(self, extra_validators: Any = None) -> bool:
        """An address that can be one."""
        super().validate(extra_validators)
        fault = None if self.email.errors else fault_of(self.email.data or "")
        if fault:
            self.email.errors = [fault]
        return not self.errors


class ComeBackForm(PlainForm):
    """The code from the e-mail."""

    code = LineField("Enter your code", missing="Enter the code from the e-mail", at_most=40)
