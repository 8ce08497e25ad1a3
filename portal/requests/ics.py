"""A calendar file (RFC 5545) with one day in it: the day by which we will reply."""

from datetime import UTC, date, datetime

from portal.workdays import ONE_DAY

_LINE_OCTETS = 75


def reply_by_calendar(
    *,
    reference: str,
    reply_by_on: date,
    force_name: str,
    address: str,
    made_at: datetime,
    revision: int = 0,
    about: str = "",
) -> bytes:
    """The bytes of a `text/calendar` file, the same for the same arguments.

    `address` is the page on which the applicant looks their request up: it must hold no secret,
    for calendars are shared. `revision` grows when the date moves; as the event keeps its UID, a
    calendar then moves it instead of showing two; `about` names a second day of the same request,
    such as a complaint's. `made_at` must know its time zone.
    """
    subject = f"{about.replace('-', ' ')} about {reference}" if about else f"request {reference}"
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//footage request portal//reply by//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text('-'.join(filter(None, [reference, about])))}@footage-request-portal",
        f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{revision}",
        f"DTSTART;VALUE=DATE:{reply_by_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{reply_by_on + ONE_DAY:%Y%m%d}",
        f"SUMMARY:{_text(f'{force_name} will reply to {subject} by today')}",
        f"DESCRIPTION:{_text(f'To see how far we are, go to {address}')}",
        f"URL:{_one_line(address)}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


def _text(value: str) -> str:
    """RFC 5545 3.3.11: backslash, semicolon, comma and line breaks are escaped."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,")):
        value = value.replace(plain, escaped)
    return "\\n".join(_without_controls(line) for line in value.splitlines())


def _one_line(value: str) -> str:
    """RFC 5545 3.3.13: an address is not escaped, so nothing in it may end the line."""
    return _without_controls("".join(value.split()))


def _without_controls(value: str) -> str:
    spaced = (" " if letter.isspace() else letter for letter in value)
    return "".join(letter for letter in spaced if letter.isprintable())


def _folded(line: str) -> bytes:
    """RFC 5545 3.1: no line over 75 octets; no letter is cut in two; lines end in CRLF."""
    rows, row = [], b""
    for letter in line:
        octets = letter.encode()
        if len(row) + len(octets) > _LINE_OCTETS:
            rows.append(row)
            row = b" "
        row += octets
    return b"\r\n".join([*rows, row]) + b"\r\n"
