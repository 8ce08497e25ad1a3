"""The forms of "Find video": searching wider, narrower or elsewhere, and judging what was found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask_wtf import FlaskForm

from portal.dates import london_day, time_in_words
from portal.requests.wanted import Widening
from portal.web.fields import AnyOfField, LineField, OneOfField, options

LONGEST_REASON = 1_000
_MINUTES = (-360, -120, -60, -30, -15, -10, -5, 15, 30, 60, 120, 360, 720)
_SHORTEST = timedelta(minutes=5)
_METRES = (25, 50, 100, 150, 250, 500, 1_000, 2_000, 5_000)


class Said(Protocol):
    """What a wider or narrower search begins from (see `models.SightingRow`)."""

    earliest_at: datetime
    latest_at: datetime
    latitude: float | None
    radius_m: int


class SearchForm(FlaskForm):  # type: ignore[misc]
    """How much wider or narrower than the applicant said to look. Fewer minutes or metres only
    shorten the list to be judged: what was found before is kept."""

    minutes = OneOfField("Time", choices=[], missing="Select how much time to search", default="0")
    metres = OneOfField("Distance", choices=[], missing="Select how far to search")

    def __init__(self, said: Said, *, last: Widening | None = None, **kwargs: Any) -> None:
        """`last` is what was searched before, and is chosen to begin with."""
        super().__init__(**kwargs)
        self._said = said
        last = last or Widening()
        self.minutes.choices = options(_times_on_offer(said, last.minutes))
        self.metres.choices = options(_distances_on_offer(said, last.metres))
        if not self.is_submitted() or kwargs.get("formdata", self) is None:
            self.minutes.data = str(last.minutes)
            self.metres.data = str(said.radius_m + last.metres)

    @property
    def has_distance(self) -> bool:
        """Whether they pointed at a place. A borough is searched whole."""
        return self._said.latitude is not None

    def to_widening(self) -> Widening:
        """What was chosen. Only of a form that was found right."""
        return Widening(
            minutes=int(self.minutes.data),
            metres=int(self.metres.data) - self._said.radius_m if self.has_distance else 0,
        )


def _times_on_offer(said: Said, last: int) -> dict[str, str]:
    """Minutes on each side: what leaves no time at all is not on offer."""
    lasting = said.latest_at - said.earliest_at
    some = [m for m in _MINUTES if lasting + timedelta(minutes=2 * m) >= _SHORTEST]
    return {str(m): _time_in_words(said, m) for m in sorted({*some, 0, last})}


def _time_in_words(said: Said, minutes: int) -> str:
    more = timedelta(minutes=minutes)
    since, until = said.earliest_at - more, said.latest_at + more
    is_one_day = london_day(since) == london_day(until)
    shown = f", {time_in_words(since)} to {time_in_words(until)}" if is_one_day else ""
    if minutes == 0:
        return f"As they said{shown}"
    size = abs(minutes)
    length = f"{size} minutes" if size % 60 else f"{size // 60} hour{'s' if size > 60 else ''}"
    return f"{length} {'less' if minutes < 0 else 'more'} on each side{shown}"


def _distances_on_offer(said: Said, last: int) -> dict[str, str]:
    """Distances from the place, in metres."""
    return {
        str(m): f"Within {m:,} m{' (as they said)' if m == said.radius_m else ''}"
        for m in sorted({*_METRES, said.radius_m, said.radius_m + last})
    }


class JudgeForm(FlaskForm):  # type: ignore[misc]
    """One recording on the list: is it the one? The verdict is the button that was pressed."""

    verdict = OneOfField(
        "Verdict",
        choices=options(confirm="Confirm", reject="Reject"),
        missing="Select confirm or reject",
    )
    why = LineField("Reason", at_most=LONGEST_REASON, subject="Reason")

    def validate(self, extra_validators: Any = None) -> bool:
        """A rejection needs its reason."""
        super().validate(extra_validators)
        if not self.errors and self.verdict.data == "reject" and not self.why.data:
            self.why.errors = ["Enter why this recording is not the one"]
        return not self.errors


class RejectSeveralForm(FlaskForm):  # type: ignore[misc]
    """Several recordings at once, for one reason. The list grows while it is read, so the page
    sends along which list it showed (`since_search`) and up to which candidate (`newest`)."""

    ALL = "all"

    candidates = AnyOfField("Recordings", choices=[], missing="Select the recordings to reject")
    because = LineField(
        "Reason",
        missing="Enter why these recordings are not the ones",
        at_most=LONGEST_REASON,
        subject="Reason",
    )
    since_search = LineField("The list that was shown")
    newest = LineField("The newest recording that was shown")

    def __init__(self, candidate_ids: Sequence[int]) -> None:
        super().__init__()
        each = {str(one): str(one) for one in candidate_ids}
        self.candidates.choices = options({self.ALL: "Every recording on the list", **each})

    def chosen(self) -> list[int] | None:
        """The candidates' numbers, or None for every one of the list."""
        chosen = self.candidates.data or []
        return None if self.ALL in chosen else [int(one) for one in chosen]

    def validate(self, extra_validators: Any = None) -> bool:
        """Every recording of the list is every one of the list that was shown."""
        super().validate(extra_validators)
        if not self.errors and self.chosen() is None and self.shown() is None:
            self.candidates.errors = ["Look at the list again, and then select what to reject"]
        return not self.errors

    def shown(self) -> tuple[int, int] | None:
        """The first search of the list that was shown, and the greatest candidate's number."""
        sent = self.since_search.data or "", self.newest.data or ""
        if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in sent):
            return None
        return int(sent[0]), int(sent[1])
