"""What makes a code good."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.identity.codes import LASTING, MOST_TRIES, CodeFacts, is_usable, tidy_code

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def facts(**other: object) -> CodeFacts:
    given = {"issued_to_browser": "mine", "expires_at": NOW + LASTING, "tries": 0, "is_used": False}
    return CodeFacts(**{**given, **other})  # type: ignore[arg-type]


def test_a_fresh_code_works_on_its_own_browser() -> None:
    assert is_usable(facts(), browser="mine", at=NOW)
    assert is_usable(facts(tries=MOST_TRIES - 1), browser="mine", at=NOW + timedelta(minutes=9))


@pytest.mark.parametrize(
    ("code", "browser", "later"),
    [
        (facts(), "another", timedelta(0)),
        (facts(), "mine", LASTING),
        (facts(tries=MOST_TRIES), "mine", timedelta(0)),
        (facts(is_used=True), "mine", timedelta(0)),
    ],
    ids=["another browser", "too late", "too many tries", "used"],
)
def test_any_other_code_does_not(code: CodeFacts, browser: str, later: timedelta) -> None:
    assert not is_usable(code, browser=browser, at=NOW + later)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12345678", "12345678"), (" 1234-5678 ", "12345678"), ("١٢٣", ""), ("x" * 99, ""), ("", "")],
)
def test_a_code_is_read_as_people_type_it(typed: str, read: str) -> None:
    assert tidy_code(typed) == read


def test_a_megabyte_of_digits_is_cut() -> None:
    assert len(tidy_code("1" * 1_000_000)) == 20
