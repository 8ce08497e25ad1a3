"""Draw the pages of docs/ that are made from the code, so that they cannot say anything else.

    make docs

Tests compare the files with what is drawn here (tests/docs/test_drawn.py).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from portal.actors import Role
from portal.config import settings_page
from portal.feed.openapi import document_text
from portal.requests.lifecycle import (
    BUTTONS,
    TABLE,
    Event,
    Facts,
    Regime,
    Status,
    obstacle,
    public_status,
)
from scripts.draw_decisions import decisions_page
from scripts.draw_matching import matching_picture
from scripts.feed_page import feed_page

DOCS = Path(__file__).resolve().parents[1] / "docs"


def pages() -> Mapping[str, str]:
    """The drawn pages, by their name in docs/."""
    return {
        "feed.md": feed_page(),
        "decisions.md": decisions_page(),
        "lifecycle.md": lifecycle_page(),
        "matching.svg": matching_picture(),
        "openapi.json": document_text(),
        "settings.md": settings_page(),
    }


def lifecycle_page() -> str:
    """The life of a request: a picture, the table, what stands in the way, the public's words."""
    return "\n".join(
        [
            "# The life of a request",
            "",
            "Drawn by `make docs` from `portal/requests/lifecycle.py`; a test holds this page to "
            "it. Change the table there, never here.",
            "",
            "A hold on evidence is nowhere on this page, on purpose: it stops neither a clock nor "
            "a request. It bars one recording, and the answer still goes out for the rest.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *_picture(),
            "```",
            "",
            "## The table",
            "",
            "Every move there is. Where nobody has a button, the public or the worker causes the "
            "event.",
            "",
            "| Stands at | What happens | Goes to | Whose button |",
            "|---|---|---|---|",
            *_moves(),
            "",
            "## What stands in the way",
            "",
            "| Event | Stopped with these words |",
            "|---|---|",
            *_obstacles(),
            "",
            "## What the public reads",
            "",
            "A hold that the applicant may not know of shows as a plain “Answered”.",
            "",
            "| Handlers read | The public reads | If the hold may not be told |",
            "|---|---|---|",
            *_public_words(),
            "",
        ]
    )


def _picture() -> Iterator[str]:
    for status in Status:
        yield f'    state "{status.label}" as {status.value}'
    yield f"    [*] --> {Status.RECEIVED.value}: {Event.RECEIVED.label}"
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for (stands, event), goes in TABLE.items():
        arrows.setdefault((stands, goes), []).append(event.label)
    for (stands, goes), labels in arrows.items():
        yield f"    {stands.value} --> {goes.value}: {' / '.join(labels)}"
    yield f"    {Status.CLOSED.value} --> [*]"


def _moves() -> Iterator[str]:
    for (stands, event), goes in TABLE.items():
        yield f"| {stands.label} | {event.label} | {goes.label} | {_whose(event)} |"


def _whose(event: Event) -> str:
    allowed = BUTTONS.get(event, frozenset())
    return ", ".join(role.label for role in Role if role in allowed) or "nobody’s"


# Requests that lack one thing after another: asking each event about each finds every refusal.
_LACKING = (
    Facts(Regime.SAR_PART3, is_identity_accepted=False, searches=0, unjudged_candidates=0),
    Facts(Regime.SAR_PART3, is_identity_accepted=True, searches=0, unjudged_candidates=0),
    Facts(Regime.SAR_PART3, is_identity_accepted=True, searches=1, unjudged_candidates=2),
)


def _obstacles() -> Iterator[str]:
    for event in Event:
        said = dict.fromkeys(obstacle(event, facts) for facts in _LACKING)
        for words in said:
            if words:
                yield f"| {event.label} | {words} |"


def _public_words() -> Iterator[str]:
    for status in Status:
        told = public_status(status, is_hold_open_to_applicant=True).value
        untold = public_status(status, is_hold_open_to_applicant=False).value
        yield f"| {status.label} | {told} | {untold} |"


def main() -> None:
    """Write every drawn page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
