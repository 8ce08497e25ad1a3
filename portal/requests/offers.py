"""What the place questions offer, from the gazetteer."""

from sqlalchemy.orm import Session

from portal.recordings.corners import Corner, find_corners
from portal.recordings.gazetteer import borough_names, find_places, postcodes_of
from portal.recordings.kinds import PlaceKind
from portal.recordings.models import Place
from portal.requests.places import DISTRICT_LEAST_M, PlaceOnOffer, one_line, round_the_houses


def places_on_offer(session: Session, typed: str) -> list[PlaceOnOffer]:
    """The places that what they typed can mean, the best first: where two streets meet, a whole
    district of postcodes, then single places."""
    corners = [_corner(corner) for corner in find_corners(session, typed)]
    places = [_offer(place) for place in find_places(session, typed)]
    return [*corners, *_district(session, typed), *places]


def _corner(corner: Corner) -> PlaceOnOffer:
    one, other = corner.streets
    return PlaceOnOffer(f"{one.id}-{other.id}", corner.name, one.borough, corner.lat, corner.lon)


def _district(session: Session, typed: str) -> list[PlaceOnOffer]:
    """The ground of a postcode's first half, as a line from one of its postcodes to the next."""
    outward, units = postcodes_of(session, typed)
    line = round_the_houses([(unit.lat, unit.lon) for unit in units])
    if not line:
        return []
    boroughs = {unit.borough for unit in units}
    borough = boroughs.pop() if len(boroughs) == 1 else ""
    lat, lon = line[len(line) // 2]
    return [PlaceOnOffer(outward, f"All of {outward}", borough, lat, lon, line, DISTRICT_LEAST_M)]


def boroughs_on_offer(session: Session) -> list[str]:
    """Every borough's name, in order."""
    return borough_names(session)


def _offer(place: Place) -> PlaceOnOffer:
    if place.kind is PlaceKind.BOROUGH:
        return PlaceOnOffer(str(place.id), place.name, place.name, None, None)
    return PlaceOnOffer(
        str(place.id), place.name, place.borough, place.lat, place.lon, one_line(place.lines)
    )
