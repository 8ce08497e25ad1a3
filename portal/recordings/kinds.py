"""The words of this room that have a fixed list of meanings. Law: standard library only."""

from enum import StrEnum


class Category(StrEnum):
    """What decides how long footage lives."""

    NON_EVIDENTIAL = "non_evidential"
    EVIDENTIAL = "evidential"


class CandidateStatus(StrEnum):
    """What a handler has said about a recording the search proposed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class PlaceKind(StrEnum):
    """What a place in the gazetteer is."""

    STREET = "street"
    PLACE = "place"
    POSTCODE = "postcode"
    STATION = "station"
    BOROUGH = "borough"


class Certainty(StrEnum):
    """Whether the track says that the camera was there, or it only may have been."""

    TRACKED = "tracked"
    UNCERTAIN = "uncertain"
