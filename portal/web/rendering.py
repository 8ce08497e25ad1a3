"""What templates may call: dates and times in London words, and the shapes the macros need.

`prepare_templates(app)` is called once by the factory. Instants are aware and shown in London
local time; a naive datetime is refused, because nobody can say what it means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Flask
from jinja2 import BaseLoader, ChoiceLoader, PackageLoader, PrefixLoader
from markupsafe import Markup, escape

from portal.dates import clock_in_words, day_in_words, in_london, weekday_in_words

Item = dict[str, Any]


def london(value: datetime) -> datetime:
    """Return the instant on London's clock; raise ValueError if it has no time zone."""
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be shown")
    return in_london(value)


def _calendar_day(value: date | datetime) -> date:
    return london(value).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """Return "27 March 2026", or "" for nothing."""
    return "" if value is None else day_in_words(_calendar_day(value))


def weekday_day(value: date | datetime | None) -> str:
    """Return "Friday 27 March 2026", or "" for nothing."""
    return "" if value is None else weekday_in_words(_calendar_day(value))


def clock_time(value: time | datetime | None) -> str:
    """Return "5:30pm", "9am", "midday" or "midnight", or "" for nothing."""
    if value is None:
        return ""
    return clock_in_words(london(value).time() if isinstance(value, datetime) else value)


def moment(value: datetime | None) -> str:
    """Return "27 March 2026 at 5:30pm", or "" for nothing."""
    return "" if value is None else f"{day(value)} at {clock_time(value)}"


def machine_time(value: datetime) -> str:
    """Return the instant for a `datetime` attribute: 2026-03-27T17:30:00Z."""
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be shown")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def size(count: int | None) -> str:
    """Return a number of bytes as "4.2 MB" (decimal units, as phones and computers show them)."""
    if count is None:
        return ""
    amount, unit = float(count), "bytes"
    for bigger in ("KB", "MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, bigger
    if unit == "bytes":
        return "1 byte" if count == 1 else f"{count} bytes"
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}"


def duration(value: timedelta | int | float | None) -> str:
    """Return "1 hour 5 minutes" or "42 seconds": the two largest parts, of seconds or a span."""
    if value is None:
        return ""
    total = round(value.total_seconds() if isinstance(value, timedelta) else value)
    parts = []
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, total = divmod(total, length)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"


def slug(value: str) -> str:
    """Return a text as an element id: "Due this week" becomes "due-this-week"."""
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-") or "unnamed"


def error_links(form: Any) -> list[Item]:
    """Return the error summary's links, in the order of the page: the first error of each field.

    A field may name the element to jump to in `error_id` (a date names its first wrong part).
    Fields inside FormField and FieldList are walked too.
    """
    links: list[Item] = [{"text": text} for text in getattr(form, "form_errors", ())]
    for field in form:
        if hasattr(field, "entries") or hasattr(field, "form"):
            links += error_links(field.entries if hasattr(field, "entries") else field.form)
        elif field.errors:
            links.append({"text": field.errors[0], "href": "#" + _element(field)})
    return links


def _element(field: Any) -> str:
    return str(getattr(field, "error_id", field.id))


def choice_items(
    field: Any,
    hints: Mapping[str, str],
    conditionals: Mapping[str, Any],
    dividers: Mapping[str, str],
) -> list[Item]:
    """Return the items of radios or checkboxes; a divider stands before the value it names."""
    items: list[Item] = []
    for value, label, checked in _offered(field):
        if value in dividers:
            items.append({"divider": dividers[value]})
        item: Item = {"value": value, "text": label, "checked": checked}
        if value in hints:
            item["hint"] = {"text": hints[value]}
        if value in conditionals:
            item["conditional"] = {"html": escape(conditionals[value])}
        items.append(item)
    return items


def _offered(field: Any) -> Iterable[tuple[str, str, bool]]:
    if not hasattr(field, "iter_choices"):
        return [("y", field.label.text, bool(field.data))]
    return [(str(c.value), c.label, bool(c.selected)) for c in field.iter_choices()]


def select_items(field: Any) -> list[Item]:
    """Return the options of a drop-down list."""
    return [{"value": v, "text": label, "selected": s} for v, label, s in _offered(field)]


def date_items(field: Any, birthday: bool) -> list[Item]:
    """Return the three boxes of a DatePartsField, the wrong ones marked."""
    items = []
    for part, width in (("day", 2), ("month", 2), ("year", 4)):
        wrong = " govuk-input--error" if part in field.wrong_parts else ""
        item: Item = {"name": part, "classes": f"govuk-input--width-{width}{wrong}"}
        item["value"] = field.parts[part]
        # Months may be typed as words, which a numeric keypad cannot do.
        item["inputmode"] = "text" if part == "month" else "numeric"
        item["autocomplete"] = f"bday-{part}" if birthday else None
        items.append(item)
    return items


def summary_rows(rows: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Return summary list rows from {key, value | html | lines, change, what, action}."""
    return [_summary_row(row) for row in rows if row]


def _summary_row(row: Mapping[str, Any]) -> Item:
    shown: Item = {"key": {"text": row["key"]}, "value": _summary_value(row)}
    if row.get("change"):
        what = row.get("what") or str(row["key"]).lower()
        item = {"href": row["change"], "text": row.get("action", "Change")}
        shown["actions"] = {"items": [item | {"visuallyHiddenText": what}]}
    return shown


def _summary_value(row: Mapping[str, Any]) -> Item:
    if row.get("html"):
        return {"html": row["html"]}
    if row.get("lines"):
        return {"html": Markup("<br>").join(row["lines"])}
    value = row.get("value")
    return {"text": "Not given" if value is None or value == "" else str(value)}


def page_items(current: int, last: int, href: Callable[[int], str]) -> list[Item]:
    """Return first, last, current and its neighbours, with an ellipsis where pages are left out."""
    items: list[Item] = []
    before = 0
    for number in sorted({1, current - 1, current, current + 1, last} & set(range(1, last + 1))):
        if number > before + 1:
            items.append({"ellipsis": True})
        items.append({"number": number, "href": href(number), "current": number == current})
        before = number
    return items


FILTERS: dict[str, Callable[..., str]] = {
    "day": day,
    "weekday_day": weekday_day,
    "clock_time": clock_time,
    "moment": moment,
    "machine_time": machine_time,
    "size": size,
    "duration": duration,
    "slug": slug,
}
SHAPES: dict[str, Callable[..., Any]] = {
    "error_links": error_links,
    "choice_items": choice_items,
    "select_items": select_items,
    "date_items": date_items,
    "summary_rows": summary_rows,
    "page_items": page_items,
}


def prepare_templates(app: Flask) -> None:
    """Teach the app's templates our filters, the macros' shapes and the design system's macros."""
    system = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    own = app.jinja_loader
    loaders: list[BaseLoader] = [own, system] if own else [system]
    app.jinja_loader = ChoiceLoader(loaders)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(SHAPES)
