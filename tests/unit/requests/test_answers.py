"""From what was said to what is searched."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identity.authority import Acting
from portal.requests.answers import (
    NO_MOMENT,
    is_about_video,
    place_in_words,
    time_in_their_words,
    to_intake,
    to_other_intake,
    window,
    window_in_words,
)
from portal.requests.extent import whole_days, window_around
from portal.requests.intake import AboutWhom, DeliveryFormat, Occasion
from portal.requests.journey import kept
from portal.requests.reading_back import cards

PLACE = {
    "typed": "marlow",
    "choice": "3",
    "name": "Marlow Street",
    "borough": "Lambeth",
    "lat": 51.5,
    "lon": -0.12,
    "line": [[51.5, -0.12], [51.51, -0.12]],
}
SAR: dict[str, dict[str, Any]] = {
    "about-you-or-someone": {"who": "me"},
    "when": {"known": "exact", "day": "2026-11-20", "is_old": False},
    "time": {"at": "17:30", "sure": "30"},
    "place": {"place": "marlow"},
    "which-place": PLACE,
    "how-near": {"metres": "500"},
    "what-happened": {"occasion": "arrest", "text": "I was arrested."},
    "references": {
        "shoulder_number": "LX 123",
        "incident_reference": "",
        "crime_reference": "",
        "custody_number": "",
        "vehicle": "",
    },
    "looks": {"clothes": "Red coat", "hair": "", "bag": "Blue bag"},
    "name": {"name": "Amina Example"},
    "date-of-birth": {"born_on": "1990-03-01"},
    "email": {"email": "amina@example.com", "has_none": False},
    "address": {"address": "1 Marlow Street\nLondon"},
    "phone": {"phone": ""},
    "proof": {"when": "later"},
    "delivery": {"delivery": "download", "safe_contact": "", "language": "", "adjustments": ""},
    "passphrase": {"hash": "$argon2id$..."},
}


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("day", "at", "minutes", "since", "until"),
    [
        # Winter: London keeps UTC.
        (date(2026, 1, 15), time(17, 30), 30, utc(2026, 1, 15, 17), utc(2026, 1, 15, 18)),
        # Summer: an hour ahead.
        (date(2026, 7, 15), time(17, 30), 15, utc(2026, 7, 15, 16, 15), utc(2026, 7, 15, 16, 45)),
        # 25 October 2026, 1am to 2am comes twice: both are searched.
        (date(2026, 10, 25), time(1, 30), 15, utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 1, 45)),
        (date(2026, 10, 25), time(0, 59), 15, utc(2026, 10, 24, 23, 44), utc(2026, 10, 25, 0, 14)),
        (date(2026, 10, 25), time(2, 0), 15, utc(2026, 10, 25, 1, 45), utc(2026, 10, 25, 2, 15)),
        # 29 March 2026, 1am to 2am never was: a clock that was not put forward, or one that was.
        (date(2026, 3, 29), time(1, 30), 15, utc(2026, 3, 29, 0, 15), utc(2026, 3, 29, 1, 45)),
        (date(2026, 3, 29), time(0, 59), 15, utc(2026, 3, 29, 0, 44), utc(2026, 3, 29, 1, 14)),
        (date(2026, 3, 29), time(2, 0), 15, utc(2026, 3, 29, 0, 45), utc(2026, 3, 29, 1, 15)),
    ],
)
def test_a_time_is_searched_on_each_of_its_readings(
    day: date, at: time, minutes: int, since: datetime, until: datetime
) -> None:
    assert window_around(day, at, minutes) == (since, until)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 20), 24)]
)
def test_a_whole_day_is_as_long_as_londons(day: date, hours: int) -> None:
    since, until = whole_days(day, day)
    assert until - since == timedelta(hours=hours)


@given(
    day=st.dates(date(2016, 1, 1), date(2036, 12, 31)),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    minutes=st.sampled_from([15, 30, 60, 120]),
)
def test_a_window_always_holds_what_was_said(day: date, at: time, minutes: int) -> None:
    since, until = window_around(day, at, minutes)
    span = timedelta(minutes=2 * minutes)
    assert span <= until - since <= span + timedelta(hours=1)
    first, last = whole_days(day, day)
    assert first < until
    assert since < last


def test_a_range_of_days_is_searched_whole() -> None:
    when = {"known": "range", "earliest": "2026-10-24", "latest": "2026-10-26", "is_old": False}
    answers = SAR | {"when": when}
    assert window(answers) == (utc(2026, 10, 23, 23), utc(2026, 10, 27))
    assert window_in_words(answers) == "from 24 October 2026 to 26 October 2026"


def test_an_unknown_time_is_the_whole_day() -> None:
    answers = SAR | {"time": {"at": "", "sure": "unknown"}}
    assert window(answers) == (utc(2026, 11, 20), utc(2026, 11, 21))
    assert window_in_words(answers) == "at any time on Friday 20 November 2026"
    assert time_in_their_words(answers) == "Time not known"


@pytest.mark.parametrize(
    ("at", "sure", "words"),
    [
        ("17:30", "30", "from 5pm to 6pm on Friday 20 November 2026"),
        (
            "00:00",
            "15",
            "from 11:45pm on Thursday 19 November 2026 to 12:15am on Friday 20 November 2026",
        ),
    ],
)
def test_the_window_is_played_back(at: str, sure: str, words: str) -> None:
    assert window_in_words(SAR | {"time": {"at": at, "sure": sure}}) == words


def test_everything_said_reaches_the_request() -> None:
    intake = to_intake(SAR)
    assert intake.about is AboutWhom.ME
    assert intake.applicant.date_of_birth == date(1990, 3, 1)
    assert intake.applicant.address == "1 Marlow Street\nLondon"
    assert intake.representative is None
    assert intake.wishes.delivery is DeliveryFormat.DOWNLOAD
    seen = intake.sighting
    assert (seen.earliest_at, seen.latest_at) == (utc(2026, 11, 20, 17), utc(2026, 11, 20, 18))
    assert seen.said_time == "5:30pm, give or take 30 minutes"
    assert seen.place == "Marlow Street, Lambeth"
    assert (seen.latitude, seen.longitude, seen.radius_m) == (51.5, -0.12, 500)
    assert seen.line == ((51.5, -0.12), (51.51, -0.12))
    assert seen.occasion is Occasion.ARREST
    assert seen.shoulder_number == "LX 123"
    assert seen.appearance == "Clothes: Red coat\nBag: Blue bag"


def test_a_borough_is_searched_whole() -> None:
    borough = PLACE | {"name": "Lambeth", "lat": None, "lon": None, "line": []}
    seen = to_intake(SAR | {"which-place": borough}).sighting
    assert (seen.latitude, seen.line, seen.borough, seen.place) == (None, (), "Lambeth", "Lambeth")


@pytest.mark.parametrize("borough", ["", "Lambeth"])
def test_a_described_place_is_words_and_perhaps_a_borough(borough: str) -> None:
    answers = SAR | {
        "which-place": {"typed": "marlow", "choice": "describe"},
        "which-borough": {"details": "by the red pub", "borough": borough},
    }
    seen = to_intake(answers).sighting
    assert seen.place == place_in_words(answers) == "marlow\nby the red pub"
    assert (seen.borough, seen.latitude, seen.line) == (borough, None, ())


def test_one_who_acts_for_another_is_named() -> None:
    acting = {"name": "Cas Example", "relationship": "solicitor", "organisation": "Example LLP"}
    intake = to_intake(
        SAR | {"about-you-or-someone": {"who": "someone_i_act_for"}, "representative": acting}
    )
    assert intake.representative is not None
    assert intake.representative.organisation == "Example LLP"
    assert intake.applicant.name == "Amina Example"


def test_two_things_are_two_asks_and_the_second_takes_no_more_than_it_needs() -> None:
    answers = SAR | {
        "about-you-or-someone": {"who": "both"},
        "other-information": {"text": "How many cameras?"},
        "delivery": {**SAR["delivery"], "delivery": "viewing"},
    }
    one, other = to_intake(answers), to_other_intake(answers)
    assert other is not None
    assert (one.about, other.about) == (AboutWhom.ME, AboutWhom.GENERAL)
    assert other.applicant.name == one.applicant.name
    assert (other.applicant.date_of_birth, other.applicant.address) == (None, "")
    assert other.sighting.what_happened == "How many cameras?"
    assert not is_about_video(other.sighting.earliest_at)
    # There is nothing to watch about figures.
    assert (one.wishes.delivery, other.wishes.delivery) == (
        DeliveryFormat.VIEWING,
        DeliveryFormat.POST,
    )
    no_email = answers | {"email": {"email": "", "has_none": True}}
    second = to_other_intake(no_email)
    assert second is not None
    assert second.applicant.address == to_intake(no_email).applicant.address != ""
    assert to_other_intake(SAR) is None


def test_a_right_without_a_name_for_it_takes_the_rights_own() -> None:
    acting = {"name": "Cas Example", "organisation": "Example LLP", "organisation_number": "1"}
    intake = to_intake(
        SAR
        | {"about-you-or-someone": {"who": "someone_i_act_for"}, "representative": acting}
        | {"by-what-right": {"right": "solicitor"}}
    )
    assert intake.representative is not None
    assert intake.representative.relationship == Acting.SOLICITOR.label
    assert intake.representative.acting is Acting.SOLICITOR
    assert intake.representative.organisation_number == "1"


def test_information_has_no_moment_to_look_at() -> None:
    answers: dict[str, dict[str, Any]] = {
        "about-you-or-someone": {"who": "general"},
        "what-information": {"what": "information"},
        "what-happened": {"text": "How many cameras?"},
        "name": {"name": "Ben Example"},
        "email": {"email": "ben@example.com"},
        "phone": {"phone": ""},
        "delivery": SAR["delivery"],
    }
    intake = to_intake(answers)
    assert (intake.sighting.earliest_at, intake.sighting.latest_at) == NO_MOMENT
    assert intake.sighting.what_happened == "How many cameras?"
    assert intake.applicant.date_of_birth is None
    assert intake.applicant.address == ""
    titles = [card.title for card in cards(answers)]
    assert "When and where" not in titles


def test_a_passphrase_goes_with_the_request_and_is_shown_to_nobody() -> None:
    assert to_intake(SAR).passphrase_hash == "$argon2id$..."
    assert "argon2" not in repr(to_intake(SAR))
    assert "argon2" not in repr(cards(SAR))
    assert to_intake(kept(SAR | {"delivery": SAR["delivery"] | {"delivery": "post"}})) == replace(
        to_intake(SAR),
        wishes=replace(to_intake(SAR).wishes, delivery=DeliveryFormat.POST),
        passphrase_hash="",
    )


def test_every_answer_can_be_checked_and_changed() -> None:
    lines = [line for card in cards(SAR) for line in card.lines]
    assert {line.question for line in lines} == set(SAR) - {"which-place"}
    shown = {value for line in lines for value in line.values}
    assert {"Amina Example", "Red coat", "LX 123", "1 March 1990", "Within 500 metres"} <= shown
