"""Who may ask us to look again, until when, how long we have, and who may answer."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.actors import Actor, ActorKind, Role
from portal.bank_holidays import load_shipped
from portal.requests.lifecycle import Regime, Status
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.reviews.rules import (
    Asked,
    Standing,
    bar_on_answering,
    clock_of_review,
    due_is,
    is_late,
    last_day_to_ask,
    may_answer,
    outcomes_on_offer,
    why_not_ask,
    why_not_exceptional,
    why_not_open_again,
)

HOLIDAYS = load_shipped()
REVIEW, COMPLAINT = ReviewKind.INTERNAL_REVIEW, ReviewKind.COMPLAINT
ANSWERED_AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = ANSWERED_AT + timedelta(days=3)
EARLIER = ANSWERED_AT - timedelta(days=3)


def handler(*roles: Role) -> Actor:
    return Actor(ActorKind.HANDLER, "me", "Robin", frozenset(roles))


@pytest.mark.parametrize("regime", [Regime.SAR_PART3, Regime.SAR_GDPR])
@pytest.mark.parametrize("answered_at", [None, ANSWERED_AT])
def test_a_person_whose_data_it_is_can_complain_at_any_time(
    regime: Regime, answered_at: datetime | None
) -> None:
    assert why_not_ask(COMPLAINT, Standing(regime, answered_at)) is None


def test_an_internal_review_is_for_an_answered_foi_request() -> None:
    assert why_not_ask(REVIEW, Standing(Regime.FOI, ANSWERED_AT)) is None
    words = why_not_ask(REVIEW, Standing(Regime.FOI, None))
    assert words is not None
    assert "when you have our answer" in words


@pytest.mark.parametrize(
    ("kind", "regime"),
    [(REVIEW, Regime.SAR_PART3), (REVIEW, Regime.SAR_GDPR), (COMPLAINT, Regime.FOI)],
)
def test_each_law_has_its_own_way(kind: ReviewKind, regime: Regime) -> None:
    words = why_not_ask(kind, Standing(regime, ANSWERED_AT))
    assert words is not None
    assert "only" in words or "your own information" in words


@pytest.mark.parametrize(("kind", "regime"), [(REVIEW, Regime.FOI), (COMPLAINT, Regime.SAR_PART3)])
def test_one_of_a_kind_is_open_at_a_time(kind: ReviewKind, regime: Regime) -> None:
    standing = Standing(regime, ANSWERED_AT, (Asked(kind, LATER, is_open=True),))
    words = why_not_ask(kind, standing)
    assert words is not None
    assert "already" in words


def test_an_answer_is_looked_at_again_once() -> None:
    standing = Standing(Regime.FOI, ANSWERED_AT, (Asked(REVIEW, LATER, is_open=False),))
    words = why_not_ask(REVIEW, standing)
    assert words is not None
    assert "regulator" in words


def test_the_very_moment_of_the_answer_counts_as_after_it() -> None:
    asked = Asked(REVIEW, ANSWERED_AT, is_open=False)
    assert why_not_ask(REVIEW, Standing(Regime.FOI, ANSWERED_AT, (asked,))) is not None


def test_a_fresh_answer_can_be_looked_at_again() -> None:
    standing = Standing(Regime.FOI, ANSWERED_AT, (Asked(REVIEW, EARLIER, is_open=False),))
    assert why_not_ask(REVIEW, standing) is None


def test_somebody_can_complain_again_about_something_else() -> None:
    standing = Standing(Regime.SAR_PART3, ANSWERED_AT, (Asked(COMPLAINT, LATER, is_open=False),))
    assert why_not_ask(COMPLAINT, standing) is None


def test_the_time_to_ask_is_forty_working_days_of_the_whole_kingdom() -> None:
    # 17 March is a holiday in Northern Ireland, 3 and 6 April are Good Friday and Easter Monday.
    assert last_day_to_ask(date(2026, 3, 2), HOLIDAYS) == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("kind", "received_on", "late"),
    [
        (REVIEW, date(2026, 4, 30), False),
        (REVIEW, date(2026, 5, 1), True),
        (COMPLAINT, date(2026, 5, 1), False),
    ],
)
def test_only_a_review_can_come_too_late(kind: ReviewKind, received_on: date, late: bool) -> None:
    assert is_late(kind, received_on, date(2026, 3, 2), HOLIDAYS) is late


def test_what_was_never_answered_is_never_late() -> None:
    assert not is_late(REVIEW, date(2030, 1, 1), None, HOLIDAYS)


def test_a_review_takes_twenty_working_days_and_forty_in_an_exceptional_case() -> None:
    usual = clock_of_review(REVIEW, date(2026, 3, 2), None, HOLIDAYS)
    longer = clock_of_review(REVIEW, date(2026, 3, 2), date(2026, 3, 20), HOLIDAYS)
    assert (usual.legal_due_on, usual.is_extended) == (date(2026, 3, 31), False)
    assert (longer.legal_due_on, longer.is_extended) == (date(2026, 4, 30), True)


def test_a_complaint_has_thirty_days_that_do_not_roll() -> None:
    clock = clock_of_review(COMPLAINT, date(2026, 7, 2), None, HOLIDAYS)
    assert clock.legal_due_on == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("due_on", "shown"),
    [
        (None, ""),
        (date(2026, 3, 1), "late"),
        (date(2026, 3, 2), "soon"),
        (date(2026, 3, 9), "soon"),
        (date(2026, 3, 10), ""),
    ],
)
def test_a_due_date_is_late_or_soon(due_on: date | None, shown: str) -> None:
    assert due_is(due_on, date(2026, 3, 2)) == shown


def test_a_review_is_exceptional_once_and_before_its_first_twenty_days_are_over() -> None:
    clock = clock_of_review(REVIEW, date(2026, 3, 2), None, HOLIDAYS)
    assert why_not_exceptional(REVIEW, clock, date(2026, 3, 31)) is None
    late = why_not_exceptional(REVIEW, clock, date(2026, 4, 1))
    assert late is not None
    assert "too late" in late
    longer = clock_of_review(REVIEW, date(2026, 3, 2), date(2026, 3, 20), HOLIDAYS)
    again = why_not_exceptional(REVIEW, longer, date(2026, 3, 21))
    assert again is not None
    assert "already" in again


def test_a_complaint_is_never_an_exceptional_case() -> None:
    clock = clock_of_review(COMPLAINT, date(2026, 3, 2), None, HOLIDAYS)
    words = why_not_exceptional(COMPLAINT, clock, date(2026, 3, 3))
    assert words is not None
    assert "internal review" in words


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ReviewKind)
@pytest.mark.parametrize("worked", [True, False])
def test_who_may_answer(kind: ReviewKind, role: Role, worked: bool) -> None:
    fitting = {
        REVIEW: {Role.SENIOR_REVIEWER},
        COMPLAINT: {Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER},
    }
    expected = role in fitting[kind] and not worked
    worked_on = {"somebody", "me"} if worked else {"somebody"}
    assert may_answer(kind, handler(role), worked_on) is expected


def test_the_page_says_which_of_the_two_reasons_it_is() -> None:
    reviewer = handler(Role.SENIOR_REVIEWER, Role.DECISION_MAKER)
    assert bar_on_answering(REVIEW, reviewer, {"me"}) == (
        "You worked on this request. Somebody who did not must answer it."
    )
    words = bar_on_answering(COMPLAINT, handler(Role.DECISION_MAKER), set())
    assert words == (
        "Only a handler with the role data protection officer or senior reviewer may answer it."
    )


@pytest.mark.parametrize(
    ("kind", "late", "offered"),
    [(REVIEW, True, True), (REVIEW, False, False), (COMPLAINT, True, False)],
)
def test_only_a_late_review_can_be_turned_away(kind: ReviewKind, late: bool, offered: bool) -> None:
    outcomes = outcomes_on_offer(kind, is_late=late)
    assert (ReviewOutcome.TOO_LATE in outcomes) is offered
    assert len(outcomes) == 3 + offered


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("outcome", ReviewOutcome)
def test_a_request_is_opened_again_where_we_agree_and_had_answered(
    outcome: ReviewOutcome, status: Status
) -> None:
    agreed = outcome in (ReviewOutcome.UPHELD, ReviewOutcome.PARTLY_UPHELD)
    answered = status in (Status.ANSWERED, Status.ANSWERED_HELD)
    assert (why_not_open_again(outcome, status) is None) is (agreed and answered)


def test_why_a_request_is_not_opened_again() -> None:
    refused = why_not_open_again(ReviewOutcome.NOT_UPHELD, Status.ANSWERED)
    assert refused is not None
    assert "only when we agree" in refused
    closed = why_not_open_again(ReviewOutcome.UPHELD, Status.CLOSED)
    assert closed is not None
    assert "closed" in closed


@pytest.mark.parametrize("each", [*ReviewKind, *ReviewOutcome])
def test_every_word_of_the_law_is_in_words(each: ReviewKind | ReviewOutcome) -> None:
    assert each.label
    if isinstance(each, ReviewOutcome):
        assert each.told.endswith(".")
    else:
        assert each.slug == each.value.replace("_", "-")
