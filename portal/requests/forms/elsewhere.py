"""Searching another place or time than the applicant said: they may have named the wrong street."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.dates import london_day
from portal.requests.forms.moment import MomentForm
from portal.requests.models import SightingRow
from portal.requests.places import PlaceOnOffer


@dataclass
class Elsewhere:
    """When and where to look instead of what was said (see `wanted.SaidSighting`)."""

    earliest_at: datetime
    latest_at: datetime
    place: str
    latitude: float | None
    longitude: float | None
    line: list[Any]
    radius_m: int
    borough: str
    shoulder_number: str
    incident_reference: str
    crime_reference: str
    custody_number: str


class ElsewhereForm(MomentForm):
    """A day or days, a time, and a place. Ends in `to_elsewhere`."""

    def __init__(
        self,
        said: SightingRow,
        *,
        at: datetime,
        boroughs: Sequence[str],
        places: Sequence[PlaceOnOffer] = (),
    ) -> None:
        """Begins with the day that was said."""
        super().__init__(at=at, boroughs=boroughs, places=places)
        self._said = said
        if not self.is_submitted():
            self.happened_on.process(None, london_day(said.earliest_at))

    def validate(self, extra_validators: Any = None) -> bool:
        """Each answer by itself first; then those that depend on others."""
        super().validate(extra_validators)
        for field in (self.happened_on, self.happened_until):
            self.refuse_a_day_to_come(field)
        self.judge_moment()
        self.judge_place()
        if not self.errors and self._is_nowhere():
            self.borough.errors = ["Select a borough, or another place that the gazetteer knows"]
        return not self.errors

    def _is_nowhere(self) -> bool:
        """Whether no place of the gazetteer was chosen: everywhere would be searched."""
        found = self.to_when_and_where()
        return found.latitude is None and not found.borough

    def to_elsewhere(self) -> Elsewhere:
        """When and where to look, with the officer and the references that the applicant gave.
        Only of a form that was found right."""
        found, said = self.to_when_and_where(), self._said
        return Elsewhere(
            earliest_at=found.earliest_at,
            latest_at=found.latest_at,
            place=found.place,
            latitude=found.latitude,
            longitude=found.longitude,
            line=[list(position) for position in found.line],
            radius_m=found.radius_m,
            borough=found.borough,
            shoulder_number=said.shoulder_number,
            incident_reference=said.incident_reference,
            crime_reference=said.crime_reference,
            custody_number=said.custody_number,
        )
