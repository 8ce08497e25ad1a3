"""Reading a time of day as people write it: text in, time out, or ValueError in plain words."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

UNREADABLE = "Enter a time, like 5:30pm"
_ABOUT = re.compile(
    r"^(?:(?:just|at|about|around|approx(?:imately)?|roughly|circa|ca?|maybe|before|after|~)\b\.?\s*"
    r"|~\s*)+"
)
_HALVES = (
    (re.compile(r"\bin the morning\b|\bthis morning\b|\bmorning\b"), "am"),
    (re.compile(r"\b(?:in the|this)? ?(?:afternoon|evening)\b"), "pm"),
    (re.compile(r"\bat night\b|\btonight\b|\bnight\b"), "night"),
    (re.compile(r"a\.? ?m\b\.?$"), "am"),
    (re.compile(r"p\.? ?m\b\.?$"), "pm"),
)
_NAMED = {
    "noon": time(12),
    "midday": time(12),
    "12 noon": time(12),
    "12 midday": time(12),
    "midnight": time(0),
    "12 midnight": time(0),
}
_DIGITS = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})(?:[:.]\d{2})?)?")
_FOUR = re.compile(r"(\d{2})(\d{2})(?:\s*(?:h|hrs?|hours))?")
_THREE = re.compile(r"(\d)(\d{2})")


def read_time(text: str) -> time:
    """Return the time of day a text means.

    Four digits, an hour over 12 or a leading nought are the 24-hour clock; a smaller hour needs
    am or pm (or "in the morning", "at night"). Raises ValueError with the words to show.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    plain = _ABOUT.sub("", plain).strip()
    if plain in _NAMED:
        return _NAMED[plain]
    half, plain = _half_of_day(plain)
    plain = re.sub(r"\s*o'?\s*clock\b", "", plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return _from_digits(plain.strip(), half)


def _half_of_day(plain: str) -> tuple[str, str]:
    for pattern, half in _HALVES:
        shorter, found = pattern.subn("", plain)
        if found:
            return half, shorter.strip()
    return "", plain


def _from_digits(plain: str, half: str) -> time:
    match = _FOUR.fullmatch(plain) or _THREE.fullmatch(plain) or _DIGITS.fullmatch(plain)
    if match is None:
        raise ValueError(UNREADABLE)
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour > 23 or minute > 59:
        raise ValueError(UNREADABLE)
    if half:
        return time(_hour_in_half(hour, half), minute)
    if match.re is not _FOUR and 1 <= hour <= 12 and not match[1].startswith("0"):
        raise ValueError(_which_half(f"{hour}:{minute:02}" if match[2] else str(hour)))
    return time(hour, minute)


def _hour_in_half(hour: int, half: str) -> int:
    if half == "night":
        half = "am" if hour in (12, 1, 2, 3, 4, 5) else "pm"
    if hour > 12 and half == "pm":
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(UNREADABLE)
    return hour % 12 + (12 if half == "pm" else 0)


def _which_half(shown: str) -> str:
    return f"Say whether {shown} is morning or evening, like {shown}am or {shown}pm"
