"""Who asks, and how we reach them. General information asks a name and one address, no more."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField

from portal.identity.authority import Acting, age_on
from portal.requests.forms.addresses import fault_of
from portal.requests.forms.question import (
    AT_MOST_ADDRESS,
    AT_MOST_NAME,
    AT_MOST_REST,
    Known,
    QuestionForm,
)
from portal.requests.intake import DeliveryFormat
from portal.requests.journey import LATER, NOW, acting, said, wants_video
from portal.web.fields import DatePartsField, LineField, OneOfField, ParagraphField, options

OLDEST_YEARS = 130
DOWNLOAD = DeliveryFormat.DOWNLOAD.value
VIEWING = DeliveryFormat.VIEWING.value
DELIVERIES = {
    DOWNLOAD: "Download it from this website",
    DeliveryFormat.POST.value: "By post",
    VIEWING: "Watch it at a police station",
}


class NameForm(QuestionForm):
    """The full name of the person in the video, or of whoever asks for information."""

    name = LineField(
        "What is your full name?",
        missing="Enter a full name",
        at_most=AT_MOST_NAME,
        subject="Full name",
    )


class BirthForm(QuestionForm):
    """The date of birth: it tells two people of one name apart."""

    born_on = DatePartsField("What is your date of birth?", subject="date of birth", article="a")

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The stored text as a date."""
        born = stored.get("born_on")
        return {"born_on": date.fromisoformat(born) if born else None}

    def answer(self) -> dict[str, Any]:
        """The day, and how old that makes them: a child is told more."""
        born = self.born_on.data
        return {"born_on": born.isoformat(), "age": age_on(born, self.known.today)}

    def validate(self, extra_validators: Any = None) -> bool:
        """In the past, and in a living person's lifetime."""
        super().validate(extra_validators)
        born, today = self.born_on.data, self.known.today
        if not self.errors and born >= today:
            self.born_on.errors = ["Date of birth must be in the past"]
        elif not self.errors and born.year < today.year - OLDEST_YEARS:
            self.born_on.errors = [f"Date of birth must be in the last {OLDEST_YEARS} years"]
        return not self.errors


# Taking the box at its word would throw away, without a word, the only way to reach them.
_BOTH = "Enter an e-mail address, or say that you do not have one"


class EmailForm(QuestionForm):
    """Where we write to; some people have no e-mail, and may say so."""

    email = LineField("What is your e-mail address?", at_most=254, subject="E-mail address")
    has_none = BooleanField("I do not have an e-mail address")

    def validate(self, extra_validators: Any = None) -> bool:
        """An address that can be one, or the box."""
        super().validate(extra_validators)
        typed = self.email.data or ""
        if not self.email.errors:
            fault = fault_of(typed) if not self.has_none.data else _BOTH if typed else None
            if fault:
                self.email.errors = [fault]
        return not self.errors

    def answer(self) -> dict[str, Any]:
        """The address, or "" when they have none."""
        has_none = bool(self.has_none.data)
        return {"email": "" if has_none else self.email.data, "has_none": has_none}


class AddressForm(QuestionForm):
    """A postal address, on as many lines as they like."""

    address = ParagraphField(
        "What is your address?",
        missing="Enter an address",
        at_most=AT_MOST_ADDRESS,
        subject="Address",
    )


class PhoneForm(QuestionForm):
    """A telephone number, if they want to be called."""

    phone = LineField("What is your phone number?", at_most=40, subject="Phone number")

    def validate(self, extra_validators: Any = None) -> bool:
        """Optional; but if there is one, it has digits in it."""
        super().validate(extra_validators)
        typed = self.phone.data or ""
        if not self.errors and typed and sum(c.isdecimal() for c in typed) < 3:
            self.phone.errors = ["Enter a phone number, like 020 7946 0000, or leave it empty"]
        return not self.errors


class RepresentativeForm(QuestionForm):
    """Who acts for the person in the video: only what that kind of representative has to say."""

    name = LineField(
        "Your full name", missing="Enter your full name", at_most=AT_MOST_NAME, subject="Full name"
    )
    relationship = LineField(
        "What you are to them",
        missing="Enter what you are to them, like mother, friend or advocate",
        at_most=AT_MOST_REST,
        description="For example, mother, friend or advocate",
    )
    organisation = LineField("Organisation, if you have one", at_most=AT_MOST_NAME)
    organisation_number = LineField(
        "Your firm’s number",
        missing="Enter your firm’s number",
        at_most=40,
        description="The number it has at its regulator, such as the Solicitors Regulation "
        "Authority",
    )

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(known, stored)
        right = acting(known.answers)
        if right is Acting.SOLICITOR:
            del self.relationship
            self.organisation.label.text = "Name of your firm"
            self.organisation.missing = "Enter the name of your firm"
            return
        del self.organisation_number
        if right is Acting.ATTORNEY:
            del self.relationship
        if right in (Acting.PARENT, Acting.FAMILY_OR_FRIEND):
            del self.organisation

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """As stored."""
        return dict(stored)


class ProofForm(QuestionForm):
    """Whether to send proof of who they are now or later."""

    sending = OneOfField(
        "When do you want to send proof?",
        choices=options({NOW: "Send it now", LATER: "Send it later"}),
        missing="Select when you want to send proof",
        name="when",
    )

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """As stored, under the field's own name."""
        return {"sending": stored.get("when")}

    def answer(self) -> dict[str, Any]:
        """Now or later."""
        return {"when": self.sending.data}


class DeliveryForm(QuestionForm):
    """How the answer should come, and what helps them."""

    delivery = OneOfField(
        "How should we send it?",
        choices=options(DELIVERIES),
        missing="Select how we should send it",
    )
    safe_contact = ParagraphField(
        "Is there a safe way to contact you?", at_most=1000, subject="How to contact you"
    )
    language = LineField("Do you need another language?", at_most=AT_MOST_REST, subject="Language")
    adjustments = ParagraphField(
        "Do you need help because of a disability or health condition?",
        at_most=1000,
        subject="What you need",
    )

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(known, stored)
        ways = dict(DELIVERIES)
        if not said(known.answers, "email", "email"):
            del ways[DOWNLOAD]  # A download needs a code, and a code needs somewhere to go.
        if not wants_video(known.answers):
            del ways[VIEWING]  # Figures and policies are read, and there is nothing to watch.
        self.delivery.choices = options(ways)
