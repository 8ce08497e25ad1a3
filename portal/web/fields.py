"""Form fields that answer in plain words whatever they are sent, and never raise.

A browser sends texts; anybody else sends what they like: files where texts belong, missing and
repeated parts, megabytes, NUL. Each field here reads what it can and says what is missing in the
Design System's words. Each takes `missing`, the words for "nothing was given"; without it the
field is optional.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from wtforms import Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import choices as wtforms_choices
from wtforms.validators import StopValidation

from portal.web.spoken_time import read_time

# Never stored or shown: control characters, halves of characters, and the marks that turn the
# direction of everything after them, with which one name can be made to read as another. Plain
# left-to-right and right-to-left marks are kept; names use them.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_MONTHS = [f"{date(2000, month, 1):%B}".lower() for month in range(1, 13)]
# Direction marks come along when a date is copied from a right-to-left page.
_MARKS = {0x200E: None, 0x200F: None, 0x061C: None}
PARTS = ("day", "month", "year")


def clean(value: Any, *, lines: bool = True) -> str:
    """Return a text in NFC without control or direction-turning characters, trimmed.

    Anything that is not a text (a file sent in its place, nothing) becomes "". With `lines`
    false, line ends become spaces.
    """
    if not isinstance(value, str):
        return ""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    text = text if lines else text.replace("\n", " ")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text)).strip()


def options(pairs: Mapping[str, str] | None = None, /, **more: str) -> list[Any]:
    """Return choices for OneOfField and AnyOfField, value to label, in the order given."""
    return [
        wtforms_choices.SelectChoice(value=value, label=label)  # type: ignore[attr-defined]
        for value, label in {**(pairs or {}), **more}.items()
    ]


def _first_text(valuelist: Sequence[Any]) -> str:
    return next((value for value in valuelist if isinstance(value, str)), "")


def _values(field: Any) -> set[str]:
    return {choice.value for choice in field.iter_choices()}


class _Words:
    """What LineField and ParagraphField share: cleaning, `missing`, and a limit in characters."""

    lines = True
    data: Any
    missing: str
    at_most: int
    subject: str

    def _limits(self, missing: str, at_most: int, subject: str) -> None:
        self.missing, self.at_most, self.subject = missing, at_most, subject

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the first text sent, cleaned."""
        if valuelist:
            self.data = clean(_first_text(valuelist), lines=self.lines)

    def pre_validate(self, form: Any) -> None:
        """Refuse nothing when something is asked for, and more than the limit."""
        if not self.data and self.missing:
            raise StopValidation(self.missing)
        if self.data and len(self.data) > self.at_most:
            raise StopValidation(f"{self.subject} must be {self.at_most:,} characters or fewer")


class LineField(_Words, StringField):
    """One line of text. `data` is a cleaned str, never None after a POST."""

    lines = False

    def __init__(
        self,
        label: str = "",
        validators: list[Any] | None = None,
        *,
        missing: str = "",
        at_most: int = 200,
        subject: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self._limits(missing, at_most, subject or label or "Your answer")


class ParagraphField(_Words, TextAreaField):
    """Several lines of text. `data` is a cleaned str with "\\n" line ends."""

    def __init__(
        self,
        label: str = "",
        validators: list[Any] | None = None,
        *,
        missing: str = "",
        at_most: int = 4000,
        subject: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self._limits(missing, at_most, subject or "Your answer")


class OneOfField(RadioField):
    """One choice, for radios or a list. `data` is a value on offer, or "" when none was chosen."""

    def __init__(
        self,
        label: str = "",
        validators: list[Any] | None = None,
        *,
        choices: Iterable[Any],
        missing: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, choices=list(choices), **kwargs)
        self.missing = missing

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the first text sent."""
        self.data = _first_text(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that was not on offer, and nothing where an answer is needed."""
        on_offer = _values(self)
        if self.data and self.data in on_offer:
            return
        if self.missing or self.data:
            raise StopValidation(self.missing or "Select one of the answers")
        self.data = ""


class AnyOfField(SelectMultipleField):
    """Any number of choices, for checkboxes. `data` is a list of values on offer."""

    def __init__(
        self,
        label: str = "",
        validators: list[Any] | None = None,
        *,
        choices: Iterable[Any],
        missing: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, choices=list(choices), **kwargs)
        self.missing = missing

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take every text sent, once each, in the order sent."""
        self.data = list(dict.fromkeys(value for value in valuelist if isinstance(value, str)))

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that was not on offer, and none where one is needed."""
        on_offer = _values(self)
        chosen = self.data or []
        if not set(chosen) <= on_offer or (self.missing and not chosen):
            raise StopValidation(self.missing or "Select from the answers")


class DatePartsField(Field):
    """Three boxes, `name-day`, `name-month` and `name-year`. `data` is a date, or None.

    The month may be a number or a name. `subject` is what the errors call it ("date of the
    incident"); `article` goes before it in "Enter the …". With `optional`, three empty boxes are
    no date and no error. What was typed is kept in `parts`, the wrong boxes in `wrong_parts`.
    """

    def __init__(
        self,
        label: str = "",
        validators: list[Any] | None = None,
        *,
        subject: str = "date",
        article: str = "the",
        optional: bool = False,
        **kwargs: Any,
    ) -> None:
        self.subject, self.article, self.is_optional = subject, article, optional
        self.parts: dict[str, str] = dict.fromkeys(PARTS, "")
        self.wrong_parts: tuple[str, ...] = ()
        super().__init__(label, validators, **kwargs)

    @property
    def error_id(self) -> str:
        """The id of the first wrong box, for the error summary to land on."""
        return f"{self.id}-{self.wrong_parts[0] if self.wrong_parts else 'day'}"

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the boxes, or the object's date when no form was sent."""
        self.process_errors, self.wrong_parts = [], ()
        given = data if isinstance(data, date) else self.default
        self.object_data = self.data = given if isinstance(given, date) else None
        self.raw_data = None
        if formdata is None:
            self._show(self.data)
            return
        self.parts = {part: _box(formdata, f"{self.name}-{part}") for part in PARTS}
        typed = " ".join(text for text in self.parts.values() if text)
        self.raw_data = [typed] if typed else []
        self._read()

    def _show(self, given: date | None) -> None:
        texts = [str(given.day), str(given.month), str(given.year)] if given else [""] * 3
        self.parts = dict(zip(PARTS, texts, strict=True))

    def _read(self) -> None:
        self.data = None
        if not self.raw_data:
            if not self.is_optional:
                self._refuse(f"Enter {self.article} {self.subject}".replace("  ", " "), *PARTS)
            return
        absent = tuple(part for part in PARTS if not self.parts[part])
        if absent:
            self._refuse(f"{self._subject} must include a {' and '.join(absent)}", *absent)
            return
        self._read_whole()

    def _read_whole(self) -> None:
        day, month = _day_number(self.parts["day"]), _month_number(self.parts["month"])
        year_text = unicodedata.normalize("NFKC", self.parts["year"])
        if year_text.isdecimal() and len(year_text) != 4:
            self._refuse("Year must include 4 numbers", "year")
            return
        year = int(year_text) if year_text.isdecimal() else 0
        numbers = zip(PARTS, (1 <= day <= 31, 1 <= month <= 12, year >= 1000), strict=True)
        wrong = tuple(part for part, is_right in numbers if not is_right)
        try:
            self.data = date(year, month, day)
        except ValueError:
            self._refuse(f"{self._subject} must be a real date", *(wrong or PARTS))
            return
        if wrong:
            self.data = None
            self._refuse(f"{self._subject} must be a real date", *wrong)

    @property
    def _subject(self) -> str:
        return self.subject[:1].upper() + self.subject[1:]

    def _refuse(self, message: str, *parts: str) -> None:
        self.wrong_parts = parts
        self.process_errors = [message]

    def pre_validate(self, form: Any) -> None:
        """Stop before other validators when the date could not be read."""
        if self.process_errors:
            raise StopValidation()


def _box(formdata: Any, name: str) -> str:
    """Return what one box holds: cleaned, on one line, and never longer than is worth showing."""
    sent = _first_text(formdata.getlist(name) if name in formdata else [])
    return clean(sent[:100].translate(_MARKS), lines=False)[:30]


def _day_number(text: str) -> int:
    """Return 27 for "27", "27th" or "٢٧"; 0 for anything else."""
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)$", "", unicodedata.normalize("NFKC", text).lower())
    return int(plain) if plain.isdecimal() and len(plain) <= 2 else 0


def _month_number(text: str) -> int:
    """Return 3 for "3", "03", "March", "mar" or "Mar."; 0 for anything else."""
    plain = unicodedata.normalize("NFKC", text).lower().strip(" .")
    if plain.isdecimal():
        return int(plain) if len(plain) <= 2 else 0
    plain = "sep" if plain == "sept" else plain
    found = [n for n, name in enumerate(_MONTHS, 1) if len(plain) >= 3 and name.startswith(plain)]
    return found[0] if found else 0


class TimeField(StringField):
    """A time as people write it: 5:30pm, 17.30, 1730, about 9pm, noon. `data` is a time or None.

    "9" alone is not guessed at: looking in the wrong half of the day would lose the video.
    """

    data: Any

    def __init__(
        self,
        label: str = "",
        validators: list[Any] | None = None,
        *,
        missing: str = "",
        **kwargs: Any,
    ) -> None:
        self.typed, self.missing = "", missing
        super().__init__(label, validators, **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the text; keep it for showing again."""
        self.data = None
        self.typed = clean(_first_text(valuelist)[:200], lines=False)[:60]
        if not self.typed:
            return
        self.data = read_time(self.typed)

    def _value(self) -> str:
        if self.typed or not isinstance(self.data, time):
            return self.typed
        return f"{self.data.hour % 12 or 12}:{self.data:%M}{'pm' if self.data.hour >= 12 else 'am'}"

    def pre_validate(self, form: Any) -> None:
        """Refuse no time where one is needed; stop where it could not be read."""
        if self.process_errors:
            raise StopValidation()
        if self.data is None and self.missing:
            raise StopValidation(self.missing)
