"""When a link works, and who may have a new one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.disclosure.links import (
    Ending,
    LinkFacts,
    Lock,
    end_of,
    ending,
    is_open,
    is_used_up,
    last_day,
    lock_of,
    may_renew,
)

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def link(expires: int = 1, kept: int = 2, revoked: int | None = None) -> LinkFacts:
    """A link whose times are days from now."""
    revoked_at = None if revoked is None else NOW + revoked * DAY
    return LinkFacts(NOW + expires * DAY, revoked_at, kept_until=NOW + kept * DAY)


@pytest.mark.parametrize(
    ("facts", "why", "renewable"),
    [
        (link(), None, False),
        (link(expires=0), Ending.EXPIRED, True),
        (link(expires=-1), Ending.EXPIRED, True),
        (link(expires=-1, kept=0), Ending.EXPIRED, False),
        (link(expires=5, kept=-1), Ending.EXPIRED, False),
        (link(revoked=0), Ending.REVOKED, False),
        (link(expires=-1, revoked=-2), Ending.REVOKED, False),
    ],
)
def test_a_link(facts: LinkFacts, why: Ending | None, renewable: bool) -> None:
    assert ending(facts, NOW) is why
    assert is_open(facts, NOW) is (why is None)
    assert may_renew(facts, NOW) is renewable


def used_up(**days: int) -> LinkFacts:
    """The same, unlocked as often as it may be."""
    return replace(link(**days), sessions=3, most_sessions=3)


def test_one_that_was_used_as_often_as_it_may_be_can_be_had_anew() -> None:
    assert not is_used_up(link())
    assert is_used_up(used_up())
    assert may_renew(used_up(), NOW)
    assert ending(used_up(), NOW) is None
    assert not may_renew(used_up(revoked=0), NOW)
    assert not may_renew(used_up(kept=0), NOW)


@pytest.mark.parametrize(
    ("is_unlocked", "is_secret", "has_passphrase", "facts", "lock"),
    [
        (False, True, True, link(), Lock.PASSPHRASE),
        (False, True, False, link(), Lock.NO_PASSPHRASE),
        (False, False, False, link(), Lock.OPEN),
        (True, True, True, link(), Lock.OPEN),
        (True, True, True, used_up(), Lock.OPEN),
        (False, True, True, used_up(), Lock.USED_UP),
        (False, True, False, used_up(), Lock.USED_UP),
        (False, False, False, used_up(), Lock.OPEN),
    ],
)
def test_what_stands_between_somebody_who_typed_the_code_and_the_video(
    is_unlocked: bool, is_secret: bool, has_passphrase: bool, facts: LinkFacts, lock: Lock
) -> None:
    found = lock_of(
        facts, is_unlocked=is_unlocked, is_secret=is_secret, has_passphrase=has_passphrase
    )
    assert found is lock


def test_it_works_to_the_last_moment_of_its_last_day_in_london() -> None:
    made_at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # already 2 July in London
    last = last_day(made_at, 28)
    assert last == date(2026, 7, 30)
    facts = LinkFacts(end_of(last), None, kept_until=NOW)
    assert is_open(facts, datetime(2026, 7, 30, 22, 59, 59, tzinfo=UTC))
    assert not is_open(facts, datetime(2026, 7, 30, 23, 0, tzinfo=UTC))
