"""Our own fields read what people write, and answer anything else in words."""

from __future__ import annotations

import io
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Form

from portal.web.fields import (
    AnyOfField,
    DatePartsField,
    LineField,
    OneOfField,
    ParagraphField,
    TimeField,
    clean,
    options,
)
from portal.web.spoken_time import UNREADABLE, read_time


class Sample(Form):
    """One field of each kind."""

    name = LineField("Name", missing="Enter your full name", at_most=20)
    story = ParagraphField("What happened?", at_most=30, subject="What happened")
    who = OneOfField("Who", choices=options(me="Me", other="Other"), missing="Select who")
    needs = AnyOfField("Needs", choices=options(print="Large print", call="A call"))
    on = DatePartsField("When?", subject="date of the incident")
    born = DatePartsField("Born", subject="date of birth", article="your", optional=True)
    at = TimeField("Time", missing="Enter a time, like 5:30pm")


def filled(**values: Any) -> Sample:
    """Return the form as posted with these values (underscores stand for hyphens), validated."""
    pairs = [(name.replace("_", "-"), value) for name, value in values.items()]
    form = Sample(MultiDict([("sent", "1"), *pairs]))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (("27", "3", "2026"), date(2026, 3, 27)),
        (("27th", "March", "2026"), date(2026, 3, 27)),
        (("01", "sept", "1999"), date(1999, 9, 1)),
        ((" 29 ", "FEB.", "2024"), date(2024, 2, 29)),
        (("２７", "０３", "２０２６"), date(2026, 3, 27)),
        (("\u200f٢٧\u202e", "٣", "٢٠٢٦"), date(2026, 3, 27)),
    ],
)
def test_date_is_read(typed: tuple[str, str, str], read: date) -> None:
    form = filled(on_day=typed[0], on_month=typed[1], on_year=typed[2])
    assert form.on.data == read
    assert list(form.on.errors) == []


@pytest.mark.parametrize(
    ("typed", "message", "wrong"),
    [
        (("", "", ""), "Enter the date of the incident", "day month year"),
        (("27", "3", ""), "Date of the incident must include a year", "year"),
        (("27", "", ""), "Date of the incident must include a month and year", "month year"),
        (("27", "3", "26"), "Year must include 4 numbers", "year"),
        (("31", "2", "2026"), "Date of the incident must be a real date", "day month year"),
        (("27", "13", "2026"), "Date of the incident must be a real date", "month"),
        (("27", "ju", "2026"), "Date of the incident must be a real date", "month"),
        (("x", "3", "2026"), "Date of the incident must be a real date", "day"),
        (("27", "3", "0026"), "Date of the incident must be a real date", "year"),
    ],
)
def test_date_says_what_is_missing(typed: tuple[str, str, str], message: str, wrong: str) -> None:
    field = filled(on_day=typed[0], on_month=typed[1], on_year=typed[2]).on
    assert list(field.errors) == [message]
    assert field.wrong_parts == tuple(wrong.split())
    assert field.error_id == f"on-{wrong.split()[0]}"
    assert field.data is None
    assert tuple(field.parts.values()) == typed


def test_optional_date_may_be_empty_but_not_half_given() -> None:
    assert list(filled().born.errors) == []
    assert list(filled(born_day="1").born.errors) == ["Date of birth must include a month and year"]


def test_date_shows_what_is_stored() -> None:
    form = Sample(None, data={"on": date(2026, 3, 7)})
    assert form.on.parts == {"day": "7", "month": "3", "year": "2026"}
    assert form.on.data == date(2026, 3, 7)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("5:30pm", time(17, 30)),
        ("17.30", time(17, 30)),
        ("1730", time(17, 30)),
        ("0930", time(9, 30)),
        ("9 pm", time(21)),
        ("about 9pm", time(21)),
        ("~5.30 p.m.", time(17, 30)),
        ("9 o’clock at night", time(21)),
        ("12 at night", time(0)),
        ("9 in the morning", time(9)),
        ("noon", time(12)),
        ("midnight", time(0)),
        ("12am", time(0)),
        ("0:05", time(0, 5)),
        ("23", time(23)),
        ("930pm", time(21, 30)),
    ],
)
def test_time_is_read(typed: str, read: time) -> None:
    assert read_time(typed) == read
    assert filled(at=typed).at.data == read


@pytest.mark.parametrize("typed", ["9", "about 9", "9:00", "12:30"])
def test_half_of_the_day_is_asked_for_not_guessed(typed: str) -> None:
    shown = typed.removeprefix("about ")
    asked = f"Say whether {shown} is morning or evening, like {shown}am or {shown}pm"
    assert list(filled(at=typed).at.errors) == [asked]


@pytest.mark.parametrize("typed", ["25:00", "9:75pm", "17:30am", "0pm", "half past", "5pm-6pm"])
def test_unreadable_time_is_refused_and_kept(typed: str) -> None:
    field = filled(at=typed).at
    assert list(field.errors) == [UNREADABLE]
    assert field._value() == typed


@given(st.times())
def test_a_stored_time_survives_being_shown_and_sent_again(stored: time) -> None:
    whole = stored.replace(second=0, microsecond=0)
    shown = Sample(None, data={"at": whole}).at._value()
    assert filled(at=shown).at.data == whole


def test_words_are_cleaned_and_limited() -> None:
    form = filled(name=" Zoe\u0308\0 \r\nSmith\u202e ", story="x" * 31, who="me")
    assert form.name.data == "Zoë  Smith"
    assert form.story.errors == ["What happened must be 30 characters or fewer"]
    assert form.who.data == "me"
    assert filled().name.errors == ["Enter your full name"]


def test_only_what_is_on_offer_can_be_chosen() -> None:
    assert filled(who="you").who.errors == ["Select who"]
    assert filled(needs="anything").needs.errors == ["Select from the answers"]
    form = Sample(MultiDict([("needs", "call"), ("needs", "print"), ("needs", "call")]))
    form.validate()
    assert (form.needs.data, list(form.needs.errors)) == (["call", "print"], [])


ODD = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789:.apm \0\u202e\u200f\ud800", max_size=12),
    st.sampled_from(["9" * 1_000_000, "a" * 1_000_000, "²", "٣", "-1", "1e3", "\0", "NaN", "Ⅷ"]),
    st.integers(),
    st.none(),
    st.builds(lambda: FileStorage(io.BytesIO(b"x"), filename="x.png")),
)
NAMES = ["name", "story", "who", "needs", "at", "on", "sent"] + [
    f"{field}-{part}" for field in ("on", "born") for part in ("day", "month", "year")
]


@given(st.lists(st.tuples(st.sampled_from(NAMES), ODD), max_size=14))
def test_nothing_anybody_sends_raises(pairs: list[tuple[str, Any]]) -> None:
    form = Sample(MultiDict([("sent", "1"), *pairs]))
    form.validate()
    for field in form:
        assert all(type(error) is str for error in field.errors) and "" not in field.errors
    shown = [field.data for field in (form.name, form.story) if field.data]
    for text in (*shown, form.at._value(), *form.on.parts.values()):
        text.encode("utf-8")
        assert "\0" not in text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(value: str) -> None:
    assert clean(clean(value)) == clean(value)
