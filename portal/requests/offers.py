"""What the place questions offer, from the gazetteer."""

from sqlalchemy.orm import Session

from portal.recordings.gazetteer import borough_names, find_places
from portal.recordings.kinds import PlaceKind
from portal.recordings.models import Place
from portal.requests.places import PlaceOnOffer, one_line


def places_on_offer(session: Session, typed: str) -> list[PlaceOnOffer]:
    """The places that what they typed can mean, the best first."""
    return [_offer(place) for place in find_places(session, typed)]


def boroughs_on_offer(session: Session) -> list[str]:
    """Every borough's name, in order."""
    return borough_names(session)


def _offer(place: Place) -> PlaceOnOffer:
    if place.kind is PlaceKind.BOROUGH:
        return PlaceOnOffer(str(place.id), place.name, place.name, None, None)
    return PlaceOnOffer(
        str(place.id), place.name, place.borough, place.lat, place.lon, one_line(place.lines)
    )
