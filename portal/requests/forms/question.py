"""What every question's form shares: it shows a stored answer, and hands back one to store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.csrf.core import CSRFTokenField

from portal.dates import london_day
from portal.requests.journey import Answers
from portal.requests.places import PlaceOnOffer

AT_MOST_NAME = 200
AT_MOST_ADDRESS = 1000
AT_MOST_TEXT = 4000
AT_MOST_REST = 80


@dataclass(frozen=True)
class Known:
    """What a form may know besides what was typed: the answers so far, the time, the places."""

    answers: Answers
    at: datetime
    places: Sequence[PlaceOnOffer] = ()
    boroughs: Sequence[str] = ()

    @property
    def today(self) -> date:
        """London's day."""
        return london_day(self.at)


class QuestionForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """A question. `answer()` gives plain values for the draft; `stored` is such an answer."""

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        self.known = known
        super().__init__(data=self.shown(stored or {}))

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The stored answer as the fields take it."""
        return dict(stored)

    def answer(self) -> dict[str, Any]:
        """What was typed, as JSON can keep it."""
        return {
            field.short_name: _plain(field.data)
            for field in self
            if not isinstance(field, CSRFTokenField | SubmitField)
        }


class NoticeForm(QuestionForm):
    """A page to read: going on answers it."""

    def answer(self) -> dict[str, Any]:
        """That it was read."""
        return {"is_read": True}


class EndForm(QuestionForm):
    """A page with no way on: whatever is posted to it, it stays."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Nothing can be answered here."""
        return False


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value
