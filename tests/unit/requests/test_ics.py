"""The calendar file for "we will reply by"."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.requests.ics import reply_by_calendar

MADE_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def calendar(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "reference": "BWV-7K3Q-M2XD",
        "reply_by_on": date(2026, 12, 31),
        "force_name": "Example Police",
        "address": "https://footage.example/find",
        "made_at": MADE_AT,
    }
    return reply_by_calendar(**(facts | changes))


def unfolded(file: bytes) -> list[str]:
    return file.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def test_the_whole_file() -> None:
    assert unfolded(calendar()) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//footage request portal//reply by//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:BWV-7K3Q-M2XD@footage-request-portal",
        "DTSTAMP:20260302T093000Z",
        "SEQUENCE:0",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Example Police will reply to request BWV-7K3Q-M2XD by today",
        "DESCRIPTION:To see how far we are\\, go to https://footage.example/find",
        "URL:https://footage.example/find",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_a_moved_date_is_the_same_event_revised() -> None:
    first, second = calendar(), calendar(reply_by_on=date(2027, 1, 5), revision=1)
    uid = b"UID:BWV-7K3Q-M2XD@footage-request-portal"
    assert uid in first
    assert uid in second
    assert b"SEQUENCE:1\r\n" in second


def test_the_stamp_is_in_utc() -> None:
    summer = datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert b"DTSTAMP:20260630T233000Z\r\n" in calendar(made_at=summer)


def test_special_letters_are_escaped() -> None:
    lines = unfolded(calendar(force_name="A\\B; C, D\nE\x00\tF\xa0G"))
    assert lines[11] == (
        "SUMMARY:A\\\\B\\; C\\, D\\nE F G will reply to request BWV-7K3Q-M2XD by today"
    )


def test_an_address_cannot_begin_a_line_of_its_own() -> None:
    lines = unfolded(calendar(address="https://footage.example/\r\nATTACH:evil\x07"))
    assert lines[13] == "URL:https://footage.example/ATTACH:evil"
    assert len(lines) == 18


def test_a_line_of_75_octets_is_whole_and_one_of_76_is_folded() -> None:
    whole = "x" * (75 - len("URL:"))
    assert f"URL:{whole}\r\n".encode() in calendar(address=whole)
    assert f"URL:{whole}\r\n y\r\n".encode() in calendar(address=whole + "y")


def test_the_fold_leaves_room_for_its_space() -> None:
    whole = "x" * (75 - len("URL:"))
    second = "y" * 74
    assert f"URL:{whole}\r\n {second}\r\n z\r\n".encode() in calendar(address=whole + second + "z")


@given(st.text(max_size=200), st.text(max_size=300))
def test_any_name_and_address_make_lines_of_75_octets(name: str, address: str) -> None:
    file = calendar(force_name=name, address=address)
    rows = file.split(b"\r\n")
    assert rows.pop() == b""
    assert all(len(row) <= 75 and row.decode() is not None for row in rows)
    assert b"\n" not in b"".join(rows)
    assert b"\r" not in b"".join(rows)
    assert len(unfolded(file)) == 18
