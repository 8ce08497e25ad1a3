"""Where it happened: what they type, which place that is, and how near they are sure of it."""

from collections.abc import Mapping
from typing import Any

from portal.requests.forms.question import AT_MOST_TEXT, Known, QuestionForm
from portal.requests.journey import DESCRIBE, said
from portal.web.fields import LineField, OneOfField, ParagraphField, options


class PlaceForm(QuestionForm):
    """A street, a place or a postcode."""

    place = LineField(
        "Where was it?",
        missing="Enter a street, a place or a postcode",
        at_most=200,
        subject="Place",
    )


class WhichPlaceForm(QuestionForm):
    """Which of the places with such a name. The answer keeps the place itself, so that a later
    change of the gazetteer does not move what was asked for."""

    choice = OneOfField("Which place is closest?", choices=[], missing="Select the closest place")

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(known, stored)
        offered = {place.value: place.label for place in known.places}
        self.choice.choices = options({**offered, DESCRIBE: "None of these: I will describe it"})

    def answer(self) -> dict[str, Any]:
        """The place chosen, and the text it was chosen for."""
        typed = said(self.known.answers, "place", "place")
        place = next((p for p in self.known.places if p.value == self.choice.data), None)
        if place is None:
            return {"typed": typed, "choice": DESCRIBE}
        return {
            "typed": typed,
            "choice": place.value,
            "name": place.name,
            "borough": place.borough,
            "lat": place.lat,
            "lon": place.lon,
            "line": [list(point) for point in place.line],
            "least_m": place.least_m,
        }


class HowNearForm(QuestionForm):
    """How far from the place it can have been."""

    metres = OneOfField(
        "How near was it?",
        choices=options(
            {
                "50": "Within 50 metres, about half a minute’s walk",
                "150": "Within 150 metres, about 2 minutes’ walk",
                "500": "Within 500 metres, about 6 minutes’ walk",
                "1000": "Within 1 kilometre, about 12 minutes’ walk",
            }
        ),
        missing="Select how near it was",
    )


class WhichBoroughForm(QuestionForm):
    """The borough of a place that they describe, and more words about it."""

    details = ParagraphField("Describe the place", at_most=AT_MOST_TEXT, subject="Description")
    borough = OneOfField("Which borough was it in?", choices=[], missing="Select a borough")

    NOT_SURE = "not_sure"

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(known, stored)
        names = {name: name for name in known.boroughs}
        self.borough.choices = options(
            {"": "Choose a borough", self.NOT_SURE: "I am not sure", **names}
        )

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """An empty borough was stored for "not sure"."""
        return {**stored, "borough": stored.get("borough") or self.NOT_SURE} if stored else {}

    def answer(self) -> dict[str, Any]:
        """The borough's name, or "" for not sure."""
        chosen = self.borough.data
        return {
            "details": self.details.data or "",
            "borough": "" if chosen == self.NOT_SURE else chosen,
        }
