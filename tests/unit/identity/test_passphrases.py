"""What makes a passphrase, and which one counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identity.hashing import hashed, is_same
from portal.identity.passphrases import (
    LONGEST,
    PassphraseFacts,
    counts,
    fault_of,
    tidied,
    waits,
)

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Kettle River", "kettle-river"),
        ("STRASSE ziel", "straße ziel"),
        ("ﬁnger", "finger"),
        ("１２３ abc", "123abc"),
        ("çay", "c\u0327ay"),
        ("हिन्दी शब्द", "हिन्दीशब्द"),
    ],
)
def test_spelling_makes_no_difference(typed: str, same: str) -> None:
    assert tidied(typed) == tidied(same)


def test_vowel_signs_are_part_of_a_word() -> None:
    assert tidied("हिन्दी") != tidied("हन्द")


@pytest.mark.parametrize(
    "typed",
    [
        "kettle river sandpaper",
        "مفتاح نهر ورقة زجاج",
        "trois chats gris dorment",
        "47 lanterns 92",
    ],
)
def test_a_few_words_will_do(typed: str) -> None:
    assert fault_of(typed, ("Amara Lindström", "amara@example.org", "1990-05-03")) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "short",
        "..........................",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "qwertyuiop12",
        "Passw0rd password",
        "Amara Lindström 1990",
        "lindstromamara",
        "amara@example.org",
        "x" * (LONGEST + 1),
    ],
)
def test_what_others_can_guess_will_not(typed: str) -> None:
    known = ("Amara Lindström", "amara@example.org", "1990-05-03", "lindstrom")
    assert fault_of(typed, known)


@given(st.text(max_size=300))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    fault_of(typed, (typed,))
    assert tidied(tidied(typed)) == tidied(typed)


def test_only_its_hash_is_kept() -> None:
    kept = hashed("Kettle River Sandpaper")
    assert kept.startswith("$argon2id$")
    assert "kettle" not in kept
    assert is_same(kept, "kettle river sandpaper")
    assert not is_same(kept, "kettle river")
    assert not is_same(None, "nobody has this passphrase")


@pytest.mark.parametrize(
    ("counts_from", "stopped_at", "is_counting", "is_waiting"),
    [
        (None, None, False, True),
        (NOW, None, True, False),
        (NOW + DAY, None, False, True),
        (NOW - DAY, NOW, False, False),
        (None, NOW - DAY, False, False),
    ],
)
def test_which_one_counts(
    counts_from: datetime | None,
    stopped_at: datetime | None,
    is_counting: bool,
    is_waiting: bool,
) -> None:
    facts = PassphraseFacts(counts_from, stopped_at)
    assert counts(facts, NOW) is is_counting
    assert waits(facts, NOW) is is_waiting
