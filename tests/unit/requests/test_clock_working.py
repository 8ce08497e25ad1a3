"""The working, word for word: what the applicant reads."""

from datetime import date

import pytest

from portal.bank_holidays import load_shipped
from portal.requests.clock import (
    AuthorityReceived,
    AuthorityRequested,
    ClarificationAnswered,
    ClarificationAsked,
    ClockEvent,
    ExtensionNotified,
    FeePaid,
    FeeRequested,
    FeesNoticeGiven,
    FeesNoticePaid,
    IdentityReceived,
    IdentityRequested,
    PublicInterestNotified,
    Received,
    Reopened,
    ReviewFoundExceptional,
    clock_of,
)
from portal.requests.clock.words import days, span

HOLIDAYS = load_shipped()
MARCH_2 = date(2026, 3, 2)
MONTH = "UK GDPR Articles 12(3) and 12A; Data Protection Act 2018, sections 45 and 54"
S54 = "UK GDPR Article 12A; Data Protection Act 2018, section 54"
FOIA = "Freedom of Information Act 2000"


def working(
    regime: str, *events: ClockEvent, received_on: date = MARCH_2, as_of: date | None = None
) -> list[str]:
    return list(clock_of(regime, [Received(received_on), *events], HOLIDAYS, as_of=as_of).working)


def question(asked: date, answered: date | None = None) -> list[ClockEvent]:
    answers = [] if answered is None else [ClarificationAnswered(answered, question="q")]
    return [ClarificationAsked(asked, question="q"), *answers]


def test_a_pause_over_easter() -> None:
    assert working("sar_part3", *question(MARCH_2, date(2026, 3, 5))) == [
        "We received your request on Monday 2 March 2026.",
        f"The law gives us one month from Monday 2 March, to Thursday 2 April 2026 ({MONTH}).",
        "We did not count 3 to 5 March, when we were waiting for you.",
        f"That gives us 3 days more, to Sunday 5 April 2026 ({S54}(3C)).",
        "Sunday 5 April is not a working day.",
        "Monday 6 April is a bank holiday.",
        "So the law gives us to the next working day, Tuesday 7 April 2026 "
        "(Regulation 1182/71, Article 3(4)).",
        "We promise an answer within 31 days, and the 3 days we did not count, weekends and bank "
        "holidays included: by Sunday 5 April 2026.",
        "We will reply by Sunday 5 April 2026.",
        "Sunday 5 April is not a working day, so our staff work to Thursday 2 April 2026.",
    ]


def test_waiting_for_proof() -> None:
    asked = [IdentityRequested(MARCH_2), FeeRequested(date(2026, 3, 3)), FeePaid(MARCH_2)]
    assert working("sar_part3", *asked, AuthorityRequested(MARCH_2)) == [
        "We received your request on Monday 2 March 2026.",
        "We asked for the authority to act for you on Monday 2 March. We do not have it yet.",
        "We asked for proof of who you are on Monday 2 March. We do not have it yet.",
        "We received your fee on Monday 2 March.",
        f"Your time starts on the day we have everything we asked for ({S54}(3)).",
    ]


def test_a_later_start() -> None:
    asked = [IdentityRequested(MARCH_2), AuthorityRequested(MARCH_2)]
    came = [IdentityReceived(date(2026, 3, 20)), AuthorityReceived(date(2026, 3, 10))]
    assert working("sar_part3", *asked, *came)[1:5] == [
        "We received the authority to act for you on Tuesday 10 March.",
        "We received proof of who you are on Friday 20 March.",
        f"Your time started on Friday 20 March, when we had everything we asked for ({S54}(3)).",
        f"The law gives us one month from Friday 20 March, to Monday 20 April 2026 ({MONTH}).",
    ]


def test_a_request_for_a_fee_not_paid() -> None:
    lines = working("sar_part3", FeeRequested(date(2026, 3, 3)))
    assert lines[1] == "We asked for a fee on Tuesday 3 March. We do not have it yet."


def test_before_the_law_changed_and_a_month_without_the_day() -> None:
    assert working("sar_part3", received_on=date(2026, 1, 31)) == [
        "We received your request on Saturday 31 January 2026.",
        "The law changed on 5 February 2026. Your request came before that, so earlier rules "
        "still govern it (SI 2026/82, regulation 4).",
        f"The law gives us one month from Saturday 31 January, to Saturday 28 February 2026 "
        f"({MONTH}).",
        "February has no day 31, so its last day counts (Regulation 1182/71, Article 3(2)).",
        "Saturday 28 February is not a working day.",
        "Sunday 1 March is not a working day.",
        "So the law gives us to the next working day, Monday 2 March 2026 "
        "(Regulation 1182/71, Article 3(4)).",
        "We promise an answer within 31 days, weekends and bank holidays included: by Tuesday "
        "3 March 2026.",
        "We will reply by Monday 2 March 2026.",
    ]


def test_christmas_day_on_a_saturday_is_a_weekend() -> None:
    lines = working("sar_part3", received_on=date(2027, 11, 25))
    assert lines[2:6] == [
        "Saturday 25 December is not a working day.",
        "Sunday 26 December is not a working day.",
        "Monday 27 December is a bank holiday.",
        "Tuesday 28 December is a bank holiday.",
    ]


@pytest.mark.parametrize(
    ("received_on", "is_old"), [(date(2026, 2, 4), True), (date(2026, 2, 5), False)]
)
def test_the_law_changed_on_5_february_2026(received_on: date, is_old: bool) -> None:
    lines = working("sar_part3", received_on=received_on)
    assert any("law changed" in line for line in lines) is is_old


def test_an_extension() -> None:
    assert working("sar_part3", ExtensionNotified(date(2026, 3, 30))) == [
        "We received your request on Monday 2 March 2026.",
        "We told you on Monday 30 March that we need two more months, because of how complex or "
        f"how many your requests are ({S54}(3A)).",
        f"The law gives us three months from Monday 2 March, to Tuesday 2 June 2026 ({MONTH}).",
        "The law gives us longer here, so our promise of 31 days does not apply.",
        "We will reply by Tuesday 2 June 2026.",
    ]


def test_an_open_pause_gives_no_date() -> None:
    assert working("sar_part3", *question(date(2026, 3, 9)), as_of=date(2026, 3, 12)) == [
        "We received your request on Monday 2 March 2026.",
        f"The law gives us one month from Monday 2 March ({MONTH}).",
        "We do not count the days from Monday 9 March, while we are waiting for you.",
        f"There is no date until you answer. Your time goes on then ({S54}(3C)).",
    ]


def test_beyond_the_known_holidays_it_says_so() -> None:
    warning = (
        "We know bank holidays up to Tuesday 26 December 2028. A later one could move this date."
    )
    assert working("sar_part3", received_on=date(2028, 12, 2))[-1] == warning
    assert warning not in working("sar_part3", received_on=date(2028, 11, 29))
    assert warning not in working("dp_complaint", received_on=date(2028, 12, 20))


def test_freedom_of_information_at_the_end_of_a_year() -> None:
    assert working("foi", received_on=date(2026, 12, 24)) == [
        "We received your request on Thursday 24 December 2026.",
        f"The law gives us 20 working days after Thursday 24 December ({FOIA}, section 10(1)).",
        "Friday 25 December is a bank holiday.",
        "Monday 28 December is a bank holiday.",
        "Friday 1 January 2027 is a bank holiday.",
        "Monday 4 January 2027 is a bank holiday in another part of the United Kingdom.",
        "Working day 20 is Wednesday 27 January 2027.",
        "We promise an answer within 31 days, weekends and bank holidays included: by Sunday "
        "24 January 2027.",
        "We will reply by Sunday 24 January 2027.",
        "Sunday 24 January 2027 is not a working day, so our staff work to Friday 22 January 2027.",
    ]


def test_a_holiday_on_the_first_and_on_the_last_day_of_the_count() -> None:
    lines = working("foi", received_on=date(2026, 4, 2))
    assert "Friday 3 April is a bank holiday." in lines
    # The promise of 31 days ends on a bank holiday beyond the 20th working day: not named.
    lines = working("foi", received_on=date(2026, 8, 3))
    assert lines[-1] == "We will reply by Tuesday 1 September 2026."
    assert "Monday 31 August is a bank holiday." in lines
    assert not any("Monday 3 August is a bank" in line for line in lines)


def test_freedom_of_information_received_at_a_weekend_and_restarted() -> None:
    lines = working("foi", *question(date(2026, 3, 4), date(2026, 3, 21)))
    assert lines[1:4] == [
        "We asked you for more detail on Wednesday 4 March and you answered on Saturday 21 March. "
        f"We count from your last answer ({FOIA}, sections 1(3) and 10(6)).",
        f"The law gives us 20 working days after Saturday 21 March ({FOIA}, section 10(1)).",
        "Saturday 21 March is not a working day. The next one is Monday 23 March.",
    ]


def test_freedom_of_information_waiting_for_an_answer() -> None:
    assert working("foi", *question(date(2026, 3, 4))) == [
        "We received your request on Monday 2 March 2026.",
        "We asked you for more detail on Wednesday 4 March. There is no date until you answer: our "
        f"time starts on that day ({FOIA}, sections 1(3) and 10(6)).",
    ]


def test_the_public_interest_and_a_fee() -> None:
    fees = [FeesNoticeGiven(date(2026, 3, 9)), FeesNoticePaid(date(2026, 3, 18))]
    assert working("foi", *fees, PublicInterestNotified(date(2026, 3, 30))) == [
        "We received your request on Monday 2 March 2026.",
        f"The law gives us 20 working days after Monday 2 March ({FOIA}, section 10(1)).",
        "We told you on Monday 30 March that we need longer to weigh the public interest: 40 "
        f"working days in all ({FOIA}, sections 10(3) and 17(2)).",
        f"We did not count 9 to 18 March, when we were waiting for your fee ({FOIA}, section "
        "10(2)).",
        "Friday 3 April is a bank holiday.",
        "Monday 6 April is a bank holiday.",
        "Monday 4 May is a bank holiday.",
        "Working day 40 is Tuesday 12 May 2026.",
        "The law gives us longer here, so our promise of 31 days does not apply.",
        "We will reply by Tuesday 12 May 2026.",
    ]


@pytest.mark.parametrize(
    ("as_of", "line"),
    [
        (
            None,
            "We asked for a fee on Monday 9 March. There is no date until you pay, by Monday 8 "
            f"June 2026 at the latest ({FOIA}, section 9(2)).",
        ),
        (
            date(2026, 6, 9),
            "We asked for a fee on Monday 9 March. It was not paid by Monday 8 June 2026, so we "
            f"do not have to answer ({FOIA}, section 9(2)).",
        ),
    ],
)
def test_a_fee_not_paid(as_of: date | None, line: str) -> None:
    lines = working("foi", FeesNoticeGiven(date(2026, 3, 9)), as_of=as_of)
    assert lines == [
        "We received your request on Monday 2 March 2026.",
        f"The law gives us 20 working days after Monday 2 March ({FOIA}, section 10(1)).",
        line,
    ]


def test_a_fee_paid_on_its_last_day_and_a_day_late() -> None:
    notice = FeesNoticeGiven(date(2026, 3, 9))
    in_time = working("foi", notice, FeesNoticePaid(date(2026, 6, 8)))
    assert in_time[2].startswith("We did not count 9 March to 8 June, when")
    late = working("foi", notice, FeesNoticePaid(date(2026, 6, 9)))
    assert "It was not paid by Monday 8 June 2026" in late[2]


def test_a_review_and_an_exceptional_one() -> None:
    code = f"Code of Practice under section 45 of the {FOIA}"
    day = date(2026, 5, 1)
    assert working("foi_review", received_on=day) == [
        "We received your request for a review on Friday 1 May 2026.",
        f"A review takes no more than 20 working days after that day ({code}).",
        "Monday 4 May is a bank holiday.",
        "Monday 25 May is a bank holiday.",
        "Working day 20 is Tuesday 2 June 2026.",
        "We will reply by Tuesday 2 June 2026.",
    ]
    lines = working("foi_review", ReviewFoundExceptional(day), received_on=day)
    assert lines[1] == (
        f"Yours is an exceptional case: we may take 40 working days after that day ({code})."
    )
    assert lines[-2] == "Working day 40 is Wednesday 1 July 2026."


def test_a_complaint() -> None:
    assert working("dp_complaint", received_on=date(2026, 7, 2)) == [
        "We received your complaint on Thursday 2 July 2026.",
        "The law gives us 30 days to tell you that we have it (Data Protection Act 2018, section "
        "164A). Weekends and bank holidays do not move that date.",
        "We will tell you that we have it by Saturday 1 August 2026.",
        "Saturday 1 August is not a working day, so our staff work to Friday 31 July 2026.",
    ]


def test_reopened_with_a_pause() -> None:
    events = [Reopened(date(2026, 9, 1)), *question(date(2026, 9, 7), date(2026, 9, 8))]
    assert working("sar_part3", *events) == [
        "We received your request on Monday 2 March 2026.",
        "We had to keep some footage back. The reason for that ended on Tuesday 1 September 2026, "
        "so we are looking again.",
        "We did not count 7 to 8 September, when we were waiting for you.",
        "We promise an answer within 31 days, and the 2 days we did not count, weekends and bank "
        "holidays included: by Sunday 4 October 2026.",
        "We will reply by Sunday 4 October 2026.",
        "Sunday 4 October is not a working day, so our staff work to Friday 2 October 2026.",
    ]


def test_reopened_with_an_open_question() -> None:
    lines = working("sar_part3", Reopened(date(2026, 9, 1)), *question(date(2026, 9, 7)))
    assert lines[2:] == [
        "We do not count the days from Monday 7 September, while we are waiting for you.",
        f"There is no date until you answer. Your time goes on then ({S54}(3C)).",
    ]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 3, 9), date(2026, 3, 16), "9 to 16 March"),
        (date(2026, 3, 9), date(2026, 3, 9), "9 March"),
        (date(2026, 3, 30), date(2026, 4, 2), "30 March to 2 April"),
        (date(2026, 12, 28), date(2027, 1, 4), "28 December 2026 to 4 January 2027"),
        (date(2027, 1, 4), date(2027, 1, 8), "4 to 8 January 2027"),
        (date(2027, 1, 30), date(2027, 2, 8), "30 January to 8 February 2027"),
        (date(2027, 1, 4), date(2027, 1, 4), "4 January 2027"),
        (date(2026, 3, 9), date(2027, 3, 9), "9 March 2026 to 9 March 2027"),
    ],
)
def test_spans_of_days_in_words(first: date, last: date, words: str) -> None:
    assert span(first, last, 2026) == words


def test_one_day_is_singular() -> None:
    assert (days(1), days(2)) == ("1 day", "2 days")


def test_waiting_that_was_over_before_the_time_ran_is_told() -> None:
    asked = [IdentityRequested(MARCH_2), IdentityReceived(date(2026, 3, 20))]
    early = question(date(2026, 3, 5), date(2026, 3, 20))
    lines = working("sar_part3", *asked, *early)
    assert "We waited for your answer, 5 to 20 March. Your time was not running yet." in lines
    assert not any("We did not count" in line for line in lines)
    straddling = working("sar_part3", *asked, *question(date(2026, 3, 5), date(2026, 3, 21)))
    assert "We did not count 21 March, when we were waiting for you." in straddling
    assert not any("not running yet" in line for line in straddling)
    assert not any("not running yet" in line for line in working("sar_part3", *question(MARCH_2)))


def test_christmas_on_a_saturday_is_no_day_that_freedom_of_information_leaves_out() -> None:
    lines = working("foi", received_on=date(2027, 12, 20))
    named = [line.partition(" is a bank holiday")[0] for line in lines if "bank holiday" in line]
    assert named[:-1] == [
        "Monday 27 December",
        "Tuesday 28 December",
        "Monday 3 January 2028",
        "Tuesday 4 January 2028",
    ]
