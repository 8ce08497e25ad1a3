"""What a decision letter says: from the facts of a decision to the letter's fields. Law: pure.

Every sentence here is told to the applicant, so nothing may come from a line that is held at
level L3, and an answer that neither confirms nor denies takes nothing from any recording.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.dates import day_in_words, london_day, time_in_words
from portal.disclosure.exemptions import (
    HOLD_GROUND,
    Exemption,
    Line,
    Outcome,
    PublicInterest,
    exemption,
    told,
)
from portal.disclosure.letter_choice import letter_for
from portal.holds.policy import Level, next_review_on, strictest
from portal.letters.kinds import ClipLine, LetterKind
from portal.requests.answers import is_about_video
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime


@dataclass(frozen=True)
class LetterFacts:
    """All that a letter is written from. `force` holds the words that are the force's own, by
    field name; `clips` are the copies that go out."""

    reference: str
    regime: Regime
    applicant_name: str
    place: str
    said_time: str
    earliest_at: datetime
    latest_at: datetime
    what_happened: str
    shoulder_number: str
    crime_reference: str
    answer: Ending
    lines: tuple[Line, ...]
    interest: PublicInterest
    note_to_applicant: str
    decided_by: str
    dated_on: date
    expires_on: date
    clips: tuple[ClipLine, ...]
    force: Mapping[str, str]
    retention_days: int
    book_head: str = ""


Fields = dict[str, Any]


def letter_of(facts: LetterFacts) -> tuple[LetterKind, Fields]:
    """The kind of letter, and every field it needs."""
    kind = letter_for(facts.regime, facts.answer)
    return kind, {**_common(facts), **_WRITERS[kind](facts)}


def _common(facts: LetterFacts) -> Fields:
    return {
        **facts.force,
        "reference": facts.reference,
        "dated_on": facts.dated_on,
        "applicant_name": facts.applicant_name,
        "request_summary": _asked(facts),
        "regime": facts.regime.value,
        "decided_by": facts.decided_by,
        "book_head": facts.book_head or None,
    }


def _asked(facts: LetterFacts) -> str:
    """The request in the applicant's words: when, where, what."""
    when = ", ".join(part for part in (facts.said_time, facts.place) if part)
    return "\n\n".join(part for part in (when, facts.what_happened) if part) or facts.reference


def _disclosure(facts: LetterFacts) -> Fields:
    also = [facts.note_to_applicant] if facts.note_to_applicant else []
    return {**_copies(facts), "also_told": also or None}


def _restriction(facts: LetterFacts) -> Fields:
    """DPA 2018 s.45(5). At L2 the reasons are left out under s.45(6)(a)."""
    limited = [line for line in told(facts.lines) if line.outcome is not Outcome.RELEASE]
    level = strictest(line.level or Level.OPEN for line in limited)
    is_open_case = any(line.outcome is Outcome.HELD for line in limited)
    fields: Fields = {
        "level": level.value,
        "because": "open_case" if is_open_case else "other",
        "still_provided": _still_provided(facts),
        **_review(facts, limited),
        **_copies(facts),
    }
    if level is Level.OPEN:
        fields["limbs"] = [ground.code[-1] for ground in _grounds(facts)]
        fields["reasons"] = _reasons(facts)
        fields["case_reference"] = facts.crime_reference if is_open_case else None
    return fields


def _ncnd(facts: LetterFacts) -> Fields:
    if facts.regime is not Regime.FOI:
        return {}
    ground = exemption(facts.regime, HOLD_GROUND[facts.regime])
    return {"exemption_section": f"{ground.statute}(3)"}


def _refusal_gdpr(facts: LetterFacts) -> Fields:
    refused = [line for line in told(facts.lines) if line.outcome is not Outcome.RELEASE]
    return {
        "reasons": _reasons(facts),
        "exemption_paragraph": _statutes(facts),
        "still_provided": _still_provided(facts) if facts.clips else None,
        **_review(facts, refused),
        **_copies(facts),
    }


def _foi_refusal(facts: LetterFacts) -> Fields:
    refused = [line for line in told(facts.lines) if line.outcome is not Outcome.RELEASE]
    is_qualified = any(ground.is_qualified for ground in _grounds(facts))
    weighed = {
        "interest_for": facts.interest.speaks_for,
        "interest_against": facts.interest.speaks_against,
        "interest_conclusion": facts.interest.conclusion,
    }
    return {
        "ground": "exemption",
        "holding": "held",
        "exemption_section": _statutes(facts),
        "reasons": _reasons(facts),
        "qualified": "yes" if is_qualified else "no",
        **(weighed if is_qualified else {}),
        **_review(facts, refused),
    }


def _not_held(facts: LetterFacts) -> Fields:
    if not is_about_video(facts.earliest_at):
        return {
            "searched_systems": "The records in which we would keep it",
            "asked_for_information": "yes",
            "also_told": _note(facts) or None,
        }
    ended_on = london_day(facts.latest_at)
    return {
        "searched_systems": "Our catalogue of video from officers’ cameras, and our evidence store",
        "searched_window": f"{_moment(facts.earliest_at)} to {_moment(facts.latest_at)}",
        "searched_officers": _searched_officers(facts),
        "retention_days": facts.retention_days,
        "deleted_on": ended_on + timedelta(days=facts.retention_days),
    }


def _disclosure_foi(facts: LetterFacts) -> Fields:
    if not is_about_video(facts.earliest_at):
        return {
            "information": _paragraphs(facts.note_to_applicant),
            "format": "In this letter",
        }
    refused = [line for line in told(facts.lines) if line.outcome is not Outcome.RELEASE]
    told_of = [f"{_counted(len(facts.clips), 'video')} from officers’ cameras."]
    fields: Fields = {
        "information": [*told_of, *_note(facts)],
        "format": "Video files, as our cameras recorded them",
        "redactions": NOTHING_HIDDEN,
        "clips": list(facts.clips),
        "collect_how": COLLECT_HOW,
        "expires_on": facts.expires_on,
    }
    if refused:
        fields["refused_part"] = f"We do not release {_counted(len(refused), 'video')}."
        fields["exemption_section"] = _statutes(facts)
        fields["reasons"] = [*_ground_reasons(facts), *_weighing(facts)]
    return {**fields, **_review(facts, refused)}


def _copies(facts: LetterFacts) -> Fields:
    """The part that goes out: what DPA 2018 s.45(2) and UK GDPR Art 15 promise beside it."""
    if not facts.clips:
        return {}
    about = ABOUT_GDPR if facts.regime is Regime.SAR_GDPR else {}
    return {
        "clips": list(facts.clips),
        "redactions": NOTHING_HIDDEN,
        "collect_how": COLLECT_HOW,
        "expires_on": facts.expires_on,
        **about,
    }


def _review(facts: LetterFacts, limited: list[Line]) -> Fields:
    """The promise to look again, where something is held (rules, section 5, rule 5)."""
    is_held = any(line.outcome is Outcome.HELD for line in limited)
    return {"review_on": next_review_on(facts.dated_on)} if is_held else {}


def _grounds(facts: LetterFacts) -> list[Exemption]:
    """The grounds the applicant may know of, each once, in the order of the lines."""
    codes = dict.fromkeys(line.ground for line in told(facts.lines) if line.ground)
    return [exemption(facts.regime, code) for code in codes]


def _statutes(facts: LetterFacts) -> str:
    return "; ".join(ground.statute for ground in _grounds(facts))


def _ground_reasons(facts: LetterFacts) -> list[str]:
    return [f"We hold video back {ground.plain}." for ground in _grounds(facts)]


def _reasons(facts: LetterFacts) -> list[str]:
    return [*_ground_reasons(facts), *_note(facts)]


def _note(facts: LetterFacts) -> list[str]:
    return [facts.note_to_applicant] if facts.note_to_applicant else []


def _weighing(facts: LetterFacts) -> list[str]:
    weighed = facts.interest
    if not weighed.is_whole or not any(ground.is_qualified for ground in _grounds(facts)):
        return []
    return [
        f"What speaks for releasing it: {weighed.speaks_for}",
        f"What speaks against: {weighed.speaks_against}",
        f"Which weighs more: {weighed.conclusion}",
    ]


def _still_provided(facts: LetterFacts) -> str:
    if not facts.clips:
        return "There is no video that we can give you now."
    return f"You can have {_counted(len(facts.clips), 'video')}. They are listed below."


def _searched_officers(facts: LetterFacts) -> str:
    everyone = "All officers who wore a camera there at that time"
    return f"{everyone}, and officer {facts.shoulder_number}" if facts.shoulder_number else everyone


def _moment(at: datetime) -> str:
    return f"{time_in_words(at)} on {day_in_words(london_day(at))}"


def _paragraphs(text: str) -> list[str]:
    """A long answer as its paragraphs."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


NOTHING_HIDDEN = "Nothing is hidden on these copies."
COLLECT_HOW = (
    "Open the link in our e-mail. We send a code to the address you gave us. Type the code, and "
    "you can play the video or save it."
)
# Under the UK GDPR the purpose differs from request to request; these are the usual ones.
ABOUT_GDPR: Mapping[str, str] = {
    "purposes": (
        "We keep this video to look into complaints and how officers behaved, to deal with legal "
        "claims, or to train officers."
    ),
    "legal_basis": (
        "UK GDPR Article 6(1)(e): it is part of our public task. Where video shows sensitive "
        "things, such as health, we also rely on Schedule 1 to the Data Protection Act 2018."
    ),
}

_WRITERS = {
    LetterKind.DISCLOSURE: _disclosure,
    LetterKind.DISCLOSURE_FOI: _disclosure_foi,
    LetterKind.RESTRICTION: _restriction,
    LetterKind.NCND: _ncnd,
    LetterKind.REFUSAL_GDPR: _refusal_gdpr,
    LetterKind.FOI_REFUSAL: _foi_refusal,
    LetterKind.NOT_HELD: _not_held,
}
