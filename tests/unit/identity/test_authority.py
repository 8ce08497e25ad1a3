"""What each kind of representative must show, and what is checked before it is accepted."""

from datetime import date

import pytest

from portal.identity.authority import (
    NEEDS,
    Acting,
    Answer,
    Lack,
    age_on,
    checks_for,
    is_recent,
    is_spent,
    needs_date,
    why_not,
)
from portal.identity.proof import ProofKind


def right_answers(acting: Acting, age: int | None = 30) -> dict[str, str]:
    """Every check answered the way nothing stands in the way: no warning, a specialist unneeded."""
    return {
        check.name: Answer.NO if check.is_warning else check.right[-1]
        for check in checks_for(acting, age)
    }


@pytest.mark.parametrize("acting", Acting)
def test_every_kind_has_its_papers_its_checks_and_a_name(acting: Acting) -> None:
    assert acting.label
    assert all(need.words and need.kinds for need in NEEDS[acting])
    names = [check.name for check in checks_for(acting, 14)]
    assert len(names) == len(set(names)) > 0
    assert why_not(acting, 30, right_answers(acting)) is None


def kinds(acting: Acting) -> set[ProofKind]:
    return {kind for need in NEEDS[acting] for kind in need.kinds}


def test_a_solicitor_shows_no_paper_of_their_own() -> None:
    assert ProofKind.AUTHORITY in kinds(Acting.SOLICITOR)
    assert ProofKind.PASSPORT in kinds(Acting.SOLICITOR)
    assert not {ProofKind.OWN_PHOTO_ID, ProofKind.OWN_ADDRESS} & kinds(Acting.SOLICITOR)


def test_a_friend_also_shows_who_they_are_and_where_they_live() -> None:
    assert {ProofKind.OWN_PHOTO_ID, ProofKind.OWN_ADDRESS} <= kinds(Acting.FAMILY_OR_FRIEND)


def test_a_parent_shows_responsibility_and_an_attorney_the_registered_power() -> None:
    assert {ProofKind.BIRTH_CERTIFICATE, ProofKind.COURT_ORDER} <= kinds(Acting.PARENT)
    assert ProofKind.AUTHORITY not in kinds(Acting.PARENT)
    assert kinds(Acting.ATTORNEY) == {ProofKind.POWER_OF_ATTORNEY, ProofKind.COURT_ORDER}


@pytest.mark.parametrize(
    ("acting", "is_note"),
    [
        (Acting.SOLICITOR, True),
        (Acting.FAMILY_OR_FRIEND, True),
        (Acting.OTHER, True),
        (Acting.PARENT, False),
        (Acting.ATTORNEY, False),
    ],
)
def test_only_a_signed_note_grows_old(acting: Acting, is_note: bool) -> None:
    assert needs_date(acting) is is_note


@pytest.mark.parametrize(
    ("signed_on", "on", "is_right"),
    [
        (date(2026, 5, 2), date(2026, 11, 2), True),
        (date(2026, 5, 1), date(2026, 11, 2), False),
        (date(2026, 11, 2), date(2026, 11, 2), True),
        (date(2026, 11, 3), date(2026, 11, 2), False),
        (date(2026, 2, 28), date(2026, 8, 31), True),
        (date(2026, 2, 27), date(2026, 8, 31), False),
        (date(2028, 2, 29), date(2028, 8, 30), True),
        (date(2025, 12, 31), date(2026, 6, 30), True),
        (date(2025, 12, 29), date(2026, 6, 30), False),
    ],
)
def test_a_note_is_good_for_six_months(signed_on: date, on: date, is_right: bool) -> None:
    # Six months before 30 June is 30 December, and before 31 August the last day of February.
    assert is_recent(signed_on, on) is is_right


@pytest.mark.parametrize(
    ("on", "age"),
    [(date(2026, 3, 1), 16), (date(2026, 2, 28), 15), (date(2026, 12, 31), 16)],
)
def test_age_is_in_whole_years(on: date, age: int) -> None:
    assert age_on(date(2010, 3, 1), on) == age


@pytest.mark.parametrize(
    ("age", "asked"),
    [
        (0, None),
        (12, None),
        (13, "child_asked"),
        (15, "child_asked"),
        (16, "own_request"),
        (17, "own_request"),
        (None, "child_asked"),
    ],
)
def test_a_child_is_asked_from_thirteen_and_asks_themselves_from_sixteen(
    age: int | None, asked: str | None
) -> None:
    names = {check.name for check in checks_for(Acting.PARENT, age)}
    assert names & {"child_asked", "own_request"} == ({asked} if asked else set())
    assert not {"child_asked", "own_request"} & {
        check.name for check in checks_for(Acting.SOLICITOR, age)
    }


@pytest.mark.parametrize("acting", Acting)
def test_every_check_must_be_answered_and_answered_right(acting: Acting) -> None:
    right = right_answers(acting, 14)
    for check in checks_for(acting, 14):
        left_out = {name: answer for name, answer in right.items() if name != check.name}
        assert why_not(acting, 14, left_out) == "Answer every check first."
        assert why_not(acting, 14, {**right, check.name: "perhaps"}) == "Answer every check first."
        for wrong in set(check.answers) - set(check.right):
            words = why_not(acting, 14, {**right, check.name: wrong})
            assert words is not None
            assert words.startswith("Authority cannot be accepted")


def test_a_child_of_13_is_asked_or_there_is_a_reason() -> None:
    right = right_answers(Acting.PARENT, 14)
    assert why_not(Acting.PARENT, 14, {**right, "child_asked": "not_needed"}) is not None
    for reason in (Answer.CANNOT_UNDERSTAND, Answer.WOULD_HARM):
        assert why_not(Acting.PARENT, 14, {**right, "child_asked": reason}) is None


@pytest.mark.parametrize("warning", ["coercion", "contact_order"])
def test_a_warning_is_for_a_specialist(warning: str) -> None:
    found = {**right_answers(Acting.PARENT, 8), warning: Answer.YES}
    assert "specialist" in (why_not(Acting.PARENT, 8, found) or "")
    found["specialist"] = Answer.YES
    assert why_not(Acting.PARENT, 8, found) is None


@pytest.mark.parametrize(
    ("kind", "identity", "authority", "spent"),
    [
        (ProofKind.PASSPORT, True, False, True),
        (ProofKind.PASSPORT, False, True, False),
        (ProofKind.AUTHORITY, True, False, False),
        (ProofKind.AUTHORITY, False, True, True),
        (ProofKind.BIRTH_CERTIFICATE, True, False, False),
        (ProofKind.BIRTH_CERTIFICATE, False, True, False),
        (ProofKind.BIRTH_CERTIFICATE, True, True, True),
        (ProofKind.PHOTO_OF_YOU, True, True, False),
    ],
)
def test_a_paper_goes_when_it_has_shown_all_it_can(
    kind: ProofKind, identity: bool, authority: bool, spent: bool
) -> None:
    assert is_spent(kind, is_identity_known=identity, is_authority_known=authority) is spent


def test_every_reason_is_a_sentence_for_them() -> None:
    assert all(lack.explanation.endswith(".") for lack in Lack)
