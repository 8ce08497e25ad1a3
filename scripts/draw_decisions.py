"""The page of grounds, drawn from the catalogue, for a data protection officer to read."""

from collections.abc import Iterator

from portal.disclosure.exemptions import CATALOGUE, Exemption, Question
from portal.disclosure.exemptions.cost import LIMIT, LIMIT_HOURS, TOGETHER_WITHIN_WORKING_DAYS
from portal.disclosure.letter_choice import LETTERS
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime


def decisions_page() -> str:
    """Every ground, what it is for, and what must be written down before it is used."""
    return "\n".join(
        [
            "# What can be decided",
            "",
            "Drawn by `make docs` from `portal/disclosure/exemptions`; a test holds this page to "
            "it. Change the catalogue there, never here.",
            "",
            "A recording is released, withheld on a ground, or held as evidence. A whole request "
            "can be refused on one ground, or neither confirmed nor denied. No decision is saved "
            "without an answer to each question of its ground, and, where the ground is "
            "qualified, what speaks for release, what against, and which weighs more.",
            "",
            "Two people stand behind every decision. The second is the data protection officer "
            "where the video is of a child, where something is held at level L3, and where we "
            "neither confirm nor deny.",
            "",
            "To neither confirm nor deny, a request goes the same road as every other: it is "
            "searched for, decided, seconded and published. What the public sees of it is what "
            "they see when nothing is held, but for the letter’s own paragraph; a test compares "
            "the two byte for byte.",
            "",
            f"The cost limit is £{LIMIT}, which is {LIMIT_HOURS} hours, and {LIMIT_HOURS} hours "
            "are still within it. Hiding people in video never counts. Requests that belong "
            f"together are counted together within {TOGETHER_WITHIN_WORKING_DAYS} working days.",
            "",
            "What is held back for now is looked at every 90 days.",
            "",
            *(line for regime in Regime for line in _grounds(regime)),
            *_endings(),
        ]
    )


def _grounds(regime: Regime) -> Iterator[str]:
    yield f"## {regime.label}"
    yield ""
    for ground in CATALOGUE[regime]:
        yield from _ground(ground)


def _ground(ground: Exemption) -> Iterator[str]:
    yield f"### {ground.code}: {ground.statute}"
    yield ""
    yield f"We hold it back {ground.plain}."
    yield ""
    yield f"- For: {_for(ground)}"
    yield f"- Public interest: {ground.weighing.label}"
    yield f"- Neither confirm nor deny: {ground.confirm_or_deny or 'no'}"
    yield "- To answer:"
    yield from (f"  - {_asked(each)}" for each in ground.questions)
    yield ""


def _for(ground: Exemption) -> str:
    used = [
        "a recording" if ground.is_for_recordings else "",
        f"a whole request, which ends “{ground.ends.label.lower()}”" if ground.ends else "",
        "a whole request, neither confirmed nor denied" if ground.may_neither_confirm else "",
    ]
    return "; ".join(part for part in used if part)


def _asked(question: Question) -> str:
    choices = " / ".join(words for _, words in question.choices)
    marks = [
        f"({choices})" if choices else "",
        "(hours)" if question.is_hours else "",
        "(they read this in the letter)" if question.is_told else "",
        "" if question.is_needed else "(may be left empty)",
    ]
    return " ".join([question.asks, *(mark for mark in marks if mark)])


def _endings() -> Iterator[str]:
    yield "## Which letter tells of which ending"
    yield ""
    yield f"| Ending | {' | '.join(regime.label for regime in Regime)} |"
    yield f"|---|{'---|' * len(Regime)}"
    for ending in Ending:
        kinds = [LETTERS.get(ending, {}).get(regime) for regime in Regime]
        named = " | ".join(f"`{kind.value}`" if kind else "–" for kind in kinds)
        yield f"| {ending.label} | {named} |"
    yield ""
    yield "Where all that is held back is legally privileged, the letter is `lpp`."
    yield ""
