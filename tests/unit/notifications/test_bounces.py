"""Delivery reports: what they say for good is believed, and everything else passes by."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.notifications.bounces import LONGEST, Returned, read_report
from portal.notifications.notices import Failure
from tests.factories.reports import OURS, report


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("5.1.1", Failure.ADDRESS),
        ("5.1.10", Failure.ADDRESS),
        ("5.2.2", Failure.GIVEN_UP),
        ("4.4.7", Failure.GIVEN_UP),
        ("5.7.1", Failure.REFUSED),
        ("5.0.0", Failure.REFUSED),
        ("", Failure.REFUSED),
    ],
)
@pytest.mark.parametrize("returned_as", ["message/rfc822", "text/rfc822-headers"])
def test_a_failed_delivery_is_told_with_its_reason(
    status: str, failure: Failure, returned_as: str
) -> None:
    content = report(status=status, returned_as=returned_as)
    assert read_report(content) == Returned(OURS, failure)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_only_what_failed_for_good_counts(action: str) -> None:
    assert read_report(report(action=action)) is None


def test_of_several_recipients_one_that_failed_is_enough() -> None:
    content = report(action="delivered", more=[("failed", "5.1.1")])
    assert read_report(content) == Returned(OURS, Failure.ADDRESS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: I am away\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday.\r\n",
        b"In-Reply-To: " + OURS.encode() + b"\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n",
        b"Content-Type: multipart/report\r\n\r\nno boundary\r\n",
        report(message_id=""),
        report(returned_as="text/plain"),
    ],
)
def test_whatever_else_comes_says_nothing(content: bytes) -> None:
    assert read_report(content) is None


def test_a_report_whose_answer_quotes_a_failure_is_no_failure() -> None:
    """What the original message holds is somebody's text, and no word of a mail server."""
    said = "Action: failed\r\nStatus: 5.1.1\r\n"
    inner = f"Content-Type: message/delivery-status\r\n\r\n{said}\r\n{said}"
    content = report(action="delayed").replace(b"From: video@example.org", inner.encode())
    assert b"Action: failed" in content
    assert read_report(content) is None


def test_messages_in_messages_in_messages_end() -> None:
    deep = b"Content-Type: message/rfc822\r\n\r\n" * 8000
    assert read_report(deep) is None
    assert read_report(b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n" + deep) is None


def test_no_more_is_read_than_a_report_of_ours_can_be_long() -> None:
    assert read_report(report(padding="x" * 60 + "\r\n") * 1) is not None
    assert read_report(report(padding=("x" * 60 + "\r\n") * (LONGEST // 60))) is None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_report_never_raises(data: st.DataObject) -> None:
    content = bytearray(report())
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = read_report(bytes(content))
    assert found is None or isinstance(found, Returned)
