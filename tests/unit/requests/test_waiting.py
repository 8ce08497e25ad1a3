"""What we wait for, when we remind, when it is over, and when we say that we are late."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest

from portal.requests.lifecycle import WAITING, Event, Regime, Status
from portal.requests.waiting import ASKS, Waiting, is_delay_due, pay_by, waiting_of

SAR, FOI = Regime.SAR_PART3, Regime.FOI
ASKED = date(2026, 3, 2)


@dataclass
class Step:
    """A line of the ledger, written down at noon of its day unless it is said when."""

    event: Event
    on: date
    note: str = ""
    written_on: date | None = None

    @property
    def at(self) -> datetime:
        return datetime.combine(self.written_on or self.on, time(12), UTC)

    @at.setter
    def at(self, at: datetime) -> None:
        self.written_on = at.date()


def steps(*happened: tuple[Event, int]) -> list[Step]:
    """Steps by the number of days since we asked."""
    return [Step(event, ASKED + timedelta(days=days)) for event, days in happened]


def waiting(status: Status, *happened: tuple[Event, int], regime: Regime = SAR) -> Waiting:
    found = waiting_of(status, regime, steps(*happened))
    assert found is not None
    return found


def test_every_wait_for_the_applicant_knows_what_was_asked() -> None:
    assert set(ASKS) == set(WAITING)


def test_a_question_is_chased_after_14_days_and_over_after_a_month() -> None:
    found = waiting(Status.AWAITING_CLARIFICATION, (Event.CLARIFICATION_ASKED, 0))
    assert (found.asked_on, found.chase_on, found.close_on) == (
        ASKED,
        date(2026, 3, 16),
        date(2026, 4, 2),
    )
    due = [day for day in days(40) if found.is_reminder_due(day)]
    assert (due[0], due[-1]) == (date(2026, 3, 16), date(2026, 4, 2))
    assert not found.is_over(date(2026, 4, 2))
    assert found.is_over(date(2026, 4, 3))


def test_one_reminder_for_each_time_we_asked() -> None:
    asked, reminded = (Event.IDENTITY_ASKED, 0), (Event.REMINDED, 14)
    once = waiting(Status.AWAITING_IDENTITY, asked, reminded)
    assert not any(once.is_reminder_due(day) for day in days(60))

    again = waiting(Status.AWAITING_IDENTITY, asked, reminded, (Event.IDENTITY_ASKED, 20))
    assert again.asked_on == ASKED + timedelta(days=20)
    assert again.is_reminder_due(ASKED + timedelta(days=34))


@pytest.mark.parametrize("status", [Status.AWAITING_IDENTITY, Status.AWAITING_AUTHORITY])
def test_proof_that_came_is_ours_to_check(status: Status) -> None:
    asked, came = (Event.IDENTITY_ASKED, 0), (Event.PROOF_RECEIVED, 3)
    assert waiting_of(status, SAR, steps(asked, came)) is None
    assert waiting_of(status, SAR, steps(asked, came, (Event.AUTHORITY_ASKED, 5))) is not None


BOTH = ((Event.IDENTITY_ASKED, 0), (Event.AUTHORITY_ASKED, 0))


@pytest.mark.parametrize(
    ("paper", "accepted", "status"),
    [
        ("passport", Event.IDENTITY_ACCEPTED, Status.AWAITING_AUTHORITY),
        ("authority", Event.AUTHORITY_ACCEPTED, Status.AWAITING_IDENTITY),
    ],
)
def test_when_one_of_two_is_accepted_the_other_is_chased_from_that_day(
    paper: str, accepted: Event, status: Status
) -> None:
    came = Step(Event.PROOF_RECEIVED, ASKED + timedelta(days=2), paper)
    known = Step(accepted, came.on, written_on=ASKED + timedelta(days=20))
    assert waiting_of(status, SAR, [*steps(*BOTH), came]) is None
    found = waiting_of(status, SAR, [*steps((Event.REMINDED, 1), *BOTH), came, known])
    assert found is not None
    assert found.asked_on == ASKED + timedelta(days=20)
    assert found.is_reminder_due(ASKED + timedelta(days=34))


@pytest.mark.parametrize("accepted", [Event.IDENTITY_ACCEPTED, Event.AUTHORITY_ACCEPTED])
@pytest.mark.parametrize("papers", [("", "own_photo_id"), ("birth_certificate",)])
def test_when_both_papers_came_neither_is_chased(accepted: Event, papers: tuple[str, ...]) -> None:
    came = [Step(Event.PROOF_RECEIVED, ASKED, paper) for paper in papers]
    known = Step(accepted, ASKED + timedelta(days=3))
    assert waiting_of(Status.AWAITING_AUTHORITY, SAR, [*steps(*BOTH), *came, known]) is None


def test_accepting_who_they_are_asks_for_no_authority() -> None:
    known = steps(
        (Event.IDENTITY_ASKED, 0), (Event.PROOF_RECEIVED, 1), (Event.IDENTITY_ACCEPTED, 2)
    )
    assert waiting_of(Status.AWAITING_AUTHORITY, SAR, known) is None


def test_what_did_not_come_is_waited_for_anew_when_it_is_opened_again() -> None:
    closed = ((Event.IDENTITY_ASKED, 0), (Event.REMINDED, 14), (Event.CLOSED, 33))
    found = waiting(Status.AWAITING_IDENTITY, *closed, (Event.TAKEN_UP, 40))
    assert (found.asked_on, found.is_reminded) == (ASKED + timedelta(days=40), False)
    came = steps(*closed, (Event.PROOF_RECEIVED, 39), (Event.TAKEN_UP, 40))
    assert waiting_of(Status.AWAITING_IDENTITY, SAR, came) is None


def test_proof_answers_no_question() -> None:
    asked, came = (Event.CLARIFICATION_ASKED, 0), (Event.PROOF_RECEIVED, 3)
    assert waiting_of(Status.AWAITING_CLARIFICATION, SAR, steps(asked, came)) is not None


def test_what_was_never_asked_for_is_not_waited_for() -> None:
    assert waiting_of(Status.AWAITING_IDENTITY, SAR, steps((Event.RECEIVED, 0))) is None
    assert waiting_of(Status.SEARCHING, SAR, steps((Event.CLARIFICATION_ASKED, 0))) is None


def test_a_fees_notice_has_three_months_and_a_subject_access_fee_one() -> None:
    """FOIA s.9(2): "within the period of three months beginning with the day on which the fees
    notice is given"."""
    assert pay_by(FOI, ASKED) == date(2026, 6, 1)
    assert pay_by(SAR, ASKED) == date(2026, 4, 2)
    found = waiting(Status.AWAITING_FEE, (Event.FEE_ASKED, 0), regime=FOI)
    assert found.close_on == date(2026, 6, 1)
    assert found.chase_on == date(2026, 3, 16)


TARGET = ASKED


def days(number: int) -> list[date]:
    return [ASKED + timedelta(days=n) for n in range(number)]


def late_days(status: Status = Status.SEARCHING, *happened: tuple[Event, int]) -> list[int]:
    """The days after the target on which we would say that we are late, each told when due."""
    told, on = steps(*happened), []
    for day in days(30):
        if is_delay_due(status, TARGET, told, day):
            told.append(Step(Event.DELAY_TOLD, day))
            on.append((day - TARGET).days)
    return on


def test_late_from_the_first_day_after_and_every_week() -> None:
    assert late_days() == [1, 8, 15, 22, 29]


@pytest.mark.parametrize("status", [s for s in Status if not s.is_open or s in WAITING])
def test_nobody_is_told_while_we_wait_for_them_or_have_answered(status: Status) -> None:
    assert late_days(status) == []


@pytest.mark.parametrize("status", [s for s in Status if s.is_open and s not in WAITING])
def test_every_open_status_of_ours_is_late_on_the_same_days(status: Status) -> None:
    assert late_days(status) == late_days()


def test_no_date_is_never_late_and_a_new_date_starts_anew() -> None:
    assert not is_delay_due(Status.SEARCHING, None, [], date(2030, 1, 1))
    assert late_days(Status.SEARCHING, (Event.DELAY_TOLD, -3)) == late_days()
