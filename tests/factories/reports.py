"""Delivery reports (RFC 3464) as mail servers write them."""

from collections.abc import Sequence

OURS = "<0123456789abcdef0123456789abcdef01234567@notices.portal>"


def report(
    message_id: str = OURS,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    returned_as: str = "message/rfc822",
    more: Sequence[tuple[str, str]] = (),
    padding: str = "",
) -> bytes:
    """A report about one message: `more` are the action and status of further recipients."""
    recipients = "".join(
        f"\r\nFinal-Recipient: rfc822; amina@example.org\r\nAction: {one}\r\nStatus: {number}\r\n"
        for one, number in [(action, status), *more]
    )
    named = f"Message-ID: {message_id}\r\n" if message_id else ""
    headers = f"From: video@example.org\r\nTo: amina@example.org\r\n{named}"
    returned = headers + ("" if "headers" in returned_as else "\r\nThere is a message for you.\r\n")
    return (
        "From: MAILER-DAEMON@mail.example.org\r\n"
        "To: returned@example.org\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=part\r\n"
        "\r\n"
        "--part\r\nContent-Type: text/plain\r\n\r\n"
        f"I am sorry to have to inform you.\r\n{padding}"
        "--part\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example.org\r\n"
        f"{recipients}"
        f"\r\n--part\r\nContent-Type: {returned_as}\r\n\r\n{returned}"
        "\r\n--part--\r\n"
    ).encode()
