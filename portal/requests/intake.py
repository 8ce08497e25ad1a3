"""What a person tells us when they ask. Law: frozen facts, no framework."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from portal.identity.authority import Acting


class AboutWhom(StrEnum):
    """Whose footage it is; decides the regime (rules 1.1)."""

    ME = "me"
    SOMEONE_I_ACT_FOR = "someone_i_act_for"
    GENERAL = "general"


class Channel(StrEnum):
    """The door a request came through."""

    ONLINE = "online"
    PHONE = "phone"
    POST = "post"
    COUNTER = "counter"


class Occasion(StrEnum):
    """What happened, in the form's words."""

    STOP_AND_SEARCH = "stop_and_search"
    ARREST = "arrest"
    TRAFFIC = "traffic"
    WELFARE = "welfare"
    CROWD = "crowd"
    WITNESS = "witness"
    OTHER = "other"


class DeliveryFormat(StrEnum):
    """How the answer is collected."""

    DOWNLOAD = "download"
    POST = "post"
    VIEWING = "viewing"


@dataclass(frozen=True)
class WhenAndWhere:
    """What is searched for one thing that happened, and what was said of it.

    `earliest_at` to `latest_at` is the window that is searched, instants in UTC; `radius_m` is
    how far around the point or line. A place is a point, a line of points, a borough, or words.
    """

    earliest_at: datetime
    latest_at: datetime
    said_time: str
    place: str
    latitude: float | None = None
    longitude: float | None = None
    line: tuple[tuple[float, float], ...] = ()
    radius_m: int = 150
    borough: str = ""


@dataclass(frozen=True)
class Sighting(WhenAndWhere):
    """When and where it happened, what happened, and what they looked like."""

    occasion: Occasion = Occasion.OTHER
    what_happened: str = ""
    shoulder_number: str = ""
    incident_reference: str = ""
    crime_reference: str = ""
    custody_number: str = ""
    vehicle: str = ""
    appearance: str = ""


@dataclass(frozen=True)
class ApplicantDetails:
    """Who asks. An FOI applicant gives a name and an address for correspondence, no more."""

    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    date_of_birth: date | None = None


@dataclass(frozen=True)
class RepresentativeDetails:
    """One who acts for the applicant."""

    name: str
    relationship: str
    organisation: str = ""
    acting: Acting = Acting.OTHER
    organisation_number: str = ""


@dataclass(frozen=True)
class Wishes:
    """How they want the answer, and what helps them."""

    delivery: DeliveryFormat = DeliveryFormat.DOWNLOAD
    safe_contact: str = ""
    language: str = ""
    adjustments: str = ""


@dataclass(frozen=True)
class Intake:
    """One whole ask, from whichever door."""

    about: AboutWhom
    applicant: ApplicantDetails
    sighting: Sighting
    wishes: Wishes = field(default_factory=Wishes)
    representative: RepresentativeDetails | None = None
    channel: Channel = Channel.ONLINE
    # Hashed already; "" where none was chosen. Never the passphrase itself.
    passphrase_hash: str = field(default="", repr=False)
