"""One page for a request that came by telephone, by post or over a counter."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

from portal.dates import london_day
from portal.errors import Refused
from portal.identity.authority import Acting
from portal.recordings.london import readings
from portal.requests.answers import NO_MOMENT, no_sighting
from portal.requests.forms.addresses import fault_of
from portal.requests.forms.moment import MomentForm
from portal.requests.intake import (
    AboutWhom,
    ApplicantDetails,
    Channel,
    DeliveryFormat,
    Intake,
    Occasion,
    RepresentativeDetails,
    Sighting,
    WhenAndWhere,
    Wishes,
)
from portal.requests.journey import BOTH
from portal.requests.reading_back import DELIVERY, OCCASION
from portal.web.fields import (
    DatePartsField,
    LineField,
    OneOfField,
    ParagraphField,
    TimeField,
    options,
)

CHANNELS = {
    Channel.PHONE.value: "By telephone",
    Channel.POST.value: "By post",
    Channel.COUNTER.value: "At a front counter",
}
# A letter has a day and no time; noon keeps its day in every time zone of the country.
NOON = time(12)
_WHOSE = {
    AboutWhom.ME.value: "Video of themselves",
    AboutWhom.SOMEONE_I_ACT_FOR.value: "Video of somebody they act for",
    AboutWhom.GENERAL.value: "General information, or video that is not of them",
    BOTH: "Both: video of themselves, and general information",
}


class RegisterForm(MomentForm):
    """What came, and when. Ends in `to_intake` and `received_at`."""

    channel = OneOfField(
        "How did it come?", choices=options(CHANNELS), missing="Select how it came"
    )
    received_on = DatePartsField("When did it reach us?", subject="date it reached us")
    received_time = TimeField("What time was that?")
    about = OneOfField(
        "What do they ask for?", choices=options(_WHOSE), missing="Select what they ask for"
    )
    name = LineField("Full name", missing="Enter the full name", at_most=200)
    born_on = DatePartsField("Date of birth", subject="date of birth", optional=True)
    email = LineField("E-mail address", at_most=320)
    phone = LineField("Telephone number", at_most=40)
    address = ParagraphField("Address", at_most=1000, subject="Address")
    acting = OneOfField(
        "By what right do they act?",
        choices=options({right.value: right.label for right in Acting}),
    )
    acting_name = LineField("Name of the person who acts for them", at_most=200)
    acting_as = LineField("What they are to them", at_most=200)
    organisation = LineField("Firm or organisation", at_most=200)
    organisation_number = LineField("The firm’s number at its regulator", at_most=40)
    occasion = OneOfField(
        "What happened?",
        choices=options({kind.value: words for kind, words in OCCASION.items()}),
        default=Occasion.OTHER.value,
    )
    what_happened = ParagraphField(
        "What do they ask for?", missing="Enter what they ask for", at_most=4000
    )
    shoulder_number = LineField("Officer’s shoulder number", at_most=40)
    incident_reference = LineField("Incident or CAD number", at_most=80)
    crime_reference = LineField("Crime reference number", at_most=80)
    custody_number = LineField("Custody number", at_most=80)
    vehicle = LineField("Vehicle", at_most=80)
    other_information = ParagraphField("The general information they also ask for", at_most=4000)
    appearance = ParagraphField("What did they look like?", at_most=4000, subject="Description")
    delivery = OneOfField(
        "How do they want the answer?",
        choices=options({kind.value: words for kind, words in DELIVERY.items()}),
        missing="Select how they want the answer",
        default=DeliveryFormat.DOWNLOAD.value,
    )
    safe_contact = ParagraphField("Safe way to contact them", at_most=1000)
    language = LineField("Language", at_most=200)
    adjustments = ParagraphField("Help they need", at_most=1000)

    @property
    def is_about_video(self) -> bool:
        """Whether there is a moment to look at. A request for figures has none."""
        return self.about.data != AboutWhom.GENERAL.value or self.happened_on.data is not None

    def validate(self, extra_validators: Any = None) -> bool:
        """Each answer by itself first; then those that depend on others."""
        super().validate(extra_validators)
        for field in (self.received_on, self.born_on, self.happened_on, self.happened_until):
            self.refuse_a_day_to_come(field)
        self._judge_people()
        if self.is_about_video:
            self.judge_moment()
            self.judge_place()
        return not self.errors

    def _judge_people(self) -> None:
        email = self.email.data or ""
        if email and not self.email.errors and (fault := fault_of(email)):
            self.email.errors = [fault]
        if not (email or self.address.data or self.phone.data):
            self.email.errors = ["Enter an e-mail address, a telephone number or an address"]
        if self.about.data == AboutWhom.SOMEONE_I_ACT_FOR.value:
            self._judge_acting()
        if self.about.data == BOTH and not self.other_information.data:
            self.other_information.errors = ["Enter the general information they also ask for"]
        is_read = self.received_on.data and not self.received_on.errors
        if is_read and not self.received_time.errors and self.received_at > self._now:
            self.received_time.errors = ["The time it reached us must be in the past"]

    def _judge_acting(self) -> None:
        is_firm = self.acting.data == Acting.SOLICITOR.value
        for field, is_needed, words in (
            (self.acting, True, "Select by what right they act"),
            (self.acting_name, True, "Enter the name of the person who acts for them"),
            (self.organisation, is_firm, "Enter the name of the firm"),
            (self.organisation_number, is_firm, "Enter the firm’s number"),
        ):
            if is_needed and not field.data and not field.errors:
                field.errors = [words]

    @property
    def received_at(self) -> datetime:
        """The true moment of receipt, in UTC. Without a time it is noon, or now if that is
        still to come."""
        day = self.received_on.data
        if day is None:
            raise Refused("Enter the date it reached us.")
        at = readings(datetime.combine(day, self.received_time.data or NOON))[0]
        is_guess = self.received_time.data is None and day == london_day(self._now)
        return min(at, self._now).astimezone(UTC) if is_guess else at

    def to_intake(self) -> Intake:
        """The whole ask. Only of a form that was found right."""
        is_for_another = self.about.data == AboutWhom.SOMEONE_I_ACT_FOR.value
        return Intake(
            about=AboutWhom.ME if self.about.data == BOTH else AboutWhom(self.about.data),
            applicant=self._applicant(),
            sighting=self._sighting(),
            wishes=self._wishes(),
            representative=self._representative() if is_for_another else None,
            channel=Channel(self.channel.data),
        )

    def to_other_intake(self) -> Intake | None:
        """The other half of an ask for two things, or None. Only of a form that was found right."""
        if self.about.data != BOTH:
            return None
        address = "" if self.email.data else self.address.data
        return Intake(
            about=AboutWhom.GENERAL,
            applicant=ApplicantDetails(self.name.data, self.email.data, self.phone.data, address),
            sighting=no_sighting(self.other_information.data),
            wishes=self._wishes(),
            channel=Channel(self.channel.data),
        )

    def _representative(self) -> RepresentativeDetails:
        right = Acting(self.acting.data)
        return RepresentativeDetails(
            self.acting_name.data,
            self.acting_as.data or right.label,
            self.organisation.data,
            right,
            self.organisation_number.data,
        )

    def _wishes(self) -> Wishes:
        return Wishes(
            delivery=DeliveryFormat(self.delivery.data),
            safe_contact=self.safe_contact.data,
            language=self.language.data,
            adjustments=self.adjustments.data,
        )

    def _applicant(self) -> ApplicantDetails:
        """FOIA s.8 asks for a name and an address for correspondence: no date of birth."""
        is_foi = self.about.data == AboutWhom.GENERAL.value
        return ApplicantDetails(
            name=self.name.data,
            email=self.email.data,
            phone=self.phone.data,
            address=self.address.data,
            date_of_birth=None if is_foi else self.born_on.data,
        )

    def _sighting(self) -> Sighting:
        nowhere = WhenAndWhere(*NO_MOMENT, said_time="Not about one time", place="")
        seen = self.to_when_and_where() if self.is_about_video else nowhere
        return Sighting(
            **asdict(seen),
            occasion=Occasion(self.occasion.data or Occasion.OTHER),
            what_happened=self.what_happened.data,
            shoulder_number=self.shoulder_number.data,
            incident_reference=self.incident_reference.data,
            crime_reference=self.crime_reference.data,
            custody_number=self.custody_number.data,
            vehicle=self.vehicle.data,
            appearance=self.appearance.data,
        )
